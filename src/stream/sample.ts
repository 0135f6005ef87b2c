import { ArrayView, MemoryStorage } from "../array/index.js";
import { type DType, sizeOf } from "../dtype/index.js";
import { DTypeError, NotFoundError } from "../errors.js";
import { didYouMean } from "../store/index.js";
import { columnNamed, ITSELF, type RowColumns } from "./predicate.js";
import { type Part, selectParts } from "./selection-parts.js";

/** A column of a result. */
export interface FormColumn {
  readonly name: string;
  readonly dtype: DType;
  /** The shape of one row. */
  readonly cell: readonly number[];
  /** Bytes of one row. */
  readonly bytes: number;
  /** Bytes of one row of the columns that lie before it. */
  readonly before: number;
}

/** What rows are made of: of an array one column, {@link ITSELF}. Columns lie one behind the other, the most aligned first. */
export interface Form {
  readonly isTable: boolean;
  /** In their own order. */
  readonly columns: readonly FormColumn[];
  readonly rowBytes: number;
}

/** One row of what a step gives, of zeros: against it the next step is judged before anything is read. */
export class Sample {
  readonly columns: RowColumns;
  readonly isTable: boolean;
  readonly #label: string;
  #form: Form | undefined;

  constructor(columns: RowColumns, isTable: boolean, label: string) {
    this.columns = columns;
    this.isTable = isTable;
    this.#label = label;
  }

  get form(): Form {
    this.#form ??= formOf(this.columns, this.isTable);
    return this.#form;
  }

  /** The one array. @throws DTypeError where it is a table */
  get array(): ArrayView {
    const array = this.columns.get(ITSELF);
    if (array !== undefined && !this.isTable) return array;
    throw new DTypeError(
      `${this.#label} is a table with the columns ${[...this.columns.keys()].join(", ")}: name one`,
    );
  }

  /** One column, or field of a structured array. @throws NotFoundError, with a guess at what was meant; DTypeError where there are none */
  column(name: string): Sample {
    const names = this.isTable
      ? [...this.columns.keys()]
      : this.array.dtype.fields?.map((field) => field.name);
    if (names === undefined) {
      throw new DTypeError(`${this.#label} holds ${this.array.dtype}, which has no columns`);
    }
    const column = columnNamed(name, this.columns);
    if (column === undefined || name === ITSELF) {
      throw new NotFoundError(
        `${this.#label} has no column ${JSON.stringify(name)}${didYouMean(name, names)}`,
      );
    }
    return new Sample(new Map([[ITSELF, column]]), false, `column ${JSON.stringify(name)} of ${this.#label}`);
  }

  /** What is selected of each row. */
  selected(parts: readonly Part[]): Sample {
    return new Sample(new Map([[ITSELF, selectParts(this.array, parts)]]), false, this.#label);
  }
}

/** A row of zeros, which takes no memory however long it is. */
export function zeroRow(dtype: DType, cell: readonly number[]): ArrayView {
  const shape = [1, ...cell];
  const layout = { shape, strides: shape.map(() => 0), offset: 0 };
  return new ArrayView(new MemoryStorage(new Uint8Array(dtype.itemsize)), dtype, layout);
}

function formOf(columns: RowColumns, isTable: boolean): Form {
  const parts = Array.from(columns, ([name, { dtype, shape }]) => {
    const cell = shape.slice(1);
    return { name, dtype, cell, bytes: sizeOf(cell) * dtype.itemsize };
  });
  // Each begins where it is aligned, then, without gaps.
  const placed = parts.toSorted((a, b) => b.dtype.alignment - a.dtype.alignment);
  const places = new Map<string, number>();
  let rowBytes = 0;
  for (const { name, bytes } of placed) {
    places.set(name, rowBytes);
    rowBytes += bytes;
  }
  return {
    isTable,
    columns: parts.map((part) => ({ ...part, before: places.get(part.name) ?? 0 })),
    rowBytes,
  };
}
