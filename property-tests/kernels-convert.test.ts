import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planAssign } from "../src/array/assign.js";
import { wrap } from "../src/array/index.js";
import { denseLayout } from "../src/array/layout.js";
import type { Strided } from "../src/array/strided.js";
import * as compute from "../src/compute/index.js";
import { withoutKernels } from "../src/compute/kernels/engine.js";
import { parseDType, sizeOf } from "../src/dtype/index.js";
import { randomWords, SPECIAL_BIGS, SPECIAL_NUMBERS } from "./compute-arrays.js";

/** Copies, conversions and checks by kernels, and by the plain loops that those are held against. */

/** Bytes of any content, which repeat after a prime number of them. */
function someBytes(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const words = randomWords(seed);
  const bytes = new Uint8Array(length);
  const tile = Math.min(length, 4099);
  for (let i = 0; i < tile; i++) bytes[i] = words.next().value as number;
  for (let done = tile; done > 0 && done < length; done *= 2) {
    bytes.copyWithin(done, 0, Math.min(done, length - done));
  }
  return bytes;
}

/** Rows from none to three of the kernels' blocks. */
const ROWS = fc.oneof(
  { weight: 3, arbitrary: fc.nat(5000) },
  { weight: 1, arbitrary: fc.integer({ min: 5000, max: 70_000 }) },
);

const SIZES = fc.oneof(fc.constantFrom(1, 2, 4, 8, 16), fc.integer({ min: 1, max: 40 }));

/** What is done with kernels, and without them. */
function bothWays<T>(work: () => T): readonly [T, T] {
  return [work(), withoutKernels(work)];
}

describe("copies of many", () => {
  it("are those of the plain loops, into records, out of them, and between them", () => {
    const field = fc.record({
      size: SIZES,
      gap: fc.constantFrom(0, 0, 0, 3),
      used: fc.constantFrom(true, true, false),
    });
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1, maxLength: 6 }),
        ROWS,
        fc.constantFrom("pack", "unpack", "both"),
        fc.nat(15),
        fc.constantFrom(1, 2, -1),
        fc.nat(),
        (fields, count, way, start, step, seed) => {
          const stride = fields.reduce((sum, { size, gap }) => sum + size + gap, 0);
          const room = stride * count + start;
          const records = someBytes(room, seed);
          const others = someBytes(room, seed + 1);
          const made = () => {
            const to = others.slice();
            const dense = fields.map(({ size }, i) =>
              someBytes(size * Math.abs(step) * (count + 1) + start, seed + i),
            );
            let offset = start;
            const copies = fields.map(({ size, gap }, i) => {
              const at = { srcOffset: offset, srcStride: stride, dstOffset: offset, dstStride: stride };
              offset += size + gap;
              const column = { offset: start + (step < 0 ? size * count : 0), stride: size * step };
              if (way === "both") return { src: records, dst: to, itemsize: size, ...at };
              return way === "pack"
                ? {
                    src: dense[i],
                    dst: to,
                    itemsize: size,
                    ...at,
                    srcOffset: column.offset,
                    srcStride: column.stride,
                  }
                : {
                    src: records,
                    dst: dense[i],
                    itemsize: size,
                    ...at,
                    dstOffset: column.offset,
                    dstStride: column.stride,
                  };
            });
            compute.copyTogether(
              copies.filter((_, i) => fields[i].used),
              count,
            );
            return Buffer.concat([to, ...dense]);
          };
          const [fast, plain] = bothWays(made);
          expect(Buffer.compare(fast, plain)).toBe(0);
        },
      ),
    );
  });
});

describe("halves", () => {
  const EVERY = Uint16Array.from({ length: 3 * 65536 + 5 }, (_, i) => i);

  it("become the same floats, all of them", () => {
    const floats = () => {
      const out = new Float32Array(EVERY.length);
      compute.halfToFloat(EVERY, out);
      return Buffer.from(out.buffer);
    };
    const [fast, plain] = bothWays(floats);
    expect(Buffer.compare(fast, plain)).toBe(0);
  });

  it("are made the same of any floats, ties and what is next to them included", () => {
    const floats = new Float32Array(EVERY.length);
    compute.halfToFloat(EVERY, floats);
    const near = (next: (value: number) => number) => Float64Array.from(floats, next);
    const bits = someBytes(8 * 40_000, 7);
    const ties = floats.map((value, i) => (value + floats[i + 1]) / 2);
    const all = [
      ...[floats, Float64Array.from(floats), ties, Float64Array.from(ties)],
      ...[near((value) => value * (1 + 2 ** -52)), near((value) => value * (1 - 2 ** -52))],
      ...[
        Float64Array.from(ties, (value) => value * (1 + 2 ** -52)),
        Float64Array.from(ties, (value) => value * (1 - 2 ** -53)),
      ],
      ...[new Float32Array(bits.buffer), new Float64Array(bits.buffer), Float64Array.from(SPECIAL_NUMBERS)],
    ];
    for (const values of all) {
      const [fast, plain] = bothWays(() => {
        const out = new Uint16Array(values.length);
        return { first: compute.floatToHalf(values, out), out: Buffer.from(out.buffer) };
      });
      expect(fast.first).toBe(plain.first);
      expect(Buffer.compare(fast.out, plain.out)).toBe(0);
    }
  });
});

const NUMBERS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"];
const OTHERS = ["b1", "c8", "c16", "M8[s]", "m8[ns]"];
const CODES = [...NUMBERS, ...NUMBERS, ...OTHERS].flatMap((code) => [`<${code}`, `>${code}`]);

/** Elements that lie dense, reversed, or as one field of records. */
function elements(code: string, count: number, seed: number, small: boolean, layout: string): Strided {
  const dtype = parseDType(code);
  const { itemsize } = dtype;
  const stride = layout === "field" ? itemsize + 5 : itemsize;
  const bytes = someBytes(stride * count + 3, seed);
  const array: Strided = {
    dtype,
    layout: {
      shape: [count],
      strides: [layout === "reversed" ? -stride : stride],
      offset: layout === "reversed" && count > 0 ? stride * (count - 1) : 0,
    },
    bytes,
  };
  if (!small || count === 0) return array;
  // Few bytes that are not zero, so that most elements fit where they go.
  const low = parseDType(code).byteorder === ">" ? itemsize - 1 : 0;
  for (let i = 0; i < count; i++) bytes.fill(0, stride * i, stride * i + itemsize);
  for (let i = 0; i < count; i++) bytes[stride * i + low] = dtype.kind === "b" ? i & 1 : i & 0x3f;
  const special = wrap(array, true);
  const place = seed % count;
  const big = SPECIAL_BIGS[seed % SPECIAL_BIGS.length];
  const number = SPECIAL_NUMBERS[seed % SPECIAL_NUMBERS.length];
  const one =
    dtype.kind === "f"
      ? number
      : "iuMm".includes(dtype.kind)
        ? big
        : dtype.kind === "c"
          ? { re: number, im: 1 }
          : true;
  special.set(place, one, { casting: "unsafe" });
  return array;
}

describe("assignments between numbers", () => {
  const layouts = fc.constantFrom("dense", "dense", "reversed", "field");

  it("store and refuse the same", () => {
    fc.assert(
      fc.property(
        fc.record({
          from: fc.constantFrom(...CODES),
          to: fc.constantFrom(...CODES),
          count: fc.oneof(fc.nat(40), fc.integer({ min: 500, max: 3000 }), fc.constantFrom(32_769, 40_000)),
          seed: fc.nat(),
          small: fc.constantFrom(true, true, false),
          casting: fc.constantFrom("checked" as const, "checked" as const, "unsafe" as const),
          source: layouts,
          target: layouts,
        }),
        ({ from, to, count, seed, small, casting, source, target }) => {
          const given = elements(from, count, seed, small, source);
          const [fast, plain] = bothWays(() => {
            const into = elements(to, count, seed + 1, false, target);
            try {
              planAssign(into, wrap(given, false), { casting, label: "x" })();
            } catch (error) {
              return { problem: (error as Error).message, bytes: into.bytes };
            }
            return { problem: "", bytes: into.bytes };
          });
          expect(fast.problem).toBe(plain.problem);
          expect(Buffer.compare(fast.bytes, plain.bytes)).toBe(0);
        },
      ),
    );
  });

  it("store what element by element would", () => {
    const whole = ["i1", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"];
    fc.assert(
      fc.property(fc.constantFrom(...whole), fc.constantFrom(...whole), fc.nat(), (from, to, seed) => {
        const given = elements(`<${from}`, 700, seed, true, "dense");
        const into = () =>
          wrap(
            {
              dtype: parseDType(to),
              layout: denseLayout([700], sizeOf([parseDType(to).itemsize])),
              bytes: new Uint8Array(700 * 8),
            },
            true,
          );
        const [at, one] = [into(), into()];
        const view = wrap(given, false);
        let problem: unknown;
        try {
          at.assign(view);
        } catch (error) {
          problem = error;
        }
        if (problem === undefined) {
          for (let i = 0; i < 700; i++) one.set(i, view.at(i) as never);
          expect(at.toArray()).toEqual(one.toArray());
        } else if (!/does not go into/.test(String(problem))) {
          const row = Number(/row (\d+)/.exec(String(problem))?.[1] ?? -1);
          expect(() => one.set(row, view.at(row) as never)).toThrow();
          for (let i = 0; i < row; i++) one.set(i, view.at(i) as never);
        }
      }),
    );
  });
});
