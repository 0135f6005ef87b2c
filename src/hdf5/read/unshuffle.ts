import { Scratch } from "../../array/blocks.js";

const LITTLE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const scratch = new Scratch();

/**
 * Undoes HDF5's shuffle: `from` has the first bytes of all elements, then the second ones, and so on; in `into` each
 * element's bytes are together. What is left of a last element that is not whole stays at the end.
 *
 * Four bytes of four elements are turned at a time where elements are words, which is six times as fast as byte by byte.
 *
 * @param size bytes of an element
 */
export function unshuffle(from: Uint8Array, into: Uint8Array, size: number): void {
  const count = Math.floor(from.length / size);
  if (size === 1 || count < 2) {
    into.set(from);
    return;
  }
  const isTurned = LITTLE && into.byteOffset % 4 === 0 && (size % 4 === 0 || size === 2);
  const turned = isTurned ? count - (count % 4) : 0;
  if (turned > 0) {
    const words = new Int32Array(into.buffer, into.byteOffset, into.length >> 2);
    if (size === 2) turnPairs(planesOf(from, 0, 2, count), words, turned / 4);
    else {
      for (let plane = 0; plane < size; plane += 4) {
        turnFours(planesOf(from, plane, 4, count), words, turned / 4, plane / 4, size / 4);
      }
    }
  }
  for (let plane = 0; plane < size; plane++) {
    const start = plane * count;
    for (let index = turned, at = turned * size + plane; index < count; index++, at += size) {
      into[at] = from[start + index] ?? 0;
    }
  }
  into.set(from.subarray(count * size), count * size);
}

/** Some bytes of all elements, as words: byte by byte, each beginning at a word. */
interface Planes {
  readonly words: Int32Array;
  /** The word where the first of them begins. */
  readonly start: number;
  /** Words from one to the next. */
  readonly step: number;
}

function planesOf(from: Uint8Array, first: number, planes: number, count: number): Planes {
  if (count % 4 === 0 && from.byteOffset % 4 === 0) {
    const words = new Int32Array(from.buffer, from.byteOffset, from.length >> 2);
    return { words, start: (first * count) / 4, step: count / 4 };
  }
  const step = Math.ceil(count / 4);
  const bytes = scratch.take(planes * step * 4);
  for (let plane = 0; plane < planes; plane++) {
    const start = (first + plane) * count;
    bytes.set(from.subarray(start, start + count), plane * step * 4);
  }
  return { words: new Int32Array(bytes.buffer, bytes.byteOffset, planes * step), start: 0, step };
}

const EVEN = 0x00ff00ff;
const ODD = 0xff00ff00 | 0;

/** @param column which word of each element, of so many @param fours elements, by four */
function turnFours(planes: Planes, into: Int32Array, fours: number, column: number, columns: number): void {
  const { words, start, step } = planes;
  const [first, second, third, fourth] = [start, start + step, start + 2 * step, start + 3 * step];
  for (let index = 0, at = column; index < fours; index++, at += 4 * columns) {
    const a = words[first + index] as number;
    const b = words[second + index] as number;
    const c = words[third + index] as number;
    const d = words[fourth + index] as number;
    const evenLow = (a & EVEN) | ((b & EVEN) << 8);
    const oddLow = ((a >>> 8) & EVEN) | (b & ODD);
    const evenHigh = (c & EVEN) | ((d & EVEN) << 8);
    const oddHigh = ((c >>> 8) & EVEN) | (d & ODD);
    into[at] = (evenLow & 0xffff) | (evenHigh << 16);
    into[at + columns] = (oddLow & 0xffff) | (oddHigh << 16);
    into[at + 2 * columns] = (evenLow >>> 16) | (evenHigh & -0x10000);
    into[at + 3 * columns] = (oddLow >>> 16) | (oddHigh & -0x10000);
  }
}

function turnPairs({ words, step }: Planes, into: Int32Array, fours: number): void {
  for (let index = 0; index < fours; index++) {
    const a = words[index] as number;
    const b = words[step + index] as number;
    const even = (a & EVEN) | ((b & EVEN) << 8);
    const odd = ((a >>> 8) & EVEN) | (b & ODD);
    into[2 * index] = (even & 0xffff) | (odd << 16);
    into[2 * index + 1] = (even >>> 16) | (odd & -0x10000);
  }
}
