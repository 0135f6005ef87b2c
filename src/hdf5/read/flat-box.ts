import { copyElements, denseLayout } from "../../array/index.js";
import { copyStrided } from "../../compute/index.js";
import type { DType } from "../../dtype/index.js";
import { turn } from "../../platform/turns.js";

/** A box of an array: of each axis where it begins, and how long it is. */
export interface Box {
  readonly start: readonly number[];
  readonly count: readonly number[];
}

/** The bytes of an open file. */
export interface ByteSource {
  /** The path of the file, for messages. */
  readonly path: string;
  /** Stands for one state of the file in keys. */
  readonly key: string;
  /**
   * Reads until the memory is full; what is small at once, and then nothing is returned.
   *
   * @throws CorruptError where the file ends before; DiskError
   */
  read(into: Uint8Array, at: number): void | Promise<void>;
}

/** Elements that lie in a file one after another in the order of C. */
export interface FlatArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Where the first one is. */
  readonly offset: number;
}

/** What lies between is read along where that is less than another call of the system would cost. */
const GAP_BYTES = 1 << 12;
/** Bytes that are read at once for parts of them. */
const SPAN_BYTES = 1 << 19;
/** Reads of which others wait for the end. */
const MOST_READS = 64;

/** Bytes to be read, and what is done with them then. */
interface Step {
  readonly at: number;
  readonly into: Uint8Array;
  readonly place?: () => void;
}

/**
 * Reads the elements of a box one after another.
 *
 * @param target of as many bytes
 * @returns nothing where all of it was read at once
 * @throws CorruptError, DiskError
 */
export function readFlatBox(
  source: ByteSource,
  array: FlatArray,
  box: Box,
  target: Uint8Array,
): void | Promise<void> {
  return run(source, new FlatBox(array, box, target).steps(), 0);
}

function run(source: ByteSource, steps: Generator<Step>, done: number): void | Promise<void> {
  let reads = done;
  for (let next = steps.next(); next.done !== true; next = steps.next()) {
    const { value: step } = next;
    reads += 1;
    const waiting = source.read(step.into, step.at) ?? (reads % MOST_READS === 0 ? turn() : undefined);
    if (waiting !== undefined) {
      return waiting.then(() => {
        step.place?.();
        return run(source, steps, reads);
      });
    }
    step.place?.();
  }
}

class FlatBox {
  readonly #array: FlatArray;
  readonly #box: Box;
  readonly #target: Uint8Array;
  /** Of each axis, bytes from one position to the next. */
  readonly #strides: number[] = [];
  /** Bytes of the box along the axes from each one on, and from its first to its last byte. */
  readonly #dense: number[] = [];
  readonly #span: number[] = [];
  #scratch: Uint8Array | undefined;

  constructor(array: FlatArray, box: Box, target: Uint8Array) {
    this.#array = array;
    this.#box = box;
    this.#target = target;
    const {
      shape,
      dtype: { itemsize },
    } = array;
    let stride = itemsize;
    let dense = itemsize;
    let span = itemsize;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const count = box.count[axis] ?? 1;
      this.#strides[axis] = stride;
      span += (count - 1) * stride;
      dense *= count;
      this.#dense[axis] = dense;
      this.#span[axis] = span;
      stride *= shape[axis] ?? 1;
    }
  }

  *steps(): Generator<Step> {
    const { offset } = this.#array;
    const at = this.#box.start.reduce((sum, start, axis) => sum + start * (this.#strides[axis] ?? 0), offset);
    if (this.#target.length > 0) yield* this.#from(0, at, 0);
  }

  /** The part of the box along the axes from `axis` on, which begins at a byte of the file, and at one of the target. */
  *#from(axis: number, at: number, to: number): Generator<Step> {
    const { itemsize } = this.#array.dtype;
    const dense = this.#dense[axis] ?? itemsize;
    if ((this.#span[axis] ?? itemsize) === dense) {
      yield { at, into: this.#target.subarray(to, to + dense) };
      return;
    }
    const count = this.#box.count[axis] ?? 1;
    const stride = this.#strides[axis] ?? 0;
    const inner = this.#dense[axis + 1] ?? itemsize;
    const span = this.#span[axis + 1] ?? itemsize;
    const isNear = stride <= inner + GAP_BYTES && span + stride <= SPAN_BYTES;
    const together = isNear ? Math.floor((SPAN_BYTES - span) / stride) + 1 : 1;
    if (together < 2) {
      for (let i = 0; i < count; i++) yield* this.#from(axis + 1, at + i * stride, to + i * inner);
      return;
    }
    for (let i = 0; i < count; i += together) {
      yield this.#comb(axis, at + i * stride, to + i * inner, Math.min(together, count - i));
    }
  }

  /** So many positions along an axis, read together with what lies between their elements. */
  #comb(axis: number, at: number, to: number, count: number): Step {
    const { dtype } = this.#array;
    const stride = this.#strides[axis] ?? 0;
    const span = this.#span[axis + 1] ?? dtype.itemsize;
    const inner = this.#dense[axis + 1] ?? dtype.itemsize;
    const length = (count - 1) * stride + span;
    if (this.#scratch === undefined || this.#scratch.length < length) this.#scratch = new Uint8Array(length);
    const into = this.#scratch.subarray(0, length);
    const shape = [count, ...this.#box.count.slice(axis + 1)];
    const place = () => {
      if (span === inner) {
        copyStrided(into, 0, stride, this.#target, to, inner, inner, count);
        return;
      }
      const from = { dtype, bytes: into, layout: { shape, strides: this.#strides.slice(axis), offset: 0 } };
      const dense = denseLayout(shape, dtype.itemsize);
      copyElements(from, { dtype, bytes: this.#target, layout: { ...dense, offset: to } });
    };
    return { at, into, place };
  }
}
