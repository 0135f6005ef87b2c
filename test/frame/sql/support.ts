import { ArrayView, denseLayout, type Storage } from "../../../src/array/index.js";
import { type DTypeLike, parseDType } from "../../../src/dtype/index.js";
import { type SqlOptions, sql } from "../../../src/frame/sql/index.js";
import { MemmapTable, TableView } from "../../../src/index.js";
import { copied } from "../../../src/table/columns.js";

/** All rows of a query. */
export async function rowsOf(query: string, options: SqlOptions = {}): Promise<unknown[]> {
  return (await sql(query, options)).toArray();
}

/** The value of a query that has one. */
export async function valueOf(query: string, options: SqlOptions = {}): Promise<unknown> {
  const [row] = await rowsOf(query, options);
  return Object.values(row as object)[0];
}

/** Bytes in memory that count how often they are asked for. */
export class CountingStorage implements Storage {
  readonly version = 0;
  readonly writable = false;
  readonly label = "array";
  readonly #bytes: Uint8Array;
  /** How often the bytes were about to be read. */
  reads = 0;
  /** Called before each reading. */
  onRead: (() => void) | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }

  verify(): void {
    this.reads += 1;
    this.onRead?.();
  }
}

/** A view whose columns count how often they are read, each over the bytes of a typed array. */
export function countingView(columns: { readonly [name: string]: readonly [DTypeLike, ArrayBufferView] }): {
  readonly view: TableView;
  readonly storages: ReadonlyMap<string, CountingStorage>;
} {
  const storages = new Map<string, CountingStorage>();
  const arrays = new Map<string, ArrayView>();
  let rows = 0;
  for (const [name, [like, values]] of Object.entries(columns)) {
    const dtype = parseDType(like);
    const storage = new CountingStorage(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    rows = values.byteLength / dtype.itemsize;
    storages.set(name, storage);
    arrays.set(name, new ArrayView(storage, dtype, denseLayout([rows], dtype.itemsize)));
  }
  return { view: new TableView(copied(arrays, rows)), storages };
}

/** A table of one column `a`, whole numbers from 0. */
export function numbersTable(path: string, rows: number): MemmapTable {
  const table = MemmapTable.create(path, { rows, columns: { a: "i4" }, durability: "process" });
  table.column("a").values.forEach((_, i, values) => {
    values[i] = i;
  });
  return table as unknown as MemmapTable;
}
