import { execFileSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import * as source from "../../src/testing/index.js";
import { exportedNames } from "../support/declarations.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const dist = fileURLToPath(new URL("../../dist", import.meta.url));
/** The subpath by its name, as it is built; the compiler need not have seen it. */
const self = "memmap-table/testing";
const built: Record<string, unknown> = await import(self);

// A name that appears or goes here is a decision: `npx vitest run test/testing/index.test.ts -u` writes it down.
describe("the names of memmap-table/testing", () => {
  it("at run time", () => {
    expect(Object.keys(built).sort().join("\n")).toMatchInlineSnapshot(`
      "MemoryFiles
      StoppedError
      TableModel
      TableRun
      anyAttr
      anyCell
      anyColumnName
      anyColumnType
      anyDType
      anyRows
      anySchema
      anySteps
      checkStore
      compareTable
      failingFiles
      interceptFiles
      isChanging
      isSame
      recordingFiles
      replay
      runSteps
      withFiles"
    `);
  });

  it("are those of the source", () => {
    expect(Object.keys(built).sort()).toEqual(Object.keys(source).sort());
  });

  it("of types, beside those", () => {
    const types = exportedNames(join(dist, "testing")).filter((name) => !Object.hasOwn(built, name));
    expect(types.join("\n")).toMatchInlineSnapshot(`
      "Cells
      ColumnForm
      ColumnType
      ComparableColumn
      ComparableTable
      CountedCall
      CrashOptions
      DTypeOptions
      FailingFiles
      Failure
      FileCall
      Files
      FilesCall
      InnerStep
      MemoryOptions
      Mistake
      ModelColumn
      ModelColumnOptions
      ModelRow
      OuterStep
      RecordingFiles
      RowBatch
      RowForm
      RowsOptions
      SchemaOptions
      Step
      StepContent
      StepOf
      StepRange
      StepRowForm
      StepsOptions
      SystemCode
      TableModelOptions
      TableRunOptions
      TestSchema
      Trace
      TraceEvent"
    `);
  });
});

describe("without fast-check", () => {
  it("what needs no random values works, and what does says what to install", () => {
    const copy = fresh("copy");
    cpSync(dist, copy, { recursive: true });
    writeFileSync(join(copy, "package.json"), '{ "type": "module" }');
    const path = pathToFileURL(join(copy, "testing", "index.js")).href;
    const program = `
      import { anyCell, anySteps, TableModel } from ${JSON.stringify(path)};
      const said = [anyCell, anySteps].map((any) => {
        try {
          return any("i4");
        } catch ({ name, code, message, cause }) {
          return [name, code, message, cause.code];
        }
      });
      console.log(JSON.stringify([new TableModel({ rows: 2 }).length, ...said]));
    `;
    const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: copy,
      encoding: "utf8",
    });
    const error = [
      "UnsupportedError",
      "UNSUPPORTED",
      "the arbitraries of memmap-table/testing need the package fast-check: npm install --save-dev fast-check",
      "ERR_MODULE_NOT_FOUND",
    ];
    expect(JSON.parse(printed)).toEqual([2, error, error]);
  });
});
