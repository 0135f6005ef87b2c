import { describe, expect, it } from "vitest";
import { withoutKernels } from "../../src/compute/kernels/engine.js";
import { maskAnd, maskCount, maskNot, maskOr, maskToIndices } from "../../src/compute/masks.js";
import { StaleError } from "../../src/errors.js";

const A = Uint8Array.from({ length: 50 }, (_, i) => Number(i % 2 === 0));
const B = Uint8Array.from({ length: 50 }, (_, i) => Number(i % 3 === 0));

describe("maskAnd, maskOr and maskNot", () => {
  it("combine masks at every alignment and touch nothing else", () => {
    for (let start = 0; start < 5; start++) {
      for (let other = 0; other < 5; other++) {
        for (const count of [0, 1, 3, 4, 7, 8, 40]) {
          const outs = [start, other].map((offset) => ({ offset, out: new Uint8Array(50).fill(9) }));
          for (const { offset, out } of outs) {
            const check = (mask: (i: number) => number) => {
              const expected = new Uint8Array(50).fill(9);
              for (let i = 0; i < count; i++) expected[offset + i] = mask(i);
              expect(out.join("")).toBe(expected.join(""));
              out.fill(9);
            };
            maskAnd(A, start, B, other, count, out, offset);
            check((i) => Number(A[start + i] === 1 && B[other + i] === 1));
            maskOr(A, start, B, other, count, out, offset);
            check((i) => Number(A[start + i] === 1 || B[other + i] === 1));
            maskNot(A, start, count, out, offset);
            check((i) => Number(A[start + i] === 0));
          }
        }
      }
    }
  });

  it("take any byte but zero for true and write 0 and 1", () => {
    const [odd, even] = [Uint8Array.of(1, 3, 128, 255, 1, 0, 128), Uint8Array.of(2, 0, 127, 254, 0, 0, 64)];
    const out = new Uint8Array(7);
    maskAnd(odd, 0, even, 0, 7, out, 0);
    expect([...out]).toEqual([1, 0, 1, 1, 0, 0, 1]);
    maskOr(odd, 0, even, 0, 7, out, 0);
    expect([...out]).toEqual([1, 1, 1, 1, 1, 0, 1]);
    maskNot(even, 0, 7, out, 0);
    expect([...out]).toEqual([0, 1, 0, 0, 1, 1, 0]);
  });

  it("may write over an operand", () => {
    const mask = A.slice();
    maskAnd(mask, 0, B, 0, 50, mask, 0);
    expect([...mask]).toEqual(Array.from({ length: 50 }, (_, i) => Number(i % 6 === 0)));
    maskNot(mask, 0, 50, mask, 0);
    expect([...mask]).toEqual(Array.from({ length: 50 }, (_, i) => Number(i % 6 !== 0)));
  });
});

describe("maskCount", () => {
  it("counts the true elements of the whole or a range", () => {
    expect(maskCount(A)).toBe(25);
    expect(maskCount(A, 1, 4)).toBe(1);
    expect(maskCount(Uint8Array.of(0, 7, 255, 128, 0))).toBe(3);
    expect(maskCount(new Uint8Array(0))).toBe(0);
  });
});

describe("maskToIndices", () => {
  it("gives the places of the true elements", () => {
    const indices = maskToIndices(B);
    expect(indices).toBeInstanceOf(Int32Array);
    expect([...indices]).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45, 48]);
  });

  it("ends with the last true element, whatever follows", () => {
    expect([...maskToIndices(Uint8Array.of(0, 1, 0, 255, 2, 0, 0))]).toEqual([1, 3, 4]);
    expect([...maskToIndices(new Uint8Array(9))]).toEqual([]);
    expect([...maskToIndices(new Uint8Array(0))]).toEqual([]);
    expect([...maskToIndices(new Uint8Array(5).fill(1))]).toEqual([0, 1, 2, 3, 4]);
  });

  it("gives the same of masks of any length and alignment, whatever their bytes for true", () => {
    const source = Uint8Array.from({ length: 90 }, (_, i) => (i % 7 < 3 ? ((i * 37) % 256) | 1 : 0));
    for (const start of [0, 1, 2, 3, 4]) {
      for (let length = 0; length < 80; length++) {
        const mask = source.subarray(start, start + length);
        const expected = [...mask.keys()].filter((i) => mask[i] !== 0);
        expect([...maskToIndices(mask)]).toEqual(expected);
      }
    }
  });
});

describe("maskToIndices of a mask that was changed since it was counted", () => {
  it.each([5, 64, 1000, 200_000])("refuses one of %i elements that has more or fewer", (length) => {
    const mask = Uint8Array.from({ length }, (_, i) => Number(i % 3 === 1));
    const count = maskCount(mask);
    const all = [...maskToIndices(mask)];
    const ways = [(known: number) => maskToIndices(mask, known)];
    ways.push((known) => withoutKernels(() => maskToIndices(mask, known)));
    for (const places of ways) {
      expect([...places(count)]).toEqual(all);
      for (const known of [0, 1, count - 1, count + 1, count + 5, length]) {
        if (known !== count) expect(() => places(known)).toThrow(StaleError);
      }
    }
  });
});
