import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { hasBash, hasPipes, hasProc, runChild } from "./support.js";

const fresh = temporaryPaths();
const settings = { durability: "process" } as const;
const GC = ["--expose-gc"];
const { seed = 1 } = fc.readConfigureGlobal() ?? {};

/** A table of one column of ones, closed. */
function ones(rows: number): string {
  const path = fresh();
  using table = MemmapTable.create(path, { ...settings, rows });
  table.addColumn("a", "f8", { fill: 1 });
  return path;
}

// Each takes ten seconds: one of them each time. Where the system does not tell what is mapped, another one.
const turns = ["columns", "refused", hasProc ? "collected" : "refused"] as const;
const turn = hasBash ? turns[seed % 3] : turns[1 + (seed % 2)];

describe.runIf(turn === "columns")("a table of 10,000 columns", () => {
  const path = fresh();
  const columns = 10_000;
  const run = (mode: string) => runChild("many-columns", [path, mode, `${columns}`], { descriptors: 256 });
  const last = `group${(columns - 1) % 100}/column${columns - 1}`;

  it("is made in one transaction with 256 descriptors", () => {
    expect(run("create")).toEqual({ columns, generation: 2 });
  });

  // One of the modes each time.
  it.each([seed % 2 === 0 ? "r" : "r+"])(
    "opens in mode %s, and each is summed, with 256 descriptors",
    (mode) => {
      expect(run(mode)).toEqual({ columns, wrong: 0, last });
    },
  );
});

describe.runIf(turn !== "columns")("tables that nobody closes", () => {
  const collected = () => {
    // More than the maps that one process may have.
    const times = 40_000;
    const found = runChild("dropped", [ones(3), `${times}`], { flags: GC }) as { most: number };
    expect(found).toMatchObject({ sum: times, left: 0 });
    // The system's own limit would have ended the process.
    expect(found.most).toBeLessThan(32_765);
  };
  const refused = () => {
    expect(runChild("too-many", [ones(3)], { flags: GC })).toEqual({
      code: "LIMIT",
      full: true,
      again: 1_000,
    });
  };
  if (turn === "refused")
    it("are refused before the system is out of maps, and go on after the event loop turned", refused);
  if (turn === "collected") it("leave nothing mapped once they are collected, 40,000 of them", collected);
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
