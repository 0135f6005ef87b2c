import { sizeOf } from "../../dtype/index.js";
import type { ReferenceReader } from "../attributes.js";
import { type DatasetInfo, sourceOf } from "../describe.js";
import type { Handle } from "../handle.js";
import { planRows, readRows } from "../read/index.js";
import { decodeText, stringEnd } from "../text.js";
import { type TextBatch, TextBuilder } from "./text-batch.js";
import type { TextReader } from "./texts.js";

/** Elements that are read at a time, at most. */
const MOST = 1 << 14;

/** Bytes of texts that are read at a time, about: the library's memory is small. */
const MOST_BYTES = 4 << 20;

/** Reads strings of variable length, by the library. */
export function stringReader(handle: Handle, info: DatasetInfo): TextReader {
  return async function* read() {
    const shape = info.space ?? [0];
    const size = sizeOf(shape);
    // Nobody knows how long the first ones are.
    let count = 16;
    for (let from = 0; from < size; ) {
      const box = boxAt(shape, from, count);
      const texts = readStrings(handle, info, box);
      yield texts;
      from += texts.ends.length;
      const mean = texts.bytes.length / texts.ends.length;
      count = Math.max(1, Math.min(MOST, 4 * count, Math.floor(MOST_BYTES / (mean + 1))));
    }
  };
}

/** A part of a dataset whose elements follow one another. */
interface Box {
  readonly offset: readonly number[];
  readonly count: readonly number[];
}

/** The largest one of at most so many elements that begins at an element. */
function boxAt(shape: readonly number[], from: number, most: number): Box {
  const offset = [...shape];
  const count = shape.map(() => 1);
  let rest = from;
  let left = most;
  let isOpen = true;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    const at = rest % extent;
    rest = Math.floor(rest / extent);
    offset[axis] = at;
    if (!isOpen) continue;
    const room = Math.min(extent - at, Math.max(1, left));
    count[axis] = room;
    left = Math.floor(left / room);
    // Another row only after a whole one.
    isOpen = room === extent;
  }
  return { offset, count };
}

function readStrings(handle: Handle, { path, type }: DatasetInfo, { offset, count }: Box): TextBatch {
  const { module, id } = handle.requireOpen();
  const size = sizeOf(count);
  const address = module._malloc(size * type.size);
  if (address === 0) throw handle.corrupt(path, "the memory of h5wasm is full");
  const isScalar = count.length === 0;
  const big = (numbers: readonly number[]) => (isScalar ? null : numbers.map(BigInt));
  const ones = count.map(() => 1);
  try {
    const read = () => module.get_dataset_data(id, path, big(count), big(offset), big(ones), BigInt(address));
    const { value: status = -1, problem } = handle.try(read);
    if (status < 0) throw handle.corrupt(path, problem ?? "HDF5 does not say why");
    try {
      const heap = module.HEAPU8;
      return gather(heap, new Uint32Array(heap.buffer, address, size), type.cset);
    } finally {
      handle.try(() =>
        isScalar
          ? module.reclaim_vlen_memory(id, path, "", BigInt(address))
          : module.reclaim_vlen_memory_count(id, path, "", BigInt(address), count.map(BigInt)),
      );
    }
  } finally {
    module._free(address);
  }
}

/** The strings at some addresses; what is no UTF-8, and is not said to be, becomes it. */
function gather(heap: Uint8Array, addresses: Uint32Array, cset: number | undefined): TextBatch {
  const texts = new TextBuilder(addresses.length);
  for (const address of addresses) {
    const end = stringEnd(heap, address);
    const latin = isAscii(heap, address, end) ? undefined : decodeText(heap.slice(address, end), cset);
    if (latin === undefined) texts.add(heap, address, end);
    else {
      const bytes = Buffer.from(latin);
      texts.add(bytes, 0, bytes.length);
    }
  }
  return texts.build();
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] ?? 0) >= 0x80) return false;
  return true;
}

/** Reads references to objects as the paths of these; those to nothing are empty. */
export function referenceTexts(handle: Handle, info: DatasetInfo, pathOf: ReferenceReader): TextReader {
  const source = sourceOf(handle, info);
  const known = new Map<bigint, Uint8Array>();
  const textOf = (reference: Uint8Array): Uint8Array => {
    const address = addressIn(reference);
    let text = known.get(address);
    if (text === undefined) {
      text = Buffer.from(pathOf(reference) ?? "");
      known.set(address, text);
    }
    return text;
  };
  return async function* read() {
    const rows = source.shape[0] ?? 1;
    const perRow = sizeOf(source.shape.slice(1));
    const step = Math.max(1, Math.floor(MOST / Math.max(perRow, 1)));
    for (let from = 0; from < rows; from += step) {
      const plan = planRows(source, [[from, Math.min(from + step, rows)]]);
      const bytes = new Uint8Array(plan.length * plan.rowBytes);
      await readRows(plan, bytes);
      const { itemsize } = source;
      const texts = new TextBuilder(bytes.length / itemsize);
      for (let at = 0; at < bytes.length; at += itemsize) {
        const text = textOf(bytes.subarray(at, at + itemsize));
        texts.add(text, 0, text.length);
      }
      yield texts.build();
    }
  };
}

/** The address that a reference to an object is. */
export function addressIn(reference: Uint8Array): bigint {
  let address = 0n;
  for (const byte of reference.toReversed()) address = (address << 8n) | BigInt(byte);
  return address;
}
