import type { Metadata } from "h5wasm/node";
import { partner } from "../frame/partner.js";

export type { CompoundMember, Metadata } from "h5wasm/node";

/** The partner that knows HDF5: its library, compiled to WebAssembly. */
export type H5wasm = typeof import("h5wasm/node");

/** The functions of HDF5's library, as h5wasm hands them on. */
export type H5Module = H5wasm["Module"];

/** What h5wasm says of a dataset, an attribute or a type. */
export type TypeInfo = Metadata;

let loading: Promise<H5wasm> | undefined;

/**
 * Loads h5wasm, once in each thread.
 *
 * @throws UnsupportedError where it is not installed, with the command that installs it
 */
export function loadH5wasm(): Promise<H5wasm> {
  loading ??= partner("h5wasm", "memmap-table/hdf5", async () => {
    const loaded = await import("h5wasm/node");
    await loaded.ready;
    return loaded;
  }).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** What came of a call to HDF5's library. */
export interface Outcome<T> {
  /** What it returned; undefined where h5wasm threw. */
  readonly value: T | undefined;
  /**
   * What HDF5 said on the way, in words of its own, undefined where it said nothing. Reading may succeed all the same, which
   * its status tells.
   */
  readonly problem: string | undefined;
}

/** A stream of h5wasm that is no file: as much of it as its file system looks at. */
interface WriteStream {
  readonly fd: number;
  readonly flags: number;
  readonly seekable: boolean;
  readonly node: { readonly mode: number };
  readonly stream_ops: {
    write(stream: unknown, memory: Uint8Array, offset: number, length: number): number;
  };
  position: number;
}

/** The standard error output, in h5wasm's table of open files. */
const STDERR = 2;
const WRITE_ONLY = 1;

/**
 * Calls HDF5's library. What it would print to the standard error output of this process is its problem; what h5wasm
 * throws is one, too.
 */
export function quietly<T>(module: H5Module, work: () => T): Outcome<T> {
  const { stderr } = process;
  const own = Object.getOwnPropertyDescriptor(stderr, "write");
  // Emscripten's own warnings, which go there by the console, say no more than what is thrown.
  stderr.write = () => true;
  try {
    return listening(module, work);
  } finally {
    if (own === undefined) Reflect.deleteProperty(stderr, "write");
    else Object.defineProperty(stderr, "write", own);
  }
}

function listening<T>({ FS }: H5Module, work: () => T): Outcome<T> {
  const streams: unknown[] = Reflect.get(FS, "streams");
  const said: Buffer[] = [];
  const before = streams[STDERR];
  streams[STDERR] = {
    fd: STDERR,
    flags: WRITE_ONLY,
    seekable: false,
    node: { mode: 0o20000 },
    stream_ops: {
      write: (_, memory, offset, length) => {
        said.push(Buffer.from(memory.subarray(offset, offset + length)));
        return length;
      },
    },
    position: 0,
  } satisfies WriteStream;
  try {
    const value = work();
    const text = Buffer.concat(said).toString();
    return { value, problem: text === "" ? undefined : lastWord(text) };
  } catch (error) {
    const thrown = error instanceof Error ? error.message : String(error);
    return { value: undefined, problem: lastWord(`${Buffer.concat(said)}\n${thrown}`) };
  } finally {
    streams[STDERR] = before;
  }
}

/** The system's number for "no permission", in Emscripten. */
const EACCES = 2;

/**
 * Calls HDF5's library, which opens no file but one meanwhile: external links, virtual datasets and external storage name
 * others, and whoever made the file has no right to choose which ones this process opens.
 *
 * @param path of the one, as the library is told it
 */
export function sealed<T>({ FS }: H5Module, path: string, work: () => T): T {
  const { open } = FS;
  FS.open = (wanted, ...rest) => {
    if (wanted === path) return open.call(FS, wanted, ...rest);
    throw Reflect.construct(Reflect.get(FS, "ErrnoError"), [EACCES]);
  };
  try {
    return work();
  } finally {
    FS.open = open;
  }
}

/** What a call returned that must succeed. @throws what `failed` makes of HDF5's reason */
export function required<T>({ value, problem }: Outcome<T>, failed: (problem: string) => Error): T {
  if (value === undefined || problem !== undefined) throw failed(problem ?? "it failed");
  return value;
}

/** The innermost of HDF5's reasons: `file signature not found`. */
function lastWord(text: string): string {
  const reasons = [...text.matchAll(/^ *#\d+: .*? line \d+ in \w+\(\): (.*)$/gm)].map(([, reason]) => reason);
  return reasons.at(-1) ?? text.trim().split("\n").at(-1) ?? "it failed";
}
