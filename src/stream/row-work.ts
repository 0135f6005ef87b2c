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
import { type Descr, dtypeFromDescr } from "../dtype/index.js";
import { LimitError } from "../errors.js";
import { ITSELF, maskFor, type Predicate, type RowColumns } from "./predicate.js";
import { cutColumns, pickedColumns, type RowBlock } from "./row-blocks.js";
import { filteredOf, takenOf } from "./row-pick.js";
import { selectParts } from "./selection-parts.js";
import type { Cut, Ranks, Step } from "./steps.js";

/** Where a column of a result begins, as plain data. */
export interface PlainFormColumn {
  readonly name: string;
  readonly descr: Descr;
  readonly cell: readonly number[];
  /** Bytes of one row. */
  readonly bytes: number;
  /** Bytes of one row of the columns before it. */
  readonly before: number;
}

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
  finish(): WorkResult;
}

/**
 * @param rows how many there are in all
 * @param target memory for the result
 */
export function rowWorker(work: RowWork, rows: number, target: Uint8Array, label: string): RowWorker {
  switch (work.kind) {
    case "match":
      return matching(work.predicate, rows);
    case "order":
      return ordering(work, rows, label);
    case "collect":
      return collecting(work.predicate, work.after, work.form, target);
    case "fill":
      return {
        add: ({ start, length, columns }) => fill(work.form, columns, { start, length, rows }, target),
        finish: () => undefined,
      };
    default:
      return selecting(work.form, work.tail, rows, target, label);
  }
}

function matching(predicate: Predicate, rows: number): RowWorker {
  const found: Rows[] = [];
  let count = 0;
  return {
    add: ({ start, length, columns }) => {
      const places = maskToIndices(maskFor(predicate, columns, length));
      const shifted = rows < 2 ** 31 ? places : Float64Array.from(places);
      for (let i = 0; i < shifted.length; i++) shifted[i] += start;
      count += shifted.length;
      if (shifted.length > 0) found.push(shifted);
    },
    finish: () => {
      const all = rows < 2 ** 31 ? new Int32Array(count) : new Float64Array(count);
      let at = 0;
      for (const places of found) {
        all.set(places, at);
        at += places.length;
      }
      return all;
    },
  };
}

function ordering({ by, from, to }: { readonly by: string } & Ranks, rows: number, label: string): RowWorker {
  let keys: Strided | undefined;
  return {
    add: ({ start, length, columns }) => {
      const column = columns.get(by);
      if (column === undefined) return;
      keys ??= zeros(column.dtype, [rows]);
      copyElements(column[STRIDED](), rowsIn(keys, start, length));
    },
    finish: () => {
      if (keys === undefined) return new Int32Array(0);
      return rowsOf(wrap(keys, false).argsort().slice(from, to), rows, label);
    },
  };
}

function selecting(
  form: readonly PlainFormColumn[],
  tail: readonly Step[],
  rows: number,
  target: Uint8Array,
  label: string,
): RowWorker {
  const [{ descr, cell }] = form;
  const read = zeros(dtypeFromDescr(descr), [rows, ...cell]);
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
  };
}

/** @throws LimitError where a result does not fit its stage */
export function requireRoom(shape: readonly number[], bytes: number, room: number): void {
  if (bytes <= room) return;
  throw new LimitError(
    `the result, of shape [${shape.join(", ")}], takes ${bytes} bytes, and the stage has ${room}: ask for less, or use a larger stage`,
  );
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
): RowWorker {
  const rowBytes = form.reduce((sum, { bytes }) => sum + bytes, 0);
  const most = rowBytes === 0 ? Number.POSITIVE_INFINITY : Math.floor(target.length / rowBytes);
  let count = 0;
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
  };
}

/** Where rows go: behind `start` others, in columns of `rows`. */
interface Place {
  readonly start: number;
  readonly length: number;
  readonly rows: number;
}

function fill(
  form: readonly PlainFormColumn[],
  columns: RowColumns,
  { start, length, rows }: Place,
  target: Uint8Array,
): void {
  for (const { name, cell, before, bytes } of form) {
    // Without bytes there may be any number of rows.
    if (bytes === 0) continue;
    const column = columnFor(columns, name);
    const { dtype } = column;
    const dense = denseLayout([length, ...cell], dtype.itemsize);
    const offset = rows * before + start * bytes;
    copyElements(column[STRIDED](), { dtype, layout: { ...dense, offset }, bytes: target });
  }
}

function columnFor(columns: RowColumns, name: string): ArrayView {
  const column = columns.get(name);
  if (column === undefined) throw new TypeError(`no column ${JSON.stringify(name)} was read`);
  return column;
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
