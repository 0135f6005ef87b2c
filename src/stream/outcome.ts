import { ArrayView, denseLayout, type Storage } from "../array/index.js";
import { type DType, sizeOf } from "../dtype/index.js";
import { type Schema, TableView } from "../table/index.js";
import type { Gives } from "./operation.js";
import type { Form, FormColumn } from "./sample.js";
import type { RowsView } from "./source.js";

/** What lies in a stage, and what is made of it. */
export type Outcome = { readonly gives: Gives } & (
  | { readonly form: Form; readonly rows: number }
  /** An array that was selected. */
  | { readonly dtype: DType; readonly shape: readonly number[] }
);

/** The bytes that it takes. */
export function bytesOf(outcome: Outcome): number {
  if ("form" in outcome) return outcome.rows * outcome.form.rowBytes;
  return sizeOf(outcome.shape) * outcome.dtype.itemsize;
}

/** What was asked for, over these bytes: a view of them, or an object or element that is a copy. */
export function resultOver(outcome: Outcome, storage: Storage): unknown {
  const view = viewOver(outcome, storage);
  if (outcome.gives === "rows") return view;
  return view instanceof TableView ? view.at(0) : view.at();
}

function viewOver(outcome: Outcome, storage: Storage): RowsView {
  if ("dtype" in outcome) {
    const { dtype, shape } = outcome;
    return new ArrayView(storage, dtype, denseLayout(shape, dtype.itemsize));
  }
  const { form, rows } = outcome;
  if (form.isTable) return new TableView<Schema>(new ResultColumns(storage, form, rows));
  return columnOver(storage, form.columns[0], rows);
}

function columnOver(storage: Storage, { dtype, cell, before }: FormColumn, rows: number): ArrayView {
  const layout = { ...denseLayout([rows, ...cell], dtype.itemsize), offset: rows * before };
  return new ArrayView(storage, dtype, layout);
}

/** The columns of a table in a stage, each made when it is first asked for: of most results not all are. */
class ResultColumns {
  readonly rows: number;
  readonly #storage: Storage;
  readonly #form: Form;
  readonly #made = new Map<string, ArrayView>();

  constructor(storage: Storage, form: Form, rows: number) {
    this.rows = rows;
    this.#storage = storage;
    this.#form = form;
  }

  names(): readonly string[] {
    return this.#form.columns.map(({ name }) => name);
  }

  get(name: string): ArrayView | undefined {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const column = this.#form.columns.find((each) => each.name === name);
    if (column === undefined) return undefined;
    const array = columnOver(this.#storage, column, this.rows);
    this.#made.set(name, array);
    return array;
  }

  nameOf(column: ArrayView): string | undefined {
    for (const [name, array] of this.#made) if (array === column) return name;
    return undefined;
  }
}
