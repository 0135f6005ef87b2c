import type { ArrayView } from "../array/index.js";
import { type DType, sizeOf } from "../dtype/index.js";
import { CorruptError, isMemmapError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import {
  isWireArray,
  isWireTexts,
  itemFromWire,
  viewOf,
  type WireArray,
  type WireTexts,
} from "./wire/index.js";

/** Attributes as they came. */
export type RawAttributes = ReadonlyMap<string, WireArray | WireTexts>;

/** What a server says of a group. */
export interface GroupFacts {
  readonly kind: "group";
  readonly attributes: RawAttributes;
  /** The attribute of a store as a whole, in JSON. */
  readonly attr: string | undefined;
  readonly table: TableFacts | undefined;
  /** What is in it, by names; undefined where the server did not say what that is. */
  readonly members: Map<string, Facts | undefined>;
}

/** What a server says of a group that is a table. */
export interface TableFacts {
  readonly rows: number;
  readonly columns: readonly string[];
}

/**
 * What one element of a remote dataset is: of a dtype; a text of any length; a list of any length of elements of a dtype;
 * or something that has no name here, so that nothing of it can be read.
 */
export type RemoteElement =
  | { readonly kind: "fixed"; readonly dtype: DType }
  | { readonly kind: "text" }
  | { readonly kind: "list"; readonly dtype: DType }
  | { readonly kind: "opaque" };

/** What a server says of a dataset. */
export interface DatasetFacts {
  readonly kind: "dataset";
  readonly attributes: RawAttributes;
  readonly attr: string | undefined;
  readonly element: RemoteElement;
  /** The axes of elements that are arrays themselves come last. */
  readonly shape: readonly number[];
  /** How many axes there are before those. */
  readonly sliceable: number;
  /** All elements, where they came with the group. */
  readonly data: ArrayView | WireTexts | undefined;
  /** The version of the file that this is said of, where the server tells. */
  readonly etag: string | undefined;
}

export interface LinkFacts {
  readonly kind: "link";
  readonly target: string;
}

/** What has no word in the protocol, or in this package. */
export interface UnknownFacts {
  readonly kind: "unknown";
}

export type Facts = GroupFacts | DatasetFacts | LinkFacts | UnknownFacts;

/**
 * What an answer says of an object.
 *
 * @param label the object, for messages
 * @param etag the version of the file
 * @throws CorruptError for a map that says nothing of the kind
 */
export function readFacts(value: unknown, label: string, etag: string | undefined): Facts {
  const map = new ObjectMap(value, label);
  switch (map.text("hdf5_object")) {
    case "group":
      return groupFacts(map, label, etag);
    case "dataset":
      return datasetFacts(map, etag);
    case "soft_link":
      return { kind: "link", target: map.text("target") };
    default:
      return { kind: "unknown" };
  }
}

function groupFacts(map: ObjectMap, label: string, etag: string | undefined): GroupFacts {
  const members = new Map<string, Facts | undefined>();
  for (const [name, member] of map.entries("members")) {
    // No path leads to these: they would be taken for other objects.
    if (name === "" || name === "." || name === ".." || name.includes("/")) continue;
    members.set(name, member === null ? undefined : memberFacts(member, `${label}/${excerpt(name)}`, etag));
  }
  return { kind: "group", ...map.attributes(), table: map.table(), members };
}

/** One that says nothing that can be understood leaves the others as good as they are. */
function memberFacts(value: unknown, label: string, etag: string | undefined): Facts {
  try {
    return readFacts(value, label, etag);
  } catch (error) {
    if (isMemmapError(error, "CORRUPT")) return { kind: "unknown" };
    throw error;
  }
}

function datasetFacts(map: ObjectMap, etag: string | undefined): DatasetFacts {
  const [type, kind] = [map.get("type"), map.get("kind")];
  const outer = map.counts("shape");
  const { element, inner } = elementOf(type, kind);
  const shape = [...outer, ...inner];
  const data = inlineOf(map.get("data"), element, shape);
  return { kind: "dataset", ...map.attributes(), element, shape, sliceable: outer.length, data, etag };
}

function elementOf(
  type: unknown,
  kind: unknown,
): { readonly element: RemoteElement; readonly inner: readonly number[] } {
  const inner: readonly number[] = [];
  if (type === "str") return { element: { kind: "text" }, inner };
  // A plain type is "V" where each element is a list of it.
  const isList = kind === "V" && typeof type === "string";
  const item = itemFromWire(type, isList ? "" : kind);
  if (item === undefined) return { element: { kind: "opaque" }, inner };
  const { dtype, shape } = item;
  return isList
    ? { element: { kind: "list", dtype }, inner }
    : { element: { kind: "fixed", dtype }, inner: shape };
}

/** What came with the dataset, if it is what the dataset is said to be; else it is asked for when it is wanted. */
function inlineOf(
  data: unknown,
  element: RemoteElement,
  shape: readonly number[],
): ArrayView | WireTexts | undefined {
  if (isWireTexts(data)) {
    const isRight = element.kind === "text" || element.kind === "list";
    return isRight && data.items.length === sizeOf(shape) ? data : undefined;
  }
  if (!isWireArray(data) || element.kind !== "fixed") return undefined;
  const isRight = data.dtype?.equals(element.dtype) === true && data.shape.join() === shape.join();
  return isRight ? viewOf(data) : undefined;
}

/** The map of an object, whose values are what they should be. */
class ObjectMap {
  readonly #map: ReadonlyMap<unknown, unknown>;
  readonly #label: string;

  constructor(value: unknown, label: string) {
    if (!(value instanceof Map)) throw new CorruptError(`${label}: the answer is no map`);
    this.#map = value;
    this.#label = label;
  }

  get(key: string): unknown {
    return this.#map.get(key);
  }

  #refuse(key: string, what: string): never {
    throw new CorruptError(`${this.#label}: the answer's ${JSON.stringify(key)} is no ${what}`);
  }

  text(key: string): string {
    const value = this.get(key);
    return typeof value === "string" ? value : this.#refuse(key, "text");
  }

  counts(key: string): number[] {
    const value = this.get(key);
    return isCounts(value) ? [...value] : this.#refuse(key, "list of whole numbers from 0");
  }

  entries(key: string): [string, unknown][] {
    const value = this.get(key);
    const entries = value instanceof Map ? [...value] : this.#refuse(key, "map");
    return isNamed(entries) ? entries : this.#refuse(key, "map of names");
  }

  attributes(): { readonly attributes: RawAttributes; readonly attr: string | undefined } {
    const attributes = new Map<string, WireArray | WireTexts>();
    const isThere = this.get("attributes") instanceof Map;
    for (const [name, value] of isThere ? this.entries("attributes") : []) {
      // Of what is no array there is nothing to show, but the object itself is as good as any.
      if (isWireArray(value) || isWireTexts(value)) attributes.set(name, value);
    }
    const attr = this.get("attr");
    return { attributes, attr: typeof attr === "string" ? attr : undefined };
  }

  table(): TableFacts | undefined {
    const value = this.get("table");
    if (value === undefined) return undefined;
    const table = new ObjectMap(value, this.#label);
    const rows = [table.get("rows")];
    if (!isCounts(rows)) return table.#refuse("rows", "whole number");
    const columns = table.get("columns");
    if (!Array.isArray(columns) || !columns.every((name) => typeof name === "string")) {
      return table.#refuse("columns", "list of names");
    }
    return { rows: rows[0] ?? 0, columns };
  }
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

function isNamed(entries: readonly (readonly unknown[])[]): entries is [string, unknown][] {
  return entries.every(([name]) => typeof name === "string");
}
