import { createHash } from "node:crypto";
import { CorruptError, FormatError } from "../errors.js";
import { encodeJson, parseJson, stringifyJson } from "./json.js";
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

/** The longest record, in bytes: that of a hundred thousand long names. */
export const MAX_LAST_BYTES = 64 * 2 ** 20;
