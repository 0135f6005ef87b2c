import { ClosedError } from "../errors.js";
import type { BlockStatistics } from "./statistics.js";

/**
 * Where the bytes of an array live. An array asks for them at each use and never keeps them, so that a column can
 * grow, be deleted or be closed beneath it.
 */
export interface Storage {
  /** Whether assignments are allowed. Checked by the arrays, not by the memory. */
  readonly writable: boolean;
  /** Changes whenever `bytes()` or `byteLength` would answer differently than before, closing included. */
  readonly version: number;
  /** Bytes of data; known without mapping them. @throws ClosedError, NotFoundError as `bytes()` */
  readonly byteLength: number;
  /**
   * The bytes, mapped on first use. The same memory until `version` changes.
   *
   * @throws ClosedError after closing, NotFoundError when the column was deleted, LimitError when they are too many
   */
  bytes(): Uint8Array;
  /**
   * Called before many elements are read or stored: files can be changed by other software.
   *
   * @throws StaleError, CorruptError where the bytes are not those of the file any more
   */
  verify?(): void;
  /** What is known of the elements from the first one on without reading them, where that counts now. */
  statistics?(): BlockStatistics | undefined;
  /** What messages call it: `column "delay"`, `array`. */
  readonly label: string;
  /** The name of the file that the bytes are of, where they are of one. */
  readonly path?: string | undefined;
}

/** Bytes in memory. */
export class MemoryStorage implements Storage {
  readonly version = 0;
  readonly writable: boolean;
  readonly label: string;
  readonly #bytes: Uint8Array;
  readonly #length: number;

  constructor(bytes: Uint8Array, { writable = true, label = "array" } = {}) {
    this.#bytes = bytes;
    this.#length = bytes.length;
    this.writable = writable;
    this.label = label;
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  bytes(): Uint8Array {
    // Of a buffer that was transferred, or unmapped when its table was closed, nothing is left.
    if (this.#bytes.length === this.#length) return this.#bytes;
    throw new ClosedError(
      `${this.label}: its memory is gone: the table that it was of was closed, or its buffer was transferred`,
    );
  }
}
