import { Buffer } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { decodeValue, encodeValue } from "../../../src/remote/wire/index.js";
import type { Exchange } from "./replay.js";

/** The address that the recordings speak of. */
export const BASE = "https://localhost:8444/hdfstream";

const EXTENSION = ".msgpack.gz";

/** The question with which a client begins, which most recordings leave to one that was played before them. */
export const PROBE: Exchange = {
  method: "GET",
  url: `${BASE}/msgpack/`,
  body: "",
  status: 200,
  headers: { "content-type": "application/x-msgpack" },
  answer: Buffer.from(encodeValue({})).toString("base64"),
};

/** The names of all recordings in a folder, such as `test_paths/test_leading_slash`. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .flatMap((group) => readdirSync(join(folder, group)).map((file) => join(group, file)))
    .filter((path) => path.endsWith(EXTENSION))
    .map((path) => path.slice(0, -EXTENSION.length))
    .sort();
}

/** What one recording holds. */
export function readCassette(folder: string, name: string): Exchange[] {
  const tape = decodeValue(gunzipSync(readFileSync(join(folder, `${name}${EXTENSION}`))));
  return listAt(tape, "interactions").map((each) => {
    const answer = bytesAt(each, "response", "body", "string");
    return {
      method: textAt(each, "request", "method"),
      url: textAt(each, "request", "uri"),
      body: bytesAt(each, "request", "body").toString("base64"),
      status: Number(at(each, "response", "status", "code")),
      headers: headersAt(each, "response", "headers"),
      answer: answer.toString("base64"),
    };
  });
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce((inner, key) => (inner instanceof Map ? inner.get(key) : undefined), value);
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const list = at(value, key);
  if (Array.isArray(list)) return list;
  throw new TypeError(`the recording has no list of ${key}`);
}

function textAt(value: unknown, ...keys: readonly string[]): string {
  return String(at(value, ...keys));
}

/** Bodies are bytes, but for two that are texts. */
function bytesAt(value: unknown, ...keys: readonly string[]): Buffer {
  const bytes = at(value, ...keys);
  if (bytes instanceof Uint8Array) return Buffer.from(bytes);
  return Buffer.from(typeof bytes === "string" ? bytes : "");
}

/** Content types only: the other headers are of the connections of then. */
function headersAt(value: unknown, ...keys: readonly string[]): Record<string, string> {
  const headers = at(value, ...keys);
  const entries = headers instanceof Map ? [...headers] : [];
  const named = entries.map(([name, values]) => [String(name).toLowerCase(), [values].flat().join(", ")]);
  return Object.fromEntries(named.filter(([name]) => name === "content-type"));
}
