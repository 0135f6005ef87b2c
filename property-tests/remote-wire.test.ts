import "./seed.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { denseLayout, STRIDED, wrap } from "../src/array/index.js";
import { sizeOf } from "../src/dtype/index.js";
import {
  CastError,
  CorruptError,
  FormatError,
  IndexError,
  isMemmapError,
  LimitError,
} from "../src/errors.js";
import {
  type AxisSelection,
  checkSelection,
  decodeMessage,
  decodeValue,
  dtypeFromWire,
  encodeArray,
  encodeBody,
  encodeSlice,
  encodeTexts,
  encodeValue,
  isWireArray,
  parseBody,
  parseSlice,
  readArray,
  resultShape,
  transcode,
  viewOf,
  type WireArray,
  type WireTexts,
  wireElement,
  wireType,
} from "../src/remote/wire/index.js";
import { anyDType } from "../src/testing/index.js";

const anyPosition = fc.oneof(fc.nat(20), fc.maxSafeNat());
const anyList = fc.array(anyPosition, { maxLength: 5 }).map((list) => Float64Array.from(list));

const anyRange = fc.record({
  kind: fc.constant("range" as const),
  start: anyPosition,
  count: anyPosition,
  step: fc.oneof(
    fc.constantFrom(1, -1),
    fc.integer().filter((step) => step !== 0),
  ),
});
const anyRuns = fc.array(fc.tuple(anyPosition, anyPosition), { minLength: 1, maxLength: 5 }).map((pairs) => ({
  kind: "runs" as const,
  starts: Float64Array.from(pairs, ([start]) => start),
  counts: Float64Array.from(pairs, ([, count]) => count),
}));

/** Any that can be said: runs first if at all, one index at most. */
const anySelection: fc.Arbitrary<AxisSelection[]> = fc
  .tuple(
    fc.option(anyRuns, { nil: undefined }),
    fc.array(anyRange, { maxLength: 4 }),
    fc.option(fc.tuple(anyList, fc.nat(4)), { nil: undefined }),
  )
  .map(([runs, ranges, index]) => {
    const all: AxisSelection[] = [...(runs === undefined ? [] : [runs]), ...ranges];
    if (index !== undefined) {
      const [indices, at] = index;
      all.splice(runs === undefined ? at : at + 1, 0, { kind: "indices", indices });
    }
    return all;
  });

/** Values that the wire has a word for. */
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.string({ unit: "binary" }),
    fc.string({ minLength: 60, maxLength: 80 }),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }).filter((number) => !Object.is(number, -0)),
    fc.bigInt({ min: 2n ** 53n + 1n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) - 1n }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.array(tie("value"), { maxLength: 20 }),
    fc
      .array(fc.tuple(fc.string({ unit: "binary" }), tie("value")), { maxLength: 20 })
      .map((pairs) => new Map(pairs)),
  ),
}));

const anyArray = fc
  .tuple(anyDType(), fc.array(fc.nat(3), { maxLength: 3 }), fc.boolean(), fc.infiniteStream(fc.nat(255)))
  .map(([dtype, shape, fortran, stream]) => {
    const bytes = Uint8Array.from({ length: sizeOf(shape) * dtype.itemsize }, () => stream.next().value);
    return wrap({ dtype, layout: denseLayout(shape, dtype.itemsize, fortran), bytes }, false);
  });

const anyEncoded = fc.oneof(
  anyArray.map((array) => encodeArray(array, "numpy")),
  fc.array(fc.string({ unit: "binary" }), { maxLength: 5 }).map((items) => {
    return encodeTexts({ shape: [items.length], items }, "classic");
  }),
);

async function* split(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  for (const [k, to] of [...places, bytes.length].entries())
    yield bytes.slice(k === 0 ? 0 : places[k - 1], to);
}

const reading = (bytes: Uint8Array, cuts: readonly number[]): Promise<WireArray | WireTexts> =>
  readArray(split(bytes, cuts), { limit: 1 << 20 });

/** Bytes changed, cut out and put in. */
const anyMutation = fc.array(fc.tuple(fc.nat(), fc.nat(2), fc.uint8Array({ maxLength: 6 })), {
  minLength: 1,
  maxLength: 4,
});
function mutated(
  bytes: Uint8Array,
  mutations: readonly (readonly [number, number, Uint8Array])[],
): Uint8Array {
  let result = [...bytes];
  for (const [place, removed, added] of mutations) {
    result = result.toSpliced(place % (result.length + 1), removed, ...added);
  }
  return Uint8Array.from(result);
}

function tagged(error: unknown, ...kinds: readonly (new (message: string) => Error)[]): void {
  expect(isMemmapError(error), String(error)).toBe(true);
  expect(
    kinds.some((kind) => error instanceof kind),
    String(error),
  ).toBe(true);
}

describe("values on the wire", () => {
  it("come back as they went", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = encodeValue(value);
        expect(decodeValue(bytes)).toEqual(value);
        expect(() => decodeValue(bytes.subarray(0, -1))).toThrow(FormatError);
      }),
    );
  });

  it("are refused by their tag when they are broken", () => {
    fc.assert(
      fc.property(fc.oneof(anyValue.map(encodeValue), fc.uint8Array()), anyMutation, (bytes, mutations) => {
        const broken = mutated(bytes, mutations);
        for (const [read, ...kinds] of [
          // What claims to be larger than memory is refused for that.
          [decodeValue, FormatError, LimitError],
          [decodeMessage, CorruptError, LimitError],
          [parseBody, FormatError, IndexError, LimitError],
        ] as const) {
          try {
            read(broken);
          } catch (error) {
            tagged(error, ...kinds);
          }
        }
      }),
    );
  });
});

describe("selections on the wire", () => {
  it("are read as they were written", () => {
    fc.assert(
      fc.property(anySelection, (selection) => {
        expect(parseSlice(decodeValue(encodeSlice(selection)))).toEqual(selection);
        const query = {
          object: "/a",
          slice: selection,
          maxDepth: 3,
          dataSizeLimit: 7,
          columns: ["b"],
          where: "c",
        };
        expect(parseBody(encodeBody(query))).toEqual(query);
      }),
    );
  });

  it("are within the dataset exactly where all their positions are", () => {
    const anySmall = fc.oneof(
      fc.record({
        kind: fc.constant("range" as const),
        start: fc.nat(8),
        count: fc.nat(8),
        step: fc.constantFrom(1, 2, 3, -1, -2),
      }),
      fc.array(fc.nat(8)).map((list) => ({ kind: "indices" as const, indices: Float64Array.from(list) })),
    );
    fc.assert(
      fc.property(anySmall, fc.nat(8), (axis, length) => {
        const positions =
          axis.kind === "indices"
            ? [...axis.indices]
            : Array.from({ length: axis.count }, (_, k) => axis.start + k * axis.step);
        expect(resultShape([axis])).toEqual([positions.length]);
        const inside = positions.every((at) => at >= 0 && at < length);
        const begins = axis.kind === "indices" || axis.count > 0 || axis.start <= length;
        const check = () => checkSelection([axis], [length]);
        if (inside && begins) check();
        else expect(check).toThrow(IndexError);
      }),
    );
  });

  it("are refused by their tag when their text is no selection", () => {
    const anyWord = fc.constantFrom("0", "1", "12", ":", ",", ";", "-", "[", "]", " ", "x", "::");
    fc.assert(
      fc.property(fc.array(anyWord, { maxLength: 12 }), (words) => {
        try {
          const selection = parseSlice(words.join(""));
          expect(parseSlice(decodeValue(encodeSlice(selection)))).toEqual(selection);
        } catch (error) {
          tagged(error, FormatError, IndexError);
        }
      }),
    );
  });
});

describe("arrays on the wire", () => {
  it("have the type that they say", () => {
    fc.assert(
      fc.property(anyDType(), fc.constantFrom("classic", "numpy"), (dtype, dialect) => {
        const element = wireElement(dtype, dialect);
        if (element.kind === "text") {
          expect([dialect, dtype.kind]).toEqual(["classic", "U"]);
          return;
        }
        const { type, kind } = wireType(element.dtype);
        const decoded = dtypeFromWire(decodeValue(encodeValue(type)), kind);
        expect(decoded?.str).toBe(element.dtype.str);
        expect(decoded?.equals(element.dtype)).toBe(true);
        if (dialect === "numpy" && dtype.fields === undefined) expect(element.dtype).toBe(dtype);
      }),
    );
  });

  it("have the bytes of the file in NumPy's dialect, whatever their layout", () => {
    fc.assert(
      fc.property(anyArray, (array) => {
        const decoded = decodeMessage(encodeArray(array, "numpy"));
        if (!isWireArray(decoded)) throw new Error("no array");
        const view = viewOf(decoded);
        expect(view.shape).toEqual(array.shape);
        const { dtype, layout, bytes } = array[STRIDED]();
        const dense = wrap({ dtype, layout, bytes }, false);
        const rows =
          dense.ndim === 0 ? [dense] : Array.from({ length: dense.length }, (_, row) => dense.view(row));
        const whole = Buffer.concat(rows.flatMap((row) => [bytesOf(row)]));
        expect(Buffer.from(decoded.bytes)).toEqual(Buffer.from(transcode(whole, dtype, view.dtype)));
      }),
    );
  });

  it("are read alike however their bytes are split", async () => {
    await fc.assert(
      fc.asyncProperty(anyEncoded, fc.array(fc.nat(), { maxLength: 8 }), async (bytes, cuts) => {
        expect(await reading(bytes, cuts)).toEqual(decodeMessage(bytes));
      }),
    );
  });

  it("are refused by their tag when they are broken", async () => {
    await fc.assert(
      fc.asyncProperty(anyEncoded, anyMutation, fc.array(fc.nat()), async (bytes, mutations, cuts) => {
        try {
          await reading(mutated(bytes, mutations), cuts);
        } catch (error) {
          tagged(error, CorruptError, LimitError);
        }
      }),
    );
  });

  it("have texts, or are refused where they have none, in the classic dialect", () => {
    fc.assert(
      fc.property(anyArray, (array) => {
        try {
          const decoded = decodeMessage(encodeArray(array, "classic"));
          expect(decoded).toMatchObject({ shape: array.shape });
          if (isWireArray(decoded) && decoded.dtype?.fields === undefined) {
            expect(decoded.dtype?.byteorder).not.toBe(">");
          }
        } catch (error) {
          expect(array.dtype.kind).toBe("U");
          tagged(error, CastError);
        }
      }),
    );
  });
});

/** The bytes of a part of an array in the order of C. */
function bytesOf(part: ReturnType<typeof viewOf>): Uint8Array {
  if (part.ndim > 0) return Buffer.concat(Array.from({ length: part.length }, (_, row) => part.bytes(row)));
  const { dtype, layout, bytes } = part[STRIDED]();
  return bytes.slice(layout.offset, layout.offset + dtype.itemsize);
}
