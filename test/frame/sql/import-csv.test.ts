import { readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { importFile } from "../../../src/frame/sql/import-file.js";
import type { ImportFileOptions } from "../../../src/frame/sql/import-options.js";
import type { MemmapTable } from "../../../src/table/index.js";
import { temporaryPaths } from "../../support/temporary.js";

const temporary = temporaryPaths();

async function imported(text: string | Uint8Array, options: ImportFileOptions = {}, ending = "csv") {
  const file = `${temporary("file")}.${ending}`;
  writeFileSync(file, text);
  using table = await importFile(file, temporary(), options);
  return contentOf(table);
}

function contentOf(table: MemmapTable) {
  return {
    dtypes: Object.fromEntries([...table.columns()].map(([name, { dtype }]) => [name, dtype.str])),
    rows: [...table],
  };
}

const bytes = (text: string, encoding: BufferEncoding) => new Uint8Array(Buffer.from(text, encoding));

describe("what cells become", () => {
  it("numbers, text, booleans and dates", async () => {
    const { dtypes, rows } = await imported(
      "i,f,t,b,d,m,z\n1,1.5,x,true,2020-02-29,2020-01-02 03:04:05.000006,2020-01-01T00:00:00+02:00\n-2,nan,é😀,FALSE,0001-01-01,1999-12-31 23:59:59,2020-01-01T00:00:00Z\n",
    );
    expect(dtypes).toEqual({
      i: "<i8",
      f: "<f8",
      t: "<U2",
      b: "|b1",
      d: "<M8[D]",
      m: "<M8[us]",
      z: "<M8[us]",
    });
    expect(rows).toEqual([
      { i: 1n, f: 1.5, t: "x", b: true, d: 18321n, m: 1577934245000006n, z: 1577829600000000n },
      { i: -2n, f: Number.NaN, t: "é😀", b: false, d: -719162n, m: 946684799000000n, z: 1577836800000000n },
    ]);
  });

  it("what a guess would change stays text", async () => {
    const { rows } = await imported(
      "zip,letter,hex,day,time,n,p\n007,t,0x10,01/02/2020,12:30,1_000,+5\n008,f,0x11,02/03/2020,12:31,2,6\n",
    );
    expect(rows[0]).toEqual({
      zip: "007",
      letter: "t",
      hex: "0x10",
      day: "01/02/2020",
      time: "12:30",
      n: "1_000",
      p: "+5",
    });
  });

  it("integers that only u8 holds, nanoseconds, -0 and infinities of floats", async () => {
    const { dtypes, rows } = await imported(
      "u,n,f\n18446744073709551615,2020-01-01 00:00:00.123456789,-0.0\n0,2020-01-01 00:00:00,-inf\n",
    );
    expect(dtypes).toEqual({ u: "<u8", n: "<M8[ns]", f: "<f8" });
    expect(rows[0]).toEqual({ u: 2n ** 64n - 1n, n: 1577836800123456789n, f: -0 });
    expect(rows[1]?.f).toBe(Number.NEGATIVE_INFINITY);
  });

  it("integers that no dtype holds are refused by name", async () => {
    await expect(imported("a\n123456789012345678901234567890\n")).rejects.toMatchObject({
      code: "DTYPE",
      message: expect.stringMatching(/column "a".*beyond i8 and u8.*"U"/),
    });
  });

  it("dtypes steer how cells are read", async () => {
    const { dtypes, rows } = await imported("zip,n,f,day,s,u,h,m\n007,7,16777217,2020-01-01,abc,1,1.5,90\n", {
      dtypes: { zip: "U", n: "i1", f: "f4", day: "M8[s]", s: "S", u: "u8", h: "f2", m: "m8[s]" },
    });
    expect(dtypes).toEqual({
      zip: "<U3",
      n: "|i1",
      f: "<f4",
      day: "<M8[s]",
      s: "|S3",
      u: "<u8",
      h: "<f2",
      m: "<m8[s]",
    });
    expect(rows).toEqual([
      { zip: "007", n: 7, f: 16777216, day: 1577836800n, s: "abc", u: 1n, h: 1.5, m: 90n },
    ]);
  });

  it("extremes of integers are exact", async () => {
    const { rows } = await imported("a\n9223372036854775807\n-9223372036854775808\n9007199254740993\n");
    expect(rows.map(({ a }) => a)).toEqual([2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n]);
  });

  it("text becomes S where that is asked for", async () => {
    const { dtypes, rows } = await imported("a\né\n", { strings: "S" });
    expect([dtypes, rows]).toEqual([{ a: "|S2" }, [{ a: "é" }]]);
  });
});

describe("the shape of files", () => {
  it.each([
    ["no line break at the end", "a,b\n1,x"],
    ["CRLF", "a,b\r\n1,x\r\n"],
    ["CR", "a,b\r1,x\r"],
    ["a byte order mark", "\ufeffa,b\n1,x\n"],
    ["empty lines", "a,b\n1,x\n\n"],
  ])("%s", async (_, text) => {
    expect((await imported(text)).rows).toEqual([{ a: 1n, b: "x" }]);
  });

  it("quotes, delimiters and line breaks within cells", async () => {
    const { rows } = await imported('a,b\r\n"x,\r\n""y""\n",1\r\n" z ",2\r\n');
    expect(rows).toEqual([
      { a: 'x,\r\n"y"\n', b: 1n },
      { a: " z ", b: 2n },
    ]);
  });

  it("a header of text over text, one column, a header alone", async () => {
    expect((await imported("a,b\nx,y\n")).rows).toEqual([{ a: "x", b: "y" }]);
    expect((await imported("a\nx|y;z\n")).rows).toEqual([{ a: "x|y;z" }]);
    expect(await imported("a,b\n")).toEqual({ dtypes: { a: "<U1", b: "<U1" }, rows: [] });
    expect(await imported("a", { dtypes: { a: "f8" } })).toEqual({ dtypes: { a: "<f8" }, rows: [] });
  });

  it("a header over several lines", async () => {
    const { rows } = await imported('"a\nb",c\n1,2\n', { names: "encode" });
    expect(rows).toEqual([{ "a%0Ab": 1n, c: 2n }]);
  });

  it("no header, other delimiters, TSV", async () => {
    expect((await imported("1,x\n2,y\n", { header: false })).rows[1]).toEqual({ column0: 2n, column1: "y" });
    expect((await imported("a;b\n1;'x;y'\n", { delimiter: ";", quote: "'" })).rows).toEqual([
      { a: 1n, b: "x;y" },
    ]);
    expect((await imported("a\tb\n1\tx,y\n", {}, "tsv")).rows).toEqual([{ a: 1n, b: "x,y" }]);
  });

  it("encodings", async () => {
    expect((await imported(bytes("\ufeffa\né\n", "utf16le"), { encoding: "utf-16" })).rows).toEqual([
      { a: "é" },
    ]);
    expect((await imported(bytes("a\né\n", "latin1"), { encoding: "latin-1" })).rows).toEqual([{ a: "é" }]);
    await expect(imported(bytes("a\né\n", "latin1"))).rejects.toMatchObject({
      code: "FORMAT",
      message: expect.stringMatching(/line 2.*encoding/),
    });
    await expect(imported(bytes("\ufeffa\né\n", "utf16le"))).rejects.toMatchObject({ code: "FORMAT" });
  });

  it("gzip", async () => {
    expect((await imported(gzipSync("a\n1\n"), {}, "csv.gz")).rows).toEqual([{ a: 1n }]);
  });

  it("hundreds of columns, and cells of many characters", async () => {
    const names = Array.from({ length: 300 }, (_, i) => `c${i}`);
    const { rows } = await imported(`${names}\n${names.map((_, i) => i)}\n`);
    expect(Object.values(rows[0] ?? {})).toEqual(names.map((_, i) => BigInt(i)));
    const long = "é".repeat(200);
    expect((await imported(`a\n${long}\nx\n`)).rows).toEqual([{ a: long }, { a: "x" }]);
  });

  it("several files, in order, and by a pattern", async () => {
    const directory = dirname(temporary());
    const first = join(directory, "part-[1].csv");
    const second = join(directory, "part-*.csv");
    writeFileSync(first, "a\n1\n2\n");
    writeFileSync(second, "a\n3\n");
    using both = await importFile([second, first], temporary());
    expect([...both].map(({ a }) => a)).toEqual([3n, 1n, 2n]);
    using one = await importFile(second, temporary());
    expect(one.length).toBe(1);
    using matching = await importFile(join(directory, "part-*.csv"), temporary(), { glob: true });
    expect([...matching].map(({ a }) => a)).toEqual([3n, 1n, 2n]);
    const other = join(directory, "other.csv");
    writeFileSync(other, "b\n3\n");
    await expect(importFile([first, other], temporary())).rejects.toMatchObject({
      code: "SHAPE",
      path: other,
    });
  });
});

describe("null", () => {
  it("is an empty cell: NaN in floats, nothing in text, an error in integers", async () => {
    expect((await imported('a,b\n,\n1.5,""\n')).rows).toEqual([
      { a: Number.NaN, b: "" },
      { a: 1.5, b: "" },
    ]);
    await expect(imported("a,b\n1,x\n,y\n")).rejects.toMatchObject({
      code: "CAST",
      message: expect.stringMatching(/column "a", row 1: null/),
    });
  });

  it("has a fill or a mask; quotes tell empty text from it", async () => {
    expect(
      (await imported('a\n1\n""\n', { fill: { a: -1 }, dtypes: { a: "i8" } }).catch((e) => e)).code,
    ).toBe("CAST");
    expect((await imported("a,b\n1,x\n,y\n", { fill: { a: -1 } })).rows[1]).toEqual({ a: -1n, b: "y" });
    expect((await imported('a,b\n1,\n2,""\n', { masks: true })).rows).toEqual([
      { a: 1n, b: "", "b.null": true },
      { a: 2n, b: "", "b.null": false },
    ]);
  });

  it("can be a word", async () => {
    expect((await imported("a,b\nNA,x\n1,\n", { nullString: "NA", fill: -1 })).rows).toEqual([
      { a: -1n, b: "x" },
      { a: 1n, b: "" },
    ]);
    await expect(imported("b\nNA\nx\n", { nullString: "NA" })).rejects.toMatchObject({ code: "CAST" });
  });
});

describe("errors name the place", () => {
  const many = `a,b\n${Array.from({ length: 30_000 }, (_, i) => `${i},"x\ny"`).join("\n")}\n`;

  it.each([
    ["a fraction", "1.5"],
    ["leading zeros", "007"],
    ["a word", "abc"],
    ["too many digits", "9223372036854775808"],
    ["an exponent", "1e-1"],
  ])("%s behind the rows that types are guessed from", async (_, cell) => {
    await expect(imported(`${many}${cell},z\n`)).rejects.toMatchObject({
      code: "CAST",
      message: expect.stringMatching(
        new RegExp(`column "a", row 30000 \\(line 60002\\): "${cell.replace(".", "\\.")}" is no i8`),
      ),
    });
  });

  it("dates that would lose something", async () => {
    const days = "d\n2020-01-01\n";
    const read = (cell: string, dtype: string) => imported(`${days}${cell}\n`, { dtypes: { d: dtype } });
    await expect(read("2020-01-01 05:00:00", "M8[D]")).rejects.toMatchObject({ code: "CAST" });
    await expect(read("2020-01-01 00:00:00.1234567", "M8[us]")).rejects.toMatchObject({ code: "CAST" });
    await expect(read("2020-01-01T00:00:00+02:00", "M8[us]")).rejects.toMatchObject({ code: "CAST" });
    await expect(read("2020-01-01 00:00:00.5", "M8[s]")).rejects.toMatchObject({ code: "CAST" });
    await expect(read("infinity", "M8[D]")).rejects.toMatchObject({ code: "CAST" });
  });

  it("a float that f4 does not hold, an integer outside its range", async () => {
    await expect(imported("a\n1\n1e39\n", { dtypes: { a: "f4" } })).rejects.toMatchObject({
      message: expect.stringMatching(/column "a", row 1 \(line 3\): "1e39" is no f4/),
    });
    await expect(imported("a\n1\n256\n", { dtypes: { a: "u1" } })).rejects.toMatchObject({
      message: expect.stringMatching(/column "a", row 1 \(line 3\): "256" is no u1/),
    });
  });

  it("rows with too few and too many cells, an open quote", async () => {
    await expect(imported('a,b\n1,"x\ny"\n2\n')).rejects.toMatchObject({
      code: "FORMAT",
      message: expect.stringMatching(/row 1 \(line 4\): there are 1 cells instead of 2: "2"/),
    });
    await expect(imported(`${many}1,2,3\n`)).rejects.toMatchObject({
      code: "FORMAT",
      message: expect.stringMatching(/row 30000 \(line 60002\): there are 3 cells instead of 2/),
    });
    await expect(imported('a,b\n1,"x\n2,y\n')).rejects.toMatchObject({
      code: "FORMAT",
      message: expect.stringMatching(/row 0 \(line 2\): a cell's quote is never closed/),
    });
    await expect(imported("\n\na,b\n1,2\n")).rejects.toMatchObject({ code: "FORMAT" });
    await expect(imported("a,b\r\n1,x\n2,y\r\n")).rejects.toMatchObject({ code: "FORMAT" });
  });

  it("text that ends in NUL", async () => {
    expect((await imported("a\nx\0y\n")).rows).toEqual([{ a: "x\0y" }]);
    await expect(imported("a\nx\ny\0\n")).rejects.toMatchObject({
      code: "CAST",
      message: expect.stringMatching(/column "a", row 1: "y\\u0000" ends in NUL/),
    });
  });

  it("names that no column can have", async () => {
    await expect(imported("a,a\n1,2\n")).rejects.toMatchObject({ code: "NAME" });
    await expect(imported("a,../b\n1,2\n")).rejects.toMatchObject({ code: "NAME" });
    expect((await imported("a,../b,A\n1,2,3\n", { names: "encode" })).rows).toEqual([
      { a: 1n, "%2E.%2Fb": 2n, "A~2": 3n },
    ]);
  });

  it("files that are missing, empty, directories, or of no known kind", async () => {
    const missing = `${temporary()}.csv`;
    await expect(importFile(missing, temporary())).rejects.toMatchObject({
      code: "NOT_FOUND",
      path: missing,
    });
    await expect(importFile(`${missing}*`, temporary(), { glob: true })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(importFile([], temporary())).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(importFile(dirname(missing), temporary())).rejects.toMatchObject({ code: "FORMAT" });
    await expect(imported("")).rejects.toMatchObject({ code: "FORMAT" });
    await expect(imported("a\n1\n", {}, "txt")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect((await imported("a\n1\n", { format: "csv" }, "txt")).rows).toEqual([{ a: 1n }]);
  });

  it("dtypes that text is not read as", async () => {
    await expect(imported("a\n1\n", { dtypes: { a: "c16" } })).rejects.toMatchObject({ code: "DTYPE" });
  });
});

describe("an import is whole or not at all", () => {
  it("leaves nothing of one that failed, and what was there", async () => {
    const directory = temporary("directory");
    const file = `${temporary("file")}.csv`;
    const path = join(directory, "table");
    writeFileSync(file, "a\n1\n");
    await expect(importFile(file, path)).rejects.toMatchObject({ code: "NOT_FOUND" });
    const place = dirname(file);
    const before = readdirSync(place);
    writeFileSync(file, "a,b\n1,2\n3\n");
    const target = temporary();
    await expect(importFile(file, target)).rejects.toMatchObject({ code: "FORMAT" });
    expect(readdirSync(place)).toEqual(before);
    writeFileSync(file, "a\n1\n");
    (await importFile(file, target)).close();
    await expect(importFile(file, target)).rejects.toMatchObject({ code: "EXISTS" });
    writeFileSync(file, "a\nx\n");
    using table = await importFile(file, target, { overwrite: true });
    expect([...table]).toEqual([{ a: "x" }]);
  });

  it("ends with the signal's reason, before and in the middle", async () => {
    const file = `${temporary("file")}.csv`;
    writeFileSync(file, `a\n${"12345\n".repeat(200_000)}`);
    const reason = new Error("enough");
    const place = dirname(file);
    const target = temporary();
    const before = readdirSync(place);
    await expect(importFile(file, target, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const stop = new AbortController();
    let calls = 0;
    const onProgress = () => {
      if (++calls === 2) stop.abort(reason);
    };
    await expect(importFile(file, target, { signal: stop.signal, onProgress })).rejects.toBe(reason);
    expect(calls).toBe(2);
    const soon = new AbortController();
    setTimeout(() => soon.abort(reason), 5);
    await expect(importFile(file, target, { signal: soon.signal })).rejects.toBe(reason);
    expect(readdirSync(place)).toEqual(before);
  });

  it("ends with what onProgress throws", async () => {
    const file = `${temporary("file")}.csv`;
    writeFileSync(file, "a\n1\n");
    const reason = new Error("no more");
    const onProgress = () => {
      throw reason;
    };
    await expect(importFile(file, temporary(), { onProgress })).rejects.toBe(reason);
  });
});
