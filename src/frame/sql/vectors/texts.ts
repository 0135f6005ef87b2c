import { parseDType } from "../../../dtype/index.js";
import { bytesOf, type Decoder, over } from "./decoder.js";
import { Scratch } from "./scratch.js";
import { blobs, endInNul, storeBytes, storePoints, strings, TextReader, widthOf } from "./text.js";

/** Text that would take more as an array goes on as a list. */
const MAX_BYTES = 16 << 20;

/** Strings, as an array of the width that they need. */
export function textDecoder(kind: "U" | "S"): Decoder {
  const reader = new TextReader();
  const scratch = new Scratch();
  return {
    type: kind,
    decode: (vectors, nulls) => {
      const texts = reader.read(vectors, nulls);
      const width = widthOf(texts, kind);
      const dtype = parseDType(`${kind}${width}`);
      const size = texts.count * dtype.itemsize;
      // Whoever stores strings says what is wrong with those that end in NUL.
      if (size > MAX_BYTES || endInNul(texts)) return strings(texts);
      const bytes = scratch.take(size).fill(0);
      if (kind === "S") storeBytes(texts, bytes, width);
      else storePoints(texts, new Uint32Array(bytes.buffer, 0, texts.count * width), width);
      return over(dtype, [texts.count], bytes);
    },
  };
}

/** Bytes, which fit where all have the dtype's length. */
export function blobDecoder(type: Decoder["type"]): Decoder {
  const reader = new TextReader();
  return { type, decode: (vectors, nulls) => blobs(reader.read(vectors, nulls)) };
}

/** Values of a list of strings, by their numbers in it. */
export function enumDecoder(values: readonly string[], kind: "U" | "S"): Decoder {
  const itemsize = values.length < 2 ** 8 ? 1 : values.length < 2 ** 16 ? 2 : 4;
  return {
    type: kind,
    decode: (vectors, nulls) => {
      const { buffer } = bytesOf(vectors, itemsize, nulls);
      const codes: Iterable<number> =
        itemsize === 1
          ? new Uint8Array(buffer)
          : itemsize === 2
            ? new Uint16Array(buffer)
            : new Uint32Array(buffer);
      return Array.from(codes, (code) => values[code] ?? "");
    },
  };
}

/** 128 bits, whose order DuckDB makes that of their text by turning the first. */
export function uuidDecoder(kind: "U" | "S"): Decoder {
  return {
    type: kind,
    decode: (vectors, nulls) => {
      const words = new BigUint64Array(bytesOf(vectors, 16, nulls).buffer);
      return Array.from({ length: words.length / 2 }, (_, i) => {
        const high = (words[2 * i + 1] ?? 0n) ^ (1n << 63n);
        const hex = ((high << 64n) | (words[2 * i] ?? 0n)).toString(16).padStart(32, "0");
        return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
      });
    },
  };
}
