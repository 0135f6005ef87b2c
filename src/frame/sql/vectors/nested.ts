import { ArrayView, denseLayout } from "../../../array/index.js";
import { type DType, nest, parseDType, structOf } from "../../../dtype/index.js";
import { DTypeError } from "../../../errors.js";
import { nullError, substituteFor } from "../../nulls.js";
import { isTextKind } from "../../options.js";
import { type Decoder, over, type Place } from "./decoder.js";
import { countOf, nullsOf } from "./raw-vector.js";

type Values = ArrayView | readonly unknown[];

/**
 * Puts what stands for null into values within a cell: NaN and NaT.
 *
 * @param missing rows that are null as a whole
 * @throws CastError naming the cell where nothing does
 */
function settleNulls(
  values: Values,
  nulls: Uint8Array | undefined,
  missing: (index: number) => boolean,
  type: Decoder["type"],
  place: Place,
): Values {
  if (nulls === undefined) return values;
  const substitute = isTextKind(type) ? undefined : substituteFor(type, place.column, {});
  const list = Array.isArray(values) ? [...values] : undefined;
  nulls.forEach((isNull, i) => {
    if (isNull === 0 || missing(i)) return;
    if (substitute === undefined) throw nullError(place.column, place.row(i), `an item of ${type}`);
    if (list !== undefined) list[i] = substitute;
    else (values as ArrayView).slice(i, i + 1).fill(substitute as never);
  });
  return list ?? values;
}

/** Arrays of equal length: an axis of the cells. */
export function arrayDecoder(length: number, inner: Decoder): Decoder {
  const itemShape = [length, ...(inner.itemShape ?? [])];
  return {
    type: inner.type,
    itemShape,
    decode: (vectors, nulls, place) => {
      const items = vectors.map((vector) => vector.items(length));
      const within: Place = { ...place, row: (i) => place.row(Math.floor(i / length)) };
      const itemNulls = nullsOf(items);
      const raw = inner.decode(items, itemNulls, within);
      const isMissing = (i: number) => nulls?.[Math.floor(i / length)] === 1;
      const values = settleNulls(raw, itemNulls, isMissing, inner.type, within);
      const count = countOf(vectors);
      if (values instanceof ArrayView) return reshaped(values, [count, ...itemShape]);
      return nest([count, length], (i) => values[i]);
    },
  };
}

function reshaped(view: ArrayView, shape: readonly number[]): ArrayView {
  return new ArrayView(view.storage, view.dtype, denseLayout(shape, view.itemsize));
}

/** Structs of values of known size: structured dtypes. */
export function structDecoder(
  names: readonly string[],
  inner: readonly Decoder[],
  said: DType | undefined,
): Decoder {
  const type =
    said ??
    structOf(names.map((name, i) => [name, fieldType(name, inner[i]), inner[i]?.itemShape ?? []] as const));
  return {
    type,
    decode: (vectors, nulls, place) => {
      const count = countOf(vectors);
      const records = over(type, [count], new Uint8Array(count * type.itemsize));
      names.forEach((name, i) => {
        const decoder = inner[i];
        if (decoder === undefined) return;
        const fields = vectors.map((vector) => vector.field(i));
        const within: Place = { ...place, column: `${place.column}.${name}` };
        const fieldNulls = nullsOf(fields);
        const raw = decoder.decode(fields, fieldNulls, within);
        const values = settleNulls(raw, fieldNulls, (row) => nulls?.[row] === 1, decoder.type, within);
        records.field(name).planAssign(values, { firstRow: place.row(0) })();
      });
      return records;
    },
  };
}

function fieldType(name: string, decoder: Decoder | undefined): DType {
  if (decoder !== undefined && !isTextKind(decoder.type)) return decoder.type;
  throw new DTypeError(
    `the field ${JSON.stringify(name)} is text; say the structured dtype in dtypes, with its width`,
  );
}

/** Structs of a real and an imaginary part, for those who ask for complex numbers. */
export function complexDecoder(type: DType, inner: readonly Decoder[]): Decoder {
  const half = parseDType(type.itemsize === 8 ? "f4" : "f8");
  const pairs = structDecoder(
    ["re", "im"],
    inner,
    structOf([
      ["re", half, []],
      ["im", half, []],
    ]),
  );
  return {
    type,
    decode: (vectors, nulls, place) => {
      const records = pairs.decode(vectors, nulls, place) as ArrayView;
      return new ArrayView(records.storage, type, denseLayout([records.length], type.itemsize));
    },
  };
}
