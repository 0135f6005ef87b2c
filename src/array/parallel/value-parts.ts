import {
  compareComplexScalar,
  compareScalar,
  compareUnitsScalar,
  maskCount,
  type NumericArray,
  newIndices,
} from "../../compute/index.js";
import type { DType } from "../../dtype/index.js";
import { StaleError } from "../../errors.js";
import type { TaskContext } from "../../workers/index.js";
import { rangeRows } from "../layout.js";
import { orderOf, type Positions, unitsPer } from "../numerics/order.js";
import { isFloats, isUnits, Reader } from "../numerics/reader.js";
import { filterRows, takeRows } from "../pick.js";
import { MaskedRows, type Rows } from "../rows.js";
import { holdingBytes } from "../shared-bytes.js";
import { type Strided, zeros } from "../strided.js";
import { openArray, type SharedArray } from "./share.js";

/** Elements that are looked at before it is looked whether the rest is wanted. */
const STEP = 1 << 18;

/** Elements that are looked at to find where to cut, for each part. */
const SAMPLES = 256;

/** An array of one axis that is to be cut by the values of its elements. */
export interface SplitTask {
  readonly array: SharedArray;
  readonly parts: number;
}

/** Elements between which about as many of an array lie each, as the kernels take them; there may be fewer, and equal ones. */
export function findBounds({ array: shared, parts }: SplitTask): Promise<NumericArray[]> {
  return holdingBytes(async () => {
    const array = openArray(shared);
    const { dtype, layout } = array;
    const length = layout.shape[0] ?? 0;
    const count = Math.min(length, SAMPLES * parts);
    const rows = Int32Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) / count) * length));
    const reader = new Reader();
    const values = reader.read(takeRows(array, rows));
    const order = orderOf(dtype, values);
    const width = unitsPer(dtype);
    return Array.from({ length: parts - 1 }, (_, part) => {
      const place = order[Math.floor(((part + 1) / parts) * count)];
      return values.slice(width * place, width * (place + 1));
    }).filter((element) => !isMissing(element, dtype));
  });
}

/** Whether one element is NaN or NaT: nothing is less, and it is less than nothing. */
function isMissing(element: NumericArray, dtype: DType): boolean {
  if (dtype.step !== undefined) return element[0] === -(2n ** 63n);
  return isFloats(element) && element.some(Number.isNaN);
}

/** Those elements of an array of one axis that are not less than one, and less than another. What is missing is in the last part. */
export interface PartTask {
  readonly array: SharedArray;
  readonly label: string;
  /** Which part it is, from 0. */
  readonly part: number;
  /** An element as the kernels take it; the first part has none. */
  readonly from: NumericArray | undefined;
  /** The last part has none. */
  readonly to: NumericArray | undefined;
}

/** How many elements a part has, and how many lie in those before it. */
export interface PartSize {
  readonly before: number;
  readonly count: number;
}

/** The elements of a part in their order, and where they are in the array. */
export interface Part extends PartSize {
  readonly array: Strided;
  readonly places: Positions | undefined;
}

const NOTHING: PartSize = { before: 0, count: 0 };

/** Does something with a part, unless it is not wanted any more. */
export async function withPart(
  task: PartTask,
  context: TaskContext,
  act: (part: Part) => void,
): Promise<PartSize> {
  return holdingBytes(async () => {
    const part = readPart(task, context);
    if (part === undefined || context.stopped) return NOTHING;
    if (part.before + part.count > (task.array.layout.shape[0] ?? 0)) throw changed();
    act(part);
    return { before: part.before, count: part.count };
  });
}

/** What is wrong where parts do not make up the whole. */
export function changed(): StaleError {
  return new StaleError(
    "the elements were changed while they were put in order; leave them alone until it is done",
  );
}

function readPart(task: PartTask, context: TaskContext): Part | undefined {
  const array = openArray(task.array);
  const { dtype, layout } = array;
  const length = layout.shape[0] ?? 0;
  if (task.from === undefined && task.to === undefined) {
    return { array, places: undefined, before: 0, count: length };
  }
  const reader = new Reader();
  const chosen = new Uint8Array(STEP);
  const below = new Uint8Array(task.from === undefined ? 0 : STEP);
  const pieces: { readonly bytes: Uint8Array; readonly rows: Rows; readonly start: number }[] = [];
  let [before, count] = [0, 0];
  for (let start = 0; start < length; start += STEP) {
    if (context.stopped) return undefined;
    const some = Math.min(STEP, length - start);
    const piece = { ...array, layout: rangeRows(layout, { start, length: some, step: 1 }) };
    const values = reader.read(piece);
    if (task.to === undefined) chosen.fill(1);
    else markLess(dtype, values, some, task.to, chosen);
    if (task.from !== undefined) {
      markLess(dtype, values, some, task.from, below);
      before += maskCount(below, 0, some);
      // What is less than the lower end is less than the upper one.
      for (let i = 0; i < some; i++) chosen[i] ^= below[i];
    }
    const rows = new MaskedRows(chosen.subarray(0, some));
    if (rows.count === 0) continue;
    pieces.push({ bytes: filterRows(piece, rows).bytes, rows: rows.rows, start });
    count += rows.count;
  }
  const kept = zeros(dtype, [count]);
  const places = newIndices(count, length);
  let at = 0;
  for (const { bytes: piece, rows, start } of pieces) {
    kept.bytes.set(piece, at * dtype.itemsize);
    for (let i = 0; i < rows.length; i++) places[at + i] = start + rows[i];
    at += rows.length;
  }
  return { array: kept, places, before, count };
}

function markLess(
  dtype: DType,
  values: NumericArray,
  count: number,
  than: NumericArray,
  out: Uint8Array,
): void {
  if (dtype.kind === "c" && isFloats(values)) {
    const [re, im] = [Number(than[0]), Number(than[1])];
    compareComplexScalar("lt", values, 0, count, { re, im }, out, 0);
  } else if ("SU".includes(dtype.kind) && isUnits(values) && isUnits(than)) {
    compareUnitsScalar("lt", values, dtype.width, 0, count, than, out, 0);
  } else {
    compareScalar("lt", values, 0, count, than[0], out, 0, { nat: dtype.step !== undefined });
  }
}

/** The share of an array that begins with so many elements. */
export function shareOf(result: SharedArray, before: number, count: number): Uint8Array {
  const { dtype, bytes } = openArray(result);
  return bytes.subarray(before * dtype.itemsize, (before + count) * dtype.itemsize);
}
