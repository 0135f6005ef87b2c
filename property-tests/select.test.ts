import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ArrayView,
  denseLayout,
  type IndexArray,
  type SelectionPart,
  Slice,
  select,
  slice,
  wrap,
} from "../src/array/index.js";
import { type DType, parseDType } from "../src/dtype/index.js";
import { IndexError, MemmapError, ReadOnlyError, ShapeError } from "../src/errors.js";
import { anyDType } from "../src/testing/index.js";
import { pythonSlice } from "../test/array/support.js";
import { build } from "./array-model.js";

/** A part of a selection: positions and masks of a shape, in C order. */
type Part =
  | number
  | null
  | "..."
  | Slice
  | { readonly kind: "index"; readonly shape: readonly number[]; readonly values: readonly number[] }
  | { readonly kind: "mask"; readonly shape: readonly number[]; readonly values: readonly boolean[] };

type Indices = Extract<Part, { readonly kind: string }>;

const sizeOf = (shape: readonly number[]) => shape.reduce((size, axis) => size * axis, 1);

/** All places of a shape, in C order. */
function places(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, length) => all.flatMap((place) => Array.from({ length }, (_, i) => [...place, i])),
    [[]],
  );
}

/** The element of nested values at a place, which axes of length 1 and missing ones stretch to. */
function stretchedAt(
  { shape, values }: { shape: readonly number[]; values: readonly number[] },
  place: number[],
) {
  const own = place.slice(place.length - shape.length);
  return (
    values[shape.reduce((at, length, axis) => at * length + (length === 1 ? 0 : (own[axis] ?? 0)), 0)] ?? 0
  );
}

/** What an axis of the array is read by: the positions of a slice, or index number `n` of those that broadcast. */
type Reading = { readonly kept: readonly number[] } | { readonly chosen: number };

/** The places of what is selected, and their shape, by NumPy's rules; the error where there are none. */
function expected(shape: readonly number[], parts: readonly Part[]) {
  const named = parts.reduce<number>((sum, part) => sum + axesOf(part), 0);
  if (named > shape.length || parts.filter((part) => part === "...").length > 1) return IndexError;
  const whole = Array.from({ length: shape.length - named }, () => slice());
  const isDotted = parts.includes("...");
  const spread: (Part | "gap")[] = isDotted
    ? parts.flatMap((part): (Part | "gap")[] => (part === "..." ? ["gap", ...whole] : [part]))
    : [...parts, ...whole];
  const readings: Reading[] = [];
  const kept: number[] = [];
  const indices: { shape: readonly number[]; values: readonly number[] }[] = [];
  const isFancy = parts.some((part) => typeof part === "object" && part !== null && "kind" in part);
  /** Of each part in turn whether it is an index among those that broadcast, and how many axes stay before it. */
  const marks: { readonly index: boolean; readonly before: number }[] = [];
  for (const part of spread) {
    const length = shape[readings.length] ?? 0;
    const index = typeof part === "number" || (typeof part === "object" && part !== null && "kind" in part);
    marks.push({ index, before: kept.length });
    if (part === "gap" || part === "...") continue;
    if (part === null) kept.push(1);
    else if (part instanceof Slice) {
      const positions = pythonSlice(part, length);
      readings.push({ kept: positions });
      kept.push(positions.length);
    } else if (typeof part === "number" || part.kind === "index") {
      const given = typeof part === "number" ? { shape: [], values: [part] } : part;
      if (given.values.some((value) => value < -length || value >= length)) return IndexError;
      readings.push({ chosen: indices.length });
      indices.push({ ...given, values: given.values.map((value) => (value < 0 ? value + length : value)) });
    } else {
      const own = shape.slice(readings.length, readings.length + part.shape.length);
      if (own.join() !== part.shape.join()) return ShapeError;
      const hits = places(own).filter((_, i) => part.values[i]);
      own.forEach((_, axis) => {
        readings.push({ chosen: indices.length });
        indices.push({ shape: [hits.length], values: hits.map((place) => place[axis] ?? 0) });
      });
      if (own.length === 0) indices.push({ shape: [hits.length], values: hits.map(() => 0) });
    }
  }
  const rank = Math.max(0, ...indices.map((index) => index.shape.length));
  const common = Array.from({ length: rank }, (_, axis) => {
    const lengths = indices.map((index) => index.shape[axis - rank + index.shape.length] ?? 1);
    return lengths.find((length) => length !== 1) ?? 1;
  });
  const goTogether = indices.every((index) =>
    index.shape.every((length, axis) => length === 1 || length === common[axis - index.shape.length + rank]),
  );
  if (!goTogether) return ShapeError;
  const first = marks.findIndex(({ index }) => index);
  const last = marks.findLastIndex(({ index }) => index);
  const isTogether = marks.slice(first, last).every(({ index }) => index);
  const before = first >= 0 && isTogether ? (marks[first]?.before ?? 0) : 0;
  const result = [...kept.slice(0, before), ...common, ...kept.slice(before)];
  // The axes that stay: those of slices in order, new ones among them.
  const ofSlices: number[] = [];
  let axis = 0;
  for (const part of spread) {
    if (part === null) axis += 1;
    else if (part instanceof Slice) ofSlices.push(axis++);
  }
  const found = places(result).map((place) => {
    const fancy = place.slice(before, before + rank);
    const rest = [...place.slice(0, before), ...place.slice(before + rank)];
    let sliceNumber = 0;
    return readings.map((reading) => {
      if ("kept" in reading) return reading.kept[rest[ofSlices[sliceNumber++] ?? 0] ?? 0] ?? 0;
      return stretchedAt(indices[reading.chosen] ?? { shape: [], values: [0] }, fancy);
    });
  });
  return { shape: result, places: found, isFancy };
}

function axesOf(part: Part): number {
  if (part === null || part === "...") return 0;
  return typeof part === "object" && "kind" in part && part.kind === "mask" ? part.shape.length : 1;
}

/** Indices as lists or as arrays. */
function given(part: Part, asList: boolean): SelectionPart {
  if (typeof part !== "object" || part === null || part instanceof Slice) return part;
  return indexArray(part, asList && part.shape.length > 0 && part.values.length > 0);
}

function indexArray({ kind, shape, values }: Indices, asList: boolean): IndexArray {
  if (asList) return build<number | boolean>(shape, (i) => values[i] ?? 0) as IndexArray;
  const dtype = parseDType(kind === "mask" ? "b1" : ">i2");
  const bytes = new Uint8Array(sizeOf(shape) * dtype.itemsize);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    if (kind === "mask") view.setUint8(i, Number(value));
    else view.setInt16(2 * i, Number(value));
  });
  return wrap({ dtype, layout: denseLayout(shape, dtype.itemsize), bytes }, false);
}

const anyShape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });

/** A position near an axis of at most 4, mostly on it. */
const anyPosition = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -1, max: 0 }) },
  { weight: 4, arbitrary: fc.integer({ min: -2, max: 1 }) },
  fc.integer({ min: -5, max: 4 }),
);
const anyBound = fc.option(fc.integer({ min: -5, max: 5 }));
const anySlice = fc
  .tuple(anyBound, anyBound, fc.constantFrom(null, 1, 2, -1, -2))
  .map(([start, stop, step]) => slice(start, stop, step));

const anyIndex: fc.Arbitrary<Part> = fc
  .constantFrom([], [1], [2], [3], [0], [2, 1], [1, 3], [2, 3])
  .chain((shape) =>
    fc.record({
      kind: fc.constant("index" as const),
      shape: fc.constant(shape),
      values: fc.array(anyPosition, { minLength: sizeOf(shape), maxLength: sizeOf(shape) }),
    }),
  );

/** Parts for a shape: masks mostly of the axes that they come to. */
function anyParts(shape: readonly number[]): fc.Arbitrary<Part[]> {
  const anyMask = fc
    .tuple(fc.nat(4), fc.nat(2), fc.boolean())
    .map(([from, count, isOther]) => (isOther ? [2] : shape.slice(from, from + count)))
    .chain((own) =>
      fc.record({
        kind: fc.constant("mask" as const),
        shape: fc.constant(own),
        values: fc.array(fc.boolean(), { minLength: sizeOf(own), maxLength: sizeOf(own) }),
      }),
    );
  return fc.array(
    fc.oneof(
      { weight: 3, arbitrary: anyPosition },
      { weight: 4, arbitrary: anySlice },
      { weight: 4, arbitrary: anyIndex },
      { weight: 2, arbitrary: anyMask },
      { weight: 1, arbitrary: fc.constantFrom<Part>(null, "...") },
    ),
    { maxLength: 5 },
  );
}

/** An array over the bytes of all elements in order, which lie as is said. */
function arrayOf(dtype: DType, shape: readonly number[], lie: "C" | "F" | "backwards" | "apart") {
  const { itemsize } = dtype;
  const elements = Array.from({ length: sizeOf(shape) }, (_, i) =>
    Uint8Array.from({ length: itemsize }, (_byte, k) => (dtype.kind === "b" ? i % 2 : (i * 7 + k) % 250)),
  );
  const spread = lie === "apart" ? shape.map((length) => 2 * length + 1) : shape;
  const bytes = new Uint8Array(sizeOf(spread) * itemsize);
  const whole = wrap({ dtype, layout: denseLayout(spread, itemsize, lie === "F"), bytes }, true);
  let array: ArrayView = whole as ArrayView;
  if (lie === "backwards") array = whole.view(...shape.map(() => slice(null, null, -1))) as ArrayView;
  if (lie === "apart") array = whole.view(...shape.map((length) => slice(1, 1 + 2 * length, 2))) as ArrayView;
  places(shape).forEach((place, i) => {
    const { layout } = array.view(...place);
    bytes.set(elements[i] ?? [], layout.offset);
  });
  return { array, elements };
}

describe("selections", () => {
  it("select what nested lists say, of any dtype and layout", () => {
    const any = anyShape.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        parts: anyParts(shape),
        dtype: anyDType(),
        lie: fc.constantFrom("C" as const, "F" as const, "backwards" as const, "apart" as const),
        asList: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(any, ({ shape, parts, dtype, lie, asList }) => {
        const { array, elements } = arrayOf(dtype, shape, lie);
        const selection: SelectionPart[] = parts.map((part) => given(part, asList));
        // A list of positions alone would be one index, and an empty one no rows.
        if (parts.every((part) => typeof part === "number")) selection.push("...");
        const model = expected(
          shape,
          parts.every((part) => typeof part === "number") ? [...parts, "..."] : parts,
        );
        if (typeof model === "function") {
          expect(() => select(array, selection)).toThrow(MemmapError);
          return;
        }
        const found = select(array, selection);
        expect(found.shape).toEqual(model.shape);
        const flat = select(found, [null, "..."]).bytes(0);
        const at = (place: readonly number[]) =>
          place.reduce((sum, i, axis) => sum * (shape[axis] ?? 1) + i, 0);
        const wanted = Buffer.concat(model.places.map((place) => elements[at(place)] ?? new Uint8Array(0)));
        expect(Buffer.from(flat).equals(wanted)).toBe(true);
        expect(found.storage === array.storage).toBe(!model.isFancy);
        expect(found.readonly).toBe(model.isFancy);
        if (model.isFancy) expect(() => found.fill(0 as never)).toThrow(ReadOnlyError);
      }),
    );
  });

  it("by one index are those of take and filter", () => {
    const any = fc.tuple(
      fc.array(fc.integer(), { minLength: 1, maxLength: 20 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      fc.infiniteStream(fc.boolean()),
    );
    fc.assert(
      fc.property(any, ([values, picks, truths]) => {
        const array = wrap<"i4", "r">(
          {
            dtype: parseDType("i4"),
            layout: denseLayout([values.length], 4),
            bytes: new Uint8Array(Int32Array.from(values).buffer),
          },
          false,
        );
        const rows = picks.map((pick) => (pick % (2 * values.length)) - values.length);
        const mask = values.map(() => truths.next().value === true);
        expect(select(array, rows).toArray()).toEqual(array.take(rows).toArray());
        expect(select(array, mask).toArray()).toEqual(array.filter(mask).toArray());
      }),
    );
  });
});
