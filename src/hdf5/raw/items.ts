import { type ArrayView, denseLayout, wrap } from "../../array/index.js";
import { type DType, sizeOf } from "../../dtype/index.js";
import type { TypeInfo } from "../h5wasm.js";
import type { Handle } from "../handle.js";
import { decodeText, stringEnd } from "../text.js";
import { elementType, hasBitfield, hasPointers, TYPE_CLASS } from "../types.js";

/** Texts or lists of any length, flat in the order of C. */
export interface RawItems {
  readonly shape: readonly number[];
  readonly items: readonly (string | ArrayView)[];
}

/** The library is a program of 32 bits: an address in its memory has so many bytes. */
const POINTER = 4;

/** What reads elements of variable length out of the memory of the library. */
export interface ItemReader {
  /** Of the elements of lists; undefined for texts. */
  readonly dtype: DType | undefined;
  /** The element at an address, and how many bytes it is; undefined where it is no text. */
  read(
    heap: Uint8Array,
    address: number,
  ): { readonly item: string | ArrayView; readonly bytes: number } | undefined;
}

/**
 * What reads elements of a type.
 *
 * @param info as the library gives it, no array type
 * @returns undefined for elements that are neither texts nor lists of what has a dtype
 */
export function itemReader(info: TypeInfo): ItemReader | undefined {
  if (info.type === TYPE_CLASS.string && info.vlen) return textReader(info);
  return info.type === TYPE_CLASS.variableLength ? listReader(info) : undefined;
}

function textReader({ cset }: TypeInfo): ItemReader {
  return {
    dtype: undefined,
    read: (heap, address) => {
      const start = pointerAt(heap, address);
      const bytes = heap.subarray(start, stringEnd(heap, start));
      const item = decodeText(bytes, cset);
      return item === undefined ? undefined : { item, bytes: bytes.length };
    },
  };
}

function listReader({ vlen_type }: TypeInfo): ItemReader | undefined {
  if (vlen_type === undefined || hasPointers(vlen_type) || hasBitfield(vlen_type)) return undefined;
  const element = elementType(vlen_type);
  if (element.dtype === undefined || element.shape.length > 0) return undefined;
  const { dtype } = element;
  return {
    dtype,
    read: (heap, address) => {
      const count = pointerAt(heap, address);
      const start = pointerAt(heap, address + POINTER);
      const bytes = new Uint8Array(heap.slice(start, start + count * dtype.itemsize));
      const layout = denseLayout([count], dtype.itemsize);
      return { item: wrap({ dtype, layout, bytes }, false), bytes: bytes.length };
    },
  };
}

function pointerAt(heap: Uint8Array, address: number): number {
  return new DataView(heap.buffer).getUint32(address, true);
}

/** The elements of an array in the memory of the library. */
export interface HeldItems {
  readonly address: number;
  readonly shape: readonly number[];
  /** Bytes of an element there: what leads to the item. */
  readonly size: number;
}

/**
 * Reads items out of the memory of the library.
 *
 * @param room bytes that they may be together
 * @param into is given the items
 * @returns how many bytes they are; "text" where one is no text in UTF-8, "room" where they are too many
 */
export function collectItems(
  handle: Handle,
  reader: ItemReader,
  { address, shape, size }: HeldItems,
  room: number,
  into: (string | ArrayView)[],
): number | "text" | "room" {
  const heap = handle.module.HEAPU8;
  const count = sizeOf(shape);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const found = reader.read(heap, address + i * size);
    if (found === undefined) return "text";
    total += found.bytes;
    if (total > room) return "room";
    into.push(found.item);
  }
  return total;
}
