import { type Casting, structureProblem } from "./cast.js";
import { flattenCell } from "./cell.js";
import { cellProblem, codecOf, fieldMap, recordProblem, writeCell } from "./codec.js";
import { convertStep, type DateStep, formatStep, NAT } from "./datetime.js";
import type { DType, Field } from "./dtype.js";
import { force, textOf } from "./force.js";
import { showValue } from "./show.js";

/** Takes a value into an element of one dtype: judges it, then stores it. */
export interface Caster {
  /** Why the value cannot be stored, or undefined if it can. */
  readonly problem: (value: unknown) => string | undefined;
  /** Stores a value that has no problem. */
  readonly write: (view: DataView, at: number, value: unknown) => void;
}

/** A caster for cells of plain JavaScript values, judged one by one. */
export function plainCaster(to: DType, shape: readonly number[], casting: Casting): Caster {
  if (casting === "unsafe") return cells(unsafeCaster(to), shape, to, to);
  return {
    problem: (value) => cellProblem(to, shape, value),
    write: (view, at, value) => writeCell(to, shape, view, at, value),
  };
}

function unsafeCaster(to: DType): Caster {
  if (to.fields === undefined) return forcing(to, undefined);
  return fieldwise(to, to.fields, ({ dtype, shape }) => plainCaster(dtype, shape, "unsafe"));
}

/** A caster for elements read from an array of another dtype, whose kinds have been found to go together. */
export function elementCaster(from: DType, to: DType, casting: Casting): Caster {
  const problem = structureProblem(from, to);
  if (problem !== undefined) return { problem: () => problem, write: () => undefined };
  if (to.fields !== undefined) {
    return fieldwise(to, to.fields, ({ name, dtype, shape }) => {
      const source = from.field(name)?.dtype ?? dtype;
      return cells(elementCaster(source, dtype, casting), shape, source, dtype);
    });
  }
  if (casting === "unsafe") return forcing(to, from);
  const codec = codecOf(to);
  if (from.kind === "b" && to.kind !== "b") {
    return {
      problem: () => undefined,
      write: (view, at, value) => codec.write(view, at, value === true ? 1 : 0),
    };
  }
  if (from.step !== undefined && to.step !== undefined) return stepCaster(from, from.step, to, to.step);
  return codec;
}

function stepCaster(from: DType, step: DateStep, to: DType, target: DateStep): Caster {
  const codec = codecOf(to);
  const convert = (value: unknown) =>
    typeof value === "bigint"
      ? convertStep(value, step, target, to.kind === "M")
      : { value: NAT, exact: true };
  return {
    problem: (value) => {
      const converted = convert(value);
      if (converted?.exact === true) return undefined;
      if (converted === undefined) return `${showFrom(value, from)} cannot be converted to ${to}`;
      return `${showFrom(value, from)} is not a whole number of ${formatStep(target)}, which ${to} counts`;
    },
    write: (view, at, value) => {
      const count = convert(value)?.value ?? NAT;
      codec.write(view, at, count === NAT ? null : count);
    },
  };
}

/** A value that was read from an array: dates and durations are readable as text alone. */
function showFrom(value: unknown, from: DType | undefined): string {
  return (from?.step === undefined ? undefined : textOf(value, from)) ?? showValue(value);
}

function forcing(to: DType, from: DType | undefined): Caster {
  const codec = codecOf(to);
  const numeric = "biufc".includes(to.kind);
  return {
    problem: (value) => {
      const result = force(value, to, from);
      if (result === undefined) return `${showFrom(value, from)} cannot be converted to ${to}`;
      // Floats that overflow become infinite.
      return numeric ? undefined : codec.problem(result.value);
    },
    write: (view, at, value) => codec.write(view, at, force(value, to, from)?.value),
  };
}

/** Records, each field by a caster of its own. */
function fieldwise(to: DType, fields: readonly Field[], casterOf: (field: Field) => Caster): Caster {
  const known = fieldMap(fields);
  const parts = new Map(fields.map((field) => [field, casterOf(field)]));
  return {
    problem: (value) => recordProblem(to, known, value, (field, cell) => parts.get(field)?.problem(cell)),
    write: (view, at, value) => {
      if (typeof value !== "object" || value === null) return;
      for (const [{ name, offset }, { write }] of parts) write(view, at + offset, Reflect.get(value, name));
    },
  };
}

/** Cells of several elements of `from`, each by one caster. */
function cells(caster: Caster, shape: readonly number[], from: DType, to: DType): Caster {
  if (shape.length === 0) return caster;
  const flatten = (cell: unknown) => flattenCell(from, shape, cell, false);
  return {
    problem: (cell) => {
      const flat = flatten(cell);
      if (typeof flat === "string") return flat;
      for (const element of flat) {
        const problem = caster.problem(element);
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
    write: (view, at, cell) => {
      const flat = flatten(cell);
      if (typeof flat === "string") return;
      for (let i = 0; i < flat.length; i++) caster.write(view, at + i * to.itemsize, flat[i]);
    },
  };
}
