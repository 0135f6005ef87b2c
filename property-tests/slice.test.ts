import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bound, resolveSlice, slice } from "../src/array/index.js";
import { pythonSlice } from "../test/array/support.js";

const { POSITIVE_INFINITY, NEGATIVE_INFINITY, MAX_SAFE_INTEGER, MAX_VALUE } = Number;

/** Bounds near the ends of an axis, far beyond them, and open ones. */
function bound(length: number): fc.Arbitrary<Bound> {
  return fc.oneof(
    fc.constantFrom(null, undefined),
    fc.integer({ min: -length - 3, max: length + 3 }),
    fc.constantFrom(
      POSITIVE_INFINITY,
      NEGATIVE_INFINITY,
      MAX_SAFE_INTEGER,
      -MAX_SAFE_INTEGER,
      MAX_VALUE,
      -MAX_VALUE,
      -0,
    ),
  );
}

function step(length: number): fc.Arbitrary<Bound> {
  return fc.oneof(
    fc.constantFrom(null, undefined, 1, -1),
    fc.integer({ min: -length - 2, max: length + 2 }).map((by) => (by === 0 ? 1 : by)),
    fc.constantFrom(MAX_SAFE_INTEGER, -MAX_SAFE_INTEGER, MAX_VALUE, -MAX_VALUE),
  );
}

describe("slices", () => {
  it("select the positions that Python's do", () => {
    const any = fc
      .integer({ min: 0, max: 40 })
      .chain((length) => fc.tuple(fc.constant(length), bound(length), bound(length), step(length)));
    fc.assert(
      fc.property(any, ([length, start, stop, by]) => {
        const given = slice(start, stop, by);
        const range = resolveSlice(given, length);
        const found = Array.from({ length: range.length }, (_, i) => range.start + i * range.step + 0);
        expect(found).toEqual(pythonSlice(given, length).map((position) => position + 0));
      }),
      { numRuns: 1000 },
    );
  });

  it("of axes as long as there can be keep within them, and compose", () => {
    const length = fc.integer({ min: 0, max: MAX_SAFE_INTEGER });
    const any = length.chain((n) => {
      const near = fc.integer({ min: -n, max: n });
      return fc.tuple(
        fc.constant(n),
        near,
        near,
        fc.integer({ min: 1, max: MAX_SAFE_INTEGER }),
        fc.boolean(),
      );
    });
    fc.assert(
      fc.property(any, ([n, start, stop, size, backwards]) => {
        const by = backwards ? -size : size;
        const range = resolveSlice(slice(start, stop, by), n);
        const wrap = (position: bigint) => (position < 0n ? position + BigInt(n) : position);
        const [from, to] = [wrap(BigInt(start)), wrap(BigInt(stop))];
        const first = backwards && from >= BigInt(n) ? BigInt(n) - 1n : from;
        const distance = backwards ? first - to : to - from;
        const count = distance <= 0n ? 0n : (distance + BigInt(size) - 1n) / BigInt(size);
        expect(BigInt(range.length)).toBe(n === 0 ? 0n : count);
        if (range.length === 0) return;
        expect(BigInt(range.start)).toBe(first);
        const last = BigInt(range.start) + BigInt(range.length - 1) * BigInt(range.step);
        expect(last >= 0n && last < BigInt(n)).toBe(true);
      }),
    );
  });
});
