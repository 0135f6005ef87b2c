import type fc from "fast-check";
import { isValidName } from "../../store/names.js";
import { fastCheck } from "../fast-check.js";
import type { ColumnType } from "../model/column.js";
import { nameProblem } from "../model/names.js";
import { anyDType, type DTypeOptions } from "./dtypes.js";

/** The columns of a table, in order: a `columns` option of `MemmapTable.create`. */
export type TestSchema = ReadonlyMap<string, ColumnType>;

/** What {@link anySchema} may give. */
export interface SchemaOptions {
  /** The dtypes that may occur. */
  readonly dtypes?: DTypeOptions | undefined;
  /** Fewest columns; 1 when left out. */
  readonly minColumns?: number | undefined;
  /** Most columns; 4 when left out. */
  readonly maxColumns?: number | undefined;
}

const HARD_NAMES = [
  "a",
  "A",
  "c d",
  "2020",
  "0",
  "__proto__",
  "constructor",
  "length",
  "\u00e9",
  "e\u0301",
  "g/x",
  "g/h/x",
  "日本/ё",
  "😀",
];

/**
 * Names that a column may have, groups and names of `Object.prototype` among them.
 *
 * @throws UnsupportedError where fast-check is not installed
 */
export function anyColumnName(): fc.Arbitrary<string> {
  const fc = fastCheck();
  const part = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."abcxyz019_-"), minLength: 1, maxLength: 4 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }),
  );
  const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  return fc.oneof(fc.constantFrom(...HARD_NAMES), path).filter((name) => isValidName(name));
}

function anyItemShape(): fc.Arbitrary<readonly number[]> {
  const fc = fastCheck();
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant<readonly number[]>([]) },
    { weight: 3, arbitrary: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }) },
    // Nested lists of no cells say their shape only where the last axis is the empty one.
    {
      weight: 1,
      arbitrary: fc
        .array(fc.integer({ min: 1, max: 2 }), { maxLength: 2 })
        .map((axes): readonly number[] => [...axes, 0]),
    },
  );
}

/**
 * A dtype and the shape of the cells of a column, such that cells may be given in every form.
 *
 * @throws UnsupportedError where fast-check is not installed
 */
export function anyColumnType(options: DTypeOptions = {}): fc.Arbitrary<ColumnType> {
  const fc = fastCheck();
  return fc.tuple(anyDType({ maxWidth: 6, ...options }), anyItemShape()).map(([dtype, shape]) => ({
    dtype,
    // Bytes nested in lists of lists can be an element or an array of one.
    itemShape: dtype.kind === "V" && dtype.fields === undefined ? shape.slice(0, 1) : shape,
  }));
}

/**
 * The columns of a table: names that go together, each with its dtype and item shape.
 *
 * ```ts
 * fc.assert(fc.property(anySchema(), (columns) => {
 *   using table = MemmapTable.create(fresh(), { columns });
 *   compareTable(table, new TableModel({ columns }));
 * }));
 * ```
 *
 * @throws UnsupportedError where fast-check is not installed
 */
export function anySchema(options: SchemaOptions = {}): fc.Arbitrary<TestSchema> {
  const fc = fastCheck();
  const { dtypes, minColumns = 1, maxColumns = 4 } = options;
  return fc
    .uniqueArray(fc.tuple(anyColumnName(), anyColumnType(dtypes)), {
      minLength: minColumns,
      maxLength: maxColumns,
      // Two names are alike where one keeps the other out: `a` and `A`, or `g` and `g/x`.
      comparator: ([a], [b]) => a === b || nameProblem(b, [a], []) !== undefined,
    })
    .map((columns) => new Map(columns));
}
