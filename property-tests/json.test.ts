import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../src/errors.js";
import { type JsonValue, parseJson, stringifyJson } from "../src/store/json.js";
import { JsonReader } from "../src/store/json-reader.js";

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom('"', "\\", "\n", "\x7f", "[", "}", "é", "😀", "\ud800", "\udc00", "1") }),
);
const key = fc.oneof(text, fc.constantFrom("__proto__", "constructor", "toString", "0", "10", ""));

/** Integers that no number is. */
const long = fc
  .bigInt({ min: -(10n ** 400n), max: 10n ** 400n })
  .filter((value) => !Number.isFinite(Number(value)) || BigInt(Number(value)) !== value);

/** Own properties whatever the key. */
const object = (value: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> =>
  fc.array(fc.tuple(key, value), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));

/** What the dialect can say; `plain` is what JSON.parse reads without loss. */
function values(scalar: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonValue> {
  return fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof({ maxDepth: 6 }, scalar, fc.array(tie("value"), { maxLength: 5 }), object(tie("value"))),
  })).value;
}
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const plain = values(fc.oneof(text, finite, fc.maxSafeInteger(), fc.boolean(), fc.constant(null)));
const any = values(fc.oneof(text, fc.double(), fc.maxSafeInteger(), long, fc.boolean(), fc.constant(null)));

const parse = (json: string) => parseJson(Buffer.from(json), { path: "x.attr" });

/** The value, or the words of the FormatError that refuses it. */
function outcome(act: () => JsonValue): { value: JsonValue } | { refused: string } {
  try {
    return { value: act() };
  } catch (error) {
    if (error instanceof FormatError && error.message.startsWith("x.attr: "))
      return { refused: error.message };
    throw error;
  }
}

describe("the JSON of sidecars", () => {
  it("comes back as it was written", () => {
    fc.assert(
      fc.property(any, (value) => {
        const printed = stringifyJson(value);
        expect(printed).toMatch(/^[ -~]*$/);
        expect(isDeepStrictEqual(parse(printed), value)).toBe(true);
      }),
    );
  });

  it("is what JSON.parse reads, where that loses nothing", () => {
    fc.assert(
      fc.property(plain, (value) => {
        expect(isDeepStrictEqual(JSON.parse(stringifyJson(value)), value)).toBe(true);
        const compact = JSON.stringify(value);
        const expected = JSON.parse(compact);
        for (const printed of [compact, JSON.stringify(value, null, 2)]) {
          // Where a long number lost its point, its digits are an integer's; those are looked at elsewhere.
          if (/\d{16}/.test(printed)) continue;
          expect(isDeepStrictEqual(parse(printed), expected)).toBe(true);
          expect(isDeepStrictEqual(new JsonReader(printed, "x.attr", 128).read(), expected)).toBe(true);
        }
      }),
    );
  });

  it("reads integers to the last digit", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (value) => {
        const read = parse(String(value));
        expect(BigInt(read as number | bigint)).toBe(value);
        expect(typeof read).toBe(BigInt(Number(value)) === value ? "number" : "bigint");
      }),
    );
  });

  it("is read the same with and without JSON.parse, or refused with the same words", () => {
    const pieces = fc.constantFrom(
      ...["{", "}", "[", "]", ",", ":", " ", "\n", '"', '"a"', '"\\u00e9"', "\\", "1", "-", "0", ".5", "e3"],
      ...["12345678901234567", "NaN", "Infinity", "-Infinity", "true", "null", "tru", "é", "\ufeff"],
    );
    const almost = fc.oneof(
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("")),
      // One piece put into, or one character taken out of, a good text.
      fc.tuple(any, fc.nat(), fc.nat(1), pieces).map(([value, at, cut, piece]) => {
        const printed = stringifyJson(value);
        const from = at % (printed.length + 1);
        return printed.slice(0, from) + (cut === 1 ? "" : piece) + printed.slice(from + cut);
      }),
    );
    fc.assert(
      fc.property(almost, (json) => {
        const withoutMark = json.startsWith("\ufeff") ? json.slice(1) : json;
        const found = outcome(() => parse(json));
        const alone = outcome(() => new JsonReader(withoutMark, "x.attr", 128).read());
        expect(isDeepStrictEqual(found, alone)).toBe(true);
        if ("refused" in found) expect(() => JSON.parse(withoutMark)).toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it("refuses random bytes with a FormatError, or reads them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const found = outcome(() => parseJson(bytes, { path: "x.attr" }));
        if ("value" in found)
          expect(isDeepStrictEqual(parse(stringifyJson(found.value)), found.value)).toBe(true);
      }),
    );
  });
});
