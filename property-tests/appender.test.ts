import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { CastError, MemmapTable } from "../src/index.js";
import type { Appender } from "../src/table/index.js";
import { compareTable, type ModelRow, TableModel } from "../src/testing/index.js";

const directory = mkdtempSync(join(tmpdir(), "memmap-table-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Types of columns, and a cell of each for any number. */
const TYPES = [
  { dtype: "i4", itemShape: [], cell: (n: number) => n },
  { dtype: ">u8", itemShape: [], cell: (n: number) => BigInt(n) },
  { dtype: "U6", itemShape: [], cell: (n: number) => `é${n}` },
  { dtype: "f8", itemShape: [2], cell: (n: number) => Float64Array.of(n, -n) },
  { dtype: "?", itemShape: [], cell: (n: number) => n % 2 === 0 },
  { dtype: "M8[s]", itemShape: [], cell: (n: number) => (n % 5 === 0 ? null : BigInt(n)) },
] as const;

const NAMES = ["a", "b", "g/c", "g/d"] as const;
const BATCHES = [1, 3, 8, 50];

const name = fc.constantFrom(...NAMES);
const type = fc.nat({ max: TYPES.length - 1 });
const log = fc.nat({ max: 1 });

const anyStep = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("gather" as const),
      log,
      count: fc.nat({ max: 10 }),
      bad: fc.constantFrom(false, false, false, true),
      single: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("flush" as const), log }) },
  fc.record({ do: fc.constant("close" as const), log }),
  fc.record({ do: fc.constant("append" as const), count: fc.nat({ max: 4 }) }),
  fc.record({ do: fc.constant("resize" as const), rows: fc.nat({ max: 25 }) }),
  fc.record({ do: fc.constant("add" as const), name, type }),
  fc.record({ do: fc.constant("delete" as const), name }),
  fc.record({ do: fc.constant("rename" as const), name, to: name }),
  fc.record({ do: fc.constant("attr" as const), name, attr: fc.nat() }),
  fc.record({
    do: fc.constant("transaction" as const),
    rows: fc.nat({ max: 25 }),
    count: fc.nat({ max: 3 }),
    fails: fc.boolean(),
  }),
  fc.record({ do: fc.constantFrom("table flush" as const, "refresh" as const) }),
  fc.record({ do: fc.constant("reopen" as const), durability: fc.constantFrom("full", "process") }),
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** A table with two appenders, and what it should be. */
class Run {
  readonly #path: string;
  readonly #model = new TableModel({ rows: 0, columns: { a: "i4", "g/c": "U6" } });
  /** The type of each column. */
  readonly #types = new Map<string, number>([
    ["a", 0],
    ["g/c", 2],
  ]);
  readonly #batches: readonly number[];
  #table: MemmapTable;
  #logs: Appender[];
  /** The rows that each appender has gathered, in the order of their first ones. */
  readonly #pending = new Map<number, ModelRow[]>();
  #next = 0;

  constructor(path: string, batches: readonly number[]) {
    this.#path = path;
    this.#batches = batches;
    this.#table = MemmapTable.create(path, {
      durability: "process",
      columns: { a: "i4", "g/c": "U6" },
    }) as unknown as MemmapTable;
    this.#logs = this.#appenders();
  }

  #appenders(): Appender[] {
    return this.#batches.map((rows) => this.#table.appender({ rows, ms: Number.POSITIVE_INFINITY }));
  }

  #rows(count: number): ModelRow[] {
    return Array.from({ length: count }, () => {
      this.#next += 1;
      return Object.fromEntries(
        this.#model.columnNames.map((each) => [each, TYPES[this.#types.get(each) ?? 0]?.cell(this.#next)]),
      );
    });
  }

  #commit(logs: Iterable<number> = [...this.#pending.keys()]): void {
    for (const each of logs) {
      this.#model.append(this.#pending.get(each) ?? []);
      this.#pending.delete(each);
    }
  }

  step(step: Step): void {
    const [table, model] = [this.#table, this.#model];
    switch (step.do) {
      case "gather":
        this.#gather(step);
        break;
      case "flush":
        this.#logs[step.log]?.flush();
        this.#commit([step.log]);
        break;
      case "close":
        this.#logs[step.log]?.close();
        this.#commit([step.log]);
        this.#logs = this.#logs.with(
          step.log,
          table.appender({ rows: this.#batches[step.log] ?? 1, ms: Number.POSITIVE_INFINITY }),
        );
        break;
      case "append": {
        const rows = this.#rows(step.count);
        table.append(rows);
        this.#commit();
        model.append(rows);
        break;
      }
      case "resize":
        table.resize(step.rows);
        this.#commit();
        model.resize(step.rows);
        break;
      case "add": {
        const { dtype, itemShape } = TYPES[step.type] ?? TYPES[0];
        table.addColumn(step.name, dtype, { itemShape, overwrite: true });
        this.#commit();
        model.addColumn(step.name, dtype, { itemShape, overwrite: true });
        this.#types.set(step.name, step.type);
        break;
      }
      case "delete":
        if (model.find(step.name) === undefined) break;
        table.deleteColumn(step.name);
        this.#commit();
        model.deleteColumn(step.name);
        break;
      case "rename": {
        if (model.find(step.name) === undefined || model.find(step.to) !== undefined) break;
        table.renameColumn(step.name, step.to);
        this.#commit();
        model.renameColumn(step.name, step.to);
        this.#types.set(step.to, this.#types.get(step.name) ?? 0);
        break;
      }
      case "attr": {
        const column = model.find(step.name);
        if (column === undefined) break;
        table.column(step.name).attr = step.attr;
        this.#commit();
        column.attr = step.attr;
        break;
      }
      case "transaction":
        this.#transaction(step);
        break;
      case "table flush":
        table.flush();
        this.#commit();
        break;
      case "refresh":
        table.refresh();
        this.#commit();
        break;
      case "reopen":
        this.finish();
        this.#table = MemmapTable.open(this.#path, {
          mode: "r+",
          durability: step.durability === "full" ? "full" : "process",
        }) as unknown as MemmapTable;
        this.#logs = this.#appenders();
        break;
      default:
        step satisfies never;
    }
    this.check();
  }

  #gather({ log, count, bad, single }: Extract<Step, { do: "gather" }>): void {
    const rows = this.#rows(count);
    const appender = this.#logs[log];
    if (bad && this.#model.columnNames.length > 0 && count > 0) {
      const last = this.#model.columnNames.at(-1) ?? "";
      const wrong = [...rows.slice(1), { ...rows[0], [last]: Symbol("no cell") }];
      expect(() => appender?.append(wrong)).toThrow(CastError);
      return;
    }
    for (const part of single ? rows.map((row) => [row]) : [rows]) {
      appender?.append(single ? (part[0] ?? []) : part);
      if (part.length === 0) continue;
      const pending = [...(this.#pending.get(log) ?? []), ...part];
      this.#pending.set(log, pending);
      if (pending.length >= (this.#batches[log] ?? 1)) this.#commit([log]);
    }
  }

  #transaction({ rows, count, fails }: Extract<Step, { do: "transaction" }>): void {
    this.#commit();
    const stop = new Error("no");
    const given = this.#rows(count);
    const both = [this.#table, this.#model] as const;
    for (const each of both) {
      const act = () =>
        each.transaction(() => {
          each.resize(rows);
          each.append(given);
          if (fails) throw stop;
        });
      if (fails) expect(act).toThrow(stop);
      else act();
    }
  }

  check(): void {
    compareTable(this.#table, this.#model);
    expect(this.#logs.map(({ pending }) => pending)).toEqual(
      this.#batches.map((_, i) => this.#pending.get(i)?.length ?? 0),
    );
  }

  /** Closes the table and compares what is left. */
  finish(): void {
    this.#table.close();
    this.#commit();
    using read = MemmapTable.open(this.#path);
    compareTable(read, this.#model);
  }

  [Symbol.dispose](): void {
    this.#table.close();
  }
}

describe("rows that appenders gather", () => {
  let count = 0;

  it("come to the table in their order, whatever happens to it in between", () => {
    const batches = fc.tuple(fc.constantFrom(...BATCHES), fc.constantFrom(...BATCHES));
    fc.assert(
      fc.property(batches, fc.array(anyStep, { maxLength: 40, size: "max" }), (sizes, steps) => {
        count += 1;
        const path = join(directory, `table-${count}`);
        {
          using run = new Run(path, sizes);
          for (const step of steps) run.step(step);
          run.finish();
        }
        rmSync(path, { recursive: true });
      }),
      { numRuns: process.env.RUNS === undefined ? 100 : Number(process.env.RUNS) },
    );
  }, 600_000);
});
