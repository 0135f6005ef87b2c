import type { GroupKernels } from "./kernels/group-exports.js";
import { HIGH, LOW, NAT } from "./words.js";

/** Memory as typed arrays over all of it; addresses are multiples of what they are of. */
interface Views {
  readonly u1: Uint8Array;
  readonly u4: Uint32Array;
  readonly i4: Int32Array;
  readonly f8: Float64Array;
  readonly i8: BigInt64Array;
}

/** Bytes that addresses are of, which may move to other memory between two calls. */
export interface PlainMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const NONE = 0xffffffff;

/** What a hash table knows, in words from its address on; as in assembly/group.ts. */
const [SLOTS, MASK, ROWS, LENGTH, LIMIT, ADDS] = [0, 1, 2, 3, 4, 5];

/** The kernels of groups in JavaScript: what those in WebAssembly are held against, and for short arrays. */
export function plainGroupKernels(memory: PlainMemory): GroupKernels {
  const views = viewsOver(memory);
  return { ...codeKernels(views), ...rowKernels(views), ...sumKernels(views), ...extremumKernels(views) };
}

function viewsOver(memory: PlainMemory): () => Views {
  let known: Views | undefined;
  return () => {
    const { buffer } = memory.bytes;
    if (known?.u1.buffer === buffer) return known;
    known = {
      u1: new Uint8Array(buffer),
      u4: new Uint32Array(buffer),
      i4: new Int32Array(buffer),
      f8: new Float64Array(buffer),
      i8: new BigInt64Array(buffer),
    };
    return known;
  };
}

type CodeKernels = Pick<
  GroupKernels,
  | "groupRange32"
  | "groupPlaces32"
  | "groupRange64"
  | "groupPlaces64"
  | "groupCodes"
  | "groupRehash"
  | "groupPairs"
  | "groupZip"
>;

function codeKernels(views: () => Views): CodeKernels {
  return {
    groupRange32: (at, count, flip, out) => {
      const { i4 } = views();
      let least = 2 ** 31 - 1;
      let greatest = -(2 ** 31);
      for (let i = 0; i < count; i++) {
        const key = i4[at / 4 + i] ^ flip;
        if (key < least) least = key;
        if (key > greatest) greatest = key;
      }
      i4[out / 4] = least;
      i4[out / 4 + 1] = greatest;
    },
    groupPlaces32: (at, count, base, out) => {
      const { u4 } = views();
      for (let i = 0; i < count; i++) u4[out / 4 + i] = u4[at / 4 + i] - base + 2;
    },
    groupRange64: (at, count, flip, nat, out) => {
      const { i8 } = views();
      const flips = BigInt.asIntN(64, BigInt(flip >>> 0) << 32n);
      let least = 2n ** 63n - 1n;
      let greatest = NAT;
      for (let i = 0; i < count; i++) {
        const key = i8[at / 8 + i] ^ flips;
        if (key < least && !(nat && key === NAT)) least = key;
        if (key > greatest) greatest = key;
      }
      i8[out / 8] = least;
      i8[out / 8 + 1] = greatest;
    },
    groupPlaces64: (at, count, base, nat, out) => {
      const { u4, i8 } = views();
      const least = i8[base / 8];
      for (let i = 0; i < count; i++) {
        const key = i8[at / 8 + i];
        u4[out / 4 + i] = nat && key === NAT ? 1 : Number(BigInt.asUintN(32, key - least)) + 2;
      }
    },
    groupCodes: (table, at, count, size, out) => {
      const { u1, u4 } = views();
      const t = table / 4;
      const [slots, mask, rows, limit] = [u4[t + SLOTS] / 4, u4[t + MASK], u4[t + ROWS], u4[t + LIMIT]];
      let length = u4[t + LENGTH];
      let i = 0;
      for (let from = at; i < count; i++, from += size) {
        let slot = hashRow(u1, from, size) & mask;
        while (u4[slots + slot] !== 0 && !isSameRow(u1, rows + (u4[slots + slot] - 2) * size, from, size)) {
          slot = (slot + 1) & mask;
        }
        if (u4[slots + slot] === 0 && u4[t + ADDS] !== 0) {
          if (length === limit) break;
          u1.copyWithin(rows + length * size, from, from + size);
          u4[slots + slot] = length + 2;
          length += 1;
        }
        u4[out / 4 + i] = u4[slots + slot];
      }
      u4[t + LENGTH] = length;
      return i;
    },
    groupRehash: (table, size) => {
      const { u1, u4 } = views();
      const t = table / 4;
      const [slots, mask, rows] = [u4[t + SLOTS] / 4, u4[t + MASK], u4[t + ROWS]];
      for (let i = 0; i < u4[t + LENGTH]; i++) {
        let slot = hashRow(u1, rows + i * size, size) & mask;
        while (u4[slots + slot] !== 0) slot = (slot + 1) & mask;
        u4[slots + slot] = i + 2;
      }
    },
    groupPairs: (a, b, count, width, out) => {
      const { u4 } = views();
      for (let i = 0; i < count; i++) u4[out / 4 + i] = u4[a / 4 + i] * width + u4[b / 4 + i];
    },
    groupZip: (a, b, count, out) => {
      const { u4 } = views();
      for (let i = 0; i < count; i++) {
        u4[out / 4 + 2 * i] = u4[a / 4 + i];
        u4[out / 4 + 2 * i + 1] = u4[b / 4 + i];
      }
    },
  };
}

function hashRow(bytes: Uint8Array, at: number, size: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < size; i++) hash = Math.imul(hash ^ bytes[at + i], 0x01000193);
  const mixed = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

function isSameRow(bytes: Uint8Array, a: number, b: number, size: number): boolean {
  for (let i = 0; i < size; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}

type RowKernels = Pick<
  GroupKernels,
  "groupSkipF64" | "groupSkipNat" | "groupFirst" | "groupLast" | "groupCount"
>;

function rowKernels(views: () => Views): RowKernels {
  return {
    groupSkipF64: (codes, count, values, out) => {
      const { u4, f8 } = views();
      for (let i = 0; i < count; i++) {
        u4[out / 4 + i] = Number.isNaN(f8[values / 8 + i]) ? 0 : u4[codes / 4 + i];
      }
    },
    groupSkipNat: (codes, count, values, out) => {
      const { u4 } = views();
      for (let i = 0; i < count; i++) {
        const word = values / 4 + 2 * i;
        u4[out / 4 + i] = u4[word + HIGH] === 0x80000000 && u4[word + LOW] === 0 ? 0 : u4[codes / 4 + i];
      }
    },
    groupFirst: (codes, count, row, table) => {
      const { u4 } = views();
      let found = 0;
      for (let i = 0; i < count; i++) {
        const place = table / 4 + u4[codes / 4 + i];
        if (u4[place] !== NONE) continue;
        u4[place] = row + i;
        found += 1;
      }
      return found;
    },
    groupLast: (codes, count, row, table) => {
      const { u4 } = views();
      for (let i = 0; i < count; i++) u4[table / 4 + u4[codes / 4 + i]] = row + i;
    },
    groupCount: (codes, count, table) => {
      const { u4 } = views();
      for (let i = 0; i < count; i++) u4[table / 4 + u4[codes / 4 + i]] += 1;
    },
  };
}

function addTo(f8: Float64Array, place: number, x: number): void {
  const before = f8[place];
  const sum = before + x;
  const part = sum - before;
  f8[place] = sum;
  f8[place + 1] += before - (sum - part) + (x - part);
}

type SumKernels = Pick<GroupKernels, "groupSumF64" | "groupSumI64" | "groupMoments">;

function sumKernels(views: () => Views): SumKernels {
  return {
    groupSumF64: (codes, count, values, table) => {
      const { u4, f8 } = views();
      for (let i = 0; i < count; i++) addTo(f8, table / 8 + 2 * u4[codes / 4 + i], f8[values / 8 + i]);
    },
    groupSumI64: (codes, count, values, unsigned, table) => {
      const { u4, i4, f8 } = views();
      const upper = unsigned ? u4 : i4;
      for (let i = 0; i < count; i++) {
        const place = table / 8 + 2 * u4[codes / 4 + i];
        f8[place] += u4[values / 4 + 2 * i + LOW];
        f8[place + 1] += upper[values / 4 + 2 * i + HIGH];
      }
    },
    groupMoments: (codes, count, values, table) => {
      const { u4, f8 } = views();
      for (let i = 0; i < count; i++) {
        const place = table / 8 + 6 * u4[codes / 4 + i];
        const x = f8[values / 8 + i];
        if (f8[place] === 0) f8[place + 1] = x;
        f8[place] += 1;
        const difference = x - f8[place + 1];
        addTo(f8, place + 2, difference);
        addTo(f8, place + 4, difference * difference);
      }
    },
  };
}

type ExtremumKernels = Pick<GroupKernels, "groupMinF64" | "groupMaxF64" | "groupMinI64" | "groupMaxI64">;

function extremumKernels(views: () => Views): ExtremumKernels {
  const doubles =
    (choose: (a: number, b: number) => number) =>
    (codes: number, count: number, values: number, table: number): void => {
      const { u4, f8 } = views();
      for (let i = 0; i < count; i++) {
        const place = table / 8 + u4[codes / 4 + i];
        f8[place] = choose(f8[place], f8[values / 8 + i]);
      }
    };
  const integers =
    (isBetter: (a: bigint, b: bigint) => boolean) =>
    (codes: number, count: number, values: number, unsigned: boolean, table: number): void => {
      const { u4, i8 } = views();
      const order = (x: bigint) => (unsigned ? BigInt.asUintN(64, x) : x);
      for (let i = 0; i < count; i++) {
        const place = table / 8 + u4[codes / 4 + i];
        if (isBetter(order(i8[values / 8 + i]), order(i8[place]))) i8[place] = i8[values / 8 + i];
      }
    };
  return {
    groupMinF64: doubles(Math.min),
    groupMaxF64: doubles(Math.max),
    groupMinI64: integers((a, b) => a < b),
    groupMaxI64: integers((a, b) => a > b),
  };
}
