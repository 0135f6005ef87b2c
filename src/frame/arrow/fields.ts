import type { DataType, Field } from "apache-arrow";
import { type DType, parseDType } from "../../dtype/index.js";
import { DTypeError, isMemmapError } from "../../errors.js";
import { arrow, LIST_ITEM } from "./library.js";
import { arrowStep, timeUnitOf } from "./time-units.js";

/** Where a field says which dtype its column had: a type string, or the fields of a structured dtype in JSON. */
const DTYPE_KEY = "numpy.dtype";

/**
 * A column as a field of Arrow's: nullable, as Arrow's own makers say it of everything, so that tables can be joined end to
 * end.
 *
 * @throws DTypeError naming the column where Arrow has no type for its dtype
 */
export function fieldOf(name: string, dtype: DType, itemShape: readonly number[]): Field {
  return new arrow.Field(
    name,
    typeOf(name, dtype, itemShape),
    true,
    new Map([[DTYPE_KEY, dtype.toString()]]),
  );
}

/** The dtype that a field remembers; undefined where it says none, or none that there is. */
export function recordedDType(field: Field): DType | undefined {
  const text = field.metadata.get(DTYPE_KEY);
  if (text === undefined) return undefined;
  try {
    return parseDType(text.startsWith("[") ? JSON.parse(text) : text);
  } catch {
    return undefined;
  }
}

/** The type that `fieldOf` gives, as text; undefined where Arrow has none. */
export function typeText(dtype: DType, itemShape: readonly number[]): string | undefined {
  try {
    return String(typeOf("", dtype, itemShape));
  } catch (error) {
    if (isMemmapError(error, "DTYPE")) return undefined;
    throw error;
  }
}

function typeOf(name: string, dtype: DType, itemShape: readonly number[]): DataType {
  return itemShape.reduceRight<DataType>(listOf, elementType(name, dtype));
}

function listOf(type: DataType, length: number): DataType {
  return new arrow.FixedSizeList(length, new arrow.Field(LIST_ITEM, type, true));
}

function elementType(name: string, dtype: DType): DataType {
  const { kind, itemsize, fields } = dtype;
  switch (kind) {
    case "b":
      return new arrow.Bool();
    case "i":
    case "u":
      return integerType(kind === "i", itemsize);
    case "f":
      return floatType(itemsize);
    case "c":
      return listOf(floatType(itemsize / 2), 2);
    case "S":
    case "U":
      return new arrow.Utf8();
    case "M":
    case "m":
      return timeType(name, dtype);
    case "V":
      return fields === undefined
        ? new arrow.FixedSizeBinary(itemsize)
        : new arrow.Struct(
            fields.map(
              (field) =>
                new arrow.Field(
                  field.name,
                  typeOf(`${name}, field ${field.name}`, field.dtype, field.shape),
                  true,
                ),
            ),
          );
    default:
      return kind satisfies never;
  }
}

function integerType(signed: boolean, itemsize: number): DataType {
  switch (itemsize) {
    case 1:
      return signed ? new arrow.Int8() : new arrow.Uint8();
    case 2:
      return signed ? new arrow.Int16() : new arrow.Uint16();
    case 4:
      return signed ? new arrow.Int32() : new arrow.Uint32();
    default:
      return signed ? new arrow.Int64() : new arrow.Uint64();
  }
}

function floatType(itemsize: number): DataType {
  if (itemsize === 2) return new arrow.Float16();
  return itemsize === 4 ? new arrow.Float32() : new arrow.Float64();
}

function timeType(name: string, dtype: DType): DataType {
  const step = arrowStep(dtype);
  if (step === undefined) {
    const right = dtype.kind === "M" ? "M8[ns] or coarser" : "m8[ns] or coarser, but no months";
    throw new DTypeError(
      `column ${JSON.stringify(name)} holds ${dtype}, for which Arrow has no type; ${right} would be right`,
    );
  }
  if (step.unit === "D") return new arrow.DateDay();
  const unit = timeUnitOf(step.unit);
  return dtype.kind === "M" ? new arrow.Timestamp(unit, null) : new arrow.Duration(unit);
}
