import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { exportedNames } from "../support/declarations.js";

const dist = fileURLToPath(new URL("../../dist/frame/", import.meta.url));

/** A subpath by its name, as it is built, and what its declarations hand on. */
async function namesOf(subpath: string): Promise<string> {
  const self = `memmap-table/${subpath}`;
  const built: Record<string, unknown> = await import(self);
  const values = Object.keys(built).sort();
  const types = exportedNames(`${dist}${subpath}`).filter((name) => !values.includes(name));
  return [...values, "---", ...types.sort()].join("\n");
}

// A name that appears or goes here is a decision: `npx vitest run test/frame/index.test.ts -u` writes it down.
describe("the names of the subpaths, values before types", () => {
  it("memmap-table/danfo", async () => {
    expect(await namesOf("danfo")).toMatchInlineSnapshot(`
      "assignDataFrame
      columnSource
      fromDataFrame
      toDataFrame
      toSeries
      ---
      AdaptedColumns
      BigintOption
      CellOptions
      ColumnSourceOptions
      DatesOption
      FillOption
      FrameAssignOptions
      FrameImportOptions
      FrameOptions
      ImportOptions
      Label
      SeriesOptions
      TextKind"
    `);
  });

  it("memmap-table/arrow", async () => {
    expect(await namesOf("arrow")).toMatchInlineSnapshot(`
      "columnSource
      fromArrow
      toArrow
      writeIPC
      ---
      AdaptedColumns
      ArrowOptions
      ArrowSource
      AsyncArrowReader
      AsyncArrowSource
      ColumnSourceOptions
      FillOption
      IPCOptions
      ImportOptions
      TextKind"
    `);
  });

  it("memmap-table/sql", async () => {
    expect(await namesOf("sql")).toMatchInlineSnapshot(`
      "SqlResult
      exportFile
      importFile
      sql
      ---
      AnyView
      Compression
      CsvOptions
      ExportFormat
      ExportOptions
      ImportFileOptions
      ImportFormat
      ImportProgress
      ResourceOptions
      SqlIntoOptions
      SqlOptions
      SqlParam
      SqlParams
      SqlQuery
      SqlRow
      Tables"
    `);
  });
});
