import { isMemmapError } from "../../errors.js";
import { parseJson } from "../json.js";
import type { JsonObject, JsonValue } from "../json-value.js";
import { MAX_LAST_BYTES, recordChecksum } from "../last.js";

/** What of a damaged `last` can still be read. Nothing vouches for it. */
export interface Salvaged {
  readonly generation: number | undefined;
  readonly txid: string | undefined;
  /** The first names of the order, as far as they go; each once. */
  readonly order: readonly string[];
  /** Null where the root is no table; undefined where it cannot be read. */
  readonly rows: number | null | undefined;
  /** Whether it is whole, but of a version of the format that is yet to come. */
  readonly isNewer: boolean;
}

export const NOTHING: Salvaged = {
  generation: undefined,
  txid: undefined,
  order: [],
  rows: undefined,
  isNewer: false,
};

/** No store has had so many transactions: a number beyond it comes from the damage. */
export const MOST_GENERATIONS = 2 ** 50;

/** Reads what there is to be read of a damaged `last`. */
export function salvage(bytes: Uint8Array): Salvaged {
  const json = parsed(bytes);
  return json === undefined ? fromText(Buffer.from(bytes).toString("latin1")) : fromJson(json);
}

function parsed(bytes: Uint8Array): JsonObject | undefined {
  try {
    const json = parseJson(bytes, { path: "last", maxBytes: MAX_LAST_BYTES });
    return isObject(json) ? json : undefined;
  } catch (error) {
    if (isMemmapError(error)) return undefined;
    throw error;
  }
}

function isObject(json: JsonValue): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function fromJson(json: JsonObject): Salvaged {
  const { version, generation, txid, order, rows } = json;
  const isNewer = typeof version === "number" && version > 1 && recordChecksum(json) === json.sha256;
  return {
    generation: count(generation, MOST_GENERATIONS),
    txid: typeof txid === "string" && /^[0-9A-Za-z_-]{1,64}$/.test(txid) ? txid : undefined,
    order: Array.isArray(order) ? names(order) : [],
    rows: rows === null ? null : count(rows, Number.MAX_SAFE_INTEGER),
    isNewer,
  };
}

/** Of what is no JSON any more: member by member, as this package writes them. */
function fromText(text: string): Salvaged {
  const [, generation] = /"generation": (\d+)[,}]/.exec(text) ?? [];
  const [, txid] = /"txid": "([0-9A-Za-z_-]{1,64})"/.exec(text) ?? [];
  const [, rows] = /"rows": (\d+|null)[,}]/.exec(text) ?? [];
  return {
    generation: generation === undefined ? undefined : count(Number(generation), MOST_GENERATIONS),
    txid,
    order: names(strings(text)),
    rows:
      rows === "null" ? null : rows === undefined ? undefined : count(Number(rows), Number.MAX_SAFE_INTEGER),
    isNewer: false,
  };
}

/** The strings at the start of the order, up to the first that is none. */
function* strings(text: string): Generator<unknown> {
  const opening = '"order": [';
  const start = text.indexOf(opening);
  if (start === -1) return;
  // Names are in ASCII, with escapes for all else.
  const string = /\s*("(?:[^"\\]|\\.)*")\s*[,\]]/y;
  string.lastIndex = start + opening.length;
  for (let found = string.exec(text); found !== null; found = string.exec(text)) {
    try {
      yield JSON.parse(found[1] ?? "");
    } catch {
      return;
    }
    if (found[0].endsWith("]")) return;
  }
}

function names(found: Iterable<unknown>): string[] {
  return [...new Set([...found].filter((name) => typeof name === "string"))];
}

function count(value: unknown, most: number): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= most
    ? value
    : undefined;
}
