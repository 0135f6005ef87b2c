import { join } from "node:path";
import { CorruptError } from "../errors.js";
import { parseHeader } from "../npy/index.js";
import type { Files } from "../platform/files.js";
import { isValidName } from "./names.js";
import { ARRAY, parentOf, SIDECAR, type StorePaths } from "./paths.js";
import type { CommitRecord, Operation } from "./record.js";

/**
 * Checks that a record does nothing outside the table: a checksum is no signature, and a table may come from anywhere.
 *
 * @throws CorruptError
 */
export function requireDecent(record: CommitRecord, paths: StorePaths, files: Files): void {
  const indecent = (problem: string): CorruptError => refusal(record, paths, problem);
  if (record.stage !== null) {
    const stage = files.look(join(paths.control, record.stage));
    if (stage?.isDirectory() === false) throw indecent(`${record.stage} is no directory`);
  }
  const parents = new Set<string>();
  for (const operation of record.operations) {
    if (!isDecentPath(operation)) {
      throw indecent(`${operation.op} of ${JSON.stringify(operation.path)} breaks the rules of names`);
    }
    if (operation.op === "put" && record.stage === null) throw indecent("it names no stage");
    if (operation.op === "header") {
      try {
        parseHeader(Buffer.from(operation.header, "base64"), { path: operation.path });
      } catch (error) {
        throw indecent(error instanceof Error ? error.message : String(error));
      }
    }
    for (let at = operation.path; at !== ""; at = parentOf(at)) parents.add(at);
  }
  for (const path of parents) {
    if (files.look(paths.file(path))?.isSymbolicLink() === true) throw indecent(`${path} is a symbolic link`);
  }
}

/**
 * Checks that the files of a stage are those that were committed, where they are still there.
 *
 * @throws CorruptError
 */
export function requireStaged(record: CommitRecord, paths: StorePaths, files: Files): void {
  const isOriginal = String(files.look(paths.control)?.ino) === record.control;
  for (const operation of record.operations) {
    if (operation.op !== "put") continue;
    const { path, from, ino, size } = operation;
    const staged = files.look(join(paths.control, record.stage ?? "", from));
    if (staged === undefined) continue;
    if (!staged.isFile() || (isOriginal && String(staged.ino) !== ino)) {
      throw refusal(record, paths, `what is staged for ${path} is another file`);
    }
    if (staged.size < size) {
      throw refusal(record, paths, `what is staged for ${path} has ${staged.size} bytes, not ${size}`);
    }
  }
}

function refusal({ generation }: CommitRecord, paths: StorePaths, problem: string): CorruptError {
  const path = paths.commit(generation);
  return new CorruptError(`${path}: this record cannot be applied: ${problem}; nothing was changed`, {
    path,
  });
}

function isDecentPath({ op, path }: Operation): boolean {
  if (op === "mkdir" || op === "rmdir") return isValidName(path, "group");
  if (path.endsWith(ARRAY)) return isValidName(path.slice(0, -ARRAY.length));
  if (op === "header" || op === "punch") return false;
  if (path === SIDECAR) return true;
  if (path.endsWith(`/${SIDECAR}`)) return isValidName(parentOf(path), "group");
  return path.endsWith(SIDECAR) && isValidName(path.slice(0, -SIDECAR.length));
}
