import { type DType, sizeOf } from "../../dtype/index.js";
import { CorruptError, isMemmapError, StaleError } from "../../errors.js";
import type { ObjectRequests, RequestOptions, SliceExpectation, SliceQuery } from "../requests.js";
import {
  type AxisSelection,
  isWireArray,
  isWireTexts,
  resultShape,
  type WireArray,
  type WireTexts,
} from "../wire/index.js";
import { pieces, type RequestLimits } from "./pieces.js";
import { Tally } from "./tally.js";

/** How often what was read in several requests is read anew because the file became another one meanwhile. */
const RESTARTS = 3;
/** Bytes that a text or list is taken to have when a request is made for some; they may have as many times more. */
const ITEM_BYTES = 64;
const ITEM_ALLOWANCE = 4;

/** What is read, as messages call it, and the version of the file that is known of it. */
export interface Readable {
  readonly requests: ObjectRequests;
  readonly label: string;
  /** The version that its description is of, where there is one and the server tells. */
  readonly etag?: string | undefined;
  /** Asks for the description of the version that there is now. @throws StaleError where what is read is not in it any more */
  readonly renew?: ((signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

/** A dataset as requests name it. */
export interface Origin extends Readable {
  /** The path of the file. */
  readonly file: string;
  readonly object: string;
  readonly limits: RequestLimits;
}

/** Options of a reading. */
export interface FetchOptions extends RequestOptions {
  /** The version that all requests must find; the one that the first of them finds when left out. */
  readonly ifMatch?: string | undefined;
  /** @internal The transfer that it is part of; one of its own when left out. */
  readonly tally?: Tally | undefined;
}

/** Elements of a fixed size. */
export interface Fetched {
  readonly bytes: Uint8Array;
  /** The version of the file that they are of, where the server tells. */
  readonly etag: string | undefined;
}

/** What one element is: its dtype, and its shape where it is an array itself. */
export interface Element {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/**
 * Reads a box of elements, in C order, in as many requests as it takes; all of them find one version of the file.
 *
 * @param into as many bytes as they have; what it holds after an error is anything
 * @throws StaleError where the file goes on changing, or is not of the version that was asked for
 */
export function fetchBox(
  origin: Origin,
  box: readonly AxisSelection[],
  { dtype, shape: inner }: Element,
  into: Uint8Array,
  options: FetchOptions = {},
): Promise<Fetched> {
  const itemsize = dtype.itemsize * sizeOf(inner);
  const read = async (version: Version): Promise<Fetched> => {
    let at = 0;
    for (const slice of pieces(box, itemsize, origin.limits)) {
      const shape = [...resultShape(slice), ...inner];
      const part = into.subarray(at, at + sizeOf(shape) * dtype.itemsize);
      const request = { object: origin.object, slice };
      const array = await version.ask(origin, request, { dtype, shape, into: part });
      // A connection that has its own memory for what it reads gives that.
      if (array.bytes.buffer !== part.buffer) part.set(array.bytes);
      at += part.length;
    }
    return { bytes: into, etag: version.etag };
  };
  return pinned(origin, options, read, into.length);
}

/** Texts or lists of a box, in C order. */
export interface FetchedItems {
  readonly items: readonly (string | WireArray)[];
  readonly etag: string | undefined;
}

/** The same of texts and lists, whose sizes nobody knows before. @throws LimitError */
export function fetchItems(
  origin: Origin,
  box: readonly AxisSelection[],
  options: FetchOptions = {},
): Promise<FetchedItems> {
  const limit = origin.limits.maxBytes * ITEM_ALLOWANCE;
  return pinned(origin, options, async (version) => {
    const items: (string | WireArray)[] = [];
    const read = async (slice: readonly AxisSelection[]): Promise<void> => {
      const shape = resultShape(slice);
      const count = sizeOf(shape);
      try {
        const request = { object: origin.object, slice };
        const array = await version.request(origin, request, { expected: { shape }, limit });
        if (!isWireTexts(array) || array.items.length !== count) {
          throw new CorruptError(`${origin.label}: the answer is not the ${count} texts or lists asked for`);
        }
        for (const item of array.items) items.push(item);
      } catch (error) {
        if (count < 2 || !isMemmapError(error, "LIMIT")) throw error;
        // They are longer than was thought: half of them at a time.
        const { maxBytes } = origin.limits;
        for (const half of pieces(slice, (2 * maxBytes) / count, origin.limits)) await read(half);
      }
    };
    for (const slice of pieces(box, ITEM_BYTES, origin.limits)) await read(slice);
    return { items, etag: version.etag };
  });
}

/** What an answer of a fixed size is to be. */
interface Expected {
  readonly dtype: DType;
  /** Undefined where only the server knows it. */
  readonly shape?: readonly number[] | undefined;
  readonly into?: Uint8Array | undefined;
  readonly limit?: number | undefined;
}

/** The version that the requests of one reading are pinned to. */
export class Version {
  readonly #options: FetchOptions;
  readonly #tally: Tally;
  readonly #label: string;
  #etag: string | undefined;

  constructor(options: FetchOptions, tally: Tally, label: string) {
    this.#options = options;
    this.#tally = tally;
    this.#label = label;
    this.#etag = options.ifMatch;
  }

  get etag(): string | undefined {
    return this.#etag;
  }

  /** Options of a reading that is part of this one. */
  get options(): FetchOptions {
    return { ...this.#options, ifMatch: this.#etag, tally: this.#tally };
  }

  /** Takes up the version of an answer. @throws StaleError for another than that of the answers before */
  note(etag: string | undefined): void {
    // Not every server heeds what a request asks for.
    if (etag !== undefined && this.#etag !== undefined && etag !== this.#etag) {
      throw new StaleError(`${this.#label} is another by now`);
    }
    this.#etag ??= etag;
  }

  /** One request. */
  async request(
    { requests, file, label }: Pick<Origin, "requests" | "file" | "label">,
    query: SliceQuery,
    expectation: Omit<SliceExpectation, "ifMatch">,
  ): Promise<WireArray | WireTexts> {
    const options = { label, signal: this.#options.signal, ...this.#tally.part() };
    const expected = { ...expectation, ifMatch: this.#etag };
    const { array, etag } = await requests.requestSlice(file, query, expected, options);
    this.note(etag);
    return array;
  }

  /** One request for elements of a fixed size. */
  async ask(
    origin: Pick<Origin, "requests" | "file" | "label">,
    query: SliceQuery,
    { dtype, shape, into, limit = into?.length ?? 0 }: Expected,
  ): Promise<WireArray> {
    const array = await this.request(origin, query, { expected: { shape, dtype }, into, limit });
    const isRight =
      isWireArray(array) &&
      array.dtype?.equals(dtype) &&
      (into?.length ?? array.bytes.length) === array.bytes.length;
    if (isRight) return array;
    throw new CorruptError(`${origin.label}: the answer is not the ${dtype} asked for`);
  }
}

/**
 * Does a reading of several requests, as one transfer: all of one version of the file, and again where the file became another
 * one meanwhile.
 *
 * @param total bytes of all requests, where that is known
 */
export async function pinned<T>(
  readable: Readable,
  options: FetchOptions,
  read: (version: Version) => Promise<T>,
  total?: number,
): Promise<T> {
  const { ifMatch, signal } = options;
  const label = options.label ?? readable.label;
  const tally = options.tally ?? new Tally(readable.requests, label, options, total);
  try {
    for (let restarts = 0; ; restarts++) {
      try {
        return await read(new Version({ ...options, ifMatch: ifMatch ?? readable.etag }, tally, label));
      } catch (error) {
        // What is asked for was judged by the description: if it is not there, that is of another version.
        const isOther = isMemmapError(error, "STALE") || isMemmapError(error, "INDEX");
        if (ifMatch !== undefined || !isOther || restarts === RESTARTS) throw error;
      }
      await readable.renew?.(signal);
      tally.restart();
    }
  } finally {
    if (options.tally === undefined) tally.end();
  }
}
