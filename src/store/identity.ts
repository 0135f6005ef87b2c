import { CorruptError, NotFoundError, StaleError } from "../errors.js";
import { identityOf, isSameFile } from "../platform/index.js";
import { type ColumnState, dataEnd } from "./catalog.js";

/** What is known of the file that has a column's name. */
interface FileStat {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly birthtimeMs: number;
}

/**
 * Checks that a column's file is the one that was found when the table was opened: what is known of the one must not be
 * done to another.
 *
 * @param stat of what has the name now
 * @throws StaleError
 */
export function checkIdentity({ path, file }: ColumnState, stat: FileStat): void {
  if (!isSameFile(identityOf(stat), file)) {
    throw new StaleError(
      `${path}: the file was replaced since it was opened; call refresh(), or open it again`,
      { path },
    );
  }
}

/**
 * Checks that a column's file is there, is the one that it was, and has not become shorter.
 *
 * @param stat of what has the name now; undefined where nothing has
 * @throws NotFoundError, StaleError, CorruptError
 */
export function checkFile(column: ColumnState, stat: FileStat | undefined): void {
  const { path } = column;
  if (stat === undefined) throw new NotFoundError(`${path}: the file is no longer there`, { path });
  checkIdentity(column, stat);
  const end = dataEnd(column);
  if (stat.size >= end) return;
  throw new CorruptError(
    `${path}: the file has ${stat.size} bytes, but its rows need ${end}; it was cut short`,
    { path },
  );
}
