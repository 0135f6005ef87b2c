import type { CompareOp } from "../../compute/index.js";
import { sizeOf } from "../../dtype/index.js";
import type { TaskContext } from "../../workers/index.js";
import { splitRange } from "../blocks.js";
import { compareRange, planComparison } from "../numerics/comparison.js";
import { markMissing, markTogether, markUntrue } from "../numerics/masks.js";
import { markMembers, planMembership } from "../numerics/membership.js";
import { holdingBytes } from "../shared-bytes.js";
import { STRIDED, type Strided } from "../strided.js";
import { openArray, type SharedArray } from "./share.js";
import type { Span } from "./source.js";

/** What an array is compared with: an array in the shape of the result, or one value. */
export type SharedOperand = { readonly array: SharedArray } | { readonly value: unknown };

/** A mask to be made, as plain data; its operands have been judged. */
export type MaskWork =
  | { readonly kind: "compare"; readonly comparisons: readonly SharedComparison[] }
  | { readonly kind: "and" | "or"; readonly other: SharedArray }
  | { readonly kind: "isin"; readonly candidates: readonly unknown[] }
  | { readonly kind: "not" | "isnan" };

interface SharedComparison {
  readonly op: CompareOp;
  readonly other: SharedOperand;
}

/** A part of a mask, by places in C order. */
export interface MaskTask extends Span {
  readonly work: MaskWork;
  /** In the shape of the result. */
  readonly array: SharedArray;
  readonly label: string;
  readonly mask: SharedArray;
}

/** Truth values of the elements of a range, to a place in `out`. */
type Mark = (from: number, to: number, out: Uint8Array, at: number) => void;

/** So many elements are done before it is looked whether the rest is wanted. */
const STEP = 1 << 20;

/** Makes a part of a mask. */
export function markPart(task: MaskTask, context: TaskContext): Promise<void> {
  return holdingBytes(async () => {
    const { bytes } = openArray(task.mask);
    const mark = markOf(task.work, openArray(task.array), task.label);
    for (let from = task.from; from < task.to && !context.stopped; from += STEP) {
      mark(from, Math.min(from + STEP, task.to), bytes, from);
    }
  });
}

function markOf(work: MaskWork, array: Strided, label: string): Mark {
  switch (work.kind) {
    case "compare": {
      const comparisons = work.comparisons.map(({ op, other }) => ({ op, other: openOperand(other) }));
      const plan = planComparison(array, comparisons, label);
      return (from, to, out, at) => compareRange(plan, from, to, out, at);
    }
    case "and":
    case "or": {
      const side = openArray(work.other);
      return byPieces([array, side], ([a, b], out, at) => markTogether(work.kind, a, b, out, at));
    }
    case "isin": {
      const membership = planMembership(array.dtype, work.candidates, label);
      return byPieces([array], ([piece], out, at) => markMembers(piece, membership, out, at));
    }
    case "not":
      return byPieces([array], ([piece], out, at) => markUntrue(piece, out, at));
    case "isnan":
      return byPieces([array], ([piece], out, at) => markMissing(piece, out, at));
    default:
      return work satisfies never;
  }
}

function openOperand(operand: SharedOperand): unknown {
  if ("value" in operand) return operand.value;
  const array = openArray(operand.array);
  return { [STRIDED]: () => array };
}

/** Goes through arrays of one shape together, by as large pieces as a range of them has. */
function byPieces(
  arrays: readonly Strided[],
  mark: (pieces: readonly Strided[], out: Uint8Array, at: number) => void,
): Mark {
  return (from, to, out, at) => {
    const [first = [], ...others] = arrays.map((array) =>
      [...splitRange(array.layout, from, to, Number.POSITIVE_INFINITY)].map((layout) => ({
        ...array,
        layout,
      })),
    );
    let place = at;
    first.forEach((piece, i) => {
      mark([piece, ...others.map((pieces) => pieces[i])], out, place);
      place += sizeOf(piece.layout.shape);
    });
  };
}
