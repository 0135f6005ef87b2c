import { basename, dirname, join, sep } from "node:path";
import { CorruptError } from "../errors.js";
import { formatHeader } from "../npy/index.js";
import type { Files } from "../platform/files.js";
import { type FileIdentity, identityOf } from "../platform/index.js";
import { Barrier, type Durability } from "./barrier.js";
import { type ColumnState, dataEnd, shapeOf } from "./catalog.js";
import { type Filling, fill } from "./content.js";
import { checkFile, checkIdentity } from "./identity.js";
import type { StageStep } from "./plan.js";
import { MAX_SIDECAR, readFile } from "./read-file.js";
import { reshapeSidecar } from "./sidecar.js";

export type { Durability } from "./barrier.js";

const NOTHING = new Uint8Array(0);

/** A column's file before it has a name. */
export interface StagedFile {
  readonly path: string;
  readonly file: FileIdentity;
  readonly dataOffset: number;
  readonly header: Uint8Array | undefined;
}

/** A staged file as a record has it. */
interface Staged {
  readonly from: string;
  readonly ino: number;
  /** How many of its bytes count. */
  readonly size: number;
}

/** New files on their way in: complete, and synced, before anything gets its name. Undone, they leave no trace. */
export class Stage {
  readonly #directory: string;
  readonly #files: Files;
  readonly #barrier: Barrier;
  /** Staged files by the path from the root that each will have. */
  readonly ready = new Map<string, string>();
  /** What records say of them. */
  readonly #staged = new Map<string, Staged>();
  /** What is known to be in the files of columns, by path. */
  readonly #filled = new Map<string, { readonly header: Uint8Array | undefined; readonly end: number }>();
  #count = 0;
  #made = false;

  constructor(directory: string, files: Files, durability: Durability) {
    this.#directory = directory;
    this.#files = files;
    this.#barrier = new Barrier(dirname(directory), files, durability);
  }

  /** The directory's name in `.memmap`; undefined where nothing was staged. */
  get name(): string | undefined {
    return this.#made ? basename(this.#directory) : undefined;
  }

  /** Takes away what has the stage's name: one whose removal failed, or what nobody put there for us to follow. */
  #clear(): void {
    const there = this.#files.look(this.#directory);
    if (there?.isDirectory() === true) removeStage(this.#directory, this.#files);
    else if (there !== undefined) this.#files.unlink(this.#directory);
  }

  #next(): string {
    if (!this.#made) {
      this.#clear();
      this.#files.mkdir(this.#directory);
      this.#made = true;
    }
    const path = `${this.#directory}${sep}${this.#count.toString().padStart(4, "0")}`;
    this.#count += 1;
    return path;
  }

  #withNew<T>(use: (fd: number, path: string) => T): T {
    const path = this.#next();
    const fd = this.#files.create(path);
    let done = false;
    try {
      const result = use(fd, path);
      done = true;
      return result;
    } finally {
      this.#files.close(fd);
      // A transaction may go on without it, and need the room.
      if (!done) this.#files.unlink(path);
    }
  }

  /**
   * A new column's file: its header, and so many bytes of zeros unless they are given, or to be written.
   *
   * @param to the path that it will have, for messages
   * @throws CorruptError where the content has more bytes, or fewer
   */
  column(
    column: Pick<ColumnState, "layout" | "dtype" | "itemShape" | "rows" | "isScalar">,
    bytes: number,
    filling: Filling = {},
    to?: string,
  ): StagedFile {
    const { dtype, layout } = column;
    const header = layout === "npy" ? formatHeader({ dtype, shape: shapeOf(column) }) : undefined;
    return this.#withNew((fd, path) => {
      const end = fill(fd, header ?? NOTHING, bytes, filling, path, to ?? path, this.#files);
      const file = identityOf(this.#files.stat(fd, path));
      this.#filled.set(path, { header, end });
      return { path, file, dataOffset: header?.length ?? 0, header };
    });
  }

  /** A copy of a column's file, up to the end of so many rows. */
  copy(column: ColumnState, rows: number): StagedFile {
    checkFile(column, this.#files.look(column.path));
    const path = this.#next();
    this.#files.copy(column.path, path);
    const fd = this.#files.open(path, "r+");
    try {
      const file = identityOf(this.#files.stat(fd, path));
      this.#files.truncate(fd, dataEnd(column, rows), path);
      return { path, file, dataOffset: column.dataOffset, header: column.header };
    } finally {
      this.#files.close(fd);
    }
  }

  /** Carries out the rest of the staging. After it, every put has its file. */
  prepare(steps: readonly StageStep[]): void {
    for (const step of steps) this.#prepare(step);
    if (this.#made) {
      this.#barrier.directory(this.#directory);
      this.#requireAll();
    }
    this.#barrier.wait();
  }

  /** One who takes this writer for dead has its stage removed. */
  #requireAll(): void {
    const there = new Set(this.#files.list(this.#directory).map(({ name }) => name));
    for (const [to, { from }] of this.#staged) {
      if (!there.has(from)) throw new CorruptError(`${to}: what was staged for it is no longer there`);
    }
  }

  #ready(to: string, path: string, ino: number, size: number): void {
    this.ready.set(to, path);
    this.#staged.set(to, { from: basename(path), ino, size });
  }

  #prepare(step: StageStep): void {
    switch (step.kind) {
      case "check": {
        const stat = this.#files.look(step.column.path);
        if (step.isNeeded) checkFile(step.column, stat);
        else if (stat !== undefined) checkIdentity(step.column, stat);
        break;
      }
      case "finish":
        this.#finish(step.column, step.to);
        break;
      case "sync":
        this.#barrier.file(step.path);
        break;
      case "file":
        this.#file(step.bytes, step.to);
        break;
      case "reshape": {
        const bytes = readFile(step.from, this.#files, MAX_SIDECAR);
        this.#file(reshapeSidecar(bytes, step.shape, step.from), step.to);
        break;
      }
      case "link": {
        const path = this.#next();
        this.#files.link(step.from, path);
        const { ino, size } = this.#look(path, step.to);
        this.#ready(step.to, path, ino, step.size ?? size);
        break;
      }
      default:
        step satisfies never;
    }
  }

  #file(bytes: Uint8Array, to: string): void {
    this.#withNew((fd, path) => {
      this.#files.write(fd, bytes, 0, path);
      this.#ready(to, path, this.#files.stat(fd, path).ino, bytes.length);
      this.#barrier.file(path);
    });
  }

  #finish(column: ColumnState, to: string): void {
    const { path, header, file } = column;
    const filled = this.#filled.get(path);
    const size = dataEnd(column);
    if (filled === undefined || filled.end < size) {
      const { size: found } = this.#look(path, to);
      if (found < size) {
        throw new CorruptError(`${to}: ${found} bytes were staged for it, where it needs ${size}`);
      }
    }
    this.#ready(to, path, file.ino, size);
    this.#barrier.file(path);
    if (header === undefined || filled?.header === header) return;
    const fd = this.#files.open(path, "r+");
    try {
      this.#files.write(fd, header, 0, path);
    } finally {
      this.#files.close(fd);
    }
  }

  #look(path: string, to: string): { readonly ino: number; readonly size: number } {
    const stat = this.#files.look(path);
    if (stat === undefined) throw new CorruptError(`${to}: what was staged for it is no longer there`);
    return stat;
  }

  /** What was staged to have a path. @throws CorruptError where nothing was */
  stagedFor(to: string): Staged {
    const staged = this.#staged.get(to);
    if (staged === undefined) throw new CorruptError(`${to}: nothing was staged for it`);
    return staged;
  }

  /** Removes what is left of the stage: everything of a change that does not come. */
  remove(): void {
    if (!this.#made) return;
    this.#made = false;
    try {
      removeStage(this.#directory, this.#files);
    } catch {
      // What is left takes room and does no harm; the next writer removes it.
    }
  }
}

/** Removes a stage directory. Its files are unlinked only: they may be further names of live columns. */
export function removeStage(directory: string, files: Files): void {
  for (const { name, kind } of files.list(directory)) {
    if (kind === "directory") removeStage(join(directory, name), files);
    else files.unlink(join(directory, name));
  }
  files.rmdir(directory);
}
