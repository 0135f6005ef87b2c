import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { MemmapTable } from "memmap-table";
import { anyCell, compareTable, isSame, TableModel } from "memmap-table/testing";
import { afterAll, describe, expect, it } from "vitest";
import { COLUMNS, EventLog } from "../examples/embedding/event-log.js";
import { someOf } from "../test/support/some-of.js";

const directory = mkdtempSync(join(tmpdir(), "memmap-table-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;

/** What is done to the log: plain data, of which every part can be done as well. */
const anyOperation = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("append" as const), text: anyCell(COLUMNS.text) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("done" as const), id: fc.bigInt({ min: 0n, max: 12n }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("compact" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
);

interface Expected {
  readonly id: bigint;
  readonly text: unknown;
  done: boolean;
}

/** Holds of a log that does what it says: after any operations it is what a plain array is. */
function isAsAnArray(hasBug: boolean) {
  return fc.property(fc.array(anyOperation, { maxLength: 12, size: "max" }), (operations) => {
    count += 1;
    const path = join(directory, `events-${count}`);
    const open = () => new EventLog(path, { durability: "process", hasBug });
    let log = open();
    let expected: Expected[] = [];
    let next = 1n;
    try {
      for (const operation of operations) {
        switch (operation.kind) {
          case "append":
            expect(log.append(String(operation.text))).toBe(next);
            expected.push({ id: next, text: operation.text, done: false });
            next += 1n;
            break;
          case "done": {
            const event = expected.find(({ id }) => id === operation.id);
            expect(log.markDone(operation.id)).toBe(event !== undefined);
            if (event !== undefined) event.done = true;
            break;
          }
          case "compact": {
            const left = expected.filter(({ done }) => !done);
            expect(log.compact()).toBe(expected.length - left.length);
            expected = left;
            break;
          }
          case "reopen":
            log[Symbol.dispose]();
            log = open();
            break;
          default:
            operation satisfies never;
        }
        if (!isSame(log.events(), expected)) expect(log.events()).toEqual(expected);
      }
      compareStored(path, expected, next);
    } finally {
      log[Symbol.dispose]();
      rmSync(path, { recursive: true });
    }
  });
}

/** Compares what a reader of the files finds. */
function compareStored(path: string, expected: readonly Expected[], next: bigint): void {
  const model = new TableModel({ columns: COLUMNS, ...(next > 1n ? { attr: next } : {}) });
  model.append(expected.map((event) => ({ ...event })));
  using table = MemmapTable.open(path);
  compareTable(table, model);
}

describe("a program that embeds a table", () => {
  it("does what it says, after any operations", () => {
    fc.assert(isAsAnArray(false), { numRuns: Number(process.env.RUNS ?? 50) });
  });

  // One or two of them each time.
  it.each(someOf([1, 2, 3, 4, 5], 3))(
    "is caught with a planted bug, within 200 runs from seed %i",
    (seed) => {
      const { failed, counterexample } = fc.check(isAsAnArray(true), { seed, numRuns: 200 });
      expect(failed).toBe(true);
      // Little is left of the operations: events, and the compaction that loses one.
      const kinds = counterexample?.[0].map(({ kind }) => kind) ?? [];
      expect(kinds).toContain("append");
      expect(kinds.at(-1)).toBe("compact");
      expect(kinds.length).toBeLessThan(6);
    },
  );
});
