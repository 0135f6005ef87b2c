import type { DType } from "../../src/index.js";
import { seed } from "./support.js";
import type { Wire } from "./wire.js";

/** Letters of one to four bytes in UTF-8, a combining accent, a joiner and a character beyond 16 bits among them. */
const LETTERS = Array.from("abcXYZ 019~\"'\\\nßéñ\u0301\u200dΩж中文\uffee🙂𝔘\u{10fffd}");

/** Random elements of any dtype, as wires; one stream for each title and seed of a run. */
export class Random {
  #state: number;

  constructor(title: string) {
    this.#state = seed;
    for (const letter of title)
      this.#state = Math.imul(this.#state ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  }

  /** 32 bits: a counter, stirred. */
  bits(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** A whole number from 0 to below a limit. */
  below(limit: number): number {
    return this.bits() % limit;
  }

  #bigBits(): bigint {
    return (BigInt(this.bits()) << 32n) | BigInt(this.bits());
  }

  /** So many elements. */
  wires(dtype: DType, count: number): Wire[] {
    return Array.from({ length: count }, () => this.wire(dtype));
  }

  /** One element. */
  wire(dtype: DType): Wire {
    const { kind, itemsize, width, fields } = dtype;
    if (fields !== undefined) {
      return fields.map(({ dtype: inner, shape }) =>
        shape.length === 0
          ? this.wire(inner)
          : this.wires(
              inner,
              shape.reduce((size, axis) => size * axis, 1),
            ),
      );
    }
    switch (kind) {
      case "b":
        return this.below(2) === 1;
      case "i":
        return String(BigInt.asIntN(itemsize * 8, this.#bigBits()));
      case "u":
        return String(BigInt.asUintN(itemsize * 8, this.#bigBits()));
      case "f":
        return this.#float(itemsize);
      case "c":
        return [this.#float(itemsize / 2), this.#float(itemsize / 2)];
      case "S":
        return Buffer.from(this.#text(width, (letter) => Buffer.byteLength(letter))).toString("hex");
      case "U":
        return this.#text(width, () => 1);
      case "M":
      case "m":
        return this.below(8) === 0 ? null : String(BigInt.asIntN(64, this.#bigBits()));
      case "V":
        return Array.from({ length: itemsize }, () => this.below(256).toString(16).padStart(2, "0")).join("");
      default:
        return kind satisfies never;
    }
  }

  /** A float that `itemsize` bytes hold exactly; or NaN. */
  #float(itemsize: number): string {
    const view = new DataView(new ArrayBuffer(8));
    if (itemsize === 8) view.setBigUint64(0, this.#bigBits());
    else if (itemsize === 4) {
      view.setUint32(0, this.bits());
      view.setFloat64(0, view.getFloat32(0));
    } else {
      // Eleven bits of a whole number, anywhere among the halves' powers of two, subnormals too.
      const sign = this.below(2) === 1 ? -1 : 1;
      view.setFloat64(0, sign * this.below(2048) * 2 ** (this.below(30) - 24));
    }
    return Number.isNaN(view.getFloat64(0)) ? "nan" : view.getBigUint64(0).toString(16).padStart(16, "0");
  }

  #text(room: number, sizeOf: (letter: string) => number): string {
    let text = "";
    let left = this.below(4) === 0 ? room : this.below(room + 1);
    while (left > 0) {
      const letter = LETTERS[this.below(LETTERS.length)] ?? "a";
      left -= sizeOf(letter);
      if (left >= 0) text += letter;
    }
    return text;
  }
}
