import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { DTypeError, ShapeError, UnsupportedError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { bootId, isLocal, isSameStamp, stampOfOpen } from "../../platform/index.js";
import type { ColumnState } from "../catalog.js";
import { checkFile } from "../identity.js";
import { indexFile, requirePlace } from "./index-files.js";
import { stampsStores } from "./probe.js";
import { BUSY, quiet, type Waiting } from "./quiet.js";
import { BLOCK_ROWS, scanBlocks } from "./scan.js";
import { formatSideFile } from "./side-file.js";

/** What an index is built of. */
export interface IndexSite {
  readonly files: Files;
  /** The directory that it goes to. */
  readonly directory: string;
  /** The column as it is now; asked again after each wait. @throws ClosedError, NotFoundError where it is gone */
  readonly column: () => ColumnState;
  readonly label: string;
}

/** @throws DTypeError, ShapeError, UnsupportedError for a column that has no least element in a block of rows */
export function requireIndexable(
  { dtype, isScalar, fortran, staged, isPending, itemShape }: ColumnState,
  label: string,
): void {
  if (!"biufMm".includes(dtype.kind)) {
    throw new DTypeError(
      `${label} of ${dtype} cannot have an index: it is of numbers, truth values, dates and durations`,
    );
  }
  if (isScalar === true || itemShape.includes(0)) {
    throw new ShapeError(`${label} cannot have an index: it has no rows, or nothing in them`);
  }
  if (fortran) {
    throw new UnsupportedError(
      `${label} cannot have an index: its file is in Fortran order, so that its rows do not lie together; copy it into a new column`,
    );
  }
  if (staged || isPending === true) {
    throw new UnsupportedError(
      `${label} is part of a change that is not committed; build its index after that`,
    );
  }
}

const UNTOLD =
  "the file system does not tell of stores through maps, or is not known to; comparisons read all rows";

const ELSEWHERE =
  "its file is on another file system than the directory of indexes, of which nothing is known; comparisons read all rows";

/**
 * Builds the index of a column. It reads the file once.
 *
 * @returns why it would not count, where it cannot be built; undefined where it was
 * @throws ExistsError where something else has the place of the index
 */
export function* building({ files, directory, column, label }: IndexSite): Waiting<string | undefined> {
  requireIndexable(column(), label);
  requirePlace(directory, column(), files);
  if (files.look(directory) === undefined) files.mkdir(directory);
  const device = yield* stampsStores(directory, files);
  if (device === undefined) return UNTOLD;
  for (let tries = 0; tries < 3; tries++) {
    const state = column();
    requireIndexable(state, label);
    const bytes = yield* built(state, device, column, files);
    // Growth and renaming meanwhile are no more than a reason to look again.
    if (bytes === undefined || column() !== state) continue;
    if (typeof bytes === "string") return bytes;
    write(bytes, directory, state, files);
    return undefined;
  }
  return BUSY;
}

/** The index of a column as a file; why there is none; undefined where the column was changed meanwhile. */
function* built(
  state: ColumnState,
  device: bigint,
  column: () => ColumnState,
  files: Files,
): Waiting<Uint8Array | string | undefined> {
  const { path, dataOffset, rows } = state;
  const fd = files.open(path, "r+");
  try {
    checkFile(state, files.stat(fd, path));
    // A group's directory may be the root of a file system of its own.
    if (stampOfOpen(fd).dev !== device || !isLocal(path)) return ELSEWHERE;
    const rest = yield* watched(quiet(fd, path, files), state, column);
    if (rest === undefined) return undefined;
    if ("reason" in rest) return rest.reason;
    const { stamp } = rest;
    const statistics = yield* watched(scanBlocks(state, fd, files), state, column);
    if (statistics === undefined || !isSameStamp(stamp, stampOfOpen(fd))) return undefined;
    const boot = bootId();
    if (boot === "") return "the system does not tell when it was started";
    return (
      formatSideFile({ stamp, boot, dataOffset, rows, statistics }) ??
      `its blocks of ${BLOCK_ROWS} rows are too many`
    );
  } finally {
    files.close(fd);
  }
}

/** Ends work early where the column is another after a wait; undefined then. */
function* watched<T>(
  work: Waiting<T>,
  state: ColumnState,
  column: () => ColumnState,
): Waiting<T | undefined> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    yield step.value;
    if (column() !== state) return undefined;
  }
}

/** A reader finds all of it or nothing. */
function write(bytes: Uint8Array, directory: string, state: ColumnState, files: Files): void {
  const part = join(directory, `${randomUUID()}.part`);
  const fd = files.create(part);
  let done = false;
  try {
    files.write(fd, bytes, 0, part);
    files.sync(fd, part);
    files.rename(part, indexFile(directory, state));
    done = true;
  } finally {
    files.close(fd);
    if (!done) files.unlink(part);
  }
}
