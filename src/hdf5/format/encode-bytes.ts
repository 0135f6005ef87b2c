/** What stands for no address. */
export const UNDEFINED_ADDRESS = 0xffff_ffff_ffff_ffffn;

/** The smallest multiple of `unit` that is not below `length`. */
export function alignedTo(length: number, unit: number): number {
  return Math.ceil(length / unit) * unit;
}

/** Bytes that grow as numbers and text are added to them: little-endian, as all metadata of HDF5. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /** @param capacity how many bytes there will be, if that is known */
  constructor(capacity = 64) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes that were added. */
  get length(): number {
    return this.#length;
  }

  /** Makes room. @returns where the next bytes go */
  #room(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return at;
  }

  u8(...values: readonly number[]): this {
    for (const value of values) {
      const at = this.#room(1);
      this.#view.setUint8(at, value);
    }
    return this;
  }

  u16(value: number): this {
    const at = this.#room(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  u64(value: number | bigint): this {
    const at = this.#room(8);
    this.#view.setBigUint64(at, BigInt(value), true);
    return this;
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes. */
  unsigned(value: number, size: number): this {
    if (size === 8) return this.u64(value);
    if (size === 4) return this.u32(value);
    return size === 2 ? this.u16(value) : this.u8(value);
  }

  bytes(bytes: Uint8Array): this {
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  zeros(count: number): this {
    this.#room(count);
    return this;
  }

  /** Text in ASCII or UTF-8, and the NUL that ends it. */
  text(text: string): this {
    return this.bytes(Buffer.from(text)).zeros(1);
  }

  /** Zeros up to a multiple of `unit`. */
  align(unit: number): this {
    return this.zeros(alignedTo(this.#length, unit) - this.#length);
  }

  /** What was added: a view, until more is. */
  done(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
}
