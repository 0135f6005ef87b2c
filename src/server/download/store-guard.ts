import type { Stats } from "node:fs";
import { StaleError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { identityOf, isSameFile } from "../../platform/index.js";
import type { LastRecord } from "../../store/last.js";
import { look, readPending } from "../../store/look.js";
import { StorePaths } from "../../store/paths.js";

/**
 * Tells whether a store is still of one generation. A change is first recorded beside `last`, then its files
 * are changed, then the record becomes `last`: so the record is looked for first.
 */
export class StoreGuard {
  readonly #paths: StorePaths;
  readonly #files: Files;
  readonly #record: LastRecord | undefined;
  readonly #stat: Stats | undefined;
  readonly #next: string;

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
    return new StoreGuard(paths, files, last, stat);
  }

  private constructor(
    paths: StorePaths,
    files: Files,
    record: LastRecord | undefined,
    stat: Stats | undefined,
  ) {
    this.#paths = paths;
    this.#files = files;
    this.#record = record;
    this.#stat = stat;
    this.#next = paths.commit((record?.generation ?? 0) + 1);
  }

  isIntact(): boolean {
    const isRecorded = this.#files.look(this.#next) !== undefined;
    // One that is not complete changes nothing yet, and never will where its writer died over it.
    if (isRecorded && readPending(this.#paths, this.#files, this.#record) !== undefined) return false;
    const [then, now] = [this.#stat, this.#files.look(this.#paths.last)];
    if (now === undefined || then === undefined) return now === then;
    return (
      isSameFile(identityOf(now), identityOf(then)) && now.size === then.size && now.mtimeMs === then.mtimeMs
    );
  }

  /** To be asked after bytes were read and before they are used. @throws StaleError */
  requireIntact(): void {
    if (this.isIntact()) return;
    const path = this.#paths.root;
    throw new StaleError(`${path}: the table was changed while it was read`, { path });
  }
}
