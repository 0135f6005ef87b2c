import { describe, expect, it } from "vitest";
import { zeros } from "../../src/array/index.js";
import { CheckedCumsum, DurationCumsum, HalfCumsum } from "../../src/array/numerics/cumulators.js";
import { storePositions } from "../../src/array/numerics/order.js";
import { reduce } from "../../src/array/numerics/reduce.js";
import { encodeUnits, unitsOf } from "../../src/array/numerics/text-units.js";
import { UnitsSet } from "../../src/array/numerics/units-set.js";
import { parseDType, toHalf } from "../../src/dtype/index.js";
import { CastError } from "../../src/errors.js";

describe("reduce", () => {
  it.each([
    ["of chunks, which are read as they are", "u1", 1 << 22],
    ["of pieces, where they are copied", "b1", 1 << 20],
  ])("stops reading when the result is settled: %s", (_, dtype, length) => {
    const array = zeros(parseDType(dtype), [9 << 20]);
    const added: number[] = [];
    const start = () => ({
      settled: false,
      add(_values: unknown, from: number, to: number) {
        added.push(to - from);
        this.settled = true;
      },
      result: () => added.length,
      state: () => added.length,
      absorb() {
        this.settled = true;
      },
      reset: () => undefined,
    });
    const reduced = reduce(array, { name: "first", dtype: parseDType("i8"), start }, {}, "array");
    expect(reduced).toEqual({ value: 1 });
    expect(added).toEqual([length]);
  });
});

describe("cumulators", () => {
  const top = 2n ** 63n - 1n;

  it("carry the total from block to block, and see it leave 64 bits between two", () => {
    const out = new BigInt64Array(2);
    const sums = new CheckedCumsum("array");
    sums.add(BigInt64Array.of(top, -1n), 0, 2, out, 0);
    sums.add(BigInt64Array.of(1n), 0, 1, out, 0);
    expect(out[0]).toBe(top);
    expect(() => sums.add(BigInt64Array.of(1n), 0, 1, out, 0)).toThrow(CastError);
    sums.reset();
    sums.add(BigInt64Array.of(1n), 0, 0, out, 0);
    sums.add(BigInt64Array.of(0n, 1n), 1, 2, out, 1);
    expect(out[1]).toBe(1n);
  });

  it("do not take a negative total carried over for one that wrapped around", () => {
    const out = new BigInt64Array(1);
    const sums = new CheckedCumsum("array");
    for (const [added, total] of [
      [-5n, -5n],
      [3n, -2n],
      [-1n, -3n],
      [4n, 1n],
    ] as const) {
      sums.add(BigInt64Array.of(added), 0, 1, out, 0);
      expect(out[0]).toBe(total);
    }
  });

  it("keep NaT from block to block", () => {
    const out = new BigInt64Array(2);
    const sums = new DurationCumsum("array", false);
    sums.add(BigInt64Array.of(1n, -top - 1n), 0, 2, out, 0);
    sums.add(BigInt64Array.of(5n), 0, 1, out, 0);
    expect([...out]).toEqual([-top - 1n, -top - 1n]);
    sums.reset();
    sums.add(BigInt64Array.of(5n), 0, 1, out, 0);
    expect(out[0]).toBe(5n);
  });

  it("round halves once at each step, -0 kept", () => {
    const out = new Uint16Array(3);
    const sums = new HalfCumsum(false);
    sums.add(Float32Array.of(-0, 2048), 0, 2, out, 0);
    sums.add(Float32Array.of(1), 0, 1, out, 2);
    expect([...out]).toEqual([toHalf(-0), toHalf(2048), toHalf(2048)]);
  });
});

describe("storePositions", () => {
  it("stores positions beyond 32 bits", () => {
    const out = new BigInt64Array(2);
    storePositions(Float64Array.of(2 ** 32 + 5, 2 ** 33 - 1), new Uint8Array(out.buffer));
    expect([...out]).toEqual([2n ** 32n + 5n, 2n ** 33n - 1n]);
  });
});

describe("raw strings", () => {
  it("are UTF-8, as the encoder of the platform has it", () => {
    for (const text of ["", "a", "é", "€", "😀", "aé€😀\u07ff\u0800\uffff\u{10ffff}"]) {
      expect([...unitsOf(text, "S")]).toEqual([...new TextEncoder().encode(text)]);
    }
    expect([...unitsOf("a😀", "U")]).toEqual([0x61, 0x1f600]);
    expect([...unitsOf("\ud800", "S")]).toEqual([0xed, 0xa0, 0x80]);
  });

  it("keep NULs within a string but not at its end", () => {
    const out = new Uint8Array(16).fill(9);
    encodeUnits(Uint32Array.of(0x61, 0, 0xe9, 0), 4, out);
    expect([...out]).toEqual([0x61, 0, 0xc3, 0xa9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("are found in a set whatever their widths, and others are not", () => {
    const members = ["", "ab", "b", "ab\0c"].map((text) => unitsOf(text, "U"));
    const set = new UnitsSet(members);
    const out = new Uint8Array(6);
    const values = Uint32Array.from(
      [..."ab\0", ..."a\0\0", ..."b\0\0", ..."\0\0\0", ..."abc", ..."ac\0"],
      (c) => c.charCodeAt(0),
    );
    set.mark(values, 3, 6, out, 0);
    expect([...out]).toEqual([1, 0, 1, 1, 0, 0]);
  });
});
