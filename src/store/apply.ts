import { join, sep } from "node:path";
import { CorruptError, isMemmapError, systemCode } from "../errors.js";
import { parseHeader } from "../npy/index.js";
import type { Files } from "../platform/files.js";
import { Barrier, type Durability } from "./barrier.js";
import { parentOf, type StorePaths } from "./paths.js";
import type { CommitRecord, Operation } from "./record.js";

type Put = Extract<Operation, { op: "put" }>;
type Header = Extract<Operation, { op: "header" }>;
type Punch = Extract<Operation, { op: "punch" }>;
type Delete = Extract<Operation, { op: "delete" }>;

/**
 * Applies a committed record: each step may find itself done, wholly or in part, by this process or by one that died.
 *
 * @param durability whether each barrier waits for the disk
 * @param ends bytes that the data of a file end at whose header is written, by path from the root, where this very
 * process has just written the record: what is in it is known to be right, and in the store that it was made for
 * @throws CorruptError where the files are not those that the record knows, DiskError where the system refuses
 */
export function applyRecord(
  record: CommitRecord,
  paths: StorePaths,
  files: Files,
  durability: Durability,
  ends?: ReadonlyMap<string, number>,
): void {
  new Application(record, paths, files, durability, ends).run();
}

/**
 * An applied record becomes `last`. At durability `"full"` the caller answers for the sync of the directory: until then
 * the record may be found, and done, once more.
 */
export function retireRecord(
  { generation, prev }: CommitRecord,
  paths: StorePaths,
  files: Files,
  durability: Durability,
): void {
  const path = paths.commit(generation);
  // ext4 writes an unsynced file back at once when it takes another one's name, ten times as slow as exchanging the two.
  // Of two steps, a loss of power could keep the second alone.
  if (durability === "process" && prev !== null && files.exchange(path, paths.last)) files.unlink(path);
  else files.rename(path, paths.last);
}

class Application {
  readonly #record: CommitRecord;
  readonly #paths: StorePaths;
  readonly #files: Files;
  readonly #barrier: Barrier;
  readonly #stage: string;
  /** Whether inodes hold: in a copy or a restored backup of the store, names decide. */
  readonly #isOriginal: boolean;
  readonly #ends: ReadonlyMap<string, number> | undefined;

  constructor(
    record: CommitRecord,
    paths: StorePaths,
    files: Files,
    durability: Durability,
    ends: ReadonlyMap<string, number> | undefined,
  ) {
    this.#record = record;
    this.#paths = paths;
    this.#files = files;
    this.#barrier = new Barrier(paths.root, files, durability);
    this.#stage = join(paths.control, record.stage ?? "");
    this.#isOriginal = ends !== undefined || String(files.look(paths.control)?.ino) === record.control;
    this.#ends = ends;
  }

  run(): void {
    const touched = new Set<string>();
    let before: Operation["op"] | undefined;
    for (const operation of this.#record.operations) {
      const { op, path } = operation;
      if (op !== before && (before === "mkdir" || op === "punch")) this.#barrier.wait();
      before = op;
      this.#apply(operation);
      if (op === "header" || op === "punch") continue;
      touched.add(parentOf(path));
      if (op === "mkdir") touched.add(path);
    }
    for (const directory of touched) this.#barrier.directory(this.#paths.file(directory));
    this.#barrier.wait();
  }

  #apply(operation: Operation): void {
    const path = this.#paths.file(operation.path);
    switch (operation.op) {
      case "mkdir":
        return this.#mkdir(operation.path);
      case "put":
        return this.#put(path, operation);
      case "header":
        return this.#header(path, operation);
      case "punch":
        return this.#punch(path, operation);
      case "delete":
        return this.#delete(path, operation);
      case "rmdir":
        return this.#rmdir(path);
      default:
        operation satisfies never;
    }
  }

  /**
   * Its name is on the disk before anything is put into it: a file that was moved into a directory which the power took
   * away would be gone from the stage as well, and no redo could bring it back. One that is there already may be so since
   * the crash alone.
   */
  #mkdir(group: string): void {
    const path = this.#paths.file(group);
    try {
      this.#files.mkdir(path);
    } catch (error) {
      if (!isMemmapError(error, "EXISTS") || this.#files.look(path)?.isDirectory() !== true) throw error;
    }
    this.#barrier.directory(this.#paths.file(parentOf(group)));
  }

  #put(path: string, operation: Put): void {
    const from = this.#stage + sep + operation.from;
    try {
      // Onto another name of the same file, this leaves both; the stage is removed later.
      this.#files.rename(from, path);
      return;
    } catch (error) {
      if (!isMemmapError(error, "NOT_FOUND")) throw error;
    }
    // It has its name already.
    const there = this.#files.look(path);
    if (there === undefined) {
      throw new CorruptError(`${path}: it is committed, but neither it nor ${from} is there`, { path });
    }
    this.#requireSame(path, there, operation.ino);
    if (there.size < operation.size) throw shortened(path, there.size, operation.size);
  }

  #header(path: string, operation: Header): void {
    const header = Buffer.from(operation.header, "base64");
    this.#withFile(path, (fd) => {
      const stat = this.#files.stat(fd, path);
      this.#requireSame(path, stat, operation.ino);
      const end = this.#ends?.get(operation.path);
      if (end === undefined) parseHeader(header, { path, fileSize: stat.size });
      else if (stat.size < end) throw shortened(path, stat.size, end);
      this.#files.write(fd, header, 0, path);
    });
    this.#barrier.file(path);
  }

  /** Room that cannot be given back is no harm. */
  #punch(path: string, { ino, from }: Punch): void {
    try {
      this.#withFile(path, (fd) => {
        const { size, ino: there } = this.#files.stat(fd, path);
        if (this.#isOriginal && String(there) !== ino) return;
        if (size > from) this.#files.punch(fd, from, size - from, path);
      });
    } catch (error) {
      if (!isMemmapError(error, "DISK") && !isMemmapError(error, "NOT_FOUND")) throw error;
    }
  }

  #delete(path: string, { ino }: Delete): void {
    const there = this.#files.look(path);
    if (there === undefined) return;
    // Another file than the one that was to be deleted is somebody else's.
    if (!this.#isOriginal || String(there.ino) === ino) this.#files.unlink(path);
  }

  #rmdir(path: string): void {
    try {
      this.#files.rmdir(path);
    } catch (error) {
      const code = error instanceof Error ? systemCode(error.cause) : undefined;
      const isExpected = isMemmapError(error, "NOT_FOUND") || isMemmapError(error, "EXISTS");
      if (!isExpected && code !== "ENOTEMPTY") throw error;
    }
  }

  #requireSame(path: string, { ino }: { readonly ino: number }, expected: string): void {
    if (!this.#isOriginal || String(ino) === expected) return;
    throw new CorruptError(
      `${path}: a committed change of this file is not applied yet, but another file has its name now; move it away`,
      { path },
    );
  }

  #withFile(path: string, use: (fd: number) => void): void {
    const fd = this.#files.open(path, "r+");
    try {
      use(fd);
    } finally {
      this.#files.close(fd);
    }
  }
}

function shortened(path: string, size: number, expected: number): CorruptError {
  return new CorruptError(
    `${path}: the file has ${size} bytes, but ${expected} were committed; it was cut short`,
    { path },
  );
}
