import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { exportedNames } from "../support/declarations.js";

const dist = fileURLToPath(new URL("../../dist/stream", import.meta.url));
/** The subpath by its name, as it is built. */
const self = "memmap-table/stream";
const built: Record<string, unknown> = await import(self);

// A name that appears or goes here is a decision: `npx vitest run test/stream/index.test.ts -u` writes it down.
it("has these names, values before types", () => {
  const values = Object.keys(built).sort();
  const types = exportedNames(dist).filter((name) => !values.includes(name));
  expect([...values, "---", ...types.sort()].join("\n")).toMatchInlineSnapshot(`
    "Block
    BlockQueue
    BlockStream
    Dataset
    Future
    LentResult
    Operation
    Reader
    ResultStream
    Source
    Stage
    StagePool
    Streamer
    openSource
    ---
    Between
    BlockFunction
    BlockOptions
    ColumnExpression
    Comparable
    Expression
    ExpressionOperand
    FlowOptions
    FunctionName
    MappedBlock
    Operations
    ReaderOptions
    RequestOptions
    RequestState
    RowOf
    RowsView
    ShuffleOptions
    SkippedBlock
    StageSize
    StreamInfo
    StreamOptions
    StreamProgress
    Streamable
    WhereColumn"
  `);
});
