import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MemmapTable } from "../../src/index.js";
import { anySteps, runSteps, type Step, TableRun } from "../../src/testing/index.js";
import { openBelow } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

const content = { dtype: "<i4", itemShape: [], pool: [1, 2, 3] } as const;
const add: Step = {
  kind: "add",
  name: "a",
  layout: undefined,
  content,
  attr: null,
  overwrite: false,
  fill: "data",
  form: "list",
  at: 0,
};

/** Runs steps on a table with a fault, and gives what was said of it. */
function found(fault: (table: MemmapTable) => void, steps: readonly Step[]): string {
  using run = new TableRun(fresh(), { rows: 3 });
  fault(run.table);
  try {
    for (const step of steps) run.step(step);
    run.finish();
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "nothing";
}

/** Replaces a method of one table. */
function plant(table: MemmapTable, name: keyof MemmapTable, method: (...args: never[]) => unknown): void {
  Object.defineProperty(table, name, { value: method });
}

describe("a run", () => {
  it("finds nothing in a table without a fault, and leaves nothing open", () => {
    const path = fresh();
    runSteps(path, [
      add,
      { kind: "resize", rows: 2 },
      { kind: "reopen", mode: "r", layout: undefined, scribble: true },
    ]);
    expect(openBelow(path)).toEqual([]);
  });

  it("shows the table and the model", () => {
    using run = new TableRun(fresh(), { rows: 3, layout: "raw" });
    run.step(add);
    expect(run.model.column("a").cells).toEqual([1, 2, 3]);
    expect(run.table.column("a").toArray()).toEqual(Int32Array.of(1, 2, 3));
    expect(run.table.layout).toBe("raw");
  });

  it("finds a change that was not made", () => {
    const fault = (table: MemmapTable) => plant(table, "resize", () => undefined);
    expect(found(fault, [add, { kind: "resize", rows: 5 }])).toBe(
      "step 2 (resize): the table has 3 rows, but 5 in the model",
    );
  });

  it("finds a change that was made twice", () => {
    const fault = (table: MemmapTable) => {
      const { resize } = table;
      plant(table, "resize", (rows: number) => {
        resize.call(table, rows);
        resize.call(table, rows + 1);
        resize.call(table, rows);
      });
    };
    expect(found(fault, [add, { kind: "resize", rows: 5 }])).toMatch(/step 2 .*raised the generation by 3/);
  });

  it("finds a wrong cell, and one in a transaction", () => {
    const fault = (table: MemmapTable) => {
      const { append } = table;
      plant(table, "append", (rows: Iterable<{ readonly [name: string]: unknown }>) =>
        append.call(table, [...rows].reverse()),
      );
    };
    const step = { kind: "append", count: 2, form: "rows", at: 0 } as const;
    expect(found(fault, [add, step])).toBe('step 2 (append): column "a", row 3 is 2, but 1 in the model');
    expect(found(fault, [add, { kind: "transaction", steps: [step], throws: true }])).toMatch(
      /^step 2 \(transaction\): column "a", row 3 is 2/,
    );
  });

  it("finds a mistake that was not refused", () => {
    const fault = (table: MemmapTable) => plant(table, "deleteColumn", () => undefined);
    expect(found(fault, [{ kind: "mistake", what: "unknown", at: 0 }])).toBe(
      "step 1 (mistake): NOT_FOUND was to be thrown, but undefined was returned",
    );
  });

  it("finds planted faults by itself", () => {
    let count = 0;
    const property = fc.property(anySteps({ kinds: ["add", "resize", "append", "set"] }), (steps) => {
      count += 1;
      const said = found((table) => plant(table, "set", () => table), steps);
      const lost = found((table) => {
        const { resize } = table;
        plant(table, "resize", (rows: number) => resize.call(table, rows === 7 ? 6 : rows));
      }, steps);
      return said === "nothing" && lost === "nothing";
    });
    const { failed, counterexample } = fc.check(property, { seed: 1, numRuns: 200 });
    expect(failed).toBe(true);
    expect(counterexample?.[0][0]).toEqual({ kind: "resize", rows: 7 });
    expect(count).toBeGreaterThan(1);
  });
});
