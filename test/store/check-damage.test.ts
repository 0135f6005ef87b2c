import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { check, isMemmapError, MemmapTable, repair } from "../../src/index.js";
import { openBelow, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { crash, everything, outside, sample } from "./check-stores.js";

const fresh = temporaryPaths();

/** A store at rest, one whose writer died, and a directory of arrays that nobody opened. */
const TEMPLATES = [fresh(), fresh(), fresh(), fresh()] as const;
sample(TEMPLATES[0]);
sample(TEMPLATES[1]);
crash(TEMPLATES[1], everything);
sample(TEMPLATES[2], "process");
crash(TEMPLATES[2], (table) => table.append([{ a: 1, "g/b": 2, r: 3 }]), "process");
sample(TEMPLATES[3]);
rmSync(join(TEMPLATES[3], ".memmap"), { recursive: true });

/** What befalls a file: its position in the list of all, and for bytes a position within it. */
const anyDamage = fc.record({
  how: fc.constantFrom("delete", "truncate", "flip", "rename", "swap", "zero", "append", "directory"),
  file: fc.nat(),
  other: fc.nat(),
  at: fc.nat(),
});

const NAMES = [
  "x.npy",
  "a.attr",
  ".attr",
  "g",
  "g/y.npy",
  "con.npy",
  ".memmap/last",
  ".memmap/commit-6",
  "z",
];

type Damage = typeof anyDamage extends fc.Arbitrary<infer T> ? T : never;

function harm(path: string, { how, file, other, at }: Damage): void {
  const all = readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
  const pick = (index: number) => join(path, all[index % all.length] ?? "");
  if (all.length === 0) return;
  const [victim, second] = [pick(file), pick(other)];
  const isFile = statSync(victim).isFile();
  const size = isFile ? statSync(victim).size : 0;
  switch (how) {
    case "delete":
      rmSync(victim, { recursive: true });
      break;
    case "truncate":
      if (isFile) truncateSync(victim, at % (size + 1));
      break;
    case "flip": {
      if (size === 0) return;
      const bytes = readFileSync(victim);
      bytes.writeUInt8((bytes[at % size] ?? 0) ^ (1 << (other % 8)), at % size);
      writeFileSync(victim, bytes);
      break;
    }
    case "rename":
      rename(victim, join(path, NAMES[other % NAMES.length] ?? ""));
      break;
    case "swap":
      rename(victim, second);
      break;
    case "zero":
      if (isFile) writeFileSync(victim, Buffer.alloc(size));
      break;
    case "append":
      if (isFile) appendFileSync(victim, "rest");
      break;
    default:
      rmSync(victim, { recursive: true });
      mkdirSync(victim);
  }
}

function rename(from: string, to: string): void {
  try {
    mkdirSync(dirname(to), { recursive: true });
    renameSync(from, to);
  } catch {
    // A directory into itself, or onto one that is not empty.
  }
}

/** What column files there are, wherever: digests of all their bytes. */
function columns(path: string): string[] {
  return Object.entries(outside(path))
    .filter(([name]) => name.endsWith(".npy"))
    .map(([name, digest]) => `${name}: ${digest}`);
}

it("whatever befalls a store, check says so, and repair loses nothing", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: TEMPLATES.length - 1 }),
      fc.array(anyDamage, { minLength: 1, maxLength: 4 }),
      (which, damages) => {
        const path = fresh();
        cpSync(TEMPLATES[which] ?? "", path, { recursive: true });
        for (const damage of damages) harm(path, damage);
        const before = snapshot(path);
        const found = check(path);
        expect(snapshot(path)).toEqual(before);
        for (const { what } of found) expect(what).not.toMatch(/undefined|\[object/);
        const was = columns(path);
        const isToApply = found.some(
          ({ code, repair: how }) => code === "unapplied-record" && how !== undefined,
        );
        let done: readonly unknown[];
        try {
          done = repair(path);
        } catch (error) {
          // Where no lock can be had, nothing was done.
          expect(isMemmapError(error)).toBe(true);
          expect(found.map(({ code }) => code)).toContain("bad-control");
          expect(columns(path)).toEqual(was);
          return;
        }
        expect(done).toEqual(found.filter((one) => one.repair !== undefined));
        if (!isToApply) expect(columns(path)).toEqual(was);
        expect(openBelow(path)).toEqual([]);
        const after = check(path);
        expect(after.filter((one) => one.repair !== undefined)).toEqual([]);
        expect(repair(path)).toEqual([]);
        if (after.length === 0) {
          // Nothing is wrong any more: it is a table that can be changed.
          using table = MemmapTable.open(path, { mode: "r+" });
          table.resize(table.length + 1);
          expect(check(path)).toEqual([]);
        }
        rmSync(path, { recursive: true });
      },
    ),
  );
});
