import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { saveNpy } from "../../array/index.js";
import type { AttrInput, Durability, FileLayout } from "../../store/index.js";
import { MemmapTable } from "../../table/memmap-table.js";
import { compareTable } from "../compare-table.js";
import { arrayOf, hasValues } from "../model/sources.js";
import type { TableModel } from "../model/table-model.js";
import { chooseCells } from "./choose.js";
import { typeOf } from "./columns-steps.js";
import { compareFiles } from "./compare-files.js";
import { compareHeld } from "./held.js";
import { carryOut } from "./inner-steps.js";
import { refused } from "./refused.js";
import { RunModel } from "./run-model.js";
import type { RunState } from "./run-state.js";
import type { Step, StepOf } from "./steps.js";

/** How a {@link TableRun} makes its table. */
export interface TableRunOptions {
  /** Number of rows to begin with, 0 when left out. */
  readonly rows?: number | undefined;
  /** How columns are written, `"npy"` when left out. */
  readonly layout?: FileLayout | undefined;
  /** Whether changes wait for the disk; `"process"`, which does not, when left out. */
  readonly durability?: Durability | undefined;
}

/** Thrown by transactions that shall fail. */
class Undo extends Error {}

/**
 * A table beside its model: carries out steps on both, and compares the two after each.
 *
 * ```ts
 * using run = new TableRun(path);
 * for (const step of steps) run.step(step);
 * run.finish();
 * ```
 */
export class TableRun {
  readonly #state: RunState;
  readonly #settings: { readonly durability: Durability };
  #count = 0;

  /** @param path a directory that is not there yet, which stays when the run is over */
  constructor(path: string, { rows = 0, layout = "npy", durability = "process" }: TableRunOptions = {}) {
    this.#settings = { durability };
    const table = MemmapTable.create(path, { ...this.#settings, layout, rows });
    this.#state = { path, model: new RunModel({ rows }), held: [], table, layout };
  }

  /** The table, as it is open now. */
  get table(): MemmapTable {
    return this.#state.table;
  }

  /** What the table is to be. */
  get model(): TableModel {
    return this.#state.model;
  }

  /** Closes the table, whatever happened. */
  [Symbol.dispose](): void {
    this.#state.table.close();
  }

  /** One step on both, and a look at everything. @throws Error naming the step and what differs */
  step(step: Step): void {
    this.#count += 1;
    try {
      this.#carryOut(step);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`step ${this.#count} (${step.kind}): ${why}`, { cause });
    }
  }

  /** Opens the table once more for reading, looks at everything and at the files, and closes it. */
  finish(): void {
    const { path, model } = this.#state;
    this.#open("r");
    this.#compare();
    this.#leave();
    compareFiles(path, model);
  }

  #carryOut(step: Step): void {
    const { model, table } = this.#state;
    const { generation } = table;
    const { handle } = model;
    this.#outer(step);
    if (model.handle === handle) {
      const raised = table.generation - generation;
      if (raised > 1 || raised < 0) throw new Error(`one step raised the generation by ${raised}`);
      if (raised === 1) model.commit();
    }
    this.#compare();
  }

  #compare(): void {
    const { model, table, held } = this.#state;
    compareTable(table, model);
    for (const thing of held) compareHeld(thing, model);
  }

  #outer(step: Step): void {
    const { model, table } = this.#state;
    switch (step.kind) {
      case "transaction":
        this.#transaction(step);
        return;
      case "flush":
        table.flush();
        return;
      case "refresh":
        table.refresh();
        model.found();
        return;
      case "reopen":
        if (step.scribble && !model.writable) this.#scribble();
        this.#state.layout = step.layout ?? this.#state.layout;
        this.#open(step.mode);
        return;
      case "replace":
        this.#replace(step);
        return;
      case "outside":
        this.#outside(step);
        return;
      default:
        carryOut(this.#state, step);
    }
  }

  #transaction({ steps, throws }: StepOf<"transaction">): void {
    const { model, table } = this.#state;
    if (!model.writable) {
      refused("READ_ONLY", () => table.transaction(() => undefined));
      return;
    }
    const work = () => {
      model.begin();
      for (const step of steps) {
        carryOut(this.#state, step);
        this.#compare();
      }
      if (throws) throw new Undo();
    };
    try {
      table.transaction(work);
      model.end();
    } catch (error) {
      model.rollback();
      if (!(error instanceof Undo)) throw error;
    }
  }

  /** Closes the table, and looks at what is held of it. */
  #leave(): void {
    const { model, table, held } = this.#state;
    table.close();
    model.handle += 1;
    for (const thing of held.splice(0)) compareHeld(thing, model);
  }

  #open(mode: "r" | "r+" | "a"): void {
    const { path, model, layout } = this.#state;
    this.#leave();
    this.#state.table = MemmapTable.open(path, { ...this.#settings, mode, layout });
    model.writable = mode !== "r";
    model.found();
  }

  #replace({ rows, how, attr }: StepOf<"replace">): void {
    const { path, model, layout } = this.#state;
    this.#leave();
    const options = { ...this.#settings, rows, layout };
    this.#state.table =
      how === "open"
        ? MemmapTable.open(path, { ...options, mode: "w+" })
        : MemmapTable.create(path, { ...options, overwrite: true, attr: attr as AttrInput });
    model.clear(rows);
    if (how === "create") model.groupAttrs.set("", attr);
    model.writable = true;
    model.commit();
  }

  /** Stores through typed arrays of a table that is open for reading, which must reach no file. */
  #scribble(): void {
    const { model, table } = this.#state;
    for (const { name, dtype } of model.columns) {
      if (!hasValues(dtype)) continue;
      const values = table.column(name).values as unknown as {
        buffer: ArrayBuffer;
        byteOffset: number;
        byteLength: number;
      };
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength).fill(0x7f);
    }
  }

  /** Other software saves an array among the columns. */
  #outside({ name, content, at }: StepOf<"outside">): void {
    const { path, model, table } = this.#state;
    if (model.claimProblem(name, false) !== undefined) return;
    const type = typeOf(content);
    const { pool } = content;
    const cells = chooseCells({ ...type, pool }, model.length, at);
    const file = join(path, `${name}.npy`);
    mkdirSync(dirname(file), { recursive: true });
    saveNpy(file, arrayOf(type, cells));
    table.refresh();
    model.addColumn(name, type.dtype, { itemShape: type.itemShape, cells, layout: "npy", pool });
    model.found();
  }
}

/**
 * Makes a table at `path`, carries out steps on it and on a model of it, compares the two after each, and looks at the
 * files at the end.
 *
 * ```ts
 * fc.assert(fc.property(anySteps(), (steps) => runSteps(fresh(), steps)));
 * ```
 *
 * @param path a directory that is not there yet, which stays when the run is over
 * @throws Error naming the step and what differs
 */
export function runSteps(path: string, steps: Iterable<Step>, options: TableRunOptions = {}): void {
  using run = new TableRun(path, options);
  for (const step of steps) run.step(step);
  run.finish();
}
