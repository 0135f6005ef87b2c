import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import {
  type ArraySource,
  type ArrayView,
  denseLayout,
  openNpy,
  type Selector,
  saveNpy,
  slice,
  wrap,
} from "../src/array/index.js";
import { type Casting, codecOf, type DType, elementCaster, kindProblem, sizeOf } from "../src/dtype/index.js";
import { CastError, IndexError, isMemmapError, ReadOnlyError, ShapeError } from "../src/errors.js";
import { anyElement } from "../src/testing/arbitraries/cells.js";
import { anyDType, isSame } from "../src/testing/index.js";
import { nested } from "../test/array/support.js";
import {
  build,
  flat,
  goesInto,
  listOf,
  type ModelView,
  modelOf,
  type Nested,
  pick,
  read,
  selected,
  store,
  stretched,
} from "./array-model.js";

const anyShape = fc.array(fc.constantFrom(0, 1, 1, 2, 3, 4), { maxLength: 3 });
const anyBound = fc.option(fc.integer({ min: -6, max: 6 }), { nil: null });
const anySlice = fc
  .tuple(anyBound, anyBound, fc.constantFrom(null, 1, -1, 2, -2, 3))
  .map((parts) => slice(...parts));
const anySelector: fc.Arbitrary<Selector> = fc.oneof(
  { weight: 3, arbitrary: anySlice },
  { weight: 2, arbitrary: fc.integer({ min: -5, max: 4 }) },
  fc.constant<Selector>("..."),
);

/** A step of a run; numbers are reduced to what is there when it comes to it. */
type Step =
  | { readonly kind: "view"; readonly on: number; readonly selection: readonly Selector[] }
  | { readonly kind: "take" | "filter" | "cell"; readonly on: number; readonly rows: readonly number[] }
  | { readonly kind: "set"; readonly on: number; readonly index: readonly number[]; readonly value: unknown }
  | { readonly kind: "fill"; readonly on: number; readonly value: unknown }
  | { readonly kind: "assign"; readonly on: number; readonly from: number }
  | {
      readonly kind: "list";
      readonly on: number;
      readonly drop: number;
      readonly thin: readonly boolean[];
      readonly values: readonly unknown[];
      readonly bad: number | undefined;
    }
  | {
      readonly kind: "put";
      readonly on: number;
      readonly rows: readonly number[];
      readonly mask: boolean;
      readonly values: readonly unknown[];
      readonly from: number | undefined;
    };

function anyStep(dtype: DType): fc.Arbitrary<Step> {
  const on = fc.nat(11);
  const value = anyElement(dtype);
  const values = fc.array(value, { minLength: 1, maxLength: 5 });
  const rows = fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 6 });
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("view" as const),
        on,
        selection: fc.array(anySelector, { maxLength: 4 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom("take" as const, "filter" as const, "cell" as const),
        on,
        rows,
      }),
    },
    fc.record({
      kind: fc.constant("set" as const),
      on,
      index: fc.array(fc.integer({ min: -5, max: 4 }), { maxLength: 3 }),
      value,
    }),
    fc.record({ kind: fc.constant("fill" as const), on, value }),
    { weight: 4, arbitrary: fc.record({ kind: fc.constant("assign" as const), on, from: on }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("list" as const),
        on,
        drop: fc.nat(3),
        thin: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        values,
        bad: fc.option(fc.nat(60), { nil: undefined }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant("put" as const),
        on,
        rows,
        mask: fc.boolean(),
        values,
        from: fc.option(on, { nil: undefined }),
      }),
    },
  );
}

interface Pair {
  readonly array: ArrayView;
  readonly model: ModelView;
}

type Failure = typeof CastError | typeof IndexError | typeof ReadOnlyError | typeof ShapeError;

/** Runs a call that must throw as the model says, or not at all. */
function run<T>(failure: Failure | undefined, act: () => T): T | undefined {
  if (failure === undefined) return act();
  let thrown: unknown;
  try {
    act();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(failure);
  return undefined;
}

/** Positions of a list that are on an axis, as they are and as they are counted from its start. */
function onAxis(rows: readonly number[], length: number): readonly [given: number[], rows: number[]] {
  const given = rows.filter((row) => row >= -length && row < length);
  return [given, given.map((row) => (row < 0 ? row + length : row))];
}

/** Does one step on both, and adds the view that it makes. */
function take(step: Step, pairs: Pair[]): void {
  const pair = pairs[step.on % pairs.length];
  const { array, model } = pair;
  const { shape, writable } = model;
  const rank = shape.length;
  const write = (
    failure: Failure | undefined,
    act: () => unknown,
    values: () => Nested<unknown>,
    to = model,
  ) => {
    const expected = writable ? failure : ReadOnlyError;
    const stored = expected === undefined ? values() : undefined;
    run(expected, act);
    if (expected === undefined) store(to, stored as Nested<unknown>);
  };
  switch (step.kind) {
    case "view": {
      const part = selected(model, step.selection);
      const made = run(part === undefined ? IndexError : undefined, () => array.view(...step.selection));
      if (part !== undefined && made !== undefined) pairs.push({ array: made, model: part });
      const [first] = step.selection;
      if (rank > 0 && typeof first === "object") {
        const rows = selected(model, [first]);
        if (rows !== undefined)
          pairs.push({ array: array.slice(first.start, first.stop, first.step), model: rows });
      }
      return;
    }
    case "take":
    case "filter": {
      if (rank === 0) return void run(ShapeError, () => array.take(step.rows));
      const [given, rows] = onAxis(step.rows, shape[0]);
      if (given.length < step.rows.length) run(IndexError, () => array.take(step.rows));
      if (step.kind === "take") pairs.push({ array: array.take(given), model: pick(model, rows) });
      else {
        const mask = Array.from({ length: shape[0] }, (_, row) => rows.includes(row));
        const kept = mask.flatMap((chosen, row) => (chosen ? [row] : []));
        pairs.push({ array: array.filter(mask), model: pick(model, kept) });
        run(ShapeError, () => array.filter([...mask, true]));
      }
      return;
    }
    case "cell": {
      // What reading gives goes back in.
      if (rank === 0 || step.rows.length === 0) return;
      const [, [row]] = onAxis(step.rows, shape[0]);
      if (row === undefined) return;
      const cell = selected(model, [row]);
      if (cell === undefined) return;
      write(
        undefined,
        () => array.set(-1, array.at(row) as ArraySource),
        () => read(cell),
        selected(model, [-1]),
      );
      return;
    }
    case "set": {
      const cell = step.index.length > rank ? undefined : selected(model, step.index);
      write(
        cell === undefined ? IndexError : undefined,
        () => array.set(step.index, step.value as ArraySource),
        () => build(cell?.shape ?? [], () => step.value),
        cell,
      );
      return;
    }
    case "fill":
      write(
        undefined,
        () => array.fill(step.value as ArraySource),
        () => build(shape, () => step.value),
      );
      return;
    case "assign": {
      const source = pairs[step.from % pairs.length];
      const from = source.model.shape;
      write(
        goesInto(from, shape) ? undefined : ShapeError,
        () => array.assign(source.array),
        () => stretched(read(source.model), from, shape),
      );
      return;
    }
    case "list": {
      // Lists as deep as some of the last axes, some of which have one element to repeat.
      const axes = shape
        .slice(Math.min(step.drop, rank))
        .map((length, axis) => (step.thin[axis] ? 1 : length));
      const size = sizeOf(axes);
      const list = build(axes, (i) => (i === step.bad ? undefined : step.values[i % step.values.length]));
      // Below an empty list nothing tells how long its parts would be; where the destination is as empty, that is well.
      const told = axes.includes(0) ? axes.slice(0, axes.indexOf(0) + 1) : axes;
      const asEmpty = told.length < axes.length && shape[told.length - 1] === 0;
      const fits = goesInto(asEmpty ? [...told, ...shape.slice(told.length)] : told, shape);
      const bad = step.bad !== undefined && step.bad < size && (sizeOf(shape) > 0 || axes.length === 0);
      write(
        fits ? (bad ? CastError : undefined) : ShapeError,
        () => array.assign(list as ArraySource),
        () => stretched(list, axes, shape),
      );
      return;
    }
    case "put": {
      if (rank === 0)
        return void run(writable ? ShapeError : ReadOnlyError, () => array.put(step.rows, 0 as ArraySource));
      const [given, rows] = onAxis(step.rows, shape[0]);
      const mask = Array.from({ length: shape[0] }, (_, row) => rows.includes(row));
      const chosen = step.mask ? mask.flatMap((one, row) => (one ? [row] : [])) : rows;
      const selection = step.mask && shape[0] > 0 ? mask : given;
      const to = [chosen.length, ...shape.slice(1)];
      const target: ModelView = {
        ...model,
        shape: to,
        positions: chosen.map((row) => listOf(model.positions)[row]),
      };
      const source = step.from === undefined ? undefined : pairs[step.from % pairs.length];
      const list = build(to, (i) => step.values[i % step.values.length]);
      const from = source?.model.shape ?? to;
      write(
        goesInto(from, to) ? undefined : ShapeError,
        () => array.put(selection, (source?.array ?? list) as ArraySource),
        () => (source === undefined ? list : stretched(read(source.model), from, to)),
        target,
      );
      return;
    }
    default:
      return step satisfies never;
  }
}

function expectSame({ array, model }: Pair): void {
  const expected = read(model);
  expect(array.shape).toEqual(model.shape);
  const found = nested(array);
  if (!isSame(found, expected)) expect(found).toEqual(expected);
  if (!isSame(found, expected)) throw new Error("they differ in what toEqual does not see");
}

/** An array of these elements, in C or Fortran order, from some byte on. */
function arrayOver(
  dtype: DType,
  shape: readonly number[],
  elements: readonly unknown[],
  fortran: boolean,
  offset: number,
): ArrayView {
  const layout = { ...denseLayout(shape, dtype.itemsize, fortran), offset };
  const bytes = new Uint8Array(offset + sizeOf(shape) * dtype.itemsize + 3);
  const view = new DataView(bytes.buffer);
  const array = wrap({ dtype, layout, bytes }, true);
  const { strides } = layout;
  let next = 0;
  const fill = (axis: number, at: number): void => {
    if (axis === shape.length) codecOf(dtype).write(view, at, elements[next++]);
    else for (let i = 0; i < shape[axis]; i++) fill(axis + 1, at + i * strides[axis]);
  };
  fill(0, offset);
  return array;
}

const elementsFor = (dtype: DType, shape: readonly number[]) =>
  fc.array(anyElement(dtype), { minLength: sizeOf(shape), maxLength: sizeOf(shape) });

const anyArray = fc
  .tuple(anyDType({ maxWidth: 5 }), anyShape)
  .chain(([dtype, shape]) =>
    fc.tuple(fc.constant(dtype), fc.constant(shape), elementsFor(dtype, shape), fc.boolean(), fc.nat(9)),
  );

describe("arrays", () => {
  it("are what nested lists say, after any steps", () => {
    const any = anyArray.chain((array) =>
      fc.tuple(fc.constant(array), fc.array(anyStep(array[0]), { maxLength: 12 })),
    );
    fc.assert(
      fc.property(any, ([[dtype, shape, elements, fortran, offset], steps]) => {
        const pairs: Pair[] = [
          {
            array: arrayOver(dtype, shape, elements, fortran, offset),
            model: modelOf(shape, [...elements], true),
          },
        ];
        for (const step of steps) {
          take(step, pairs);
          for (const pair of pairs) expectSame(pair);
        }
        for (const { array, model } of pairs) {
          const depth = model.shape.length;
          const values = flat(read(model), depth);
          const indices = flat(
            build(model.shape, (i) => i),
            depth,
          ).map((i) => unravel(i, model.shape));
          for (const [i, index] of indices.entries())
            expect(isSame(array.at(...index), values[i])).toBe(true);
          if (depth !== 1) continue;
          expect(isSame([...array], values)).toBe(true);
          expect(isSame(Array.from(array.toArray() as ArrayLike<unknown>), values)).toBe(true);
        }
      }),
      { numRuns: 3 * (fc.readConfigureGlobal().numRuns ?? 100) },
    );
  });

  it("take up what toArray gives", () => {
    fc.assert(
      fc.property(anyArray, ([dtype, shape, elements, fortran, offset]) => {
        if (shape.length === 0) return;
        const array = arrayOver(dtype, shape, elements, fortran, offset);
        const copy = arrayOver(dtype, shape, elementsOf(dtype, sizeOf(shape)), !fortran, offset + 1);
        copy.assign(array.toArray() as ArraySource);
        expect(isSame(nested(copy), nested(array))).toBe(true);
      }),
    );
  });

  it("convert to others as their elements do, or not at all", () => {
    const any = fc.tuple(
      anyArray,
      anyDType({ nesting: 1, maxWidth: 5 }),
      fc.constantFrom<Casting>("checked", "unsafe"),
    );
    fc.assert(
      fc.property(any, ([[from, shape, elements, fortran, offset], to, casting]) => {
        const source = arrayOver(from, shape, elements, fortran, offset);
        const target = arrayOver(to, shape, elementsOf(to, sizeOf(shape)), !fortran, offset + 1);
        const before = nested(target);
        const caster = elementCaster(from, to, casting);
        const refused = casting === "checked" ? kindProblem(from, to) : undefined;
        const problems = elements.map((element) => refused ?? caster.problem(element));
        const first = problems.find((problem) => problem !== undefined);
        let thrown: unknown;
        try {
          target.assign(source, { casting });
        } catch (error) {
          thrown = error;
        }
        if (thrown !== undefined) {
          expect(isMemmapError(thrown, "CAST")).toBe(true);
          expect(first !== undefined || elements.length === 0).toBe(true);
          expect(isSame(nested(target), before)).toBe(true);
          return;
        }
        expect(first).toBeUndefined();
        const scratch = new DataView(new ArrayBuffer(to.itemsize));
        const expected = elements.map((element) => {
          caster.write(scratch, 0, element);
          return codecOf(to).read(scratch, 0);
        });
        expect(isSame(flat(nested(target) as Nested<unknown>, shape.length), expected)).toBe(true);
      }),
      { numRuns: 5 * (fc.readConfigureGlobal().numRuns ?? 100) },
    );
  });
});

describe("files of arrays", () => {
  const directory = mkdtempSync(join(tmpdir(), "memmap-table-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("come back as they were, from any view", () => {
    const path = join(directory, "any.npy");
    const any = fc.tuple(
      anyArray,
      fc.array(anySlice, { minLength: 3, maxLength: 3 }),
      fc.constantFrom("r" as const, "r+" as const),
    );
    fc.assert(
      fc.property(any, ([[dtype, shape, elements, fortran, offset], slices, mode]) => {
        const array = arrayOver(dtype, shape, elements, fortran, offset).view(
          ...slices.slice(0, shape.length),
        );
        saveNpy(path, array);
        using back = openNpy(path, { mode });
        expect(back.dtype.equals(dtype)).toBe(true);
        expect(back.shape).toEqual(array.shape);
        expect(isSame(nested(back), nested(array))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

function unravel(position: number, shape: readonly number[]): number[] {
  const index: number[] = [];
  let rest = position;
  for (const length of shape.toReversed()) {
    index.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return index;
}

/** Elements of zero bytes. */
function elementsOf(dtype: DType, count: number): unknown[] {
  return Array.from({ length: count }, () => anyOf(dtype));
}

function anyOf(dtype: DType): unknown {
  return codecOf(dtype).read(new DataView(new ArrayBuffer(dtype.itemsize)), 0);
}
