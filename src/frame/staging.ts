import { randomBytes } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { ExistsError, NotFoundError } from "../errors.js";
import { currentFiles, type Files } from "../platform/files.js";
import { isStore, isVacant } from "../store/index.js";
import { MemmapTable, type Schema } from "../table/index.js";
import type { ImportOptions } from "./options.js";

/** What the directories of unfinished tables are called. */
const PREFIX = ".memmap-new-";

/** Those that nobody has touched for so long, and that no writer holds, belong to processes that are gone. */
const ABANDONED_MS = 10 * 60 * 1000;

/**
 * A table in a directory of its own, beside the place that it is to have: nothing of that name is there before it is
 * whole. A table that it replaces stays open for writing meanwhile, so that nobody else changes it.
 */
export class Staging {
  readonly table: MemmapTable;
  readonly #files: Files;
  readonly #path: string;
  readonly #options: ImportOptions;
  readonly #replaced: MemmapTable<Schema, "r+"> | undefined;
  #isPublished = false;

  /**
   * @throws ExistsError where something has the name that is not to be replaced, LockedError where another writer has the
   * table that is to be replaced, NotFoundError where the directory that it goes to is missing
   */
  constructor(path: string, options: ImportOptions) {
    this.#files = currentFiles();
    this.#path = resolve(path);
    this.#options = options;
    const directory = dirname(this.#path);
    if (this.#files.look(directory) === undefined) {
      throw new NotFoundError(`${this.#path}: the directory ${directory} is missing; make it first`, {
        path: this.#path,
      });
    }
    this.#replaced = this.#open();
    try {
      const kernel = options.locking === undefined || options.locking === "kernel";
      if (kernel) removeAbandoned(directory, this.#files);
      const name = `${kernel ? PREFIX : ".memmap-part-"}${randomBytes(8).toString("hex")}`;
      // Until it has its name, a crash of the system may take it.
      this.table = MemmapTable.create(join(directory, name), {
        ...settings(options),
        durability: "process",
      });
    } catch (error) {
      this.#replaced?.close();
      throw error;
    }
  }

  /** The table that is to be replaced, opened for writing. */
  #open(): MemmapTable<Schema, "r+"> | undefined {
    const { overwrite = false } = this.#options;
    if (this.#files.look(this.#path) === undefined) return undefined;
    if (!overwrite) {
      throw new ExistsError(
        `${this.#path}: there is something of this name already; say overwrite: true to replace a table`,
        { path: this.#path },
      );
    }
    if (isStore(this.#path, this.#files)) {
      return MemmapTable.open(this.#path, { ...settings(this.#options), mode: "r+" });
    }
    if (isVacant(this.#path, this.#files)) return undefined;
    throw new ExistsError(`${this.#path}: this is neither an empty directory nor a table`, {
      path: this.#path,
    });
  }

  /** Gives the table its name, in one step, and opens it for writing. The disk has it before, at durability `"full"`. */
  publish(): MemmapTable<Schema, "r+"> {
    if (this.#replaced !== undefined) return this.#replace(this.#replaced);
    const full = this.#options.durability !== "process";
    const { root } = this.table;
    if (full) this.table.flush();
    this.#files.touch(root, new Date());
    this.table.close();
    try {
      this.#files.rename(root, this.#path);
    } catch (cause) {
      // Something took the name meanwhile.
      if (this.#files.look(this.#path) === undefined) throw cause;
      throw new ExistsError(`${this.#path}: another program made something of this name meanwhile`, {
        path: this.#path,
        cause,
      });
    }
    this.#isPublished = true;
    if (full) this.#files.syncDirectory(dirname(this.#path));
    return MemmapTable.open(this.#path, { ...settings(this.#options), mode: "r+" });
  }

  /** One transaction: the columns that were are gone, and those that were made are there. */
  #replace(target: MemmapTable<Schema, "r+">): MemmapTable<Schema, "r+"> {
    const { table } = this;
    target.transaction(() => {
      for (const name of target.columnNames) target.deleteColumn(name);
      target.resize(table.length);
      for (const [name, column] of table.columns()) {
        const { dtype, itemShape, attr } = column;
        target.addColumn(name, dtype, { itemShape, data: column, attr });
      }
      target.attr = table.attr;
    });
    this.#isPublished = true;
    this.#remove();
    return target;
  }

  /** Removes what was written, unless it has its name. What cannot be removed goes with a later table's making. */
  discard(): void {
    if (this.#isPublished) return;
    this.#isPublished = true;
    try {
      this.#replaced?.close();
    } finally {
      this.#remove();
    }
  }

  #remove(): void {
    try {
      removeTable(this.table, this.#files);
    } catch {
      // The caller hears of what went wrong before this, or has its table.
    }
  }
}

/** What opening a table takes of the options. */
function settings({ locking, durability, timeout, layout }: ImportOptions) {
  return {
    ...(locking === undefined ? {} : { locking }),
    ...(durability === undefined ? {} : { durability }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(layout === undefined ? {} : { layout }),
  };
}

function removeTable(table: MemmapTable, files: Files): void {
  const { root } = table;
  table.close();
  removeTree(root, files);
}

function removeTree(path: string, files: Files): void {
  for (const { name, kind } of files.list(path)) {
    const inner = join(path, name);
    if (kind === "directory") removeTree(inner, files);
    else files.unlink(inner);
  }
  files.rmdir(path);
}

/** Removes what is left of processes that ended while they made a table here. What cannot be removed stays. */
function removeAbandoned(directory: string, files: Files): void {
  if (files.look(directory)?.isDirectory() !== true) return;
  for (const { name, kind } of files.list(directory)) {
    if (kind !== "directory" || !name.startsWith(PREFIX)) continue;
    const path = join(directory, name);
    const changed = files.look(path)?.mtimeMs ?? Number.POSITIVE_INFINITY;
    if (Date.now() - changed < ABANDONED_MS || !isStore(path, files)) continue;
    try {
      removeTable(MemmapTable.open(path, { mode: "r+", durability: "process" }), files);
    } catch {
      // Its writer lives, or the disk refuses: it is in nobody's way.
    }
  }
}
