import { ArrayView } from "../../array/index.js";
import { isComplex, ownEntry } from "../../dtype/index.js";
import { CastError, isMemmapError, LimitError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { type AttrInput, encodeAttr } from "../../store/index.js";
import { MAX_JSON_BYTES, MAX_JSON_DEPTH } from "../../store/json.js";
import type { HmfNode } from "./hmf-tree.js";
import { PickledArray, PickledTime, type PickleValue } from "./pickle/values.js";

/** Of an attribute with more elements, each of which takes two bytes or more, the JSON would be too large. */
const MAX_ELEMENTS = MAX_JSON_BYTES / 2;

/** Of one with more arrays within arrays, each of which takes 40 bytes or so, too. */
const MAX_ROWS = MAX_JSON_BYTES / 64;

/** The attributes of a node as this package has them, by their keys. */
export type ImportedAttributes = { readonly [key: string]: AttrInput };

/**
 * The attributes of a node: dictionaries become objects, tuples arrays, dates `Date`s, NumPy's numbers along one axis typed
 * arrays and all other arrays nested ones.
 *
 * @param path the map's file, for messages
 * @throws CastError naming node and key for what no attribute can be: dates finer than a millisecond, durations, sets,
 * dtypes, keys that are no text; LimitError for what is too large or too deep
 */
export function importAttributes(
  { path: node, attributes }: Pick<HmfNode, "path" | "attributes">,
  path: string,
): ImportedAttributes {
  const imported: { [key: string]: AttrInput } = {};
  for (const [key, value] of attributes) {
    const name = typeof key === "string" ? `"${excerpt(key)}"` : "that is no text";
    const what = `${path}: the attribute ${name} of "${excerpt(node)}"`;
    const converter = new Converter(what, path);
    if (typeof key !== "string") return converter.refuse("has a key that no attribute can have");
    ownEntry(imported, key, converter.attribute(value));
  }
  return imported;
}

/** Converts the values of one attribute. */
class Converter {
  readonly #what: string;
  readonly #path: string;
  /** What stands in an attribute many times is converted once. */
  readonly #known = new Map<object, AttrInput>();
  /** What is being converted. */
  readonly #above = new Set<object>();

  constructor(what: string, path: string) {
    this.#what = what;
    this.#path = path;
  }

  readonly refuse: (problem: string) => never = (problem) => {
    throw new CastError(
      `${this.#what} ${problem}; attributes are null, booleans, numbers, text, dates of milliseconds, lists, dictionaries with ` +
        "keys of text, and arrays of these",
      { path: this.#path },
    );
  };

  readonly #limit: (problem: string) => never = (problem) => {
    throw new LimitError(`${this.#what} ${problem}`, { path: this.#path });
  };

  attribute(value: PickleValue): AttrInput {
    const converted = this.#convert(value, 0);
    try {
      // Where it is too large, its name is still known.
      encodeAttr(converted);
    } catch (error) {
      if (isMemmapError(error, "LIMIT")) this.#limit(`cannot be kept: ${error.message}`);
      throw error;
    }
    return converted;
  }

  #convert(value: PickleValue, depth: number): AttrInput {
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Uint8Array) return value.slice();
    if (depth > MAX_JSON_DEPTH) this.#limit(`is nested more than ${MAX_JSON_DEPTH} deep`);
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    if (this.#above.has(value)) return this.refuse("is within itself");
    this.#above.add(value);
    const converted = this.#object(value, depth);
    this.#above.delete(value);
    this.#known.set(value, converted);
    return converted;
  }

  #object(value: PickleValue & object, depth: number): AttrInput {
    if (isList(value)) return value.map((item) => this.#convert(item, depth + 1));
    if (value instanceof Map) return this.#dictionary(value, depth);
    if (value instanceof PickledTime) return this.#date(value);
    if (value instanceof PickledArray) return this.#whole(value.array);
    if (isComplex(value)) return { re: value.re, im: value.im };
    return this.refuse(value instanceof Set ? "holds a set" : "holds a type, where a value is needed");
  }

  #dictionary(dictionary: ReadonlyMap<PickleValue, PickleValue>, depth: number): AttrInput {
    const object: { [key: string]: AttrInput } = {};
    for (const [key, value] of dictionary) {
      if (typeof key !== "string") return this.refuse("holds a dictionary with a key that is no text");
      ownEntry(object, key, this.#convert(value, depth + 1));
    }
    return object;
  }

  #date(time: PickledTime): Date {
    if (time.dtype.kind === "m") this.refuse("holds a duration");
    return time.toDate() ?? this.refuse("holds a date that a Date cannot hold to its last digit");
  }

  #whole(array: ArrayView | undefined): AttrInput {
    if (array === undefined) return this.refuse("holds an array without elements");
    // Axes beside an empty one are lists all the same.
    const count = (axes: readonly number[]) => axes.reduce((product, axis) => product * Math.max(axis, 1), 1);
    if (count(array.shape) > MAX_ELEMENTS || count(array.shape.slice(0, -1)) > MAX_ROWS) {
      this.#limit(`is an array of shape (${array.shape.join(", ")}), too large for an attribute`);
    }
    return this.#array(array);
  }

  #array(array: ArrayView): AttrInput {
    if (array.ndim > 1) return Array.from({ length: array.length }, (_, row) => this.#array(array.view(row)));
    const { dtype } = array;
    const elements: unknown = array.ndim === 0 ? [array.at()] : array.toArray();
    if (ArrayBuffer.isView(elements)) return elements as AttrInput;
    const list = (elements as readonly PickleValue[]).map((element) => {
      if (dtype.kind === "M")
        return typeof element === "bigint" ? this.#date(new PickledTime(element, dtype)) : null;
      if (dtype.kind === "m") return this.refuse("holds durations");
      return this.#convert(element, 0);
    });
    return array.ndim === 0 ? (list[0] ?? null) : list;
  }
}

function isList(value: PickleValue): value is readonly PickleValue[] {
  return Array.isArray(value);
}
