import { hash } from "node:crypto";
import { CorruptError, FormatError } from "../errors.js";
import { parseJson, stringifyJson, toBytes } from "./json.js";
import type { JsonObject, JsonValue } from "./json-value.js";
import { schemaProblem } from "./schema-problem.js";
import { validateLast } from "./validators.js";

/** What the last applied transaction left: the file `.memmap/last`. */
export interface LastRecord {
  /** Of the record's format. */
  readonly version: 1;
  /** How many transactions there have been. */
  readonly generation: number;
  /** A name of that transaction alone, of up to 64 letters, digits, `-` and `_`. */
  readonly txid: string;
  /** The columns' names in the table's order, each once. */
  readonly order: readonly string[];
  /** The rows of every column; null where the root is no table. */
  readonly rows: number | null;
  /** Whether it was made to survive a loss of power, or only the end of the process. */
  readonly durability: "full" | "process";
  /** Of everything else, in hexadecimal: see {@link recordChecksum}. */
  readonly sha256: string;
}

/** The longest record, in bytes: that of a hundred thousand columns. A redo record becomes this one when it is applied. */
export const MAX_LAST_BYTES = 256 * 2 ** 20;

/**
 * A record's bytes, with its checksum.
 *
 * @throws FormatError for what is no record, such as a name that stands twice in the order
 * @throws LimitError for over 256 MiB
 */
export function formatLast(record: Omit<LastRecord, "sha256">): Uint8Array {
  const { version, generation, txid, order, rows, durability } = record;
  const members = { version, generation, txid, order, rows, durability };
  const whole = { ...members, sha256: recordChecksum(members) };
  checked(whole);
  return toBytes(stringifyJson(whole), { maxBytes: MAX_LAST_BYTES });
}

/**
 * Reads a record. Members that this version does not know are covered by the checksum and left out of the result.
 *
 * @param bytes the whole file
 * @param path its path, for messages
 * @throws FormatError for what is no record of version 1, and for over 256 MiB
 * @throws CorruptError where the checksum is another
 */
export function parseLast(bytes: Uint8Array, path: string): LastRecord {
  const json = parseJson(bytes, { path, maxBytes: MAX_LAST_BYTES });
  const record = checked(json, path);
  const { version, generation, txid, order, rows, durability, sha256 } = record;
  if (recordChecksum(record) !== sha256) {
    throw new CorruptError(
      `${path}: the checksum does not fit the record, which was damaged or changed by hand`,
      {
        path,
      },
    );
  }
  return { version, generation, txid, order, rows, durability, sha256 };
}

/**
 * SHA-256 in hexadecimal over all members but `sha256`, printed with their keys sorted: Python's
 * `json.dumps(members, sort_keys=True)`.
 */
export function recordChecksum(record: JsonObject): string {
  return checksum(recordText(record));
}

/** What the checksum of a record is over. */
export function recordText(record: JsonObject): string {
  const { sha256: _, ...members } = record;
  return stringifyJson(members, { sortKeys: true });
}

/** SHA-256 of a text, in hexadecimal. */
export function checksum(text: string): string {
  return hash("sha256", text);
}

function checked(json: JsonValue, path?: string): LastRecord & JsonObject {
  const where = path === undefined ? "" : `${path}: `;
  if (!isRecord(json)) {
    throw new FormatError(where + schemaProblem(validateLast, json, "the record"), { path });
  }
  // The validator keeps names as keys of an object, where __proto__ is never found again.
  if (new Set(json.order).size < json.order.length) {
    throw new FormatError(`${where}order has the name "__proto__" twice`, { path });
  }
  return json;
}

function isRecord(json: JsonValue): json is LastRecord & JsonObject {
  return validateLast(json);
}
