import type { DType } from "../dtype/index.js";
import { type Access, accessTo } from "./access.js";
import { positionOf, resolveIndex } from "./slice.js";
import type { Strided } from "./strided.js";

/** The elements of an array at one moment, each by one index for each axis. Nothing is allocated for reading one. */
export class SingleElements {
  readonly #access: Access;
  readonly #shape: readonly number[];
  /** Asked for its name when a message needs it: columns are renamed. */
  readonly #owner: { readonly label: string };
  // In steps of the access: the first element, and the way from one to the next along each axis.
  readonly #first: number;
  readonly #steps: readonly number[];
  // Of the first axis, which for most arrays is the only one.
  readonly #length: number;
  readonly #step: number;

  constructor({ dtype, layout, bytes }: Strided, owner: { readonly label: string }) {
    const { shape, strides, offset } = layout;
    this.#access = accessTo(
      dtype,
      bytes,
      isWhole(dtype, offset) && strides.every((stride) => isWhole(dtype, stride)),
    );
    const { unit } = this.#access;
    this.#shape = shape;
    this.#owner = owner;
    this.#first = offset / unit;
    this.#steps = strides.map((stride) => stride / unit);
    this.#length = shape[0] ?? 0;
    this.#step = this.#steps[0] ?? 0;
  }

  /** An element of an array with one axis. @throws IndexError */
  get(row: number): unknown {
    return this.#access.get(this.#row(row));
  }

  /** Stores an element of an array with one axis, or says why not. @throws IndexError */
  put(row: number, value: unknown): string | undefined {
    return this.#access.put(this.#row(row), value);
  }

  /** @param index as many as there are axes @throws IndexError */
  getAt(index: ArrayLike<unknown>): unknown {
    return this.#access.get(this.#place(index));
  }

  /** @param index as many as there are axes @throws IndexError */
  putAt(index: ArrayLike<unknown>, value: unknown): string | undefined {
    return this.#access.put(this.#place(index), value);
  }

  #row(row: number): number {
    const at = positionOf(row, this.#length);
    if (at < 0) resolveIndex(row, this.#length, this.#owner.label);
    return this.#first + at * this.#step;
  }

  #place(index: ArrayLike<unknown>): number {
    let place = this.#first;
    for (let axis = 0; axis < this.#shape.length; axis++) {
      const at = positionOf(index[axis], this.#shape[axis]);
      if (at < 0) resolveIndex(index[axis], this.#shape[axis], `axis ${axis}`);
      place += at * this.#steps[axis];
    }
    return place;
  }
}

function isWhole({ itemsize }: DType, bytes: number): boolean {
  return bytes % itemsize === 0;
}
