import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Descr, type DescrField, dtypeFromDescr } from "../src/dtype/index.js";
import { FormatError, LimitError } from "../src/errors.js";
import { dataBytes, formatHeader, type NpyHeader, parseHeader, rewriteRows } from "../src/npy/index.js";

const simple = fc.oneof(
  fc.constantFrom("|b1", "|i1", "|u1", "<i2", ">i4", "<u8", "<f2", ">f4", "<f8", "<c8", ">c16", "<M8", "<m8"),
  fc
    .tuple(fc.constantFrom("|S", "|V", "<U", ">U"), fc.integer({ min: 1, max: 1000 }))
    .map(([kind, n]) => kind + n),
  fc
    .tuple(
      fc.constantFrom("<M8", ">m8"),
      fc.integer({ min: 1, max: 99 }),
      fc.constantFrom("D", "s", "us", "as"),
    )
    .map(([kind, multiple, unit]) => `${kind}[${multiple === 1 ? "" : multiple}${unit}]`),
);

/** Any names: ASCII with quotes and escapes, other planes, controls; no halves of surrogate pairs. */
const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom("'", '"', "\\", "\n", "\x7f", "\x80", "é", "日", "😀", "n", "u"),
    minLength: 1,
  }),
  fc.constantFrom("__proto__", "constructor", "descr", "shape"),
);

function fields(inner: fc.Arbitrary<Descr>): fc.Arbitrary<Descr> {
  const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 });
  const field = fc.tuple(name, inner, fc.option(shape, { nil: undefined }));
  return fc
    .uniqueArray(field, { minLength: 1, maxLength: 4, selector: ([key]) => key })
    .map((list) =>
      list.map(([key, descr, axes]): DescrField => (axes === undefined ? [key, descr] : [key, descr, axes])),
    );
}
const flat = fields(simple);
const nested = fields(fc.oneof(simple, flat));
const dtype = fc.oneof(simple, flat, nested).map(dtypeFromDescr);

const axis = fc.oneof(fc.nat(20), fc.constantFrom(0, 1, 9, 10, 99, 100, 2 ** 31, 2 ** 32));
const shape = fc.array(axis, { maxLength: 5 });
const rowed = fc.array(fc.nat(20), { minLength: 1, maxLength: 4 });

/** What one header may say, with the bytes that say it; shapes beyond the limits are left out. */
const header = fc
  .record({ dtype, shape, fortranOrder: fc.boolean() })
  .map((said) => {
    try {
      return { said, bytes: formatHeader(said) };
    } catch (error) {
      if (error instanceof LimitError) return undefined;
      throw error;
    }
  })
  .filter((made) => made !== undefined);

/** The header, or undefined where it is refused; any other error than a FormatError is one of the test. */
function tryParse(bytes: Uint8Array, fileSize?: number): NpyHeader | undefined {
  try {
    return parseHeader(bytes, { path: "a.npy", ...(fileSize === undefined ? {} : { fileSize }) });
  } catch (error) {
    if (error instanceof FormatError && error.message.startsWith("a.npy: ")) return undefined;
    throw error;
  }
}

/** What is accepted is within every bound, and says the same when written and read again. */
function checkAccepted(read: NpyHeader, length: number): void {
  expect(read.dataOffset).toBeLessThanOrEqual(Math.min(length, 40_012));
  expect(read.shape.length).toBeLessThanOrEqual(32);
  expect(Number.isSafeInteger(dataBytes(read))).toBe(true);
  const again = parseHeader(formatHeader(read), { path: "a.npy" });
  expect(again.dtype.equals(read.dtype)).toBe(true);
  expect(again.shape).toEqual(read.shape);
  expect(again.fortranOrder).toBe(read.fortranOrder);
}

describe("headers", () => {
  it("are read as they were written, and written as they were read", () => {
    fc.assert(
      fc.property(header, ({ said, bytes }) => {
        const read = parseHeader(bytes, { path: "a.npy" });
        expect(read.dtype.equals(said.dtype)).toBe(true);
        expect(read.shape).toEqual(said.shape);
        expect(read.fortranOrder).toBe(said.fortranOrder);
        expect(read.dataOffset).toBe(bytes.length);
        expect(bytes.length % 64).toBe(0);
        expect(formatHeader(read)).toEqual(bytes);
      }),
    );
  });

  it("take another number of rows in place, as if written with it", () => {
    fc.assert(
      fc.property(dtype, rowed, fc.nat(10 ** 6), (type, dimensions, rows) => {
        const before = formatHeader({ dtype: type, shape: dimensions });
        const shape = [rows, ...dimensions.slice(1)];
        // As in NumPy, an axis without elements excuses no other.
        const bytes = shape.reduce((size, n) => size * BigInt(n || 1), BigInt(type.itemsize));
        if (bytes >= 2n ** 53n) {
          expect(() => rewriteRows(before, rows, "a.npy")).toThrow(LimitError);
          return;
        }
        const after = rewriteRows(before, rows, "a.npy");
        expect(after).toEqual(formatHeader({ dtype: type, shape }));
        expect(rewriteRows(after ?? new Uint8Array(), dimensions[0] ?? 0, "a.npy")).toEqual(before);
      }),
    );
  });
});

describe("what is no header", () => {
  const magic = fc.constantFrom(1, 2, 3).map((major) => [0x93, ...Buffer.from("NUMPY"), major, 0]);

  it("is refused with a FormatError when the bytes are random", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.option(fc.nat(), { nil: undefined }),
        (bytes, fileSize) => {
          const read = tryParse(bytes, fileSize);
          if (read !== undefined) checkAccepted(read, bytes.length);
        },
      ),
    );
  });

  it("is refused with a FormatError when random bytes follow the magic", () => {
    fc.assert(
      fc.property(magic, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
        const read = tryParse(Uint8Array.from([...start, ...rest]));
        if (read !== undefined) checkAccepted(read, 308);
      }),
    );
  });

  it("is refused with a FormatError when a header is mutated, or else means something", () => {
    const scraps = [
      "(",
      ")",
      "[",
      "]",
      "{",
      "}",
      "'",
      '"',
      "\\",
      ",",
      ":",
      "-",
      "0",
      "9",
      ".",
      "x",
      " ",
      "\n",
      "\0",
    ];
    const words = [
      "True",
      "False",
      "None",
      "'a'",
      "(1,)",
      "('a', '<f4'), ",
      "|O",
      "\\x41",
      "\\ud800",
      "é",
      "\u00a0",
    ];
    const scrap = fc.oneof(fc.constantFrom(...scraps, ...words), fc.string({ maxLength: 3 }));
    const mutation = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(4), scrap });
    fc.assert(
      fc.property(header, fc.array(mutation, { maxLength: 4 }), ({ bytes }, mutations) => {
        const textOffset = bytes[6] === 1 ? 10 : 12;
        let text = Buffer.from(bytes.subarray(textOffset)).toString("latin1").trimEnd();
        for (const { at, cut, scrap: inserted } of mutations) {
          const place = Math.floor(at * text.length);
          text = text.slice(0, place) + inserted + text.slice(place + cut);
        }
        const start = Buffer.from(bytes.subarray(0, textOffset));
        const body = Buffer.from(text, "latin1");
        if (textOffset === 10) start.writeUInt16LE(body.length, 8);
        else start.writeUInt32LE(body.length, 8);
        const mutated = Buffer.concat([start, body]);
        const read = tryParse(mutated);
        if (read !== undefined) checkAccepted(read, mutated.length);
      }),
    );
  });

  it("is refused with a FormatError when any byte of the file is another", () => {
    fc.assert(
      fc.property(header, fc.nat(), fc.nat(255), ({ bytes }, at, value) => {
        const changed = Uint8Array.from(bytes);
        changed[at % changed.length] = value;
        const read = tryParse(changed);
        if (read !== undefined) checkAccepted(read, changed.length);
      }),
    );
  });
});
