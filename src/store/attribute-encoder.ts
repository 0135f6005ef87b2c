import { types } from "node:util";
import { ownEntry } from "../dtype/index.js";
import { CastError, LimitError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import { TAGS } from "./attribute-value.js";
import { MAX_JSON_BYTES, MAX_JSON_DEPTH } from "./json.js";
import type { JsonValue } from "./json-value.js";
import { encodeArray, isAttrArray } from "./typed-data.js";

const ALLOWED =
  "an attribute is made of null, booleans, numbers, bigints, strings, Dates, arrays, plain objects and typed" +
  " arrays of integers, of Float32Array and of Float64Array";

/**
 * The JSON that an attribute is written as; see `attribute-value.ts` for its tags. `decodeAttr` gives back an equal
 * value. A property that is undefined is left out.
 *
 * @param value the attribute
 * @param path the sidecar's path, for messages
 * @throws CastError naming the place in the attribute (`attr.a[3]`) of a value that is none: undefined in an array or by
 * itself, functions, symbols, invalid dates, instances of classes, and objects within themselves
 * @throws LimitError for more than 128 arrays and objects, tags included, within one another, and as soon as it is plain
 * that the JSON would have over 16 MiB; the exact check is that of whoever writes the JSON
 */
export function encodeAttr(value: unknown, path?: string): JsonValue {
  return new Encoder(path).encode(value);
}

class Encoder {
  readonly #path: string | undefined;
  /** The keys that lead to the value in hand. */
  readonly #trail: (string | number)[] = [];
  /** The arrays and objects that it is in. */
  readonly #above = new Set<object>();
  /** How deep it is in the JSON. */
  #depth = 0;
  /** The least that the JSON up to here takes: also the bound on the work where objects are shared many times over. */
  #bytes = 0;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  encode(value: unknown): JsonValue {
    switch (typeof value) {
      case "string":
        this.#spend(value.length + 2);
        return value;
      case "boolean":
        this.#spend(4);
        return value;
      case "number":
        if (!Number.isFinite(value)) return this.#tag("$number", 1, () => String(value));
        this.#spend(1);
        return value;
      case "bigint":
        // Decimal digits take long to find: hexadecimal ones, which are fewer, tell first whether they are too many.
        this.#spend(value.toString(16).length);
        return this.#tag("$bigint", 1, () => String(value));
      case "object":
        if (value !== null) return this.#object(value);
        this.#spend(4);
        return value;
      case "undefined":
        throw this.#refusal("is undefined");
      default:
        throw this.#refusal(`is a ${typeof value}`);
    }
  }

  #object(value: object): JsonValue {
    if (this.#above.has(value)) throw this.#refusal("is an object that it is itself in");
    if (Array.isArray(value)) return this.#list(value);
    if (types.isDate(value)) {
      if (Number.isNaN(value.getTime())) throw this.#refusal("is an invalid Date");
      return this.#tag("$date", 1, () => value.toISOString());
    }
    if (ArrayBuffer.isView(value)) return this.#typedArray(value);
    if (!isPlain(value)) throw this.#refusal(`is ${inWords(value)}`);
    return this.#plain(value);
  }

  #list(items: readonly unknown[]): JsonValue {
    // Brackets, commas and spaces; by index, since map would pass over holes.
    this.#spend(2 * items.length);
    return this.#within(items, 1, () =>
      Array.from({ length: items.length }, (_, index) => this.#at(index, items[index])),
    );
  }

  #plain(object: object): JsonValue {
    const symbol = Reflect.ownKeys(object).find((key) => typeof key === "symbol");
    if (symbol !== undefined) throw this.#refusal(`has a key that is a symbol, ${String(symbol)}`);
    const entries = Object.entries(object).filter(([, value]) => value !== undefined);
    const [only, ...more] = entries;
    const isLikeTag = only !== undefined && more.length === 0 && TAGS.has(only[0]);
    return this.#within(object, isLikeTag ? 2 : 1, () => {
      const encoded: { [key: string]: JsonValue } = {};
      for (const [key, value] of entries) {
        this.#spend(key.length + 6);
        ownEntry(encoded, key, this.#at(key, value));
      }
      return isLikeTag ? { $object: encoded } : encoded;
    });
  }

  #typedArray(view: ArrayBufferView): JsonValue {
    if (!isAttrArray(view)) throw this.#refusal(`is ${inWords(view)}`);
    if (isDetached(view))
      throw this.#refusal("is a typed array whose memory is gone, as it is after close()");
    // Before as many values are made: each takes a digit at least, a comma and a space.
    this.#spend(3 * view.length);
    return this.#tag("$array", 3, () => encodeArray(view));
  }

  #tag(key: string, levels: number, make: () => JsonValue): JsonValue {
    this.#spend(key.length + 6);
    this.#checkDepth(levels);
    return { [key]: make() };
  }

  /** One step down, to an element or property. */
  #at(key: string | number, value: unknown): JsonValue {
    this.#trail.push(key);
    const encoded = this.encode(value);
    this.#trail.pop();
    return encoded;
  }

  #within(object: object, levels: number, make: () => JsonValue): JsonValue {
    this.#checkDepth(levels);
    this.#depth += levels;
    this.#above.add(object);
    const encoded = make();
    this.#above.delete(object);
    this.#depth -= levels;
    return encoded;
  }

  #checkDepth(levels: number): void {
    if (this.#depth + levels <= MAX_JSON_DEPTH) return;
    throw new LimitError(
      `${this.#where()} is nested too deep: in JSON, ${MAX_JSON_DEPTH} arrays and objects within one another are the most`,
      { path: this.#path },
    );
  }

  #spend(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= MAX_JSON_BYTES) return;
    throw new LimitError(
      `${this.#where()} is where the attribute gets too large: its JSON may have ${MAX_JSON_BYTES} bytes; keep data in columns`,
      { path: this.#path },
    );
  }

  #refusal(problem: string): CastError {
    return new CastError(`${this.#where()} ${problem}; ${ALLOWED}`, { path: this.#path });
  }

  /** `attr.a[3]`, after the path. */
  #where(): string {
    const keys = this.#trail.map((key) => {
      if (typeof key === "number") return `[${key}]`;
      return /^[A-Za-z_$][\w$]*$/.test(key) && key.length <= 60 ? `.${key}` : `["${excerpt(key)}"]`;
    });
    const steps = keys.length > 12 ? [...keys.slice(0, 6), "…", ...keys.slice(-6)] : keys;
    return `${this.#path === undefined ? "" : `${this.#path}: `}attr${steps.join("")}`;
  }
}

/** An object literal or Object.create(null), of this realm or another. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || (typeof prototype === "object" && Object.getPrototypeOf(prototype) === null);
}

function inWords(value: object): string {
  const maker: unknown = value.constructor;
  return typeof maker === "function" && maker.name !== ""
    ? `an instance of ${excerpt(maker.name)}`
    : "an instance of a class";
}

/** Making a view of a buffer without memory throws, on every Node. */
function isDetached({ buffer }: ArrayBufferView): boolean {
  try {
    void new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}
