import { wrap } from "../array/index.js";
import { type DType, ownEntry } from "../dtype/index.js";
import { ExistsError, isMemmapError } from "../errors.js";
import { MemmapFile, type MemmapGroup } from "../group/index.js";
import { type AttrInput, type AttrValue, encodeAttr } from "../store/index.js";
import { ColumnStorage } from "../table/column-storage.js";
import { MemmapColumn } from "../table/index.js";
import type { RemoteDataset } from "./remote-dataset.js";
import { pinned, type Version } from "./selection/fetch.js";
import { checkLimit } from "./selection/pieces.js";

/** The attribute of an array that is being copied: where from, and how far. */
const MARKER = "memmap_table_copy";
const BLOCK_BYTES = 2 ** 25;

/** How far a copy has come. */
export interface CopyProgress {
  /** The path of the dataset on the server. */
  readonly path: string;
  /** Bytes of it that are copied, those of an earlier call included. */
  readonly bytes: number;
  /** Bytes of it; undefined for texts. */
  readonly total: number | undefined;
}

/** Options of copying datasets. */
export interface CopyArrayOptions {
  /** The name in the target; that on the server when left out. */
  readonly name?: string | undefined;
  /** Bytes that are read and written at a time, after each of which a copy that breaks off can go on; 32 MiB when left out. */
  readonly blockBytes?: number | undefined;
  /** Whether arrays that are there already are replaced; false when left out. */
  readonly overwrite?: boolean | undefined;
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Something that was not copied, and why. */
export interface Skipped {
  /** Its path on the server; of an attribute, with `@` and its name behind it. */
  readonly path: string;
  readonly why: string;
}

/** What a copy has done. */
export interface CopyResult {
  /** The paths on the server of the datasets that were copied. */
  readonly copied: readonly string[];
  readonly skipped: readonly Skipped[];
}

/** What {@link MARKER} says: the elements of `rows` rows are there. */
interface Mark {
  readonly source: string;
  readonly etag: string;
  readonly rows: number;
}

/** Copies arrays into a group. Until {@link Copier.finish} each of them says how far it has come. */
export class Copier {
  readonly skipped: Skipped[] = [];
  readonly #target: MemmapGroup;
  readonly #options: CopyArrayOptions;
  readonly #version: Version;
  readonly #blockBytes: number;
  readonly #copied = new Map<string, RemoteDataset>();

  /** @throws LimitError for blocks of no bytes */
  constructor(target: MemmapGroup, options: CopyArrayOptions, version: Version) {
    this.#blockBytes = checkLimit(options.blockBytes ?? BLOCK_BYTES, "blockBytes");
    this.#target = target;
    this.#options = options;
    this.#version = version;
  }

  skip(path: string, why: string): void {
    this.skipped.push({ path, why });
  }

  /**
   * Copies one, or goes on with it.
   *
   * @param to its path in the target
   * @throws ExistsError, StaleError, and what requests and writing throw
   */
  async copy(dataset: RemoteDataset, to: string): Promise<void> {
    const { element, path } = dataset;
    if (element.kind === "list" || element.kind === "opaque") {
      const what =
        element.kind === "list" ? `lists of any length of ${element.dtype}` : "elements without a dtype here";
      return this.skip(path, `it holds ${what}`);
    }
    const mark = this.#markOf(to);
    const isOther = mark === undefined && this.#target.has(to) && this.#options.overwrite !== true;
    if (isOther)
      throw new ExistsError(
        `there is "${to}" already, which is no copy that broke off; overwrite: true replaces it`,
      );
    if (element.kind === "text") await this.#copyWhole(dataset, to);
    else if (!(await this.#wentOn(dataset, to, mark))) {
      const isSmall = dataset.nbytes <= this.#blockBytes;
      // Bytes that are no booleans must not reach a file: these are judged as they are assigned.
      if (isSmall && element.dtype.kind !== "b") await this.#copyWhole(dataset, to);
      else await this.#copyFrom(dataset, to, element.dtype);
    }
    this.#copied.set(to, dataset);
  }

  /** Goes on with a copy of this very version; false where there is none. */
  async #wentOn(dataset: RemoteDataset, to: string, mark: Mark | undefined): Promise<boolean> {
    if (mark?.source !== dataset.identity || mark.etag === "" || !this.#isAlike(dataset, to)) return false;
    if (this.#version.etag !== undefined && this.#version.etag !== mark.etag) return false;
    try {
      // Nothing may be left to read, but what is there must be of the version that there is.
      const first = dataset.ndim === 0 ? dataset : dataset.slice(0, 1);
      await first.readVersion([], { ...this.#version.options, ifMatch: mark.etag });
      this.#version.note(mark.etag);
    } catch (error) {
      if (isMemmapError(error, "STALE") && this.#version.etag === undefined) return false;
      throw error;
    }
    await this.#rows(dataset, to, mark.rows);
    return true;
  }

  #isAlike(dataset: RemoteDataset, to: string): boolean {
    const array = this.#target.getArray(to);
    return array.dtype.equals(dataset.dtype) && array.shape.join() === dataset.shape.join();
  }

  async #copyFrom(dataset: RemoteDataset, to: string, dtype: DType): Promise<void> {
    if (this.#target.has(to)) this.#target.deleteNode(to);
    this.#target.createArray(to, dtype, dataset.shape, { attrs: this.#marker(dataset, 0) });
    await this.#rows(dataset, to, 0);
  }

  /** In one transaction. Texts are never more: nobody knows beforehand how wide they are. */
  async #copyWhole(dataset: RemoteDataset, to: string): Promise<void> {
    const { value, etag } = await dataset.readVersion([], this.#version.options);
    this.#version.note(etag);
    const rows = dataset.ndim === 0 ? 1 : dataset.length;
    this.#target.setArray(to, wrap(value, false), { attrs: this.#marker(dataset, rows) });
    this.#report(dataset, value.bytes.length);
  }

  async #rows(dataset: RemoteDataset, to: string, from: number): Promise<void> {
    const length = dataset.ndim === 0 ? 1 : dataset.length;
    const rowBytes = dataset.nbytes / Math.max(length, 1);
    const most = Math.max(1, Math.floor(this.#blockBytes / Math.max(rowBytes, 1)));
    this.#report(dataset, from * rowBytes);
    for (let start = from; start < length && rowBytes > 0; start += most) {
      const end = Math.min(start + most, length);
      const part = dataset.ndim === 0 ? dataset : dataset.slice(start, end);
      const { value, etag } = await part.readVersion([], this.#version.options);
      this.#version.note(etag);
      const array = this.#target.getArray(to);
      (array.ndim === 0 ? array : array.slice(start, end)).assign(wrap(value, false) as never);
      // What the mark says must be on the disk before it.
      if (array.storage instanceof ColumnStorage) array.storage.flush();
      setAttr(this.#target, to, this.#marker(dataset, end));
      this.#report(dataset, end * rowBytes);
    }
  }

  #report(dataset: RemoteDataset, bytes: number): void {
    const total = dataset.element.kind === "fixed" ? dataset.nbytes : undefined;
    this.#options.onProgress?.({ path: dataset.path, bytes, total });
  }

  #marker(dataset: RemoteDataset, rows: number): { readonly [key: string]: AttrInput } {
    return { [MARKER]: { source: dataset.identity, etag: this.#version.etag ?? "", rows } };
  }

  #markOf(to: string): Mark | undefined {
    const attr = this.#target.has(to) ? columnAt(this.#target, to)?.attr : undefined;
    return typeof attr === "object" && attr !== null && MARKER in attr ? markIn(attr[MARKER]) : undefined;
  }

  /** Gives all that was copied its own attributes. */
  finish(): CopyResult {
    const attrs = Array.from(
      this.#copied,
      ([to, dataset]) => [to, this.writable(dataset.path, dataset.attr)] as const,
    );
    const write = () => {
      for (const [to, attr] of attrs) setAttr(this.#target, to, attr);
    };
    if (this.#target instanceof MemmapFile) this.#target.transaction(write);
    else write();
    const copied = Array.from(this.#copied.values(), ({ path }) => path);
    return { copied, skipped: this.skipped };
  }

  /** An attribute as it can be written; what of it cannot is skipped. */
  writable(path: string, attr: AttrValue): AttrInput {
    if (isWritable(attr)) return attr;
    const kept: { [key: string]: AttrInput } = {};
    for (const [name, value] of Object.entries(attr ?? {})) {
      if (isWritable(value)) ownEntry(kept, name, value);
      else this.skip(`${path}@${name}`, "an attribute cannot hold it");
    }
    return kept;
  }
}

function columnAt(group: MemmapGroup, path: string): MemmapColumn | undefined {
  try {
    const array: unknown = group.getArray(path);
    return array instanceof MemmapColumn ? (array as unknown as MemmapColumn) : undefined;
  } catch (error) {
    if (isMemmapError(error, "UNSUPPORTED")) return undefined;
    throw error;
  }
}

function setAttr(group: MemmapGroup, path: string, attr: AttrInput): void {
  const column = columnAt(group, path);
  if (column !== undefined) column.attr = attr;
}

function markIn(mark: unknown): Mark | undefined {
  const isMark =
    typeof mark === "object" &&
    mark !== null &&
    "source" in mark &&
    typeof mark.source === "string" &&
    "etag" in mark &&
    typeof mark.etag === "string" &&
    "rows" in mark &&
    typeof mark.rows === "number";
  return isMark ? (mark as Mark) : undefined;
}

function isWritable(attr: AttrInput): boolean {
  try {
    encodeAttr(attr);
    return true;
  } catch (error) {
    if (isMemmapError(error, "CAST") || isMemmapError(error, "LIMIT")) return false;
    throw error;
  }
}

/** Copies one dataset into a group. */
export async function copyDataset(
  dataset: RemoteDataset,
  target: MemmapGroup,
  options: CopyArrayOptions,
): Promise<CopyResult> {
  return pinned(
    dataset.source,
    { signal: options.signal, label: `Copy: ${dataset.path}` },
    async (version) => {
      const copier = new Copier(target, options, version);
      await copier.copy(dataset, options.name ?? dataset.name);
      return copier.finish();
    },
  );
}
