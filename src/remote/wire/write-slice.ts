import { arrayHead } from "./arrays.js";
import { encodeValue } from "./msgpack.js";
import type { AxisSelection } from "./selection.js";

/** Bytes of a number with its first one. */
const MAX_NUMBER = 9;
/** `[start, count]`, and the map of an index. */
const PAIR = Uint8Array.of(0x92);
const INDEX = Buffer.from("\x81\xa5index", "latin1");

/**
 * The array form of a selection in MessagePack: what any server of the protocol understands, wherever it can be said so. Lists
 * of numbers are written from where they are, since they may be long.
 */
export function encodeSlice(selection: readonly AxisSelection[]): Uint8Array {
  return Buffer.concat([arrayHead(selection.length), ...selection.flatMap(axisParts)]);
}

function axisParts(part: AxisSelection): readonly Uint8Array[] {
  switch (part.kind) {
    case "range": {
      const { start, count, step } = part;
      return [encodeValue(step === 1 ? [start, count] : [start, count, step])];
    }
    case "indices":
      return [INDEX, encodeNumbers(part.indices)];
    case "runs":
      return [PAIR, encodeNumbers(part.starts), encodeNumbers(part.counts)];
    default:
      return part satisfies never;
  }
}

/** A list of whole numbers from 0, each as short as it may be. */
function encodeNumbers(numbers: Float64Array): Uint8Array {
  const head = arrayHead(numbers.length);
  const bytes = Buffer.allocUnsafe(head.length + MAX_NUMBER * numbers.length);
  bytes.set(head);
  let at = head.length;
  for (let k = 0; k < numbers.length; k++) {
    const number = numbers[k] ?? 0;
    if (number < 2 ** 7) bytes[at++] = number;
    else if (number < 2 ** 8) at = bytes.writeUInt8(number, bytes.writeUInt8(0xcc, at));
    else if (number < 2 ** 16) at = bytes.writeUInt16BE(number, bytes.writeUInt8(0xcd, at));
    else if (number < 2 ** 32) at = bytes.writeUInt32BE(number, bytes.writeUInt8(0xce, at));
    else at = bytes.writeBigUInt64BE(BigInt(number), bytes.writeUInt8(0xcf, at));
  }
  return bytes.subarray(0, at);
}
