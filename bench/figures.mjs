/**
 * The figures: numerics, selections, sorting, groups and records beside NumPy on its memory maps, and beside pandas, polars, DuckDB,
 * Arquero and danfo on copies in their own memory, all in one run on the same data. Page cache warm, medians of rounds that
 * take turns. This library works on its maps, by one thread and, in the asynchronous forms, by all.
 *
 * `limit` is what it takes to move the bytes that a work must read and write, at the rate at which memory is copied here.
 */
import { writeFileSync } from "node:fs";
import { availableParallelism, release } from "node:os";
import { fileURLToPath } from "node:url";
import { makeData } from "./figures-data.mjs";
import { figuresSvg } from "./figures-svg.mjs";
import { WORKS } from "./figures-works.mjs";
import { requirePython } from "./requirements.mjs";

const ONE = "one thread";
const ALL = "all cores";
/** Peers of more than one process, in the order in which they are shown. */
const PEERS = ["NumPy", "pandas", "polars", "DuckDB", "Arquero", "danfo"];
/** They take seconds, and hold no more rows than this. */
const SLOW = ["Arquero", "danfo"];
const SLOW_ROWS = 10_000_000;
/** Goals against the better of them, whatever the work. */
const SLOW_GOAL = { one: 3, all: 5 };
/** What is not counted: so many turns, or so many seconds. */
const WARMUP = { turns: 50, seconds: 0.3 };
/** What is short is done so often in a turn that it takes this many seconds: else what is measured is how cold the caches are. */
const TURN = 0.1;
/** Seconds after which one gets no further turn. */
const PATIENCE = 4;
const SLOW_PATIENCE = 1;

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const least = (list) => list.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);

/** One that is asked, and what it answered. */
class Contender {
  constructor(name, process, suffix = "") {
    this.name = name;
    this.process = process;
    this.suffix = suffix;
    this.held = "";
  }

  /** Copies what is needed into its memory; this library needs nothing. */
  async hold(columns) {
    if (PEERS.includes(this.name) && this.held !== columns.join()) await this.process.ask("hold", columns);
    this.held = columns.join();
  }

  ask = ({ act, args }, times = 1) => this.process.ask("repeat", times, `${act}${this.suffix}`, ...args);
}

/**
 * Lets all do a work: each by itself until it is warm, then in turns.
 *
 * @returns medians of seconds, and what was found
 */
async function measure(work, contenders, rounds, patience, say) {
  const times = new Map();
  const checks = new Map();
  const turn = async (each, often = 1) => {
    const { seconds, check, error } = await each.ask(work, often);
    if (error !== undefined) {
      say(`${each.name}, ${work.name}: ${error}`);
      return Number.POSITIVE_INFINITY;
    }
    checks.set(each.name, check);
    return seconds;
  };
  let turns = [];
  for (const each of contenders) {
    await each.hold(work.columns);
    let spent = 0;
    let last = 0;
    for (let i = 0; i < WARMUP.turns && spent < WARMUP.seconds; i++) {
      last = await turn(each);
      spent += last;
    }
    if (spent < patience) turns.push({ each, often: Math.max(1, Math.floor(TURN / last)) });
    // What takes that long is done once: nothing of it is compiled meanwhile.
    else if (Number.isFinite(spent)) times.set(each.name, [spent]);
  }
  for (let round = 0; round < rounds; round++) {
    const further = [];
    for (const one of turns) {
      const { each, often } = one;
      const list = [...(times.get(each.name) ?? []), await turn(each, often)];
      times.set(each.name, list);
      if (list.reduce((a, b) => a + b) < patience) further.push(one);
    }
    turns = further;
  }
  const medians = new Map(Array.from(times, ([name, list]) => [name, median(list)]));
  return { medians, checks };
}

/** Complains of those that find something else than NumPy; sums of `f4` may differ from each other as NumPy's do. */
function compareChecks(work, checks, say) {
  const right = checks.get("NumPy");
  for (const [name, check] of right === undefined ? [] : checks) {
    const differs = Math.abs(check - right) > 1e-5 * Math.max(1, Math.abs(right));
    if (!differs) continue;
    const message = `${work.name}: NumPy finds ${right}, ${name} ${check}`;
    if (name === ONE || name === ALL) throw new Error(message);
    say(message);
  }
}

/** A result: seconds of each, and ratios to the goals. */
function resultOf(work, rows, medians, rates) {
  const bytes = work.bytes(rows);
  const ours = { one: medians.get(ONE), all: medians.get(ALL) };
  const ratio = (names, seconds) => least(names.flatMap((name) => medians.get(name) ?? [])) / seconds;
  const goals = work.goals.map(({ against, one, all, rows: at }) => ({
    against,
    goal: one !== undefined && (at === undefined || at === rows) ? { one, all } : undefined,
    ratio: { one: ratio(against, ours.one), all: ratio(against, ours.all) },
  }));
  return {
    name: work.name,
    bytes,
    limit: { one: bytes / rates.one, all: bytes / rates.all },
    seconds: Object.fromEntries(medians),
    goals,
  };
}

const ms = (seconds) => {
  if (seconds === undefined || !Number.isFinite(seconds)) return "—";
  const time = seconds * 1000;
  return time >= 100 ? time.toFixed(0) : time >= 0.01 ? time.toPrecision(3) : time.toExponential(0);
};

function verdict(ratio, goal) {
  if (goal === undefined || !Number.isFinite(ratio)) return "";
  return ratio >= goal ? "met" : `−${Math.max(1, Math.round(100 * (1 - ratio / goal)))} %`;
}

const line = (name, cells) => console.log(name.padEnd(36) + cells.map((cell) => cell.padStart(8)).join(""));

function show({ name, seconds, limit, goals }) {
  goals.forEach(({ against, goal, ratio }, i) => {
    const times = PEERS.map((peer) => (i === 0 || against.includes(peer) ? ms(seconds[peer]) : ""));
    const ours = [ONE, ALL].flatMap((which, at) => {
      const key = at === 0 ? "one" : "all";
      const found = Number.isFinite(ratio[key]) ? ratio[key].toPrecision(3) : "—";
      const own = i === 0 ? [ms(seconds[which]), ms(limit[key])] : ["", ""];
      return [...own, found, goal?.[key].toString() ?? "", verdict(ratio[key], goal?.[key])];
    });
    line(i === 0 ? name : `… against ${against.join(", ")}`, [...times, ...ours]);
  });
}

/** What all works come to beside those that nobody expects to be fast. */
function slowest(results) {
  return [ONE, ALL].flatMap((which, at) => {
    const key = at === 0 ? "one" : "all";
    const ratios = results.flatMap(({ name, seconds }) => {
      const theirs = least(SLOW.flatMap((peer) => seconds[peer] ?? []));
      return Number.isFinite(theirs) && seconds[which] !== undefined
        ? [{ name, ratio: theirs / seconds[which] }]
        : [];
    });
    const [first] = ratios.sort((a, b) => a.ratio - b.ratio);
    if (first === undefined) return [];
    const goal = SLOW_GOAL[key];
    const found = `${first.ratio.toPrecision(3)} (${first.name})`;
    return [
      `${which} against ${SLOW.join(" and ")}: at least ${found}, goal ${goal} ${verdict(first.ratio, goal)}`,
    ];
  });
}

/**
 * @param {{ root: string, rows: number, rounds: number, only?: string, works?: string, peers?: string, json?: string, svg?: string, peer: Function, python: () => string }} bench
 */
export async function figures({
  root,
  rows,
  rounds,
  only,
  works: some = "",
  peers,
  json,
  svg,
  peer,
  python,
}) {
  const isAll = only === undefined || only === "figures";
  const works = WORKS.filter(({ name }) => name.includes(isAll ? some : only));
  if (works.length === 0) return;
  const notes = new Set();
  const say = (note) => notes.add(note);
  const program = requirePython(python());
  const paths = makeData(root, rows);
  const node = (script, ...args) =>
    peer(process.execPath, ["--expose-gc", "--max-old-space-size=12288", here(script), ...args]);
  const ours = node("figures-ours.mjs");
  const wanted = ["NumPy", ...(peers?.split(",") ?? PEERS)];
  const present = PEERS.filter(
    (name) => wanted.includes(name) && (rows <= SLOW_ROWS || !SLOW.includes(name)),
  );
  const others = present.map((name) => {
    const isPython = ["NumPy", "pandas", "polars"].includes(name);
    const script = isPython ? peer(program, [here("figures_peer.py"), name]) : node("figures-peer.mjs", name);
    return new Contender(name, script);
  });
  const all = [...others.map((each) => each.process), ours];
  try {
    const versions = {};
    for (const each of others) versions[each.name] = (await each.process.ask("version")).version;
    for (const each of all) await each.ask("open", paths);
    const [numpy] = others;
    const rates = {
      one: (await numpy.process.ask("memcpy", 1)).rate,
      all: (await numpy.process.ask("memcpy", availableParallelism())).rate,
    };
    const gigabytes = (rate) => (rate / 1e9).toFixed(1);
    console.log(
      `${rows.toLocaleString("en")} rows; ${Object.entries(versions).flat().join(" ")}; memory is copied at ${gigabytes(rates.one)} GB/s, by all cores ${gigabytes(rates.all)}, read and written\n`,
    );
    const own = ["limit", "ratio", "goal", ""];
    line("figures (milliseconds)", [...PEERS, "one", ...own, "all", ...own]);
    const fast = [
      ...others.filter(({ name }) => !SLOW.includes(name)),
      new Contender(ONE, ours),
      new Contender(ALL, ours, "Async"),
    ];
    const slow = others.filter(({ name }) => SLOW.includes(name));
    const results = [];
    for (const work of works) {
      const can = ({ name }) =>
        !PEERS.includes(name) || name === "NumPy" || work.peers?.includes(name) !== false;
      // Threads that nobody asks for a while let go of their maps: whoever takes seconds has turns of his own.
      const quick = await measure(work, fast.filter(can), rounds, PATIENCE, say);
      const late = await measure(work, slow.filter(can), rounds, SLOW_PATIENCE, say);
      compareChecks(work, new Map([...quick.checks, ...late.checks]), say);
      const result = resultOf(work, rows, new Map([...quick.medians, ...late.medians]), rates);
      results.push(result);
      show(result);
    }
    for (const note of [...slowest(results), ...notes]) console.log(note);
    const found = {
      rows,
      rounds,
      machine: { node: process.versions.node, linux: release(), cores: availableParallelism() },
      versions,
      rates,
      works: results,
    };
    if (json !== undefined) writeFileSync(json, `${JSON.stringify(found, undefined, 1)}\n`);
    if (svg !== undefined) writeFileSync(svg, figuresSvg(found));
  } finally {
    for (const each of all) each.end();
  }
}
