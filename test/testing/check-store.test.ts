import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MemmapFile, MemmapTable, NotFoundError, repair, saveNpy } from "../../src/index.js";
import { checkStore } from "../../src/testing/check-store.js";
import { openBelow, snapshot, thrown } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

function sample(durability: "full" | "process" = "process"): string {
  const path = fresh();
  using table = MemmapTable.create(path, { rows: 2, durability, columns: { a: "i4", "g/b": "U3" } });
  table.attr = "of the table";
  return path;
}

describe("checkStore", () => {
  it("accepts a healthy table, closed or open, and leaves it alone", () => {
    const path = sample("full");
    const files = snapshot(path);
    checkStore(path);
    expect(snapshot(path)).toEqual(files);
    expect(openBelow(path)).toEqual([]);
    using table = MemmapTable.open(path, { mode: "r+" });
    table.transaction(() => {
      table.resize(3);
      checkStore(path);
    });
    checkStore(path);
  });

  it("accepts a hierarchy of arrays of any shape, and not one that is damaged", () => {
    const path = fresh();
    {
      using file = MemmapFile.open(path, { mode: "a", durability: "process" });
      file.setArray("/a", [1, 2, 3]);
      file.setArray("/g/b", 5);
    }
    checkStore(path);
    truncateSync(join(path, "a.npy"), 130);
    expect(() => checkStore(path)).toThrow(/a\.npy.*\(short-file\)/);
  });

  it("accepts what is worth a notice alone", () => {
    const path = sample();
    mkdirSync(join(path, "empty"));
    writeFileSync(join(path, ".memmap", "notes"), "");
    rmSync(join(path, "g", "b.npy"));
    rmSync(join(path, "g", "b.attr"), { force: true });
    checkStore(path);
    rmSync(join(path, ".memmap", "last"));
    checkStore(path);
  });

  it("accepts a plain directory of arrays", () => {
    const path = fresh();
    mkdirSync(path);
    saveNpy(join(path, "x.npy"), Int32Array.of(1, 2));
    checkStore(path);
  });

  it("names everything that is wrong, a line for each", () => {
    const path = sample();
    truncateSync(join(path, "a.npy"), 130);
    mkdirSync(join(path, ".memmap", "stage-7"));
    const error = thrown(() => checkStore(path));
    expect(error.message.split("\n")).toEqual([
      `2 things are wrong with the table ${path}:`,
      `  ${join(path, ".memmap", "stage-7")}: this is left of a change that never was committed (leftover-stage)`,
      expect.stringMatching(/a\.npy: the header promises 8 bytes .* holds 2.*\(short-file\)$/),
    ]);
    repair(path);
    expect(() => checkStore(path)).toThrow(/^a thing is wrong with the table .*\n.*short-file\)$/);
    expect(openBelow(path)).toEqual([]);
  });

  it("compares the rows of all columns", () => {
    const path = sample();
    saveNpy(join(path, "a.npy"), Int32Array.of(1, 2, 3));
    expect(() => checkStore(path)).toThrow(
      /a\.npy: the column has 3 rows, where 1 of 2 columns have 2.*unequal-rows/,
    );
  });

  it("refuses what is no table", () => {
    const path = fresh();
    expect(() => checkStore(path)).toThrow(NotFoundError);
    mkdirSync(path);
    expect(() => checkStore(path)).toThrow(/no-table/);
    symlinkSync("nowhere", join(path, "x.npy"));
    expect(() => checkStore(path)).toThrow(/dangling-link/);
  });
});
