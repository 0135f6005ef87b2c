/**
 * NumPy's memmap beside this library: the same files, one run, medians of several rounds, taking turns.
 *
 *     npm run bench -- [--rows 10000000] [--rounds 7] [--only text] [--json run.json] [--svg figures.svg]
 *
 * `--only figures` measures numerics, selections, sorting, groups and records beside everybody, `--only changes` changes alone,
 * `--only frames` what goes to data frames, SQL and files, `--only hierarchy` hierarchies, `--only streams` streams and HDF5,
 * `--only remote` the server and its client, any other text the lines that have it. `--json` and `--svg` say where the figures go, and
 * `--works between` which of them there are, `--peers polars,DuckDB` who is beside NumPy: danfo and Arquero, which hold 10 million rows
 * at most, take longest.
 * Files are made below the system's temporary directory (`TMPDIR`), 3 GB of them with 100 million rows.
 *
 * Figures are ratios, NumPy's time over this library's: 1 is as fast, 2 is twice as fast. Two processes live through
 * the run, so that starting them does not count, and the page cache is warm.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, release, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { MemmapTable } from "memmap-table";
import { preparePython } from "../test/interop/python.mjs";
import { changes } from "./changes.mjs";
import { figures } from "./figures.mjs";
import { frames } from "./frames.mjs";
import { hierarchy } from "./hierarchy.mjs";
import { remote } from "./remote.mjs";
import { streams } from "./streams.mjs";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "10000000" },
    rounds: { type: "string", default: "7" },
    only: { type: "string" },
    works: { type: "string" },
    peers: { type: "string" },
    json: { type: "string" },
    svg: { type: "string" },
  },
});
const rows = Number(options.rows);
const rounds = Number(options.rounds);
/** Parts that do not need the big table. */
const PARTS = ["changes", "figures", "frames", "hierarchy", "remote", "streams"];
const apart = PARTS.includes(options.only);

/** A process that answers one line with one line. */
function peer(command, args) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(work, ...values) {
      child.stdin.write(`${JSON.stringify({ work, arguments: values })}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command} ended while asked for ${work}`);
      return JSON.parse(value);
    },
    end: () => child.stdin.end(),
  };
}

/** The Python of `PYTHON`, which has the peers; else that of the interop suite. */
const python = () => process.env.PYTHON ?? preparePython();

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN;
const ms = (seconds) =>
  seconds * 1000 >= 100 ? (seconds * 1000).toFixed(0) : (seconds * 1000).toPrecision(3);

const root = mkdtempSync(join(tmpdir(), "memmap-table-bench-"));
const end = () => rmSync(root, { recursive: true, force: true });
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    end();
    process.exit(1);
  });
}
const big = join(root, "big");
const five = join(root, "five");
const many = join(root, "many");
const small = join(root, "small");

function make() {
  const dtypes = { i4: "i4", f8: "f8", f4: "f4", b1: "b1", i8: "i8" };
  for (const path of apart ? [] : [five, small, big]) {
    const table = MemmapTable.create(path, {
      rows: path === big ? rows : 1000,
      columns: dtypes,
      durability: "process",
    });
    const column = (name) => table.column(name).values;
    for (let i = 0; i < table.length; i++) {
      column("i4")[i] = i;
      column("f8")[i] = i / 3;
      column("f4")[i] = i / 7;
      column("b1")[i] = i & 1;
      column("i8")[i] = BigInt(i);
    }
    table.close();
  }
  if (apart) return;
  const names = Array.from({ length: 1000 }, (_, i) => [`c${i.toString().padStart(4, "0")}`, "f8"]);
  MemmapTable.create(many, { rows: 1000, columns: names, durability: "process" }).close();
}

const each = ["i4", "f8", "f4", "b1", "i8"];
/** @type {{ work: string, goal?: number, numpy: [string, ...unknown[]], ours: [string, ...unknown[]] }[]} */
const comparisons = [
  { work: "open a table of 5 columns", goal: 1, numpy: ["open", five], ours: ["open", five] },
  { work: "open a table of 1,000 columns", goal: 1, numpy: ["open", many], ours: ["open", many] },
  { work: "… and read one element of each", numpy: ["openTouch", many], ours: ["openTouch", many] },
  { work: "fill columns: assign(typed array)", goal: 0.9, numpy: ["fill"], ours: ["fill"] },
  { work: "fill columns: values.set(typed array)", goal: 0.9, numpy: ["fill"], ours: ["fillValues"] },
  { work: "new columns from typed arrays", numpy: ["create", root], ours: ["create"] },
  { work: "copy a column (open_memmap and assign)", goal: 0.9, numpy: ["copy", root], ours: ["copy"] },
  { work: "copy a column (np.save)", goal: 0.9, numpy: ["save", root], ours: ["copy"] },
  { work: "slice(0, 1e6).toRecords()", goal: 0.5, numpy: ["toRecords"], ours: ["toRecords"] },
  { work: "assign them back", goal: 0.5, numpy: ["assignRecords"], ours: ["assignRecords"] },
  ...each.map((name) => ({
    work: `one element by at, ${name}`,
    goal: 10,
    numpy: ["at", name],
    ours: ["at", name],
  })),
  ...each.map((name) => ({
    work: `one element by set, ${name}`,
    goal: 10,
    numpy: ["set", name],
    ours: ["set", name],
  })),
  { work: "take 1 million random rows", goal: 1, numpy: ["take"], ours: ["take"] },
  { work: "filter every third row", numpy: ["filter"], ours: ["filter"] },
  { work: "sum of f8", numpy: ["sum", "f8"], ours: ["sum", "f8"] },
  { work: "sum of i4", numpy: ["sum", "i4"], ours: ["sum", "i4"] },
];

function row(work, numpy, own, ratio, goal, met) {
  console.log(
    `${work.padEnd(50)}${numpy.padStart(12)}${own.padStart(12)}${ratio.padStart(9)}${goal.padStart(10)}  ${met}`,
  );
}

async function compare(theirs, ours) {
  row("work (milliseconds)", "NumPy", "this", "ratio", "goal", "");
  for (const { work, goal, numpy, ours: own } of comparisons) {
    if (options.only !== undefined && !work.includes(options.only)) continue;
    const times = { numpy: [], own: [] };
    for (let round = -1; round < rounds; round++) {
      const a = await theirs.ask(...numpy);
      const b = await ours.ask(...own);
      if (a.check !== b.check && Math.abs(a.check - b.check) > 1e-9 * Math.abs(a.check)) {
        throw new Error(`${work}: NumPy finds ${a.check}, this library ${b.check}`);
      }
      if (round < 0) continue; // warms up
      times.numpy.push(a.seconds);
      times.own.push(b.seconds);
    }
    const ratio = median(times.numpy) / median(times.own);
    const met = goal === undefined ? "" : ratio >= goal ? "met" : "missed";
    row(work, ms(median(times.numpy)), ms(median(times.own)), ratio.toFixed(2), goal?.toFixed(1) ?? "", met);
  }
}

async function alone(ours) {
  for (const [path, count] of [
    [small, 1000],
    [big, rows],
  ]) {
    const times = [];
    for (let round = 0; round < rounds; round++) times.push((await ours.ask("rename", path)).check);
    const worst = median(times);
    row(
      `rename a column of ${count.toLocaleString("en")} rows`,
      "",
      `${worst.toFixed(2)} ms`,
      "",
      "< 20 ms",
      worst < 20 ? "met" : "missed",
    );
  }
  const scanner = peer(process.execPath, ["--expose-gc", here("ours.mjs")]);
  const { check } = await scanner.ask("scan", big);
  scanner.end();
  const mib = check / 2 ** 20;
  row("memory that a scan adds", "", `${mib.toFixed(1)} MiB`, "", "< 32 MiB", mib < 32 ? "met" : "missed");
}

try {
  make();
  const theirs = peer(python(), [here("peer.py")]);
  const { version } = await theirs.ask("version");
  const ours = peer(process.execPath, [here("ours.mjs")]);
  console.log(
    `${rows.toLocaleString("en")} rows of ${each.join(" ")}; medians of ${rounds} rounds; Node ${process.versions.node}, NumPy ${version}, Linux ${release()}, ${availableParallelism()} processors\n`,
  );
  if (!apart) {
    const { index } = await theirs.ask("prepare", big, rows);
    await alone(ours);
    await ours.ask("prepare", big, rows, index);
    console.log();
    await compare(theirs, ours);
    console.log();
  }
  const bench = { root, rounds, only: options.only, row };
  const isPart = (name) => !apart || options.only === name;
  if (isPart("changes")) await changes({ ...bench, numpy: theirs });
  theirs.end();
  ours.end();
  if (isPart("figures")) {
    const { works, peers, json, svg } = options;
    await figures({ ...bench, rows, works, peers, json, svg, peer, python });
  }
  if (isPart("frames")) await frames({ ...bench, python });
  if (isPart("hierarchy")) await hierarchy({ ...bench, peer, python });
  if (isPart("streams")) await streams({ ...bench, peer, python });
  if (isPart("remote")) await remote({ ...bench, peer, python });
} finally {
  end();
}
