import { describe, expect, it } from "vitest";
import { Connection } from "../../../src/frame/sql/connection.js";
import { type ReadOptions, readResult } from "../../../src/frame/sql/import-result.js";
import { temporaryPaths } from "../../support/temporary.js";

const temporary = temporaryPaths();

async function rows(query: string, options: ReadOptions = {}) {
  using connection = await Connection.open({ files: false });
  using table = await readResult(await connection.duckdb.stream(query), temporary(), options);
  return [...table];
}

const one = async (value: string, options: ReadOptions = {}) =>
  (await rows(`SELECT ${value} AS a`, options))[0]?.a;

describe("values of DuckDB become elements", () => {
  it.each([
    ["127::TINYINT", 127],
    ["(-9223372036854775808)::BIGINT", -(2n ** 63n)],
    ["'nan'::DOUBLE", Number.NaN],
    ["-0.0::FLOAT", -0],
    ["9223372036854775807::HUGEINT", 2n ** 63n - 1n],
    ["(-1)::HUGEINT", -1n],
    ["18446744073709551615::UHUGEINT", 2n ** 64n - 1n],
    ["-1.50::DECIMAL(4,2)", -1.5],
    ["-123456789.25::DECIMAL(15,2)", -123456789.25],
    ["-12::DECIMAL(18,0)", -12n],
    ["DATE '0001-01-01'", -719162n],
    ["DATE '9999-12-31'", 2932896n],
    ["TIMESTAMP_S '2020-01-01 00:00:01'", 1577836801n],
    ["TIMESTAMP_MS '2020-01-01 00:00:00.5'", 1577836800500n],
    ["INTERVAL '1 day 2 seconds'", 86402000000n],
    ["INTERVAL '-1 second'", -1000000n],
    ["''", ""],
    ["'twelve bytes'", "twelve bytes"],
    ["'thirteen byte'", "thirteen byte"],
    ["'\u{10ffff}é€'", "\u{10ffff}é€"],
    ["'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
    ["'00000000-0000-0000-0000-000000000001'::UUID", "00000000-0000-0000-0000-000000000001"],
    ["[[1,2],[3,4]]::INTEGER[2][2]", [Int32Array.of(1, 2), Int32Array.of(3, 4)]],
    ["['a','bcd']::VARCHAR[2]", ["a", "bcd"]],
  ])("%s", async (sql, value) => {
    const found = await one(sql);
    expect(Array.isArray(value) && ArrayBuffer.isView(found) ? [...(found as Int32Array)] : found).toEqual(
      Array.isArray(value) && ArrayBuffer.isView(found) ? value.flatMap((part) => [...part]) : value,
    );
  });

  it("as the dtype that is asked for", async () => {
    expect(await one(`${2n ** 100n}::HUGEINT`, { dtypes: { a: "U" } })).toBe(String(2n ** 100n));
    expect(await one("-0.125::DECIMAL(38,3)", { dtypes: { a: "U" } })).toBe("-0.125");
    expect(await one("12.00::DECIMAL(38,2)", { dtypes: { a: "i4" } })).toBe(12);
    expect(
      await one("{'re': 1.5, 'im': -2}::STRUCT(re DOUBLE, im DOUBLE)", { dtypes: { a: "c16" } }),
    ).toEqual({ re: 1.5, im: -2 });
    expect(await one("{'x': 'ab'}", { dtypes: { a: [["x", "U4"]] } })).toEqual({ x: "ab" });
    expect(await one("90::BIGINT", { dtypes: { a: "m8[s]" } })).toBe(90n);
    expect(await one("'é'::ENUM('é')", { strings: "S" })).toBe("é");
    expect(await one("'abc'::BLOB", { dtypes: { a: "V3" } })).toEqual(Uint8Array.from(Buffer.from("abc")));
  });

  it("text of all lengths over several chunks", async () => {
    const found = await rows(
      "SELECT repeat(chr(65 + (i % 26)::INTEGER), (i % 40)::INTEGER) || CASE WHEN i % 5 = 0 THEN 'é😀' ELSE '' END AS a, CASE WHEN i % 3 = 0 THEN NULL ELSE i::VARCHAR || ' is the number' END AS b FROM range(20000) t(i)",
      { fill: "-" },
    );
    expect(found.length).toBe(20_000);
    found.forEach(({ a, b }, i) => {
      if (a !== String.fromCharCode(65 + (i % 26)).repeat(i % 40) + (i % 5 === 0 ? "é😀" : ""))
        throw new Error(`a ${i}`);
      if (b !== (i % 3 === 0 ? "-" : `${i} is the number`)) throw new Error(`b ${i}`);
    });
  });

  it("nulls: NaN, NaT, a fill, a mask, within arrays and structs", async () => {
    expect(await rows("SELECT NULL::DOUBLE AS n, NULL::DATE AS d, NULL::FLOAT AS f")).toEqual([
      { n: Number.NaN, d: null, f: Number.NaN },
    ]);
    expect(
      await rows("SELECT NULL::VARCHAR AS t, NULL::HUGEINT AS h, NULL::ENUM('x') AS e", { masks: true }),
    ).toEqual([{ t: "", h: 0n, e: "", "t.null": true, "h.null": true, "e.null": true }]);
    expect(await one("[1.5, NULL]::DOUBLE[2]")).toEqual(Float64Array.of(1.5, Number.NaN));
    expect(await one("{'x': NULL::DOUBLE}")).toEqual({ x: Number.NaN });
  });
});

describe("what no dtype holds names column and row", () => {
  it.each([
    ["[1, NULL]::INTEGER[2]", "CAST", /column "a", row 0: null/],
    [`${2n ** 100n}::HUGEINT`, "CAST", /column "a", row 0/],
    ["'infinity'::DATE", "CAST", /column "a", row 0: the date infinity/],
    ["'-infinity'::TIMESTAMP", "CAST", /row 0: the date -infinity/],
    ["INTERVAL '1 month'", "CAST", /row 0: an interval of 1 months/],
    ["'x' || chr(0)", "CAST", /row 0: "x\\u0000" ends in NUL/],
    ["1.5::DECIMAL(20,2)", "DTYPE", /column "a": DECIMAL\(20,2\)/],
    ["[1, 2]", "DTYPE", /column "a": DuckDB's INTEGER\[\].*DOUBLE\[3\]/],
    ["'x'::BLOB", "DTYPE", /column "a".*"V16"/],
    ["'101'::BIT", "DTYPE", /column "a".*VARCHAR/],
    ["MAP {'k': 1}", "DTYPE", /column "a"/],
    ["'00:00:00+01'::TIMETZ", "DTYPE", /column "a".*time zone/],
    ["union_value(k := 1)", "DTYPE", /column "a"/],
  ])("%s", async (sql, code, message) => {
    await expect(one(sql)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("in whichever chunk it is", async () => {
    await expect(
      rows("SELECT CASE WHEN i = 40000 THEN NULL ELSE i END AS a FROM range(50000) t(i)"),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/column "a", row 40000: null/),
    });
    await expect(
      rows(
        "SELECT CASE WHEN i = 40000 THEN 'infinity'::TIMESTAMP ELSE make_timestamp(i) END AS a FROM range(50000) t(i)",
      ),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/column "a", row 40000: the date infinity/),
    });
  });
});
