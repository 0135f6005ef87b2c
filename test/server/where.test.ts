import { describe, expect, it } from "vitest";
import { wrap } from "../../src/array/array-view.js";
import { type ArrayView, RecordArray, zeros } from "../../src/array/index.js";
import { type DTypeLike, parseDType } from "../../src/dtype/index.js";
import { CastError, DTypeError, FormatError, NotFoundError } from "../../src/errors.js";
import {
  bindWhere,
  MAX_COMPARISONS,
  MAX_DEPTH,
  MAX_LENGTH,
  parseWhere,
} from "../../src/server/where/index.js";
import { maskFor } from "../../src/stream/predicate.js";

function column(dtype: DTypeLike, values: readonly unknown[]): ArrayView {
  const array: ArrayView = wrap(zeros(parseDType(dtype), [values.length]), true);
  return array.assign(values as never);
}

const N = Number.NaN;
const columns: Readonly<Record<string, ArrayView>> = {
  i: column("i4", [-2, -1, 0, 1, 2, 3]),
  big: column("i8", [-(2n ** 63n) + 1n, 0n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 62n, 2n ** 63n - 1n]),
  u: column("u8", [0n, 1n, 2n, 2n ** 63n, 2n ** 64n - 1n, 5n]),
  f: column("f8", [N, -0.5, 0, 0.1, Number.POSITIVE_INFINITY, 1e300]),
  f4: column(">f4", [N, 0.1, 0.5, 1, 2, 3]),
  h: column("f2", [0, 0.5, 1, 2, 3, 4]),
  c: column("c16", [
    { re: 1, im: 0 },
    { re: 1, im: 1 },
    { re: 2, im: 0 },
    { re: N, im: 0 },
    { re: 0, im: 0 },
    { re: 3, im: 0 },
  ]),
  b: column("b1", [true, false, true, false, true, false]),
  s: column("S4", ["a", "b", "c'", "", "ab", "é"]),
  U: column(">U4", ["a", "b", "c'", "", "𝒳y", "é"]),
  day: column(
    "M8[D]",
    ["1970-01-01", "2001-02-03", "2001-02-04", "NaT", "2024-12-31", "1969-12-31"].map(toDay),
  ),
  us: column("M8[us]", [0n, 1n, 1_000_000n, null, -1n, 2n ** 60n]),
  wide: column("M8[7D]", [0n, 1n, 2n, null, -1n, 3n]),
  m: column("m8[s]", [0n, 1n, 60n, null, -1n, 3600n]),
  gen: column("M8", [0n, 1n, 2n, null, 4n, 5n]),
  v: column(
    "V2",
    [1, 2, 3, 4, 5, 6].map((x) => Uint8Array.of(x, x)),
  ),
  r: RecordArray.from(
    [1, 2, 3, 4, 5, 6].map((a) => ({ a })),
    [["a", "i4"]],
  ),
  "a b/c.d": column("u1", [1, 2, 3, 4, 5, 6]),
  "group/x": column("u1", [6, 5, 4, 3, 2, 1]),
  'q"`': column("u1", [9, 8, 7, 6, 5, 4]),
  and: column("u1", [0, 0, 1, 1, 0, 0]),
  größe: column("u1", [0, 1, 0, 1, 0, 1]),
};

function toDay(text: string): bigint | null {
  return text === "NaT" ? null : BigInt(Date.parse(text)) / 86_400_000n;
}

function dtypeOf(name: string) {
  const found = columns[name];
  if (found === undefined) throw new NotFoundError(name);
  return found.dtype;
}

/** The rows for which a condition holds, as digits. */
function rows(text: string): string {
  const predicate = bindWhere(parseWhere(text), dtypeOf);
  const mask = maskFor(predicate, new Map(Object.entries(columns)), 6);
  return [...mask.keys()].filter((row) => mask[row] === 1).join("");
}

describe("conditions in text", () => {
  it.each([
    ["i = 1", "3"],
    ["i == 1", "3"],
    ["i<>1", "01245"],
    ["i != 1", "01245"],
    ["i < -1", "0"],
    ["i<=-1", "01"],
    ["i > +1", "45"],
    ["1 <= i", "345"],
    ["i > 1.5", "45"],
    ["i = 1.0", "3"],
    ["i = 1e0", "3"],
    ["i > .5", "345"],
    ["i between 0 and 2", "234"],
    ["i not between 0 and 2", "015"],
    ["i in (1, 3, 99)", "35"],
    ["i in ()", ""],
    ["i NOT IN (1, 3)", "0124"],
    ["i = 99999999999999999999999", ""],
    ["i < 99999999999999999999999", "012345"],
    ["i is null", ""],
    ["i < u", "012345"],
    ["i < u and u < 6", "0125"],
    ["big = 9007199254740993", "3"],
    ["big = 9007199254740992", "2"],
    ["big > 9007199254740992", "345"],
    ["big in (9007199254740993, 9223372036854775807)", "35"],
    ["u = 18446744073709551615", "4"],
    ["u >= 9223372036854775808", "34"],
    ["u > -1", "012345"],
    ["f = 0.1", "3"],
    ["f is null", "0"],
    ["f is nan", "0"],
    ["f is not null", "12345"],
    ["f = nan", ""],
    ["f != nan", "012345"],
    ["f = inf", "4"],
    ["f < Infinity and f > -inf", "1235"],
    ["f >= 1e300", "45"],
    ["f4 = 0.1", "1"],
    ["h > 0.5", "2345"],
    ["c = 1", "0"],
    ["c is null", "3"],
    ["b", "024"],
    ["not b", "135"],
    ["b = false", "135"],
    ["b and i > 0 or i = -1", "14"],
    ["b and (i > 0 or i = -1)", "4"],
    ["not b and i > 0", "35"],
    ["not (b and i > 0)", "01235"],
    ["not not b", "024"],
    ["s = 'a'", "0"],
    ["s = 'c'''", "2"],
    ["s >= 'b'", "125"],
    ["s in ('a', 'é', '')", "035"],
    ["U = '𝒳y'", "4"],
    ["U < 'b' and U <> ''", "0"],
    ["U = s", "01235"],
    ["day = '2001-02-03'", "1"],
    ["day = '2001-02-03T00:00:00'", "1"],
    ["day = '2001-02-03T12:00'", ""],
    ["day <> '2001-02-03T12:00'", "012345"],
    ["day < '2001-02-03T12:00'", "015"],
    ["day <= '2001-02-03T12:00'", "015"],
    ["day > '2001-02-03T12:00'", "24"],
    ["day >= '2001-02-03T12:00'", "24"],
    ["day between '2001' and '2001-02-03'", "1"],
    ["day in ('1970', '2024-12-31', '2024-12-30T01')", "04"],
    ["day is null", "3"],
    ["day = null", ""],
    ["day = 'NaT'", ""],
    ["day < 0", "5"],
    ["us = '1970-01-01T00:00:00.000001'", "1"],
    ["us > '1970-01-01T00:00:00.0000005'", "125"],
    ["us = '1970-01-01T01:00:01+01:00'", "2"],
    ["us >= day", "05"],
    ["wide = '1970-01-08'", "1"],
    ["wide > '1970-01-09'", "25"],
    ["day < '99999999-01-01'", "01245"],
    ["m >= 60", "25"],
    ["m in (1, -1)", "14"],
    ["gen > 2", "45"],
    ["v is not null or i = 1", DTypeError],
    [`"a b/c.d" > 5`, "5"],
    ["`a b/c.d` > 5", "5"],
    ["group/x > 5", "0"],
    [`"q""\`" = 9`, "0"],
    ['`q"``` = 9', "0"],
    [`"and" = 1 and i>0`, "3"],
    ["größe = 1", "135"],
    ["  i\n=\t1 ", "3"],
    ["i=1or i=2", FormatError],
    ["i=1 or i=2", "34"],
  ])("%s", (text, expected) => {
    if (typeof expected === "string") expect(rows(text)).toBe(expected);
    else expect(() => rows(text)).toThrow(expected);
  });

  it.each<[string, string]>([
    ["", "character 1: a column or a value is expected here, not the end"],
    ["i", 'column "i" of <i4 is no condition by itself; compare it, as in i > 0'],
    ["i =", "character 4: a column or a value"],
    ["i = 1 2", "character 7: and, or, or the end is expected here, not 2"],
    ["1 < i < 3", "character 7"],
    ["1 = 1", "character 1: one side of a comparison is a column"],
    ["(i = 1", "character 7: ) is expected here, not the end"],
    ["i = 1)", "character 6"],
    ["i = 'x", "character 5: the ' is not closed"],
    ['i = "x', 'character 5: the " is not closed'],
    ["i ; drop", "character 3"],
    ["i = 5x", "character 5"],
    ["i = 1.2.3", "character 5"],
    ["i = 1e999", "character 5"],
    ["i - 1 = 2", "character 3"],
    ["i not = 1", "character 7: between or in is expected"],
    ["i is 5", "character 6: null is expected"],
    ["i in 5", "character 6: ( is expected"],
    ["i in (1 2)", "character 9: , is expected"],
    ["i in (1,)", "character 9"],
    ["i in (b)", "in takes a list of values"],
    ["i between 1 or 2", "character 13: and is expected"],
    ["i = and", "character 5"],
    ["\u0000", "character 1"],
    ["i = 1 and", "character 10"],
  ])("says where %j is wrong", (text, message) => {
    expect(() => rows(text)).toThrow(message);
  });

  it("judges values as the comparisons of arrays do", () => {
    for (const text of [
      "i = 'x'",
      "s = 5",
      "U in (5)",
      "i = null",
      "s = null",
      "v = 5",
      "m = '5'",
      "gen = '2001'",
      "s is null",
      "s < i",
      "r = 1",
      "day < 1.5",
    ]) {
      expect(() => rows(text), text).toThrow(DTypeError);
    }
    for (const text of ["day = 'x'", "day in ('2001-02-30')", "us > '12:00'"]) {
      expect(() => rows(text), text).toThrow(CastError);
    }
    expect(() => rows("nothing = 5")).toThrow(NotFoundError);
    expect(() => rows("i < nothing")).toThrow(NotFoundError);
    expect(() => rows("nothing is null")).toThrow(NotFoundError);
    expect(() => rows("nothing in (1)")).toThrow(NotFoundError);
    expect(() => rows("nothing")).toThrow(NotFoundError);
  });

  it("bounds length, depth and the number of comparisons", () => {
    expect(rows(`${"(".repeat(MAX_DEPTH)}i = 1${")".repeat(MAX_DEPTH)}`)).toBe("3");
    expect(() => rows(`${"(".repeat(MAX_DEPTH + 1)}i = 1${")".repeat(MAX_DEPTH + 1)}`)).toThrow(
      "nested more than",
    );
    expect(() => rows(`${"not ".repeat(MAX_DEPTH + 1)}b`)).toThrow("nested more than");
    expect(() => rows("(".repeat(MAX_LENGTH))).toThrow("nested more than");
    const many = (count: number) => Array.from({ length: count }, (_, i) => `i = ${i}`).join(" or ");
    expect(rows(many(MAX_COMPARISONS))).toBe("2345");
    expect(() => rows(many(MAX_COMPARISONS + 1))).toThrow("more than");
    expect(rows(`i = 1${" ".repeat(MAX_LENGTH - 5)}`)).toBe("3");
    expect(() => parseWhere("i".repeat(MAX_LENGTH + 1))).toThrow(FormatError);
    expect(() => rows(`i = ${"9".repeat(MAX_LENGTH - 4)}`)).not.toThrow();
    expect(() => rows("'".repeat(MAX_LENGTH - 1))).toThrow(FormatError);
  });
});
