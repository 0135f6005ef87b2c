/** Texts in UTF-8, one behind another. */
export interface TextBatch {
  readonly bytes: Uint8Array;
  /** Where each of them ends. */
  readonly ends: Uint32Array;
}

/** Puts texts together. */
export class TextBuilder {
  readonly #ends: Uint32Array;
  #bytes = new Uint8Array(1 << 12);
  #count = 0;
  #end = 0;

  /** @param count how many will come */
  constructor(count: number) {
    this.#ends = new Uint32Array(count);
  }

  /** Adds a part of some bytes. */
  add(from: Uint8Array, start: number, stop: number): void {
    const end = this.#end + stop - start;
    if (end > this.#bytes.length) this.#grow(end);
    const bytes = this.#bytes;
    // A view for each of many short texts would cost more than its bytes.
    for (let i = start, to = this.#end; i < stop; i++, to++) bytes[to] = from[i] ?? 0;
    this.#end = end;
    this.#ends[this.#count] = end;
    this.#count += 1;
  }

  /** Adds all of some bytes. */
  addAll(text: Uint8Array): void {
    this.add(text, 0, text.length);
  }

  #grow(length: number): void {
    const longer = new Uint8Array(Math.max(length, 2 * this.#bytes.length));
    longer.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = longer;
  }

  build(): TextBatch {
    return { bytes: this.#bytes.subarray(0, this.#end), ends: this.#ends };
  }
}
