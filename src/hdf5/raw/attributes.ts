import { type ArrayView, denseLayout, wrap } from "../../array/index.js";
import { isMemmapError } from "../../errors.js";
import { attributeFacts } from "../attribute-facts.js";
import { attributeNames, attributeType, withAttribute } from "../attribute-memory.js";
import type { TypeInfo } from "../h5wasm.js";
import type { Handle } from "../handle.js";
import { elementType, hasBitfield, hasPointers, libraryType } from "../types.js";
import { collectItems, itemReader, type RawItems } from "./items.js";

/** An attribute as it is in the file: its own dtype and shape, texts and lists of variable length as they are. */
export interface RawAttribute {
  readonly name: string;
  readonly value: ArrayView | RawItems;
}

interface RawValue {
  readonly value: ArrayView | RawItems;
  readonly bytes: number;
}

/**
 * The attributes of an object by their names, in the order of these. What has no dtype is left out (references, bit fields,
 * null dataspaces, text that is no UTF-8, names that are none), and so is what cannot be read.
 *
 * @param most bytes that the values may be together: those that would be more are left out
 * @throws CorruptError where not even names can be read; ClosedError
 */
export function rawAttributes(handle: Handle, path: string, most: number): RawAttribute[] {
  const found: RawAttribute[] = [];
  let room = most;
  for (const name of attributeNames(handle, path).sort(byBytes)) {
    const raw = rawAttribute(handle, path, name, room);
    if (raw === undefined) continue;
    room -= raw.bytes;
    found.push({ name, value: raw.value });
  }
  return found;
}

function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

function rawAttribute(handle: Handle, path: string, name: string, room: number): RawValue | undefined {
  try {
    const type = attributeType(handle, path, name);
    return type && readRaw(handle, path, name, type, room);
  } catch (error) {
    if (isMemmapError(error, "CORRUPT")) return undefined;
    throw error;
  }
}

function readRaw(
  handle: Handle,
  path: string,
  name: string,
  type: TypeInfo,
  room: number,
): RawValue | undefined {
  const info = libraryType(type);
  const length = info.size * info.total_size;
  if (info.shape === null || hasBitfield(info) || !(length <= room)) return undefined;
  const facts = attributeFacts(handle, path).get(name);
  if (facts?.oddity !== undefined) return undefined;
  const { shape, element } = flattened(info, info.shape);
  const { dtype } = elementType(element, facts?.tags);
  if (dtype !== undefined) {
    return withAttribute(handle, path, name, length, false, (address) => {
      const bytes = new Uint8Array(handle.module.HEAPU8.slice(address, address + length));
      const layout = denseLayout(shape, dtype.itemsize);
      return { value: wrap({ dtype, layout, bytes }, false), bytes: length };
    });
  }
  const read = itemReader(element);
  if (read === undefined) return undefined;
  return withAttribute(handle, path, name, length, hasPointers(info), (address) => {
    const items: (string | ArrayView)[] = [];
    const bytes = collectItems(handle, read, { address, shape, size: element.size }, room - length, items);
    return typeof bytes === "string" ? undefined : { value: { shape, items }, bytes: length + bytes };
  });
}

/** An array type as axes behind those that there are. */
export function flattened(
  info: TypeInfo,
  shape: readonly number[],
): { readonly element: TypeInfo; readonly shape: readonly number[] } {
  const { array_type } = info;
  if (array_type === undefined) return { element: info, shape };
  return flattened(array_type, [...shape, ...(array_type.shape ?? [])]);
}
