import type { ArrayView } from "../../src/index.js";
import { MemmapTable } from "./parallel-support.js";

/** Columns of many dtypes, some with an item shape. */
export const COLUMNS: readonly (readonly [dtype: string, itemShape: readonly number[]])[] = [
  ["b1", []],
  ["i1", []],
  ["u2", []],
  [">i4", []],
  ["i8", []],
  ["u8", [2]],
  ["f2", []],
  ["f4", [3]],
  ["f8", []],
  [">f8", []],
  ["c8", []],
  ["c16", []],
  ["S5", []],
  ["U3", []],
  ["M8[ms]", []],
  ["m8[3s]", []],
  ["V3", []],
  ["f8", [2, 3]],
];

const MISSING: Readonly<Record<string, readonly unknown[]>> = {
  f: [Number.NaN, Number.POSITIVE_INFINITY, -0, 0, Number.NEGATIVE_INFINITY],
  c: [
    { re: Number.NaN, im: 1 },
    { re: -0, im: 0 },
  ],
  M: [null],
  m: [null],
};

/** An element of a dtype by a number below 2³¹; of some numbers NaN, NaT or infinity. */
function element(kind: string, itemsize: number, n: number): unknown {
  const odd = n % 97 === 0 ? MISSING[kind] : undefined;
  if (odd !== undefined) return odd[n % odd.length];
  switch (kind) {
    case "b":
      return n % 2 === 0;
    case "i":
      return itemsize === 8 ? BigInt(n) * -3_000_000_000n : (n % 200) - 100;
    case "u":
      return itemsize === 8 ? BigInt(n) * 8_000_000_000n : n % 250;
    case "f":
      return (n % 1000) / 7 - 60;
    case "c":
      return { re: n % 7, im: (n % 11) / 3 };
    case "S":
    case "U":
      return "abc"[n % 3].repeat(n % 4);
    case "M":
      return new Date((n % 5000) * 86_400);
    case "m":
      return BigInt(n % 300);
    default:
      return Uint8Array.of(n, n >> 2, n >> 4);
  }
}

/** A table of {@link COLUMNS} with so many rows, the same for a seed. */
export function tableOfColumns(path: string, rows: number, seed: number) {
  const table = MemmapTable.create(path, { rows, durability: "process" });
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 1;
  };
  COLUMNS.forEach(([dtype, itemShape], i) => {
    const column: ArrayView = table.addColumn(`c${i}`, dtype, { itemShape }) as never;
    const { kind, itemsize } = column.dtype;
    const write = (part: readonly number[]): unknown =>
      part.length === 0
        ? element(kind, itemsize, next())
        : Array.from({ length: part[0] }, () => write(part.slice(1)));
    column.assign(Array.from({ length: rows }, () => write(itemShape)) as never);
  });
  return table;
}
