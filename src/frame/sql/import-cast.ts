import { type DType, parseDType } from "../../dtype/index.js";
import { DTypeError } from "../../errors.js";
import { type ImportType, isTextKind } from "../options.js";

/** What text is read as. */
export interface TextType {
  /** DuckDB's type. */
  readonly sql: string;
  /** What the text must look like, in SQL; undefined where all that DuckDB takes is right. */
  readonly looks?: ((cell: string) => string) | undefined;
  /** Of integers: what they must fit into, and whether `"007"` is none. */
  readonly whole?: { readonly dtype: DType; readonly isPlain: boolean } | undefined;
}

const SPACE = "[ \\t]*";
const DAY = "[0-9]{4,6}-[0-9]{1,2}-[0-9]{1,2}";
const TIME = "[0-9]{1,2}:[0-9]{2}(:[0-9]{2}";
const OFFSET = " ?([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)";
const ERA = "( [(]BC[)])?";

/** What DuckDB would take, it also rounds and cuts: `"1.5"` as an integer would be 2, a date would lose its time. */
const whole = matching(`${SPACE}[+-]?[0-9]+${SPACE}`);
/** Digits as numbers have them, so that `"007"` is not 7 unless that is asked for. */
const plainWhole = matching(`${SPACE}-?(0|[1-9][0-9]*)${SPACE}`);
const day = either("____-__-__", `${DAY}${ERA}`);
const instant = matching(`${DAY}[ T]${TIME}([.][0-9]{1,6})?)?${OFFSET}${ERA}`);
const truth = (cell: string) => `lower(${cell}) IN ('true', 'false')`;

function time(digits: number): (cell: string) => string {
  return either("____-__-__ __:__:__", `${DAY}([ T]${TIME}([.][0-9]{1,${digits}})?)?)?${ERA}`);
}

function matching(pattern: string): (cell: string) => string {
  return (cell) => `regexp_full_match(${cell}, '${pattern}')`;
}

/** The first is quick, and what cells mostly look like. */
function either(like: string, pattern: string): (cell: string) => string {
  return (cell) => `(${cell} LIKE '${like}' OR ${matching(pattern)(cell)})`;
}

export const TEXT: TextType = { sql: "VARCHAR" };
export const DOUBLE: TextType = { sql: "DOUBLE" };
export const UBIGINT: TextType = {
  sql: "UBIGINT",
  looks: plainWhole,
  whole: { dtype: parseDType("u8"), isPlain: true },
};
export const NANOSECONDS: TextType = { sql: "TIMESTAMP_NS", looks: time(9) };

/** The types that DuckDB guesses, and what they must look like to be taken for them. */
export const GUESSED: ReadonlyMap<string, TextType> = new Map<string, TextType>([
  ["BOOLEAN", { sql: "BOOLEAN", looks: truth }],
  ["BIGINT", { sql: "BIGINT", looks: plainWhole, whole: { dtype: parseDType("i8"), isPlain: true } }],
  ["DOUBLE", DOUBLE],
  ["DATE", { sql: "DATE", looks: day }],
  ["TIMESTAMP", { sql: "TIMESTAMP", looks: time(6) }],
  ["TIMESTAMP WITH TIME ZONE", { sql: "TIMESTAMPTZ", looks: instant }],
]);

/** What looks like an integer. */
export const looksWhole = plainWhole;

/**
 * What text is read as for a column that is to be of some dtype.
 *
 * @param guessed what it would be read as otherwise
 * @throws DTypeError for dtypes that text is not read as
 */
export function textTypeFor(column: string, said: ImportType, guessed: TextType): TextType {
  if (isTextKind(said)) return TEXT;
  switch (said.fields === undefined ? said.kind : "V") {
    case "U":
    case "S":
      return TEXT;
    case "b":
      return { sql: "BOOLEAN" };
    case "i":
    case "u":
      return { sql: integerType(said), looks: whole, whole: { dtype: said, isPlain: false } };
    case "f":
      return said.itemsize === 4
        ? // Its own rounding: by way of f8 there would be two.
          {
            sql: "FLOAT",
            looks: (cell) => `(NOT isinf(CAST(${cell} AS FLOAT)) OR isinf(CAST(${cell} AS DOUBLE)))`,
          }
        : DOUBLE;
    case "M":
      return dateType(said, guessed);
    case "m":
      return guessed.sql === "BIGINT" ? { sql: "BIGINT", looks: whole } : { sql: "INTERVAL" };
    default:
      throw new DTypeError(`column ${JSON.stringify(column)}: text is not read as ${said}`);
  }
}

function integerType({ kind, itemsize }: DType): string {
  const name = { 1: "TINYINT", 2: "SMALLINT", 4: "INTEGER", 8: "BIGINT" }[itemsize] ?? "BIGINT";
  return kind === "u" ? `U${name}` : name;
}

function dateType({ step }: DType, guessed: TextType): TextType {
  const unit = step?.unit ?? "us";
  if (["Y", "M", "W", "D"].includes(unit)) return { sql: "DATE", looks: day };
  if (guessed.sql === "TIMESTAMPTZ") return guessed;
  return ["ns", "ps", "fs", "as"].includes(unit) ? NANOSECONDS : { sql: "TIMESTAMP", looks: time(6) };
}

/** A cell in its type. The query fails where it is not what it must be. */
export function checkedCast({ sql, looks }: TextType, cell: string): string {
  if (sql === "VARCHAR") return cell;
  const cast = `CAST(${cell} AS ${sql})`;
  return looks === undefined
    ? cast
    : `CASE WHEN ${cell} IS NULL THEN NULL WHEN ${looks(cell)} THEN ${cast} ELSE error('a cell') END`;
}

/** Whether a cell is null or what it must be. */
export function isRight({ sql, looks }: TextType, cell: string): string {
  if (sql === "VARCHAR") return "true";
  const shape = looks === undefined ? "" : ` AND ${looks(cell)}`;
  return `(${cell} IS NULL OR (CASE WHEN TRY_CAST(${cell} AS ${sql}) IS NULL THEN false ELSE true${shape} END))`;
}

/** The error for integers that no dtype holds. */
export function tooLarge(column: string): DTypeError {
  return new DTypeError(
    `column ${JSON.stringify(column)}: its integers are beyond i8 and u8; say in dtypes what they become: "U" (text) or "f8" (rounded)`,
  );
}
