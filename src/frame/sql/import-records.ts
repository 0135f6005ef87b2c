import { linesOf } from "./import-lines.js";
import type { Dialect } from "./import-options.js";

/** What encloses cells, and how. */
export type Quoting = Pick<Dialect, "delimiter" | "quote" | "escape">;

/** One record of a CSV file: a row, or the names of the columns. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** The line of the file that it begins at, from 1. */
  readonly line: number;
  /** Whether a quote was still open at the file's end. */
  readonly isOpen: boolean;
}

/** Cuts lines into records: a quoted cell may go over several. */
export class RecordReader {
  readonly #quoting: Quoting;
  #line = 0;
  #start = 0;
  #cells: string[] = [];
  /** What has been read of a cell whose quote is open. */
  #open: string | undefined;

  constructor(quoting: Quoting) {
    this.#quoting = quoting;
  }

  /** Takes the next line, and what ends it. @returns the record that ends with it, if one does */
  take(line: string, end: string): CsvRecord | undefined {
    this.#line++;
    let at = 0;
    if (this.#open === undefined) {
      this.#start = this.#line;
      this.#cells = [];
    } else {
      at = this.#rest(line, 0, this.#open);
      if (at < 0) return this.#goOn(end);
    }
    while (at <= line.length) {
      at = this.#cell(line, at);
      if (at < 0) return this.#goOn(end);
    }
    return this.#record(false);
  }

  /** A cell goes on in the next line: the break is in it. */
  #goOn(end: string): undefined {
    this.#open += end;
  }

  /** The record whose quote nobody closed. */
  end(): CsvRecord | undefined {
    return this.#open === undefined ? undefined : this.#record(true);
  }

  #record(isOpen: boolean): CsvRecord {
    return { cells: this.#cells, line: this.#start, isOpen };
  }

  /** Reads a cell. @returns where the next one begins; -1 where this one goes on in the next line */
  #cell(line: string, at: number): number {
    const { delimiter, quote } = this.#quoting;
    if (quote !== "" && line.startsWith(quote, at)) return this.#rest(line, at + quote.length, "");
    const end = line.indexOf(delimiter, at);
    this.#cells.push(line.slice(at, end < 0 ? undefined : end));
    return end < 0 ? line.length + 1 : end + delimiter.length;
  }

  /** Reads what stands between quotes. */
  #rest(line: string, from: number, before: string): number {
    const { delimiter, quote, escape } = this.#quoting;
    let text = before;
    for (let at = from; at < line.length; at++) {
      if (escape !== "" && line.startsWith(escape, at) && [quote, escape].includes(line[at + 1] ?? "\n")) {
        text += line[++at];
      } else if (line[at] === quote) {
        const next = line.indexOf(delimiter, at);
        this.#cells.push(text);
        this.#open = undefined;
        return next < 0 ? line.length + 1 : next + delimiter.length;
      } else text += line[at];
    }
    this.#open = text;
    return -1;
  }
}

/** The records of a file, one after the other. */
export async function* recordsOf(path: string, dialect: Dialect): AsyncGenerator<CsvRecord> {
  const reader = new RecordReader(dialect);
  for await (const { text, end } of linesOf(path, dialect.encoding)) {
    const record = reader.take(text, end);
    if (record !== undefined) yield record;
  }
  const open = reader.end();
  if (open !== undefined) yield open;
}

/** The first record; undefined where the file is empty. */
export async function firstRecord(path: string, dialect: Dialect): Promise<CsvRecord | undefined> {
  for await (const record of recordsOf(path, dialect)) return record;
  return undefined;
}
