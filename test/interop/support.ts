import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect } from "vitest";
import { type ArrayView, type DType, type DTypeLike, parseDType } from "../../src/index.js";
import type { Described } from "./peer.js";
import { arrayToWire } from "./wire.js";

/** What all random data of a run come from. */
export const seed = Number(process.env.SEED ?? Number.NaN);
if (!Number.isSafeInteger(seed))
  throw new Error("SEED is no whole number: these tests run by `npm run test:interop`");

/** Tables of tests need not survive a loss of power. */
export const QUICK = { durability: "process" } as const;

/** A directory of one test file, gone after it. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "interop-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Calls a function of a script in `peer/`, which reads what is asked and writes its answer in JSON. */
export function askScript(script: string, call: string, args: object): unknown {
  const { PYTHON = "python3" } = process.env;
  const path = fileURLToPath(new URL(`./peer/${script}`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(PYTHON, ["-B", "-X", "utf8", path], {
    input: JSON.stringify({ call, args }),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** The elements' bytes in C order, row by row. */
export function hexOf(array: ArrayView): string {
  return Array.from({ length: array.length }, (_, row) => Buffer.from(array.bytes(row)).toString("hex")).join(
    "",
  );
}

/** Checks that an array is what NumPy says: dtype, shape, every element, every byte. */
export function expectSame(array: ArrayView, said: Described): void {
  expect(array.dtype.descr).toEqual(said.descr);
  expect(array.shape).toEqual(said.shape);
  expect(arrayToWire(array)).toEqual(said.values);
  if (array.ndim > 0) expect(hexOf(array)).toBe(said.hex);
}

/** The bytes of a file in hexadecimal. */
export function fileHex(path: string): string {
  return readFileSync(path).toString("hex");
}

/** A dtype as the peer takes it. */
export function specOf(dtype: DTypeLike): DType["descr"] {
  return parseDType(dtype).descr;
}
