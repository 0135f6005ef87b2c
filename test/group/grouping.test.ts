import { describe, expect, it } from "vitest";
import { slice } from "../../src/array/index.js";
import type { DTypeLike } from "../../src/dtype/index.js";
import { CastError, DTypeError, LimitError, ShapeError } from "../../src/errors.js";
import {
  type Grouping,
  groupRows,
  type KeyColumn,
  type OrderKey,
} from "../../src/group/grouping/group-rows.js";
import { MemmapTable } from "../../src/table/index.js";
import { arrayOf } from "../array/support.js";
import { temporaryPaths } from "../support/temporary.js";

const paths = temporaryPaths();

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

function key(type: DTypeLike, elements: readonly unknown[], nulls?: readonly number[]): KeyColumn {
  const array = arrayOf(type, [elements.length], elements);
  return { name: "key", array, nulls: nulls === undefined ? undefined : Uint8Array.from(nulls) };
}

const up = (column: KeyColumn): OrderKey => ({ ...column, ascending: true });
const down = (column: KeyColumn): OrderKey => ({ ...column, ascending: false });

/** The rows of each group by what it is the group of. */
function listed({ order, starts, values }: Grouping): [unknown[], number[]][] {
  const rows = order ?? Uint32Array.from({ length: starts.at(-1) ?? 0 }, (_, i) => i);
  return values.map((value, i) => [[...value], [...rows.subarray(starts[i], starts[i + 1])]]);
}

/** The groups by one column, each with its one key. */
function groups(type: DTypeLike, elements: readonly unknown[], nulls?: readonly number[]) {
  const grouping = groupRows([key(type, elements, nulls)], [], elements.length);
  return listed(grouping).map(([[value], rows]) => [value, rows]);
}

describe("groups", () => {
  it.each(["U3", ">U3", "S4", "U20"])("of %s are by code point, and rows keep their order", (type) => {
    expect(groups(type, ["b", "😀", "", "a", "b", "ab"])).toEqual([
      ["", [2]],
      ["a", [3]],
      ["ab", [5]],
      ["b", [0, 4]],
      ["😀", [1]],
    ]);
    expect(groups(type, ["\uffee", "😀", "\uffee"])).toEqual([
      ["\uffee", [0, 2]],
      ["😀", [1]],
    ]);
  });

  it.each(["i1", "i2", "i4", ">i2", ">i4", "f2", ">f2", "f4", "f8", ">f4", ">f8"])(
    "of %s are by value",
    (type) => {
      expect(groups(type, [3, -1, 0, 3, -100])).toEqual([
        [-100, [4]],
        [-1, [1]],
        [0, [2]],
        [3, [0, 3]],
      ]);
    },
  );

  it.each(["u1", "u2", "u4", ">u2", ">u4"])("of %s are by value", (type) => {
    expect(groups(type, [3, 255, 0, 3])).toEqual([
      [0, [2]],
      [3, [0, 3]],
      [255, [1]],
    ]);
  });

  it("of 64-bit integers are exact", () => {
    const [big, one] = [2n ** 63n - 1n, 2n ** 63n - 2n];
    for (const type of ["i8", ">i8"])
      expect(groups(type, [big, -1n, one, big])).toEqual([
        [-1n, [1]],
        [one, [2]],
        [big, [0, 3]],
      ]);
    for (const type of ["u8", ">u8"])
      expect(groups(type, [2n ** 64n - 1n, 5n, 2n ** 63n])).toEqual([
        [5n, [1]],
        [2n ** 63n, [2]],
        [2n ** 64n - 1n, [0]],
      ]);
  });

  it("of booleans are false and true, whatever byte says true", () => {
    expect(groups("b1", [true, false, true])).toEqual([
      [false, [1]],
      [true, [0, 2]],
    ]);
    const bytes = arrayOf("u1", [4], [2, 0, 255, 1]).storage.bytes();
    const array = arrayOf("b1", [4]);
    array.storage.bytes().set(bytes);
    expect(listed(groupRows([{ name: "b", array }], [], 4))).toEqual([
      [[false], [1]],
      [[true], [0, 2, 3]],
    ]);
  });

  it.each(["f2", "f4", "f8", ">f8"])("of %s take -0 for 0, and NaN for null, last", (type) => {
    const found = groups(type, [nan, 0, -0, inf, nan, -inf]);
    expect(found).toEqual([
      [-inf, [5]],
      [0, [1, 2]],
      [inf, [3]],
      [null, [0, 4]],
    ]);
    expect(Object.is(groups(type, [1, -0])[0]?.[0], 0)).toBe(true);
  });

  it.each(["c8", "c16", ">c16"])("of %s are by real, then imaginary part; any NaN is null", (type) => {
    const c = (re: number, im: number) => ({ re, im });
    expect(groups(type, [c(1, 2), c(nan, 0), c(1, -2), c(-0, -0), c(0, nan), c(0, 0)])).toEqual([
      [c(0, 0), [3, 5]],
      [c(1, -2), [2]],
      [c(1, 2), [0]],
      [null, [1, 4]],
    ]);
  });

  it.each(["M8[us]", ">M8[D]", "m8[25s]", "M8"])("of %s are by time, NaT last as null", (type) => {
    expect(groups(type, [null, 5n, -7n, null, 5n])).toEqual([
      [-7n, [2]],
      [5n, [1, 4]],
      [null, [0, 3]],
    ]);
  });

  it("take what the mask calls null for null, with NaN, whatever lies there", () => {
    expect(groups("f8", [1, 2, nan, 1], [0, 1, 0, 0])).toEqual([
      [1, [0, 3]],
      [null, [1, 2]],
    ]);
    expect(groups("u4", [2 ** 32 - 1, 7, 0], [0, 2, 0])).toEqual([
      [0, [2]],
      [2 ** 32 - 1, [0]],
      [null, [1]],
    ]);
    expect(groups("U4", ["null", "", "x"], [0, 0, 1])).toEqual([
      ["", [1]],
      ["null", [0]],
      [null, [2]],
    ]);
  });

  it("of several columns are by the first, then the next", () => {
    const columns = [key("U2", ["b", "a", "b", "a", "b"]), key("f8", [1, nan, 0, nan, 1])];
    expect(listed(groupRows(columns, [], 5))).toEqual([
      [
        ["a", null],
        [1, 3],
      ],
      [["b", 0], [2]],
      [
        ["b", 1],
        [0, 4],
      ],
    ]);
  });

  it("read strided and reversed columns as they are", () => {
    const wide = arrayOf("i4", [3, 2], [5, 1, 4, 0, 5, 1]);
    const column = { name: "k", array: wide.view(slice(null, null, -1), 0) };
    expect(listed(groupRows([column], [], 3))).toEqual([
      [[4], [1]],
      [[5], [0, 2]],
    ]);
  });

  it("read columns from their files", () => {
    using table = MemmapTable.create(paths(), { rows: 4, columns: { origin: "U3", delay: "f4" } });
    table.column("origin").assign(["SEA", "JFK", "SEA", "ATL"]);
    table.column("delay").assign([2, nan, 1, 0]);
    const [origin, delay] = [table.column("origin"), table.column("delay")];
    const found = groupRows([{ name: "origin", array: origin }], [up({ name: "delay", array: delay })], 4);
    expect(listed(found)).toEqual([
      [["ATL"], [3]],
      [["JFK"], [1]],
      [["SEA"], [2, 0]],
    ]);
  });

  it("of no rows are none; without columns, all rows are one", () => {
    expect(groupRows([key("i4", [])], [], 0)).toEqual({ order: undefined, starts: [0], values: [] });
    expect(groupRows([], [], 0)).toEqual({ order: undefined, starts: [0, 0], values: [[]] });
    expect(groupRows([], [], 3)).toEqual({ order: undefined, starts: [0, 3], values: [[]] });
  });
});

describe("orders", () => {
  it("go up and down, nulls last, equals as they were", () => {
    const column = key("f8", [2, nan, 1, 2, nan, 3]);
    expect(listed(groupRows([], [up(column)], 6))).toEqual([[[], [2, 0, 3, 5, 1, 4]]]);
    expect(listed(groupRows([], [down(column)], 6))).toEqual([[[], [5, 0, 3, 2, 1, 4]]]);
    expect(listed(groupRows([], [down(key("U2", ["a", "b", "a"], [0, 0, 1]))], 3))).toEqual([
      [[], [1, 0, 2]],
    ]);
  });

  it("order the rows of each group, the first column before the next", () => {
    const by = key("S1", ["y", "x", "y", "x", "y"]);
    const [first, next] = [key("i2", [1, 1, 2, 1, 2]), key("M8[s]", [0n, 9n, 5n, 8n, 7n])];
    expect(listed(groupRows([by], [down(first), up(next)], 5))).toEqual([
      [["x"], [3, 1]],
      [["y"], [2, 4, 0]],
    ]);
  });

  it("that change nothing are none", () => {
    const by = key("U1", ["a", "a", "b", "b"]);
    expect(groupRows([by], [], 4).order).toBeUndefined();
    expect(groupRows([by], [up(key("i4", [1, 2, 0, 1]))], 4)).toEqual({
      order: undefined,
      starts: [0, 2, 4],
      values: [["a"], ["b"]],
    });
    expect(groupRows([], [down(key("f4", [3, 2, 2, nan]))], 4).order).toBeUndefined();
    expect([...(groupRows([by], [up(key("i4", [2, 1, 0, 1]))], 4).order ?? [])]).toEqual([1, 0, 2, 3]);
  });

  it("lie in memory that workers share", () => {
    const { order } = groupRows([key("i1", [1, 0])], [], 2);
    expect(order?.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});

describe("more groups than are counted", () => {
  const rows = 132_000;
  const spread = (i: number) => Math.imul(i, 0x9e3779b1) >>> 0;

  it.each([
    ["i4", (i: number) => spread(i % 66_000) | 0],
    ["f8", (i: number) => (i % 66_000 === 5 ? nan : spread(i % 66_000) / 7)],
  ])("are the same of %s", (type, value) => {
    const elements = Array.from({ length: rows }, (_, i) => value(i));
    const expected = Array.from({ length: 66_000 }, (_, i) => [value(i), [i, i + 66_000]] as const)
      .sort(([a], [b]) => Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || a - b)
      .map(([x, places]) => [Number.isNaN(x) ? null : x, places]);
    expect(JSON.stringify(groups(type, elements))).toBe(JSON.stringify(expected));
  });

  it("are the same of two columns, in an order", () => {
    const pair = (i: number) => [spread(i) % 300, (spread(i) >>> 12) % 300] as const;
    const pairs = Array.from({ length: rows }, (_, i) => pair(i));
    const a = Array.from(pairs, ([x]) => x);
    const b = Array.from(pairs, ([, y]) => BigInt(y));
    const time = Array.from({ length: rows }, (_, i) => i % 1000);
    const found = groupRows([key("u2", a), key("i8", b)], [down(key("i4", time))], rows);
    const number = (i: number) => (pairs[i]?.[0] ?? 0) * 300 + (pairs[i]?.[1] ?? 0);
    const expected = Array.from({ length: rows }, (_, i) => i).sort(
      (i, j) => number(i) - number(j) || (j % 1000) - (i % 1000) || i - j,
    );
    expect(found.order?.join()).toBe(expected.join());
    const starts = expected.flatMap((row, i) =>
      i === 0 || number(row) !== number(expected[i - 1] ?? 0) ? [i] : [],
    );
    expect(starts.length).toBeGreaterThan(2 ** 16);
    expect(found.starts.join()).toBe([...starts, rows].join());
    expect(found.values.join()).toBe(starts.map((at) => pair(expected[at] ?? 0)).join());
  });
});

describe("columns that cannot be keys", () => {
  it("are refused by name", () => {
    const { array } = key("V3", [new Uint8Array(3)]);
    expect(() => groupRows([{ name: "raw", array }], [], 1)).toThrow(DTypeError);
    expect(() => groupRows([{ name: "raw", array }], [], 1)).toThrow(/column "raw" of \|V3 cannot group/);
    const records = arrayOf([["a", "i4"]], [2]);
    expect(() => groupRows([], [up({ name: "r", array: records })], 2)).toThrow(
      /column "r" .* a field of it may/,
    );
    const cells = arrayOf("f8", [2, 3]);
    expect(() => groupRows([{ name: "v", array: cells }], [], 2)).toThrow(DTypeError);
    expect(() => groupRows([{ name: "v", array: cells }], [], 2)).toThrow(/column "v" of shape \(2, 3\)/);
    expect(() => groupRows([{ name: "v", array: arrayOf("f8", []) }], [], 1)).toThrow(DTypeError);
  });

  it("are refused by their length", () => {
    expect(() => groupRows([key("i4", [1, 2])], [], 3)).toThrow(ShapeError);
    expect(() => groupRows([key("i4", [1, 2])], [], 3)).toThrow(
      /column "key" has 2 elements, where there are 3/,
    );
    expect(() => groupRows([key("i4", [1, 2], [0])], [], 2)).toThrow(/mask of nulls of column "key" has 1/);
  });

  it("are refused when there are too many rows", () => {
    expect(() => groupRows([], [], 2 ** 32)).toThrow(LimitError);
  });

  it("are named with the row where text is no Unicode", () => {
    const array = arrayOf("S2", [3], ["a", "b", "c"]);
    array.storage.bytes()[4] = 0xff;
    const act = () => groupRows([{ name: "text", array }], [], 3);
    expect(act).toThrow(CastError);
    expect(act).toThrow(/column "text", row 2: /);
  });
});
