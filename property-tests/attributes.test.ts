import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AttrValue, decodeAttr, encodeAttr } from "../src/store/attributes.js";
import type { JsonValue } from "../src/store/json.js";
import { formatSidecar, parseSidecar, reshapeSidecar } from "../src/store/sidecar.js";

const key = fc.oneof(
  { weight: 2, arbitrary: fc.string() },
  fc.constantFrom("$date", "$bigint", "$number", "$array", "$object", "$other"),
  fc.constantFrom("__proto__", "constructor", "data", "dtype", "0"),
);

/** Strings that mean something within a tag. */
const word = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "NaN",
    "Infinity",
    "-Infinity",
    "1",
    "-0",
    "<f8",
    "|u1",
    "2024-01-31T00:00:00.000Z",
    "\ud800",
  ),
);

const typed = fc.oneof(
  fc.int8Array(),
  fc.uint8Array(),
  fc.uint8ClampedArray(),
  fc.int16Array(),
  fc.uint16Array(),
  fc.int32Array(),
  fc.uint32Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
);

function nest<Value>(scalar: fc.Arbitrary<Value>): fc.Arbitrary<unknown> {
  return fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      scalar,
      fc.array(tie("value"), { maxLength: 4 }),
      // Objects of one key are what tags are mistaken for.
      fc.tuple(key, tie("value")).map((entry) => Object.fromEntries([entry])),
      fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    ),
  })).value;
}
const attribute = nest(
  fc.oneof(
    word,
    fc.double(),
    fc.maxSafeInteger(),
    fc.bigInt(),
    fc.boolean(),
    fc.constant(null),
    fc.date({ noInvalidDate: true }),
    typed,
  ),
);
/** As other software may write it: any JSON, tags and what looks like them. */
const foreign = nest(
  fc.oneof(
    word,
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.constant({ dtype: "<f8", data: [1, "NaN"] }),
    fc.constant({ dtype: "|u1", data: [256] }),
  ),
) as fc.Arbitrary<JsonValue>;

function throughFile(value: unknown): AttrValue {
  return decodeAttr(parseSidecar(formatSidecar({ attr: encodeAttr(value) }), "x.attr").attr);
}

function isFrozen(value: AttrValue): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozen);
}

describe("attributes", () => {
  it("come back from a sidecar as they were, frozen", () => {
    fc.assert(
      fc.property(attribute, (value) => {
        const back = throughFile(value);
        expect(isDeepStrictEqual(back, value)).toBe(true);
        expect(isFrozen(back)).toBe(true);
      }),
    );
  });

  it("are in files that any reader of JSON understands", () => {
    fc.assert(
      fc.property(attribute, (value) => {
        const json = encodeAttr(value);
        const bytes = formatSidecar({ attr: json, raw: { dtype: "<f8", shape: [3] } });
        expect(
          isDeepStrictEqual(JSON.parse(Buffer.from(bytes).toString()), {
            dtype: "<f8",
            shape: [3],
            attr: json,
          }),
        ).toBe(true);
      }),
    );
  });

  it("of other software are never refused, and mean the same once they are written here", () => {
    fc.assert(
      fc.property(foreign, (json) => {
        const value = decodeAttr(json);
        expect(isDeepStrictEqual(throughFile(value), value)).toBe(true);
      }),
    );
  });

  it("stay byte for byte when a raw column gets other rows", () => {
    const shape = fc.array(fc.nat(), { maxLength: 3 });
    fc.assert(
      fc.property(foreign, shape, shape, (attr, before, after) => {
        const sidecar = (rows: readonly number[]) =>
          formatSidecar({ attr, raw: { dtype: "<f8", shape: rows } });
        expect(reshapeSidecar(sidecar(before), after, "x.attr")).toEqual(sidecar(after));
      }),
    );
  });
});
