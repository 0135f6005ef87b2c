import {
  type ArrayView,
  type Bound,
  isViewable,
  maskOf,
  type RowSelection,
  type SelectionPart,
  STRIDED,
  slice,
} from "../array/index.js";
import { showValue } from "../dtype/index.js";
import { IndexError, ShapeError, UnsupportedError } from "../errors.js";
import { type Expression, predicateOf, type WhereColumn } from "./expression.js";
import type { Origin } from "./origin.js";
import { columnsOf, ITSELF, maskFor, type Predicate } from "./predicate.js";
import type { Sample } from "./sample.js";
import { type Part, plainPart, plainSlice, spelledOut, wholeNumbers } from "./selection-parts.js";
import { chooserStep, isLine, selectionSteps } from "./selection-steps.js";
import type { Step } from "./steps.js";

/** A part of the rows, or of their ranks: from `from` to before `to`, by the rules of slices. */
export interface Between {
  readonly from?: Bound;
  readonly to?: Bound;
}

/** What an operation gives: rows, one row of a table as an object, or an element as `at` gives it. */
export type Gives = "rows" | "row" | "value";

/** What an operation is made of. */
export interface OperationParts {
  readonly origin: Origin;
  readonly steps: readonly Step[];
  /** One row of what the steps give; undefined where they have left the rows behind. */
  readonly sample: Sample | undefined;
  readonly gives: Gives;
}

/**
 * What to read of a dataset: a value, of which each step makes a new one. Nothing is read before it is requested. Names,
 * conditions and selections are judged at once; positions of rows when it is carried out.
 *
 * ```ts
 * const late = flights.where((column) => column("delay").gt(60)).sorted("delay").slice(-10);
 * const one = flights.column("delay").at(-1);
 * ```
 */
export class Operation<V = unknown> {
  readonly #parts: OperationParts;

  /** @internal Operations are made by datasets. */
  constructor(parts: OperationParts) {
    this.#parts = parts;
  }

  /** @internal */
  get parts(): OperationParts {
    return this.#parts;
  }

  #then<W = V>(steps: readonly Step[], change: Partial<OperationParts> = {}): Operation<W> {
    const parts = this.#parts;
    return new Operation<W>({
      origin: parts.origin,
      steps: [...parts.steps, ...steps],
      sample: "sample" in change ? change.sample : parts.sample,
      gives: change.gives ?? parts.gives,
    });
  }

  /** The row that an operation of a table has ended with may be asked for one column; all else is at its end. */
  #requireRows(step: string): void {
    const { gives, origin } = this.#parts;
    if (gives === "rows") return;
    throw new UnsupportedError(
      `${origin.label}: at() ends an operation: ${step}() has no rows to go on with; use view() or slice()`,
    );
  }

  #array(step: string): Sample | undefined {
    this.#requireRows(step);
    return this.#parts.sample;
  }

  /** One column of a table, as an array; of an array whose elements have fields, one of these. @throws NotFoundError, with a guess at what was meant; DTypeError */
  column(name: string): Operation<ArrayView> {
    const { sample, gives, origin } = this.#parts;
    if (gives === "value" || sample === undefined) {
      throw new UnsupportedError(`${origin.label}: there are no columns at this point of the operation`);
    }
    const change = { sample: sample.column(name) };
    const steps: Step[] = [{ op: "column", name }];
    if (gives === "rows") return this.#then(steps, change);
    return this.#then([...steps, { op: "select", parts: [0] }], { sample: undefined, gives: "value" });
  }

  /** Rows from `start` to before `stop`, every `step`-th, by Python's rules. @throws IndexError for what is no bound */
  slice(start?: Bound, stop?: Bound, step?: Bound): Operation<V> {
    this.#requireRows("slice");
    return this.#then([{ op: "slice", ...plainSlice(slice(start, stop, step)) }]);
  }

  /**
   * One row of a table as an object; one element of an array, or with fewer indices than axes all that lies below, as
   * `ArrayView.at` gives it. Negative positions count from the end.
   *
   * @throws IndexError for too many indices and positions outside the further axes; outside the rows when it is carried out
   */
  at(...index: readonly number[]): Operation<unknown> {
    this.#requireRows("at");
    if (!index.every(Number.isInteger) || index.length === 0) {
      throw new IndexError(`an index is a whole number for each axis, not ${showValue(index)}`);
    }
    if (this.#parts.sample?.isTable !== true) return this.view(...index).#then([], { gives: "value" });
    if (index.length > 1)
      throw new IndexError(`${index.length} indices for a row of ${this.#parts.origin.label}`);
    return this.#then([{ op: "row", index: index[0] }], { gives: "row" });
  }

  /** The rows at these positions, in their order; negative ones count from the end. @throws DTypeError for what is none */
  take(indices: RowSelection): Operation<V> {
    this.#requireRows("take");
    return this.#then([{ op: "take", indices: wholeNumbers(indices) }]);
  }

  /** The rows where a mask is true. @param mask one boolean a row @throws DTypeError for what is no mask */
  filter(mask: RowSelection): Operation<V> {
    this.#requireRows("filter");
    return this.#then([{ op: "filter", mask: maskBytes(mask) }]);
  }

  /**
   * NumPy's indexing, basic and advanced, as `select`: for each axis a position, a `slice()`, index arrays and masks; `"..."`
   * for all axes that are not named, `null` for a new one. Of a table it selects rows.
   *
   * What the first axis tells is all that is read of the rows; the rest is made of what was read.
   *
   * @throws IndexError, ShapeError, DTypeError as `select`
   */
  view(...selection: readonly SelectionPart[]): Operation<V> {
    const sample = this.#array("view");
    const parts = selection.map(plainPart);
    if (sample === undefined) return this.#then([{ op: "select", parts }]);
    const { label } = this.#parts.origin;
    if (sample.isTable) return this.#viewTable(spelledOut(parts, 1, label));
    const found = selectionSteps(parts, sample, label);
    return this.#then(found.steps, { sample: found.sample });
  }

  #viewTable(parts: readonly Part[]): Operation<V> {
    const [first = null, ...more] = parts;
    if (typeof first === "number") return this.at(first) as Operation<V>;
    if (more.length > 0 || !isLine(first)) {
      throw new IndexError(`${this.#parts.origin.label} is a table: its rows have one axis`);
    }
    return this.#then([chooserStep(first)]);
  }

  /**
   * The rows for which a condition holds, in their order.
   *
   * @param condition is called once, at once, with what names columns of a table, or is the one column of an array:
   * `(column) => column("c").gt(0.1)`, `(column) => column.gt(0.1)`
   * @param between which rows are looked at; all when left out
   * @throws NotFoundError for unknown columns, DTypeError for comparisons that there are not
   */
  where(condition: (column: WhereColumn) => Expression, between: Between = {}): Operation<V> {
    const sample = this.#array("where");
    const predicate = predicateOf(condition);
    if (sample !== undefined) judge(predicate, sample);
    return this.#then([...betweenSteps(between), { op: "where", predicate }]);
  }

  /**
   * The rows in ascending order of a column: a stable sort, NaN and NaT last.
   *
   * @param by the column; of an array none
   * @param ranks which of the sorted rows; all when left out
   */
  sorted(by: string, ranks?: Between): Operation<V>;
  sorted(ranks?: Between): Operation<V>;
  sorted(by: string | Between = {}, ranks: Between = {}): Operation<V> {
    const sample = this.#array("sorted");
    const name = typeof by === "string" ? by : ITSELF;
    const { from, to } = typeof by === "string" ? ranks : by;
    if (sample !== undefined) requireKeys(name === ITSELF ? sample : sample.column(name));
    const { start, stop } = slice(from ?? null, to ?? null);
    return this.#then([{ op: "sorted", by: name, from: start, to: stop }]);
  }
}

/** Rows before a step that looks at a part of them. */
function betweenSteps({ from, to }: Between): Step[] {
  if (from === undefined && to === undefined) return [];
  return [{ op: "slice", ...plainSlice(slice(from ?? null, to ?? null)) }];
}

function maskBytes(mask: unknown): Uint8Array {
  const shape = isViewable(mask) ? mask[STRIDED]().layout.shape : [Object(mask).length];
  return maskOf(mask, shape[0] ?? 0, "the rows").slice();
}

/** Tries a condition. @throws NotFoundError for unknown columns, DTypeError, ShapeError */
function judge(predicate: Predicate, sample: Sample): void {
  for (const name of columnsOf(predicate)) {
    if (sample.isTable && name === ITSELF) void sample.array;
    else if (sample.isTable || name !== ITSELF) sample.column(name);
  }
  maskFor(predicate, sample.columns, 1);
}

function requireKeys({ array }: Sample): void {
  if (array.ndim === 1) return;
  const shape = array.shape.slice(1).join(", ");
  throw new ShapeError(`rows are sorted by one element each, not by cells of shape [${shape}]`);
}
