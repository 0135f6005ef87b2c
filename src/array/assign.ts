import {
  type Caster,
  type Casting,
  codecOf,
  elementCaster,
  kindProblem,
  plainCaster,
  showValue,
  sizeOf,
} from "../dtype/index.js";
import { CastError, ShapeError } from "../errors.js";
import { blocks } from "./blocks.js";
import { convertNumbers, convertsByNumber, firstOutside } from "./convert.js";
import { copyElements, denseCopy } from "./copy.js";
import { broadcast, isContiguous, type Layout, showShape } from "./layout.js";
import { asStrided, isTypedArray } from "./operand.js";
import { dataView, mayOverlap, type Strided, zeros } from "./strided.js";

/** How an assignment judges values, and what its errors call the destination. */
export interface AssignOptions {
  readonly casting?: Casting | undefined;
  /** `column "delay"`, for messages. */
  readonly label: string;
  /** The number of the destination's first row, for messages. */
  readonly firstRow?: number | undefined;
}

/** An assignment that has been found good; calling it stores the values. */
export type Assignment = () => void;

/**
 * Judges a whole assignment before its first byte is written.
 *
 * The source is an array or typed array (by dtype, broadcast as in NumPy), nested plain arrays, or one value for all
 * rows (both by value). Elements of one dtype move as bytes.
 *
 * @returns the assignment, still to be made
 * @throws ShapeError, CastError, and nothing has been written
 */
export function planAssign(to: Strided, source: unknown, options: AssignOptions): Assignment {
  const { casting = "checked" } = options;
  if (casting !== "checked" && casting !== "unsafe") {
    throw new CastError(`casting is "checked" or "unsafe", not ${showValue(casting)}`);
  }
  const array = asStrided(source, { dtype: to.dtype, shape: to.layout.shape });
  if (array !== undefined) return planArray(to, array, casting, options);
  return planPlain(to, source, casting, options);
}

function planArray(to: Strided, array: Strided, casting: Casting, options: AssignOptions): Assignment {
  const layout = broadcast(array.layout, to.layout.shape);
  if (layout === undefined) {
    throw new ShapeError(
      `an array of shape ${showShape(array.layout.shape)} does not go into ${options.label} of shape ${showShape(to.layout.shape)}`,
    );
  }
  const from = separate({ ...array, layout }, to);
  if (from.dtype.equals(to.dtype)) {
    if (to.dtype.kind === "b") checkTruth(from, options);
    return () => copyElements(from, to);
  }
  if (casting === "checked") {
    const problem = kindProblem(from.dtype, to.dtype);
    if (problem !== undefined) throw new CastError(`${options.label}: ${problem}`);
  }
  const widening = casting === "checked" || from.dtype.kind !== "f" || to.dtype.kind === "f";
  if (widening && convertsByNumber(from.dtype, to.dtype)) {
    if (casting === "checked") {
      const bad = firstOutside(from, to.dtype);
      if (bad >= 0) {
        const problem = codecOf(to.dtype).problem(elementAt(from, bad));
        throw castError(problem ?? `does not fit ${to.dtype}`, bad, to, options);
      }
    }
    return () => convertNumbers(from, to);
  }
  return planElements(to, from, elementCaster(from.dtype, to.dtype, casting), options);
}

/** Undoes overlaps that moving bytes in one sweep would get wrong, as NumPy does: through a copy of the source. */
function separate(from: Strided, to: Strided): Strided {
  if (!mayOverlap(from, to)) return from;
  const { itemsize } = to.dtype;
  const same = from.dtype.equals(to.dtype);
  if (same && isContiguous(from.layout, itemsize) && isContiguous(to.layout, itemsize)) return from;
  return denseCopy(from);
}

/** Bytes that come from outside may be other than 0 and 1, which must not reach a file of booleans. */
function checkTruth(from: Strided, options: AssignOptions): void {
  let position = 0;
  for (const values of blocks(from)) {
    const bad = values.findIndex((byte: number | bigint) => byte > 1);
    if (bad >= 0) throw castError(`${values[bad]} is no boolean (0 or 1)`, position + bad, from, options);
    position += values.length;
  }
}

function planElements(to: Strided, from: Strided, caster: Caster, options: AssignOptions): Assignment {
  const { read } = codecOf(from.dtype);
  const source = dataView(from.bytes);
  const target = dataView(to.bytes);
  forEachElement(from.layout, to.layout, (offset, _target, position) => {
    const problem = caster.problem(read(source, offset));
    if (problem !== undefined) throw castError(problem, position, to, options);
  });
  return () => {
    forEachElement(from.layout, to.layout, (offset, targetOffset) => {
      caster.write(target, targetOffset, read(source, offset));
    });
  };
}

function planPlain(to: Strided, source: unknown, casting: Casting, options: AssignOptions): Assignment {
  const { shape } = to.layout;
  const lengths = nestedShape(source, to);
  const plain: Layout = { shape: lengths, strides: lengths.map(() => 1), offset: 0 };
  const steps = broadcast(plain, shape)?.strides;
  if (steps === undefined) {
    throw new ShapeError(
      `a list of shape ${showShape(lengths)} does not go into ${options.label} of shape ${showShape(shape)}`,
    );
  }
  const caster = plainCaster(to.dtype, [], casting);
  if (lengths.length === 0) return planFill(to, source, caster, options);
  // Leading axes of length 1 that the destination does not have.
  let root = source;
  for (let extra = lengths.length - shape.length; extra > 0; extra--)
    root = Array.isArray(root) ? root[0] : root;
  const inner = lengths.slice(Math.max(lengths.length - shape.length, 0));
  const visit = (leaf: (value: unknown, offset: number, position: number) => void) =>
    walkPlain(root, inner, steps, to.layout, options, leaf);
  visit((value, _offset, position) => {
    const problem = caster.problem(value);
    if (problem !== undefined) throw castError(problem, position, to, options);
  });
  const view = dataView(to.bytes);
  return () => visit((value, offset) => caster.write(view, offset, value));
}

/** One value everywhere: stored once, then copied. */
function planFill(to: Strided, value: unknown, caster: Caster, options: AssignOptions): Assignment {
  const problem = caster.problem(value);
  if (problem !== undefined) {
    const iterable = typeof value === "object" && value !== null && Symbol.iterator in value;
    const hint = iterable && !isTypedArray(value) ? "; gather an iterator in an array first" : "";
    throw new CastError(`${options.label}: ${problem}${hint}`);
  }
  const one = zeros(to.dtype, []);
  caster.write(dataView(one.bytes), 0, value);
  const layout = broadcast(one.layout, to.layout.shape) ?? one.layout;
  return () => copyElements({ ...one, layout }, to);
}

/** The shape of nested arrays, by their first elements, no deeper than the destination has axes. */
export function nestedShape(source: unknown, { dtype, layout }: Strided): number[] {
  const bytesAreElements = dtype.kind === "S" || (dtype.kind === "V" && dtype.fields === undefined);
  const lengths: number[] = [];
  let part = source;
  // One axis more than there are may be a leading axis of length 1.
  while (lengths.length <= layout.shape.length) {
    if (isTypedArray(part) ? bytesAreElements && part instanceof Uint8Array : !Array.isArray(part)) break;
    if (!Array.isArray(part) && !isTypedArray(part)) break;
    if (lengths.length === layout.shape.length && part.length !== 1) break;
    lengths.push(part.length);
    part = part[0];
  }
  return lengths;
}

type Leaf = (value: unknown, offset: number, position: number) => void;

function walkPlain(
  root: unknown,
  lengths: readonly number[],
  steps: readonly number[],
  { shape, strides, offset }: Layout,
  options: AssignOptions,
  leaf: Leaf,
): void {
  const missing = shape.length - lengths.length;
  let position = 0;
  const walk = (node: unknown, axis: number, at: number): void => {
    if (axis === shape.length) {
      leaf(node, at, position++);
      return;
    }
    const stride = strides[axis] ?? 0;
    const length = shape[axis] ?? 0;
    if (axis < missing) {
      for (let i = 0; i < length; i++) walk(node, axis + 1, at + i * stride);
      return;
    }
    const expected = lengths[axis - missing];
    if (!(Array.isArray(node) || isTypedArray(node)) || node.length !== expected) {
      const row = (options.firstRow ?? 0) + Math.floor(position / Math.max(sizeOf(shape.slice(1)), 1));
      throw new ShapeError(
        `${options.label}, row ${row}: ${showValue(node)} where the first row has ${expected} elements`,
      );
    }
    const step = steps[axis] ?? 0;
    for (let i = 0; i < length; i++) walk(node[i * step], axis + 1, at + i * stride);
  };
  walk(root, 0, offset);
}

/** Visits two layouts of one shape element by element in C order. */
function forEachElement(a: Layout, b: Layout, visit: (a: number, b: number, position: number) => void): void {
  const rank = a.shape.length;
  let position = 0;
  const walk = (axis: number, aOffset: number, bOffset: number): void => {
    if (axis === rank) {
      visit(aOffset, bOffset, position++);
      return;
    }
    const length = a.shape[axis] ?? 0;
    const aStride = a.strides[axis] ?? 0;
    const bStride = b.strides[axis] ?? 0;
    for (let i = 0; i < length; i++) walk(axis + 1, aOffset + i * aStride, bOffset + i * bStride);
  };
  walk(0, a.offset, b.offset);
}

function elementAt({ dtype, layout, bytes }: Strided, position: number): unknown {
  let offset = layout.offset;
  let rest = position;
  for (let axis = layout.shape.length - 1; axis >= 0; axis--) {
    const length = layout.shape[axis] ?? 1;
    offset += (rest % length) * (layout.strides[axis] ?? 0);
    rest = Math.floor(rest / length);
  }
  return codecOf(dtype).read(dataView(bytes), offset);
}

function castError(problem: string, position: number, to: Strided, options: AssignOptions): CastError {
  const perRow = Math.max(sizeOf(to.layout.shape.slice(1)), 1);
  const row = (options.firstRow ?? 0) + Math.floor(position / perRow);
  const where = to.layout.shape.length === 0 ? options.label : `${options.label}, row ${row}`;
  return new CastError(`${where}: ${problem}`);
}
