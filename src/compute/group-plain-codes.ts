import type { Views } from "./group-views.js";
import type { GroupKernels } from "./kernels/group-exports.js";
import { NAT } from "./words.js";

/** What a hash table knows, in words from its address on; as in assembly/group.ts. */
const [SLOTS, MASK, ROWS, LENGTH, LIMIT, ADDS] = [0, 1, 2, 3, 4, 5];

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

/** The kernels that number rows. */
export function codeKernels(views: () => Views): CodeKernels {
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
