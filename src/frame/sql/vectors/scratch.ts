/** Memory that is used again and again: what was taken before is overwritten by what is taken next. */
export class Scratch {
  #buffer = new ArrayBuffer(0);

  take(bytes: number): Uint8Array<ArrayBuffer> {
    if (this.#buffer.byteLength < bytes) this.#buffer = new ArrayBuffer(Math.ceil(bytes / 8) * 8);
    return new Uint8Array(this.#buffer, 0, bytes);
  }

  /** As `take`, of numbers. */
  words(count: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.take(count * 4).buffer, 0, count);
  }
}
