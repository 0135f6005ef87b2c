import type { Data, DataType } from "apache-arrow";
import { STRIDED, type Strided, wrap } from "../../array/index.js";
import { type DateStep, type DType, sizeOf } from "../../dtype/index.js";
import { countSet, packBits } from "./bits.js";
import { arrow } from "./library.js";
import { nativeBytes } from "./native.js";
import { type Namer, textBytes } from "./text-data.js";
import { convertCounts, findNaT, toDays } from "./time-data.js";
import { arrowStep } from "./time-units.js";
import { rowName } from "./where.js";

/** How elements become Arrow's. */
export interface DataOptions {
  /** Whether nothing is shared with the array. */
  readonly copy: boolean;
  /** `column "delay"`, for messages. */
  readonly label: string;
  /** The number of the first row, for messages. */
  readonly firstRow: number;
}

/** What `makeData` takes of a type that is not known before. */
interface DataParts {
  readonly type: DataType;
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap?: Uint8Array;
  readonly data?: unknown;
  readonly valueOffsets?: Int32Array;
  readonly child?: Data;
  readonly children?: readonly Data[];
}

/** Arrow's own constructor of data, by whatever parts a type has. */
export function makeData(parts: DataParts): Data {
  return arrow.makeData(parts);
}

/**
 * An array as Arrow's data of a type that `fieldOf` gave for it. Numbers, and dates of the units that Arrow has, share the
 * array's bytes where these are native and contiguous; everything else is copied.
 *
 * @param axes how many axes are rows; the ones behind them become lists
 * @throws CastError naming the row of what Arrow's type cannot hold
 */
export function dataOf(array: Strided, type: DataType, axes: number, options: DataOptions): Data {
  const { shape } = array.layout;
  const types: DataType[] = [type];
  for (let axis = axes; axis < shape.length; axis++) types.push(childOf(types[types.length - 1] ?? type));
  let data = elements(array, types.pop() ?? type, options);
  for (let axis = shape.length; axis > axes; axis--) {
    const outer = types.pop();
    if (outer !== undefined) data = listOver(outer, sizeOf(shape.slice(0, axis - 1)), data);
  }
  return data;
}

function childOf(type: DataType): DataType {
  return (type.children as readonly { readonly type: DataType }[])[0]?.type ?? type;
}

function listOver(type: DataType, length: number, child: Data): Data {
  return makeData({ type, length, nullCount: 0, child });
}

/** All elements in C order, whatever the shape. */
function elements(array: Strided, type: DataType, options: DataOptions): Data {
  const { dtype, layout } = array;
  const length = sizeOf(layout.shape);
  if (dtype.fields !== undefined) {
    const records = wrap(array, false);
    const children = dtype.fields.map(({ name }, i) =>
      dataOf(records.field(name)[STRIDED](), fieldType(type, i), layout.shape.length, {
        ...options,
        label: `${options.label}, field ${JSON.stringify(name)}`,
      }),
    );
    return makeData({ type, length, nullCount: 0, children });
  }
  switch (dtype.kind) {
    case "b":
      return makeData({ type, length, nullCount: 0, data: packBits(nativeBytes(array, false)) });
    case "c": {
      const child = childOf(type);
      const data = typedArray(child, nativeBytes(array, options.copy));
      return listOver(type, length, makeData({ type: child, length: 2 * length, nullCount: 0, data }));
    }
    case "S":
    case "U": {
      const { offsets, bytes } = textBytes(dtype, nativeBytes(array, false), namer(array, options));
      return makeData({ type, length, nullCount: 0, valueOffsets: offsets, data: bytes });
    }
    case "M":
    case "m":
      return times(array, type, options);
    case "i":
    case "u":
    case "f":
    case "V":
      return makeData({
        type,
        length,
        nullCount: 0,
        data: typedArray(type, nativeBytes(array, options.copy)),
      });
    default:
      return dtype.kind satisfies never;
  }
}

function fieldType(type: DataType, index: number): DataType {
  return (type.children as readonly { readonly type: DataType }[])[index]?.type ?? type;
}

/** A typed array of the kind that Arrow keeps a type in, over the very bytes. */
function typedArray(type: DataType, { buffer, byteOffset, byteLength }: Uint8Array): unknown {
  const { ArrayType } = type;
  return new ArrayType(buffer, byteOffset, byteLength / ArrayType.BYTES_PER_ELEMENT);
}

function hasStep(dtype: DType): dtype is DType & { readonly step: DateStep } {
  return dtype.step !== undefined;
}

/** Dates and durations: counts in Arrow's unit, NaT as null. */
function times(array: Strided, type: DataType, options: DataOptions): Data {
  const { dtype } = array;
  const { buffer, byteOffset, byteLength } = nativeBytes(array, options.copy);
  const counts = new BigInt64Array(buffer, byteOffset, byteLength / 8);
  const step = arrowStep(dtype);
  const nameOf = namer(array, options);
  const moved =
    step === undefined || !hasStep(dtype) || (step.unit === dtype.step.unit && dtype.step.multiple === 1)
      ? counts
      : convertCounts(counts, dtype, step, nameOf);
  const nulls = findNaT(counts);
  return makeData({
    type,
    length: counts.length,
    nullCount: nulls === undefined ? 0 : countSet(nulls),
    ...(nulls === undefined ? {} : { nullBitmap: packBits(nulls, true) }),
    data: step?.unit === "D" ? toDays(moved, nameOf) : moved,
  });
}

function namer({ layout }: Strided, { label, firstRow }: DataOptions): Namer {
  const where = { label, firstRow, perRow: sizeOf(layout.shape.slice(1)) };
  return (position) => rowName(where, position);
}

/** The same data, null where a mask has 1 as well. */
export function masked(data: Data, mask: Uint8Array): Data {
  const nulls = Uint8Array.from(mask, (byte, row) => (byte !== 0 || !data.getValid(row) ? 1 : 0));
  const nullCount = countSet(nulls);
  if (nullCount === 0) return data;
  const buffers = data.buffers;
  buffers[arrow.BufferType.VALIDITY] = packBits(nulls, true);
  return data.clone(data.type, data.offset, data.length, nullCount, buffers);
}
