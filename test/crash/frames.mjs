/** A hierarchy that has one frame, which is replaced by the next one again and again: what it is at each step. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { check, isNotice, MemmapFile } from "./dist.mjs";

/** Rows and groups: a few, or so many that workers write for a while. */
export const SIZES = {
  small: { rows: 60, groups: 4 },
  many: { rows: 60, groups: 20 },
  large: { rows: 1_200_000, groups: 30 },
};

const elementOf = (step, row) => step * 10_000_000 + row;

/** Registers the frame of a step. Not all have the same groups. */
export function registerStep(file, size, step) {
  const { rows } = SIZES[size];
  const groups = SIZES[size].groups + (step % 2);
  const key = new Int32Array(new SharedArrayBuffer(4 * rows));
  const x = new Float64Array(new SharedArrayBuffer(8 * rows));
  for (let row = 0; row < rows; row += 1) {
    key[row] = row % groups;
    x[row] = elementOf(step, row);
  }
  file.fromDataFrame({ key, x }, { groupBy: "key", name: "frame", overwrite: true });
  file.registerArray("x", "x").registerDataFrame("both", ["x", "key"]);
}

/** Makes a hierarchy that has something, and no frame yet. */
export function makeFile(root) {
  const file = MemmapFile.open(root, { mode: "w+", durability: "process" });
  file.setArray("/other", [1, 2, 3], { attrs: { unit: "m" } });
  file.close();
}

/** What is wrong with a hierarchy that should have the frame of one of these steps; 0 is none. @returns the step, or a problem */
export function inspectFile(root, size, steps) {
  try {
    const read = lookAt(root, "r", size, steps);
    const written = lookAt(root, "r+", size, [read]);
    lookAt(root, "r", size, [written]);
    const control = readdirSync(join(root, ".memmap")).sort().join();
    if (control !== "last,lock") throw new Error(`.memmap has ${control}`);
    const found = check(root).filter((one) => !isNotice(one));
    if (found.length > 0) throw new Error(JSON.stringify(found));
    return { step: written };
  } catch (error) {
    return { problem: error instanceof Error ? error.stack : String(error) };
  }
}

function lookAt(root, mode, size, steps) {
  const file = MemmapFile.open(root, { mode });
  try {
    if ([...file.getArray("/other").values].join() !== "1,2,3") throw new Error("/other has changed");
    const problems = [];
    for (const step of steps) {
      const problem = differenceOf(file, size, step);
      if (problem === undefined) return step;
      problems.push(`step ${step}: ${problem}`);
    }
    throw new Error(`mode ${mode}: ${problems.join("; ")}`);
  } finally {
    file.close();
  }
}

function differenceOf(file, size, step) {
  const keys = [...file.keys()].join();
  if (step === 0) return keys === "other" ? undefined : `there is ${keys}`;
  if (keys !== "frame,other") return `there is ${keys}`;
  const { rows } = SIZES[size];
  const groups = SIZES[size].groups + (step % 2);
  const items = file.groupItems("frame");
  if (items.length !== groups) return `${items.length} groups`;
  const arrays = [...file.walk()].filter(({ kind }) => kind === "array").length;
  if (arrays !== 1 + 3 * groups) return `${arrays} arrays`;
  for (const { name, path, size: length } of items) {
    for (const array of [`${path}/x`, `${path}/both/x`]) {
      const { values } = file.getArray(array);
      if (values.length !== length || length !== Math.ceil((rows - name) / groups))
        return `${array}: ${length} rows`;
      const wrong = values.findIndex((value, i) => value !== elementOf(step, name + i * groups));
      if (wrong >= 0) return `${array} at ${wrong}: ${values[wrong]}`;
    }
    if (!file.getArray(`${path}/both/key`).values.every((key) => key === name)) return `${path}/both/key`;
  }
  return undefined;
}
