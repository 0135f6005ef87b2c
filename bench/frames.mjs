/**
 * Data frames, SQL and files beside danfo, pyarrow and DuckDB. Each work runs in a process of its own, in which it and its
 * peer take turns; ratios are as elsewhere: the other's time over this library's.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("frames-work.mjs", import.meta.url));
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
const ms = (time) => (time >= 100 ? time.toFixed(0) : time.toPrecision(3));
const atLeast = (ratio, goal) => (goal === undefined ? "" : ratio >= goal ? "met" : "missed");

/** What a process of its own measures: see `frames-work.mjs`. */
function measured(work, ...values) {
  const { status, stdout } = spawnSync(
    process.execPath,
    ["--expose-gc", script, work, ...values.map(String)],
    {
      stdio: ["ignore", "pipe", "inherit"],
      encoding: "utf8",
      maxBuffer: 1 << 26,
    },
  );
  if (status !== 0) throw new Error(`${work} ended with status ${status}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "null");
}

/** @type {readonly { name: string, work: string, peer: string, goal?: number }[]} */
const COMPARISONS = [
  { name: "toDataFrame of 1,000,000 rows × 3", work: "danfo", peer: "danfo", goal: 0.9 },
  { name: "SQL: filter and sum over 10,000,000 rows", work: "sql", peer: "DuckDB", goal: 0.5 },
  { name: "CSV of 3,000,000 flights to a table", work: "csv", peer: "DuckDB", goal: 0.5 },
  { name: "… where DuckDB's is on disk as well", work: "csvOnDisk", peer: "DuckDB" },
  { name: "10,000,000 rows × 5 to Parquet", work: "parquet", peer: "DuckDB", goal: 0.6 },
];

/** @param {{ root: string, rounds: number, only?: string, row: Function, python: () => string }} bench */
export async function frames({ root, rounds, only, row, python }) {
  const wanted = (name) => only === undefined || only === "frames" || name.includes(only);
  row("data frames (milliseconds)", "peer", "this", "ratio", "goal", "");
  for (const { name, work, peer, goal } of COMPARISONS) {
    if (!wanted(name)) continue;
    const { theirs, ours } = measured(work, root, rounds);
    const ratio = median(theirs) / median(ours);
    row(
      `${name} (${peer})`,
      ms(median(theirs)),
      ms(median(ours)),
      ratio.toFixed(2),
      goal?.toString() ?? "",
      atLeast(ratio, goal),
    );
  }
  const memory = "memory of that CSV's import";
  if (wanted(memory)) {
    const { mib } = measured("csvMemory", root);
    row(memory, "", `${mib.toFixed(0)} MiB`, "", "< 512 MiB", mib < 512 ? "met" : "missed");
  }
  for (const rows of [100_000, 10_000_000]) {
    const name = `toArrow of ${rows.toLocaleString("en")} rows × 5 (pyarrow)`;
    if (!wanted(name)) continue;
    const { theirs, ours } = measured("arrow", root, rounds, rows, python());
    const time = median(ours);
    row(
      name,
      ms(median(theirs)),
      ms(time),
      (median(theirs) / time).toFixed(2),
      "< 5 ms",
      time < 5 ? "met" : "missed",
    );
  }
}
