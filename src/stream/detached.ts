import { isViewable } from "../array/index.js";
import { UnsupportedError } from "../errors.js";
import { TableView } from "../table/index.js";

/**
 * A result without memory of others: a message takes the whole ArrayBuffer that a typed array is over, be it a mapped file.
 * Lists, Maps and plain objects are copied with what is in them; all else is left to the message.
 *
 * @throws UnsupportedError for arrays and tables of this package, which no message can carry
 */
export function detached(result: unknown, copies = new Map<object, unknown>()): unknown {
  if (typeof result !== "object" || result === null) return result;
  const known = copies.get(result);
  if (known !== undefined) return known;
  if (isViewable(result) || result instanceof TableView) {
    throw new UnsupportedError(
      "a function for workers gives plain values, lists and typed arrays: of an array of this package, return toArray() or values",
    );
  }
  if (ArrayBuffer.isView(result)) return copyOf(result);
  const inner = (each: unknown) => detached(each, copies);
  if (Array.isArray(result)) {
    const list: unknown[] = [];
    copies.set(result, list);
    for (const each of result) list.push(inner(each));
    return list;
  }
  if (result instanceof Map) {
    const map = new Map<unknown, unknown>();
    copies.set(result, map);
    for (const [key, value] of result) map.set(inner(key), inner(value));
    return map;
  }
  if (!isPlain(result)) return result;
  const object: Record<string, unknown> = {};
  copies.set(result, object);
  for (const [key, value] of Object.entries(result)) {
    Object.defineProperty(object, key, { value: inner(value), enumerable: true });
  }
  return object;
}

function copyOf(view: ArrayBufferView): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = view;
  const copy = buffer.slice(byteOffset, byteOffset + byteLength);
  if (view instanceof DataView) return new DataView(copy);
  if (Buffer.isBuffer(view)) return new Uint8Array(copy);
  const { constructor } = view as Uint8Array;
  return new (constructor as Uint8ArrayConstructor)(copy);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
