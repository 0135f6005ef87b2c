import { rmSync } from "node:fs";
import { afterAll, afterEach, expect } from "vitest";
import type { CommitOptions, FrameSource, MemmapFile, WriteProgress } from "../../src/index.js";
import { snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { built, errors, workers } from "../workers/support.js";

export { errors };

/** The package as it is built, in which alone there are workers. */
export const { MemmapFile: BuiltFile, MemmapTable: BuiltTable }: typeof import("../../src/index.js") =
  await import(built("index.js"));
export const { checkStore }: typeof import("../../src/testing/index.js") = await import(
  built("testing/index.js")
);
export const pool = () => workers.workerPool();

/** Below so many bytes in all, no worker is asked. */
export const LEAST = 8 << 20;

/** Paths that are cleared after each test: these files are large. */
export function clearedPaths(): (name?: string) => string {
  const fresh = temporaryPaths();
  const made: string[] = [];
  afterEach(() => {
    for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
  });
  afterAll(() => pool().close());
  return (name) => {
    const path = fresh(name);
    made.push(path);
    return path;
  };
}

/** A new file, which does not wait for the disk. */
export function newFile(path: string): MemmapFile<"r+"> {
  return BuiltFile.open(path, { mode: "w+", durability: "process" });
}

/** The same numbers in each run, in no order. */
export function scattered(length: number, below: number): number[] {
  let state = 1;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  });
}

/** Typed arrays over memory that other threads see. */
export const shared = {
  f8: (values: ArrayLike<number>) =>
    copied(new Float64Array(new SharedArrayBuffer(8 * values.length)), values),
  i4: (values: ArrayLike<number>) => copied(new Int32Array(new SharedArrayBuffer(4 * values.length)), values),
};

function copied<T extends Float64Array | Int32Array>(to: T, values: ArrayLike<number>): T {
  to.set(values);
  return to;
}

/** All that is below a root, but for what differs from one directory to the next: inodes and times. */
export function filesOf(root: string): Record<string, string> {
  const { "./.memmap/last": _last, ...others } = snapshot(root);
  return others;
}

/** Expects nothing to be left of what was on its way into a root. */
export function checkTree(root: string): void {
  const control = Object.keys(snapshot(root)).filter((name) => name.startsWith("./.memmap/"));
  expect(control).toEqual(["./.memmap/last", "./.memmap/lock"]);
}

/** Expects what a file is to be like when nothing of a commit has come of it, and that it can be used as before. */
export function expectUntouched(file: MemmapFile<"r+">, before: Record<string, string>): void {
  expect(snapshot(file.root)).toEqual(before);
  expect(pool().size).toBe(0);
  expect(file.frames.size).toBe(0);
  file.setArray("/usable", 1);
  expect(file.getArray("/usable").at()).toBe(1);
  file.deleteNode("/usable");
}

/** Registers a frame of one column, in groups of so many rows; without these, not grouped. */
export function register(
  file: MemmapFile<"r+">,
  source: FrameSource,
  columns: readonly string[],
  groupBy?: string,
): void {
  file.fromDataFrame(source, { groupBy });
  for (const column of columns) file.registerArray(column, column);
}

/** Commits, and checks what is told of the progress on the way. */
export async function commitWatched(file: MemmapFile<"r+">, options: CommitOptions): Promise<number> {
  const told: WriteProgress[] = [];
  await file.commit({ ...options, onProgress: (progress) => told.push(progress) });
  const total = told.at(-1)?.total ?? 0;
  expect(told.at(-1)?.bytes).toBe(total);
  for (const [i, { bytes, total: each }] of told.entries()) {
    expect(each).toBe(total);
    expect(bytes).toBeGreaterThanOrEqual(told[i - 1]?.bytes ?? 0);
  }
  return told.length;
}
