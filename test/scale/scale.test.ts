import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { someOf } from "../support/some-of.js";
import { temporaryPaths } from "../support/temporary.js";
import { hasBash, hasPipes, hasProc, runChild } from "./support.js";

const fresh = temporaryPaths();
const settings = { durability: "process" } as const;
const GC = ["--expose-gc"];

/** A table of columns of ones, closed. */
function ones(rows: number, columns = ["a"]): string {
  const path = fresh();
  using table = MemmapTable.create(path, { ...settings, rows });
  table.transaction(() => {
    for (const name of columns) table.addColumn(name, "f8", { fill: 1 });
  });
  return path;
}

// Each takes its seconds: one of them each time, of those that the system can do and tell about.
const possible = [...(hasBash ? ["columns"] : []), "refused", ...(hasProc ? ["collected"] : [])];
const turns = someOf(possible, possible.length);

describe.runIf(turns.includes("columns"))("a table of 10,000 columns", () => {
  const path = fresh();
  const columns = 10_000;
  const run = (mode: string) => runChild("many-columns", [path, mode, `${columns}`], { descriptors: 256 });
  const last = `group${(columns - 1) % 100}/column${columns - 1}`;

  it("is made in one transaction with 256 descriptors", () => {
    expect(run("create")).toEqual({ columns, generation: 2 });
  });

  // One of the modes each time.
  it.each(someOf(["r", "r+"], 2))("opens in mode %s, and each is summed, with 256 descriptors", (mode) => {
    expect(run(mode)).toEqual({ columns, wrong: 0, last });
  });
});

describe.runIf(turns.some((turn) => turn !== "columns"))("tables that nobody closes", () => {
  // To open a table takes longer than to map a column.
  const columns = Array.from({ length: 20 }, (_, i) => `c${i}`);
  const collected = () => {
    // More maps than one process may have.
    const maps = 40_000;
    const times = maps / columns.length;
    const found = runChild("dropped", [ones(3, columns), `${times}`], { flags: GC }) as { most: number };
    expect(found).toMatchObject({ sum: maps, left: 0 });
    // The system's own limit would have ended the process.
    expect(found.most).toBeLessThan(32_765);
  };
  const refused = () => {
    expect(runChild("too-many", [ones(3, columns)], { flags: GC })).toEqual({
      code: "LIMIT",
      full: true,
      again: 1_000,
    });
  };
  if (turns.includes("refused"))
    it("are refused before the system is out of maps, and go on after the event loop turned", refused);
  if (turns.includes("collected"))
    it("leave nothing mapped once they are collected, 40,000 columns", collected);
});

describe("memory", () => {
  it.skipIf(!hasProc)("of a scan by chunks is that of a block, beside the file's own pages", () => {
    const path = fresh();
    const rows = 16 * 2 ** 20;
    {
      using table = MemmapTable.create(path, { ...settings, rows });
      table.addColumn("x", "f8", { fill: 0.5 });
    }
    const found = runChild("scan", [path]) as { grown: number; sum: number };
    expect(found).toMatchObject({ length: rows, sum: (rows + rows / 512) * 0.5 });
    expect(found.grown).toBeLessThan(32 * 2 ** 20);
  });
});

describe("reads in flight", () => {
  it.skipIf(!hasPipes)("never reach the table that is mapped after their own was closed", () => {
    const rows = 50_000;
    const [source, pipe] = [fresh(), fresh()];
    writeFileSync(source, Buffer.alloc(rows * 8, 0xff));
    execFileSync("/usr/bin/mkfifo", [pipe]);
    const found = runChild("in-flight", [ones(rows), ones(rows), source, pipe], { flags: GC });
    expect(found).toEqual({ untouched: true, read: 305 });
  });
});
