import {
  type ArrayView,
  copyElements,
  denseLayout,
  type Rows,
  rowsOf,
  STRIDED,
  type Strided,
  wrap,
  zeros,
} from "../array/index.js";
import { maskToIndices } from "../compute/index.js";
import { type DType, dtypeFromDescr } from "../dtype/index.js";
import { columnNamed, ITSELF, maskFor, type Predicate } from "./predicate.js";
import { cutColumns, pickedColumns, type RowBlock } from "./row-blocks.js";
import { fill, type PlainFormColumn, requireRoom } from "./row-fill.js";
import { filteredOf, takenOf } from "./row-pick.js";
import { selectParts } from "./selection-parts.js";
import type { Cut, Ranks, Step } from "./steps.js";

/** What is to be done with rows, as plain data. */
export type RowWork =
  /** Find where a condition holds. */
  | { readonly kind: "match"; readonly predicate: Predicate }
  /** Sort by a column. */
  | ({ readonly kind: "order"; readonly by: string } & Ranks)
  /** Lay the rows for which a condition holds one behind the other, cut as `after` says. */
  | {
      readonly kind: "collect";
      readonly predicate: Predicate;
      readonly after: Cut;
      readonly form: readonly PlainFormColumn[];
    }
  /** Lay the columns one behind the other. */
  | { readonly kind: "fill"; readonly form: readonly PlainFormColumn[] }
  /** Make an array of the rows, and of this array what the steps say. */
  | { readonly kind: "select"; readonly form: readonly PlainFormColumn[]; readonly tail: readonly Step[] };

/** Places among the rows; the shape of what was selected or collected; nothing where the shape is known. */
export type WorkResult = Rows | readonly number[] | undefined;

/** Does a work with blocks of rows as they come. */
export interface RowWorker {
  add(block: RowBlock): void;
  /** After the last block. */
  finish(): WorkResult;
  /** After the last one of a task that others follow: the places that it has found, or how many rows there are so far. */
  pause(): WorkResult;
}

/** A work that several tasks do, one after another. */
export interface SharedWork {
  readonly isLast: boolean;
  /** Rows that those before it have collected. */
  readonly count: number;
  /** For what the last one needs of all. */
  readonly memory: Uint8Array | undefined;
}

const ALONE: SharedWork = { isLast: true, count: 0, memory: undefined };

/**
 * @param rows how many there are in all
 * @param target memory for the result
 */
export function rowWorker(
  work: RowWork,
  rows: number,
  target: Uint8Array,
  label: string,
  { count, memory }: SharedWork = ALONE,
): RowWorker {
  switch (work.kind) {
    case "match":
      return matching(work.predicate, rows);
    case "order":
      return ordering(work, rows, label, memory);
    case "collect":
      return collecting(work.predicate, work.after, work.form, target, count);
    case "fill":
      return {
        add: ({ start, length, columns }) => fill(work.form, columns, { start, length, rows }, target),
        finish: () => undefined,
        pause: () => undefined,
      };
    default:
      return selecting(work.form, work.tail, rows, target, label, memory);
  }
}

/** Elements for what is read: zeros, or what tasks before this one have read. */
function kept(dtype: DType, shape: readonly number[], memory: Uint8Array | undefined): Strided {
  if (memory === undefined) return zeros(dtype, shape);
  return { dtype, layout: denseLayout(shape, dtype.itemsize), bytes: memory };
}

function matching(predicate: Predicate, rows: number): RowWorker {
  const found: Rows[] = [];
  const all = () => joinedRows(found, rows);
  return {
    add: ({ start, length, columns }) => {
      const places = maskToIndices(maskFor(predicate, columns, length));
      const shifted = rows < 2 ** 31 ? places : Float64Array.from(places);
      for (let i = 0; i < shifted.length; i++) shifted[i] += start;
      if (shifted.length > 0) found.push(shifted);
    },
    finish: all,
    pause: all,
  };
}

/** Places among so many rows, one behind the other. */
export function joinedRows(found: readonly Rows[], rows: number): Rows {
  const count = found.reduce((sum, { length }) => sum + length, 0);
  const all = rows < 2 ** 31 ? new Int32Array(count) : new Float64Array(count);
  let at = 0;
  for (const places of found) {
    all.set(places, at);
    at += places.length;
  }
  return all;
}

function ordering(
  { by, from, to }: { readonly by: string } & Ranks,
  rows: number,
  label: string,
  memory: Uint8Array | undefined,
): RowWorker {
  let keys: Strided | undefined;
  return {
    add: ({ start, length, columns }) => {
      const column = columnNamed(by, columns);
      if (column === undefined) return;
      keys ??= kept(column.dtype, [rows], memory);
      copyElements(column[STRIDED](), rowsIn(keys, start, length));
    },
    finish: () => {
      if (keys === undefined) return new Int32Array(0);
      return rowsOf(wrap(keys, false).argsort().slice(from, to), rows, label);
    },
    pause: () => undefined,
  };
}

function selecting(
  form: readonly PlainFormColumn[],
  tail: readonly Step[],
  rows: number,
  target: Uint8Array,
  label: string,
  memory: Uint8Array | undefined,
): RowWorker {
  const [{ descr, cell }] = form;
  const read = kept(dtypeFromDescr(descr), [rows, ...cell], memory);
  return {
    add: ({ start, length, columns }) => {
      for (const column of columns.values()) copyElements(column[STRIDED](), rowsIn(read, start, length));
    },
    finish: () => {
      const result = tail.reduce((array, step) => stepOf(array, step, label), wrap(read, false) as ArrayView);
      requireRoom(result.shape, result.nbytes, target.length);
      const layout = denseLayout(result.shape, result.itemsize);
      copyElements(result[STRIDED](), { dtype: result.dtype, layout, bytes: target });
      return result.shape;
    },
    pause: () => undefined,
  };
}

function rowsIn({ dtype, layout, bytes }: Strided, start: number, length: number): Strided {
  const { shape, strides } = layout;
  const offset = start * (strides[0] ?? 0);
  return { dtype, layout: { shape: shape.with(0, length), strides, offset }, bytes };
}

/** Appends rows as they are found, to columns that have room for as many as there may be; at last these close up. */
function collecting(
  predicate: Predicate,
  after: Cut,
  form: readonly PlainFormColumn[],
  target: Uint8Array,
  before: number,
): RowWorker {
  const rowBytes = form.reduce((sum, { bytes }) => sum + bytes, 0);
  const most = rowBytes === 0 ? Number.POSITIVE_INFINITY : Math.floor(target.length / rowBytes);
  let count = before;
  return {
    add: ({ length, columns }) => {
      const places = maskToIndices(maskFor(predicate, columns, length));
      const start = count;
      count += places.length;
      // What is too much is counted to its end, and not kept.
      if (count > most || places.length === 0) return;
      const found = pickedColumns(cutColumns(columns, after), places);
      fill(form, found, { start, length: places.length, rows: most }, target);
    },
    finish: () => {
      requireRoom([count], count * rowBytes, target.length);
      for (const { before, bytes } of form.toSorted((a, b) => a.before - b.before)) {
        if (bytes > 0) target.copyWithin(count * before, most * before, most * before + count * bytes);
      }
      return [count];
    },
    pause: () => [count],
  };
}

/** What a step makes of an array that was read. */
function stepOf(array: ArrayView, step: Step, label: string): ArrayView {
  switch (step.op) {
    case "slice":
      return array.slice(step.start, step.stop, step.step);
    case "take":
      return array.takeRows(takenOf({ start: 0, length: array.length, step: 1 }, step.indices, label));
    case "filter":
      return array.takeRows(filteredOf({ start: 0, length: array.length, step: 1 }, step.mask, label));
    case "where":
      return array.filter(maskFor(step.predicate, new Map([[ITSELF, array]]), array.length));
    case "sorted":
      return array.take(array.argsort({ axis: 0 }).slice(step.from, step.to));
    case "inner":
    case "select":
      return selectParts(array, step.parts);
    case "column":
    case "row":
      return array.field(step.op === "column" ? step.name : ITSELF);
    default:
      return step satisfies never;
  }
}
