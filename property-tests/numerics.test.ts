import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ArrayView, type Layout, STRIDED, slice, wrap } from "../src/array/index.js";
import {
  type Complex,
  codecOf,
  type DType,
  fromHalf,
  parseDType,
  sizeOf,
  toHalf,
} from "../src/dtype/index.js";

/**
 * Numerics against references that read one element at a time, over arrays of every numeric dtype in every layout.
 *
 * @module
 */

const NUMBERS = [
  "b1",
  "i1",
  "i2",
  "i4",
  "i8",
  "u1",
  "u2",
  "u4",
  "u8",
  "f2",
  "f4",
  "f8",
  "c8",
  "c16",
  ">i2",
  ">u4",
  ">i8",
  ">f2",
  ">f4",
  ">f8",
  ">c16",
] as const;
const TIMES = ["M8[s]", "m8[us]", ">m8[D]"] as const;
const TEXTS = ["U2", "S3", ">U3"] as const;

type Element = number | bigint | boolean | string | Complex | null;
type Any = ArrayView;

const float = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -8, max: 8 }) },
  { weight: 2, arbitrary: fc.double({ min: -1000, max: 1000, noNaN: true }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
  },
);

function bigs(min: bigint, max: bigint): fc.Arbitrary<bigint> {
  const near = fc.bigInt({ min: min < 0n ? -5n : 0n, max: 5n });
  return fc.oneof(near, fc.bigInt({ min, max }));
}

function elementsOf({ kind, itemsize }: DType): fc.Arbitrary<Element> {
  const bits = 8 * itemsize;
  const half = 2 ** (bits - 1);
  switch (kind) {
    case "b":
      return fc.boolean();
    case "i":
      if (bits === 64) return bigs(-(2n ** 63n), 2n ** 63n - 1n);
      return fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -half, max: half - 1 }));
    case "u":
      if (bits === 64) return bigs(0n, 2n ** 64n - 1n);
      return fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 2 * half - 1 }));
    case "f":
      return float;
    case "c":
      return fc.record({ re: float, im: float });
    case "S":
    case "U":
      return fc.constantFrom(
        "",
        "a",
        "b",
        "ab",
        "é",
        "A",
        kind === "U" ? "😀" : "z",
        kind === "U" ? "\uffee" : "~",
      );
    default:
      return fc.option(bigs(-(10n ** 6n), 10n ** 6n), { freq: 6 });
  }
}

/** An array of these dtypes: up to three axes, which may be strided, backwards, transposed and off the alignment. */
function arrays(dtypes: readonly string[]): fc.Arbitrary<Any> {
  const axis = fc.record({ length: fc.nat(6), step: fc.constantFrom(1, 1, 1, -1, 2, -2), spare: fc.nat(2) });
  return fc
    .record({
      dtype: fc.constantFrom(...dtypes),
      axes: fc.array(axis, { maxLength: 3 }),
      transposed: fc.boolean(),
      offset: fc.constantFrom(0, 0, 1, 3, 8),
    })
    .chain(({ dtype, axes, transposed, offset }) => {
      const parsed = parseDType(dtype);
      const lengths = axes.map(({ length, step, spare }) => length * Math.abs(step) + spare);
      const elements = fc.array(elementsOf(parsed), {
        minLength: sizeOf(lengths),
        maxLength: sizeOf(lengths),
      });
      return elements.map((list): Any => {
        const bytes = new Uint8Array(offset + list.length * parsed.itemsize);
        const view = new DataView(bytes.buffer);
        list.forEach((element, i) => codecOf(parsed).write(view, offset + i * parsed.itemsize, element));
        const layout = layoutOf(axes, lengths, parsed.itemsize, offset);
        return wrap({ dtype: parsed, layout: transposed ? reversed(layout) : layout, bytes }, false);
      });
    });
}

function layoutOf(
  axes: readonly { readonly length: number; readonly step: number }[],
  lengths: readonly number[],
  itemsize: number,
  offset: number,
): Layout {
  let start = offset;
  const strides = axes.map(({ length, step }, i) => {
    const stride = itemsize * sizeOf(lengths.slice(i + 1));
    if (step < 0) start += stride * -step * Math.max(0, length - 1);
    return stride * step;
  });
  const shape = axes.map(({ length }) => length);
  // Nothing lies anywhere in an empty array.
  return { shape, strides, offset: sizeOf(shape) === 0 ? 0 : start };
}

function reversed({ shape, strides, offset }: Layout): Layout {
  return { shape: shape.toReversed(), strides: strides.toReversed(), offset };
}

/** The elements in C order, read one by one. */
function listOf(array: Any): Element[] {
  const { dtype, layout, bytes } = array[STRIDED]();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const list: Element[] = [];
  const walk = (axis: number, at: number): void => {
    if (axis === layout.shape.length) {
      list.push(codecOf(dtype).read(view, at) as Element);
      return;
    }
    for (let i = 0; i < (layout.shape[axis] ?? 0); i++) walk(axis + 1, at + i * (layout.strides[axis] ?? 0));
  };
  walk(0, layout.offset);
  return list;
}

const isComplex = (x: Element): x is Complex => typeof x === "object" && x !== null;
const isMissing = (x: Element) =>
  x === null || Number.isNaN(x) || (isComplex(x) && (Number.isNaN(x.re) || Number.isNaN(x.im)));

/** Units that order as strings do. */
const points = (text: string) => Array.from(text, (character) => character.codePointAt(0) ?? 0);

/** Below, at or above zero; elements that are not missing. */
function order(a: Element, b: Element): number {
  if (isComplex(a) && isComplex(b)) return order(a.re, b.re) || order(a.im, b.im);
  if (typeof a === "string" && typeof b === "string") {
    const [x, y] = [points(a), points(b)];
    const i = x.findIndex((point, k) => point !== y[k]);
    return i < 0 ? x.length - y.length : (x[i] ?? 0) - (y[i] ?? -1);
  }
  if (a === null || b === null || isComplex(a) || isComplex(b)) throw new Error("no order");
  return a < b ? -1 : Number(a > b);
}

/** All indices of a shape in C order. */
function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (indices, length) => indices.flatMap((index) => Array.from({ length }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The runs of an array along an axis, each as an array of one axis, in C order of the other axes. */
function runsOf(array: Any, axis: number): Any[] {
  const whole = slice();
  return indicesOf(array.shape.toSpliced(axis, 1)).map((index) =>
    array.view(...index.toSpliced(axis, 0, 0).map((at, i) => (i === axis ? whole : at))),
  );
}

/** The same element, or nearly so where floats were added: relative to the largest of what was added. */
function expectClose(actual: unknown, expected: unknown, { kind, itemsize }: DType, size = 1): void {
  if (typeof actual === "number" && typeof expected === "number" && Number.isFinite(expected)) {
    const bytes = kind === "c" ? itemsize / 2 : itemsize;
    const precision = bytes === 2 ? 2 ** -9 : bytes === 4 ? 2 ** -21 : 2 ** -48;
    expect(Math.abs(actual - expected)).toBeLessThanOrEqual(precision * Math.max(Math.abs(expected), size));
  } else if (isComplex(actual as Element) && isComplex(expected as Element)) {
    expectClose((actual as Complex).re, (expected as Complex).re, { kind, itemsize } as DType, size);
    expectClose((actual as Complex).im, (expected as Complex).im, { kind, itemsize } as DType, size);
  } else expect(actual).toEqual(expected);
}

const call = (array: Any, name: string, options: object): unknown =>
  Reflect.apply(Reflect.get(array, name), array, [options]);

/** What a call gives, or the code of what it throws. */
function outcome(fn: () => unknown): unknown {
  try {
    return fn();
  } catch (error) {
    return error instanceof Error && "code" in error ? `throws ${error.code}` : Promise.reject(error);
  }
}

const skips = fc.boolean();

describe("reductions of all elements", () => {
  it("sum and mean", () => {
    fc.assert(
      fc.property(arrays([...NUMBERS, "m8[us]", ">m8[D]"]), skips, (array, skipNaN) => {
        const { dtype } = array;
        const all = listOf(array);
        const list = skipNaN ? all.filter((x) => !isMissing(x)) : all;
        const sum = array.sum({ skipNaN });
        const mean = array.mean({ skipNaN });
        if (dtype.kind === "c") {
          const parts = (part: "re" | "im") =>
            list.reduce<number>((total, x) => total + (isComplex(x) ? x[part] : 0), 0);
          const expected = { re: parts("re"), im: parts("im") };
          expectClose(sum, expected, dtype, 10_000);
          expectClose(mean, { re: expected.re / list.length, im: expected.im / list.length }, dtype, 1000);
        } else if (dtype.kind === "f") {
          const expected = list.reduce<number>((total, x) => total + Number(x), 0);
          // A sum of many halves may overflow.
          if (dtype.itemsize === 2 && Math.abs(expected) > 60_000) return;
          expectClose(sum, expected, dtype, 10_000);
          expectClose(mean, expected / list.length, dtype, 1000);
        } else {
          const missing = list.includes(null);
          const exact = list.reduce<bigint>(
            (total, x) => total + BigInt(x === null || isComplex(x) ? 0 : x),
            0n,
          );
          const wide = dtype.kind === "m" || (dtype.kind !== "b" && dtype.itemsize === 8);
          expect(sum).toBe(missing ? null : wide ? exact : Number(exact));
          if (dtype.kind === "m")
            expect(mean).toBe(missing || list.length === 0 ? null : exact / BigInt(list.length));
          else expect(mean).toBe(Number(exact) / list.length);
        }
      }),
    );
  });

  it("var and std", () => {
    const real = NUMBERS.filter((code) => !code.includes("c"));
    fc.assert(
      fc.property(arrays(real), skips, fc.integer({ min: 0, max: 2 }), (array, skipNaN, ddof) => {
        const { dtype } = array;
        const values = listOf(array).map(Number);
        const list = skipNaN && dtype.kind === "f" ? values.filter((x) => !Number.isNaN(x)) : values;
        const mean = list.reduce((a, b) => a + b, 0) / list.length;
        const squares = list.reduce((total, x) => total + (x - mean) ** 2, 0);
        const divisor = list.length - ddof;
        const expected =
          skipNaN && dtype.kind === "f" && divisor <= 0 ? Number.NaN : squares / Math.max(divisor, 0);
        // Beyond the largest half.
        if (dtype.itemsize === 2 && dtype.kind === "f" && expected > 60_000) return;
        const variance = array.var({ ddof, skipNaN });
        const scale = list.reduce((most, x) => Math.max(most, Math.abs(x) ** 2), 1);
        // Rounding of the mean makes of no variance a little.
        if (divisor > 0 || squares === 0 || !Number.isFinite(squares))
          expectClose(variance, expected, dtype, Number.isFinite(scale) ? scale : 1);
        const std = array.std({ ddof, skipNaN });
        if (Number.isFinite(variance)) expectClose(std, Math.sqrt(variance), dtype, Math.sqrt(variance) + 1);
        else expect(std).toBe(variance);
      }),
    );
  });

  it("min, max, argmin and argmax", () => {
    fc.assert(
      fc.property(arrays([...NUMBERS, ...TIMES, ...TEXTS]), skips, (array, skipNaN) => {
        const list = listOf(array);
        for (const side of ["min", "max"] as const) {
          const present = list.filter((x) => !isMissing(x));
          const wanted = (a: Element, b: Element) => (side === "min" ? order(a, b) < 0 : order(a, b) > 0);
          const best = present.reduce<Element | undefined>(
            (found, x) => (found === undefined || wanted(x, found) ? x : found),
            undefined,
          );
          const firstMissing = list.findIndex(isMissing);
          const place =
            !skipNaN && firstMissing >= 0
              ? firstMissing
              : list.findIndex((x) => best !== undefined && !isMissing(x) && order(x, best) === 0);
          expect(outcome(() => call(array, `arg${side}`, { skipNaN }))).toBe(
            place < 0 ? "throws SHAPE" : place,
          );
          const value = outcome(() => call(array, side, { skipNaN }));
          if (list.length === 0) expect(value).toBe("throws SHAPE");
          else if (place < 0) expect(isMissing(value as Element)).toBe(true);
          else if (isMissing(list[place] ?? null)) expect(value).toEqual(list[place]);
          else expect(order(value as Element, list[place] ?? null)).toBe(0);
        }
      }),
    );
  });

  it("any, all and countNonzero", () => {
    fc.assert(
      fc.property(arrays([...NUMBERS, ...TIMES, ...TEXTS]), (array) => {
        const truths = listOf(array).map((x) =>
          isComplex(x) ? x.re !== 0 || x.im !== 0 : x === null || Number.isNaN(x) || Boolean(x),
        );
        expect(array.any()).toBe(truths.includes(true));
        expect(array.all()).toBe(!truths.includes(false));
        expect(array.countNonzero()).toBe(truths.filter(Boolean).length);
      }),
    );
  });
});

describe("reductions along an axis", () => {
  it("are those of each run", () => {
    const names = [
      "sum",
      "mean",
      "var",
      "std",
      "min",
      "max",
      "argmin",
      "argmax",
      "any",
      "all",
      "countNonzero",
    ];
    fc.assert(
      fc.property(
        arrays([...NUMBERS, ...TIMES, ...TEXTS]).filter(({ ndim }) => ndim > 0),
        fc.constantFrom(...names),
        fc.nat(),
        skips,
        fc.boolean(),
        (array, name, number, skipNaN, keepdims) => {
          const axis = number % array.ndim;
          const wanted = runsOf(array, axis).map((run) => outcome(() => call(run, name, { skipNaN })));
          const given = outcome(() => call(array, name, { axis: axis - array.ndim, skipNaN, keepdims }));
          if (typeof given === "string") {
            // One run that cannot be reduced, or a sum of 64 bits that does not fit, or no run of a wrong kind at all.
            const wide = wanted.some(
              (x) => typeof x === "bigint" && (x > 2n ** 63n - 1n || x < -(2n ** 63n)),
            );
            const empty = array.shape[axis] === 0;
            expect(wide || empty || wanted.length === 0 || wanted.includes(given)).toBe(true);
            return;
          }
          const result = given as Any;
          expect(result.shape).toEqual(keepdims ? array.shape.with(axis, 1) : array.shape.toSpliced(axis, 1));
          const list = listOf(result);
          expect(list.length).toBe(wanted.length);
          list.forEach((element, i) => {
            const value = wanted[i];
            const bigWanted = typeof element === "bigint" && typeof value === "number";
            const floats = "fc".includes(array.dtype.kind);
            if (["mean", "var", "std"].includes(name) || (floats && name === "sum")) {
              // Elements of one run may be added in another order.
              expectClose(element, value, floats ? array.dtype : parseDType("f8"), 2 ** 20);
            } else if (typeof element === "number" && element === 0) {
              // Which of 0 and -0 is the least is not promised.
              expect(value === 0).toBe(true);
            } else expect(bigWanted ? Number(element) : element).toEqual(value);
          });
        },
      ),
    );
  });
});

describe("order", () => {
  it("sort and argsort are stable, missing elements last", () => {
    fc.assert(
      fc.property(
        arrays([...NUMBERS, ...TIMES, ...TEXTS]).filter(({ ndim }) => ndim > 0),
        fc.nat(),
        (array, number) => {
          const axis = number % array.ndim;
          const places = array.argsort({ axis });
          const sorted = array.sort({ axis });
          expect([places.shape, sorted.shape]).toEqual([array.shape, array.shape]);
          expect(String(sorted.dtype)).toBe(String(array.dtype));
          const runs = runsOf(array, axis).map(listOf);
          const allPlaces = runsOf(places as Any, axis).map(listOf);
          const allSorted = runsOf(sorted as Any, axis).map(listOf);
          runs.forEach((run, k) => {
            const wanted = run.map((_, i) => i);
            const rank = (x: Element) =>
              isComplex(x)
                ? 2 * Number(Number.isNaN(x.re)) + Number(Number.isNaN(x.im))
                : Number(isMissing(x));
            const parts = (x: Element) =>
              isComplex(x) ? { re: Number.isNaN(x.re) ? 0 : x.re, im: Number.isNaN(x.im) ? 0 : x.im } : x;
            wanted.sort((i, j) => {
              const [a, b] = [run[i] ?? null, run[j] ?? null];
              if (rank(a) !== rank(b)) return rank(a) - rank(b);
              return isMissing(a) && !isComplex(a) ? 0 : order(parts(a), parts(b));
            });
            expect(allPlaces[k]).toEqual(wanted.map(BigInt));
            expect(allSorted[k]).toEqual(wanted.map((i) => run[i]));
          });
          expect(listOf(array.sort({ axis: null }) as Any)).toEqual(
            listOf(array.argsort({ axis: null }) as Any).map((i) => listOf(array)[Number(i)]),
          );
        },
      ),
    );
  });

  it("unique gives back the array by its inverse", () => {
    fc.assert(
      fc.property(arrays([...NUMBERS, ...TIMES, ...TEXTS]), (array) => {
        const { values, index, inverse, counts } = array.unique({ index: true, inverse: true, counts: true });
        const [list, distinct] = [listOf(array), listOf(values as Any)];
        expect(listOf(array.unique() as Any)).toEqual(distinct);
        for (let i = 1; i < distinct.length; i++) {
          const [a, b] = [distinct[i - 1] ?? null, distinct[i] ?? null];
          expect(isMissing(a)).toBe(false);
          if (!isMissing(b)) expect(order(a, b)).toBeLessThan(0);
        }
        const same = (a: Element, b: Element) =>
          isMissing(a) ? isMissing(b) : !isMissing(b) && order(a, b) === 0;
        const group = listOf(inverse as Any).map(Number);
        expect(inverse.shape).toEqual(array.shape);
        list.forEach((x, i) => expect(same(distinct[group[i] ?? -1] ?? null, x)).toBe(true));
        distinct.forEach((_, k) => {
          expect(listOf(counts as Any)[k]).toBe(BigInt(group.filter((g) => g === k).length));
          // Of complex numbers with a NaN any may come first in order.
          if (!isMissing(distinct[k] ?? null)) expect(listOf(index as Any)[k]).toBe(BigInt(group.indexOf(k)));
        });
      }),
    );
  });

  it("cumsum adds run by run", () => {
    fc.assert(
      fc.property(
        arrays([...NUMBERS, "m8[us]", ">m8[D]"]).filter(({ ndim }) => ndim > 0),
        fc.nat(),
        skips,
        (array, number, skipNaN) => {
          const axis = number % array.ndim;
          const { kind } = array.dtype;
          const runs = runsOf(array, axis).map(listOf);
          const fits = (total: bigint) =>
            kind === "u" ? total < 2n ** 64n : total >= -(2n ** 63n) && total < 2n ** 63n;
          let overflows = false;
          const wanted = runs.map((run) => {
            let total: Element = kind === "c" ? { re: 0, im: 0 } : kind === "f" ? 0 : 0n;
            return run.map((x): Element => {
              const left = skipNaN && isMissing(x);
              if (isComplex(total) && isComplex(x)) {
                if (!left) total = { re: total.re + x.re, im: total.im + x.im };
              } else if (typeof total === "number") {
                if (!left) total += Number(x);
              } else if (typeof total === "bigint") {
                if (x === null) total = left ? total : null;
                else if (!isComplex(x)) total += BigInt(x);
                if (typeof total === "bigint" && !fits(total)) overflows = true;
              }
              return total;
            });
          });
          const given = outcome(() => array.cumsum({ axis, skipNaN }));
          if (overflows) {
            expect(given).toBe("throws CAST");
            return;
          }
          if (array.dtype.itemsize === 2 && kind === "f") return;
          runsOf(given as Any, axis).forEach((run, k) => {
            listOf(run).forEach((element, i) => expectClose(element, wanted[k]?.[i], array.dtype, 10_000));
          });
        },
      ),
    );
  });
});

describe("comparisons", () => {
  const OPS = {
    eq: (o: number) => o === 0,
    ne: (o: number) => o !== 0,
    lt: (o: number) => o < 0,
    le: (o: number) => o <= 0,
    gt: (o: number) => o > 0,
    ge: (o: number) => o >= 0,
  };

  /** What every operator gives for two elements. */
  function expected(op: keyof typeof OPS, a: Element, b: Element): boolean {
    if (isMissing(a) || isMissing(b)) return op === "ne";
    const [x, y] = isComplex(a) || isComplex(b) ? [asComplex(a), asComplex(b)] : [asNumber(a), asNumber(b)];
    return OPS[op](order(x, y));
  }
  const asNumber = (x: Element) => (typeof x === "boolean" ? Number(x) : x);
  const asComplex = (x: Element): Complex => (isComplex(x) ? x : { re: Number(x), im: 0 });

  const ops = fc.constantFrom(...(Object.keys(OPS) as (keyof typeof OPS)[]));
  const real = NUMBERS.filter((code) => !code.includes("c"));

  it("with one bigint are exact, with one number at the precision of the array's floats", () => {
    const scalar = fc.oneof(
      float,
      bigs(-(2n ** 65n), 2n ** 65n),
      fc.constantFrom(2 ** 53, 2n ** 53n + 1n, 0.5),
    );
    fc.assert(
      fc.property(arrays(real), scalar, ops, (array, value, op) => {
        const mask = array[op](value);
        expect(mask.shape).toEqual(array.shape);
        const { kind, itemsize } = array.dtype;
        const isFloat = kind === "f" && typeof value === "number";
        const halved = isFloat && itemsize === 2 ? fromHalf(toHalf(value)) : value;
        const other = isFloat && itemsize === 4 ? Math.fround(value) : halved;
        expect(listOf(mask as Any)).toEqual(listOf(array).map((x) => expected(op, x, other)));
      }),
    );
  });

  it("with another array broadcast, and are exact between real numbers", () => {
    const pair = fc.oneof(
      fc.tuple(arrays(real), arrays(real)),
      fc.tuple(arrays(["c8", "c16"]), arrays(["c16", "f8", "i4"])),
      fc.tuple(arrays(TEXTS), arrays(TEXTS)),
      fc.tuple(arrays(["m8[us]", ">m8[D]"]), arrays(["m8[us]"])).filter(([a]) => a.dtype.str === "<m8[us]"),
    );
    fc.assert(
      fc.property(pair, ops, ([a, b], op) => {
        const rank = Math.max(a.ndim, b.ndim);
        const padded = (shape: readonly number[]) => [
          ...new Array<number>(rank - shape.length).fill(1),
          ...shape,
        ];
        const [x, y] = [padded(a.shape), padded(b.shape)];
        const together = x.every((length, i) => length === y[i] || length === 1 || y[i] === 1);
        const mask = outcome(() => a[op](b));
        if (!together) {
          expect(mask).toBe("throws SHAPE");
          return;
        }
        const shape = x.map((length, i) => (length === 1 ? (y[i] ?? 0) : length));
        expect((mask as Any).shape).toEqual(shape);
        const pick = (array: Any, own: readonly number[], index: readonly number[]) =>
          array.at(...index.map((at, i) => (own[i] === 1 ? 0 : at)).slice(rank - array.ndim)) as Element;
        expect(listOf(mask as Any)).toEqual(
          indicesOf(shape).map((index) => expected(op, pick(a, x, index), pick(b, y, index))),
        );
      }),
    );
  });

  it("between is both of its ends, isin any of its values, ne the rest of eq", () => {
    fc.assert(
      fc.property(arrays([...NUMBERS, ...TIMES, ...TEXTS]), fc.nat(), fc.nat(), (array, i, j) => {
        const list = listOf(array);
        if (list.length === 0) return;
        const [low, high] = [list[i % list.length] ?? null, list[j % list.length] ?? null];
        const and = array.ge(low as never).and(array.le(high as never));
        expect(listOf(array.between(low as never, high as never) as Any)).toEqual(listOf(and as Any));
        const or = array.eq(low as never).or(array.eq(high as never));
        expect(listOf(array.isin([low, high] as never) as Any)).toEqual(listOf(or as Any));
        expect(listOf(array.eq(low as never).not() as Any)).toEqual(listOf(array.ne(low as never) as Any));
        if (!TEXTS.some((code) => parseDType(code).equals(array.dtype))) {
          expect(listOf(array.isnan() as Any)).toEqual(list.map(isMissing));
        }
      }),
    );
  });
});

describe("map", () => {
  it("sees each element once in C order", () => {
    fc.assert(
      fc.property(arrays([...NUMBERS, ...TIMES, ...TEXTS]), (array) => {
        const seen: unknown[] = [];
        const copy = array.map((element, index) => {
          expect(index).toBe(seen.length);
          seen.push(element);
          return element as never;
        }, array.dtype);
        expect(seen).toEqual(listOf(array));
        expect(listOf(copy as Any)).toEqual(listOf(array));
        expect(copy.shape).toEqual(array.shape);
      }),
    );
  });
});
