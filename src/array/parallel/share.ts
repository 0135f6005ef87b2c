import { type Descr, type DType, dtypeFromDescr, sizeOf } from "../../dtype/index.js";
import { ClosedError, LimitError } from "../../errors.js";
import { currentFiles } from "../../platform/files.js";
import { useLargePages } from "../../platform/fresh.js";
import { canLend } from "../../platform/index.js";
import { copyElements } from "../copy.js";
import { denseLayout, extent, type Layout } from "../layout.js";
import {
  countAsGarbage,
  freeLent,
  lendBytes,
  openBytes,
  type SharedBytes,
  shareBytes,
} from "../shared-bytes.js";
import { room, type Strided } from "../strided.js";

/** An array for another thread; a structured clone of it says the same. */
export interface SharedArray {
  readonly descr: Descr;
  readonly layout: Layout;
  readonly bytes: SharedBytes;
}

/**
 * The array, for other threads, which map its file themselves. They do not see what was stored into a file that is open for
 * reading, which stays in this thread's private pages.
 *
 * @param now the name that its file has now, where that is known: `storage.path`
 * @returns undefined where it lies in memory that no other thread can see, or in a file that has another name by now
 * @throws ClosedError where its bytes are no more, since it was looked at before its table was closed
 */
export function shareArray({ dtype, layout, bytes }: Strided, now?: string): SharedArray | undefined {
  if (extent(layout, dtype.itemsize)[1] > bytes.length) {
    throw new ClosedError("the memory of an array is gone: its table was closed, or its column deleted");
  }
  const shared = shareBytes(bytes, currentFiles(), now);
  return shared && { descr: dtype.descr, layout, bytes: shared };
}

/** A copy of the array without gaps, in memory that other threads see: for what is small. @throws LimitError */
export function copyShared(array: Strided): SharedArray {
  const copy = sharedZeros(array.dtype, array.layout.shape);
  copyElements(array, copy);
  const { buffer, byteOffset: offset, length } = copy.bytes;
  return { descr: copy.dtype.descr, layout: copy.layout, bytes: { kind: "memory", buffer, offset, length } };
}

const copies = new WeakSet<SharedBytes>();

/** As {@link copyShared}, for tasks of `inParallel`: in memory that costs less to get, until {@link freeCopy}. @throws LimitError */
export function copyLent(array: Strided): SharedArray {
  const { dtype, layout } = array;
  const copy = canLend() ? room(dtype, layout.shape) : sharedZeros(dtype, layout.shape);
  copyElements(array, copy);
  const shared = lendForTasks(copy);
  copies.add(shared.bytes);
  return shared;
}

/** Frees what {@link copyLent} gave, once no task needs it; nothing for all else. */
export function freeCopy({ bytes }: Pick<SharedArray, "bytes">): void {
  if (copies.has(bytes)) freeLent(bytes);
}

/** As {@link shareArray}, for tasks of `inParallel`: workers let go of memory that threads share as soon as they are done with it. */
export function shareForTasks(array: Strided, now?: string): SharedArray | undefined {
  const shared = shareArray(array, now);
  return shared?.bytes.kind === "memory" ? lendForTasks(array) : shared;
}

/** An array of {@link sharedZeros}, or another one that nobody else has seen, for tasks of `inParallel`. */
export function lendForTasks({ dtype, layout, bytes }: Strided): SharedArray {
  return { descr: dtype.descr, layout, bytes: lendBytes(bytes) };
}

/**
 * The array, in any thread, to be used at once, or within `holdingBytes`: what it maps is let go soon after.
 *
 * @throws StaleError where its file was replaced, CorruptError where it became shorter, DiskError
 */
export function openArray({ descr, layout, bytes }: SharedArray): Strided {
  return { dtype: dtypeFromDescr(descr), layout, bytes: openBytes(bytes) };
}

/** An array in memory that all threads see. */
export interface SharedStrided extends Strided {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
}

/**
 * A new array in C order, all bytes zero, in memory that threads share: it stays where it is, whatever becomes of what shows it, so
 * that workers can fill it, and look at it later.
 *
 * @throws LimitError where there is no memory for it
 */
export function sharedZeros(dtype: DType, shape: readonly number[]): SharedStrided {
  const bytes = new Uint8Array(sharedBuffer(sizeOf(shape) * dtype.itemsize));
  useLargePages(bytes);
  return { dtype, layout: denseLayout(shape, dtype.itemsize), bytes };
}

/** @throws LimitError where there is no memory for it */
export function sharedBuffer(length: number): SharedArrayBuffer {
  try {
    const buffer = new SharedArrayBuffer(length);
    countAsGarbage(buffer);
    return buffer;
  } catch (cause) {
    throw new LimitError(`no memory for ${length} bytes that threads share`, { cause });
  }
}
