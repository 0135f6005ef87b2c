import {
  ArrayView,
  dtypeOf,
  isTypedArray,
  isViewable,
  MemoryStorage,
  STRIDED,
  zeros,
} from "../array/index.js";
import { type DType, parseDType, promote } from "../dtype/index.js";
import { codePointLength } from "../dtype/text.js";
import { ShapeError } from "../errors.js";
import { isMissing, TypeGuess } from "./type-guess.js";

/** No more axes than NumPy 1 and 2 both read, those of the rows aside. */
const MAX_AXES = 31;

/** A column of plain values as an array. */
export interface PlainColumn {
  readonly array: ArrayView;
  /** 1 where there is no value; undefined where there is one in each row. */
  readonly nulls: Uint8Array | undefined;
}

/**
 * A list of plain values as an array: numbers become `i4` where each is one and none is missing, else `f8`; bigints `i8`, or
 * `u8` where one is beyond; booleans `b1`; Dates `M8[ms]`; strings `U` as wide as the widest. Lists in the list, all of one
 * shape, are cells with an item shape; typed arrays and arrays in it keep their dtype. `null`, `undefined` and NaN are
 * missing: NaN and NaT where the dtype has them, else zero, and marked in `nulls`.
 *
 * @param label what messages call it: `column "delay"`
 * @throws CastError naming row and value where the values are of several sorts or of none that a column holds;
 * ShapeError naming the row of a cell of another shape
 */
export function plainColumn(label: string, values: readonly unknown[]): PlainColumn {
  const nulls = nullsIn(values);
  const shape = shapeOf(values[nulls?.indexOf(0) ?? 0], label);
  const { dtype, hasGaps } = typeIn(label, values, shape);
  const absent = ABSENT.get(dtype.kind);
  const cells = hasGaps && absent !== undefined ? values.map((cell) => filled(cell, absent)) : values;
  const { bytes, layout } = zeros(dtype, [values.length, ...shape]);
  const array = new ArrayView(new MemoryStorage(bytes, { label }), dtype, layout);
  if (nulls === undefined) {
    array.assign(cells);
    return { array, nulls };
  }
  if (absent !== undefined) array.fill(absent as never);
  const rows = rowsWith(nulls);
  array.put(
    rows,
    Array.from(rows, (row) => cells[row]),
  );
  return { array, nulls };
}

/** What dtypes have for a missing value, by kind; `null` is NaT. */
export const ABSENT: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["f", Number.NaN],
  ["c", { re: Number.NaN, im: Number.NaN }],
  ["M", null],
  ["m", null],
]);

function nullsIn(values: readonly unknown[]): Uint8Array | undefined {
  let nulls: Uint8Array | undefined;
  for (let row = 0; row < values.length; row++) {
    if (!isMissing(values[row])) continue;
    nulls ??= new Uint8Array(values.length);
    nulls[row] = 1;
  }
  return nulls;
}

/** The rows that have a value. */
function rowsWith(nulls: Uint8Array): Float64Array {
  const rows = new Float64Array(nulls.length);
  let count = 0;
  for (let row = 0; row < nulls.length; row++) if (nulls[row] === 0) rows[count++] = row;
  return rows.subarray(0, count);
}

/** Of one cell, by the first part of each list. @throws ShapeError for lists nested deeper than arrays have axes */
function shapeOf(cell: unknown, label: string): readonly number[] {
  const shape: number[] = [];
  let part = cell;
  for (; Array.isArray(part); part = part[0]) {
    if (shape.push(part.length) > MAX_AXES) throw new ShapeError(`${label}: its lists are nested too deep`);
  }
  if (isViewable(part)) return [...shape, ...part[STRIDED]().layout.shape];
  return isTypedArray(part) ? [...shape, part.length] : shape;
}

/** The dtype of cells of a shape, and whether values within cells are missing. */
function typeIn(
  label: string,
  values: readonly unknown[],
  shape: readonly number[],
): { readonly dtype: DType; readonly hasGaps: boolean } {
  const depth = shape.length;
  const guess = new TypeGuess(label, {
    integers: values.length > 0 && !shape.includes(0),
    otherwise: "number",
    hint: "give an array of the dtype that is meant",
  });
  if (depth === 0) {
    guess.add(values, 0);
    return { dtype: withWidth(guess.type, values), hasGaps: false };
  }
  const dtypes = new Map<string, DType>();
  let hasGaps = false;
  const see = (part: unknown, level: number, row: number): void => {
    if (isViewable(part)) remember(part[STRIDED]().dtype);
    else if (level > 0 && isTypedArray(part)) remember(dtypeOf(part));
    else if (level > 0 && Array.isArray(part)) for (const inner of part) see(inner, level - 1, row);
    else {
      guess.see(part, row);
      hasGaps ||= level < depth && isMissing(part);
    }
  };
  const remember = (dtype: DType) => dtypes.set(String(dtype), dtype);
  for (let row = 0; row < values.length; row++) see(values[row], depth, row);
  const dtype = dtypes.size > 0 ? promote([...dtypes.values()]) : withWidth(guess.type, values);
  return { dtype, hasGaps };
}

function withWidth(type: DType | "text", values: readonly unknown[]): DType {
  return type === "text" ? parseDType(`U${widest(values)}`) : type;
}

/** Code points of the longest string, 1 at least. */
function widest(part: unknown): number {
  if (typeof part === "string") return codePointLength(part);
  return Array.isArray(part) ? part.reduce<number>((most, inner) => Math.max(most, widest(inner)), 1) : 1;
}

/** A cell with what stands for missing values in its lists. */
function filled(cell: unknown, absent: unknown): unknown {
  if (Array.isArray(cell)) return cell.map((part) => filled(part, absent));
  return isMissing(cell) ? absent : cell;
}
