import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dtypeFromDescr, structOf } from "../../src/dtype/index.js";
import { DTypeError, LimitError, ShapeError } from "../../src/errors.js";
import { formatHeader, parseHeader } from "../../src/npy/index.js";
import { npyFile } from "./support.js";

/** What NumPy 2.4 writes, as text. */
interface Golden {
  readonly headers: readonly {
    readonly descr: unknown;
    readonly shape: readonly number[];
    readonly fortranOrder: boolean;
    readonly version: 1 | 3;
    readonly text: string;
  }[];
  /** Bytes of the header's text for a field name of so many "a" (Latin-1) and "語" (UTF-8). */
  readonly narrow: readonly (readonly [characters: number, length: number])[];
  readonly wide: readonly (readonly [characters: number, length: number])[];
  /** The same as `narrow` for the shape (2, 1000000000) in Fortran order, whose last axis grows. */
  readonly fortran: readonly (readonly [characters: number, length: number])[];
  /** The longest field name of one character that NumPy could load again. */
  readonly longest: Readonly<Record<string, number>>;
}

const golden = JSON.parse(readFileSync(new URL("golden.json", import.meta.url), "utf8")) as Golden;
const F8 = dtypeFromDescr("<f8");
const named = (name: string) => dtypeFromDescr([[name, "<f8"]]);

describe("formatHeader", () => {
  it.each(golden.headers)(
    "writes NumPy's bytes: $version.0 $text",
    ({ descr, shape, fortranOrder, version, text }) => {
      const header = formatHeader({ dtype: dtypeFromDescr(descr), shape, fortranOrder });
      expect(Buffer.from(header)).toEqual(Buffer.from(npyFile(text, { version, data: 0 })));
      expect(header.length % 64).toBe(0);
    },
  );

  it.each(golden.headers)("writes what it reads: $text", ({ descr, shape, fortranOrder, version }) => {
    const dtype = dtypeFromDescr(descr);
    const bytes = formatHeader({ dtype, shape, fortranOrder });
    const read = parseHeader(bytes, { path: "a.npy" });
    expect(read).toMatchObject({ shape, fortranOrder, version: [version, 0], dataOffset: bytes.length });
    expect(read.dtype.equals(dtype)).toBe(true);
  });

  it("pads as NumPy does at every length, one whole unit where the text ends on a multiple", () => {
    for (const [characters, length] of golden.narrow) {
      expect(formatHeader({ dtype: named("a".repeat(characters)), shape: [3] }).length).toBe(10 + length);
    }
    for (const [characters, length] of golden.fortran) {
      const header = { dtype: named("a".repeat(characters)), shape: [2, 1_000_000_000], fortranOrder: true };
      expect(formatHeader(header).length).toBe(10 + length);
    }
    for (const [characters, length] of golden.wide) {
      expect(formatHeader({ dtype: named("語".repeat(characters)), shape: [3] }).length).toBe(12 + length);
    }
  });

  it("leaves C order to the default", () => {
    expect(formatHeader({ dtype: F8, shape: [3] })).toEqual(
      formatHeader({ dtype: F8, shape: [3], fortranOrder: false }),
    );
  });

  it.each(Object.entries(golden.longest))(
    "writes no header that NumPy could not load (%s)",
    (character, longest) => {
      const header = formatHeader({ dtype: named(character.repeat(longest)), shape: [3] });
      expect(parseHeader(header, { path: "a.npy" }).dtype.fields?.[0]?.name).toHaveLength(
        character.length * longest,
      );
      const longer = () => formatHeader({ dtype: named(character.repeat(longest + 1)), shape: [3] });
      expect(longer).toThrow(LimitError);
      expect(longer).toThrow("over NumPy's limit of 10000");
    },
  );

  it.each([[[-1]], [[1.5]], [[Number.NaN]], [[2 ** 53]], [[3, -2]], [[Number.POSITIVE_INFINITY]]])(
    "refuses the shape %j",
    (shape) => {
      expect(() => formatHeader({ dtype: F8, shape })).toThrow(ShapeError);
    },
  );

  it("writes -0 as 0", () => {
    expect(formatHeader({ dtype: F8, shape: [-0] })).toEqual(formatHeader({ dtype: F8, shape: [0] }));
  });

  it("refuses what it would not read", () => {
    const refusals: [number[], string][] = [
      [Array(33).fill(1), "33 axes"],
      [[2 ** 50], "2^53 - 1 bytes"],
      [[0, 2 ** 50], "2^53 - 1 bytes"],
      [[2 ** 32, 2 ** 32], "2^53 - 1 bytes"],
    ];
    for (const [shape, problem] of refusals) {
      expect(() => formatHeader({ dtype: F8, shape })).toThrow(LimitError);
      expect(() => formatHeader({ dtype: F8, shape })).toThrow(problem);
    }
  });

  it("refuses fields nested deeper than it would read", () => {
    const nest = (levels: number, shape: readonly number[]) => {
      let dtype = structOf([["a", F8, shape]]);
      for (let level = 1; level < levels; level += 1) dtype = structOf([["a", dtype, []]]);
      return dtype;
    };
    const four = nest(4, []);
    expect(parseHeader(formatHeader({ dtype: four, shape: [1] }), { path: "a.npy" }).dtype.equals(four)).toBe(
      true,
    );
    const three = nest(3, [2]);
    expect(
      parseHeader(formatHeader({ dtype: three, shape: [1] }), { path: "a.npy" }).dtype.equals(three),
    ).toBe(true);
    for (const dtype of [nest(5, []), nest(4, [2])]) {
      expect(() => formatHeader({ dtype, shape: [1] })).toThrow(LimitError);
    }
  });

  it("refuses names with half of a surrogate pair", () => {
    const dtype = structOf([["a\ud800", F8, []]]);
    expect(() => formatHeader({ dtype, shape: [1] })).toThrow(DTypeError);
    expect(() => formatHeader({ dtype: structOf([["o", dtype, []]]), shape: [1] })).toThrow('"a\\ud800"');
  });
});
