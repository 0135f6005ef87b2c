import type { ArrayView, MemmapFile, RecordArray, TableView } from "../../src/index.js";
import type { Dataset } from "../../src/stream/dataset.js";
import type { Operation } from "../../src/stream/operation.js";
import { built } from "../workers/support.js";

/** The package as it is built, in which alone there are workers. */
export const core: typeof import("../../src/index.js") = await import(built("index.js"));
export const stream: typeof import("../../src/stream/index.js") = await import(built("stream/index.js"));
export const hdf5: typeof import("../../src/hdf5/index.js") = await import(built("hdf5/index.js"));

/** One row of what is read. */
export interface Row {
  readonly id: number;
  readonly c: number;
  readonly s: string;
  readonly v: Float32Array;
}

export const FIELDS = [
  ["id", "i4"],
  ["c", "f8"],
  ["s", "S4"],
  ["v", "f4", [3]],
] as const;

export function rowsOf(count: number): Row[] {
  return Array.from({ length: count }, (_, id) => ({
    id,
    c: id % 13 === 5 ? Number.NaN : (id * 7919) % 101,
    s: `s${id % 37}`,
    v: Float32Array.of(id, id + 0.5, -id),
  }));
}

/** A file with these rows as `/records`, and their `v` as `/grid`. */
export function fileWith(path: string, rows: readonly Row[]): MemmapFile<"r+"> {
  const file = core.MemmapFile.open(path, { mode: "w+", durability: "process" });
  const records = core.RecordArray.from(rows, FIELDS) as RecordArray;
  file.setArray("/records", records);
  file.setArray("/grid", records.field("v") as ArrayView);
  return file;
}

/** The same in an HDF5 file, in chunks of 25 rows. */
export async function hdf5With(path: string, file: MemmapFile<"r+">, { gzip = true } = {}): Promise<string> {
  await hdf5.exportHdf5(file, path, { chunks: 25, gzip, shuffle: true, workers: 0 });
  return path;
}

/** Whole numbers below a bound, the same in each run. */
export function lottery(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** An operation, and the rows that it must give, by their numbers. */
export interface Expected {
  readonly operation: Operation<TableView>;
  readonly rows: readonly number[];
}

/** Rows of a table by some steps at random. */
export function randomRows(
  table: Dataset<TableView>,
  all: readonly Row[],
  draw: (below: number) => number,
): Expected {
  let operation: Operation<TableView> = table;
  let rows = Array.from(all.keys());
  const steps = 1 + draw(3);
  for (let i = 0; i < steps; i++) {
    const length = rows.length;
    const bound = () => draw(2 * length + 8) - length - 4;
    switch (draw(6)) {
      case 0: {
        const indices = Array.from({ length: length === 0 ? 0 : draw(12) }, () => draw(2 * length) - length);
        operation = operation.take(indices);
        rows = indices.map((at) => rows.at(at) ?? 0);
        break;
      }
      case 1: {
        const mask = rows.map(() => draw(20) === 0);
        operation = operation.filter(mask);
        rows = rows.filter((_, at) => mask[at]);
        break;
      }
      case 2: {
        const [from, to, low] = [bound(), bound(), draw(101)];
        operation = operation.where((column) => column("c").gt(low), { from, to });
        rows = rows.slice(from, to).filter((row) => (all[row]?.c ?? 0) > low);
        break;
      }
      case 3: {
        const [from, to] = [bound(), bound()];
        operation = operation.sorted("c", { from, to });
        rows = sortedBy(rows, (row) => all[row]?.c ?? 0).slice(from, to);
        break;
      }
      case 4: {
        operation = operation.slice(null, null, -1);
        rows = rows.toReversed();
        break;
      }
      default: {
        const from = bound();
        const to = from + draw(20);
        operation = operation.slice(from, to);
        rows = rows.slice(from, to);
      }
    }
  }
  return { operation, rows };
}

function sortedBy(rows: readonly number[], key: (row: number) => number): number[] {
  const rank = (row: number) => (Number.isNaN(key(row)) ? Number.POSITIVE_INFINITY : key(row));
  return rows.toSorted((a, b) => rank(a) - rank(b) || 0);
}

/** What a random end of an operation must give, and what it is. */
export function randomEnd(
  { operation, rows }: Expected,
  all: readonly Row[],
  draw: (below: number) => number,
): { operation: Operation; expected: unknown; plain(result: unknown): unknown } {
  const list = (of: (row: Row) => unknown) => rows.map((row) => of(all[row] as Row));
  const plain = (result: unknown) => Array.from((result as ArrayView).toArray() as Iterable<unknown>);
  const itself = (result: unknown) => result;
  switch (draw(rows.length === 0 ? 3 : 5)) {
    case 0: {
      const expected = list(({ id, c, s, v }) => ({ id, c, s, v }));
      return { operation, expected, plain: (result) => [...(result as TableView)] };
    }
    case 1:
      return { operation: operation.column("c"), expected: list(({ c }) => c), plain };
    case 2: {
      const k = draw(3);
      return {
        operation: operation.column("v").view("...", k),
        expected: list(({ v }) => v[k]),
        plain,
      };
    }
    case 3: {
      const at = draw(2 * rows.length) - rows.length;
      const expected = list(({ id, c, s, v }) => ({ id, c, s, v })).at(at);
      return { operation: operation.at(at), expected, plain: itself };
    }
    default: {
      const at = draw(2 * rows.length) - rows.length;
      return { operation: operation.column("s").at(at), expected: list(({ s }) => s).at(at), plain: itself };
    }
  }
}
