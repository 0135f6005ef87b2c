import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDType } from "../src/dtype/index.js";
import { partNames } from "../src/group/part-names.js";
import { checkName, foldPart } from "../src/store/index.js";
import { anyCell, anyDType } from "../src/testing/index.js";

/** Texts that are no names, or nearly those of others. */
const hardText = fc.oneof(
  fc.constantFrom(
    "",
    ".",
    "..",
    "../evil",
    "a/b",
    "a\\b",
    "C:",
    "CON",
    "con.x",
    "Nul",
    "lpt¹",
    "x.npy",
    "X.ATTR",
  ),
  fc.constantFrom(
    "null",
    "%null",
    "%empty",
    "a,b",
    "a.",
    "a ",
    ".a",
    "~",
    "é",
    "e\u0301",
    "É",
    "ß",
    "SS",
    "ſ",
    "s",
  ),
  fc.string({ unit: "binary", maxLength: 5 }),
  fc.string({
    unit: fc.constantFrom("\ud800", "\udc00", "a", "A", "\u0301", "%", "2", "F", "/", "\0"),
    maxLength: 6,
  }),
  fc
    .tuple(
      fc.constantFrom("x", "X", "é", "e\u0301", "😀", "/", "%", ".", " "),
      fc.integer({ min: 30, max: 300 }),
    )
    .map(([text, count]) => text.repeat(count)),
  fc.string({ minLength: 150, maxLength: 300 }),
);

const columns = anyDType({ kinds: "biufcSUMm", nesting: 0 }).chain((dtype) => {
  const value = "SU".includes(dtype.kind) ? fc.oneof(hardText, anyCell(dtype)) : anyCell(dtype);
  return fc.record({
    dtype: fc.constant(dtype),
    value: fc.constant(fc.option(value, { nil: null, freq: 8 })),
  });
});

/** Lists of different keys, with the dtypes of their columns. */
const groups = fc.array(columns, { minLength: 1, maxLength: 3 }).chain((keys) =>
  fc.record({
    dtypes: fc.constant(keys.map(({ dtype }) => dtype)),
    values: fc.uniqueArray(fc.tuple(...keys.map(({ value }) => value)), { maxLength: 25, selector: shown }),
  }),
);

/** A text for each list of keys, different ones for different keys. */
function shown(keys: readonly unknown[]): string {
  return JSON.stringify(keys, (_, part: unknown) => {
    if (typeof part === "bigint") return `${part}n`;
    return typeof part === "number" ? (Object.is(part, -0) ? "-0" : String(part)) : part;
  });
}

const SUFFIX = /~[0-9a-f]{16}$/;

/** The text behind a name, as JavaScript's own decoder has it; lone surrogates have no UTF-8 that it takes. */
function decoded(name: string): string {
  return name
    .replace(/%ED%[AB][0-9A-F]%[89AB][0-9A-F]/g, "\u{fffd}")
    .replace(/(?:%[0-9A-F]{2})+/g, decodeURIComponent);
}

describe("names of groups", () => {
  it("are good for every directory, and different from each other", () => {
    fc.assert(
      fc.property(groups, ({ dtypes, values }) => {
        const names = partNames(values, dtypes);
        expect(names).toHaveLength(values.length);
        for (const name of names) {
          checkName(name, "group");
          checkName(name, "column");
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
          if (!SUFFIX.test(name)) expect(name.split(",")).toHaveLength(dtypes.length);
          expect(name).toMatch(/^(?:%[0-9A-F]{2}|%null|%empty|[^%/\\:*?"<>|\p{Cc}\p{Cs}])+$/u);
        }
        expect(new Set(names.map(foldPart)).size).toBe(names.length);
        expect(partNames(values, dtypes)).toEqual(names);
        expect(partNames(values.slice(0, 7), dtypes)).toEqual(names.slice(0, 7));
      }),
    );
  });

  it("say the text that they stand for, where it is short", () => {
    const text = fc.oneof(hardText, fc.string({ unit: "grapheme", maxLength: 20 }));
    fc.assert(
      fc.property(text, (value) => {
        const [name = ""] = partNames([[value]], [parseDType("U300")]);
        // As UTF-8 has it, which knows no lone surrogates.
        const said = Buffer.from(value).toString();
        if (SUFFIX.test(name) && !SUFFIX.test(value)) {
          expect(encodeURIComponent(said).length).toBeGreaterThan(198);
        } else expect(decoded(name)).toBe(said === "" ? "%empty" : said);
      }),
    );
  });
});
