import { join } from "node:path";
import { isMemmapError } from "../../errors.js";
import { parseHeader } from "../../npy/index.js";
import type { Files } from "../../platform/files.js";
import { requireDecent } from "../decent.js";
import { parentOf, type StorePaths } from "../paths.js";
import type { CommitRecord, Operation } from "../record.js";
import { attempt } from "./findings.js";

/** What of a committed record can be said before it is applied. */
export interface Fit {
  /** Why it cannot be applied; undefined where it can. */
  readonly problem: string | undefined;
  /** Files that it was to delete, but which are others by now: they stay. */
  readonly kept: readonly string[];
}

/** Whether the files are those that a committed record knows, before or after any part of it was applied. */
export function fitOf(record: CommitRecord, paths: StorePaths, files: Files): Fit {
  let problem: string | undefined;
  const kept: string[] = [];
  const refused = ({ message }: Error): void => {
    problem ??= message;
  };
  attempt(() => requireDecent(record, paths, files), refused);
  if (problem !== undefined) return { problem, kept };
  const isOriginal = String(files.look(paths.control)?.ino) === record.control;
  const fitting = new Fitting(record, paths, files, isOriginal);
  for (const operation of record.operations) {
    attempt(() => {
      problem ??= fitting.problem(operation);
      if (operation.op === "delete" && fitting.isOther(operation)) kept.push(operation.path);
    }, refused);
  }
  return { problem, kept };
}

class Fitting {
  readonly #paths: StorePaths;
  readonly #files: Files;
  readonly #isOriginal: boolean;
  /** Staged files by the paths that they will have. */
  readonly #staged = new Map<string, string>();
  /** Directories that there will be. */
  readonly #made = new Set<string>();

  constructor(record: CommitRecord, paths: StorePaths, files: Files, isOriginal: boolean) {
    this.#paths = paths;
    this.#files = files;
    this.#isOriginal = isOriginal;
    for (const operation of record.operations) {
      if (operation.op === "mkdir") this.#made.add(operation.path);
      if (operation.op === "put") {
        this.#staged.set(operation.path, join(paths.control, record.stage ?? "", operation.from));
      }
    }
  }

  isOther({ path, ino }: Extract<Operation, { op: "delete" }>): boolean {
    const there = this.#files.look(this.#paths.file(path));
    return this.#isOriginal && there !== undefined && String(there.ino) !== ino;
  }

  problem(operation: Operation): string | undefined {
    const { path } = operation;
    switch (operation.op) {
      case "mkdir":
        return this.#isBlocked(path) ? `mkdir of ${path}: there is a file of this name` : undefined;
      case "put":
        return this.#put(operation);
      case "header":
        return this.#header(operation);
      case "delete":
        return this.#files.look(this.#paths.file(path))?.isDirectory() === true
          ? `delete of ${path}: this is a directory`
          : undefined;
      default:
        return undefined;
    }
  }

  #isBlocked(group: string): boolean {
    return this.#files.look(this.#paths.file(group))?.isDirectory() === false;
  }

  #put({ path, ino, size }: Extract<Operation, { op: "put" }>): string | undefined {
    const there = this.#files.look(this.#paths.file(path));
    if (there?.isDirectory() === true) return `put of ${path}: there is a directory of this name`;
    const staged = this.#files.look(this.#staged.get(path) ?? "");
    const file = staged ?? there;
    if (file === undefined) return `put of ${path}: neither the file nor the one that was staged is there`;
    if (!file.isFile()) return `put of ${path}: this is no regular file`;
    if (this.#isOriginal && String(file.ino) !== ino) {
      const which = staged === undefined ? "the file" : "the staged file";
      return `put of ${path}: ${which} has the inode ${file.ino}, and ${ino} was committed`;
    }
    if (file.size < size) return `put of ${path}: ${file.size} bytes are there, and ${size} were committed`;
    const group = parentOf(path);
    const isIn = group === "" || this.#made.has(group) || this.#files.look(this.#paths.file(group));
    return isIn ? undefined : `put of ${path}: the directory ${group} is missing`;
  }

  #header({ path, ino, header }: Extract<Operation, { op: "header" }>): string | undefined {
    const staged = this.#files.look(this.#staged.get(path) ?? "");
    const file = staged ?? this.#files.look(this.#paths.file(path));
    if (file === undefined) return `header of ${path}: the file is missing`;
    if (!file.isFile()) return `header of ${path}: this is no regular file`;
    if (this.#isOriginal && String(file.ino) !== ino) {
      return `header of ${path}: the file has the inode ${file.ino}, and ${ino} was committed`;
    }
    try {
      parseHeader(Buffer.from(header, "base64"), { path, fileSize: file.size });
      return undefined;
    } catch (error) {
      if (isMemmapError(error)) return `header of ${path}: ${error.message.replace(`${path}: `, "")}`;
      throw error;
    }
  }
}
