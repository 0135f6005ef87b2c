import { isViewable } from "../array/index.js";
import { ownEntry } from "../dtype/index.js";
import { UnsupportedError } from "../errors.js";
import { TableView } from "../table/index.js";

/**
 * A result without memory of others: a message takes the whole ArrayBuffer that a typed array is over, be it a mapped file.
 * Lists, Maps, Sets and plain objects are copied with what is in them, all else as a structured clone.
 *
 * @throws UnsupportedError for arrays and tables of this package, and functions, which no message can carry
 */
export function detached(result: unknown, copies = new Map<object, unknown>()): unknown {
  if (typeof result === "function" || typeof result === "symbol") throw refused();
  if (typeof result !== "object" || result === null) return result;
  const known = copies.get(result);
  if (known !== undefined) return known;
  if (isViewable(result) || result instanceof TableView) throw refused();
  const inner = (each: unknown) => detached(each, copies);
  const made = <T extends object>(copy: T): T => {
    copies.set(result, copy);
    return copy;
  };
  if (ArrayBuffer.isView(result)) return made(copyOf(result));
  if (Array.isArray(result)) {
    const list: unknown[] = made([]);
    for (const each of result) list.push(inner(each));
    return list;
  }
  if (result instanceof Map) {
    const map = made(new Map<unknown, unknown>());
    for (const [key, value] of result) map.set(inner(key), inner(value));
    return map;
  }
  if (result instanceof Set) {
    const set = made(new Set<unknown>());
    for (const each of result) set.add(inner(each));
    return set;
  }
  if (!isPlain(result)) return made(structuredClone(result));
  const object = made<Record<string, unknown>>({});
  for (const [key, value] of Object.entries(result)) ownEntry(object, key, inner(value));
  return object;
}

function refused(): UnsupportedError {
  return new UnsupportedError(
    "a function for workers gives plain values, lists and typed arrays: of an array of this package, return toArray() or values",
  );
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
