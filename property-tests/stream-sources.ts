/**
 * Rows in every place that streams read: in a store, as views of it, in memory, and in HDF5 files of several layouts.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { loadH5wasm } from "../src/hdf5/h5wasm.js";
import type { ArrayView as AnyArray, MemmapFile, TableView } from "../src/index.js";
import type { Streamable, Streamer } from "../src/stream/index.js";
import { built } from "../test/workers/support.js";
import { upTo } from "./stream-model.js";

const core: typeof import("../src/index.js") = await import(built("index.js"));
const { exportHdf5, openHdf5 }: typeof import("../src/hdf5/index.js") = await import(built("hdf5/index.js"));
/** The class that the package as it is built has. */
export const { ArrayView } = core;
/** Where workers find {@link plainRows} and {@link blockRows}. */
export const work = new URL("./stream-rows.mjs", import.meta.url);
/** Rows as plain values. */
export const {
  plain,
  plainRows,
}: Record<"plain", (value: unknown) => unknown> & Record<"plainRows", (data: unknown) => readonly unknown[]> =
  await import(work.href);
const stream: typeof import("../src/stream/index.js") = await import(built("stream/index.js"));

/** Something to be streamed, and its rows as plain values. */
export interface TestSource {
  readonly name: string;
  readonly streamer: Streamer;
  readonly rows: readonly unknown[];
  /** Rows that cannot be read. */
  readonly bad: ReadonlySet<number>;
}

interface TestArray {
  readonly dtype: string | readonly unknown[];
  /** The shape of one row. */
  readonly cell: readonly number[];
  /** The element with a number: of so many rows nearly all differ. */
  readonly element: (n: number) => unknown;
}

const INNER = [
  ["flag", "b1"],
  ["z", "c16"],
];

const RECORDS: TestArray = {
  dtype: [
    ["id", "<u4"],
    ["pair", ">f4", [2]],
    ["name", "U5"],
    ["when", "M8[ms]"],
    ["inner", INNER],
  ],
  cell: [],
  element: (n) => ({
    id: n,
    pair: [n, n + 0.5],
    name: `ü${n}`,
    when: BigInt(n),
    inner: { flag: n % 2 === 0, z: { re: n, im: 1 } },
  }),
};

/** So alike that chunks of any size are compressed. */
const ALIKE: TestArray = { dtype: "u1", cell: [64], element: (n) => n >> 6 };
const WORDS: TestArray = { dtype: "<u4", cell: [2, 1], element: (n) => n * 65_537 };

const COLUMNS: Readonly<Record<string, TestArray>> = {
  bools: { dtype: "b1", cell: [], element: (n) => n % 3 === 0 },
  bytes: { dtype: "i1", cell: [3], element: (n) => (n % 251) - 125 },
  shorts: { dtype: ">i2", cell: [], element: (n) => n - 30 },
  words: WORDS,
  longs: { dtype: ">i8", cell: [], element: (n) => BigInt(n) * 10n ** 15n },
  halves: { dtype: "<f2", cell: [], element: (n) => n / 4 },
  floats: { dtype: ">f4", cell: [2], element: (n) => n / 4 },
  doubles: { dtype: "<f8", cell: [], element: (n) => n + 0.1 },
  alike: ALIKE,
  complex: { dtype: "c16", cell: [], element: (n) => ({ re: n, im: -n }) },
  texts: { dtype: "S6", cell: [], element: (n) => `s${n}` },
  points: { dtype: ">U5", cell: [2], element: (n) => `ü${n}` },
  dates: { dtype: "M8[ms]", cell: [], element: (n) => (n % 7 === 3 ? null : BigInt(n) * 1000n) },
  durations: { dtype: ">m8[s]", cell: [], element: (n) => BigInt(n) },
  opaque: { dtype: "V3", cell: [], element: (n) => Uint8Array.of(n, n >> 8, 7) },
};

/** Those of equal lengths are a table. */
const pathOf = (name: string) => (name in COLUMNS ? `/columns/${name}` : `/${name}`);

/** The rows of an array, as lists. */
function rowsOf({ cell, element }: TestArray, length: number): unknown[] {
  const level = ([axis, ...below]: readonly number[], n: number): unknown =>
    axis === undefined ? element(n) : upTo(axis).map((i) => level(below, n * axis + i));
  return upTo(length).map((row) => level(cell, row));
}

/** Rows of a table, as objects. */
function tableRows(length: number): unknown[] {
  const lists = Object.entries(COLUMNS).map(([name, each]) => [name, rowsOf(each, length)] as const);
  return upTo(length).map((row) => Object.fromEntries(lists.map(([name, list]) => [name, list[row]])));
}

const pick = (rows: readonly unknown[], numbers: readonly number[]) => numbers.map((row) => rows[row]);

/** Every second row, from the last one on. */
const everySecondBack = <T>(rows: readonly T[]) => rows.toReversed().filter((_, i) => i % 2 === 0);

/** How HDF5 files store their datasets; of the last one, chunks are of parts of rows. */
const layouts = (rows: number) => ({
  contiguous: {},
  chunked: { chunks: rows },
  gzip: { chunks: rows, gzip: 1 },
  shuffled: { chunks: rows, gzip: true, shuffle: true },
  parts: { chunks: [rows, 2], gzip: 1 },
});

/**
 * Writes rows into files, each once.
 *
 * @param directory where
 * @param length how many rows
 * @param chunk how many of them are in a chunk
 */
export async function writeSources(directory: string, length: number, chunk: number): Promise<TestSource[]> {
  const path = (name: string) => join(directory, name);
  const sources: TestSource[] = [];
  const add = async (name: string, rows: readonly unknown[], x: Streamable, inner?: string) => {
    sources.push({
      name,
      rows: rows.map(plain),
      streamer: await stream.Streamer.open(x, inner),
      bad: new Set(),
    });
  };
  const file = writeStore(path("store"), length);
  const places: [string, Streamable][] = [["store", file]];
  for (const [layout, options] of Object.entries(layouts(chunk))) {
    await exportHdf5(file, path(`${layout}.h5`), { ...options, workers: 0 });
    places.push([layout, await openHdf5(path(`${layout}.h5`))]);
  }
  for (const [place, x] of places) {
    for (const [name, each] of Object.entries({ ...COLUMNS, records: RECORDS })) {
      await add(`${place} ${name}`, rowsOf(each, length), x, pathOf(name));
    }
    await add(`${place} nothing`, [], x, pathOf("nothing"));
  }

  await writeLibrary(path("library.h5"), length, chunk);
  const library = await openHdf5(path("library.h5"));
  const pairs = upTo(length).map((row) => [2 * row, 2 * row + 1]);
  await add("growing", pairs, library, "/growing");
  await add("unknown filter", pairs, library, "/nbit");
  await add(
    "compound",
    pairs.map(([a, b]) => ({ a, b })),
    library,
    "/compound",
  );

  const all = tableRows(length);
  const table = file.getGroup("/columns").table() as unknown as TableView;
  const twice = [0, length - 1, 0];
  await add("group", all, file, "/columns");
  await add("rows of a table", all.slice(1, -1), table.slice(1, -1));
  await add("a table backwards", everySecondBack(all), table.slice(null, null, -2));
  await add("a table in memory", pick(all, twice), table.take(twice));
  const words = file.getArray<"u4">(pathOf("words"));
  const lists = rowsOf(WORDS, length) as [[number], [number]][];
  await add("an array backwards", everySecondBack(lists), words.slice(null, null, -2) as AnyArray);
  const across = words.view(core.slice(), core.slice(null, null, -1), 0);
  await add(
    "parts of rows",
    lists.map(([[first], [second]]) => [second, first]),
    across as AnyArray,
  );
  await add("an array in memory", pick(lists, twice), words.take(twice) as AnyArray);
  sources.push(await damaged(path("gzip.h5"), path("damaged.h5"), length, chunk));
  return sources;
}

function writeStore(root: string, length: number): MemmapFile<"r+"> {
  const file = core.MemmapFile.open(root, { mode: "w+", durability: "process" });
  file.transaction(() => {
    for (const [name, each] of Object.entries({ ...COLUMNS, records: RECORDS })) {
      const shape = [length, ...each.cell];
      file.setArray(pathOf(name), rowsOf(each, length), { dtype: each.dtype as string, shape });
    }
    file.createArray(pathOf("nothing"), "f8", [0, 2]);
  });
  return file;
}

/** What HDF5's own library writes: among it what this package leaves to it to read. */
async function writeLibrary(name: string, length: number, chunk: number): Promise<void> {
  const { File } = await loadH5wasm();
  const file = new File(name, "w", {});
  const data = Int32Array.from(upTo(2 * length));
  const size = Math.min(chunk, length);
  const common = { data, shape: [length, 2], chunks: [size, 2] };
  file.create_dataset({ ...common, name: "growing", maxshape: [null, 2], compression: 4 });
  file.create_dataset({ ...common, name: "nbit", compression: 5, compression_opts: [] });
  const [a, b] = [data.filter((n) => n % 2 === 0), Float64Array.from(data.filter((n) => n % 2 === 1))];
  const fields: ReadonlyMap<string, unknown> = new Map<string, unknown>([
    ["a", a],
    ["b", b],
  ]);
  file.create_dataset({ name: "compound", data: fields as never });
  file.close();
}

/** A copy of a file one chunk of which, the second where there is one, is none. */
async function damaged(from: string, to: string, length: number, chunk: number): Promise<TestSource> {
  const start = length > chunk ? chunk : 0;
  const lost = upTo(length).slice(start, start + chunk);
  const elements = new Uint8Array(64 * Math.min(chunk, length));
  for (const [i, row] of lost.entries()) elements.fill(row, 64 * i, 64 * (i + 1));
  const bytes = readFileSync(from);
  const at = bytes.indexOf(deflateSync(elements, { level: 1 }));
  if (at < 0) throw new Error("the chunk is not in the file");
  writeFileSync(to, bytes.fill(0xee, at, at + 8));
  const streamer = await stream.Streamer.open(to, pathOf("alike"));
  return { name: "damaged", streamer, rows: rowsOf(ALIKE, length), bad: new Set(lost) };
}
