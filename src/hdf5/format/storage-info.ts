import { isMemmapError } from "../../errors.js";
import { readItemsize, readTypeFacts, type TypeFacts } from "./datatype.js";
import { type Layout, readLayout } from "./layout.js";
import { type ChunkFilter, readDataspace, readFill, readFilters, readOldFill } from "./messages.js";
import { MESSAGE, type Messages, readMessages } from "./object-header.js";
import { type FormatFile, openFormat } from "./superblock.js";

/** How a dataset is stored, as far as its bytes can be read without HDF5's library. */
export interface StorageInfo {
  readonly shape: readonly number[];
  /** Bytes of an element in the file. */
  readonly itemsize: number;
  /** Bytes of the file when this was read. */
  readonly fileSize: number;
  readonly layout: Layout;
  /** What was done to chunks, in this order. */
  readonly filters: readonly ChunkFilter[];
  /** The bytes of an element that was never written; undefined for zeros. */
  readonly fill: Uint8Array | undefined;
}

/**
 * Reads from a dataset's header where its elements are. Indexes of chunks are read when they are asked, through the same
 * descriptor, which must stay open.
 *
 * @param headerAddress as an object reference holds it: relative to the superblock
 * @returns undefined for whatever is not known here: then the library reads it, or says what is wrong with it
 * @throws DiskError when reading fails
 */
export function storageOf(fd: number, path: string, headerAddress: number): StorageInfo | undefined {
  return fromHeader(fd, path, headerAddress, readStorage);
}

/**
 * What the datatype in a dataset's or a named datatype's header says of its parts.
 *
 * @returns undefined where it is not known
 * @throws DiskError when reading fails
 */
export function typeFactsOf(fd: number, path: string, headerAddress: number): TypeFacts | undefined {
  return fromHeader(fd, path, headerAddress, (_, messages) => {
    const message = messages.get(MESSAGE.datatype);
    return message && readTypeFacts(message);
  });
}

function fromHeader<T>(
  fd: number,
  path: string,
  address: number,
  read: (file: FormatFile, messages: Messages) => T | undefined,
): T | undefined {
  try {
    const file = openFormat(fd, path);
    return file && read(file, readMessages(file, address));
  } catch (error) {
    if (isMemmapError(error, "CORRUPT")) return undefined;
    throw error;
  }
}

function readStorage(file: FormatFile, messages: Messages): StorageInfo | undefined {
  const [space, type] = [messages.get(MESSAGE.dataspace), messages.get(MESSAGE.datatype)];
  const placed = messages.get(MESSAGE.layout);
  if (space === undefined || type === undefined || placed === undefined) return undefined;
  if (messages.has(MESSAGE.externalFiles)) return undefined;
  const dataspace = readDataspace(space, file);
  const itemsize = readItemsize(type);
  if (dataspace === undefined || itemsize === 0) return undefined;
  const { shape } = dataspace;
  if (!Number.isSafeInteger(shape.reduce((bytes, axis) => bytes * axis, itemsize))) return undefined;
  const layout = readLayout(placed, file, dataspace, itemsize);
  const pipeline = messages.get(MESSAGE.filters);
  const filters = pipeline === undefined ? [] : readFilters(pipeline);
  if (layout === undefined || filters === undefined) return undefined;
  const fill = fillOf(messages);
  if (fill !== undefined && fill.length !== itemsize) return undefined;
  return { shape, itemsize, fileSize: file.size, layout, filters, fill };
}

function fillOf(messages: Messages): Uint8Array | undefined {
  const fill = messages.get(MESSAGE.fill);
  const old = messages.get(MESSAGE.oldFill);
  return fill === undefined ? old && readOldFill(old) : readFill(fill);
}
