import { MemmapTable } from "../table/index.js";
import type { ImportOptions, ImportType } from "./options.js";

/** A column of a table that is being made. */
export interface NewColumn {
  /** As the source calls it. */
  readonly name: string;
  /** `"U"` and `"S"`: as wide as the widest value. */
  readonly type: ImportType;
  readonly itemShape?: readonly number[] | undefined;
}

/** Successive values of one column. */
export interface Part {
  /** An array or typed array, or a list of plain values, as an assignment takes them. */
  readonly values: unknown;
  /** 1 where the source has null, whatever stands in `values` there; undefined where it has none. */
  readonly nulls?: Uint8Array | undefined;
}

/**
 * A table on its way: it is written beside its place, batch by batch in bounded memory, and gets its name when it is whole.
 * What fails or ends before that leaves nothing of that name.
 *
 * ```ts
 * using making = NewTable.begin(path, columns, options);
 * for (const batch of batches) making.append(parts, batch.length);
 * return making.finish();
 * ```
 */
export class NewTable {
  /** @throws ExistsError, LockedError, NameError for names that no column can have */
  static begin(_path: string, _columns: readonly NewColumn[], _options: ImportOptions): NewTable {
    throw new Error("not yet");
  }

  /** Rows so far. */
  get length(): number {
    return 0;
  }

  /**
   * Adds rows: a part for each column, in their order.
   *
   * @throws CastError naming column, row and value
   */
  append(_parts: readonly Part[], _count: number): void {}

  /** Gives the table its name, and opens it for writing. */
  finish(): MemmapTable {
    throw new Error("not yet");
  }

  /** Removes what was written, unless it is finished. */
  [Symbol.dispose](): void {}
}
