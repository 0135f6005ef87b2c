import { join as joinPath } from "node:path";
import { expect, it, describe as suite } from "vitest";
import {
  type Aggregate,
  count,
  describe,
  first,
  groupBy,
  join,
  last,
  MemmapTable,
  max,
  mean,
  min,
  nunique,
  saveTable,
  std,
  sum,
  type TableView,
} from "../../src/index.js";
import { Random } from "./random.js";
import { askScript, QUICK, scratchDirectory } from "./support.js";

const directory = scratchDirectory();
const pandas = (call: string, args: object) => askScript("query.py", call, args);

const COLUMNS = { a: "i4", b: "U3", c: "M8[D]", d: "b1", e: "f8", f: "i8", g: "f4" } as const;

/** Rows of few keys, some of them missing. */
function randomTable(name: string, rows: number, random: Random) {
  const path = joinPath(directory, name);
  const table = MemmapTable.create(path, { ...QUICK, rows, columns: COLUMNS });
  const fill = (column: keyof typeof COLUMNS, make: () => unknown) =>
    table.column(column).assign(Array.from({ length: rows }, make) as never);
  fill("a", () => random.below(5) - 2);
  fill("b", () => ["", "x", "é", "xyz"][random.below(4)]);
  fill("c", () => [null, 0n, 19000n, -5n][random.below(4)]);
  fill("d", () => random.below(2) === 1);
  fill("e", () => (random.below(5) === 0 ? Number.NaN : random.below(1000) / 8));
  fill("f", () => BigInt(random.below(2 ** 31)) << 20n);
  fill("g", () => random.below(100) / 4);
  return { table, path };
}

/** Elements as the peer gives them; numbers compare as such. */
function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return value === null || Number.isNaN(value) ? null : value;
}

function rowsOf(view: TableView): unknown[][] {
  return Array.from(view, (row) => Object.values(row).map(plain));
}

/** Floats come as text, with all their digits. @param rounding how far they may be apart, as a part of them */
function expectRows(got: unknown[][], said: unknown[][], rounding = 1e-9): void {
  expect(got.length).toBe(said.length);
  for (const [i, row] of said.entries()) {
    for (const [k, value] of row.entries()) {
      const own = got[i]?.[k];
      if (typeof value === "string" && typeof own === "number") {
        expect(Math.abs(own - Number(value))).toBeLessThanOrEqual(rounding * Math.max(1, Math.abs(own)));
      } else expect(own).toEqual(typeof value === "string" && own === null ? null : value);
    }
  }
}

const MAKERS: readonly (readonly [column: string, how: string, make: (column: string) => Aggregate])[] = [
  ["e", "count", count],
  ["b", "size", () => count()],
  ["e", "sum", (column) => sum(column, { skipNaN: true })],
  ["f", "sum", sum],
  ["e", "mean", (column) => mean(column, { skipNaN: true })],
  ["f", "mean", mean],
  ["e", "std", (column) => std(column, { skipNaN: true, ddof: 1 })],
  ["a", "std", (column) => std(column, { ddof: 1 })],
  ["e", "min", (column) => min(column, { skipNaN: true })],
  ["f", "max", max],
  ["c", "min", (column) => min(column, { skipNaN: true })],
  ["c", "max", (column) => max(column, { skipNaN: true })],
  ["e", "first", (column) => first(column, { skipNaN: true })],
  ["e", "last", (column) => last(column, { skipNaN: true })],
  ["b", "nunique", nunique],
  ["c", "nunique", nunique],
  ["g", "max", max],
];

suite("against pandas", () => {
  it("groups and aggregates alike", () => {
    const { table, path } = randomTable("groups", 500, new Random("groups"));
    const keys = [["a"], ["b"], ["c"], ["d"], ["a", "b"], ["c", "d", "b"]];
    const cases = keys.flatMap((names) => [
      { keys: names, dropna: true },
      { keys: names, dropna: false },
    ]);
    const makersOf = (names: readonly string[]) => MAKERS.filter(([column]) => !names.includes(column));
    const wanted = cases.map((one) => ({
      ...one,
      aggregates: makersOf(one.keys).map(([column, how], i) => [`r${i}`, column, how]),
    }));
    const said = pandas("group", { root: path, cases: wanted }) as unknown[][][];
    for (const [i, { keys: names, dropna }] of cases.entries()) {
      const aggregates = new Map(makersOf(names).map(([column, , make], k) => [`r${k}`, make(column)]));
      const result = groupBy(table, names as never, { skipNaN: dropna }).agg(aggregates);
      expectRows(rowsOf(result), said[i] ?? []);
    }
  });

  it("joins alike", () => {
    const random = new Random("joins");
    const left = randomTable("left", 60, random);
    const right = randomTable("right", 40, random);
    const cases = [["a", "b"], ["c", "d"], ["e"]].flatMap((on) => [
      { on, how: "inner" as const },
      { on, how: "left" as const },
    ]);
    const said = pandas("merge", { left: left.path, right: right.path, cases }) as unknown[][][];
    for (const [i, { on, how }] of cases.entries()) {
      const all = join(left.table, right.table, { on: on as never, how, indicator: "m" });
      const rows = said[i] ?? [];
      expect(all.length).toBe(rows.length);
      // What has a match is the same; what has none has other fillers there.
      const own = all.filter(all.column("m")) as unknown as TableView;
      const matched = rows.filter((_, row) => all.column("m").at(row));
      expectRows(rowsOf(own.select(own.columnNames.slice(0, -1))), matched);
    }
  });

  it("describes alike", () => {
    const { table, path } = randomTable("described", 101, new Random("descriptions"));
    const names = ["a", "e", "f", "g"] as const;
    saveTable(`${path}-numbers`, table.select(names), QUICK).close();
    const result = describe(table.select(names));
    expectRows(
      rowsOf(result.select(names) as unknown as TableView),
      pandas("describe", { root: `${path}-numbers` }) as unknown[][],
      // It adds floats of 32 bits in 32 bits.
      1e-6,
    );
  });
});
