/**
 * Rows of tables, arrays and HDF5 files, in blocks and at random: `import { Reader, Streamer } from "memmap-table/stream"`.
 *
 * @module
 */
export { Block } from "./block.js";
export type { BlockFunction, FunctionName, MappedBlock } from "./block-function.js";
export type { BlockOptions, ShuffleOptions } from "./block-plan.js";
export { BlockQueue, BlockStream, ResultStream, type StreamInfo } from "./block-stream.js";
export { Dataset, type StageSize } from "./dataset.js";
export type { ColumnExpression, Expression, ExpressionOperand, WhereColumn } from "./expression.js";
export type { FlowOptions, SkippedBlock, StreamProgress } from "./flow-options.js";
export { Future, LentResult } from "./future.js";
export { openSource, type Streamable } from "./open-source.js";
export { type Between, Operation } from "./operation.js";
export type { RequestOptions, RequestState } from "./pending.js";
export type { Comparable } from "./predicate.js";
export { Reader, type ReaderOptions } from "./reader.js";
export type { Operations } from "./request-stream.js";
export { type RowsView, Source } from "./source.js";
export { Stage } from "./stage.js";
export { StagePool } from "./stage-pool.js";
export { type RowOf, Streamer, type StreamOptions } from "./streamer.js";
