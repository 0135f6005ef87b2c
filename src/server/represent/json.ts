import { type ArrayView, denseCopy, STRIDED } from "../../array/index.js";
import { type DType, sizeOf } from "../../dtype/index.js";
import { turn } from "../../platform/turns.js";
import { isWireArray, isWireTexts, type WireArray, type WireTexts } from "../../remote/wire/index.js";
import { type JsonElement, jsonElement, jsonNumber } from "./json-element.js";
import { JsonLists } from "./json-lists.js";
import { type FixedResult, type ItemsResult, inRows, inUnits, type Result } from "./result.js";

/** About the characters that are sent together, and the bytes that they are made of. */
const PIECE_CHARACTERS = 65536;
const BLOCK_BYTES = 65536;

/**
 * A result as JSON: `{"dtype", "shape", "data"}`, the data as nested lists and elements as {@link jsonElement} has them; texts have
 * the dtype `"str"`, lists `{"list": dtype}`. Memory: one block of elements.
 *
 * @throws what reading throws; CorruptError where it gives another number of elements
 */
export function jsonOf(result: Result): AsyncGenerator<Uint8Array, void, undefined> {
  return inPieces(result.kind === "fixed" ? fixedTexts(result) : itemTexts(result));
}

/** Texts joined into pieces. */
async function* inPieces(
  texts: AsyncIterable<string> | Iterable<string>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let waiting = "";
  for await (const text of texts) {
    waiting += text;
    if (waiting.length < PIECE_CHARACTERS) continue;
    yield Buffer.from(waiting);
    waiting = "";
    await turn();
  }
  if (waiting !== "") yield Buffer.from(waiting);
}

function head(dtype: unknown, shape: readonly number[]): string {
  return `{"dtype":${JSON.stringify(dtype)},"shape":${JSON.stringify(shape)},"data":`;
}

async function* fixedTexts({ dtype, shape, pieces }: FixedResult): AsyncGenerator<string> {
  yield head(dtype.descr, shape);
  const lists = new JsonLists(shape);
  const element = jsonElement(dtype);
  const { itemsize } = dtype;
  for await (const block of inUnits(pieces, itemsize, BLOCK_BYTES, sizeOf(shape) * itemsize)) {
    yield* elementTexts(block, itemsize, element, lists);
  }
  yield `${lists.end()}}`;
}

/** The elements that bytes are, about a piece of text at a time. */
function* elementTexts(
  bytes: Uint8Array,
  itemsize: number,
  element: JsonElement,
  lists: JsonLists,
): Generator<string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let at = 0; at < bytes.length; at += itemsize) {
    text += lists.next() + element(view, at);
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = "";
  }
  yield text;
}

async function* itemTexts(result: ItemsResult): AsyncGenerator<string> {
  const { shape } = result;
  yield head(result.kind === "text" ? "str" : { list: result.dtype.descr }, shape);
  const lists = new JsonLists(shape);
  for await (const items of inRows(result, 1)) {
    for (const item of items) {
      yield lists.next();
      if (typeof item === "string") yield JSON.stringify(item);
      else yield* viewTexts(item);
    }
  }
  yield `${lists.end()}}`;
}

function viewTexts(view: ArrayView): Generator<string> {
  const { dtype, layout, bytes } = denseCopy(view[STRIDED]());
  return arrayTexts(dtype, layout.shape, bytes);
}

/** The elements of an array in memory as nested lists. */
function* arrayTexts(dtype: DType, shape: readonly number[], bytes: Uint8Array): Generator<string> {
  const lists = new JsonLists(shape);
  yield* elementTexts(bytes, dtype.itemsize, jsonElement(dtype), lists);
  yield lists.end();
}

/**
 * A map of a directory, file, group or dataset, as `decodeMessage` gives it, as JSON: maps as objects, encoded arrays as
 * `{"type", "shape", "data"}` with nested lists, of types without a name in NumPy `"base64"` in place of data.
 */
export function mapToJson(value: unknown): AsyncGenerator<Uint8Array, void, undefined> {
  return inPieces(valueTexts(value));
}

function* valueTexts(value: unknown): Generator<string> {
  if (isWireArray(value)) yield* wireArrayTexts(value);
  else if (isWireTexts(value)) yield* wireTextsTexts(value);
  else if (value instanceof Uint8Array) yield `"${Buffer.from(value).toString("base64")}"`;
  else if (value instanceof Map) yield* entriesTexts(value);
  else if (Array.isArray(value)) yield* listTexts(value);
  else yield typeof value === "string" ? JSON.stringify(value) : jsonNumber(value ?? null);
}

function* entriesTexts(map: ReadonlyMap<unknown, unknown>): Generator<string> {
  let before = "{";
  for (const [key, value] of map) {
    yield `${before}${JSON.stringify(String(key))}:`;
    yield* valueTexts(value);
    before = ",";
  }
  yield before === "{" ? "{}" : "}";
}

function* listTexts(list: readonly unknown[]): Generator<string> {
  const lists = new JsonLists([list.length]);
  for (const value of list) {
    yield lists.next();
    yield* valueTexts(value);
  }
  yield lists.end();
}

function* wireArrayTexts({ dtype, type, shape, bytes }: WireArray): Generator<string> {
  yield `{"type":${JSON.stringify(dtype?.descr ?? type)},"shape":${JSON.stringify(shape)},`;
  if (dtype === undefined) yield `"base64":"${Buffer.from(bytes).toString("base64")}"}`;
  else {
    yield '"data":';
    yield* arrayTexts(dtype, shape, bytes);
    yield "}";
  }
}

function* wireTextsTexts({ shape, items }: WireTexts): Generator<string> {
  const isText = items.every((item) => typeof item === "string");
  yield `{"type":${isText ? '"str"' : '"list"'},"shape":${JSON.stringify(shape)},"data":`;
  const lists = new JsonLists(shape);
  for (const item of items) {
    yield lists.next();
    if (typeof item === "string") yield JSON.stringify(item);
    else if (item.dtype === undefined) yield* valueTexts(item);
    else yield* arrayTexts(item.dtype, item.shape, item.bytes);
  }
  yield `${lists.end()}}`;
}
