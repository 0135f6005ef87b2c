import { isMemmapError, StaleError } from "../errors.js";
import type { Files } from "../platform/files.js";
import {
  borrow,
  canLend,
  type FileIdentity,
  giveBack,
  identityOf,
  isSameFile,
  lend,
  type MemoryLoan,
} from "../platform/index.js";
import { originOf } from "./file-storage.js";
import { MappedFiles } from "./mapped-files.js";

/** Where another thread finds bytes that any thread can see; a structured clone of it says the same. */
export type SeenBytes =
  | {
      readonly kind: "memory";
      readonly buffer: SharedArrayBuffer;
      readonly offset: number;
      readonly length: number;
    }
  | {
      readonly kind: "file";
      readonly path: string;
      readonly identity: FileIdentity;
      readonly offset: number;
      readonly length: number;
    };

/** Where another thread finds some bytes: seen by all, or lent for a while. */
export type SharedBytes = SeenBytes | { readonly kind: "lent"; readonly loan: MemoryLoan };

/**
 * Where another thread finds these bytes; undefined where it cannot.
 *
 * @param now the name that their file has now, where that is known: it was mapped by another one if it was new
 */
export function shareBytes(bytes: Uint8Array, files: Files, now?: string): SeenBytes | undefined {
  const { buffer, byteOffset, length } = bytes;
  if (buffer instanceof SharedArrayBuffer) return { kind: "memory", buffer, offset: byteOffset, length };
  const origin = originOf(bytes);
  if (origin === undefined) return undefined;
  const { identity } = origin;
  const end = byteOffset + length;
  const path = [now ?? origin.path, origin.path].find((name) => isAt(name, identity, end, files));
  return path === undefined ? undefined : { kind: "file", path, identity, offset: byteOffset, length };
}

/** Whether a file is there by that name, and has so many bytes. */
function isAt(path: string, identity: FileIdentity, length: number, files: Files): boolean {
  try {
    const there = files.look(path);
    return there !== undefined && isSameFile(identityOf(there), identity) && there.size >= length;
  } catch (error) {
    if (isMemmapError(error)) return false;
    throw error;
  }
}

/** What threads share counts for nothing when it is decided to collect garbage. These, which nobody touches, count for it. */
const counted = new WeakMap<SharedArrayBuffer, Uint8Array>();
/** So much makes itself felt. */
const MOST_COUNTED = 1 << 26;

/** Has memory that threads share make itself felt in this one: it is there until no thread has it any more. */
export function countAsGarbage(buffer: SharedArrayBuffer): void {
  if (counted.has(buffer)) return;
  counted.set(buffer, Buffer.allocUnsafeSlow(Math.min(buffer.byteLength, MOST_COUNTED)));
}

/** What this thread lent, for as long as somebody has what says so. */
const lent = new WeakMap<SharedBytes, Uint8Array>();

/** Frees lent memory that was made for the work that is over: it is used again the sooner. */
export function freeLent(shared: SharedBytes): void {
  const bytes = lent.get(shared);
  if (bytes?.buffer instanceof ArrayBuffer) giveBack(new Uint8Array(bytes.buffer));
}

/**
 * Lends memory to other threads, for work that ends before this object is let go.
 *
 * @param bytes shared memory; or ordinary memory that nobody else has seen, where the system lends: `canLend`
 */
export function lendBytes(bytes: Uint8Array): SharedBytes {
  const { buffer, byteOffset: offset, length } = bytes;
  if (length === 0) return { kind: "memory", buffer: new SharedArrayBuffer(0), offset: 0, length };
  if (buffer instanceof SharedArrayBuffer && !canLend()) return { kind: "memory", buffer, offset, length };
  const shared: SharedBytes = { kind: "lent", loan: lend(bytes) };
  lent.set(shared, bytes);
  return shared;
}

const mapped = new MappedFiles();

let holds = 0;

/** Does work in which all bytes that it opens stay good. */
export async function holdingBytes<T>(work: () => Promise<T>): Promise<T> {
  mapped.hold();
  holds += 1;
  try {
    return await work();
  } finally {
    holds -= 1;
    if (holds === 0) giveBackSome();
    mapped.letGo();
  }
}

/**
 * What this thread borrowed, by address, the one that was used last at the end. Memory is given out again and again, and each new
 * view of some would have garbage collected: so views stay, and nobody looks at them until their memory is lent anew.
 */
const borrowed = new Map<bigint, Uint8Array<ArrayBuffer>>();
const MOST_BORROWED = 32;

function borrowBytes({ loan }: SharedBytes & { readonly kind: "lent" }): Uint8Array {
  const { address, length } = loan;
  let bytes = borrowed.get(address);
  if (bytes !== undefined && bytes.length < length) {
    outgrown.push(bytes);
    bytes = undefined;
  }
  bytes ??= borrow(loan);
  borrowed.delete(address);
  borrowed.set(address, bytes);
  return bytes.subarray(0, length);
}

/** Views in whose place there are longer ones; a task may still look at them. */
const outgrown: Uint8Array<ArrayBuffer>[] = [];

function giveBackSome(): void {
  for (const bytes of outgrown.splice(0)) giveBack(bytes);
  for (const [address, bytes] of borrowed) {
    if (borrowed.size <= MOST_BORROWED) return;
    borrowed.delete(address);
    giveBack(bytes);
  }
}

/**
 * The bytes, in any thread. A file is mapped for as long as this thread reads it again and again: they are to be used at
 * once, but within {@link holdingBytes}, without which none is lent.
 *
 * @throws StaleError where the file is another one by now, CorruptError where it is shorter, DiskError
 */
export function openBytes(shared: SharedBytes): Uint8Array {
  if (shared.kind === "memory") {
    countAsGarbage(shared.buffer);
    return new Uint8Array(shared.buffer, shared.offset, shared.length);
  }
  if (shared.kind === "lent") return lent.get(shared) ?? borrowBytes(shared);
  const { path, identity, offset, length } = shared;
  const bytes = mapped.bytes(path, identity, offset + length);
  if (bytes !== undefined) return bytes.subarray(offset, offset + length);
  throw new StaleError(`${path}: the file was replaced while it was read; read it again`, { path });
}
