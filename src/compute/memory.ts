/**
 * A piece of memory as a mover of elements sees it: as bytes, as words wherever they stand, and as aligned
 * units where it starts at one. The views are made when first asked for, and hold whole units only.
 */
export class Memory {
  readonly bytes: Uint8Array;
  /** Asked of the array once: its accessors cost more than a short loop. */
  readonly #start: number;
  #view: DataView | undefined;
  #shorts: Uint16Array | undefined;
  #words: Int32Array | undefined;
  #longs: BigUint64Array | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#start = bytes.byteOffset;
  }

  get view(): DataView {
    this.#view ??= new DataView(this.bytes.buffer, this.#start, this.bytes.byteLength);
    return this.#view;
  }

  get shorts(): Uint16Array {
    this.#shorts ??= new Uint16Array(this.bytes.buffer, this.#start, this.#units(2));
    return this.#shorts;
  }

  get words(): Int32Array {
    this.#words ??= new Int32Array(this.bytes.buffer, this.#start, this.#units(4));
    return this.#words;
  }

  /** As bigints, which are moved bit for bit: a float64 register may change a signalling NaN. */
  get longs(): BigUint64Array {
    this.#longs ??= new BigUint64Array(this.bytes.buffer, this.#start, this.#units(8));
    return this.#longs;
  }

  #units(size: number): number {
    return Math.floor(this.bytes.byteLength / size);
  }

  /** Whether elements at this offset and stride, in bytes, stand at multiples of `size` (a power of two). */
  isAligned(offset: number, stride: number, size: number): boolean {
    return ((this.#start | offset | stride) & (size - 1)) === 0;
  }
}
