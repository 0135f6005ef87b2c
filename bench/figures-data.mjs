import { join } from "node:path";
import { MemmapTable, saveNpy } from "memmap-table";
import { FIVE, RECORDS, TAKEN } from "./figures-works.mjs";

/** Rows that are made at once. */
const BLOCK = 1 << 16;

/** Numbers of 32 bits, the same in each run. */
function generator() {
  let [a, b, c, d] = [123456789, 362436069, 521288629, 88675123];
  return () => {
    const t = a ^ (a << 11);
    [a, b, c] = [b, c, d];
    d = d ^ (d >>> 19) ^ t ^ (t >>> 8);
    return d;
  };
}

/**
 * The data that everybody works on: `f8` and `f4` in [0, 1), random `i4`, `i1` and `b1`, 1,000 keys `k`, and `s`, which is sorted.
 *
 * @returns paths of the table, of one that goes to records and back, and of the rows that are taken
 */
export function makeData(root, rows) {
  const paths = {
    table: join(root, "figures"),
    records: join(root, "records"),
    rows: join(root, "rows.npy"),
  };
  const quick = { durability: "process" };
  const columns = { f8: "f8", f4: "f4", i4: "i4", i1: "i1", b1: "b1", k: "i4", s: "f8" };
  const table = MemmapTable.create(paths.table, { rows, columns, ...quick });
  const next = generator();
  for (let start = 0; start < rows; start += BLOCK)
    fill(table.slice(start, start + BLOCK), start, rows, next);
  const count = Math.min(rows, RECORDS);
  const five = Object.fromEntries(FIVE.map((name) => [name, columns[name]]));
  MemmapTable.create(paths.records, { rows: count, columns: five, ...quick })
    .assign(table.select(FIVE).slice(0, count))
    .close();
  table.close();
  saveNpy(
    paths.rows,
    Int32Array.from({ length: TAKEN }, () => (next() >>> 0) % rows),
  );
  return paths;
}

function fill(view, start, rows, next) {
  const [f8, f4, i4, i1, b1, k, s] = [...view.columns()].map(([, column]) => column.values);
  for (let i = 0; i < view.length; i++) {
    const [high, low] = [next() >>> 0, next() >>> 6];
    f8[i] = (high + low / 2 ** 26) / 2 ** 32;
    f4[i] = (next() >>> 8) / 2 ** 24;
    i4[i] = next();
    const bits = next() >>> 0;
    i1[i] = bits;
    b1[i] = (bits >>> 8) & 1;
    k[i] = (bits >>> 9) % 1000;
    s[i] = (start + i + low / 2 ** 26) / rows;
  }
}
