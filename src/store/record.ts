import { CorruptError, FormatError } from "../errors.js";
import { parseJson, toBytes } from "./json.js";
import type { JsonObject, JsonValue } from "./json-value.js";
import { checksum, type LastRecord, recordChecksum, recordText } from "./last.js";
import { schemaProblem } from "./schema-problem.js";
import { validateCommit } from "./validators.js";

/**
 * One step of the application of a transaction. Each can be done again, and finds itself done. Paths are relative to the
 * root; inodes are in decimal digits, since some have more than a number can hold.
 */
export type Operation =
  /** A group's directory that is new. */
  | { readonly op: "mkdir"; readonly path: string }
  /** A staged file gets its name. */
  | {
      readonly op: "put";
      readonly path: string;
      readonly from: string;
      readonly ino: string;
      readonly size: number;
    }
  /** A header is written whole, in base64 here. */
  | { readonly op: "header"; readonly path: string; readonly ino: string; readonly header: string }
  /** What lies behind the data is given back. */
  | { readonly op: "punch"; readonly path: string; readonly ino: string; readonly from: number }
  | { readonly op: "delete"; readonly path: string; readonly ino: string }
  /** A group's directory goes, if it is empty. */
  | { readonly op: "rmdir"; readonly path: string };

/** What is to be done to apply one transaction: the file `.memmap/commit-<generation>`. */
export interface CommitRecord extends LastRecord {
  /** The transaction that this one follows; null for the first. */
  readonly prev: string | null;
  /** The inode of `.memmap`: while it has it, the inodes of the operations hold. */
  readonly control: string;
  /** The directory in `.memmap` that the staged files are in; null where there are none. */
  readonly stage: string | null;
  readonly operations: readonly Operation[];
}

/** The longest record, in bytes: a hundred thousand columns with headers of their own. */
export const MAX_COMMIT_BYTES = 256 * 2 ** 20;

/**
 * A record's bytes, with its checksum.
 *
 * @throws FormatError for what is no record, LimitError for over 256 MiB
 */
export function formatCommit(record: Omit<CommitRecord, "sha256">): Uint8Array {
  const { version, generation, txid, prev, order, rows, durability, control, stage, operations } = record;
  const members = { version, generation, txid, prev, order, rows, durability, control, stage, operations };
  // What the checksum is over is printed once, and is the file but for the checksum: a commit waits for this.
  const text = recordText(members);
  const sha256 = checksum(text);
  checked({ ...members, sha256 });
  return toBytes(`${text.slice(0, -1)}, "sha256": "${sha256}"}`, { maxBytes: MAX_COMMIT_BYTES });
}

/**
 * Reads a record.
 *
 * @param bytes the whole file
 * @param path its path, for messages
 * @throws FormatError for what is no record of version 1, CorruptError where the checksum is another
 */
export function parseCommit(bytes: Uint8Array, path: string): CommitRecord {
  const record = checked(parseJson(bytes, { path, maxBytes: MAX_COMMIT_BYTES }), path);
  if (recordChecksum(record) === record.sha256) return record;
  throw new CorruptError(`${path}: the checksum does not fit the record`, { path });
}

function checked(json: JsonValue, path?: string): CommitRecord & JsonObject {
  const where = path === undefined ? "" : `${path}: `;
  if (!isRecord(json)) {
    throw new FormatError(where + schemaProblem(validateCommit, json, "the record"), { path });
  }
  // The validator keeps names as keys of an object, where __proto__ is never found again.
  if (new Set(json.order).size < json.order.length) {
    throw new FormatError(`${where}order has the name "__proto__" twice`, { path });
  }
  return json;
}

function isRecord(json: JsonValue): json is CommitRecord & JsonObject {
  return validateCommit(json);
}
