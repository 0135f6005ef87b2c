import { describe, expect, it } from "vitest";
import type { ArrayView } from "../../src/array/index.js";
import { Condition, type ConditionSource } from "../../src/array/parallel/condition.js";
import { STRIDED } from "../../src/array/strided.js";
import { DTypeError, ShapeError, UnsupportedError } from "../../src/errors.js";
import { arrayOf, listOf } from "./numerics-arrays.js";
import { statisticsOf } from "./statistics.js";

const nan = Number.NaN;

describe("a condition", () => {
  it("counts the elements that it holds for", () => {
    const values = listOf("f8", [1, 5, nan, -3, 5]);
    expect(values.condition("gt", 1).count()).toBe(2);
    expect(values.condition("ne", 5).count()).toBe(3);
    expect(values.condition("between", -3, 1).count()).toBe(2);
    expect(values.condition("gt", values.slice(null, null, -1)).count()).toBe(2);
    expect(listOf("U3", ["a", "bc", "b"]).condition("between", "b", "bd").count()).toBe(2);
    expect(
      listOf("c16", [1, { re: 1, im: 1 }])
        .condition("eq", 1)
        .count(),
    ).toBe(1);
    expect(listOf("f2", [1, 2, 3]).condition("ge", 2).count()).toBe(2);
    expect(listOf("f2", [1, 2, 3]).condition("eq", { re: 2, im: 1 }).count()).toBe(0);
    expect(
      listOf("M8[D]", [new Date(0), null])
        .condition("le", new Date(1))
        .count(),
    ).toBe(1);
    expect(
      listOf("M8[D]", [new Date(0), null])
        .condition("ne", new Date(1))
        .count(),
    ).toBe(2);
    expect(listOf("b1", [true, false, true]).condition("eq", true).count()).toBe(2);
    expect(listOf("f8", []).condition("eq", 1).count()).toBe(0);
  });

  it("is looked for anew at each use", () => {
    const values = listOf("i4", [1, 2, 3]);
    const large = values.condition("gt", 2);
    expect(large.count()).toBe(1);
    values.set(0, 9);
    expect(large.count()).toBe(2);
    expect(values.sum({ where: large })).toBe(12);
    expect([...large.mask()]).toEqual([true, false, true]);
  });

  it("is a mask wherever one is taken", () => {
    const values = listOf("i4", [4, 1, 3]);
    const large = values.condition("ge", 3);
    expect([...values.filter(large)]).toEqual([4, 3]);
    expect([...values.lt(4).and(large)]).toEqual([false, false, true]);
    values.put(large, 0);
    expect([...values]).toEqual([0, 1, 0]);
  });

  it("is made once where rows are chosen by it", () => {
    const values = listOf("i4", [4, 1, 3]) as ArrayView;
    const source = { array: values[STRIDED](), label: "array", path: undefined };
    let asked = 0;
    const large = new Condition(
      {
        source: () => {
          asked += 1;
          return source;
        },
        statistics: () => undefined,
        own: () => values as never,
      },
      [{ op: "ge", other: 3 }],
    );
    asked = 0;
    values.put(large, 0);
    expect([...values, asked]).toEqual([0, 1, 0, 1]);
  });

  it("is the where of reductions, of their shape or of rows", () => {
    const grid = arrayOf(
      "i2",
      [2, 3],
      [
        [1, 2, 3],
        [10, 20, 30],
      ],
    );
    const rows = listOf("U1", ["a", "b"]);
    expect(grid.sum({ where: grid.condition("gt", 2) })).toBe(63);
    expect(grid.sum({ where: rows.condition("eq", "b") })).toBe(60);
    expect(grid.max({ where: rows.condition("eq", "a") })).toBe(3);
    expect(grid.slice(null, null, -1).sum({ where: rows.condition("eq", "b") })).toBe(6);
    expect(grid.sum({ where: grid.condition("ge", grid.slice(null, null, -1)) })).toBe(60);
    expect(() => grid.min({ where: rows.condition("eq", "c") })).toThrow(ShapeError);
    expect(() => grid.sum({ where: listOf("i1", [1, 2, 3, 4]).condition("eq", 1) })).toThrow(ShapeError);
    expect(() => grid.sum({ axis: 0, where: grid.condition("gt", 2) as never })).toThrow(UnsupportedError);
  });

  it("asks by workers what it asks here", async () => {
    const values = listOf("f4", [1, 5, nan, -3, 5]);
    const large = values.condition("gt", 1);
    expect(await large.countAsync()).toBe(2);
    expect(await values.condition("lt", values.slice(null, null, -1)).countAsync({ workers: 1 })).toBe(2);
    expect(await values.sumAsync({ where: large })).toBe(10);
    const reason = new Error("enough");
    await expect(large.countAsync({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(large.countAsync({ signal: 1 as never })).rejects.toThrow(UnsupportedError);
    await expect(large.countAsync(null as never)).rejects.toThrow(UnsupportedError);
  });

  it("is refused where it is written, if there is no such comparison", () => {
    const values = listOf("i4", [1, 2]);
    const loose = values as { condition(...args: readonly unknown[]): Condition };
    expect(() => loose.condition("gt", "a")).toThrow(DTypeError);
    expect(() => loose.condition("gt", [1, 2, 3])).toThrow(ShapeError);
    expect(() => loose.condition("above", 1)).toThrow(
      'there is no comparison "above"; there are eq, ne, lt, le, gt, ge and between',
    );
    expect(() => loose.condition("between", 1)).toThrow("between takes 2 values, not 1");
    expect(() => loose.condition("gt", 1, 2)).toThrow("gt takes 1 value, not 2");
  });
});

describe("what is known of blocks", () => {
  /** A condition of elements of which statistics are known, which says what is read. */
  function known(values: ArrayView, length: number, read = new Set<number>()): ConditionSource {
    const array = values[STRIDED]();
    const statistics = statisticsOf(array, length);
    const bytes = new Proxy(array.bytes, {
      get(target, key) {
        const found: unknown = Reflect.get(target, key, target);
        if (key !== "subarray") return typeof found === "function" ? found.bind(target) : found;
        return (from: number, to: number) => {
          for (let at = from; at < to; at += array.dtype.itemsize) read.add(at / array.dtype.itemsize);
          return target.subarray(from, to);
        };
      },
    });
    return {
      source: () => ({ array: { ...array, bytes }, label: "array", path: undefined }),
      statistics: () => statistics,
      own: () => {
        throw new Error("no mask is asked for");
      },
    };
  }

  it("spares counting what they decide", async () => {
    const values = listOf(
      "i4",
      Array.from({ length: 80 }, (_, i) => i),
    );
    for (const [op, other, count, size] of [
      ["ge", 40, 40, 0],
      ["ge", 44, 36, 8],
      ["lt", 0, 0, 0],
      ["eq", 9, 1, 8],
    ] as const) {
      const read = new Set<number>();
      const condition = new Condition(known(values as ArrayView, 8, read), [{ op, other }]);
      expect(condition.count()).toBe(count);
      expect(read.size).toBe(size);
      expect(await condition.countAsync()).toBe(count);
    }
  });

  it("chooses for reductions what a mask does", () => {
    const values = listOf(
      "i4",
      Array.from({ length: 80 }, (_, i) => i),
    );
    const condition = new Condition(known(values as ArrayView, 8), [{ op: "ge", other: 44 }]);
    expect(values.sum({ where: condition })).toBe(values.sum({ where: values.ge(44) }));
  });
});
