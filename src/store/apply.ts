import { dirname } from "node:path";
import { CorruptError, NotFoundError, systemCode } from "../errors.js";
import type { Files } from "../platform/files.js";
import type { Operation } from "./plan.js";
import { type Durability, headerOf, type Stage } from "./stage.js";

/** How far an application came. */
export interface Progress {
  /** Whether anything of the table may be other than before. */
  changed: boolean;
}

/**
 * Carries out the operations of a plan, in their order. Each may find itself done already.
 *
 * @param progress is told when there is no way back
 * @throws DiskError where the system refuses; the directory may then be between two states
 */
export function applyOperations(
  operations: readonly Operation[],
  stage: Stage,
  files: Files,
  durability: Durability,
  progress: Progress,
): void {
  const touched = new Set<string>();
  for (const operation of operations) {
    applyOne(operation, stage, files, durability, progress);
    if (operation.kind === "put") touched.add(dirname(operation.to));
    else if (operation.kind !== "punch" && operation.kind !== "header") touched.add(dirname(operation.path));
  }
  if (durability !== "full") return;
  for (const directory of touched) {
    if (files.look(directory) !== undefined) files.syncDirectory(directory);
  }
}

function applyOne(
  operation: Operation,
  stage: Stage,
  files: Files,
  durability: Durability,
  progress: Progress,
): void {
  switch (operation.kind) {
    case "put": {
      const from = stage.ready.get(operation.to);
      if (from === undefined) throw new CorruptError(`${operation.to}: nothing was staged for it`);
      // A rename onto another name of the same file would leave both.
      files.rename(from, operation.to);
      progress.changed = true;
      if (files.look(from) !== undefined) files.unlink(from);
      return;
    }
    case "header":
      withFile(operation.path, files, (fd) => {
        // What is written in place may be written in part.
        const header = headerOf(operation.column, fd, files);
        progress.changed = true;
        files.write(fd, header, 0, operation.path);
        if (durability === "full") files.sync(fd, operation.path);
      });
      return;
    case "punch":
      withFile(operation.path, files, (fd) => {
        const { size } = files.stat(fd, operation.path);
        progress.changed = true;
        if (size > operation.from) files.punch(fd, operation.from, size - operation.from, operation.path);
      });
      return;
    case "delete":
      try {
        files.unlink(operation.path);
        progress.changed = true;
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
      }
      return;
    case "rmdir":
      removeIfEmpty(operation.path, files);
      return;
    default:
      operation satisfies never;
  }
}

function withFile(path: string, files: Files, use: (fd: number) => void): void {
  const fd = files.open(path, "r+");
  try {
    use(fd);
  } finally {
    files.close(fd);
  }
}

function removeIfEmpty(path: string, files: Files): void {
  try {
    files.rmdir(path);
  } catch (error) {
    const code = error instanceof Error ? systemCode(error.cause) : undefined;
    if (!(error instanceof NotFoundError) && code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  }
}
