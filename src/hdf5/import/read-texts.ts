import { sizeOf } from "../../dtype/index.js";
import type { ReferenceReader } from "../attributes.js";
import type { DatasetInfo } from "../describe.js";
import type { H5Module, TypeInfo } from "../h5wasm.js";
import type { Handle } from "../handle.js";
import { withBox } from "../library-box.js";
import { decodeText, stringEnd } from "../text.js";
import { TYPE_CLASS } from "../types.js";
import { boxAt } from "./boxes.js";
import { type TextBatch, TextBuilder } from "./text-batch.js";

/** Elements that are read at a time, at most. */
const MOST = 1 << 14;

/** Bytes of texts that are read at a time, about: the library's memory is small. */
const MOST_BYTES = 4 << 20;

/** What becomes text of each element. */
export interface TextMember {
  readonly offset: number;
  readonly text: TypeInfo;
}

/** Some elements that follow one another. */
export interface ElementBatch {
  /** The elements, as the library gives them. */
  readonly elements: Uint8Array;
  /** Of each member, the texts. */
  readonly texts: readonly TextBatch[];
}

/** Reads a dataset in the order of its elements, some at a time; as often as it is called. */
export type BatchReader = () => AsyncGenerator<ElementBatch>;

/**
 * Reads elements of which parts become text, by the library: strings of variable length as they are, references to objects as
 * the paths of these, empty for those to nothing.
 *
 * @param rest awaited between two batches
 */
export function batchReader(
  handle: Handle,
  info: DatasetInfo,
  members: readonly TextMember[],
  pathOf: ReferenceReader,
  rest: () => Promise<void>,
): BatchReader {
  const reader = new ElementReader(handle, info, members, pathOf);
  return async function* read() {
    const shape = info.space ?? [0];
    const size = sizeOf(shape);
    // Nobody knows how long the first ones are.
    let count = 16;
    for (let from = 0; from < size; ) {
      const { offset, count: counts } = boxAt(shape, from, count);
      const batch = reader.read(offset, counts);
      yield batch;
      await rest();
      const length = sizeOf(counts);
      from += length;
      const bytes = batch.texts.reduce((sum, text) => sum + text.bytes.length, batch.elements.length);
      count = Math.max(1, Math.min(MOST, 4 * count, Math.floor((MOST_BYTES * length) / (bytes + 1))));
    }
  };
}

class ElementReader {
  readonly #handle: Handle;
  readonly #info: DatasetInfo;
  readonly #members: readonly TextMember[];
  readonly #pathOf: ReferenceReader;
  /** Paths in UTF-8 by what refers to them. */
  readonly #paths = new Map<bigint, Uint8Array>();

  constructor(handle: Handle, info: DatasetInfo, members: readonly TextMember[], pathOf: ReferenceReader) {
    this.#handle = handle;
    this.#info = info;
    this.#members = members;
    this.#pathOf = pathOf;
  }

  /** Reads a box of elements. @throws CorruptError */
  read(offset: readonly number[], count: readonly number[]): ElementBatch {
    return withBox(this.#handle, this.#info, offset, count, (module, address, bytes) =>
      this.#gather(module, address, bytes),
    );
  }

  #gather(module: H5Module, address: number, bytes: number): ElementBatch {
    const elements = module.HEAPU8.slice(address, address + bytes);
    const texts = this.#members.map((member) =>
      member.text.type === TYPE_CLASS.reference
        ? this.#references(elements, member)
        : // Looking for a path may make the library's memory grow, which moves it.
          this.#strings(module.HEAPU8, elements, member),
    );
    return { elements, texts };
  }

  #builder(elements: Uint8Array): TextBuilder {
    return new TextBuilder(elements.length / this.#info.type.size);
  }

  /** The strings at the addresses in elements; what is no UTF-8, and is not said to be, becomes it. */
  #strings(heap: Uint8Array, elements: Uint8Array, { offset, text: { cset } }: TextMember): TextBatch {
    const { size } = this.#info.type;
    const texts = this.#builder(elements);
    const view = new DataView(elements.buffer, elements.byteOffset);
    for (let at = offset; at < elements.length; at += size) {
      const start = view.getUint32(at, true);
      const end = stringEnd(heap, start);
      const text = isAscii(heap, start, end) ? undefined : decodeText(heap.slice(start, end), cset);
      if (text === undefined) texts.add(heap, start, end);
      else texts.addAll(Buffer.from(text));
    }
    return texts.build();
  }

  #references(elements: Uint8Array, { offset, text }: TextMember): TextBatch {
    const { size } = this.#info.type;
    const texts = this.#builder(elements);
    for (let at = offset; at < elements.length; at += size) {
      texts.addAll(this.#pathAt(elements.subarray(at, at + text.size)));
    }
    return texts.build();
  }

  #pathAt(reference: Uint8Array): Uint8Array {
    const address = addressIn(reference);
    let path = this.#paths.get(address);
    if (path === undefined) {
      path = Buffer.from(this.#pathOf(reference.slice()) ?? "");
      this.#paths.set(address, path);
    }
    return path;
  }
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] ?? 0) >= 0x80) return false;
  return true;
}

/** The address that a reference to an object is. */
export function addressIn(reference: Uint8Array): bigint {
  let address = 0n;
  for (const byte of reference.toReversed()) address = (address << 8n) | BigInt(byte);
  return address;
}
