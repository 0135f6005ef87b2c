/**
 * The proof, with real processes, that nothing is lost: `node test/crash/run.mjs [--seconds 120] [--seed N]
 * [--only kill,frames,calls,readers,locks,leases,disk,states] [--kills N] [--rounds N] [--disks tmpfs,ext4] [--scenario
 * NAME] [--break record]`. Prints one line for each part, and for each violation what it was and how to see it again; ends
 * with 1 where there was one. `--break` spoils the journal of the tables that are killed, which must be noticed.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runCalls } from "./calls.mjs";
import { runFrameKills } from "./frames-kill.mjs";
import { runFullDisk } from "./full-disk.mjs";
import { runKills } from "./kill.mjs";
import { runLeases } from "./leases.mjs";
import { runLocks } from "./locks.mjs";
import { freshSeed } from "./random.mjs";
import { runReaders } from "./readers.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Each part: its share of the time, and what it does with it. All are given the seed and what was asked for. */
const PARTS = {
  kill: { share: 22, run: kill },
  frames: { share: 10, run: frames },
  calls: { share: 25, run: calls },
  readers: { share: 20, run: readers },
  locks: { share: 26, run: locks },
  leases: { share: 5, run: leases },
  disk: { share: 25, run: disk },
  states: { share: 20, run: states },
};

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "120" },
    seed: { type: "string" },
    only: { type: "string" },
    kills: { type: "string" },
    rounds: { type: "string" },
    disks: { type: "string" },
    scenario: { type: "string" },
    break: { type: "string" },
  },
});
const seed = Number(options.seed ?? freshSeed());
const names = options.only?.split(",") ?? Object.keys(PARTS);
for (const name of names) {
  if (PARTS[name] === undefined)
    throw new Error(`there is no part "${name}": ${Object.keys(PARTS).join(", ")}`);
}

async function kill(seconds) {
  const kills = options.kills === undefined ? undefined : Number(options.kills);
  const until = kills === undefined ? after(seconds) : undefined;
  const found = await runKills({ seed, kills, until, broken: options.break });
  const { acknowledged, unacknowledged, tables } = found;
  const line = `${found.kills} kills of ${tables} tables' writers, ${acknowledged} changes acknowledged, ${unacknowledged} more found`;
  return { line, violations: found.violations };
}

async function frames(seconds) {
  const kills = options.kills === undefined ? undefined : Number(options.kills);
  const until = kills === undefined ? after(seconds) : undefined;
  const found = await runFrameKills({ seed, kills, until });
  const line = `writers killed after ${found.calls} calls and at ${found.kills} moments, ${found.midway} times midway, ${found.acknowledged} frames acknowledged`;
  return { line, violations: found.violations };
}

async function calls(seconds) {
  const { points, crashes, second, violations } = await runCalls({
    seed,
    until: after(seconds),
    only: options.scenario,
  });
  return { line: `${crashes} of ${points} crash points, ${second} second crashes in recovery`, violations };
}

async function readers(seconds) {
  const total = { generations: 0, snapshots: 0, opened: 0, stale: 0 };
  const violations = [];
  for (const durability of ["process", "full"]) {
    const found = await runReaders({ seed, milliseconds: (seconds * 1000) / 2, durability });
    for (const name of Object.keys(total)) total[name] += found[name];
    violations.push(...found.violations);
  }
  const { generations, snapshots, opened, stale } = total;
  return {
    line: `${snapshots} snapshots by 6 readers (${opened} opened, the rest refreshed, ${stale} stale before first use) of ${generations} generations`,
    violations,
  };
}

async function locks(seconds) {
  const rounds = Number(options.rounds ?? 50);
  const blockFor = options.rounds === undefined ? Math.min(15_000, Math.round(seconds * 1000)) : undefined;
  const found = await runLocks({ seed, rounds, until: after(seconds), blockFor });
  const { freed, kills, refusedWhileBlocked } = found;
  const middle = freed.toSorted((a, b) => a - b)[freed.length >> 1];
  const blocked =
    blockFor === undefined
      ? ""
      : `, ${refusedWhileBlocked} tries refused while a holder was blocked for ${blockFor / 1000} s`;
  return {
    line: `${found.rounds} races of 8 processes, ${kills} holders killed, lock free ${middle?.toFixed(1)} ms later (median)${blocked}`,
    violations: found.violations,
  };
}

async function leases(seconds) {
  const rounds = Number(options.rounds ?? 1000);
  const found = await runLeases({ seed, rounds, until: after(seconds) });
  const { changes, violations } = found;
  return { line: `${found.rounds} leases taken over, after ${changes} changes of their holders`, violations };
}

async function disk(seconds) {
  const found = await runFullDisk({
    seed,
    disks: options.disks?.split(","),
    names: options.scenario === undefined ? undefined : [options.scenario],
    until: after(seconds),
  });
  if (found.skipped !== undefined) return { line: `skipped: ${found.skipped}`, violations: [] };
  const { scenarios, steps, refused, committed, violations } = found;
  return {
    line: `${scenarios} of ${found.most} changes on full disks, ${steps} tries: ${refused} refused, ${committed} committed and finished later`,
    violations,
  };
}

/** The crashes in memory, of which there are many more. */
function states(seconds) {
  const test = "test/crash/states.test.ts";
  if (!existsSync(`${ROOT}/${test}`)) return { line: "skipped: there are none", violations: [] };
  const vitest = fileURLToPath(new URL("../../node_modules/vitest/vitest.mjs", import.meta.url));
  const env = {
    ...process.env,
    CRASH_SECONDS: String(Math.max(1, Math.floor(seconds))),
    SEED: String(seed),
    NO_COLOR: "1",
  };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vitest, "run", test, "test/crash/frames.test.ts"],
    {
      cwd: ROOT,
      env,
      encoding: "utf8",
    },
  );
  const line = stdout.split("\n").find((text) => /\d+ states/.test(text)) ?? "no report";
  return { line: line.trim(), violations: status === 0 ? [] : [`${stdout}\n${stderr}`] };
}

function after(seconds) {
  return performance.now() + seconds * 1000;
}

const end = after(Number(options.seconds));
let shares = names.reduce((sum, name) => sum + PARTS[name].share, 0);
for (const name of names) {
  const { share, run } = PARTS[name];
  const start = performance.now();
  const { line, violations } = await run((Math.max(0, end - start) / 1000) * (share / shares));
  shares -= share;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${name}: ${line}; ${violations.length} violations (${seconds} s)`);
  for (const violation of violations) console.log(`  VIOLATION: ${violation}`);
  if (violations.length === 0) continue;
  console.log(`  replay: node test/crash/run.mjs --only ${name} --seed ${seed}`);
  process.exitCode = 1;
}
