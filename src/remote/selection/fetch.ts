import { type DType, sizeOf } from "../../dtype/index.js";
import { CorruptError, isMemmapError } from "../../errors.js";
import type { ObjectRequests, RequestOptions, SliceQuery } from "../requests.js";
import { type AxisSelection, isWireArray, isWireTexts, resultShape, type WireArray } from "../wire/index.js";
import { pieces, type RequestLimits } from "./pieces.js";

/** How often what was read in several requests is read anew because the file became another one meanwhile. */
const RESTARTS = 3;
/** Bytes that a text or list is taken to have when a request is made for some; they may have as many times more. */
const ITEM_BYTES = 64;
const ITEM_ALLOWANCE = 4;

/** A dataset as requests name it. */
export interface Origin {
  readonly requests: ObjectRequests;
  /** The path of the file. */
  readonly file: string;
  readonly object: string;
  /** What messages call it. */
  readonly label: string;
  readonly limits: RequestLimits;
}

/** Options of a reading. */
export interface FetchOptions extends RequestOptions {
  /** The version that all requests must find; the one that the first of them finds when left out. */
  readonly ifMatch?: string | undefined;
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
  return pinned(options, async (version) => {
    let at = 0;
    for (const slice of pieces(box, itemsize, origin.limits)) {
      const shape = [...resultShape(slice), ...inner];
      const part = into.subarray(at, at + sizeOf(shape) * dtype.itemsize);
      const request = { object: origin.object, slice };
      const array = await version.ask(origin, request, { dtype, shape, into: part }, at, into.length);
      // A connection that has its own memory for what it reads gives that.
      if (array.bytes.buffer !== part.buffer) part.set(array.bytes);
      at += part.length;
    }
    return { bytes: into, etag: version.etag };
  });
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
  return pinned(options, async (version) => {
    const items: (string | WireArray)[] = [];
    for (const slice of pieces(box, ITEM_BYTES, origin.limits)) {
      const shape = resultShape(slice);
      const request = { object: origin.object, slice };
      const { file, label, requests } = origin;
      const expectation = { expected: { shape }, limit, ifMatch: version.etag };
      const answer = await requests.requestSlice(file, request, expectation, { label, ...options });
      version.note(answer.etag);
      if (!isWireTexts(answer.array) || answer.array.items.length !== sizeOf(shape)) {
        throw new CorruptError(`${label}: the answer is not the ${sizeOf(shape)} texts or lists asked for`);
      }
      for (const item of answer.array.items) items.push(item);
    }
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
  #etag: string | undefined;

  constructor(options: FetchOptions) {
    this.#options = options;
    this.#etag = options.ifMatch;
  }

  get etag(): string | undefined {
    return this.#etag;
  }

  note(etag: string | undefined): void {
    this.#etag ??= etag;
  }

  /**
   * One request for elements of a fixed size.
   *
   * @param before bytes that earlier requests of this reading have given
   * @param total bytes of all of them
   */
  async ask(
    { requests, file, label }: Pick<Origin, "requests" | "file" | "label">,
    request: SliceQuery,
    { dtype, shape, into, limit = into?.length ?? 0 }: Expected,
    before = 0,
    total?: number,
  ): Promise<WireArray> {
    const { signal, onProgress } = this.#options;
    const progress =
      onProgress && (({ bytes }: { bytes: number }) => onProgress({ bytes: before + bytes, total }));
    const expectation = { expected: { shape, dtype }, into, limit, ifMatch: this.#etag };
    const name = this.#options.label ?? label;
    const answer = await requests.requestSlice(file, request, expectation, {
      signal,
      onProgress: progress,
      label: name,
    });
    this.note(answer.etag);
    const { array } = answer;
    if (
      isWireArray(array) &&
      array.dtype?.equals(dtype) &&
      (into?.length ?? array.bytes.length) === array.bytes.length
    )
      return array;
    throw new CorruptError(`${label}: the answer is not the ${dtype} asked for`);
  }
}

/** Does a reading of several requests, and again where the file became another one between them. */
export async function pinned<T>(options: FetchOptions, read: (version: Version) => Promise<T>): Promise<T> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await read(new Version(options));
    } catch (error) {
      const isMine = options.ifMatch === undefined && isMemmapError(error, "STALE");
      if (!isMine || restarts === RESTARTS) throw error;
    }
  }
}
