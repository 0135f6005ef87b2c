import { sizeOf } from "../dtype/index.js";
import { BLOCK_BYTES } from "./blocks.js";
import { copyElements } from "./copy.js";
import { forEachElement } from "./elements.js";
import { broadcast, denseLayout, type Layout } from "./layout.js";
import { broadcastShape } from "./numerics/broadcasting.js";
import { takeRows } from "./pick.js";
import type { Rows } from "./rows.js";
import type { Axis, Chosen, SelectionPlan } from "./select-plan.js";
import { type Strided, zeros } from "./strided.js";

/** Cells of so many bytes are worth a native call each. */
const WIDE = 256;

/** Positions on one axis that stands for all that were chosen. */
interface Line {
  readonly rows: Rows;
  /** Bytes from one position to the next. */
  readonly stride: number;
  /** Bytes from the first element to position 0. */
  readonly offset: number;
}

/**
 * A copy of what a plan with chosen positions selects, in C order. Elements move as bytes.
 *
 * Memory beside the result: a block, and 4 or 8 bytes for each chosen position.
 *
 * @throws ShapeError where the positions do not broadcast together, LimitError where there is no memory for the copy
 */
export function takeSelected({ dtype, bytes }: Strided, plan: SelectionPlan): Strided {
  const shape = plan.chosen.reduce<readonly number[]>(
    (whole, part) => broadcastShape(whole, part.shape, "indices"),
    [],
  );
  const before = plan.kept.slice(0, plan.place);
  const after = plan.kept.slice(plan.place);
  const whole = [...lengthsOf(before), ...shape, ...lengthsOf(after)];
  if (sizeOf(whole) === 0) return zeros(dtype, whole);
  const { rows, stride, offset } = lineOf(plan.chosen, shape);
  const source = (kept: readonly Axis[], at: number): Strided => ({
    dtype,
    layout: layoutOf(kept, at),
    bytes,
  });
  const first = plan.offset + offset;
  if (sizeOf(lengthsOf(before)) === 1) {
    const taken = takeRows(source([{ length: rows.length, stride }, ...after], first), rows);
    return { ...taken, layout: denseLayout(whole, dtype.itemsize) };
  }
  const target = zeros(dtype, whole);
  const cell = sizeOf(lengthsOf(after)) * dtype.itemsize;
  const { strides } = denseLayout([...lengthsOf(before), rows.length, ...lengthsOf(after)], dtype.itemsize);
  const outer: Layout = { shape: lengthsOf(before), strides: strides.slice(0, before.length), offset: 0 };
  if (cell >= WIDE || rows.length <= sizeOf(outer.shape)) {
    const inner = layoutOf(plan.kept, 0);
    const places = strides.toSpliced(before.length, 1);
    rows.forEach((row: number, i: number) => {
      copyElements(source(plan.kept, first + row * stride), {
        ...target,
        layout: { ...inner, strides: places, offset: i * cell },
      });
    });
    return target;
  }
  const step = Math.max(1, Math.floor(BLOCK_BYTES / cell));
  forEachElement(layoutOf(before, first), outer, (from, to) => {
    const part = source([{ length: rows.length, stride }, ...after], from);
    for (let start = 0; start < rows.length; start += step) {
      target.bytes.set(takeRows(part, rows.subarray(start, start + step)).bytes, to + start * cell);
    }
    return false;
  });
  return target;
}

function lengthsOf(axes: readonly Axis[]): number[] {
  return axes.map(({ length }) => length);
}

function layoutOf(axes: readonly Axis[], offset: number): Layout {
  return { shape: lengthsOf(axes), strides: axes.map(({ stride }) => stride), offset };
}

/** All chosen positions, stretched to their common shape, as positions on one axis. */
function lineOf(chosen: readonly Chosen[], shape: readonly number[]): Line {
  const [only] = chosen;
  const stride = only === undefined || chosen.length > 1 ? undefined : joinedStride(only.axes);
  if (only !== undefined && stride !== undefined) return { rows: only.positions, stride, offset: 0 };
  const axes = chosen.flatMap((part) => part.axes);
  // Gathering wants positions from 0 on: an axis that runs backwards is taken from its other end.
  const offset = axes.reduce((sum, axis) => sum + Math.min(0, axis.stride) * (axis.length - 1), 0);
  const unit = axes.reduce((divisor, axis) => gcd(divisor, Math.abs(axis.stride)), 0) || 1;
  const farthest = axes.reduce((sum, axis) => sum + (Math.abs(axis.stride) / unit) * (axis.length - 1), 0);
  const size = sizeOf(shape);
  const rows = farthest < 2 ** 31 ? new Int32Array(size) : new Float64Array(size);
  for (const part of chosen) {
    const to = denseLayout(shape, 1);
    const from = broadcast(denseLayout(part.shape, 1), shape) ?? to;
    forEachElement(from, to, (at, place) => {
      rows[place] += distance(part.axes, part.positions[at], unit);
      return false;
    });
  }
  return { rows, stride: unit, offset };
}

/** The stride of the one axis that all of these are in C order; undefined where they are none. */
function joinedStride(axes: readonly Axis[]): number | undefined {
  const long = axes.filter(({ length }) => length !== 1);
  const isJoined = long.every(({ stride }, i) => {
    const inner = long[i + 1];
    return inner === undefined || stride === inner.stride * inner.length;
  });
  return isJoined ? (long.at(-1)?.stride ?? 0) : undefined;
}

/** Units from the lowest byte of some axes to one of their elements. */
function distance(axes: readonly Axis[], position: number, unit: number): number {
  let rest = position;
  let units = 0;
  for (let k = axes.length - 1; k >= 0; k--) {
    const { length, stride } = axes[k];
    const index = rest % length;
    rest = (rest - index) / length;
    units += (stride < 0 ? length - 1 - index : index) * (Math.abs(stride) / unit);
  }
  return units;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
