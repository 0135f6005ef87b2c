import { showValue } from "../dtype/index.js";
import { DTypeError, IndexError } from "../errors.js";
import type { Layout } from "./layout.js";
import type { Rows } from "./rows.js";
import { positionsIn, type ReadIndices, readIndices } from "./select-indices.js";
import { resolveIndex, resolveSlice, Slice } from "./slice.js";

/** An axis of an array: how many positions, and the bytes from one to the next. */
export interface Axis {
  readonly length: number;
  readonly stride: number;
}

/** Positions that are chosen one by one, on one axis or, by a mask, on several at once. */
export interface Chosen {
  readonly axes: readonly Axis[];
  /** Numbers of elements of these axes, in C order. */
  readonly positions: Rows;
  /** The shape of the positions. */
  readonly shape: readonly number[];
}

/** What a selection comes to for one array. */
export interface SelectionPlan {
  /** The byte of the first element that is left. */
  readonly offset: number;
  /** The axes that stay axes, in order. */
  readonly kept: readonly Axis[];
  /** Without any, the selection is a view. */
  readonly chosen: readonly Chosen[];
  /** How many of the axes that stay stand before those of the chosen positions. */
  readonly place: number;
}

/** A part of a selection that has been read. */
type Part = number | Slice | "..." | null | ReadIndices;

function readPart(part: unknown): Part {
  if (part === null || part === "..." || part instanceof Slice) return part;
  if (typeof part === "bigint") throw new DTypeError(`an index is a number, not ${part}n; say Number(…)`);
  if (typeof part === "number") {
    if (Number.isInteger(part)) return part;
    throw new DTypeError(`an index is a whole number, not ${showValue(part)}`);
  }
  if (typeof part === "boolean") {
    throw new DTypeError(`${part} by itself selects nothing of an axis; a mask is a list of booleans`);
  }
  return readIndices(part);
}

function isIndices(part: Part): part is ReadIndices {
  return typeof part === "object" && part !== null && "isMask" in part;
}

function axesOf(part: Part): number {
  if (part === null || part === "...") return 0;
  return isIndices(part) ? part.axes : 1;
}

/**
 * Plans a selection with a part for each axis; axes behind the last part are whole.
 *
 * @throws IndexError for too many parts and positions outside, ShapeError for masks of another shape, DTypeError for what
 * is no index
 */
export function planSelection(layout: Layout, selection: readonly unknown[], label: string): SelectionPlan {
  const parts = Array.from(selection, readPart);
  const rank = layout.shape.length;
  const named = parts.reduce<number>((sum, part) => sum + axesOf(part), 0);
  if (named > rank) throw new IndexError(`${named} indices for ${label} of ${rank} axes`);
  if (parts.filter((part) => part === "...").length > 1) {
    throw new IndexError('a selection has at most one "..."');
  }
  const plan = new Planning(layout, label, rank - named);
  for (const part of parts) plan.add(part);
  return plan.finish();
}

class Planning {
  readonly #layout: Layout;
  readonly #label: string;
  /** Axes that no part names. */
  readonly #rest: number;
  readonly #kept: Axis[] = [];
  readonly #chosen: Chosen[] = [];
  #offset: number;
  #axis = 0;
  /** Where the first run of positions stands among the axes that stay. */
  #place: number | undefined;
  /** Whether something else came behind it. */
  #isOver = false;

  constructor(layout: Layout, label: string, rest: number) {
    this.#layout = layout;
    this.#label = label;
    this.#rest = rest;
    this.#offset = layout.offset;
  }

  #next(): Axis {
    const { shape, strides } = this.#layout;
    const axis = { length: shape[this.#axis] ?? 0, stride: strides[this.#axis] ?? 0 };
    this.#axis += 1;
    return axis;
  }

  /** What messages call the axis that comes next. */
  get #name(): string {
    return this.#layout.shape.length === 1 ? this.#label : `axis ${this.#axis} of ${this.#label}`;
  }

  add(part: Part): void {
    if (typeof part !== "number" && !isIndices(part)) {
      if (this.#place !== undefined) this.#isOver = true;
      this.#keep(part);
      return;
    }
    // As in NumPy: positions side by side leave their axes where they stood, others have theirs in front.
    this.#place = this.#isOver ? 0 : (this.#place ?? this.#kept.length);
    const name = this.#name;
    if (typeof part === "number") {
      const { length, stride } = this.#next();
      this.#offset += stride * resolveIndex(part, length, name);
      return;
    }
    const axes = Array.from({ length: part.axes }, () => this.#next());
    const lengths = axes.map(({ length }) => length);
    this.#chosen.push({ axes, ...positionsIn(part, lengths, name) });
  }

  #keep(part: Slice | "..." | null): void {
    if (part === null) this.#kept.push({ length: 1, stride: 0 });
    else if (part === "...") for (let i = 0; i < this.#rest; i++) this.#kept.push(this.#next());
    else {
      const { length, stride } = this.#next();
      const range = resolveSlice(part, length);
      this.#offset += stride * range.start;
      // Adding 0 makes the -0 of 0 * -1 a 0.
      this.#kept.push({ length: range.length, stride: stride * range.step + 0 });
    }
  }

  finish(): SelectionPlan {
    while (this.#axis < this.#layout.shape.length) this.#kept.push(this.#next());
    return { offset: this.#offset, kept: this.#kept, chosen: this.#chosen, place: this.#place ?? 0 };
  }
}
