/**
 * Carries out random steps on a table and on the model of it, and compares the two after each.
 *
 * @module
 */

import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { isMask } from "../src/array/index.js";
import { type AttrInput, type ErrorCode, type FileLayout, MemmapTable, saveNpy } from "../src/index.js";
import { Model, ModelColumn, zeroOf } from "./model.js";
import { compare, compareFiles, compareHeld, type Held, refused, rowsOfSlice } from "./table-compare.js";
import { makeMistake } from "./table-mistakes.js";
import { readEverything } from "./table-reads.js";
import { arrayOf, columnSource, hasValues, type Rows, rowsFor } from "./table-sources.js";
import type { InnerStep, Step, StepOf } from "./table-steps.js";

const SETTINGS = { durability: "process" } as const;

/** Thrown by transactions that shall fail. */
class Undo extends Error {}

/** A table beside its model. */
export class Run {
  readonly model = new Model();
  readonly #path: string;
  readonly #held: Held[] = [];
  #layout: FileLayout;
  #table: MemmapTable;

  constructor(path: string, layout: FileLayout, rows: number) {
    this.#path = path;
    this.#layout = layout;
    this.#table = MemmapTable.create(path, { ...SETTINGS, layout, rows });
    this.model.rows = rows;
  }

  /** Closes the table whatever happened. */
  [Symbol.dispose](): void {
    this.#table.close();
  }

  /** One step on both, and a look at everything. */
  step(step: Step): void {
    const { generation } = this.#table;
    const { handle } = this.model;
    this.#carryOut(step);
    if (this.model.handle === handle) {
      const raised = this.#table.generation - generation;
      if (raised > 1 || raised < 0) throw new Error(`one step raised the generation by ${raised}`);
      if (raised === 1) this.model.commit();
    }
    this.#compare();
  }

  /** Opens the table once more for reading, and looks at its files. */
  finish(): void {
    this.#open("r");
    this.#compare();
    this.#table.close();
    for (const held of this.#held) compareHeld(held, this.#closed());
    compareFiles(this.#path, this.model);
  }

  #closed(): Model {
    this.model.handle += 1;
    return this.model;
  }

  #compare(): void {
    compare(this.#table, this.model);
    for (const held of this.#held) compareHeld(held, this.model);
  }

  #carryOut(step: Step): void {
    switch (step.kind) {
      case "transaction":
        this.#transaction(step);
        return;
      case "flush":
        this.#table.flush();
        return;
      case "refresh":
        this.#table.refresh();
        this.model.found();
        return;
      case "reopen":
        if (step.scribble && !this.model.writable) this.#scribble();
        this.#layout = step.layout ?? this.#layout;
        this.#open(step.mode);
        return;
      case "replace":
        this.#replace(step);
        return;
      case "outside":
        this.#outside(step);
        return;
      default:
        this.#inner(step);
    }
  }

  /** Changes both, or expects an error and changes none. */
  #change(problem: ErrorCode | undefined, act: () => unknown, update: () => void): void {
    const expected = this.model.writable ? problem : "READ_ONLY";
    if (expected !== undefined) {
      refused(expected, act);
      return;
    }
    act();
    update();
  }

  #inner(step: InnerStep): void {
    const { model } = this;
    const table = this.#table;
    switch (step.kind) {
      case "add":
        this.#add(step);
        return;
      case "copy": {
        const from = model.pick(step.at);
        if (from === undefined) return;
        const { overwrite } = step;
        this.#change(
          model.claimProblem(step.name, overwrite),
          () => table.copyColumn(from.name, step.name, { overwrite }),
          () => model.copy(from, step.name),
        );
        return;
      }
      case "rename": {
        const column = model.pick(step.at);
        if (column === undefined) return;
        this.#change(
          model.claimProblem(step.name, false, column),
          () => table.renameColumn(column.name, step.name),
          () => {
            column.name = step.name;
          },
        );
        return;
      }
      case "remove": {
        const column = model.pick(step.at);
        if (column === undefined) return;
        this.#change(
          undefined,
          () => table.deleteColumn(column.name),
          () => model.remove(column),
        );
        return;
      }
      case "resize":
        this.#change(
          undefined,
          () => table.resize(step.rows),
          () => model.resize(step.rows),
        );
        return;
      case "append": {
        const { form, count, at } = step;
        const rows = this.#rows(form, model.order, count, at);
        this.#change(
          undefined,
          () => table.append(rows.source),
          () => model.append(count, rows.cellsOf),
        );
        return;
      }
      case "attr":
        this.#attr(step);
        return;
      case "assign":
        this.#assign(step);
        return;
      case "set": {
        const column = model.pick(step.at);
        if (column === undefined || model.rows === 0) return;
        const row = step.row % model.rows;
        const cell = column.choose(step.from);
        this.#change(
          undefined,
          () => table.column(column.name).set(step.negative ? row - model.rows : row, cell as never),
          () => model.store(column, row, cell),
        );
        return;
      }
      case "put": {
        const column = model.pick(step.at);
        if (column === undefined || model.rows === 0) return;
        const { selection, rows } = this.#selection(step);
        const cells = column.chooseMany(rows.length, step.from);
        const source = columnSource(step.form, column.spec, cells);
        this.#change(
          undefined,
          () => table.column(column.name).put(selection, source),
          () => rows.forEach((row, i) => model.store(column, row, cells[i])),
        );
        return;
      }
      case "assignRows": {
        if (model.order.length === 0) return;
        const columns =
          step.columns === undefined
            ? model.order
            : [...new Set(step.columns.map((at) => model.pick(at)))].filter((column) => column !== undefined);
        const rows = rowsOfSlice(step.range, model.rows);
        const { source, cellsOf } = this.#rows(step.form, columns, rows.length, step.from);
        const { start, stop, step: by } = step.range;
        const view = table.select(columns.map(({ name }) => name)).slice(start, stop, by);
        this.#change(
          undefined,
          () => view.assign(source),
          () => this.#storeRows(rows, columns, cellsOf),
        );
        return;
      }
      case "putRows": {
        if (model.order.length === 0 || model.rows === 0) return;
        const { selection, rows } = this.#selection(step);
        const { source, cellsOf } = this.#rows(step.form, model.order, rows.length, step.from);
        this.#change(
          undefined,
          () => table.put(selection, source),
          () => this.#storeRows(rows, model.order, cellsOf),
        );
        return;
      }
      case "setRow": {
        if (model.order.length === 0 || model.rows === 0) return;
        const row = step.row % model.rows;
        const { source, cellsOf } = this.#rows("rows", model.order, 1, step.from);
        const [record] = source;
        if (record === undefined) return;
        this.#change(
          undefined,
          () => table.set(row, record),
          () => this.#storeRows([row], model.order, cellsOf),
        );
        return;
      }
      case "read":
        readEverything(table, model, step);
        return;
      case "hold":
        this.#hold(step);
        return;
      case "mistake":
        if (model.writable) makeMistake(table, model, step);
        return;
      default:
        step satisfies never;
    }
  }

  #rows(
    form: Parameters<typeof rowsFor>[0],
    columns: readonly ModelColumn[],
    count: number,
    from: number,
  ): Rows {
    return rowsFor(form, { model: this.model, table: this.#table, columns, count, from });
  }

  #storeRows(rows: readonly number[], columns: readonly ModelColumn[], cellsOf: Rows["cellsOf"]): void {
    const cells = columns.map((column) => cellsOf(column));
    columns.forEach((column, c) => {
      rows.forEach((row, i) => this.model.store(column, row, cells[c]?.[i]));
    });
  }

  /** Rows as a mask, which has each once and in order, or as positions. */
  #selection({ mask, rows }: { readonly mask: boolean; readonly rows: readonly number[] }): {
    readonly selection: number[] | boolean[];
    readonly rows: number[];
  } {
    const count = this.model.rows;
    const positions = rows.map((row) => row % count);
    if (!mask) return { selection: positions.map((row, i) => (i % 2 ? row - count : row)), rows: positions };
    const chosen = new Set(positions);
    const flags = Array.from({ length: count }, (_, row) => chosen.has(row));
    if (!isMask(flags)) throw new Error("a list of booleans is a mask");
    return { selection: flags, rows: [...chosen].sort((a, b) => a - b) };
  }

  #add({ name, content, layout, attr, overwrite, fill, form, at }: StepOf<"add">): void {
    const { model } = this;
    const spec = { ...content, layout: layout ?? this.#layout };
    const made = new ModelColumn(name, spec, attr, []);
    const cells =
      fill === "data"
        ? made.chooseMany(model.rows, at)
        : Array.from({ length: model.rows }, () => (fill === "fill" ? made.choose(at) : zeroOf(spec)));
    const source =
      fill === "data"
        ? { data: columnSource(form, spec, cells) }
        : fill === "fill"
          ? { fill: made.choose(at) as never }
          : {};
    this.#change(
      model.claimProblem(name, overwrite),
      () =>
        this.#table.addColumn(name, spec.dtype, {
          itemShape: spec.itemShape,
          attr: attr as AttrInput,
          overwrite,
          ...source,
          ...(layout === undefined ? {} : { layout }),
        }),
      () => model.add(name, spec, attr, cells),
    );
  }

  #attr({ of, at, attr }: StepOf<"attr">): void {
    const { model } = this;
    const table = this.#table;
    const value = attr as AttrInput;
    if (of === "column") {
      const column = model.pick(at);
      if (column === undefined) return;
      this.#change(
        undefined,
        () => {
          table.column(column.name).attr = value;
        },
        () => {
          column.attr = attr;
        },
      );
      return;
    }
    const names = model.groupNames();
    const group = of === "table" ? "" : names[at % names.length];
    if (group === undefined) return;
    this.#change(
      undefined,
      () => {
        if (group === "") table.attr = value;
        else table.setGroupAttr(group, value);
      },
      () => model.groups.set(group, attr),
    );
  }

  #assign({ to, at, range, form, from }: StepOf<"assign">): void {
    const { model } = this;
    const column = model.pick(at);
    if (column === undefined) return;
    const { spec } = column;
    const real = this.#table.column(column.name);
    const rows = rowsOfSlice(
      to === "slice" || to === "fill" ? range : { start: null, stop: null, step: 1 },
      model.rows,
    );
    const view = real.slice(range.start, range.stop, range.step);
    const cells = to === "fill" ? rows.map(() => column.choose(from)) : column.chooseMany(rows.length, from);
    const source = columnSource(form, spec, cells);
    const update = () => rows.forEach((row, i) => model.store(column, row, cells[i]));
    if (to === "values" && hasValues(spec.dtype)) {
      if (!model.writable) return;
      const values = real.values as { set(values: unknown): void };
      values.set(arrayOf(spec, cells).values);
      update();
      return;
    }
    this.#change(
      undefined,
      () => {
        if (to === "fill") view.fill(column.choose(from) as never);
        else if (to === "slice") view.assign(source);
        else real.assign(source);
      },
      update,
    );
  }

  #transaction({ steps, throws }: StepOf<"transaction">): void {
    const { model } = this;
    const table = this.#table;
    if (!model.writable) {
      refused("READ_ONLY", () => table.transaction(() => undefined));
      return;
    }
    const work = () => {
      model.begin();
      for (const step of steps) {
        this.#inner(step);
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

  #hold({ what, at, range }: StepOf<"hold">): void {
    const { model } = this;
    const table = this.#table;
    const { handle } = model;
    const { start, stop, step } = range;
    const rows = rowsOfSlice(range, model.rows);
    if (what === "rows") {
      this.#held.push({ what, handle, view: table.slice(start, stop, step), rows });
      return;
    }
    const of = model.pick(at);
    if (of === undefined) return;
    const column = table.column(of.name);
    if (what === "select") {
      this.#held.push({ what, handle, view: table.select([of.name]), names: [of.name] });
    } else if (what === "column") {
      this.#held.push({ what, handle, column, of });
    } else if (what === "slice") {
      this.#held.push({ what, handle, view: column.slice(start, stop, step), of, rows });
    } else if (hasValues(of.spec.dtype) && !model.inTransaction) {
      const values = column.values as ArrayLike<unknown>;
      if (values.length > 0)
        this.#held.push({ what, handle, values, of, length: values.length, file: of.file });
    }
  }

  #leave(): void {
    this.#table.close();
    this.#closed();
    for (const held of this.#held.splice(0)) compareHeld(held, this.model);
  }

  #open(mode: "r" | "r+" | "a"): void {
    this.#leave();
    this.#table = MemmapTable.open(this.#path, { ...SETTINGS, mode, layout: this.#layout });
    this.model.writable = mode !== "r";
    this.model.found();
  }

  #replace({ rows, how, attr }: StepOf<"replace">): void {
    const { model } = this;
    this.#leave();
    const options = { ...SETTINGS, rows, layout: this.#layout };
    if (how === "open") this.#table = MemmapTable.open(this.#path, { ...options, mode: "w+" });
    else
      this.#table = MemmapTable.create(this.#path, { ...options, overwrite: true, attr: attr as AttrInput });
    model.clear(rows);
    if (how === "create") model.groups.set("", attr);
    model.writable = true;
    model.commit();
  }

  /** Stores through typed arrays of a table that is open for reading, which must reach no file. */
  #scribble(): void {
    for (const { name, spec } of this.model.order) {
      if (!hasValues(spec.dtype)) continue;
      const values = this.#table.column(name).values as unknown as {
        buffer: ArrayBuffer;
        byteOffset: number;
        byteLength: number;
      };
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength).fill(0x7f);
    }
  }

  /** Another program saves an array among the columns. */
  #outside({ name, content, at }: StepOf<"outside">): void {
    const { model } = this;
    if (model.claimProblem(name, false) !== undefined) return;
    const spec = { ...content, layout: "npy" as const };
    const cells = new ModelColumn(name, spec, null, []).chooseMany(model.rows, at);
    const path = join(this.#path, `${name}.npy`);
    mkdirSync(dirname(path), { recursive: true });
    saveNpy(path, arrayOf(spec, cells));
    this.#table.refresh();
    model.add(name, spec, null, cells);
    model.found();
  }
}
