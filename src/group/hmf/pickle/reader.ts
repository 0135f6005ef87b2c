import { FormatError } from "../../../errors.js";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The bytes of a pickle, one after another. Nothing is read, and nothing allocated, beyond those that are there. */
export class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Its file, for messages. */
  readonly path: string;
  #at = 0;

  constructor(bytes: Uint8Array, path: string) {
    // Of a Buffer, parts would be Buffers too.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.path = path;
  }

  /** Where the next byte is. */
  get at(): number {
    return this.#at;
  }

  /** Bytes that are left. */
  get rest(): number {
    return this.#bytes.length - this.#at;
  }

  /** @throws FormatError that says where in the pickle it is. */
  readonly fail: (problem: string, cause?: unknown) => never = (problem, cause) => {
    throw new FormatError(`${this.path}: ${problem} (before byte ${this.#at} of the pickle)`, {
      path: this.path,
      cause,
    });
  };

  /** Steps over `length` bytes; where they began. */
  #take(length: number): number {
    if (length > this.rest) this.fail(`the pickle ends too early: ${length} bytes are said to follow`);
    const start = this.#at;
    this.#at += length;
    return start;
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  /** A length in eight bytes, which is within the file. */
  length64(): number {
    const length = this.#view.getBigUint64(this.#take(8), true);
    if (length > BigInt(this.rest))
      this.fail(`the pickle ends too early: ${length} bytes are said to follow`);
    return Number(length);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  /** A view, without copying. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** @throws FormatError where the bytes are no UTF-8 */
  text(length: number): string {
    const bytes = this.bytes(length);
    try {
      return UTF8.decode(bytes);
    } catch (cause) {
      return this.fail("text is not UTF-8", cause);
    }
  }

  /** The text up to the end of its line. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at);
    if (end === -1) this.fail("a line has no end");
    const text = this.text(end - this.#at);
    this.#at += 1;
    return text;
  }

  /** A whole number in two's complement, the lowest byte first. */
  integer(length: number): bigint {
    const bytes = this.bytes(length);
    if (length === 0) return 0n;
    const hex = Buffer.from(bytes).reverse().toString("hex");
    return BigInt.asIntN(8 * length, BigInt(`0x${hex}`));
  }
}
