import { turn } from "../../platform/turns.js";
import { type Dialect, encodeValue } from "../../remote/wire/index.js";
import { stringifyJson } from "../../store/json.js";
import type { ServedDataset, ServedFile, ServedGroup, ServedNode } from "../served/served.js";
import { type AttributeEntries, attributeEntries } from "./attribute-entries.js";
import { sentType } from "./dataset-type.js";
import { isFaultOf } from "./fault.js";
import { mapHead, NIL } from "./heads.js";
import { readInline } from "./inline-data.js";

/** What {@link encodeObject} is told. */
export interface ObjectOptions {
  /** How deep groups are shown, the one that is asked for being at depth 0; at most {@link DEEPEST}. */
  readonly maxDepth: number;
  /** Data of datasets of at most so many bytes come with them. */
  readonly dataSizeLimit: number;
  readonly dialect: Dialect;
  /** Bytes of all data together; further datasets come without. */
  readonly inlineLimit: number;
  /** Groups and datasets that are shown; further ones are null. 10,000 unless given. */
  readonly memberLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Groups below the one that is asked for, however deep is asked: nobody's decoder is led deeper into maps. */
export const DEEPEST = 24;

/** Groups with more links than these are shown in full only where they are what is asked for. */
const MOST_LINKS = 20;

const MEMBER_LIMIT = 10_000;

/** Bytes that are sent together. */
const PIECE_BYTES = 1 << 16;

/**
 * An object of a file as it is sent: a group with its members, or a dataset. Members that cannot be described are unknown
 * ones; data that cannot be read are left out.
 *
 * @param node what a path led to
 * @returns pieces of the answer, each good until the next is asked for
 * @throws before the first piece: what keeps the object itself from being described. Later: StaleError, and what reading large
 * data throws; the reason of the signal
 */
export async function* encodeObject(
  node: ServedNode,
  file: Pick<ServedFile, "isIntact">,
  options: ObjectOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new ObjectEncoder(file, options);
  yield* encoder.encode(describe(node, options.dialect), 0);
  yield* encoder.end();
}

/** An object whose description was read. */
type Described =
  | { readonly node: ServedGroup; readonly attributes: AttributeEntries; readonly names: readonly string[] }
  | { readonly node: ServedDataset; readonly attributes: AttributeEntries; readonly names?: undefined }
  | { readonly node: Exclude<ServedNode, ServedGroup | ServedDataset> };

function describe(node: ServedNode, dialect: Dialect): Described {
  if (node.kind === "group") {
    return { node, attributes: attributeEntries(node, dialect), names: node.names() };
  }
  return node.kind === "dataset" ? { node, attributes: attributeEntries(node, dialect) } : { node };
}

const WORDS = new Map<string, Uint8Array>();

/** A key or word of the protocol, encoded. */
function word(text: string): Uint8Array {
  let bytes = WORDS.get(text);
  if (bytes === undefined) {
    bytes = encodeValue(text);
    WORDS.set(text, bytes);
  }
  return bytes;
}

class ObjectEncoder {
  readonly #file: Pick<ServedFile, "isIntact">;
  readonly #options: ObjectOptions;
  readonly #maxDepth: number;
  #held: Uint8Array[] = [];
  #bytes = 0;
  /** Bytes of data, and members, that may still come. */
  #room: number;
  #members: number;

  constructor(file: Pick<ServedFile, "isIntact">, options: ObjectOptions) {
    this.#file = file;
    this.#options = options;
    this.#maxDepth = Math.min(options.maxDepth, DEEPEST);
    this.#room = options.inlineLimit;
    this.#members = options.memberLimit ?? MEMBER_LIMIT;
  }

  #put(...parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      this.#held.push(part);
      this.#bytes += part.length;
    }
  }

  *#full(): Generator<Uint8Array> {
    if (this.#bytes >= PIECE_BYTES) yield* this.end();
  }

  /** What was not sent so far. */
  *end(): Generator<Uint8Array> {
    const piece = Buffer.concat(this.#held);
    this.#held = [];
    this.#bytes = 0;
    if (piece.length > 0) yield piece;
  }

  async *encode(described: Described, depth: number): AsyncGenerator<Uint8Array, void, undefined> {
    const { node } = described;
    if ("attributes" in described) {
      if (described.names === undefined) yield* this.#dataset(described.node, described.attributes);
      else yield* this.#group(described.node, described.attributes, described.names, depth);
    } else if (node.kind === "link") {
      this.#put(mapHead(2), word("hdf5_object"), word("soft_link"), word("target"), encodeValue(node.target));
    } else {
      this.#put(mapHead(1), word("hdf5_object"), word("unknown"));
    }
  }

  #attributes({ count, entries }: AttributeEntries): void {
    this.#put(word("attributes"), mapHead(count), ...entries);
  }

  async *#group(
    group: ServedGroup,
    attributes: AttributeEntries,
    names: readonly string[],
    depth: number,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { attr, table } = this.#options.dialect === "numpy" ? group : {};
    const keys = 3 + (attr === undefined ? 0 : 1) + (table === undefined ? 0 : 1);
    this.#put(mapHead(keys), word("hdf5_object"), word("group"));
    this.#attributes(attributes);
    if (attr !== undefined) this.#put(word("attr"), encodeValue(stringifyJson(attr)));
    if (table !== undefined) this.#put(word("table"), encodeValue({ ...table }));
    this.#put(word("members"), mapHead(names.length));
    const isShown = depth === 0 || (names.length <= MOST_LINKS && depth < this.#maxDepth);
    for (const name of names) {
      this.#put(encodeValue(name));
      if (isShown && this.#members > 0) {
        this.#members -= 1;
        yield* this.#member(group, name, depth + 1);
      } else this.#put(NIL);
      yield* this.#full();
      const rest = turn();
      if (rest !== undefined) {
        await rest;
        this.#options.signal?.throwIfAborted();
      }
    }
  }

  async *#member(
    group: ServedGroup,
    name: string,
    depth: number,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const described = this.#describe(group, name, depth);
    if (described === undefined) this.#put(NIL);
    else yield* this.encode(described, depth);
  }

  /** @returns undefined for a group that is too deep */
  #describe(group: ServedGroup, name: string, depth: number): Described | undefined {
    const unknown: Described = { node: { kind: "unknown", path: `${group.path}/${name}` } };
    try {
      const node = group.member(name);
      if (node === undefined) return unknown;
      const isDeeper = node.kind === "group" && depth > this.#maxDepth;
      return isDeeper ? undefined : describe(node, this.#options.dialect);
    } catch (error) {
      if (isFaultOf(error, this.#file)) return unknown;
      throw error;
    }
  }

  async *#dataset(
    dataset: ServedDataset,
    attributes: AttributeEntries,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { dialect, dataSizeLimit, signal } = this.#options;
    const sent = sentType(dataset, dialect);
    const isInline = sent.nbytes <= dataSizeLimit && sent.nbytes <= this.#room;
    const data = isInline
      ? await readInline(dataset, this.#file, sent, { dialect, room: this.#room, signal })
      : undefined;
    const attr = dialect === "numpy" ? dataset.attr : undefined;
    const keys = 5 + (data === undefined ? 0 : 1) + (attr === undefined ? 0 : 1);
    this.#put(mapHead(keys), word("hdf5_object"), word("dataset"));
    this.#attributes(attributes);
    this.#put(word("type"), encodeValue(sent.type), word("kind"), word(sent.kind));
    this.#put(word("shape"), encodeValue(dataset.shape));
    if (data !== undefined) {
      this.#room -= data.bytes;
      this.#put(word("data"), ...data.read);
      if (data.rest !== undefined) yield* this.#rest(data.rest);
    }
    if (attr !== undefined) this.#put(word("attr"), encodeValue(stringifyJson(attr)));
  }

  async *#rest(
    pieces: AsyncGenerator<Uint8Array, void, undefined>,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* this.end();
      yield* pieces;
    } finally {
      await pieces.return(undefined);
    }
  }
}
