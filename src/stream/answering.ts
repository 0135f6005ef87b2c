import { ArrayView, type Rows } from "../array/index.js";
import { sizeOf } from "../dtype/index.js";
import { ClosedError } from "../errors.js";
import { copied, TableView } from "../table/index.js";
import type { WorkerRun } from "../workers/index.js";
import type { OperationParts } from "./operation.js";
import type { Origin } from "./origin.js";
import type { Outcome } from "./outcome.js";
import { type Destination, type Part, PartTasks } from "./part-tasks.js";
import { columnsOf, ITSELF, type RowColumns } from "./predicate.js";
import { cutColumns, pickedColumns } from "./row-blocks.js";
import { type PlainFormColumn, requireRoom } from "./row-fill.js";
import { isRange, type RowPick } from "./row-pick.js";
import { type RowWork, rowWorker, type WorkResult } from "./row-work.js";
import { type Form, Sample } from "./sample.js";
import { shareView } from "./shared-view.js";
import { type Cut, follow, type Question, type Selected } from "./steps.js";

/** So many bytes are read in this thread: a message to a worker and back takes as long as copying some 200 KiB. */
const SMALL = 1 << 20;
/** Sorting takes longer. */
const SMALL_KEYS = SMALL / 8;
/** What is looked at together of a view. */
const VIEW_BLOCK = 1 << 20;

/** Carries out operations: at once where that takes no time, else in workers, or here bit by bit where there are none. */
export class Answering {
  readonly #run: () => WorkerRun | undefined;
  readonly #tasks: PartTasks;

  /** @param run the workers, if there are any */
  constructor(run: () => WorkerRun | undefined) {
    this.#run = run;
    this.#tasks = new PartTasks(run);
  }

  /** @throws what the operation fails with, at once or later */
  answer(parts: OperationParts, to: Destination): Outcome | Promise<Outcome> {
    const walk = follow(parts.steps, parts.origin.length, parts.origin.label);
    return this.#advance(walk, walk.next(), parts, to);
  }

  #advance(
    walk: Generator<Question, Selected, Rows>,
    first: IteratorResult<Question, Selected>,
    parts: OperationParts,
    to: Destination,
  ): Outcome | Promise<Outcome> {
    let next = first;
    while (next.done !== true) {
      const question = next.value;
      if (question.kind === "match" && question.after !== undefined) {
        return this.#collect(question, question.after, parts, to);
      }
      const places = this.#ask(question, parts.origin, to);
      if (places instanceof Promise) {
        return places.then((later) => {
          if (!to.isWanted) throw new ClosedError("the request was given up");
          return this.#advance(walk, walk.next(later as Rows), parts, to);
        });
      }
      next = walk.next(places as Rows);
    }
    return this.#read(next.value, parts, to);
  }

  #ask(question: Question, origin: Origin, to: Destination): WorkResult | Promise<WorkResult> {
    const { rows, cut } = question;
    const names = question.kind === "match" ? columnsOf(question.predicate) : [question.by];
    const { kind } = question;
    const work: RowWork =
      kind === "match"
        ? { kind, predicate: question.predicate }
        : { kind, by: question.by, from: question.from, to: question.to };
    return this.#do(origin, { rows, cut, names, work }, to);
  }

  /** Reads the rows that are found while they are looked for. */
  #collect(
    { rows, cut, predicate }: Extract<Question, { readonly kind: "match" }>,
    after: Cut,
    { origin, gives, sample = origin.sample }: OperationParts,
    to: Destination,
  ): Outcome | Promise<Outcome> {
    const { form } = sample;
    const names = after.column === undefined ? undefined : [...columnsOf(predicate), after.column];
    const work: RowWork = { kind: "collect", predicate, after, form: plainForm(form) };
    const outcome = (shape: WorkResult): Outcome => ({ form, rows: shape?.[0] ?? 0, gives });
    const found = this.#do(origin, { rows, cut, names, work }, to);
    return found instanceof Promise ? found.then(outcome) : outcome(found);
  }

  #read({ rows, cut, tail }: Selected, parts: OperationParts, to: Destination): Outcome | Promise<Outcome> {
    const { origin, gives, sample } = parts;
    if (sample !== undefined && tail.length === 0) {
      const { form } = sample;
      const outcome: Outcome = { form, rows: rows.length, gives };
      requireRoom(
        form.isTable ? [rows.length] : [rows.length, ...form.columns[0].cell],
        rows.length * form.rowBytes,
        to.bytes.length,
      );
      if (copyAtOnce(origin, rows, cut, form, to.bytes)) return outcome;
      const work: RowWork = { kind: "fill", form: plainForm(form) };
      const done = this.#do(origin, { rows, cut, names: undefined, work }, to);
      return done instanceof Promise ? done.then(() => outcome) : outcome;
    }
    const read = new Sample(cutColumns(origin.sample.columns, cut), false, origin.label);
    const { dtype } = read.array;
    const work: RowWork = { kind: "select", form: plainForm(read.form), tail };
    const outcome = (shape: WorkResult): Outcome => ({ dtype, shape: shape as readonly number[], gives });
    const shape = this.#do(origin, { rows, cut, names: undefined, work }, to);
    return shape instanceof Promise ? shape.then(outcome) : outcome(shape);
  }

  #do(origin: Origin, part: Part, to: Destination): WorkResult | Promise<WorkResult> {
    const { rows, cut, work } = part;
    const { source } = origin;
    if (source.rows.kind === "dataset") {
      return this.#tasks.planned(source.rows.dataset, part, origin, to);
    }
    const columns = neededColumns(origin.columns, cut, part.names);
    const rowBytes = rowBytesOf(columns);
    if (rows.length * rowBytes <= (work.kind === "order" ? SMALL_KEYS : SMALL)) {
      const worker = rowWorker(work, rows.length, to.bytes, origin.label);
      const length = rows.length;
      origin.look(length * rowBytes);
      if (length > 0)
        worker.add({ start: 0, length, columns: cutColumns(pickedColumns(columns, rows), cut) });
      return worker.finish();
    }
    const blockRows = Math.max(1, Math.floor(VIEW_BLOCK / rowBytes));
    const view = this.#run() === undefined ? undefined : shareView(viewOf(columns));
    if (view === undefined)
      return this.#tasks.read({ kind: "own", columns, rows, blockRows }, part, origin, to);
    return this.#tasks.read({ kind: "shared", view, rows: compact(rows), blockRows }, part, origin, to);
  }
}

/** Copies successive rows of a view where they are few; false where that is not so. */
function copyAtOnce(origin: Origin, rows: RowPick, cut: Cut, form: Form, target: Uint8Array): boolean {
  if (!isRange(rows) || rows.step !== 1 || cut.inner.length > 0 || origin.columns.size === 0) return false;
  const bytes = rows.length * form.rowBytes;
  if (bytes > SMALL) return false;
  origin.look(bytes);
  return form.columns.every(({ name, before, bytes: each }) => {
    const column = origin.columns.get(cut.column ?? name);
    if (column === undefined) return false;
    return origin.copyRows(column, rows.start, rows.length * each, target, rows.length * before);
  });
}

function neededColumns(
  columns: RowColumns,
  { column }: Cut,
  names: readonly string[] | undefined,
): RowColumns {
  const needed = column === undefined ? names : [column];
  if (needed === undefined) return columns;
  return new Map(Array.from(columns).filter(([name]) => needed.includes(name)));
}

function rowBytesOf(columns: RowColumns): number {
  let bytes = 0;
  for (const { shape, itemsize } of columns.values()) bytes += sizeOf(shape.slice(1)) * itemsize;
  return Math.max(1, bytes);
}

function viewOf(columns: RowColumns): ArrayView | TableView {
  const array = columns.get(ITSELF);
  if (array !== undefined) return array;
  const [first] = columns.values();
  return new TableView(copied(columns, first?.length ?? 0));
}

function plainForm({ columns }: Form): PlainFormColumn[] {
  return columns.map(({ name, dtype, cell, bytes, before }) => ({
    name,
    descr: dtype.descr,
    cell,
    bytes,
    before,
  }));
}

/** A message takes along the whole of the memory that row numbers lie in. */
function compact(rows: RowPick): RowPick {
  return isRange(rows) || rows.byteLength === rows.buffer.byteLength ? rows : rows.slice();
}
