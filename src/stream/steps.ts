import type { Rows } from "../array/index.js";
import type { Predicate } from "./predicate.js";
import { allRows, filteredOf, pickedOf, type RowPick, rowOf, slicedPick, takenOf } from "./row-pick.js";
import type { Part, SlicePart } from "./selection-parts.js";

/** Ranks from `from` to before `to`, by the rules of slices. */
export interface Ranks {
  readonly from: number | null;
  readonly to: number | null;
}

/** One step of an operation, as plain data. */
export type Step =
  | { readonly op: "column"; readonly name: string }
  | ({ readonly op: "slice" } & SlicePart)
  | { readonly op: "row"; readonly index: number }
  | { readonly op: "take"; readonly indices: Float64Array }
  | { readonly op: "filter"; readonly mask: Uint8Array }
  | { readonly op: "where"; readonly predicate: Predicate }
  | ({ readonly op: "sorted"; readonly by: string } & Ranks)
  /** A selection that leaves rows rows: each of the result comes from the same one. */
  | { readonly op: "inner"; readonly parts: readonly Part[] }
  /** A selection that does not: what has been read up to here is an array of its own. */
  | { readonly op: "select"; readonly parts: readonly Part[] };

/** Which columns of the rows are read, and what of each row. */
export interface Cut {
  /** The column that is the array from now on; undefined for all. */
  readonly column: string | undefined;
  /** Fields of the elements, by their names, and selections. */
  readonly inner: readonly (string | readonly Part[])[];
}

/** What has to be read before it is known which rows are meant. */
export type Question = { readonly rows: RowPick; readonly cut: Cut } & (
  | {
      readonly kind: "match";
      readonly predicate: Predicate;
      /** What is made of the rows that are found, where nothing else chooses among them. */
      readonly after: Cut | undefined;
    }
  | ({ readonly kind: "order"; readonly by: string } & Ranks)
);

/** What is to be read at last. */
export interface Selected {
  readonly rows: RowPick;
  readonly cut: Cut;
  /** Steps that are made with the array that was read. */
  readonly tail: readonly Step[];
}

const UNCUT: Cut = { column: undefined, inner: [] };

function cutBy({ column, inner }: Cut, step: Extract<Step, { readonly op: "column" | "inner" }>): Cut {
  if (step.op === "inner") return { column, inner: [...inner, step.parts] };
  const isFirst = column === undefined && inner.length === 0;
  return isFirst ? { column: step.name, inner } : { column, inner: [...inner, step.name] };
}

/** What steps make of each row; undefined where one of them is about which rows there are. */
function cutOf(steps: readonly Step[]): Cut | undefined {
  let cut = UNCUT;
  for (const step of steps) {
    if (step.op !== "column" && step.op !== "inner") return undefined;
    cut = cutBy(cut, step);
  }
  return cut;
}

/**
 * Follows the steps of an operation from all rows to those that are meant. What has to be read for that it asks; it is told
 * the places, among the rows of the question, of those that go on.
 *
 * @throws IndexError, ShapeError for positions and masks that such rows do not have
 */
export function* follow(
  steps: readonly Step[],
  length: number,
  label: string,
): Generator<Question, Selected, Rows> {
  let rows: RowPick = allRows(length);
  let cut = UNCUT;
  for (const [i, step] of steps.entries()) {
    switch (step.op) {
      case "slice":
        rows = slicedPick(rows, step);
        break;
      case "row":
        rows = rowOf(rows, step.index, label);
        break;
      case "take":
        rows = takenOf(rows, step.indices, label);
        break;
      case "filter":
        rows = filteredOf(rows, step.mask, label);
        break;
      case "where":
        rows = pickedOf(
          rows,
          yield { kind: "match", rows, cut, predicate: step.predicate, after: cutOf(steps.slice(i + 1)) },
        );
        break;
      case "sorted":
        rows = pickedOf(rows, yield { kind: "order", rows, cut, by: step.by, from: step.from, to: step.to });
        break;
      case "column":
      case "inner":
        cut = cutBy(cut, step);
        break;
      case "select":
        return { rows, cut, tail: steps.slice(i) };
      default:
        step satisfies never;
    }
  }
  return { rows, cut, tail: [] };
}
