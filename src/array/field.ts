import type { Field } from "../dtype/index.js";
import { denseLayout, type Layout } from "./layout.js";
import type { Strided } from "./strided.js";

/** Where one field of records lies: in each of them at the field's offset, its own axes behind those of the records. */
export function fieldLayout(records: Layout, { dtype, shape, offset }: Field): Layout {
  const inner = denseLayout(shape, dtype.itemsize);
  return {
    shape: [...records.shape, ...inner.shape],
    strides: [...records.strides, ...inner.strides],
    offset: records.offset + offset,
  };
}

/** One field of records: an array over the same bytes. */
export function fieldOf({ layout, bytes }: Strided, field: Field): Strided {
  return { dtype: field.dtype, layout: fieldLayout(layout, field), bytes };
}
