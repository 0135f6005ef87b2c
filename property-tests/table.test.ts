import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { anySteps, runSteps } from "../src/testing/index.js";
import { openBelow } from "../test/support/snapshot.js";

const directory = mkdtempSync(join(tmpdir(), "memmap-table-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const numRuns = process.env.RUNS === undefined ? 50 : Number(process.env.RUNS);

describe("a table and its model agree after every step", () => {
  let count = 0;

  it.each(["npy", "raw"] as const)(
    "in the layout %s",
    (layout) => {
      fc.assert(
        fc.property(fc.nat({ max: 6 }), anySteps(), (rows, steps) => {
          count += 1;
          const path = join(directory, `table-${count}`);
          runSteps(path, steps, { rows, layout });
          expect(openBelow(path)).toEqual([]);
          rmSync(path, { recursive: true });
        }),
        { numRuns, endOnFailure: process.env.SHRINK === "no" },
      );
    },
    600_000,
  );
});
