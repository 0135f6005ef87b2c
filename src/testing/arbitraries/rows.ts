import type fc from "fast-check";
import { type ColumnsOption, parseColumns } from "../../table/schema.js";
import type { RowsSource } from "../../table/table-view.js";
import { fastCheck } from "../fast-check.js";
import type { ModelRow } from "../model/row.js";
import { type GivenColumn, ROW_FORMS, type RowForm, rowObjects, rowSourceOf } from "../model/sources.js";
import { show } from "../same.js";
import { anyCell } from "./cells.js";

/** What {@link anyRows} may give. */
export interface RowsOptions {
  /** Fewest rows; 0 when left out. */
  readonly minRows?: number | undefined;
  /** Most rows; 6 when left out. */
  readonly maxRows?: number | undefined;
  /** The forms in which the rows may be handed over; all when left out but iterators, which only `append` takes. */
  readonly forms?: readonly RowForm[] | undefined;
}

/** Rows for a table: what they are, and a form of them that the table takes. */
export class RowBatch {
  readonly form: RowForm;
  readonly length: number;
  readonly #columns: readonly GivenColumn[];
  readonly #turn: number;

  /** @internal Made by {@link anyRows}. */
  constructor(form: RowForm, columns: readonly GivenColumn[], length: number, turn: number) {
    this.form = form;
    this.length = length;
    this.#columns = columns;
    this.#turn = turn;
  }

  /** The rows as objects of cells, in the form in which reading gives them. */
  get rows(): ModelRow[] {
    return rowObjects(this.#columns, this.length);
  }

  /** The rows as a source for `append` and `assign`: row objects, columns, records, a view; a new one each time. */
  get source(): RowsSource {
    // Of the forms, an iterator is none that `assign` takes, which a caller that allows it knows.
    return rowSourceOf(this.form, this.#columns, this.length, this.#turn) as RowsSource;
  }

  /** As reports of failures show it. */
  toString(): string {
    return `${show(this.rows)} as ${this.form}`;
  }
}

/**
 * Rows for a table with these columns, in any of the forms in which a table takes rows.
 *
 * ```ts
 * fc.assert(fc.property(anyRows({ id: "u8", name: "U16" }), (batch) => {
 *   table.append(batch.source);
 *   model.append(batch.rows);
 *   compareTable(table, model);
 * }));
 * ```
 *
 * @param columns as the option of `MemmapTable.create`; what {@link anySchema} gives
 * @throws DTypeError, NameError, ShapeError; UnsupportedError where fast-check is not installed
 */
export function anyRows(columns: ColumnsOption, options: RowsOptions = {}): fc.Arbitrary<RowBatch> {
  const fc = fastCheck();
  const { minRows = 0, maxRows = 6, forms = ROW_FORMS.filter((form) => form !== "iterator") } = options;
  const parsed = parseColumns(columns);
  const row = fc.tuple(...parsed.map(({ dtype, itemShape }) => anyCell(dtype, itemShape)));
  return fc
    .tuple(
      fc.constantFrom(...forms),
      fc.array(row, { minLength: minRows, maxLength: maxRows }),
      fc.nat({ max: 5 }),
    )
    .map(([form, rows, turn]) => {
      const given = parsed.map((column, i) => ({ ...column, cells: rows.map((cells) => cells[i]) }));
      return new RowBatch(form, given, rows.length, turn);
    });
}
