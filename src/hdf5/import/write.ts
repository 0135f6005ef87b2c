import { sizeOf } from "../../dtype/index.js";
import { LimitError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { type WorkerRun, workerPool } from "../../workers/index.js";
import { sourceOf } from "../describe.js";
import { type DatasetSource, planRows } from "../read/index.js";
import { addArray, type ImportContext } from "./context.js";
import { type ImportJob, ImportMemory, type ImportUnit, importUnit } from "./import-task.js";
import type { ImportProgress } from "./options.js";
import type { ImportPlan, PlannedDataset } from "./plan.js";
import { writeTexts } from "./write-texts.js";

/** Bytes that are read, and written, at a time: as many as stay in the processor's caches between the two. */
const UNIT_BYTES = 2 << 20;

/** Bytes of one job of a worker. */
export const JOB_BYTES = 8 << 20;

/** Rows of chunks are read together, so that none is inflated twice, up to so many bytes. */
const MOST_BYTES = 64 << 20;

/** One row of chunked data is held in memory as a whole. */
const MOST_UNIT_BYTES = 2 ** 31;

/** Units of one job at most: planning each of them costs more than a small one's bytes. */
const MAX_UNITS = 256;

/** What workers run. */
const MODULE = new URL("./import-task.js", import.meta.url).href;

/** Reads and writes units: in this thread, or by workers. */
interface Transfer {
  add(unit: ImportUnit, bytes: number, path: string): Promise<void>;
  finish(): Promise<void>;
}

/** Writes what was planned. When it throws, no worker is in the files any more. @param workers 0 for this thread alone */
export async function writeImport(plan: ImportPlan, context: ImportContext, workers: number): Promise<void> {
  const { draft, signal, turns } = context;
  for (const { name, attr } of plan.groups) {
    if (name !== "") draft.addGroup(name, attr);
    else if (attr !== null) draft.setGroupAttr(name, attr);
  }
  const told = new Progress(plan.total, context.onProgress);
  if (workers === 0) {
    await writeAll(plan, context, told, new HereTransfer(context, told));
    return;
  }
  const run = workerPool().begin({ workers, signal });
  try {
    await writeAll(plan, context, told, new SharedTransfer(run, told));
  } catch (error) {
    run.fail(error);
    await run.finish().catch(() => undefined);
    throw error;
  }
  await turns.give();
}

async function writeAll(
  { datasets }: ImportPlan,
  context: ImportContext,
  told: Progress,
  transfer: Transfer,
): Promise<void> {
  for (const dataset of datasets) {
    await context.turns.give();
    if (dataset.info.dtype !== undefined) await writeElements(dataset, context, transfer);
    else await writeTexts(dataset, context, (bytes) => told.add(bytes, dataset.path));
  }
  await transfer.finish();
}

/** How many bytes are written. */
class Progress {
  readonly #total: number;
  readonly #onProgress: (progress: ImportProgress) => void;
  #bytes = 0;

  constructor(total: number, onProgress: (progress: ImportProgress) => void) {
    this.#total = total;
    this.#onProgress = onProgress;
  }

  add(bytes: number, path: string): void {
    this.#bytes += bytes;
    this.#onProgress({ bytes: this.#bytes, total: this.#total, path });
  }
}

async function writeElements(
  { info, arrays, bytes, path }: PlannedDataset,
  context: ImportContext,
  transfer: Transfer,
): Promise<void> {
  const targets = arrays.map((array) => ({ array, state: addArray(array, context) }));
  if (bytes === 0) return;
  const source = flat(sourceOf(context.handle, info));
  const { itemsize, shape } = source;
  const perRow = sizeOf(shape.slice(1));
  const rows = shape[0] ?? 1;
  const what = `${context.handle.path}: the dataset "${excerpt(path)}"`;
  const step = rowsPerUnit(source);
  const unit = step * perRow * itemsize;
  if (unit > MOST_UNIT_BYTES) {
    const limit = `${what} has rows of ${unit} bytes in chunks, where ${MOST_UNIT_BYTES} are the most`;
    throw new LimitError(limit, { path: context.handle.path });
  }
  for (let from = 0; from < rows; from += step) {
    const to = Math.min(from + step, rows);
    const parts = targets.map(({ array: { offset, size, places }, state }) => ({
      offset,
      size,
      places,
      path: state.path,
      at: state.dataOffset + from * perRow * size,
    }));
    const plan = planRows(source, [[from, to]]);
    await transfer.add({ plan, itemsize, parts, what }, (to - from) * plan.rowBytes, path);
  }
}

/** A dataset whose elements lie one after another as one axis of them: then no row is too large to be read at once. */
function flat(source: DatasetSource): DatasetSource {
  const { shape, storage } = source;
  return storage?.layout.kind === "contiguous" ? { ...source, shape: [sizeOf(shape)] } : source;
}

/** Whole rows of chunks, where these are not too large. */
function rowsPerUnit({ shape, itemsize, chunkRows = 1 }: DatasetSource): number {
  const rowBytes = itemsize * sizeOf(shape.slice(1));
  const rows = Math.max(1, Math.floor(UNIT_BYTES / rowBytes));
  if (rows >= chunkRows) return rows - (rows % chunkRows);
  return chunkRows * rowBytes <= MOST_BYTES ? chunkRows : rows;
}

/** Does all in this thread, and gives others their turn. */
class HereTransfer implements Transfer {
  readonly #context: ImportContext;
  readonly #told: Progress;
  readonly #memory = new ImportMemory();

  constructor(context: ImportContext, told: Progress) {
    this.#context = context;
    this.#told = told;
  }

  async add(unit: ImportUnit, bytes: number, path: string): Promise<void> {
    const { files, signal, turns } = this.#context;
    try {
      await importUnit(unit, this.#memory, files, () => signal?.aborted ?? false);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
    this.#told.add(bytes, path);
    await turns.give();
  }

  async finish(): Promise<void> {}
}

/** Has workers do it. */
class SharedTransfer implements Transfer {
  readonly #run: WorkerRun;
  readonly #told: Progress;
  #job: ImportUnit[] = [];
  #bytes = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(run: WorkerRun, told: Progress) {
    this.#run = run;
    this.#told = told;
  }

  async add(unit: ImportUnit, bytes: number, path: string): Promise<void> {
    this.#job.push(unit);
    this.#bytes += bytes;
    if (this.#bytes >= JOB_BYTES || this.#job.length >= MAX_UNITS) await this.#submit(path);
    else this.#path = path;
  }

  #path = "";

  async #submit(path: string): Promise<void> {
    const input: ImportJob = { units: this.#job };
    const bytes = this.#bytes;
    this.#job = [];
    this.#bytes = 0;
    if (input.units.length === 0) return;
    await this.#run.whenRoom();
    const done = this.#run.submit<ImportJob, void>({ module: MODULE, name: "importRows", input });
    void done.then(
      () => this.#tell(bytes, path),
      () => {},
    );
  }

  #tell(bytes: number, path: string): void {
    try {
      this.#told.add(bytes, path);
    } catch (error) {
      this.#failure ??= { error };
      this.#run.fail(error);
    }
  }

  async finish(): Promise<void> {
    await this.#submit(this.#path);
    await this.#run.finish();
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
