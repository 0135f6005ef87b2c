/**
 * Rows of tables, arrays and HDF5 files, in blocks and at random: `import { Streamer } from "memmap-table/stream"`.
 *
 * @module
 */
export { Block } from "./block.js";
export type { BlockFunction, FunctionName, MappedBlock } from "./block-function.js";
export type { BlockOptions, ShuffleOptions } from "./block-plan.js";
export { BlockQueue, BlockStream, ResultStream, type StreamInfo } from "./block-stream.js";
export type { FlowOptions, SkippedBlock, StreamProgress } from "./flow.js";
export { openSource, type Streamable } from "./open-source.js";
export { type RowsView, Source } from "./source.js";
export { type RowOf, Streamer, type StreamOptions } from "./streamer.js";
