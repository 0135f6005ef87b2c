import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { check, type Durability, type Finding, MemmapTable, repair } from "../../src/index.js";
import { type LastRecord, parseLast } from "../../src/store/last.js";
import { type CommitRecord, formatCommit, parseCommit } from "../../src/store/record.js";
import { Store } from "../../src/store/store.js";
import { failingFiles } from "../../src/testing/files/index.js";
import { openBelow, snapshot } from "../support/snapshot.js";

export type Change = (table: MemmapTable) => unknown;

/** A closed table of three rows: a column with an attribute, one in a group, one that is raw. */
export function sample(path: string, durability: Durability = "full"): string {
  using table = MemmapTable.create(path, { durability, rows: 3, attr: "t" });
  table.addColumn("a", "i4", { data: [1, 2, 3], attr: "of a" });
  table.addColumn("g/b", "f8", { data: [4, 5, 6] });
  table.addColumn("r", "i4", { data: [7, 8, 9], layout: "raw" });
  return path;
}

/** Everything that a record can have in it. */
export const everything: Change = (table) =>
  table.transaction(() => {
    table.renameColumn("a", "h/a");
    table.addColumn("new", "f8", { fill: 1, attr: "new" });
    table.deleteColumn("g/b");
    table.resize(2);
  });

/** Changes a table as one whose process ends when the change is committed and nothing of it is applied. */
export function crash(path: string, change: Change, durability: Durability = "full"): void {
  const trial = `${path}-trial`;
  cpSync(path, trial, { recursive: true });
  const counting = failingFiles();
  {
    using table = open(trial, counting.files, durability);
    change(table);
  }
  const isRecord = /[\\/]commit-\d+$/;
  const written = counting.calls.findIndex(({ name, path: at }) => name === "close" && isRecord.test(at));
  const stopping = failingFiles();
  // Then the directory is synced, which commits.
  stopping.stopAfter(written + (durability === "full" ? 2 : 1));
  expect(() => {
    using table = open(path, stopping.files, durability);
    change(table);
  }).toThrow();
  expect(stopping.hasStopped).toBe(true);
  expect(readdirSync(join(path, ".memmap")).filter((name) => name.startsWith("commit-"))).toHaveLength(1);
}

function open(path: string, files: ReturnType<typeof failingFiles>["files"], durability: Durability) {
  return MemmapTable.over(Store.open(path, { writable: true, files, durability }), "r+", "npy");
}

/** The path of the one record of a store that is not applied. */
export function recordPath(path: string): string {
  const [name = ""] = readdirSync(join(path, ".memmap")).filter((entry) => entry.startsWith("commit-"));
  return join(path, ".memmap", name);
}

export function pending(path: string): CommitRecord {
  return parseCommit(readFileSync(recordPath(path)), recordPath(path));
}

/** Writes the record that is not applied with other members, and a checksum that fits. */
export function rewrite(path: string, change: Partial<CommitRecord>): void {
  const { sha256: _, ...record } = pending(path);
  writeFileSync(recordPath(path), formatCommit({ ...record, ...change }));
}

/** Expects one finding, and that looking changed nothing and left nothing open. */
export function expectOne(path: string, code: Finding["code"], at: string, what: RegExp): Finding {
  const before = { files: snapshot(path), open: openBelow(path) };
  const found = check(path);
  expect({ files: snapshot(path), open: openBelow(path) }).toEqual(before);
  expect(found.map((one) => [one.code, one.path])).toEqual([[code, at === "" ? path : join(path, at)]]);
  const [first] = found;
  if (first === undefined) throw new Error("nothing was found");
  expect(first.what).toMatch(what);
  expect(first.what).not.toContain("undefined");
  expect(Object.isFrozen(first)).toBe(true);
  return first;
}

/** Everything but the control directory. */
export function outside(path: string): Record<string, string> {
  const all = Object.entries(snapshot(path));
  return Object.fromEntries(all.filter(([name]) => name !== "./.memmap" && !name.startsWith("./.memmap/")));
}

/** Repairs a store, and expects that it did what was said, and that there is no more to do. */
export function expectRepaired(path: string): Finding[] {
  const promised = check(path).filter((one) => one.repair !== undefined);
  expect(promised.length).toBeGreaterThan(0);
  const open = openBelow(path);
  expect(repair(path)).toEqual(promised);
  expect(openBelow(path)).toEqual(open);
  expectSettled(path);
  return promised;
}

/** Expects that there is nothing to repair, and that repairing does nothing. */
export function expectSettled(path: string): void {
  expect(check(path).filter((one) => one.repair !== undefined)).toEqual([]);
  const files = snapshot(path);
  expect(repair(path)).toEqual([]);
  expect(snapshot(path)).toEqual(files);
}

/** What a table holds. */
export function shown(path: string) {
  using table = MemmapTable.open(path);
  return {
    rows: table.length,
    columns: Array.from(table.columns(), ([name, column]) => [name, [...column], column.attr]),
    attr: table.attr,
    generation: table.generation,
  };
}

/** The record of the last transaction. */
export function lastOf(path: string): LastRecord {
  const file = join(path, ".memmap", "last");
  return parseLast(readFileSync(file), file);
}

/** A table whose last change is committed and not applied, and what it holds then. */
export function crashed(path: string, change: Change = everything): { path: string; after: unknown } {
  sample(path);
  crash(path, change);
  return { path, after: shown(path) };
}

/** A store with one thing wrong, which is for nobody to repair who does not know the data. */
export function expectFound(
  path: string,
  damage: (path: string) => unknown,
  code: Finding["code"],
  at: string,
  what: RegExp,
): string {
  sample(path);
  damage(path);
  expect(expectOne(path, code, at, what).repair).toBeUndefined();
  expectSettled(path);
  return path;
}
