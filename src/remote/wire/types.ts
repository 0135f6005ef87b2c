import type { DType } from "../../dtype/index.js";
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

export function wireElement(dtype: DType, dialect: Dialect): WireElement {
  throw new Error(String([dtype, dialect]));
}

/** The keys that say a dtype; of one as sent. */
export function wireType(dtype: DType): WireType {
  throw new Error(String(dtype));
}

/** The dtype that `type` and `kind` say; undefined where there is none. */
export function dtypeFromWire(type: unknown, kind: unknown): DType | undefined {
  const item = itemFromWire(type, kind);
  return item?.shape.length === 0 ? item.dtype : undefined;
}

/** The same, also of elements that are arrays (`["<f4", [3]]`). */
export function itemFromWire(type: unknown, kind: unknown): WireItem | undefined {
  throw new Error(String([type, kind]));
}
