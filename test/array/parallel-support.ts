import { afterAll } from "vitest";
import type { ArrayView } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { built, errors, workers } from "../workers/support.js";

export { errors };

type Package = typeof import("../../src/index.js");
type Parallel = typeof import("../../src/array/parallel/run.js") &
  typeof import("../../src/array/parallel/source.js");

/** The package as it is built, in which alone there are workers. */
export const { MemmapTable, openNpy, saveNpy, slice }: Package = await import(built("index.js"));
export const { hostOf }: typeof import("../../src/platform/index.js") = await import(
  built("platform/index.js")
);
export const { inParallel, parallelAlways }: Parallel = {
  ...(await import(built("array/parallel/run.js"))),
  ...(await import(built("array/parallel/source.js"))),
};

/** URL of the module of tasks that end badly. */
export const DYING = new URL("./tasks/dying.mjs", import.meta.url).href;

export const pool = () => workers.workerPool();

/** Temporary paths; the workers are gone when the tests are done. */
export function pathsAndWorkers(): (name?: string) => string {
  afterAll(() => pool().close());
  return temporaryPaths();
}

/** The bytes of an array's elements, whatever memory they are in. */
export function bytesOf(array: ArrayView): Buffer {
  const values: unknown = array.values;
  if (!ArrayBuffer.isView(values)) throw new Error("values are a typed array");
  return Buffer.from(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
}
