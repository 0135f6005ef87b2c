import { closeSync, existsSync, openSync, writeFileSync, writeSync } from "node:fs";
import { expect, it } from "vitest";
import { importFile } from "../../../src/frame/sql/import-file.js";
import { temporaryPaths } from "../../support/temporary.js";

const temporary = temporaryPaths();
/** Above what DuckDB reads of a file at once, and gives to one of its threads. */
const ROWS = 400_000;

/** What a row holds; every text has another length, and some have what CSV must quote. */
function textOf(row: number): string {
  switch (row % 7) {
    case 0:
      return `plain ${row}`;
    case 1:
      return `"${row}" said`;
    case 2:
      return `two\r\nlines, ${row}`;
    case 3:
      return `a\nb\n"${row}"\n`;
    case 4:
      return "";
    case 5:
      return `é😀,${row}`;
    default:
      return ` ${row % 10} `;
  }
}

const quoted = (text: string) => (/[",\r\n ]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const numberOf = (row: number) => (row % 11 === 0 ? -row : row) / 8;

it("hundreds of thousands of rows with quotes, line breaks within cells and CRLF come exactly, a few thousand at a time", async () => {
  const file = `${temporary("file")}.csv`;
  const descriptor = openSync(file, "w");
  writeSync(descriptor, "id,text,number\r\n");
  for (let start = 0; start < ROWS; start += 20_000) {
    let block = "";
    for (let row = start; row < start + 20_000; row++) {
      block += `${row},${quoted(textOf(row))},${numberOf(row)}\r\n`;
    }
    writeSync(descriptor, block);
  }
  closeSync(descriptor);

  const batches: number[] = [];
  using table = await importFile(file, temporary(), {
    dtypes: { number: "f8" },
    onProgress: ({ rows }) => batches.push(rows),
  });
  expect(table.shape).toEqual([ROWS, 3]);
  expect([...table.columns()].map(([, { dtype }]) => dtype.str)).toEqual(["<i8", "<U18", "<f8"]);

  const ids = table.column("id").values as BigInt64Array;
  const numbers = table.column("number").values as Float64Array;
  const texts = table.column("text");
  let wrong = 0;
  for (let row = 0; row < ROWS; row++) {
    if (ids[row] !== BigInt(row) || numbers[row] !== numberOf(row)) wrong++;
  }
  let row = 0;
  for (const text of texts) if (text !== textOf(row++)) wrong++;
  expect(wrong).toBe(0);

  // Never more than eight of DuckDB's chunks at once.
  const steps = batches.map((rows, i) => rows - (batches[i - 1] ?? 0));
  expect(Math.max(...steps)).toBeLessThanOrEqual(8 * 2048);
  expect(steps.length).toBeGreaterThanOrEqual(ROWS / (8 * 2048));
});

it("a row that is wrong late in a file leaves no table of the rows before it", async () => {
  const file = `${temporary("late")}.csv`;
  const wrong = 0.95 * ROWS;
  let text = "a,b\n";
  for (let row = 0; row < ROWS; row++) text += row === wrong ? `${row}\n` : `${row},${row % 10}\n`;
  writeFileSync(file, text);
  const path = temporary();
  await expect(importFile(file, path)).rejects.toThrow(new RegExp(`row ${wrong} \\(line ${wrong + 2}\\)`));
  expect(existsSync(path)).toBe(false);
});

it("an import that is stopped late leaves no table", async () => {
  const file = `${temporary("stopped")}.csv`;
  let text = "a,b\n";
  for (let row = 0; row < 250_000; row++) text += `${row},${row % 10}\n`;
  writeFileSync(file, text);
  for (const at of [50_000, 220_000]) {
    const path = temporary();
    const stop = new AbortController();
    const reason = new Error("enough");
    const onProgress = ({ rows }: { rows: number }) => {
      // From outside, while rows are on their way.
      if (rows >= at) setImmediate(() => stop.abort(reason));
    };
    await expect(importFile(file, path, { onProgress, signal: stop.signal })).rejects.toBe(reason);
    expect(existsSync(path)).toBe(false);
  }
});
