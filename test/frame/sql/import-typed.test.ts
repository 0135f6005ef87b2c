import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Connection } from "../../../src/frame/sql/connection.js";
import { importFile } from "../../../src/frame/sql/import-file.js";
import type { ImportFileOptions } from "../../../src/frame/sql/import-options.js";
import { quoteText } from "../../../src/frame/sql/quote.js";
import { temporaryPaths } from "../../support/temporary.js";

const temporary = temporaryPaths();

async function read(file: string, options: ImportFileOptions = {}) {
  using table = await importFile(file, temporary(), options);
  return {
    dtypes: Object.fromEntries(
      [...table.columns()].map(([name, { dtype, shape }]) => [
        name,
        shape.length === 1 ? String(dtype) : `${dtype} (${shape.slice(1)})`,
      ]),
    ),
    rows: [...table],
  };
}

async function lines(text: string, options: ImportFileOptions = {}) {
  const file = `${temporary("file")}.jsonl`;
  writeFileSync(file, text);
  return read(file, options);
}

async function parquet(query: string, options: ImportFileOptions = {}) {
  const file = `${temporary("file")}.parquet`;
  using connection = await Connection.open({ files: true });
  await connection.run(`COPY (${query}) TO ${quoteText(file)} (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  return read(file, options);
}

describe("JSON lines", () => {
  it("numbers, text, booleans, dates and escapes", async () => {
    const { dtypes, rows } = await lines(
      '{"i":1,"f":1.5,"t":"\\u00e9\\ud83d\\ude00","b":true,"d":"2020-02-29","u":"0C1c8bca-5a5c-4c4a-9b1a-1c1c1c1c1c1C","big":18446744073709551615,"z":"12:30:00"}\n' +
        '{"i":-9223372036854775808,"f":-0.0,"t":"","b":false,"d":"0001-01-01","u":"x","big":0,"z":"a"}\n',
    );
    expect(dtypes).toEqual({
      i: "<i8",
      f: "<f8",
      t: "<U2",
      b: "|b1",
      d: "<M8[D]",
      u: "<U36",
      big: "<u8",
      z: "<U8",
    });
    expect(rows[0]).toEqual({
      i: 1n,
      f: 1.5,
      t: "é😀",
      b: true,
      d: 18321n,
      u: "0C1c8bca-5a5c-4c4a-9b1a-1c1c1c1c1c1C",
      big: 2n ** 64n - 1n,
      z: "12:30:00",
    });
    expect(rows[1]).toMatchObject({ i: -(2n ** 63n), f: -0 });
  });

  it("keys that are missing are null; all rows are looked at", async () => {
    const text = `${'{"a":1.5}\n'.repeat(30_000)}{"b":2}\n`;
    await expect(lines(text)).rejects.toMatchObject({
      code: "CAST",
      message: expect.stringMatching(/column "b", row 0: null/),
    });
    const { rows } = await lines(text, { fill: { b: -1 } });
    expect([rows[0], rows.at(-1)]).toEqual([
      { a: 1.5, b: -1n },
      { a: Number.NaN, b: 2n },
    ]);
    expect((await lines('{"a":null}\n')).rows).toEqual([{ a: Number.NaN }]);
    await expect(lines('{"a":"x"}\n{"a":null}\n')).rejects.toMatchObject({ code: "CAST" });
  });

  it("values of several kinds are refused by name, or text", async () => {
    await expect(lines('{"a":1}\n{"a":"x"}\n')).rejects.toMatchObject({
      code: "DTYPE",
      message: expect.stringMatching(/column "a"/),
    });
    expect((await lines('{"a":1}\n{"a":"x"}\n', { dtypes: { a: "U" } })).rows).toEqual([
      { a: "1" },
      { a: "x" },
    ]);
  });

  it("lists of one length are cells with a shape, objects are structured", async () => {
    const { dtypes, rows } = await lines('{"l":[1,2],"o":{"x":1,"y":0.5}}\n{"l":[3,4],"o":{"x":2,"y":1}}\n');
    expect(dtypes.l).toBe("<i8 (2)");
    expect(rows[1]).toEqual({ l: BigInt64Array.of(3n, 4n), o: { x: 2n, y: 1 } });
    expect((await lines('{"l":[[1,2,3],[4,5,6]]}\n')).dtypes.l).toBe("<i8 (2,3)");
    await expect(lines('{"l":[1]}\n{"l":[3,4]}\n')).rejects.toMatchObject({ code: "DTYPE" });
    await expect(lines('{"o":{"x":"text"}}\n')).rejects.toMatchObject({ code: "DTYPE" });
  });

  it("what is no JSON, or no object", async () => {
    await expect(lines('{"a":1}\n{"a":\n')).rejects.toMatchObject({ code: "FORMAT" });
    await expect(lines("[1,2]\n")).rejects.toMatchObject({ code: "FORMAT" });
    await expect(lines("")).rejects.toMatchObject({ code: "FORMAT" });
  });

  it("keys that DuckDB would rename", async () => {
    await expect(lines('{"a":1,"A":1.5}\n', { masks: true })).rejects.toMatchObject({ code: "NAME" });
    await expect(lines('{"":1}\n', { masks: true })).rejects.toMatchObject({ code: "NAME" });
    expect(
      (await lines('{"a":1,"a_1":2,"c0":3,"__proto__":4}\n')).rows.map((row) => Object.values(row)),
    ).toEqual([[1n, 2n, 3n, 4n]]);
  });

  it("dates that are none", async () => {
    await expect(
      lines('{"d":"2020-01-01"}\n{"d":"soon"}\n', { dtypes: { d: "M8[D]" } }),
    ).rejects.toMatchObject({
      code: "CAST",
      message: expect.stringMatching(/column "d", row 1: "soon"/),
    });
  });
});

describe("Parquet", () => {
  it("all types that have a dtype", async () => {
    const { dtypes, rows } = await parquet(
      `SELECT true AS b, (-1)::TINYINT AS i1, 2::USMALLINT AS u2, 3 AS i4, 4::BIGINT AS i8, ${2n ** 64n - 1n}::UBIGINT AS u8,
        1.5::FLOAT AS f4, 2.5::DOUBLE AS f8, 'é😀 and more than twelve bytes' AS t, DATE '2020-02-29' AS d,
        TIMESTAMP '2020-01-01 00:00:00.5' AS us, TIMESTAMP_NS '2020-01-01 00:00:00.000000001' AS ns,
        TIMESTAMPTZ '2020-01-01 00:00:00+02' AS tz, TIME '00:00:01' AS time, 1.25::DECIMAL(10,2) AS dec,
        'x'::ENUM('y','x') AS e, '0c1c8bca-5a5c-4c4a-9b1a-1c1c1c1c1c1c'::UUID AS uuid, [1,2]::DOUBLE[] AS l, {'x': 1, 'y': 2.5::DOUBLE} AS s`,
    );
    expect(dtypes).toEqual({
      b: "|b1",
      i1: "|i1",
      u2: "<u2",
      i4: "<i4",
      i8: "<i8",
      u8: "<u8",
      f4: "<f4",
      f8: "<f8",
      t: "<U29",
      d: "<M8[D]",
      us: "<M8[us]",
      ns: "<M8[ns]",
      tz: "<M8[us]",
      time: "<m8[us]",
      dec: "<f8",
      e: "<U1",
      uuid: "<U36",
      l: "<f8 (2)",
      s: '[["x","<i4"],["y","<f8"]]',
    });
    expect(rows).toEqual([
      {
        b: true,
        i1: -1,
        u2: 2,
        i4: 3,
        i8: 4n,
        u8: 2n ** 64n - 1n,
        f4: 1.5,
        f8: 2.5,
        t: "é😀 and more than twelve bytes",
        d: 18321n,
        us: 1577836800500000n,
        ns: 1577836800000000001n,
        tz: 1577829600000000n,
        time: 1000000n,
        dec: 1.25,
        e: "x",
        uuid: "0c1c8bca-5a5c-4c4a-9b1a-1c1c1c1c1c1c",
        l: Float64Array.of(1, 2),
        s: { x: 1, y: 2.5 },
      },
    ]);
  });

  it("several row groups in order, with repeated text and nulls", async () => {
    const { rows } = await parquet(
      "SELECT i, 'name ' || (i % 3) AS t, CASE WHEN i % 2 = 0 THEN i::DOUBLE END AS f FROM range(20000) r(i)",
    );
    expect(rows.length).toBe(20_000);
    expect(rows.every(({ i }, row) => i === BigInt(row))).toBe(true);
    expect([rows[7], rows[8]]).toEqual([
      { i: 7n, t: "name 1", f: Number.NaN },
      { i: 8n, t: "name 2", f: 8 },
    ]);
    await expect(
      parquet("SELECT CASE WHEN i < 9000 THEN i END AS i FROM range(9001) r(i)"),
    ).rejects.toMatchObject({
      code: "CAST",
      message: expect.stringMatching(/column "i", row 9000: null/),
    });
  });

  it("dtypes, masks, no rows, a name that looks like a partition", async () => {
    expect((await parquet("SELECT 300 AS a", { dtypes: { a: "i2" } })).dtypes).toEqual({ a: "<i2" });
    await expect(parquet("SELECT 300 AS a", { dtypes: { a: "u1" } })).rejects.toMatchObject({ code: "CAST" });
    expect((await parquet("SELECT 300 AS a", { dtypes: { a: "U" } })).rows).toEqual([{ a: "300" }]);
    expect((await parquet("SELECT NULL::INTEGER AS a", { masks: true })).rows).toEqual([
      { a: 0, "a.null": true },
    ]);
    expect(await parquet("SELECT 1 AS a WHERE false")).toEqual({ dtypes: { a: "<i4" }, rows: [] });
    const directory = join(temporary("year=2020"), "year=2021");
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "a.csv"), "a\n1\n");
    expect((await read(join(directory, "a.csv"))).rows).toEqual([{ a: 1n }]);
  });

  it("types without a dtype are refused by name", async () => {
    await expect(parquet("SELECT 'x'::BLOB AS a")).rejects.toMatchObject({ code: "DTYPE" });
    expect((await parquet("SELECT 'x'::BLOB AS a", { dtypes: { a: "V1" } })).rows).toEqual([
      { a: Uint8Array.of(120) },
    ]);
    await expect(parquet("SELECT MAP {'k': 1} AS a")).rejects.toMatchObject({ code: "DTYPE" });
    await expect(parquet("SELECT 1.5::DECIMAL(30,3) AS a")).rejects.toMatchObject({ code: "DTYPE" });
  });

  it("a file that is none", async () => {
    const file = `${temporary("file")}.parquet`;
    writeFileSync(file, "no Parquet");
    await expect(read(file)).rejects.toMatchObject({
      name: expect.stringMatching(/Error$/),
      code: expect.anything(),
    });
  });
});
