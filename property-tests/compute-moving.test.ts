import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as compute from "../src/compute/index.js";
import { fromHalf, toHalf } from "../src/dtype/half.js";
import { cook, exactly, lengths, randomWords, recipes } from "./compute-arrays.js";

describe("moving", () => {
  const sizes = fc.oneof(
    fc.constantFrom(1, 2, 4, 8, 16),
    fc.integer({ min: 1, max: 40 }),
    fc.constantFrom(255, 256),
  );
  const bytesOf = (length: number, seed: number) => {
    const words = randomWords(seed);
    return Uint8Array.from({ length }, () => words.next().value as number);
  };

  it("between strides is moving byte by byte", () => {
    fc.assert(
      fc.property(
        sizes,
        fc.nat(1200),
        fc.nat(20),
        fc.nat(20),
        fc.nat(9),
        fc.boolean(),
        fc.boolean(),
        (size, count, gapA, gapB, start, backA, backB) => {
          const [strideA, strideB] = [size + gapA, size + gapB];
          const src = bytesOf(strideA * (count + 1) + start, count).subarray(start);
          const dst = bytesOf(strideB * (count + 1) + start, gapB).subarray(start);
          const from = backA ? strideA * Math.max(0, count - 1) : gapA;
          const to = backB ? strideB * Math.max(0, count - 1) : gapB;
          const [stepA, stepB] = [backA ? -strideA : strideA, backB ? -strideB : strideB];
          const expected = dst.slice();
          for (let i = 0; i < count; i++) {
            expected.set(src.subarray(from + i * stepA, from + i * stepA + size), to + i * stepB);
          }
          compute.copyStrided(src, from, stepA, dst, to, stepB, size, count);
          expect(Buffer.compare(dst, expected)).toBe(0);
        },
      ),
    );
  });

  it("by indices and back gives the elements again", () => {
    fc.assert(
      fc.property(sizes, lengths, fc.integer(), fc.nat(9), fc.nat(9), (size, length, seed, gap, offset) => {
        const stride = size + gap;
        const src = bytesOf(stride * length + offset, seed);
        const words = randomWords(seed);
        const indices = Float64Array.from({ length }, (_, i) => i).sort(() =>
          (words.next().value as number) % 2 === 0 ? 1 : -1,
        );
        const dense = new Uint8Array(size * length);
        compute.gather(src, size, indices, stride, offset, dense);
        for (const i of [0, length >> 1, length - 1].filter((place) => place >= 0 && place < length)) {
          const at = offset + (indices[i] ?? 0) * stride;
          expect([...dense.subarray(i * size, i * size + size)]).toEqual([...src.subarray(at, at + size)]);
        }
        const back = src.map((byte, i) => (i < offset || (i - offset) % stride >= size ? byte : 0));
        compute.scatter(dense, size, indices, stride, offset, back);
        expect(Buffer.compare(back, src)).toBe(0);
      }),
    );
  });

  it("by masks agrees with moving by their indices", () => {
    fc.assert(
      fc.property(sizes, recipes, fc.constantFrom(2, 3, 50, 5000), (size, recipe, sparse) => {
        const mask = Uint8Array.from(cook(recipe, (a) => Number(a % sparse === 0), [0, 1, 2, 128, 255]));
        const expected = [...mask.keys()].filter((i) => mask[i] !== 0);
        const indices = compute.maskToIndices(mask);
        expect([...indices]).toEqual(expected);
        expect(compute.maskCount(mask)).toBe(expected.length);
        const src = bytesOf(size * mask.length, recipe.seed);
        const [selected, taken] = [
          new Uint8Array(size * indices.length),
          new Uint8Array(size * indices.length),
        ];
        expect(compute.compress(src, size, mask, selected)).toBe(indices.length);
        compute.gather(src, size, indices, size, 0, taken);
        expect(Buffer.compare(selected, taken)).toBe(0);
        const [spread, scattered] = [new Uint8Array(src.length), new Uint8Array(src.length)];
        expect(compute.expand(selected, size, mask, spread)).toBe(indices.length);
        compute.scatter(selected, size, indices, size, 0, scattered);
        expect(Buffer.compare(spread, scattered)).toBe(0);
      }),
    );
  });

  it("bytes of swapped words twice changes nothing, once reverses each", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 4, 8, 16),
        fc.nat(200),
        fc.nat(7),
        fc.integer(),
        (unit, count, start, seed) => {
          const bytes = bytesOf(unit * count + start, seed);
          const swapped = bytes.slice();
          compute.byteSwap(swapped.subarray(start), unit, unit);
          const expected = bytes.slice();
          for (let at = start; at < expected.length; at += unit) expected.subarray(at, at + unit).reverse();
          expect(Buffer.compare(swapped, expected)).toBe(0);
          compute.byteSwap(swapped.subarray(start), unit, unit);
          expect(Buffer.compare(swapped, bytes)).toBe(0);
        },
      ),
    );
  });
});

describe("halves", () => {
  it("are the nearest to any double", () => {
    const doubles = fc.oneof(
      fc.double({ noNaN: true }),
      fc.double({ noNaN: true, min: -70000, max: 70000 }),
      fc.double({ noNaN: true, min: -1e-4, max: 1e-4 }),
    );
    fc.assert(
      fc.property(doubles, (x) => {
        const bits = toHalf(x);
        const distance = (half: number) => {
          const value = fromHalf(half);
          // Beyond the largest half, infinity stands for 65536.
          const finite = Number.isFinite(value) ? value : Math.sign(value) * 65536;
          const error = exactly(Math.max(-65536, Math.min(65536, x))) - exactly(finite);
          return error < 0n ? -error : error;
        };
        expect(bits >= 0x8000).toBe(x < 0 || Object.is(x, -0));
        const magnitude = bits & 0x7fff;
        for (const other of [magnitude - 1, magnitude + 1]) {
          if (other < 0 || other > 0x7c00) continue;
          const rival = distance((bits & 0x8000) | other);
          expect(distance(bits) < rival || (distance(bits) === rival && bits % 2 === 0)).toBe(true);
        }
      }),
    );
  });
});
