import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostOf } from "../src/platform/arenas.js";
import { posixPlatform } from "../src/platform/posix.js";
import { randomWords } from "./compute-arrays.js";

/**
 * Files mapped in memory of kernels, for the properties of those that work on them where they are.
 *
 * @module
 */

/** What each of them has: no whole number of pages. */
export const BYTES = 3 * 2 ** 20 + 1_160;

/** Memory that operands may lie in. */
export interface Home {
  readonly buffer: ArrayBuffer;
  /** What the file has; of private maps, and ordinary memory, what they themselves have. */
  bytes(): Uint8Array;
}

/** Two in one memory, shared and private, one in another memory, above half of its addresses, and one in none. */
export interface Homes {
  readonly all: readonly [shared: Home, own: Home, high: Home, outside: Home];
  close(): void;
}

/** @returns undefined where no file is mapped in memory of kernels */
export function mappedHomes(): Homes | undefined {
  const directory = mkdtempSync(join(tmpdir(), "memmap-in-place-"));
  let files = 0;
  const mapped = (platform: ReturnType<typeof posixPlatform>, length: number, shared: boolean) => {
    const path = join(directory, `file-${(files += 1)}`);
    const fd = openSync(path, "w+");
    ftruncateSync(fd, length);
    const mapping = platform.map(fd, length, { shared, path });
    closeSync(fd);
    return { path, mapping };
  };
  try {
    const [low, high] = [posixPlatform(), posixPlatform()];
    const maps = [
      mapped(low, BYTES, true),
      mapped(low, BYTES, false),
      mapped(high, 2 ** 31 + 2 ** 30, true),
      mapped(high, BYTES, true),
    ] as const;
    const [shared, own, , above] = maps;
    const close = (): void => {
      for (const { mapping } of maps) mapping.close();
      rmSync(directory, { recursive: true, force: true });
    };
    if (maps.some(({ mapping }) => hostOf(mapping.buffer) === undefined)) {
      close();
      return undefined;
    }
    const { buffer } = own.mapping;
    const outside = new ArrayBuffer(BYTES);
    const all = [
      { buffer: shared.mapping.buffer, bytes: () => readFileSync(shared.path) },
      { buffer, bytes: () => new Uint8Array(buffer).slice() },
      { buffer: above.mapping.buffer, bytes: () => readFileSync(above.path) },
      { buffer: outside, bytes: () => new Uint8Array(outside).slice() },
    ] as const;
    return { all, close };
  } catch {
    rmSync(directory, { recursive: true, force: true });
    return undefined;
  }
}

/** Elements that repeat after so many, a prime number. */
const TILE = 1009;

/** Fills elements with random ones of any kind, special ones among them, and at the very end. */
export function fillAnyhow(bytes: Uint8Array, itemsize: number, seed: number): void {
  const words = randomWords(seed);
  const next = () => words.next().value as number;
  const tile = bytes.subarray(0, TILE * itemsize);
  const isCoarse = seed % 3 === 0;
  for (let i = 0; i < tile.length; i++) tile[i] = isCoarse && i % itemsize > 0 ? 0 : next() >>> 13;
  for (let done = tile.length; done < bytes.length; done *= 2) {
    bytes.copyWithin(done, 0, Math.min(done, bytes.length - done));
  }
}

/** Puts values at places of an array, from its ends as well. */
export function put<Value>(
  values: { readonly length: number; [place: number]: Value },
  specials: readonly Value[],
  seed: number,
): void {
  const words = randomWords(seed);
  const next = () => words.next().value as number;
  const places = [0, values.length - 1, values.length - 2, next(), next(), next()];
  for (const place of places) {
    const special = specials[next() % specials.length];
    if (special !== undefined && next() % 2 === 0 && place >= 0) values[place % values.length] = special;
  }
}
