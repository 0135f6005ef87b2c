import type { Files } from "../platform/files.js";
import { readPending } from "./look.js";
import { CONTROL, StorePaths } from "./paths.js";

/** Whether a directory holds a store: a transaction has been committed in it, applied or not. */
export function isStore(root: string, files: Files): boolean {
  const paths = new StorePaths(root);
  const isApplied = () => files.look(paths.last) !== undefined;
  // Between the two looks its writer may have applied it.
  return isApplied() || readPending(paths, files, undefined) !== undefined || isApplied();
}

/**
 * Whether a store may be made there: nothing is there, or an empty directory, or one that holds nothing but what is left
 * of a store that never came to be.
 */
export function isVacant(root: string, files: Files): boolean {
  const stat = files.look(root);
  if (stat === undefined) return true;
  if (!stat.isDirectory()) return false;
  return files.list(root).every(({ name }) => name === CONTROL) && !isStore(root, files);
}
