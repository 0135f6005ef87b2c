import { CorruptError, isMemmapError } from "../errors.js";
import type { Files } from "../platform/files.js";
import { type ColumnState, dataEnd, rowBytes, withRows } from "./catalog.js";
import { checkFile, checkIdentity } from "./identity.js";
import type { Stage, StagedFile } from "./stage.js";

/** The most spare capacity that an append leaves behind the data. */
const MAX_SPARE = 64 * 2 ** 20;

/** Bytes that are copied at a time. */
const BLOCK = 1 << 20;

/**
 * Makes columns longer. Files in place get their new rows behind the data, where nobody sees them before the header
 * says so; where that cannot be, a staged copy grows instead.
 */
export class Growth {
  readonly #stage: Stage;
  readonly #files: Files;
  /** Columns in place as they were before they grew, by path. */
  readonly #grown = new Map<string, ColumnState>();

  constructor(stage: Stage, files: Files) {
    this.#stage = stage;
    this.#files = files;
  }

  /**
   * The column with more rows, the new ones zero.
   *
   * @param inPlace whether what lies behind the data of a file in place means nothing
   */
  extend(column: ColumnState, rows: number, inPlace: boolean): ColumnState {
    const { roomy, longer } = this.#growable(column, rows, inPlace);
    this.#withFile(roomy, (fd) => {
      this.#note(roomy);
      this.#files.extend(fd, dataEnd(roomy), dataEnd(longer), roomy.path);
    });
    return longer;
  }

  /** The column with more rows, whose bytes come in C order, and spare room for further ones behind them. */
  append(
    column: ColumnState,
    rows: number,
    inPlace: boolean,
    bytesOf: (column: ColumnState) => Iterable<Uint8Array>,
  ): ColumnState {
    const { roomy, longer } = this.#growable(column, rows, inPlace);
    this.#withFile(roomy, (fd, size) => {
      const end = dataEnd(longer);
      this.#reserve(roomy, fd, size, end);
      let at = dataEnd(roomy);
      for (const block of bytesOf(roomy)) {
        this.#files.write(fd, block, at, roomy.path);
        at += block.length;
      }
      if (at !== end) {
        throw new CorruptError(
          `${roomy.path}: ${at - dataEnd(roomy)} bytes came for ${rows - roomy.rows} rows`,
        );
      }
    });
    return longer;
  }

  /** Gives back the room that files in place got. They stay as long as they are: a reader may have them mapped. */
  undo(): void {
    for (const [path, column] of this.#grown) {
      try {
        const fd = this.#files.open(path, "r+");
        try {
          const stat = this.#files.stat(fd, path);
          checkIdentity(column, stat);
          const end = dataEnd(column);
          const behind = stat.size - end;
          if (behind > 0) this.#files.punch(fd, end, behind, path);
        } finally {
          this.#files.close(fd);
        }
      } catch {
        // The error that led here says more; the bytes mean nothing.
      }
    }
    this.#grown.clear();
  }

  #note(column: ColumnState): void {
    if (!column.staged && !this.#grown.has(column.path)) this.#grown.set(column.path, column);
  }

  /** Makes the file reach to `end`, and half as far again, so that many small appends cost as one large one. */
  #reserve(column: ColumnState, fd: number, size: number, end: number): void {
    this.#note(column);
    if (size >= end) return;
    const roomy = size + Math.min(Math.floor(size / 2), MAX_SPARE);
    if (roomy > end) {
      try {
        this.#files.extend(fd, size, roomy, column.path);
        return;
      } catch (error) {
        // The disk may yet have room for what is needed.
        if (!isMemmapError(error, "DISK")) throw error;
      }
    }
    this.#files.extend(fd, size, end, column.path);
  }

  /** The column in a file that may grow to so many rows now, and what it will be then. */
  #growable(
    column: ColumnState,
    rows: number,
    inPlace: boolean,
  ): { readonly roomy: ColumnState; readonly longer: ColumnState } {
    const longer = withRows(column, rows);
    if (longer === undefined) {
      const roomy = this.#rewrite(column, rows);
      return { roomy, longer: { ...roomy, rows } };
    }
    if (column.staged || inPlace) return { roomy: column, longer };
    const { path, file } = this.#stage.copy(column, column.rows);
    const copy = { path, file, staged: true };
    return { roomy: { ...column, ...copy }, longer: { ...longer, ...copy } };
  }

  /** The column in a staged file whose header has room, and says so many rows. */
  #rewrite(column: ColumnState, rows: number): ColumnState {
    const file = this.#stage.column({ ...column, rows }, column.rows * rowBytes(column));
    this.#withFile(column, (source) => this.#copyData(source, column, file));
    return { ...column, ...file, staged: true };
  }

  #copyData(source: number, column: ColumnState, to: StagedFile): void {
    const block = new Uint8Array(BLOCK);
    const length = column.rows * rowBytes(column);
    const target = this.#files.open(to.path, "r+");
    try {
      for (let done = 0; done < length; done += block.length) {
        const part = block.subarray(0, Math.min(block.length, length - done));
        this.#files.read(source, part, column.dataOffset + done, column.path);
        this.#files.write(target, part, to.dataOffset + done, to.path);
      }
    } finally {
      this.#files.close(target);
    }
  }

  #withFile<T>(column: ColumnState, use: (fd: number, size: number) => T): T {
    const fd = this.#files.open(column.path, "r+");
    try {
      const stat = this.#files.stat(fd, column.path);
      checkFile(column, stat);
      return use(fd, stat.size);
    } finally {
      this.#files.close(fd);
    }
  }
}
