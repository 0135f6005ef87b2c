import {
  type Conversion,
  type Copy,
  conversionOf,
  copyAll,
  copyElements,
  holdingBytes,
  openArray,
  openBytes,
  type SharedArray,
  type SharedBytes,
  type Span,
  type Strided,
  zeros,
} from "../array/index.js";
import { type Casting, type Descr, type DType, dtypeFromDescr, sizeOf } from "../dtype/index.js";
import { CastError, StaleError } from "../errors.js";
import { nodeFiles as files } from "../platform/files.js";
import { identityOf, isSameFile } from "../platform/index.js";
import type { TaskContext } from "../workers/index.js";
import { someRows } from "./records-task.js";

/** Bytes that are gathered, and written, at a time. */
const PIECE = 1 << 20;

/** Where a file's bytes are. */
export type FileBytes = SharedBytes & { readonly kind: "file" };

/** A column on its way into a file. */
export interface ColumnTask {
  readonly from: SharedArray;
  /** The bytes of the destination, which lie together. */
  readonly to: FileBytes;
  readonly descr: Descr;
  readonly itemShape: readonly number[];
}

/** Rows on their way into a table. */
export interface AssignTask extends Span {
  readonly columns: readonly ColumnTask[];
  readonly casting: Casting;
}

/** Whether all elements of a span go into their columns. */
export function checkSpan({ columns, casting, ...span }: AssignTask, context: TaskContext): Promise<boolean> {
  return holdingBytes(async () => {
    for (const column of columns) {
      const array = openArray(column.from);
      const { check } = conversionBetween(array.dtype, dtypeFromDescr(column.descr), casting);
      const rowBytes = sizeOf(array.layout.shape.slice(1)) * array.dtype.itemsize;
      for (const { from, to } of pieces(span, rowBytes)) {
        if (context.stopped || check(someRows(array, from, to)) !== undefined) return false;
      }
    }
    return true;
  });
}

/**
 * Stores the rows of a span, which have been found good: in pieces that are made in memory and written to the files, since of
 * another map of them each page would have to be brought in.
 */
export function storeSpan(task: AssignTask, context: TaskContext): Promise<void> {
  return holdingBytes(async () => {
    const targets: Target[] = [];
    try {
      for (const column of task.columns) targets.push(new Target(column, task.casting));
      const rowBytes = targets.reduce((sum, target) => sum + target.rowBytes, 0);
      for (const { from, to } of pieces(task, rowBytes)) {
        if (context.stopped) return;
        const copies = targets.flatMap((target) => target.gather(from, to));
        copyAll(copies);
        for (const target of targets) target.write(from, to);
      }
    } finally {
      for (const target of targets) target.close();
    }
  });
}

/** Bytes of a file on their way into another. */
export interface CopyTask extends Span {
  readonly source: SharedBytes;
  readonly path: string;
  /** Where the first byte goes. */
  readonly at: number;
}

/** Copies a span of bytes into a file that is there. */
export function copySpan({ source, path, at, ...span }: CopyTask, context: TaskContext): Promise<void> {
  return holdingBytes(async () => {
    const bytes = openBytes(source);
    const fd = files.open(path, "r+");
    try {
      for (const { from, to } of pieces(span, 1)) {
        if (context.stopped) return;
        files.write(fd, bytes.subarray(from, to), at + from, path);
      }
    } finally {
      files.close(fd);
    }
  });
}

function* pieces({ from, to }: Span, rowBytes: number): Generator<Span> {
  const step = Math.max(1, Math.floor(PIECE / Math.max(rowBytes, 1)));
  for (let at = from; at < to; at += step) yield { from: at, to: Math.min(at + step, to) };
}

/** @throws CastError where kinds do not go together */
function conversionBetween(from: DType, to: DType, casting: Casting): Conversion {
  const conversion = conversionOf(from, to, casting);
  if (typeof conversion === "string") throw new CastError(conversion);
  return conversion;
}

/** A column's file, and the rows that are being made for it. */
class Target {
  readonly rowBytes: number;
  readonly #source: Strided;
  readonly #dtype: DType;
  readonly #itemShape: readonly number[];
  readonly #store: Conversion["store"];
  readonly #file: FileBytes;
  readonly #fd: number;
  #block: Strided | undefined;

  /** @throws StaleError where the file is another one by now */
  constructor({ from, to, descr, itemShape }: ColumnTask, casting: Casting) {
    this.#source = openArray(from);
    this.#dtype = dtypeFromDescr(descr);
    this.#itemShape = itemShape;
    this.rowBytes = sizeOf(itemShape) * this.#dtype.itemsize;
    this.#store = conversionBetween(this.#source.dtype, this.#dtype, casting).store;
    this.#file = to;
    this.#fd = openSame(to);
  }

  /** Makes rows. @returns the copies that are still to be made of them */
  gather(from: number, to: number): Copy[] {
    const rows = to - from;
    if (this.#block?.layout.shape[0] !== rows) this.#block = zeros(this.#dtype, [rows, ...this.#itemShape]);
    const copy: Copy = [someRows(this.#source, from, to), this.#block];
    if (this.#store === copyElements) return [copy];
    this.#store(...copy);
    return [];
  }

  write(from: number, to: number): void {
    const { path, offset } = this.#file;
    const { rowBytes } = this;
    if (this.#block === undefined) return;
    const bytes = this.#block.bytes.subarray(0, (to - from) * rowBytes);
    files.write(this.#fd, bytes, offset + from * rowBytes, path);
  }

  close(): void {
    files.close(this.#fd);
  }
}

function openSame({ path, identity, offset, length }: FileBytes): number {
  const fd = files.open(path, "r+");
  const stat = files.stat(fd, path);
  if (isSameFile(identityOf(stat), identity) && stat.size >= offset + length) return fd;
  files.close(fd);
  throw new StaleError(`${path}: the file was replaced while it was to be stored into`, { path });
}
