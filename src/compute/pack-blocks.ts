/**
 * Strided copies by the kernels: blocks of rows are copied into their memory, put together or taken apart there, and copied out
 * again. Only whole stretches of memory move in and out, each byte of them once; what is mapped in the kernels' memory stays where
 * it is.
 *
 * @module
 */

import { engineFor } from "./few.js";
import { type Engine, SLOT, slot } from "./kernels/engine.js";

/** One copy of many: the arguments of `copyStrided`. */
export interface StridedCopy {
  readonly src: Uint8Array;
  readonly srcOffset: number;
  readonly srcStride: number;
  readonly dst: Uint8Array;
  readonly dstOffset: number;
  readonly dstStride: number;
  readonly itemsize: number;
}

/** Below so many bytes in all, plain loops are done before the kernels are ready. */
const WORTH = 1 << 13;

/** Bytes of a block, on both sides together: with them, what else is in the second cache stays there. */
const BLOCK_BYTES = 2 * SLOT;

/** Bytes of the rows that take turns, on both sides together: what the first cache holds. */
const TURN_BYTES = 1 << 14;

/** Blocks of fewer rows cost more calls than they save. */
const LEAST_ROWS = 128;

/** Elements farther apart are in cache lines of their own: what lies between them would be copied in vain. */
const LINE = 64;

/** Longer elements are moved one by one. */
const LONGEST = 256;

/** Numbers of 32 bits that say what one copy is. */
const WORDS = 5;

/** The elements of one side of a copy, by bytes of its buffer. */
interface Part {
  readonly copy: StridedCopy;
  readonly buffer: ArrayBufferLike;
  readonly from: number;
  readonly stride: number;
}

/** Parts that lie side by side in the same rows. */
interface Window {
  readonly buffer: ArrayBufferLike;
  readonly stride: number;
  /** Of the first row, its first byte in the buffer, and the one behind its last. */
  readonly from: number;
  to: number;
  /** Bytes that are of a part, in each row. */
  used: number;
  readonly parts: Part[];
}

/** Makes those of the copies, of `count` elements each, that the kernels make faster, and returns the others. */
export function copyByKernels(copies: readonly StridedCopy[], count: number): readonly StridedCopy[] {
  const total = copies.reduce((sum, { itemsize }) => sum + itemsize, 0) * count;
  if (total < WORTH) return copies;
  // The longest elements gain most by staying where they are.
  const sides = copies.toSorted((a, b) => b.itemsize - a.itemsize).flatMap(({ src, dst }) => [src, dst]);
  const kernels = engineFor(total, ...sides);
  if (kernels === undefined) return copies;
  const near = windowsOf(copies.filter(isForward), sourceOf).filter(
    ({ stride, used }) => stride <= Math.max(LINE, 2 * used),
  );
  // What lies between the elements of a destination may be changed by others meanwhile.
  const targets = windowsOf(copiesOf(near), targetOf).filter(({ stride, used }) => stride === used);
  const made = copiesOf(targets);
  const sources = windowsOf(made, sourceOf);
  const list = aligned(made.length * WORDS * 4);
  const rowBytes = [...sources, ...targets].reduce((sum, { stride }) => sum + stride, 0);
  const room = BLOCK_BYTES - list - (sources.length + targets.length) * LINE;
  const rows = Math.min(count, Math.floor(room / rowBytes));
  if (made.length === 0 || rows < Math.min(LEAST_ROWS, count)) return copies;
  copyBlocks(kernels, { made, sources, targets, rows, list, rowBytes }, count);
  const isMade = new Set(made);
  return copies.filter((copy) => !isMade.has(copy));
}

function isForward({ srcStride, dstStride, itemsize }: StridedCopy): boolean {
  return srcStride >= itemsize && dstStride >= itemsize && itemsize > 0 && itemsize < LONGEST;
}

function sourceOf(copy: StridedCopy): Part {
  const { src, srcOffset, srcStride } = copy;
  return { copy, buffer: src.buffer, from: src.byteOffset + srcOffset, stride: srcStride };
}

function targetOf(copy: StridedCopy): Part {
  const { dst, dstOffset, dstStride } = copy;
  return { copy, buffer: dst.buffer, from: dst.byteOffset + dstOffset, stride: dstStride };
}

function copiesOf(windows: readonly Window[]): StridedCopy[] {
  return windows.flatMap(({ parts }) => parts.map(({ copy }) => copy));
}

/** One side of the copies, those of one row together. */
function windowsOf(copies: readonly StridedCopy[], sideOf: (copy: StridedCopy) => Part): Window[] {
  const open = new Map<ArrayBufferLike, Map<number, Window>>();
  const windows: Window[] = [];
  for (const part of copies.map(sideOf).sort((a, b) => a.from - b.from)) {
    const { buffer, stride, from, copy } = part;
    const to = from + copy.itemsize;
    const known = open.get(buffer) ?? new Map<number, Window>();
    open.set(buffer, known);
    const window = known.get(stride);
    if (window !== undefined && to - window.from <= stride) {
      window.used += Math.max(0, to - Math.max(from, window.to));
      window.to = Math.max(to, window.to);
      window.parts.push(part);
    } else {
      const next = { buffer, stride, from, to, used: copy.itemsize, parts: [part] };
      known.set(stride, next);
      windows.push(next);
    }
  }
  return windows;
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / LINE) * LINE;
}

/** What {@link copyBlocks} does. */
interface Plan {
  readonly made: readonly StridedCopy[];
  readonly sources: readonly Window[];
  readonly targets: readonly Window[];
  /** Rows of a block. */
  readonly rows: number;
  /** Bytes of the list of copies. */
  readonly list: number;
  readonly rowBytes: number;
}

/** One side of the copies in the kernels' memory. */
interface Placed {
  readonly window: Window;
  /** Where its first row is, or the first one of each block. */
  readonly at: number;
  /** Whether it is mapped there, all of its rows. */
  readonly isMapped: boolean;
}

function copyBlocks(
  running: Engine,
  { made, sources, targets, rows, list, rowBytes }: Plan,
  count: number,
): void {
  const { kernels, bytes } = running;
  const start = slot(0);
  let free = start + list;
  const place = (window: Window): Placed => {
    const base = running.addressOf(window.buffer);
    if (base !== undefined) return { window, at: base + window.from, isMapped: true };
    const at = free;
    free += aligned(rows * window.stride);
    return { window, at, isMapped: false };
  };
  const [placedSources, placedTargets] = [sources.map(place), targets.map(place)];
  const words = new Int32Array(bytes.buffer, start, made.length * WORDS);
  const index = new Map(made.map((copy, i) => [copy, i * WORDS]));
  for (const [i, { itemsize }] of made.entries()) words[i * WORDS + 4] = itemsize;
  const turn = Math.max(16, Math.floor(TURN_BYTES / rowBytes));
  for (let done = 0; done < count; done += rows) {
    const some = Math.min(rows, count - done);
    for (const [side, placed] of [placedSources, placedTargets].entries()) {
      for (const { window, at, isMapped } of placed) {
        const first = isMapped ? at + done * window.stride : at;
        for (const { copy, from } of window.parts) {
          words.set([first + from - window.from, window.stride], (index.get(copy) ?? 0) + 2 * side);
        }
      }
    }
    for (const { window, at, isMapped } of placedSources) {
      if (!isMapped) bytes.set(rowsOf(window, done, some), at);
    }
    kernels.moveTogether(start, made.length, some, turn);
    for (const { window, at, isMapped } of placedTargets) {
      if (isMapped) continue;
      const block = rowsOf(window, done, some);
      block.set(bytes.subarray(at, at + block.length));
    }
  }
}

/** The bytes of some rows, as far as a part has any. */
function rowsOf({ buffer, from, to, stride }: Window, start: number, rows: number): Uint8Array {
  return new Uint8Array(buffer, from + start * stride, (rows - 1) * stride + to - from);
}
