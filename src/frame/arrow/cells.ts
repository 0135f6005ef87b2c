import type { Data, DataType, Field } from "apache-arrow";
import { planAssign, STRIDED, type Strided, wrap, zeros } from "../../array/index.js";
import { type DType, parseDType, sizeOf } from "../../dtype/index.js";
import { DTypeError, FormatError } from "../../errors.js";
import { type ImportType, isTextKind } from "../options.js";
import { type Elements, elementReader } from "./elements.js";
import { arrow } from "./library.js";
import { either, nullsOf, repeated } from "./nulls.js";
import { settled } from "./settle.js";
import { sourceOf } from "./sources.js";
import type { Where } from "./where.js";

/** A type of Arrow's as cells: lists of fixed length are the axes of an item shape. */
export interface CellType {
  readonly shape: readonly number[];
  /** What the lists hold. */
  readonly element: DataType;
}

/** Takes lists of fixed length apart. */
export function cellType(type: DataType): CellType {
  const shape: number[] = [];
  let element = type;
  while (arrow.DataType.isFixedSizeList(element)) {
    shape.push(element.listSize);
    element = element.children[0]?.type ?? new arrow.Null();
  }
  return { shape, element };
}

/** How cells are read into a column. */
export interface CellReader {
  /** What elements become. */
  readonly target: ImportType;
  /** The shape of each row's cell. */
  readonly shape: readonly number[];
  /**
   * Elements one behind the other, and which rows are null; what is null within a cell is NaN or NaT.
   *
   * @throws CastError naming the row of another null within a cell; FormatError, DTypeError
   */
  readonly read: (data: Data, where: Where) => Elements;
}

/** Chooses what elements become, by what they are by themselves. */
export type Chooser = (own: DType | "text" | undefined) => ImportType;

/**
 * The reader of cells of a type.
 *
 * @throws DTypeError naming the column, its type and what would be right
 */
export function cellReader(type: DataType, label: string, choose: Chooser): CellReader {
  const { shape, element } = cellType(type);
  const isStruct = arrow.DataType.isStruct(element);
  const own = isStruct ? structType(element.children, label) : elementReader(element, label).own;
  const target = choose(own);
  const reader = isStruct ? structReader(element, label, target) : elementReader(element, label);
  return {
    target,
    shape: isPairs(target, own, shape) ? shape.slice(0, -1) : shape,
    read: (data, where) => {
      const { inner, nulls: missing } = innermost(data, shape, where);
      const each = sizeOf(shape);
      const at = { ...where, perRow: where.perRow * each };
      const elements = reader.read(inner, at, target);
      if (shape.length === 0)
        return { ...elements, values: settled(elements.values, undefined, elements.nulls, target, at) };
      const nulls = nullsOf(data, where);
      const hidden = repeated(nulls, each);
      return { values: settled(elements.values, either(missing, elements.nulls), hidden, target, at), nulls };
    },
  };
}

/** Whether pairs of floats are to be complex numbers, and so no axis. */
function isPairs(target: ImportType, own: DType | "text" | undefined, shape: readonly number[]): boolean {
  return (
    !isTextKind(target) &&
    target.kind === "c" &&
    typeof own === "object" &&
    own.kind === "f" &&
    own.itemsize * 2 === target.itemsize &&
    shape.at(-1) === 2
  );
}

/** What lies within lists in lists, and 1 for what one of the inner lists has as null. */
function innermost(data: Data, shape: readonly number[], where: Where) {
  let inner = data;
  let nulls: Uint8Array | undefined;
  let count = data.length;
  for (const length of shape) {
    const own = inner === data ? undefined : nullsOf(inner, where);
    nulls = repeated(either(nulls, own), length);
    count *= length;
    const child: Data | undefined = inner.children[0];
    if (child === undefined || child.length < count) {
      throw new FormatError(`${where.label} has ${child?.length ?? 0} elements in lists of ${count}`);
    }
    inner = child.length === count ? child : child.slice(0, count);
  }
  return { inner, nulls };
}

/** The structured dtype of a struct; undefined where a part of it has none by itself, as text. */
function structType(children: readonly Field[], label: string): DType | undefined {
  const fields: [string, DType, readonly number[]][] = [];
  for (const { name, type } of children) {
    const { shape, element } = cellType(type);
    const part = `${label}, field ${JSON.stringify(name)}`;
    const own = arrow.DataType.isStruct(element)
      ? structType(element.children, part)
      : elementReader(element, part).own;
    if (typeof own !== "object") return undefined;
    fields.push([name, own, shape]);
  }
  return parseDType(fields);
}

/** Records, field by field. */
function structReader(type: DataType, label: string, target: ImportType) {
  if (isTextKind(target) || target.fields === undefined) {
    throw new DTypeError(`${label} is ${type} in Arrow, which becomes a structured dtype, not ${target}`);
  }
  const children: readonly Field[] = type.children ?? [];
  const fields = target.fields.map((field) => {
    const index = children.findIndex(({ name }) => name === field.name);
    const child = children[index];
    const part = `${label}, field ${JSON.stringify(field.name)}`;
    if (child === undefined) throw new DTypeError(`${part} is not in ${type}`);
    const reader = cellReader(child.type, part, () => field.dtype);
    if (reader.shape.join() !== field.shape.join()) {
      throw new DTypeError(
        `${part} has cells of shape [${reader.shape.join()}], not [${field.shape.join()}]`,
      );
    }
    return { field, index, part, reader };
  });
  const read = (data: Data, where: Where): Elements => {
    const nulls = nullsOf(data, where);
    const records: Strided = zeros(target, [data.length]);
    for (const { field, index, part, reader } of fields) {
      const child: Data | undefined = data.children[index];
      if (child === undefined || child.length < data.length) {
        throw new FormatError(`${part} has ${child?.length ?? 0} of ${data.length} elements`);
      }
      const at = { ...where, label: part };
      const cells = reader.read(child.length === data.length ? child : child.slice(0, data.length), at);
      const each = sizeOf(reader.shape);
      const values = settled(cells.values, repeated(cells.nulls, each), repeated(nulls, each), field.dtype, {
        ...at,
        perRow: at.perRow * each,
      });
      const to = wrap(records, true).field(field.name)[STRIDED]();
      planAssign(to, sourceOf(values, data.length, reader), { label: part, firstRow: where.firstRow })();
    }
    return { values: records, nulls };
  };
  return { read };
}
