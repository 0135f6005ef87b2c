import { denseLayout } from "../../array/index.js";
import type { Files } from "../../platform/files.js";
import { type ColumnState, type JsonValue, shapeOf } from "../../store/index.js";
import { readExactly } from "./positioned-read.js";
import { readRegion } from "./read-region.js";
import type { Box, ServedAttribute, ServedDataset, ServedElement, ServedItems } from "./served.js";
import { attributesOf } from "./store-attributes.js";
import type { Descriptor, Descriptors } from "./store-descriptors.js";

/** An array of a store, read by its file's descriptor. */
export class StoreDataset implements ServedDataset {
  readonly kind = "dataset";
  readonly path: string;
  readonly element: ServedElement;
  readonly shape: readonly number[];
  readonly #column: ColumnState;
  readonly #descriptors: Descriptors;
  readonly #files: Files;
  readonly #strides: readonly number[];
  /** Whether elements lie in the order of C. */
  readonly #isFlat: boolean;
  #attributes: readonly ServedAttribute[] | undefined;

  constructor(path: string, column: ColumnState, descriptors: Descriptors, files: Files) {
    const { dtype, fortran } = column;
    this.path = path;
    this.element = { kind: "fixed", dtype };
    this.shape = shapeOf(column);
    this.#column = column;
    this.#descriptors = descriptors;
    this.#files = files;
    this.#strides = denseLayout(this.shape, dtype.itemsize, fortran).strides;
    this.#isFlat = !fortran;
  }

  get attr(): JsonValue | undefined {
    return this.#column.attr ?? undefined;
  }

  attributes(): readonly ServedAttribute[] {
    this.#attributes ??= attributesOf(this.#column.attr);
    return this.#attributes;
  }

  readBox({ start, count }: Box, target: Uint8Array): undefined | Promise<void> {
    if (target.length === 0) return undefined;
    let offset = this.#column.dataOffset;
    // Flat are whole rows of the inner axes, and of all axes before the first one that is not whole a single position.
    let isFlat = this.#isFlat;
    let isWhole = true;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      offset += (start[axis] ?? 0) * (this.#strides[axis] ?? 0);
      if (!isWhole && count[axis] !== 1) isFlat = false;
      if (count[axis] !== this.shape[axis]) isWhole = false;
    }
    const descriptor = this.#descriptors.acquire(this.#column);
    let reading: Promise<void> | undefined;
    try {
      reading = isFlat
        ? readExactly(descriptor, target, offset, this.#files)
        : readRegion(
            descriptor,
            this.#column.dtype,
            { shape: count, strides: this.#strides, offset },
            target,
            this.#files,
          );
    } finally {
      if (reading === undefined) this.#descriptors.release(descriptor);
    }
    return reading === undefined ? undefined : this.#finish(reading, descriptor);
  }

  async #finish(reading: Promise<void>, descriptor: Descriptor): Promise<void> {
    try {
      await reading;
    } finally {
      this.#descriptors.release(descriptor);
    }
  }

  /** Elements of stores are all of a fixed size. */
  readItems({ count }: Box): Promise<ServedItems> {
    return Promise.resolve({ shape: count, items: [] });
  }
}
