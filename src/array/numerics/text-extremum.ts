import { type Extremum, Leading, type NumericArray, type Side, type Units } from "../../compute/index.js";
import { codecOf, type DType } from "../../dtype/index.js";
import { isUnits } from "./reader.js";

/** Whether the `width` units from `at` on come before those of `other` from `otherAt` on. */
function precedes(units: Units, at: number, other: Units, otherAt: number, width: number): boolean {
  for (let k = 0; k < width; k++) {
    const [x, y] = [units[at + k], other[otherAt + k]];
    if (x !== y) return x < y;
  }
  return false;
}

/** The least or greatest string, by code points or bytes, and its first place. */
export class TextExtremum extends Leading<Units, NumericArray> {
  readonly #side: Side;
  readonly #width: number;

  /** @param width units of one element */
  constructor(side: Side, width: number) {
    super();
    this.#side = side;
    this.#width = width;
  }

  protected find(values: NumericArray, start: number, end: number): Extremum<Units> | null {
    if (!isUnits(values) || end <= start) return null;
    const width = this.#width;
    let found = start;
    for (let i = start + 1; i < end; i++) {
      const better =
        this.#side === "min"
          ? precedes(values, i * width, values, found * width, width)
          : precedes(values, found * width, values, i * width, width);
      if (better) found = i;
    }
    return { value: values.slice(found * width, (found + 1) * width), index: found - start };
  }

  protected precedes(value: Units, other: Units): boolean {
    return this.#side === "min"
      ? precedes(value, 0, other, 0, this.#width)
      : precedes(other, 0, value, 0, this.#width);
  }

  protected isMissing(): boolean {
    return false;
  }
}

/** The string that units stand for. @param dtype in this machine's byte order */
export function textOf({ buffer, byteOffset, byteLength }: Units, dtype: DType): unknown {
  return codecOf(dtype).read(new DataView(buffer, byteOffset, byteLength), 0);
}
