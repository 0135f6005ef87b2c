import { type DType, dtypeFromDescr, parseDType, sizeOf, structOf } from "../../dtype/index.js";
import { isMemmapError } from "../../errors.js";
import type { Dialect } from "./media.js";

/** What stands for one element on the wire: so many bytes, or a text of any length. */
export type WireElement = { readonly kind: "fixed"; readonly dtype: DType } | { readonly kind: "text" };

/** The keys `type` and `kind` of an array or a dataset. */
export interface WireType {
  readonly type: string | readonly unknown[];
  readonly kind: "" | "V";
}

/** An element as it comes in another's types: with a shape of its own where it is itself an array. */
export interface WireItem {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/**
 * What is sent for each element of a dtype. In both dialects records are packed, without gaps, and their members keep
 * their byte order. In the classic one numbers are little-endian, dates and durations are 64-bit integers, and `U` is text.
 */
export function wireElement(dtype: DType, dialect: Dialect): WireElement {
  if (dtype.fields !== undefined) return { kind: "fixed", dtype: packed(dtype) };
  if (dialect === "numpy") return { kind: "fixed", dtype };
  if (dtype.kind === "U") return { kind: "text" };
  if (dtype.step !== undefined) return { kind: "fixed", dtype: parseDType("<i8") };
  return { kind: "fixed", dtype: dtype.byteorder === ">" ? parseDType(dtype.str.replace(">", "<")) : dtype };
}

/** The same fields one behind the other; of any other dtype itself. */
function packed(dtype: DType): DType {
  if (dtype.fields === undefined) return dtype;
  return structOf(dtype.fields.map((field) => [field.name, packed(field.dtype), field.shape]));
}

/**
 * The keys that say a dtype, of one as sent: NumPy's type string, which for integers of one byte has an order mark as the
 * protocol has it (`<u1`) and for `S` none (`S5`), or a list of members.
 */
export function wireType(dtype: DType): WireType {
  return { type: typeOf(dtype), kind: dtype.fields === undefined ? "" : "V" };
}

function typeOf(dtype: DType): string | readonly unknown[] {
  const { fields, kind, itemsize, str } = dtype;
  if (fields !== undefined) {
    return fields.map(({ name, dtype: member, shape }) =>
      shape.length === 0 ? [name, typeOf(member)] : [name, typeOf(member), shape],
    );
  }
  if (kind === "S") return `S${itemsize}`;
  return (kind === "i" || kind === "u") && itemsize === 1 ? `<${kind}1` : str;
}

/** The dtype that `type` and `kind` say; undefined where there is none, also of elements that are arrays. */
export function dtypeFromWire(type: unknown, kind: unknown): DType | undefined {
  const item = itemFromWire(type, kind);
  return item?.shape.length === 0 ? item.dtype : undefined;
}

/**
 * What `type` and `kind` of an encoded array say of an element. Beside what {@link wireType} gives it reads what other
 * servers give: members that are arrays as `[name, [name, type], [axes]]`, records within records without their name
 * (they are called `f1` by their place, as NumPy calls them), and elements that are arrays (`[type, [axes]]`).
 *
 * @returns undefined where this package has no dtype for it
 */
export function itemFromWire(type: unknown, kind: unknown): WireItem | undefined {
  if (typeof type === "string" ? kind !== "" : kind !== "V") return undefined;
  try {
    return item(type, 0);
  } catch (error) {
    if (isMemmapError(error, "DTYPE")) return undefined;
    throw error;
  }
}

/** Records within records: the same depth that dtypes have. */
const MAX_NESTING = 32;

function item(type: unknown, depth: number): WireItem | undefined {
  if (typeof type === "string") {
    return { dtype: dtypeFromDescr(type.startsWith("S") ? `|${type}` : type), shape: [] };
  }
  if (!Array.isArray(type) || depth > MAX_NESTING) return undefined;
  const [first, inner, axes]: unknown[] = type;
  if (typeof first !== "string") return record(type, depth);
  if (type.length > 3) return undefined;
  // A member's type with its name before it, or an array's with its axes behind it.
  if (type.length === 2 && isShape(inner)) return shaped(first, inner, depth);
  return axes === undefined ? item(inner, depth + 1) : shaped(inner, axes, depth);
}

function shaped(type: unknown, axes: unknown, depth: number): WireItem | undefined {
  const inner = item(type, depth + 1);
  if (inner === undefined || !isShape(axes)) return undefined;
  return { dtype: inner.dtype, shape: [...axes, ...inner.shape] };
}

function record(members: readonly unknown[], depth: number): WireItem | undefined {
  const spec: [string, DType, readonly number[]][] = [];
  for (const [place, member] of members.entries()) {
    if (!Array.isArray(member)) return undefined;
    const name: unknown = member[0];
    const field = item(member, depth + 1);
    if (field === undefined) return undefined;
    spec.push([typeof name === "string" ? name : `f${place}`, field.dtype, field.shape]);
  }
  const dtype = parseDType(spec);
  return { dtype, shape: [] };
}

function isShape(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every((axis) => Number.isSafeInteger(axis) && axis >= 0) &&
    Number.isSafeInteger(sizeOf(value))
  );
}
