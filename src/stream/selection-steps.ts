import { maskToIndices } from "../compute/index.js";
import type { Sample } from "./sample.js";
import {
  type IndexPart,
  isIndices,
  isMaskPart,
  isSlice,
  keepsRows,
  type MaskPart,
  type Part,
  type SlicePart,
  spelledOut,
  WHOLE,
} from "./selection-parts.js";
import type { Step } from "./steps.js";

/** What chooses along the first axis. */
type Chooser = SlicePart | IndexPart | MaskPart;

/** What a selection comes to: which rows are read, and what is made of them. */
export interface SelectionSteps {
  readonly steps: readonly Step[];
  /** Undefined where rows of the result are not rows of what was read. */
  readonly sample: Sample | undefined;
}

/**
 * The steps of a NumPy selection of an array.
 *
 * @throws IndexError, ShapeError for parts that do not fit the further axes
 */
export function selectionSteps(parts: readonly Part[], sample: Sample, label: string): SelectionSteps {
  const [first = null, ...rest] = spelledOut(parts, sample.array.ndim, label);
  if (first === null || first === "...") {
    return { steps: [{ op: "select", parts: [first, ...rest] }], sample: undefined };
  }
  const isOpen = rest.every((part) => part === null || isSlice(part));
  const staysRows = typeof first !== "number" && isLine(first) && (isSlice(first) ? keepsRows(rest) : isOpen);
  if (!staysRows) {
    if (!rest.some((part) => isIndices(part) || isMaskPart(part))) sample.selected([WHOLE, ...rest]);
    return { steps: readFirst(first, rest), sample: undefined };
  }
  const inner = [WHOLE, ...rest];
  if (inner.every((part) => part === WHOLE)) return { steps: [chooserStep(first)], sample };
  return {
    steps: [chooserStep(first), { op: "inner", parts: inner }],
    sample: sample.selected(inner),
  };
}

/** Whether a part chooses along one axis and leaves it one. */
export function isLine(part: Part): part is Chooser {
  return isSlice(part) || ((isIndices(part) || isMaskPart(part)) && part.shape.length === 1);
}

/** The rows that a part chooses along the first axis. */
export function chooserStep(part: Chooser): Step {
  if (isSlice(part)) return { op: "slice", ...part };
  return isIndices(part) ? { op: "take", indices: part.indices } : { op: "filter", mask: part.mask };
}

/** Reads the rows that the first part needs; the selection is made with them alone. */
function readFirst(first: number | Chooser, rest: readonly Part[]): Step[] {
  if (typeof first === "number") {
    return [
      { op: "row", index: first },
      { op: "select", parts: [0, ...rest] },
    ];
  }
  if (isSlice(first)) return [chooserStep(first), { op: "select", parts: [WHOLE, ...rest] }];
  if (isIndices(first)) return takenFirst(first.indices, first.shape, rest);
  if (first.shape.length === 1) {
    const chosen = maskToIndices(first.mask).length;
    const places = { indices: firstNumbers(chosen), shape: [chosen] };
    return [chooserStep(first), { op: "select", parts: [places, ...rest] }];
  }
  const { rows, part } = maskedFirst(first);
  return [
    { op: "filter", mask: rows },
    { op: "select", parts: [part, ...rest] },
  ];
}

function takenFirst(indices: Float64Array, shape: readonly number[], rest: readonly Part[]): Step[] {
  const places = { indices: firstNumbers(indices.length), shape };
  return [
    { op: "take", indices },
    { op: "select", parts: [places, ...rest] },
  ];
}

function firstNumbers(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => i);
}

/** The rows in which a mask of several axes is true anywhere, and the mask of those rows. */
function maskedFirst({ mask, shape }: MaskPart): { rows: Uint8Array; part: MaskPart } {
  const [length = 0, ...cell] = shape;
  const size = cell.reduce((a, b) => a * b, 1);
  const rowAt = (row: number) => mask.subarray(row * size, (row + 1) * size);
  const rows = Uint8Array.from({ length }, (_, row) => (rowAt(row).includes(1) ? 1 : 0));
  const chosen = maskToIndices(rows);
  const part = new Uint8Array(chosen.length * size);
  chosen.forEach((row, i) => {
    part.set(rowAt(row), i * size);
  });
  return { rows, part: { mask: part, shape: [chosen.length, ...cell] } };
}
