import { rmSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DType, isComplex, parseDType } from "../src/dtype/index.js";
import { type ColumnSource, check, MemmapFile, type TableView } from "../src/index.js";
import { isNotice } from "../src/store/index.js";
import { anyCell, anyDType, isSame } from "../src/testing/index.js";
import { arrayOf } from "../test/array/support.js";
import { temporaryPaths } from "../test/support/temporary.js";

const numRuns = process.env.RUNS === undefined ? 28 : Number(process.env.RUNS);
const fresh = temporaryPaths();

/** A column of few different cells, which is what groups are made of. */
interface Column {
  readonly dtype: DType;
  readonly cells: readonly unknown[];
  /** 1 where null, whatever the cell. */
  readonly nulls: readonly number[] | undefined;
}

interface Case {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly groupBy: readonly number[];
  readonly orderBy: readonly number[];
  readonly ascending: boolean | readonly boolean[];
  readonly name: string | undefined;
}

function anyColumn(rows: number): fc.Arbitrary<Column> {
  return anyDType({ kinds: "biufcSUMm", nesting: 0, maxWidth: 4 }).chain((dtype) =>
    fc.record({
      dtype: fc.constant(dtype),
      cells: fc
        .tuple(
          fc.array(anyCell(dtype), { minLength: 1, maxLength: 3 }),
          fc.array(fc.nat({ max: 3 }), { minLength: rows, maxLength: rows }),
        )
        .map(([pool, picks]) => picks.map((pick) => pool[pick % pool.length])),
      nulls: fc.option(fc.array(fc.constantFrom(0, 0, 1), { minLength: rows, maxLength: rows }), {
        nil: undefined,
      }),
    }),
  );
}

const cases: fc.Arbitrary<Case> = fc.nat({ max: 14 }).chain((rows) =>
  fc.array(anyColumn(rows), { minLength: 1, maxLength: 3 }).chain((columns) => {
    const all = [...columns.keys()];
    const some = fc.subarray(all, { maxLength: Math.min(2, columns.length) });
    return fc.oneof(some, fc.shuffledSubarray(all, { minLength: all.length })).chain((orderBy) =>
      fc.record({
        rows: fc.constant(rows),
        columns: fc.constant(columns),
        groupBy: some,
        orderBy: fc.constant(orderBy),
        ascending: fc.oneof(
          { weight: 1, arbitrary: fc.boolean() },
          {
            weight: 3,
            arbitrary: fc.array(fc.boolean(), { minLength: orderBy.length, maxLength: orderBy.length }),
          },
        ),
        name: fc.constantFrom(undefined, "frame", "é"),
      }),
    );
  }),
);

const nameOf = (column: number) => `c${column}`;
const hasNull = ({ kind }: DType) => "fcMm".includes(kind);

function sourceOf({ rows, columns }: Case): ColumnSource {
  const at = (name: string) => columns[Number(name.slice(1))];
  return {
    columnNames: columns.map((_, i) => nameOf(i)),
    length: rows,
    column: (name: string) => {
      const { dtype = parseDType("f8"), cells = [] } = at(name) ?? {};
      return arrayOf(dtype, [rows], cells);
    },
    nulls: (name: string) => {
      const nulls = at(name)?.nulls;
      return nulls === undefined ? undefined : Uint8Array.from(nulls);
    },
  };
}

function isNaNOrNaT(value: unknown): boolean {
  if (isComplex(value)) return Number.isNaN(value.re) || Number.isNaN(value.im);
  return value === null || Number.isNaN(value);
}

/** What a row is grouped and ordered by: null where it has nothing, and no -0. */
function keyOf({ cells, nulls }: Column, row: number): unknown {
  const value = cells[row];
  if (nulls?.[row] === 1 || isNaNOrNaT(value)) return null;
  if (isComplex(value)) return { re: value.re + 0, im: value.im + 0 };
  return typeof value === "number" ? value + 0 : value;
}

function compareKeys(a: unknown, b: unknown, ascending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return ascending ? compareValues(a, b) : compareValues(b, a);
}

function compareValues(a: unknown, b: unknown): number {
  if (isComplex(a) && isComplex(b)) return compareValues(a.re, b.re) || compareValues(a.im, b.im);
  if (typeof a === "string" && typeof b === "string") {
    // UTF-8 sorts as code points do, which is not how JavaScript compares strings.
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  const [x, y] = [a as number, b as number];
  return x < y ? -1 : Number(x > y);
}

interface Group {
  readonly keys: readonly unknown[];
  readonly rows: readonly number[];
}

/** Groups and their rows, by a stable sort. */
function groupsOf({ rows, columns, groupBy, orderBy, ascending }: Case): Group[] {
  const key = (column: number, row: number) => {
    const found = columns[column];
    return found === undefined ? null : keyOf(found, row);
  };
  const byGroup = (a: number, b: number) =>
    firstOf(groupBy.map((column) => compareKeys(key(column, a), key(column, b), true)));
  const byOrder = (a: number, b: number) =>
    firstOf(
      orderBy.map((column, i) => {
        const isUp = typeof ascending === "boolean" ? ascending : (ascending[i] ?? true);
        return compareKeys(key(column, a), key(column, b), isUp);
      }),
    );
  const order = Array.from({ length: rows }, (_, row) => row).sort((a, b) => byGroup(a, b) || byOrder(a, b));
  if (groupBy.length === 0) return [{ keys: [], rows: order }];
  const groups: { keys: unknown[]; rows: number[] }[] = [];
  for (const row of order) {
    const last = groups.at(-1);
    if (last !== undefined && byGroup(last.rows[0] ?? 0, row) === 0) last.rows.push(row);
    else groups.push({ keys: groupBy.map((column) => key(column, row)), rows: [row] });
  }
  return groups;
}

const firstOf = (found: readonly number[]) => found.find((each) => each !== 0) ?? 0;

function expectElements(file: MemmapFile, path: string, dtype: DType, expected: readonly unknown[]): void {
  const array = file.getArray(path);
  expect(String(array.dtype)).toBe(String(dtype));
  expect(array.shape).toEqual([expected.length]);
  const found = Array.from({ length: array.length }, (_, i) => array.at(i));
  if (!isSame(found, expected)) expect(found, path).toEqual(expected);
}

/** What null is in an array of the column's own dtype. */
function absentIn({ kind }: DType): unknown {
  if (kind === "f") return Number.NaN;
  return kind === "c" ? { re: Number.NaN, im: Number.NaN } : null;
}

/** Everything that a frame has become. */
function compareFrame(file: MemmapFile, one: Case, arrays: ReadonlySet<number>): void {
  const { columns, groupBy, name } = one;
  const groups = groupsOf(one);
  const root = name === undefined ? "" : `/${name}`;
  const items = file.groupItems();
  expect(file.hasGroups()).toBe(groupBy.length > 0);
  const keys = groups.map((group) => (group.keys.length === 1 ? group.keys[0] : group.keys));
  if (groupBy.length > 0) {
    if (!isSame(file.groupNames(), keys)) expect(file.groupNames()).toEqual(keys);
    expect(file.groupSizes()).toEqual(groups.map(({ rows }) => rows.length));
    expect(new Set(items.map(({ path }) => path.toLowerCase())).size).toBe(groups.length);
    const sorted = file.sortedGroupSizes();
    expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
  } else expect(items).toEqual([]);
  for (const [i, { rows }] of groups.entries()) {
    const path = groupBy.length === 0 ? root : (items[i]?.path ?? "");
    expect(path.startsWith(`${root}/`) || groupBy.length === 0).toBe(true);
    const frame = file.getDataFrame(`${path}/all`);
    expect(frame.length).toBe(rows.length);
    for (const [j, { dtype, cells, nulls }] of columns.entries()) {
      const isNull = (row: number) => nulls?.[row] === 1;
      const masked = rows.map((row) => (isNull(row) && hasNull(dtype) ? absentIn(dtype) : cells[row]));
      if (hasMask({ dtype, cells, nulls })) {
        expectElements(file, `${path}/all/${nameOf(j)}.null`, parseDType("b1"), rows.map(isNull));
        const known = rows.filter((row) => !isNull(row));
        const column = frame.column(nameOf(j));
        const found = rows.flatMap((row, at) => (isNull(row) ? [] : [column.at(at)]));
        expect(
          isSame(
            found,
            known.map((row) => cells[row]),
          ),
        ).toBe(true);
      } else expectElements(file, `${path}/all/${nameOf(j)}`, dtype, masked);
      if (arrays.has(j)) expectElements(file, `${path}/array${j}`, dtype, masked);
    }
  }
}

describe("frames in a file", () => {
  it("are what a stable sort in plain JavaScript makes of them, and so they stay", async () => {
    await fc.assert(
      fc.asyncProperty(
        cases,
        fc.boolean(),
        fc.constantFrom("npy" as const, "raw" as const),
        async (one, isClosing, layout) => {
          const root = fresh("file");
          const { columns, groupBy, orderBy, ascending, name } = one;
          const options = { durability: "process", layout } as const;
          const file = MemmapFile.open(root, { mode: "w+", ...options });
          const [byGroup, byOrder] = [groupBy.map(nameOf), orderBy.map(nameOf)];
          file.fromDataFrame(sourceOf(one), { groupBy: byGroup, orderBy: byOrder, ascending, name });
          file.registerDataFrame(
            "all",
            columns.map((_, i) => nameOf(i)),
          );
          // Where there are nulls in a dtype that has none, an array is refused.
          const arrays = new Set([...columns.keys()].filter((i) => isWhole(columns[i])));
          for (const i of arrays) file.registerArray(`array${i}`, nameOf(i));
          if (isClosing) file.close();
          else {
            await file.commit({ workers: 0 });
            compareFrame(file, one, arrays);
            file.close();
          }
          expect(check(root).filter((each) => !isNotice(each))).toEqual([]);
          using again = MemmapFile.open(root);
          compareFrame(again, one, arrays);
          rmSync(root, { recursive: true });
        },
      ),
      { numRuns },
    );
  });

  it("that have a null where an array takes none are refused whole", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const at = one.columns.findIndex((column) => !isWhole(column));
        fc.pre(at >= 0);
        const root = fresh("file");
        using file = MemmapFile.open(root, { mode: "w+", durability: "process" });
        const { generation } = file;
        file.fromDataFrame(sourceOf(one), { groupBy: one.groupBy.map(nameOf) });
        file
          .registerDataFrame(
            "all",
            one.columns.map((_, i) => nameOf(i)),
          )
          .registerArray("array", nameOf(at));
        await expect(file.commit({ workers: 0 })).rejects.toMatchObject({ code: "CAST" });
        expect(file.generation).toBe(generation);
        expect([...file.keys()]).toEqual([]);
        expect(file.frames.size).toBe(0);
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });

  it("show their nulls to encoders, where the dtype has any, and their rows in order", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const root = fresh("file");
        using file = MemmapFile.open(root, { mode: "w+", durability: "process" });
        const { columns, groupBy, orderBy, ascending } = one;
        const names = columns.map((_, i) => nameOf(i));
        let isCalled = false;
        const encoder = (view: TableView) => {
          isCalled = true;
          const shown = columns.flatMap((column, i) =>
            hasMask(column) ? [nameOf(i), `${nameOf(i)}.null`] : [nameOf(i)],
          );
          expect(view.columnNames).toEqual(shown);
          const order = groupsOf(one).flatMap(({ rows }) => rows);
          for (const [i, { dtype, cells, nulls }] of columns.entries()) {
            const isNull = (row: number) => nulls?.[row] === 1 && hasNull(dtype);
            const expected = order.map((row) => (isNull(row) ? absentIn(dtype) : cells[row]));
            const found = Array.from(order, (_, at) => view.column(nameOf(i)).at(at));
            if (!isSame(found, expected)) expect(found, nameOf(i)).toEqual(expected);
          }
          return Int32Array.from(order);
        };
        file.fromDataFrame(sourceOf(one), {
          groupBy: groupBy.map(nameOf),
          orderBy: orderBy.map(nameOf),
          ascending,
        });
        file.registerArray("rows", names, { encoder });
        await file.commit({ workers: 0 });
        expect(isCalled).toBe(true);
        rmSync(root, { recursive: true });
      }),
      { numRuns: Math.ceil(numRuns / 2) },
    );
  });

  it("are replaced by others of their name, of which alone there is something then", async () => {
    await fc.assert(
      fc.asyncProperty(cases, cases, async (first, second) => {
        const root = fresh("file");
        using file = MemmapFile.open(root, { mode: "w+", durability: "process" });
        for (const one of [first, second]) {
          file.fromDataFrame(sourceOf(one), {
            groupBy: one.groupBy.map(nameOf),
            name: "frame",
            overwrite: one === second,
          });
          file.registerDataFrame(
            "all",
            one.columns.map((_, i) => nameOf(i)),
          );
          await file.commit({ workers: 0 });
          if (one === first) file.setArray("/frame/mine", 3);
        }
        compareFrame(file, { ...second, name: "frame", orderBy: [] }, new Set());
        expect(file.getArray("/frame/mine").at()).toBe(3);
        const arrays = [...file.walk()].filter(({ kind }) => kind === "array").length;
        const perGroup = second.columns.length + second.columns.filter(hasMask).length;
        expect(arrays).toBe(1 + perGroup * groupsOf(second).length);
        rmSync(root, { recursive: true });
      }),
      { numRuns: Math.ceil(numRuns / 3) },
    );
  });
});

function hasMask({ dtype, nulls }: Column): boolean {
  return nulls !== undefined && !hasNull(dtype);
}

/** Whether its own dtype has all that is in it. */
function isWhole(column: Column | undefined): boolean {
  return column !== undefined && (hasNull(column.dtype) || column.nulls?.includes(1) !== true);
}
