import { ownEntry, showValue } from "../dtype/index.js";
import { NameError, NotFoundError, ShapeError } from "../errors.js";
import { type AttrInput, type AttrValue, didYouMean } from "../store/index.js";

/** Where the attribute of a node is kept. */
export interface AttributeHome {
  /** The node's path, for messages. */
  readonly path: string;
  read(): AttrValue;
  write(attr: AttrInput): void;
}

/** An attribute that is an object. */
type AttrObject = { readonly [key: string]: AttrValue };

/**
 * The attributes of a group or array by their keys: the entries of the object that its attribute is. Values are those of
 * table and column attributes: JSON, dates, bigints, NaN, infinities and typed arrays; what is read is deeply frozen.
 * Each `set` and `delete` is a transaction.
 *
 * ```ts
 * const attrs = file.attrs("/groupA/array1");
 * attrs.set("unit", "m").set("measured", new Date());
 * for (const [key, value] of attrs) console.log(key, value);
 * ```
 */
export class NodeAttributes implements Iterable<[key: string, value: AttrValue]> {
  readonly #home: AttributeHome;

  /** @internal Made by groups. */
  constructor(home: AttributeHome) {
    this.#home = home;
  }

  /** The attribute of now. @throws ShapeError where it is no object */
  #entries(): Map<string, AttrValue> {
    return attrEntries(this.#home.read(), this.#home.path);
  }

  #store(entries: ReadonlyMap<string, AttrInput>): void {
    const attr: { [key: string]: AttrInput } = {};
    for (const [key, value] of entries) ownEntry(attr, key, value);
    this.#home.write(attr);
  }

  /** How many there are. */
  get size(): number {
    return this.#entries().size;
  }

  /** The value of a key; undefined where there is none. */
  get(key: string): AttrValue | undefined {
    return this.#entries().get(key);
  }

  has(key: string): boolean {
    return this.#entries().has(key);
  }

  /** @throws CastError for a value that is no attribute, ReadOnlyError */
  set(key: string, value: AttrInput): this {
    if (typeof key !== "string")
      throw new NameError(`the key of an attribute is a string, not ${showValue(key)}`);
    this.#store(new Map<string, AttrInput>([...this.#entries(), [key, value]]));
    return this;
  }

  /** @returns whether it was there */
  delete(key: string): boolean {
    const entries = this.#entries();
    if (!entries.delete(key)) return false;
    this.#store(entries);
    return true;
  }

  /** Removes all of them. */
  clear(): void {
    if (this.#entries().size > 0) this.#store(new Map());
  }

  keys(): IterableIterator<string> {
    return this.#entries().keys();
  }

  values(): IterableIterator<AttrValue> {
    return this.#entries().values();
  }

  entries(): IterableIterator<[key: string, value: AttrValue]> {
    return this.#entries().entries();
  }

  [Symbol.iterator](): IterableIterator<[key: string, value: AttrValue]> {
    return this.entries();
  }

  forEach(visit: (value: AttrValue, key: string) => void): void {
    for (const [key, value] of this.entries()) visit(value, key);
  }

  /** @internal The value of a key. @throws NotFoundError, with a guess at what was meant */
  require(key: string): AttrValue {
    const entries = this.#entries();
    const value = entries.get(key);
    if (value !== undefined) return value;
    const { path } = this.#home;
    throw new NotFoundError(
      `${path} has no attribute ${JSON.stringify(key)}${didYouMean(key, entries.keys())}`,
      {
        path,
      },
    );
  }

  toString(): string {
    return `NodeAttributes ${this.#home.path} { ${[...this.keys()].join(", ")} }`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): unknown {
    return this.#entries();
  }
}

/** What an attribute has by its keys. @throws ShapeError where it is no object; null is one without keys */
export function attrEntries(attr: AttrValue, path: string): Map<string, AttrValue> {
  if (attr === null) return new Map();
  if (isAttrObject(attr)) return new Map(Object.entries(attr));
  const what = `the attribute of ${path} is ${showValue(attr)} as a whole, and has no keys`;
  throw new ShapeError(`${what}; read and set it as \`attr\`, or make it an object`, { path });
}

/** Whether an attribute is an object with keys: no list, date or typed array. */
export function isAttrObject(attr: AttrValue): attr is AttrObject {
  return typeof attr === "object" && attr !== null && Object.getPrototypeOf(attr) === Object.prototype;
}
