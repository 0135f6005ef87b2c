import {
  broadcastShape,
  type Chosen,
  planSelection,
  type Range,
  type Rows,
  resolveIndex,
  resolveSlice,
  Slice,
} from "../../array/index.js";
import { composed, type Frame, frameShape, shapeOnly } from "./frame.js";

/** What a selection takes of one axis of a dataset, in positions of the dataset. */
export type AxisUse =
  | { readonly kind: "fixed"; readonly at: number }
  | { readonly kind: "kept"; readonly range: Range }
  | { readonly kind: "chosen"; readonly positions: Rows };

/** An axis of the result: one of the dataset, or a new one of length 1. */
export interface KeptAxis {
  readonly length: number;
  readonly axis: number | undefined;
}

/** Positions on one axis of the dataset, chosen one by one; on none, by a mask without axes. */
export interface ChosenAxis {
  readonly axis: number | undefined;
  readonly positions: Rows;
  readonly shape: readonly number[];
}

/** What a selection comes to for a view of a dataset. */
export interface Uses {
  /** One for each axis of the dataset. */
  readonly axes: readonly AxisUse[];
  /** The axes that stay axes, in order. */
  readonly kept: readonly KeptAxis[];
  readonly chosen: readonly ChosenAxis[];
  /** How many of the axes that stay stand before those of the chosen positions. */
  readonly place: number;
  /** The shape of the result. */
  readonly shape: readonly number[];
}

/**
 * Plans a selection of a view as `select` does for an array in memory, with the same errors, without any elements.
 *
 * @param selection a part for each axis; axes behind the last part are whole
 * @throws IndexError, ShapeError, DTypeError
 */
export function planUses(frame: Frame, selection: readonly unknown[], label: string): Uses {
  const shape = frameShape(frame);
  const plan = planSelection(shapeOnly(shape), selection, label);
  const uses = new Planning(frame, plan.chosen);
  const isChoosing = (part: unknown) => typeof part === "object" && part !== null && !(part instanceof Slice);
  const plain = selection.filter((part) => typeof part === "number" || part instanceof Slice).length;
  const rest = shape.length - plain - plan.chosen.reduce((sum, { axes }) => sum + axes.length, 0);
  for (const part of selection) {
    if (part === null) uses.addNew();
    else if (part === "...") uses.keepWhole(rest);
    else if (part instanceof Slice) uses.keep(part);
    else if (isChoosing(part)) uses.choose();
    else uses.fix(part);
  }
  uses.keepWhole(shape.length);
  const { axes, kept, chosen } = uses;
  const lengths = kept.map(({ length }) => length);
  const common = chosen.reduce<readonly number[]>(
    (all, one) => broadcastShape(all, one.shape, "indices"),
    [],
  );
  return { axes, kept, chosen, place: plan.place, shape: lengths.toSpliced(plan.place, 0, ...common) };
}

class Planning {
  readonly axes: AxisUse[] = [];
  readonly kept: KeptAxis[] = [];
  readonly chosen: ChosenAxis[] = [];
  readonly #frame: Frame;
  readonly #parts: Iterator<Chosen>;

  constructor(frame: Frame, parts: readonly Chosen[]) {
    this.#frame = frame;
    this.#parts = parts[Symbol.iterator]();
    this.#skip();
  }

  /** Axes that the view has not kept stand at their one position. */
  #skip(): void {
    for (;;) {
      const axis = this.#frame[this.axes.length];
      if (axis === undefined || axis.isKept) return;
      this.axes.push({ kind: "fixed", at: axis.range.start });
    }
  }

  /** The part of the next axis that the view shows; undefined behind the last. */
  get #next(): Range | undefined {
    return this.#frame[this.axes.length]?.range;
  }

  #push(use: AxisUse): void {
    this.axes.push(use);
    this.#skip();
  }

  addNew(): void {
    this.kept.push({ length: 1, axis: undefined });
  }

  #keepRange(outer: Range, inner: Range): void {
    this.kept.push({ length: inner.length, axis: this.axes.length });
    this.#push({ kind: "kept", range: composed(outer, inner) });
  }

  keepWhole(count: number): void {
    for (let i = 0; i < count; i++) {
      const range = this.#next;
      if (range === undefined) return;
      this.#keepRange(range, { start: 0, length: range.length, step: 1 });
    }
  }

  keep(part: Slice): void {
    const range = this.#next;
    if (range !== undefined) this.#keepRange(range, resolveSlice(part, range.length));
  }

  fix(part: unknown): void {
    const range = this.#next;
    if (range === undefined) return;
    const at = resolveIndex(part, range.length, "axis");
    this.#push({ kind: "fixed", at: range.start + range.step * at });
  }

  choose(): void {
    const { value } = this.#parts.next();
    if (value === undefined) return;
    const { axes, positions, shape }: Chosen = value;
    if (axes.length === 0) this.chosen.push({ axis: undefined, positions, shape });
    let inner = axes.reduce((size, { length }) => size * length, 1);
    for (const { length } of axes) {
      inner /= Math.max(length, 1);
      const range = this.#next;
      if (range === undefined) return;
      const own = axes.length === 1 ? positions : unravelled(positions, inner, length);
      const mapped = based(own, range);
      this.chosen.push({ axis: this.axes.length, positions: mapped, shape });
      this.#push({ kind: "chosen", positions: mapped });
    }
  }
}

/** The positions along one axis of elements that are counted in C order. */
function unravelled(positions: Rows, inner: number, length: number): Rows {
  return positions.map((position: number) => Math.floor(position / Math.max(inner, 1)) % Math.max(length, 1));
}

/** Positions of a view as positions of the dataset. */
function based(positions: Rows, { start, step }: Range): Rows {
  if (start === 0 && step === 1) return positions;
  return Float64Array.from(positions, (position) => start + step * position);
}
