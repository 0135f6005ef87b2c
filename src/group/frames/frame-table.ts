import { ownEntry } from "../../dtype/index.js";
import { FormatError } from "../../errors.js";
import {
  type AttrValue,
  decodeAttr,
  encodeAttr,
  type JsonValue,
  schemaProblem,
  validateFrame,
} from "../../store/index.js";
import { isAttrObject } from "../node-attributes.js";

/** The attribute of a group that says what frame was written into it. */
export const FRAME_KEY = "memmap-table.frame";

/** What was written of a frame under a name. */
export interface Registered {
  readonly name: string;
  /** The columns that are in it. */
  readonly columns: readonly string[];
}

/** Rows of a frame that have the same keys. */
export interface FrameGroup {
  /** The keys, one for each column that the frame is grouped by; null for nulls. */
  readonly keys: readonly AttrValue[];
  /** The name of its directory. */
  readonly part: string;
  /** How many rows it has. */
  readonly size: number;
}

/** What is known of a frame that was written: see `schema/frame.schema.json`. */
export interface FrameTable {
  /** Of a frame without a name; null for one that has a name. */
  readonly number: number | null;
  readonly rows: number;
  readonly groupBy: readonly string[];
  /** NumPy's type strings of the keys. */
  readonly dtypes: readonly string[];
  /** In their order; none for a frame that is not grouped. */
  readonly groups: readonly FrameGroup[];
  /** Arrays: one for each group. */
  readonly arrays: readonly Registered[];
  /** Data frames: a group of columns for each group. */
  readonly frames: readonly Registered[];
}

/** The JSON that a group's attribute is with a frame's table in it. */
export function withFrameTable(attr: JsonValue, table: FrameTable): JsonValue {
  const decoded = decodeAttr(attr);
  const entries: { [key: string]: unknown } = {};
  if (isAttrObject(decoded))
    for (const [key, value] of Object.entries(decoded)) ownEntry(entries, key, value);
  const { number, rows, groupBy, dtypes, groups, arrays, frames } = table;
  entries[FRAME_KEY] = {
    version: 1,
    number,
    rows,
    groupBy,
    dtypes,
    parts: groups.map(({ part }) => part),
    sizes: groups.map(({ size }) => size),
    values: groups.map(({ keys }) => keys),
    arrays: arrays.map(({ name, columns }) => [name, columns]),
    frames: frames.map(({ name, columns }) => [name, columns]),
  };
  return encodeAttr(entries);
}

/** As it stands in JSON. */
interface FrameJson {
  readonly number: number | null;
  readonly rows: number;
  readonly groupBy: readonly string[];
  readonly dtypes: readonly string[];
  readonly parts: readonly string[];
  readonly sizes: readonly number[];
  readonly values: readonly (readonly JsonValue[])[];
  readonly arrays: readonly (readonly [name: string, columns: readonly string[]])[];
  readonly frames: readonly (readonly [name: string, columns: readonly string[]])[];
}

/**
 * The table of the frame that was written into a group; undefined where none was.
 *
 * @param attr the group's attribute as it stands in JSON
 * @throws FormatError for what is no such table
 */
export function frameTableIn(attr: JsonValue, path: string): FrameTable | undefined {
  if (typeof attr !== "object" || attr === null || !Object.hasOwn(attr, FRAME_KEY)) return undefined;
  const known = tables.get(attr);
  if (known !== undefined) return known;
  const table = parseTable(attr, path);
  tables.set(attr, table);
  return table;
}

/** Attributes never change: what was set is another one. */
const tables = new WeakMap<object, FrameTable>();

function parseTable(attr: object, path: string): FrameTable {
  const json: unknown = Reflect.get(attr, FRAME_KEY);
  if (!isFrameJson(json)) {
    const problem = schemaProblem(validateFrame, json, "it");
    throw new FormatError(`${path}: its attribute ${FRAME_KEY} is no list of a frame's groups: ${problem}`, {
      path,
    });
  }
  const { number, rows, groupBy, dtypes, parts, sizes, values } = json;
  const isEven =
    parts.length === sizes.length &&
    parts.length === values.length &&
    dtypes.length === groupBy.length &&
    values.every((keys) => keys.length === groupBy.length);
  if (!isEven) {
    throw new FormatError(
      `${path}: in its attribute ${FRAME_KEY}, lists that belong together differ in length`,
      {
        path,
      },
    );
  }
  return {
    number,
    rows,
    groupBy,
    dtypes,
    groups: parts.map((part, i) => ({ part, size: sizes[i] ?? 0, keys: (values[i] ?? []).map(decodeAttr) })),
    arrays: json.arrays.map(registered),
    frames: json.frames.map(registered),
  };
}

function isFrameJson(json: unknown): json is FrameJson {
  return validateFrame(json);
}

function registered([name, columns]: readonly [string, readonly string[]]): Registered {
  return { name, columns };
}
