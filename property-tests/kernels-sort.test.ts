import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as compute from "../src/compute/index.js";
import { withoutKernels } from "../src/compute/kernels/engine.js";
import { BIG_KEYS, DOUBLE_KEYS, longArrays, SINGLE_KEYS } from "./sorting-arrays.js";
import "./seed.js";

/** The bytes of a result, so that every bit counts. */
const bitsOf = (values: compute.NumericArray) =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");

const show = (found: compute.Unique<compute.NumericArray>) =>
  Object.fromEntries(Object.entries(found).map(([name, array]) => [name, bitsOf(array)]));

/** What kernels give, after what the plain way gives. */
const both = <T>(work: () => T): [T, T] => [withoutKernels(work), work()];

describe("sorting by kernels", () => {
  it("puts places in the order of a comparison, equal elements in their own", () => {
    fc.assert(
      fc.property(longArrays, fc.boolean(), ({ values, keys }, nat) => {
        const isDate = nat && values instanceof BigInt64Array;
        const rank = isDate
          ? (key: bigint) => (key === -(2n ** 63n) ? 2n ** 64n : key)
          : (key: bigint) => key;
        const ranks = keys.map(rank);
        const places = [...ranks.keys()].sort((i, j) => {
          const [a = 0n, b = 0n] = [ranks[i], ranks[j]];
          return a < b ? -1 : a > b ? 1 : i - j;
        });
        const order = compute.argsort(values, { nat: isDate });
        expect(Buffer.compare(Buffer.from(order.buffer), Buffer.from(Int32Array.from(places).buffer))).toBe(
          0,
        );
        const [plain, fast] = both(() => compute.sort(values, { nat: isDate }));
        expect(bitsOf(fast)).toBe(bitsOf(plain));
      }),
      { numRuns: 40 },
    );
  });

  it("finds what the plain way finds distinct, bit for bit", () => {
    const asked = fc.record({
      index: fc.boolean(),
      inverse: fc.boolean(),
      counts: fc.boolean(),
      nat: fc.boolean(),
    });
    fc.assert(
      fc.property(longArrays, asked, ({ values }, options) => {
        const nat = options.nat && values instanceof BigInt64Array;
        const [plain, fast] = both(() => compute.unique(values, { ...options, nat }));
        expect(show(fast)).toEqual(show(plain));
      }),
      { numRuns: 40 },
    );
  });

  it("puts complex numbers and strings in the order of the plain way", () => {
    fc.assert(
      fc.property(longArrays, fc.integer({ min: 1, max: 9 }), ({ values }, width) => {
        const bytes = new Uint8Array(values.buffer, 0, values.byteLength - (values.byteLength % width));
        const [plain, fast] = both(() => compute.argsortUnits(bytes, width));
        expect(bitsOf(fast)).toBe(bitsOf(plain));
        const [found, foundFast] = both(() =>
          compute.uniqueUnits(bytes, width, { index: true, inverse: true, counts: true }),
        );
        expect(show(foundFast)).toEqual(show(found));
        if (!(values instanceof Float64Array || values instanceof Float32Array)) return;
        const pairs = values.subarray(0, values.length - (values.length % 2));
        const [order, orderFast] = both(() => compute.argsortComplex(pairs));
        expect(bitsOf(orderFast)).toBe(bitsOf(order));
      }),
      { numRuns: 25 },
    );
  });

  it("knows keys of the tests' own", () => {
    const doubles = Float64Array.of(Number.NaN, -0, 0, -1);
    expect(DOUBLE_KEYS(doubles)).toEqual([2n ** 64n - 1n, 2n ** 63n, 2n ** 63n, 0x400fffffffffffffn]);
    expect(SINGLE_KEYS(Float32Array.of(-0, 1))).toEqual([2n ** 31n, 0xbf800000n]);
    expect(BIG_KEYS(BigInt64Array.of(-1n))).toEqual([-1n]);
  });
});
