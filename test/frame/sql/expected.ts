import { convertStep, type DType, flattenCell, nest } from "../../../src/dtype/index.js";

/** What no type of SQL's holds. */
export class Refused extends Error {}

const UNITS: ReadonlyMap<string, "D" | "s" | "ms" | "us" | "ns"> = new Map([
  ["Y", "D"],
  ["M", "D"],
  ["W", "D"],
  ["D", "D"],
  ["h", "s"],
  ["m", "s"],
  ["s", "s"],
  ["ms", "ms"],
  ["us", "us"],
  ["ns", "ns"],
] as const);

/**
 * What a cell of a table is in the rows of a query.
 *
 * @throws Refused where the query is to refuse it
 */
export function expectedCell(dtype: DType, itemShape: readonly number[], cell: unknown): unknown {
  if (itemShape.length === 0) return expectedElement(dtype, cell);
  if (itemShape.includes(0)) throw new Refused("an empty axis");
  // Cells of numbers are flat, whatever their shape.
  const elements = flattenCell(dtype, itemShape, cell);
  if (typeof elements === "string") throw new Error(elements);
  return nest(itemShape, (i) => expectedElement(dtype, elements[i]));
}

function expectedElement(dtype: DType, value: unknown): unknown {
  if (dtype.kind === "M") return expectedDate(dtype, value as bigint | null);
  if (dtype.fields === undefined) return value;
  const record = value as { readonly [name: string]: unknown };
  return Object.fromEntries(
    dtype.fields.map(({ name, dtype: inner, shape }) => [name, expectedCell(inner, shape, record[name])]),
  );
}

function expectedDate({ step }: DType, value: bigint | null): bigint | null {
  if (value === null || step === undefined) return value;
  const unit = UNITS.get(step.unit);
  const limit = unit === "D" ? 2n ** 31n - 1n : 2n ** 63n - 1n;
  const converted = unit && convertStep(value, step, { unit, multiple: 1 }, true)?.value;
  if (converted === undefined || converted >= limit || converted <= -limit) throw new Refused("a date");
  return converted;
}

/** @throws Refused where no type of SQL's holds a dtype, whatever the values are */
export function requireType({ kind, step, fields = [] }: DType, itemShape: readonly number[] = []): void {
  if (itemShape.includes(0)) throw new Refused("an empty axis");
  if (kind === "M" && (step === undefined || !UNITS.has(step.unit))) throw new Refused("a unit");
  const names = fields.map(({ name }) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
  if (new Set(names).size < names.length) throw new Refused("fields that are one to SQL");
  if (names.some((name) => name === "" || name.includes("\0"))) throw new Refused("a name");
  for (const { dtype, shape } of fields) requireType(dtype, shape);
}
