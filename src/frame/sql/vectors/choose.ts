import type {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBEnumType,
  DuckDBStructType,
  DuckDBType,
} from "@duckdb/node-api";
import { type DType, parseDType } from "../../../dtype/index.js";
import { DTypeError } from "../../../errors.js";
import { type ImportType, isTextKind, type TextKind } from "../../options.js";
import { duckdb } from "../duckdb.js";
import { decimalDecoder, hugeDecoder } from "./big-numbers.js";
import type { Decoder } from "./decoder.js";
import { dates, fixedDecoder, intervals, timestampDecoder } from "./fixed.js";
import { arrayDecoder, complexDecoder, structDecoder } from "./nested.js";
import { blobDecoder, enumDecoder, textDecoder, uuidDecoder } from "./texts.js";

const { DuckDBTypeId } = duckdb;

/** Types that are one of NumPy's, by DuckDB's number for them. */
const FIXED: ReadonlyMap<number, string> = new Map<number, string>([
  [DuckDBTypeId.BOOLEAN, "b1"],
  [DuckDBTypeId.TINYINT, "i1"],
  [DuckDBTypeId.SMALLINT, "i2"],
  [DuckDBTypeId.INTEGER, "i4"],
  [DuckDBTypeId.BIGINT, "i8"],
  [DuckDBTypeId.UTINYINT, "u1"],
  [DuckDBTypeId.USMALLINT, "u2"],
  [DuckDBTypeId.UINTEGER, "u4"],
  [DuckDBTypeId.UBIGINT, "u8"],
  [DuckDBTypeId.FLOAT, "f4"],
  [DuckDBTypeId.DOUBLE, "f8"],
  [DuckDBTypeId.TIME, "m8[us]"],
  [DuckDBTypeId.TIME_NS, "m8[ns]"],
]);

const TIMESTAMPS: ReadonlyMap<number, string> = new Map<number, string>([
  [DuckDBTypeId.TIMESTAMP_S, "M8[s]"],
  [DuckDBTypeId.TIMESTAMP_MS, "M8[ms]"],
  [DuckDBTypeId.TIMESTAMP, "M8[us]"],
  [DuckDBTypeId.TIMESTAMP_NS, "M8[ns]"],
]);

/** What is said of types that are refused. */
const ADVICE: ReadonlyMap<number, string> = new Map<number, string>([
  [DuckDBTypeId.LIST, "rows of a column are of one shape; cast it to an array, such as DOUBLE[3]"],
  [DuckDBTypeId.TIME_TZ, "no dtype has a time zone; cast it to TIME"],
  [DuckDBTypeId.MAP, "no dtype holds it; select what is wanted of it"],
  [DuckDBTypeId.UNION, "no dtype holds it; select one of its members"],
  [DuckDBTypeId.BIT, "no dtype holds it; cast it to VARCHAR"],
  [DuckDBTypeId.BIGNUM, "no dtype holds it; cast it to VARCHAR or DOUBLE"],
]);

/**
 * How vectors of a type become a column.
 *
 * @param column its name, for messages
 * @param said the dtype that is asked for, where one is
 * @param strings what text becomes otherwise
 * @throws DTypeError naming the column and the type where no dtype can hold it
 */
export function decoderFor(
  type: DuckDBType,
  column: string,
  said: ImportType | undefined,
  strings: TextKind,
): Decoder {
  const { typeId } = type;
  const code = FIXED.get(typeId);
  if (code === "i8" && said !== undefined && !isTextKind(said) && said.kind === "m")
    return countsDecoder(said);
  if (code !== undefined) return fixedDecoder(code);
  const timestamp = TIMESTAMPS.get(typeId);
  if (timestamp !== undefined) return timestampDecoder(timestamp);
  const kind = textKindOf(said, strings);
  switch (typeId) {
    case DuckDBTypeId.TIMESTAMP_TZ:
      return timestampDecoder("M8[us]", { timezone: "UTC" });
    case DuckDBTypeId.DATE:
      return dates;
    case DuckDBTypeId.INTERVAL:
      return intervals;
    case DuckDBTypeId.VARCHAR:
      return textDecoder(kind);
    case DuckDBTypeId.UUID:
      return uuidDecoder(kind);
    case DuckDBTypeId.ENUM:
      return enumDecoder((type as DuckDBEnumType).values, kind);
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UHUGEINT:
      return hugeDecoder(typeId === DuckDBTypeId.HUGEINT, said);
    case DuckDBTypeId.DECIMAL: {
      const { width, scale } = type as DuckDBDecimalType;
      return decimalDecoder(width, scale, column, said);
    }
    case DuckDBTypeId.BLOB:
      if (said !== undefined && !isTextKind(said) && said.kind === "V" && said.fields === undefined)
        return blobDecoder(said);
      throw refusal(type, column, 'bytes are of one length; say it in dtypes, such as "V16"');
    case DuckDBTypeId.SQLNULL:
      return nothing(said ?? parseDType("f8"));
    case DuckDBTypeId.ARRAY: {
      const { valueType, length } = type as DuckDBArrayType;
      return arrayDecoder(length, decoderFor(valueType, column, said, strings));
    }
    case DuckDBTypeId.STRUCT:
      return decoderOfStruct(type as DuckDBStructType, column, said, strings);
    default:
      throw refusal(type, column, ADVICE.get(typeId) ?? "no dtype holds it");
  }
}

function decoderOfStruct(
  type: DuckDBStructType,
  column: string,
  said: ImportType | undefined,
  strings: TextKind,
): Decoder {
  const { entryNames: names, entryTypes } = type;
  const dtype = said === undefined || isTextKind(said) ? undefined : said;
  const inner = entryTypes.map((entry, i) =>
    decoderFor(entry, `${column}.${names[i]}`, dtype?.field(names[i] ?? "")?.dtype, strings),
  );
  if (dtype?.kind === "c" && names.join() === "re,im") return complexDecoder(dtype, inner);
  const isOther = dtype?.fields !== undefined && names.some((name) => dtype.field(name) === undefined);
  if (isOther || (dtype !== undefined && dtype.fields?.length !== names.length)) {
    throw refusal(type, column, `its fields are not those of ${said}`);
  }
  return structDecoder(names, inner, dtype);
}

/** Integers that count the unit of a duration. */
function countsDecoder(said: DType): Decoder {
  return fixedDecoder(`m8${said.str.slice(3)}`);
}

/** Nulls alone. */
function nothing(type: ImportType): Decoder {
  return { type, decode: (vectors) => vectors.flatMap(({ count }) => new Array<unknown>(count).fill(null)) };
}

function textKindOf(said: ImportType | undefined, strings: TextKind): TextKind {
  if (said === undefined) return strings;
  return (isTextKind(said) ? said : said.kind) === "S" ? "S" : "U";
}

function refusal(type: DuckDBType, column: string, advice: string): DTypeError {
  return new DTypeError(`column ${JSON.stringify(column)}: DuckDB's ${type}: ${advice}`);
}
