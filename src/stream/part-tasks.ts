import { type Rows, sharedBuffer } from "../array/index.js";
import { ClosedError } from "../errors.js";
import type { WorkerRun } from "../workers/index.js";
import { type AnswerTask, answer } from "./answer-task.js";
import type { DatasetRows } from "./dataset-rows.js";
import type { Origin } from "./origin.js";
import { plannedRows } from "./planned-rows.js";
import { columnNamed } from "./predicate.js";
import { cutColumns, type Reading } from "./row-blocks.js";
import type { RowPick } from "./row-pick.js";
import { joinedRows, type RowWork, type SharedWork, type WorkResult } from "./row-work.js";
import type { Cut } from "./steps.js";

/** Where a result goes, and whether somebody wants it still. */
export interface Destination {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly isWanted: boolean;
  /** One word: 1 when nobody does; made when a worker or a longer work needs it. */
  stop(): Int32Array;
}

const MODULE = new URL("./answer-task.js", import.meta.url).href;

/** A part of an operation: what is to be done with which rows of which columns. */
export interface Part {
  readonly rows: RowPick;
  readonly cut: Cut;
  readonly work: RowWork;
  /** The columns that it is about; undefined for all that are left. */
  readonly names: readonly string[] | undefined;
}

/** Has parts of operations done by workers, or by this thread bit by bit where there are none. */
export class PartTasks {
  readonly #run: () => WorkerRun | undefined;

  /** @param run the workers, if there are any */
  constructor(run: () => WorkerRun | undefined) {
    this.#run = run;
  }

  /** Task after task, each planned when the one before it is done. */
  async planned(dataset: DatasetRows, part: Part, origin: Origin, to: Destination): Promise<WorkResult> {
    const { rows, work } = part;
    const planned = { kind: "planned", descr: dataset.dtype.descr, cell: dataset.shape.slice(1) } as const;
    let [start, count] = [0, 0];
    let memory: Uint8Array | undefined;
    const found: Rows[] = [];
    for (const { parts, isLast } of plannedRows(dataset, rows)) {
      if (!isLast && start === 0) memory = sharedMemory(part, origin);
      const shared = { isLast, count, memory };
      const result = await this.read({ ...planned, parts, start }, part, origin, to, shared);
      if (!to.isWanted) throw new ClosedError("the request was given up");
      for (const { length } of parts) start += length;
      if (work.kind === "collect") count = result?.[0] ?? 0;
      if (work.kind === "match") found.push(result as Rows);
      if (isLast && found.length < 2) return result;
    }
    return joinedRows(found, rows.length);
  }

  /** One task, in a worker where there are any, and where it can have the rows. */
  read(
    reading: Reading,
    part: Part,
    origin: Origin,
    to: Destination,
    shared?: SharedWork,
  ): Promise<WorkResult> {
    const { rows, cut, work } = part;
    const [target, stop, { label }] = [to.bytes, to.stop(), origin];
    const input: AnswerTask = { reading, cut, work, rows: rows.length, shared, target, stop, label };
    const run = reading.kind === "own" ? undefined : this.#run();
    if (run === undefined) return answer(input, { stopped: false });
    return run.submit<AnswerTask, WorkResult>({ module: MODULE, name: "answer", input });
  }
}

/** Memory for all rows, of what the last of several tasks needs of them. @throws LimitError */
function sharedMemory({ rows, cut, work }: Part, { sample }: Origin): Uint8Array | undefined {
  if (work.kind === "select") return new Uint8Array(sharedBuffer(rows.length * (work.form[0]?.bytes ?? 0)));
  if (work.kind !== "order") return undefined;
  const itemsize = columnNamed(work.by, cutColumns(sample.columns, cut))?.itemsize ?? 0;
  return new Uint8Array(sharedBuffer(rows.length * itemsize));
}
