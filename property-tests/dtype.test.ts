import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDate } from "../src/dtype/date-text.js";
import {
  type Caster,
  type Codec,
  codecOf,
  convertStep,
  type DateStep,
  type DType,
  dateToStep,
  dtypeFromDescr,
  elementCaster,
  formatDate,
  fromHalf,
  isComplex,
  kindProblem,
  NAT,
  parseDType,
  plainCaster,
  stepToDate,
  toHalf,
} from "../src/dtype/index.js";
import { formatComplex, formatFloat, parseComplex, parseFloat64 } from "../src/dtype/number-text.js";
import { codePointLength, hasLoneSurrogate, utf8Length } from "../src/dtype/text.js";
import { CastError, DTypeError } from "../src/errors.js";
import { anyElement } from "../src/testing/arbitraries/cells.js";
import { anyDateStep } from "../src/testing/arbitraries/dtypes.js";
import { anyFloat, anyText } from "../src/testing/arbitraries/scalars.js";
import { anyDType, isSame } from "../src/testing/index.js";
import { anyPlain } from "./plain-values.js";

const dtypeAndValue = anyDType().chain((dtype) => fc.tuple(fc.constant(dtype), anyElement(dtype)));
/** So many times the cases of other properties. */
const times = (factor: number) => ({ numRuns: factor * (fc.readConfigureGlobal().numRuns ?? 100) });

const anyOffset = fc.integer({ min: 0, max: 9 });

/** A buffer that shows which bytes were written: read before and after. */
function bench(size: number, offset: number): { view: DataView; around: () => number[]; bytes: Uint8Array } {
  const buffer = new Uint8Array(size + offset + 16).fill(0xa5);
  return {
    view: new DataView(buffer.buffer),
    around: () => [...buffer.subarray(0, offset), ...buffer.subarray(offset + size)],
    bytes: buffer.subarray(offset, offset + size),
  };
}

describe("dtypes", () => {
  it("are what their str, descr and JSON say", () => {
    fc.assert(
      fc.property(anyDType(), (dtype) => {
        expect(parseDType(dtype.descr).equals(dtype)).toBe(true);
        expect(dtypeFromDescr(JSON.parse(JSON.stringify(dtype))).equals(dtype)).toBe(true);
        if (dtype.fields === undefined) expect(parseDType(dtype.str).equals(dtype)).toBe(true);
        expect(parseDType(dtype.descr).itemsize).toBe(dtype.itemsize);
      }),
    );
  });

  it("equal each other exactly when their descr does", () => {
    fc.assert(
      fc.property(anyDType(), anyDType(), (a, b) => {
        expect(a.equals(b)).toBe(JSON.stringify(a.descr) === JSON.stringify(b.descr));
      }),
    );
  });

  it("are refused with a DTypeError, whatever the string", () => {
    const near = fc.string({ unit: fc.constantFrom(..."<>=|biufcSUMmVO?0148[]usD,_ "), maxLength: 8 });
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ unit: "binary" })), (text) => {
        let dtype: DType;
        try {
          dtype = parseDType(text);
        } catch (error) {
          expect(error).toBeInstanceOf(DTypeError);
          return;
        }
        expect(parseDType(dtype.str).equals(dtype)).toBe(true);
      }),
      times(10),
    );
  });

  it("are refused with a DTypeError, whatever is said", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withTypedArray: true, withMap: true }), (spec) => {
        for (const parse of [parseDType as (spec: unknown) => DType, dtypeFromDescr]) {
          try {
            expect(parse(spec).itemsize).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(DTypeError);
          }
        }
      }),
    );
  });
});

describe("codecs", () => {
  it("give back every value that the dtype holds, and write nothing else", () => {
    fc.assert(
      fc.property(dtypeAndValue, anyOffset, ([dtype, value], offset) => {
        const codec = codecOf(dtype);
        const { view, around } = bench(dtype.itemsize, offset);
        const before = around();
        expect(codec.problem(value)).toBeUndefined();
        codec.write(view, offset, value);
        expect(isSame(codec.read(view, offset), value)).toBe(true);
        expect(around()).toEqual(before);
      }),
      times(5),
    );
  });

  it("read any bytes or throw a CastError, and write what they read", () => {
    const dtypeAndBytes = anyDType().chain((dtype) =>
      fc.tuple(
        fc.constant(dtype),
        fc.oneof(
          fc.uint8Array({ minLength: dtype.itemsize, maxLength: dtype.itemsize }),
          fc.array(fc.constantFrom(0, 0, 0, 1, 0x61, 0xc3, 0xa9, 0xff), {
            minLength: dtype.itemsize,
            maxLength: dtype.itemsize,
          }),
        ),
      ),
    );
    fc.assert(
      fc.property(dtypeAndBytes, anyOffset, ([dtype, bytes], offset) => {
        const codec = codecOf(dtype);
        const from = bench(dtype.itemsize, offset);
        from.bytes.set(bytes);
        let value: unknown;
        try {
          value = codec.read(from.view, offset);
        } catch (error) {
          expect(error).toBeInstanceOf(CastError);
          return;
        }
        expect(codec.problem(value)).toBeUndefined();
        const to = bench(dtype.itemsize, offset);
        to.bytes.set(bytes);
        codec.write(to.view, offset, value);
        expect(isSame(codec.read(to.view, offset), value)).toBe(true);
        // NaN has many patterns, and true; all other values have one.
        if (dtype.fields === undefined && !"bfc".includes(dtype.kind)) expect(to.bytes).toEqual(from.bytes);
      }),
      times(5),
    );
  });

  /** Whether what was read says the same as the plain value that was stored, up to the rounding of floats. */
  function says(dtype: DType, value: unknown, read: unknown): boolean {
    const { kind, itemsize } = dtype;
    const round = (number: number): number => {
      const size = kind === "c" ? itemsize / 2 : itemsize;
      return size === 8 ? number : size === 4 ? Math.fround(number) : fromHalf(toHalf(number));
    };
    const sameFloat = (given: unknown, got: unknown) =>
      typeof given === "bigint"
        ? typeof got === "number" && Number.isFinite(got) && BigInt(got) === given
        : typeof given === "number" &&
          Object.is(round(given), got) &&
          Number.isFinite(given) === Number.isFinite(Number(got));
    switch (kind) {
      case "f":
        return sameFloat(value, read);
      case "c": {
        if (!isComplex(read)) return false;
        if (isComplex(value)) return sameFloat(value.re, read.re) && sameFloat(value.im, read.im);
        return sameFloat(value, read.re) && read.im === 0;
      }
      case "i":
      case "u":
      case "M":
      case "m": {
        if (value instanceof Date && kind === "M" && dtype.step !== undefined && typeof read === "bigint") {
          return (
            convertStep(read, dtype.step, { unit: "ms", multiple: 1 }, true)?.value ===
            BigInt(value.getTime())
          );
        }
        const counts = (given: unknown) => typeof given === "number" || typeof given === "bigint";
        // Numbers may be milliseconds or steps, so that dates take none.
        if (kind === "M" && typeof value === "number") return false;
        // Loosely: a number equals a bigint of the same value
        return counts(value) ? counts(read) && (read as bigint) == (value as bigint) : Object.is(value, read);
      }
      case "S":
        if (!(value instanceof Uint8Array)) return Object.is(value, read);
        return value.length <= itemsize;
      case "V":
        return isSame(value instanceof Uint8Array ? new Uint8Array(value) : value, read);
      default:
        return Object.is(value, read);
    }
  }

  function readOrError(codec: Codec, view: DataView, at: number): unknown {
    try {
      return codec.read(view, at);
    } catch (error) {
      return error;
    }
  }

  it("have a problem with exactly those plain values that they would not give back", () => {
    fc.assert(
      fc.property(anyDType({ nesting: 0 }), anyPlain, (dtype, value) => {
        const codec = codecOf(dtype);
        const problem = codec.problem(value);
        const view = new DataView(new ArrayBuffer(dtype.itemsize + 64));
        try {
          codec.write(view, 0, value);
        } catch (error) {
          expect(problem, String(error)).toBeTypeOf("string");
          return;
        }
        const read = readOrError(codec, view, 0);
        expect(says(dtype, value, read), `${dtype}: ${problem}; read ${String(read)}`).toBe(
          problem === undefined,
        );
      }),
      times(30),
    );
  });

  it("find the one bad field of a record", () => {
    const record = anyDType({ nesting: 2 }).filter(({ fields }) => fields !== undefined);
    const mutated = record.chain((dtype) =>
      fc.record({
        dtype: fc.constant(dtype),
        value: anyElement(dtype),
        name: fc.constantFrom(...(dtype.fields ?? []).map((field) => field.name)),
      }),
    );
    fc.assert(
      fc.property(mutated, ({ dtype, value, name }) => {
        const { problem } = codecOf(dtype);
        const entries = Object.entries(value ?? {});
        const without = Object.fromEntries(entries.filter(([key]) => key !== name));
        expect(problem(without)).toBe(`the record lacks the field ${JSON.stringify(name)}`);
        const broken = Object.fromEntries(
          entries.map(([key, cell]) => [key, key === name ? Symbol.iterator : cell]),
        );
        expect(problem(broken)).toContain("field ");
      }),
    );
  });
});

describe("dates", () => {
  const stepOf = (text: string): DateStep =>
    parseDType(`M8[${text}]`).step ?? { unit: "generic", multiple: 1 };
  const anyStep = anyDateStep().map(stepOf);
  const anyCount = fc.oneof(
    fc.bigInt({ min: -1000n, max: 1000n }),
    fc.bigInt({ min: -1_000_000_000n, max: 1_000_000_000n }),
    fc.bigInt({ min: 1n - 2n ** 63n, max: 2n ** 63n - 1n }),
  );

  it("are the same after a step there and back", () => {
    fc.assert(
      fc.property(anyCount, anyStep, anyStep, fc.boolean(), (value, from, to, dates) => {
        const there = convertStep(value, from, to, dates);
        if (there === undefined) return;
        const back = convertStep(there.value, to, from, dates);
        if (there.exact) {
          expect(back).toEqual({ value, exact: true });
        } else if (back !== undefined) {
          // Cut downwards: not after the value, and the next step begins after it.
          expect(back.value <= value).toBe(true);
          const next = convertStep(there.value + 1n, to, from, dates);
          if (next !== undefined)
            expect(next.value > value || (next.value === value && !next.exact)).toBe(true);
        }
      }),
      times(20),
    );
  });

  it("are the same after finer steps and back, through any number of them", () => {
    const units = ["Y", "M", "D", "h", "m", "s", "ms", "us"].map(stepOf);
    fc.assert(
      fc.property(fc.bigInt({ min: -10_000n, max: 10_000n }), fc.nat(units.length - 1), (value, first) => {
        const chain = units.slice(first);
        const path = [...chain, ...chain.toReversed()];
        let count = value;
        for (const [i, to] of path.entries()) {
          const moved = convertStep(count, path[i - 1] ?? to, to, true);
          expect(moved?.exact).toBe(true);
          count = moved?.value ?? NAT;
        }
        expect(count).toBe(value);
      }),
    );
  });

  it("agree with Date", () => {
    const years0to9999 = fc.date({
      min: new Date("0000-01-01"),
      max: new Date("9999-12-31T23:59:59.999Z"),
      noInvalidDate: true,
    });
    const ms = stepOf("ms");
    fc.assert(
      fc.property(years0to9999, (date) => {
        const count = BigInt(date.getTime());
        const iso = date.toISOString().slice(0, -1);
        expect(formatDate(count, ms)).toBe(iso);
        expect(stepToDate(count, ms)).toEqual(date);
        expect(dateToStep(date, ms)).toBe(count);
        for (const [unit, length] of [
          ["s", 19],
          ["m", 16],
          ["h", 13],
          ["D", 10],
          ["M", 7],
          ["Y", 4],
        ] as const) {
          const coarse = convertStep(count, ms, stepOf(unit), true)?.value ?? NAT;
          expect(formatDate(coarse, stepOf(unit))).toBe(iso.slice(0, length));
        }
      }),
    );
  });

  it("are read as they are printed", () => {
    fc.assert(
      fc.property(anyCount, anyStep, (count, step) => {
        const text = formatDate(count, step);
        const read = parseDate(text);
        // Years that far away have more digits than the reader takes.
        if (read === undefined) expect(text.length).toBeGreaterThan(18);
        else expect(formatDate(read, { unit: "as", multiple: 1 }).startsWith(text)).toBe(true);
      }),
    );
  });
});

describe("casting", () => {
  const pair = fc.tuple(anyDType({ nesting: 1 }), anyDType({ nesting: 1 }));
  const close = fc
    .constantFrom("iufb", "SU", "M", "m", "fc")
    .chain((kinds) => fc.tuple(anyDType({ kinds, nesting: 0 }), anyDType({ kinds, nesting: 0 })));
  const cast = fc
    .oneof(pair, close)
    .chain(([from, to]) => fc.tuple(fc.constant(from), fc.constant(to), anyElement(from)));

  /** The bytes that a value becomes. */
  function store(caster: Caster, to: DType, value: unknown): Uint8Array {
    const { view, around, bytes } = bench(to.itemsize, 3);
    const before = around();
    caster.write(view, 3, value);
    expect(around()).toEqual(before);
    return bytes.slice();
  }

  it("that is checked loses nothing that casting back would not give again", () => {
    fc.assert(
      fc.property(cast, ([from, to, value]) => {
        if (kindProblem(from, to) !== undefined || kindProblem(to, from) !== undefined) return;
        const caster = elementCaster(from, to, "checked");
        if (caster.problem(value) !== undefined) return;
        const there = codecOf(to).read(new DataView(store(caster, to, value).buffer), 0);
        const back = elementCaster(to, from, "checked");
        // Floats round, and a unit once given is not taken away.
        if ("fc".includes(to.kind) || from.step?.unit === "generic") return;
        expect(back.problem(there)).toBeUndefined();
        const again = codecOf(from).read(new DataView(store(back, from, there).buffer), 0);
        expect(isSame(again, value)).toBe(true);
      }),
      times(10),
    );
  });

  it("that is unsafe does what checked casting does, where that does anything", () => {
    fc.assert(
      fc.property(cast, ([from, to, value]) => {
        const unsafe = elementCaster(from, to, "unsafe");
        const refused = unsafe.problem(value);
        const forced = refused === undefined ? store(unsafe, to, value) : undefined;
        if (kindProblem(from, to) !== undefined) return;
        const checked = elementCaster(from, to, "checked");
        if (checked.problem(value) !== undefined) return;
        expect(refused).toBeUndefined();
        expect(forced).toEqual(store(checked, to, value));
      }),
      times(20),
    );
  });

  it("of plain values is the same where both agree to it", () => {
    fc.assert(
      fc.property(anyDType({ nesting: 0 }), anyPlain, (to, value) => {
        const unsafe = plainCaster(to, [], "unsafe");
        const refused = unsafe.problem(value);
        const forced = refused === undefined ? store(unsafe, to, value) : undefined;
        const checked = plainCaster(to, [], "checked");
        if (checked.problem(value) !== undefined) return;
        expect(refused).toBeUndefined();
        expect(forced).toEqual(store(checked, to, value));
      }),
      times(20),
    );
  });
});

describe("numbers as text", () => {
  it("are read as they are printed", () => {
    for (const itemsize of [2, 4, 8]) {
      fc.assert(
        fc.property(anyFloat(itemsize), anyFloat(itemsize), (re, im) => {
          const round = (x: number | undefined) =>
            itemsize === 2 ? fromHalf(toHalf(x ?? 0)) : itemsize === 4 ? Math.fround(x ?? 0) : x;
          expect(round(parseFloat64(formatFloat(re, itemsize)))).toBe(re);
          const read = parseComplex(formatComplex({ re, im }, 2 * itemsize));
          expect({ re: round(read?.re), im: round(read?.im) }).toStrictEqual({ re, im });
        }),
        times(3),
      );
    }
  });
});

describe("text", () => {
  it("is measured as others measure it", () => {
    const halves = fc.string({ unit: fc.constantFrom("a", "é", "日", "\ud83d", "\ude00", "\ud83d\ude00") });
    fc.assert(
      fc.property(fc.oneof(halves, anyText()), (text) => {
        const lone = Array.from(text).some((character) => /^[\ud800-\udfff]$/.test(character));
        expect(hasLoneSurrogate(text)).toBe(lone);
        if (lone) return;
        expect(codePointLength(text)).toBe(Array.from(text).length);
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });
});
