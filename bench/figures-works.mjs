/** What the figures are of, and what is asked of each: times of the other over this library's. */

/** Columns that are filtered and taken together: 18 bytes a row. */
export const FIVE = ["f8", "f4", "i4", "i1", "b1"];
/** Above it lies every second element of `f8`. */
export const MIDDLE = 0.5;
/** Rows that are taken at random. */
export const TAKEN = 1_000_000;
/** Rows of the table that goes to records and back. */
export const RECORDS = 10_000_000;

const WIDTHS = { f8: 8, f4: 4, i4: 4, i1: 1, b1: 1, k: 4, s: 8 };
const ROW = FIVE.reduce((sum, name) => sum + WIDTHS[name], 0);

/**
 * @typedef {{ against: string[], one?: number, all?: number, rows?: number }} Goal of the best of some peers, maybe at some length alone; or only who is
 *   compared with
 * @typedef {object} Work
 * @property {string} name
 * @property {string} act what processes call it
 * @property {unknown[]} args
 * @property {string[]} columns that it needs
 * @property {(rows: number) => number} bytes that are read and written at least
 * @property {readonly Goal[]} goals
 * @property {string[]} [peers] who can do it beside NumPy; all when left out
 */

const numpy = (one, all) => [{ against: ["NumPy"], one, all }];

function reductions() {
  const each = [];
  for (const column of ["f8", "f4", "i4", "i1"]) {
    for (const act of ["sum", "mean", "min", "max"]) {
      const isEasy = column.startsWith("i") && act.startsWith("m") && act !== "mean";
      each.push({
        name: `${act} of ${column}`,
        act,
        args: [column],
        columns: [column],
        bytes: (rows) => rows * WIDTHS[column],
        goals: isEasy ? numpy(0.5, 0.9) : numpy(1, 1.6),
      });
    }
  }
  return each;
}

/** @type {readonly Work[]} */
export const WORKS = [
  ...reductions(),
  { name: "std of f8", act: "std", args: ["f8"], columns: ["f8"], bytes: (n) => 8 * n, goals: numpy(3, 5) },
  {
    name: "count of a bool column",
    act: "count",
    args: ["b1"],
    columns: ["b1"],
    bytes: (n) => n,
    goals: numpy(1, 1.6),
  },
  {
    name: "count of x > c",
    act: "countAbove",
    args: ["f8", MIDDLE],
    columns: ["f8"],
    bytes: (n) => 8 * n,
    goals: numpy(1, 1.6),
  },
  {
    name: "mask of x > c",
    act: "maskAbove",
    args: ["f8", MIDDLE],
    columns: ["f8"],
    bytes: (n) => 9 * n,
    goals: [{ against: ["NumPy"] }],
    peers: [],
  },
  {
    name: "sum of y where x > c",
    act: "sumWhere",
    args: ["s", "f8", MIDDLE],
    columns: ["s", "f8"],
    bytes: (n) => 16 * n,
    goals: [...numpy(3, 5), { against: ["polars", "DuckDB"], one: 0.8, all: 1.2 }],
  },
  {
    name: "sum by 1,000 integer keys",
    act: "group",
    args: ["k", "f8"],
    columns: ["k", "f8"],
    bytes: (n) => 12 * n,
    goals: [{ against: ["polars", "DuckDB"], one: 0.5, all: 0.8 }],
  },
  {
    name: "filter by a mask, 5 columns",
    act: "filter",
    args: [FIVE, "b1"],
    columns: FIVE,
    bytes: (n) => (1 + 1.5 * ROW) * n,
    goals: numpy(1, 1.5),
  },
  {
    name: "take 1 million rows, 5 columns",
    act: "take",
    args: [FIVE],
    columns: FIVE,
    bytes: () => (8 + 2 * ROW) * TAKEN,
    goals: numpy(1, 1.5),
    // danfo takes no row twice.
    peers: ["pandas", "polars", "Arquero"],
  },
  {
    name: "argsort of f8",
    act: "argsort",
    args: ["f8"],
    columns: ["f8"],
    bytes: (n) => 16 * n,
    goals: numpy(1.5, 2),
  },
  {
    name: "unique of i4, 1,000 values",
    act: "unique",
    args: ["k"],
    columns: ["k"],
    bytes: (n) => 4 * n,
    goals: numpy(1.5, 2),
  },
  {
    name: "unique of i4, random",
    act: "unique",
    args: ["i4"],
    columns: ["i4"],
    bytes: (n) => 8 * n,
    goals: numpy(1.5, 2),
  },
  ...["toRecords", "assign records"].map((name) => ({
    name: `${name}, 5 columns`,
    act: name === "toRecords" ? name : "assignRecords",
    args: [],
    columns: [],
    bytes: (n) => 2 * ROW * Math.min(n, RECORDS),
    goals: numpy(0.8, 1.2),
    peers: [],
  })),
  {
    name: "between, sorted f8 with an index",
    act: "between",
    args: ["s", 0.5, 0.501],
    columns: ["s"],
    bytes: (n) => n / 1000,
    goals: [{ against: ["NumPy"], one: 100, all: 100, rows: 100_000_000 }],
    peers: [],
  },
  {
    name: "count of between, sorted f8 with an index",
    act: "countBetween",
    args: ["s", 0.5, 0.501],
    columns: ["s"],
    bytes: (n) => n / 1000,
    goals: [{ against: ["NumPy"], one: 100, all: 100, rows: 100_000_000 }],
    peers: [],
  },
];
