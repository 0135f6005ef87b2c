import { describe, expect, it } from "vitest";
import { makeAll, planAssign } from "../../src/array/assign.js";
import { fieldOf } from "../../src/array/field.js";
import { wrap } from "../../src/array/index.js";
import { type Strided, zeros } from "../../src/array/strided.js";
import { parseDType } from "../../src/dtype/index.js";

const ROWS = 3000;

function numbers(code: string, start: number): Strided {
  const array = zeros(parseDType(code), [ROWS]);
  wrap(array, true).assign(Array.from({ length: ROWS }, (_, i) => (start + i) % 100));
  return array;
}

const plan = (to: Strided, from: Strided) => planAssign(to, wrap(from, false), { label: "x" });
const listOf = (array: Strided) => Array.from(wrap(array, false).toArray() as Iterable<number>);

describe("assignments that are made together", () => {
  it("move records into columns, and convert what has another type", () => {
    const dtype = parseDType([
      ["a", "f8"],
      ["b", "i2"],
      ["c", "b1"],
    ]);
    const records = zeros(dtype, [ROWS]);
    const [a, b, c] = (dtype.fields ?? []).map((field) => fieldOf(records, field));
    wrap(a, true).assign(wrap(numbers("f8", 1), false));
    wrap(b, true).assign(wrap(numbers("i2", 2), false));
    wrap(c, true).assign(Array.from({ length: ROWS }, (_, i) => i % 7 === 0));
    const targets = ["f8", "i4", "b1"].map((code) => zeros(parseDType(code), [ROWS]));
    makeAll(
      [a, b, c].map((from, i) => plan(targets[i], from)),
      targets,
    );
    expect(listOf(targets[0])).toEqual(listOf(numbers("f8", 1)));
    expect(listOf(targets[1])).toEqual(listOf(numbers("i2", 2)));
    expect(listOf(targets[2]).slice(0, 8).map(Number)).toEqual([1, 0, 0, 0, 0, 0, 0, 1]);
  });

  it("keep their order where one reads what another stores", () => {
    const [a, b, c] = [numbers("f8", 1), numbers("f8", 2), numbers("i4", 3)];
    const before = listOf(b);
    makeAll([plan(a, b), plan(b, c)], [a, b]);
    expect(listOf(a)).toEqual(before);
    expect(listOf(b)).toEqual(listOf(c));
    const [d, e] = [numbers("f8", 4), numbers("i4", 5)];
    const old = listOf(d);
    makeAll([plan(e, c), plan(a, d), plan(d, b)], [e, a, d]);
    expect([listOf(e), listOf(a), listOf(d)]).toEqual([listOf(c), old, listOf(b)]);
  });
});
