import { spawn } from "node:child_process";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import h5wasm from "h5wasm/node";
import { afterAll, beforeAll } from "vitest";
import type { ArrayView, DTypeLike } from "../../src/index.js";
import type { Block, RowsView } from "../../src/stream/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { built, errors, workers } from "../workers/support.js";

export { built, errors };

type Core = typeof import("../../src/index.js");
type Arrays = typeof import("../../src/array/index.js");
type Streams = typeof import("../../src/stream/index.js");
type Hdf5 = typeof import("../../src/hdf5/index.js");

/** The package as it is built, in which alone there are workers. */
export const core: Core = await import(built("index.js"));
export const streams: Streams = await import(built("stream/index.js"));
export const hdf5: Hdf5 = await import(built("hdf5/index.js"));
const arrays: Arrays = await import(built("array/index.js"));

/** URL of a module whose functions `map` calls. */
export const tasks = (name: string): string => new URL(`./tasks/${name}.mjs`, import.meta.url).href;

/** The dense bytes of an array, however it lies. */
export function bytesOf(array: ArrayView): Buffer {
  const strided = array[arrays.STRIDED]();
  const dense = arrays.zeros(array.dtype, strided.layout.shape);
  arrays.copyElements(strided, dense);
  return Buffer.from(dense.bytes);
}

/** Columns by their names; an array is the one column "". */
export function columnsOf(view: RowsView): [name: string, column: ArrayView][] {
  if (!(view instanceof core.TableView)) return [["", view]];
  return view.columnNames.map((name): [string, ArrayView] => [name, view.column(name)]);
}

/** One column of a model, and of what is read. */
export interface ModelColumn {
  readonly dtype: DTypeLike;
  /** Of one row. */
  readonly itemShape: readonly number[];
  readonly values: NodeJS.TypedArray;
}

/** The rows that there are, in plain typed arrays; an array is the one column "". Each row is another. */
export class Model {
  readonly columns: ReadonlyMap<string, ModelColumn>;
  readonly length: number;
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(columns: ReadonlyMap<string, ModelColumn>, length: number) {
    this.columns = columns;
    this.length = length;
    const keys = Array.from({ length }, (_, row): [string, number] => [this.#key(row), row]);
    this.#numbers = new Map(keys);
    if (this.#numbers.size !== length) throw new Error("two rows of the model are the same");
  }

  /** The bytes of one row of a column. */
  bytes(name: string, row: number): Buffer {
    const { values } = this.columns.get(name) ?? { values: new Uint8Array(0) };
    const rowBytes = values.byteLength / this.length;
    return Buffer.from(values.buffer, values.byteOffset + row * rowBytes, rowBytes);
  }

  /** The bytes of some rows of a column. */
  rows(name: string, rows: readonly number[]): Buffer {
    return Buffer.concat(rows.map((row) => this.bytes(name, row)));
  }

  #key(row: number): string {
    return [...this.columns.keys()].map((name) => this.bytes(name, row).toString("latin1")).join("");
  }

  /** Which rows these are, by all of their bytes; -1 for one that is none of the model's. */
  numbersOf(view: RowsView): number[] {
    const parts = columnsOf(view).map(([name, column]) => ({
      bytes: bytesOf(column),
      rowBytes: this.bytes(name, 0).length,
    }));
    return Array.from({ length: view.length }, (_, i) =>
      this.#numberOf(parts.map(({ bytes, rowBytes }) => bytes.subarray(i * rowBytes, (i + 1) * rowBytes))),
    );
  }

  /** Which row this is, as `rows()` gives it: a typed array, or an object of them. */
  numberOf(row: unknown): number {
    const cells = ArrayBuffer.isView(row) ? [row] : Object.values(row as Record<string, NodeJS.TypedArray>);
    return this.#numberOf(
      cells.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
    );
  }

  #numberOf(cells: readonly Buffer[]): number {
    return this.#numbers.get(cells.map((cell) => cell.toString("latin1")).join("")) ?? -1;
  }
}

/** The same numbers in each run, in no order. */
export function randomBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  });
}

/** Numbers from 0 to before 1, as {@link randomBytes}. */
export function randomNumbers(length: number, seed = 1): Float64Array<ArrayBuffer> {
  const words = new Uint32Array(randomBytes(4 * length, seed).buffer);
  return Float64Array.from(words, (word) => word / 2 ** 32);
}

/** Whole numbers from `start` to before `stop`. */
export function range(start: number, stop: number): number[] {
  return Array.from({ length: Math.max(0, stop - start) }, (_, i) => start + i);
}

/** In an order that is the same in each run. */
export function shuffled(numbers: readonly number[], seed = 1): number[] {
  const keys = randomNumbers(numbers.length, seed);
  return numbers
    .map((number, i) => [keys[i] ?? 0, number] as const)
    .sort(([a], [b]) => a - b)
    .map(([, number]) => number);
}

/** Where the same data are to be read. */
export const KINDS = ["tables and arrays", "an HDF5 file, where they lie", "a compressed HDF5 file"] as const;
export type Kind = (typeof KINDS)[number];

/** `/test_array` and `/test_table` in three places. */
export interface Fixture {
  readonly array: Model;
  readonly table: Model;
  /** A directory of arrays, and files of the same. */
  readonly paths: Readonly<Record<Kind, string>>;
}

/** Chunks of the compressed files. */
export const CHUNK_ROWS = 16;

/**
 * Writes what the tests read: an array of 64-bit integers that count, and a table of these columns.
 *
 * @param path what is written begins with it
 */
export async function writeFixture(
  path: string,
  shape: readonly [rows: number, ...number[]],
  columns: Readonly<Record<string, ModelColumn>>,
  rows: number,
): Promise<Fixture> {
  const counted = BigInt64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => BigInt(i));
  const [, ...itemShape] = shape;
  using store = core.MemmapFile.open(`${path}-store`, { mode: "w+", durability: "process" });
  using records = core.MemmapFile.open(`${path}-records`, { mode: "w+", durability: "process" });
  for (const file of [store, records]) file.setArray("/test_array", counted, { shape });
  for (const [name, { dtype, itemShape: inner, values }] of Object.entries(columns)) {
    store.setArray(`/test_table/${name}`, values, { dtype, shape: [rows, ...inner] });
  }
  records.setArray("/test_table", store.getGroup("/test_table").table().toRecords());
  const paths = {
    "tables and arrays": `${path}-store`,
    "an HDF5 file, where they lie": `${path}.h5`,
    "a compressed HDF5 file": `${path}-gzip.h5`,
  };
  await hdf5.exportHdf5(records, paths["an HDF5 file, where they lie"], { workers: 0 });
  await hdf5.exportHdf5(records, paths["a compressed HDF5 file"], {
    workers: 0,
    chunks: CHUNK_ROWS,
    gzip: 1,
    shuffle: true,
  });
  const array = new Map([["", { dtype: "i8", itemShape, values: counted }]]);
  return {
    array: new Model(array, shape[0]),
    table: new Model(new Map(Object.entries(columns)), rows),
    paths,
  };
}

/** Paths for a file of tests, whose workers end with it. */
export function streamPaths(): (name?: string) => string {
  afterAll(() => workers.workerPool().close());
  return temporaryPaths();
}

/** What a stream gives, each block's rows looked at while it is there. */
export async function collect<T>(blocks: AsyncIterable<Block>, look: (block: Block) => T): Promise<T[]> {
  const seen: T[] = [];
  for await (const block of blocks) seen.push(look(block));
  return seen;
}

/** Numbers in ascending order. */
export const ascending = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);

setFlagsFromString("--expose-gc");
/** Collects garbage, and lets finalizers have their turn. */
const collectGarbage: () => void = runInNewContext("gc");
export async function settleGarbage(rounds = 4): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Numbers of HDF5 for filters of chunks. */
const FILTERS = { gzip: [1, [1]], fletcher32: [3, []] } as const;

/**
 * Writes `/x` with HDF5's own library: rows of four numbers, each another, that are in chunks.
 *
 * @returns what is in it
 */
export async function writeChunks(
  path: string,
  rows: number,
  chunkRows: number,
  filter: keyof typeof FILTERS,
): Promise<Model> {
  const values = Float64Array.from({ length: 4 * rows }, (_, i) => i);
  const [compression, options] = FILTERS[filter];
  await h5wasm.ready;
  const file = new h5wasm.File(path, "w");
  file.create_dataset({
    name: "x",
    data: values,
    shape: [rows, 4],
    dtype: "<d",
    chunks: [chunkRows, 4],
    compression,
    compression_opts: [...options],
  });
  file.close();
  return new Model(new Map([["", { dtype: "f8", itemShape: [4], values }]]), rows);
}

/** Damages chunks of a dataset: its library would not read them any more. */
export async function damage(path: string, dataset: string, chunks: readonly number[]): Promise<void> {
  using file = await hdf5.openHdf5(path);
  const { length, chunkShape } = file.dataset(dataset);
  const plan = file.dataset(dataset).plan([[0, length]]);
  if (plan.kind !== "chunks") throw new Error(`${dataset} has no chunks of its own: ${chunkShape}`);
  const fd = openSync(path, "r+");
  try {
    for (const chunk of chunks) {
      const offset = plan.chunks[4 * chunk + 1] ?? 0;
      const byte = new Uint8Array(1);
      readSync(fd, byte, 0, 1, offset);
      writeSync(
        fd,
        byte.map((bits) => ~bits),
        0,
        1,
        offset,
      );
    }
  } finally {
    closeSync(fd);
  }
}

/** What comes of a stream whose errors do not end it. */
export interface Drained {
  /** The first rows of blocks, as they came. */
  readonly starts: number[];
  /** The numbers of their rows, as they came. */
  readonly rows: number[];
  readonly errors: unknown[];
}

/** Reads a stream to its end, whatever it throws. */
export async function drain(stream: AsyncIterator<Block, undefined>, model: Model): Promise<Drained> {
  const drained: Drained = { starts: [], rows: [], errors: [] };
  for (;;) {
    try {
      const { done, value: block } = await stream.next();
      if (done === true) return drained;
      drained.starts.push(block.start);
      drained.rows.push(...model.numbersOf(block.data));
    } catch (error) {
      drained.errors.push(error);
    }
  }
}

/** The workers that are given tasks while a file of tests runs. */
export function watchedWorkers(): Set<Worker> {
  const watched = new Set<Worker>();
  const { postMessage } = Worker.prototype;
  beforeAll(() => {
    Worker.prototype.postMessage = function (this: Worker, ...message: Parameters<typeof postMessage>) {
      if (!watched.has(this)) {
        watched.add(this);
        this.once("exit", () => watched.delete(this));
      }
      return postMessage.apply(this, message);
    };
    return () => {
      Worker.prototype.postMessage = postMessage;
    };
  });
  return watched;
}

/** How a process has ended, and what it has printed. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Programs that are run have these names. */
const HEAD = `
  import { MemmapFile, MemmapTable } from ${JSON.stringify(built("index.js"))};
  import { openSource, Reader, Streamer } from ${JSON.stringify(built("stream/index.js"))};
  import { readdirSync } from "node:fs";
  const [path, name] = process.argv.slice(1);
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
`;

/**
 * Runs a program in a process of its own.
 *
 * @param args its `path` and `name`
 * @param kill is told when it has printed something, and may kill it
 */
export function run(
  program: string,
  args: readonly string[],
  { flags = [], env = {}, kill }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    [...flags, "--input-type=module", "-e", HEAD + program, "--", ...args],
    { env: { ...process.env, ...env }, timeout: 60_000, stdio: ["ignore", "pipe", "pipe"] },
  );
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      printed[name] += text;
      if (name === "stdout" && kill?.(printed.stdout) === true) child.kill("SIGKILL");
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status, signal) => resolve({ status, signal, ...printed }));
  });
}

export interface RunOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly kill?: (printed: string) => boolean;
}
