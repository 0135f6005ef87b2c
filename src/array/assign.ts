import {
  type Casting,
  type DType,
  type DTypeLike,
  type InputOf,
  plainCaster,
  showValue,
  sizeOf,
} from "../dtype/index.js";
import { CastError, ShapeError } from "../errors.js";
import { type Conversion, conversionOf } from "./conversion.js";
import { copyElements } from "./copy.js";
import { broadcast, showShape, unstretched } from "./layout.js";
import { asStrided, isTypedArray } from "./operand.js";
import { storeApart } from "./overlap.js";
import { detached, type PlainVisitor, plainShape, walkPlain } from "./plain.js";
import { dataView, type Strided, type Viewable, zeros } from "./strided.js";
import { type Copy, copyAll } from "./together.js";

/** What goes into an array: another array, a typed array, nested plain arrays, or one value for all rows. */
export type ArraySource<D extends DTypeLike = DTypeLike> =
  | Viewable
  | ArrayBufferView
  | InputOf<D>
  | readonly unknown[];

/** How an assignment judges values, and what its errors call the destination. */
export interface AssignOptions {
  readonly casting?: Casting | undefined;
  /** `column "delay"`, for messages. */
  readonly label: string;
  /** The number of the destination's first row, for messages. */
  readonly firstRow?: number | undefined;
  /** The numbers of the destination's rows where they do not follow one another, for messages. */
  readonly rows?: ArrayLike<number> | undefined;
  /** Whether a typed array is one row's cell rather than all rows. */
  readonly cell?: boolean | undefined;
}

/** An assignment that has been found good; calling it stores the values. */
export interface Assignment {
  (): void;
  /** The bytes that it moves, where it does nothing else. */
  readonly copy?: Copy;
}

/**
 * Makes assignments of as many rows each, one after the other, and those together that move bytes which none of them stores.
 *
 * @param targets what they store into
 */
export function makeAll(assignments: readonly Assignment[], targets: readonly Strided[]): void {
  const copies = assignments.flatMap(({ copy }) => (copy === undefined ? [] : [copy]));
  const stored = new Set(targets.map(({ bytes }) => bytes.buffer));
  const areApart = !copies.some(([{ bytes }]) => stored.has(bytes.buffer));
  for (const assignment of assignments) if (!areApart || assignment.copy === undefined) assignment();
  if (areApart) copyAll(copies);
}

/**
 * Judges a whole assignment before its first byte is written.
 *
 * The source is an array or typed array (judged by dtype, broadcast as in NumPy), nested lists, or one value for all rows
 * (both judged by value). Elements of one dtype move as bytes.
 *
 * @returns the assignment, still to be made
 * @throws ShapeError, CastError, and nothing has been written
 */
export function planAssign(to: Strided, source: unknown, options: AssignOptions): Assignment {
  const { casting = "checked", cell = false } = options;
  if (casting !== "checked" && casting !== "unsafe") {
    throw new CastError(`casting is "checked" or "unsafe", not ${showValue(casting)}`);
  }
  const { dtype } = to;
  const { shape } = to.layout;
  const array = asStrided(source, { dtype, shape: cell ? shape.slice(1) : shape });
  if (array !== undefined) return planArray(to, array, casting, options);
  const lengths = plainShape(source, { dtype, shape });
  return lengths.length === 0
    ? planValue(to, source, casting, options)
    : planLists(to, source, lengths, casting, options);
}

function planArray(to: Strided, array: Strided, casting: Casting, options: AssignOptions): Assignment {
  const layout = broadcast(array.layout, to.layout.shape);
  if (layout === undefined) throw shapeError("an array", array.layout.shape, to, options);
  const conversion = conversionOf(array.dtype, to.dtype, casting);
  if (typeof conversion === "string") throw new CastError(`${options.label}: ${conversion}`);
  const once = unstretched(layout);
  const misfit = conversion.check({ ...array, layout: once });
  if (misfit !== undefined) {
    throw new CastError(`${rowName(misfit.position, once.shape, options)}: ${misfit.problem}`);
  }
  const from = { ...array, layout };
  const assignment = () => storeApart(from, to, conversion.store);
  return conversion.store === copyElements
    ? Object.assign(assignment, { copy: [from, to] as const })
    : assignment;
}

/** One value everywhere: stored once, then copied. */
function planValue(to: Strided, value: unknown, casting: Casting, options: AssignOptions): Assignment {
  const caster = plainCaster(to.dtype, [], casting);
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

function planLists(
  to: Strided,
  source: unknown,
  lengths: readonly number[],
  casting: Casting,
  options: AssignOptions,
): Assignment {
  const { shape } = to.layout;
  if (broadcast({ shape: lengths, strides: lengths, offset: 0 }, shape) === undefined) {
    throw shapeError("a list", lengths, to, options);
  }
  const parts = detached(source, to);
  const caster = plainCaster(to.dtype, [], casting);
  const where = (position: number) => rowName(position, shape, options);
  const refused = (problem: string, position: number) => new CastError(`${where(position)}: ${problem}`);
  const conversions = new Map<DType, Conversion | string>();
  const conversionFrom = (dtype: DType): Conversion | string => {
    const conversion = conversions.get(dtype) ?? conversionOf(dtype, to.dtype, casting);
    conversions.set(dtype, conversion);
    return conversion;
  };
  const judge: PlainVisitor = {
    value: (value, _offset, position) => {
      const problem = caster.problem(value);
      if (problem !== undefined) throw refused(problem, position);
    },
    array: (from, _to, position) => {
      const conversion = conversionFrom(from.dtype);
      if (typeof conversion === "string") throw refused(conversion, position);
      const misfit = conversion.check({ ...from, layout: unstretched(from.layout) });
      if (misfit !== undefined) throw refused(misfit.problem, position);
    },
    bytes: () => undefined,
  };
  walkPlain(parts, lengths, to, where, judge);
  const view = dataView(to.bytes);
  const store: PlainVisitor = {
    value: (value, offset) => caster.write(view, offset, value),
    array: (from, layout) => {
      const conversion = conversionFrom(from.dtype);
      if (typeof conversion !== "string") conversion.store(from, { ...to, layout });
    },
    bytes: ({ buffer, byteOffset, byteLength }, offset) =>
      to.bytes.set(new Uint8Array(buffer, byteOffset, byteLength), offset),
  };
  return () => walkPlain(parts, lengths, to, where, store);
}

function shapeError(
  what: string,
  shape: readonly number[],
  to: Strided,
  { label }: AssignOptions,
): ShapeError {
  return new ShapeError(
    `${what} of shape ${showShape(shape)} does not go into ${label} of shape ${showShape(to.layout.shape)}`,
  );
}

/** What messages call the row of the element at a position in C order. */
function rowName(
  position: number,
  shape: readonly number[],
  { label, firstRow, rows }: AssignOptions,
): string {
  if (shape.length === 0) return label;
  const row = Math.floor(position / Math.max(sizeOf(shape.slice(1)), 1));
  return `${label}, row ${rows?.[row] ?? (firstRow ?? 0) + row}`;
}
