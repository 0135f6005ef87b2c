import type { Stats } from "node:fs";
import { StaleError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { identityOf, isSameFile } from "../../platform/index.js";
import { look } from "../../store/look.js";
import { StorePaths } from "../../store/paths.js";

/**
 * Tells whether a store is still of one generation. A change is first recorded beside `last`, then its files are changed, then the record becomes `last`:
 * so the record is looked for first.
 */
export class StoreGuard {
  readonly #paths: StorePaths;
  readonly #files: Files;
  readonly #next: string;
  readonly #last: Stats | undefined;

  /**
   * Takes up the generation that is there now.
   *
   * @returns undefined where a change is being applied
   * @throws FormatError, CorruptError for a damaged record
   */
  static of(root: string, files: Files): StoreGuard | undefined {
    const paths = new StorePaths(root);
    const stat = files.look(paths.last);
    const { last, pending } = look(paths, files);
    if (pending !== undefined) return undefined;
    return new StoreGuard(paths, files, stat, paths.commit((last?.generation ?? 0) + 1));
  }

  private constructor(paths: StorePaths, files: Files, last: Stats | undefined, next: string) {
    this.#paths = paths;
    this.#files = files;
    this.#last = last;
    this.#next = next;
  }

  isIntact(): boolean {
    if (this.#files.look(this.#next) !== undefined) return false;
    const now = this.#files.look(this.#paths.last);
    if (now === undefined || this.#last === undefined) return now === this.#last;
    const isSame = isSameFile(identityOf(now), identityOf(this.#last));
    return isSame && now.size === this.#last.size && now.mtimeMs === this.#last.mtimeMs;
  }

  /** To be asked after bytes were read and before they are used. @throws StaleError */
  requireIntact(): void {
    if (this.isIntact()) return;
    const path = this.#paths.root;
    throw new StaleError(`${path}: the table was changed while it was read`, { path });
  }
}
