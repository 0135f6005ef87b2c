/**
 * Hierarchies and frames beside a loop of numpy.save, and pandas: each work in turns with its peer, ratios as elsewhere, the
 * other's time over this library's.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MemmapFile } from "memmap-table";
import { syncfs } from "./sync.mjs";

const GROUPS = 500;
const SMALL_ROWS = 100;
const LARGE = 125_000_000;

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
const parquet = fileURLToPath(
  new URL("../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url),
);

/** A frame of so many groups, all in memory. */
function smallFrame() {
  const group = new Int32Array(GROUPS * SMALL_ROWS);
  const array = new Float64Array(GROUPS * SMALL_ROWS);
  for (let i = 0; i < group.length; i++) {
    group[i] = Math.floor(i / SMALL_ROWS);
    array[i] = i;
  }
  return { group, array };
}

/** Three arrays of a gigabyte, where workers can see them. */
function largeFrame() {
  const column = () => {
    const values = new Float64Array(new SharedArrayBuffer(8 * LARGE));
    for (let i = 0; i < LARGE; i++) values[i] = i;
    return values;
  };
  return { a: column(), b: column(), c: column() };
}

async function flightsTable(path) {
  const { importFile } = await import("memmap-table/sql");
  return importFile(parquet, path, { durability: "process" });
}

let made = 0;

/** Seconds that a frame takes, from its taking to the end of its commit. Trees of many files stay, as the peer's do. */
async function seconds(place, durability, source, register, options) {
  made += 1;
  const path = `${place}-${made}`;
  const file = MemmapFile.open(path, { mode: "w+", durability });
  syncfs(path);
  const start = performance.now();
  register(file, source);
  await file.commit(options);
  const time = (performance.now() - start) / 1000;
  file.close();
  if (register === registerLarge) rmSync(path, { recursive: true });
  return time;
}

const registerSmall = (file, source) =>
  file.fromDataFrame(source, { groupBy: "group" }).registerArray("array", "array");

const registerLarge = (file, source) => {
  file.fromDataFrame(source);
  for (const name of Object.keys(source)) file.registerArray(name, name);
};

const registerFlights = (file, table) => {
  file.fromDataFrame(table, { groupBy: "origin" });
  for (const name of table.columnNames) file.registerArray(name, name);
};

/** @param {{ root: string, rounds: number, only?: string, row: Function, peer: Function, python: () => string }} bench */
export async function hierarchy({ root, rounds, only, row, peer, python }) {
  const wanted = (name) => only === undefined || only === "hierarchy" || name.includes(only);
  const theirs = peer(python(), [fileURLToPath(new URL("hierarchy_peer.py", import.meta.url))]);
  const [there, here] = [join(root, "numpy-tree"), join(root, "tree")];
  const compare = async (name, goal, count, ask, own, warmup = 1) => {
    if (!wanted(name)) return;
    const times = { theirs: [], ours: [] };
    for (let round = -warmup; round < count; round++) {
      // Each comes first in turn: what the other one's files left behind costs time.
      const steps = [
        async () => times.theirs.push(1000 * (await theirs.ask(...ask)).seconds),
        async () => times.ours.push(1000 * (await own())),
      ];
      for (const step of round % 2 === 0 ? steps : steps.reverse()) await step();
      if (round >= 0) continue;
      times.theirs.length = 0;
      times.ours.length = 0;
    }
    const [other, mine] = [median(times.theirs), median(times.ours)];
    const ratio = other / mine;
    const met = goal === undefined ? "" : ratio >= goal ? "met" : "missed";
    row(name, other.toPrecision(3), mine.toPrecision(3), ratio.toFixed(2), goal?.toFixed(2) ?? "", met);
  };
  row("hierarchies (milliseconds)", "NumPy", "this", "ratio", "goal", "");
  const few = smallFrame();
  const small = (sync, tree) => ["small", there, GROUPS, SMALL_ROWS, tree, sync];
  const own = (durability) => () => seconds(here, durability, few, registerSmall, {});
  await compare("500 groups × 1 array, process", 0.5, 4 * rounds, small(false, false), own("process"), 20);
  await compare(
    "… against a loop that makes directories",
    undefined,
    4 * rounds,
    small(false, true),
    own("process"),
  );
  await compare("500 groups × 1 array, full (os.sync)", 1 / 3, 2 * rounds, small(true, false), own("full"));
  const name = "3 arrays of 1 GB";
  if (wanted(name)) {
    const source = largeFrame();
    const large = ["large", there, 3, LARGE];
    for (const workers of [0, 1, 2]) {
      const goal = workers === 0 ? undefined : 0.9;
      await compare(`${name}, ${workers} workers`, goal, rounds, large, () =>
        seconds(here, "process", source, registerLarge, { workers }),
      );
    }
  }
  if (wanted("3,000,000 flights by origin")) {
    const table = await flightsTable(join(root, "flights-table"));
    for (const workers of [0, 1, 2]) {
      await compare(
        `3,000,000 flights by origin, ${workers} workers`,
        1,
        rounds,
        ["flights", there, parquet],
        () => seconds(here, "process", table, registerFlights, { workers }),
      );
    }
    table.close();
  }
  theirs.end();
}
