import { codeKernels } from "./group-plain-codes.js";
import { type PlainMemory, type Views, viewsOver } from "./group-views.js";
import type { GroupKernels } from "./kernels/group-exports.js";
import { HIGH, LOW } from "./words.js";

const NONE = 0xffffffff;

/** The kernels of groups in JavaScript: what those in WebAssembly are held against, and for short arrays. */
export function plainGroupKernels(memory: PlainMemory): GroupKernels {
  const views = viewsOver(memory);
  return { ...codeKernels(views), ...rowKernels(views), ...sumKernels(views), ...extremumKernels(views) };
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
