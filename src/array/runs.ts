import { sizeOf } from "../dtype/index.js";
import type { Layout } from "./layout.js";

/** A visit of {@link forEachRun}: two first bytes, two strides, and how many elements. */
export type RunVisitor = (
  aOffset: number,
  aStride: number,
  bOffset: number,
  bStride: number,
  count: number,
) => void;

/** Some axes of two layouts as one: every element of it is as far from the one before in either. */
interface Axis {
  length: number;
  readonly a: number;
  readonly b: number;
}

/** From this length on, neighbours are worth a run of their own: blocks of memory move faster than single elements. */
const WORTH_A_RUN = 16;

/**
 * Walks two layouts of one shape together, in runs along one axis, as few and long as it can: axes that continue one
 * another in both are joined, and the run is along the one whose elements are nearest, unless it is short, and then
 * along the longest. The order of the runs is not that of the elements.
 */
export function forEachRun(a: Layout, b: Layout, visit: RunVisitor): void {
  if (sizeOf(a.shape) === 0) return;
  const axes = joinedAxes(a, b);
  const run = runAxis(axes);
  const others = axes.filter((axis) => axis !== run);
  const walk = (level: number, aOffset: number, bOffset: number): void => {
    const axis = others[level];
    if (axis === undefined) return visit(aOffset, run.a, bOffset, run.b, run.length);
    for (let i = 0; i < axis.length; i++) walk(level + 1, aOffset + i * axis.a, bOffset + i * axis.b);
  };
  walk(0, a.offset, b.offset);
}

/** The axes, outer ones first. */
function joinedAxes(a: Layout, b: Layout): Axis[] {
  const axes: Axis[] = [];
  for (let axis = a.shape.length - 1; axis >= 0; axis--) {
    const length = a.shape[axis] ?? 1;
    if (length === 1) continue;
    const [aStride, bStride] = [a.strides[axis] ?? 0, b.strides[axis] ?? 0];
    const inner = axes[0];
    if (inner !== undefined && aStride === inner.a * inner.length && bStride === inner.b * inner.length) {
      inner.length *= length;
    } else axes.unshift({ length, a: aStride, b: bStride });
  }
  return axes;
}

function runAxis(axes: readonly Axis[]): Axis {
  let nearest: Axis | undefined;
  let longest: Axis | undefined;
  const distance = ({ a, b }: Axis) => Math.max(Math.abs(a), Math.abs(b));
  for (const axis of axes) {
    if (nearest === undefined || distance(axis) < distance(nearest)) nearest = axis;
    if (longest === undefined || axis.length > longest.length) longest = axis;
  }
  const run = nearest !== undefined && nearest.length >= WORTH_A_RUN ? nearest : longest;
  return run ?? { length: 1, a: 0, b: 0 };
}
