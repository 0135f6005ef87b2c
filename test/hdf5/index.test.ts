import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { exportedNames } from "../support/declarations.js";

const dist = fileURLToPath(new URL("../../dist/hdf5", import.meta.url));
/** The subpath by its name, as it is built. */
const self = "memmap-table/hdf5";
const built: Record<string, unknown> = await import(self);

// A name that appears or goes here is a decision: `npx vitest run test/hdf5/index.test.ts -u` writes it down.
it("has these names, values before types", () => {
  const values = Object.keys(built).sort();
  const types = exportedNames(dist).filter((name) => !values.includes(name));
  expect([...values, "---", ...types.sort()].join("\n")).toMatchInlineSnapshot(`
    "Hdf5Dataset
    Hdf5File
    exportHdf5
    importHdf5
    openHdf5
    readRows
    ---
    ExportHdf5Options
    ExportProgress
    ExportSource
    Hdf5Filter
    Hdf5Kind
    ImportHdf5Options
    ImportProgress
    RowPlan
    RowSet
    SkippedNode"
  `);
});
