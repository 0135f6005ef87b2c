import { basename, join } from "node:path";
import { CorruptError } from "../errors.js";
import { formatHeader } from "../npy/index.js";
import type { Files } from "../platform/files.js";
import { type FileIdentity, identityOf } from "../platform/index.js";
import { type ColumnState, dataEnd, shapeOf } from "./catalog.js";
import { checkFile, checkIdentity } from "./identity.js";
import type { StageStep } from "./plan.js";
import { MAX_SIDECAR, readFile } from "./read-file.js";
import { reshapeSidecar } from "./sidecar.js";

/** Whether changes wait for the disk: `"full"` survives power loss, `"process"` the end of the process. */
export type Durability = "full" | "process";

/** A column's file before it has a name. */
export interface StagedFile {
  readonly path: string;
  readonly file: FileIdentity;
  readonly dataOffset: number;
  readonly header: Uint8Array | undefined;
}

/** New files on their way in: complete, and synced, before anything gets its name. Undone, they leave no trace. */
export class Stage {
  readonly #directory: string;
  readonly #files: Files;
  readonly #durability: Durability;
  /** Staged files by the path from the root that each will have. */
  readonly ready = new Map<string, string>();
  /** Of those of which not every byte counts, how many do. */
  readonly #sizes = new Map<string, number>();
  /** Headers that staged files have already, by path. */
  readonly #headers = new Map<string, Uint8Array>();
  #count = 0;
  #made = false;

  constructor(directory: string, files: Files, durability: Durability) {
    this.#directory = directory;
    this.#files = files;
    this.#durability = durability;
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
    const path = join(this.#directory, this.#count.toString().padStart(4, "0"));
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

  /** A new column's file: its header, and so many bytes of zeros with disk behind them. */
  column(
    column: Pick<ColumnState, "layout" | "dtype" | "itemShape" | "rows" | "isScalar">,
    bytes: number,
  ): StagedFile {
    const { dtype, layout } = column;
    const header = layout === "npy" ? formatHeader({ dtype, shape: shapeOf(column) }) : undefined;
    const dataOffset = header?.length ?? 0;
    return this.#withNew((fd, path) => {
      // Of an empty file, no page has bytes behind the end that would have to be zeroed.
      this.#files.extend(fd, 0, dataOffset + bytes, path);
      if (header !== undefined) this.#files.write(fd, header, 0, path);
      const file = identityOf(this.#files.stat(fd, path));
      if (header !== undefined) this.#headers.set(path, header);
      return { path, file, dataOffset, header };
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
    if (this.#made && this.#durability === "full") this.#files.syncDirectory(this.#directory);
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
        this.#finish(step.column);
        this.ready.set(step.to, step.column.path);
        break;
      case "sync":
        this.#sync(step.path);
        break;
      case "file":
        this.ready.set(step.to, this.#file(step.bytes));
        break;
      case "reshape": {
        const bytes = readFile(step.from, this.#files, MAX_SIDECAR);
        this.ready.set(step.to, this.#file(reshapeSidecar(bytes, step.shape, step.from)));
        break;
      }
      case "link": {
        const path = this.#next();
        this.#files.link(step.from, path);
        this.ready.set(step.to, path);
        if (step.size !== undefined) this.#sizes.set(step.to, step.size);
        break;
      }
      default:
        step satisfies never;
    }
  }

  #file(bytes: Uint8Array): string {
    return this.#withNew((fd, path) => {
      this.#files.write(fd, bytes, 0, path);
      if (this.#durability === "full") this.#files.sync(fd, path);
      return path;
    });
  }

  #finish({ path, header }: ColumnState): void {
    const isWritten = header === undefined || this.#headers.get(path) === header;
    if (isWritten && this.#durability !== "full") return;
    const fd = this.#files.open(path, "r+");
    try {
      if (!isWritten) this.#files.write(fd, header, 0, path);
      if (this.#durability === "full") this.#files.sync(fd, path);
    } finally {
      this.#files.close(fd);
    }
  }

  #sync(path: string): void {
    if (this.#durability !== "full") return;
    const fd = this.#files.open(path, "r+");
    try {
      this.#files.sync(fd, path);
    } finally {
      this.#files.close(fd);
    }
  }

  /** What was staged to have a path. @throws CorruptError where nothing was */
  stagedFor(to: string): { readonly from: string; readonly ino: number; readonly size: number } {
    const path = this.ready.get(to);
    const stat = path === undefined ? undefined : this.#files.look(path);
    if (path === undefined || stat === undefined) throw new CorruptError(`${to}: nothing was staged for it`);
    return { from: basename(path), ino: stat.ino, size: this.#sizes.get(to) ?? stat.size };
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
