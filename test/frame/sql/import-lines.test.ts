import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { linesOf } from "../../../src/frame/sql/import-lines.js";
import { type CsvRecord, RecordReader } from "../../../src/frame/sql/import-records.js";
import { temporaryPaths } from "../../support/temporary.js";

const temporary = temporaryPaths();

async function lines(content: string | Uint8Array, ending = "csv", encoding = "utf-8") {
  const file = `${temporary("file")}.${ending}`;
  writeFileSync(file, content);
  const found: string[] = [];
  for await (const { text, end } of linesOf(file, encoding)) found.push(text + end);
  return found;
}

describe("lines of a file", () => {
  it("end in whichever way they do, also where blocks end", async () => {
    for (const length of [65_534, 65_535, 65_536]) {
      const first = `${"x".repeat(length)}\r\n`;
      expect(await lines(`${first}é\r\rb\nc`)).toEqual([first, "é\r", "\r", "b\n", "c"]);
    }
    expect(await lines("a\r")).toEqual(["a\r"]);
    expect(await lines("")).toEqual([]);
  });

  it("are decompressed and decoded", async () => {
    expect(await lines(gzipSync("a\nb"), "csv.gz")).toEqual(["a\n", "b"]);
    expect(await lines(Buffer.from("\ufeffé\nb", "utf16le"), "csv", "utf-16")).toEqual(["é\n", "b"]);
    await expect(lines("no gzip", "csv.gz")).rejects.toMatchObject({
      code: expect.stringMatching(/FORMAT|DISK/),
    });
  });
});

describe("records of lines", () => {
  function records(text: string, quoting = { delimiter: ",", quote: '"', escape: '"' }): CsvRecord[] {
    const reader = new RecordReader(quoting);
    const found = text.split("\n").flatMap((line) => reader.take(line, "\n") ?? []);
    return [...found, ...[reader.end() ?? []].flat()];
  }

  it("go over several lines where a quote is open", () => {
    expect(records('a,"b\n""c"",\n",d\n"",,x"y')).toEqual([
      { cells: ["a", 'b\n"c",\n', "d"], line: 1, isOpen: false },
      { cells: ["", "", 'x"y'], line: 4, isOpen: false },
    ]);
  });

  it("tell a quote that nobody closed, and other quotes and escapes", () => {
    expect(records('a\n"b\nc')).toEqual([
      { cells: ["a"], line: 1, isOpen: false },
      { cells: [], line: 2, isOpen: true },
    ]);
    expect(records("'a\\'b';c", { delimiter: ";", quote: "'", escape: "\\" })[0]?.cells).toEqual([
      "a'b",
      "c",
    ]);
    expect(records('"a",b', { delimiter: ",", quote: "", escape: "" })[0]?.cells).toEqual(['"a"', "b"]);
  });
});
