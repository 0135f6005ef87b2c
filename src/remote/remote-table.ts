import {
  type Bound,
  maskedRows,
  type Range,
  RecordArray,
  type RowSelection,
  resolveIndex,
  resolveSlice,
  rowsOf,
  slice,
} from "../array/index.js";
import { type DType, structOf } from "../dtype/index.js";
import { NotFoundError, ShapeError, UnsupportedError } from "../errors.js";
import { didYouMean } from "../store/index.js";
import type { Row, Schema, TableView } from "../table/index.js";
import { datasetAt, type ReadOptions, RemoteDataset } from "./remote-dataset.js";
import { partsOf } from "./remote-links.js";
import type { RemoteTree } from "./remote-tree.js";
import { matchingRows } from "./rows/matching-rows.js";
import { RowsReader, type TableSource } from "./rows/rows-reader.js";
import { composed, sliceOf } from "./selection/frame.js";
import { visited } from "./visit.js";

/** How often columns that are of several versions are looked for again. */
const ATTEMPTS = 3;

/** As of local tables. */
const CHUNK_ROWS = 65_536;

/**
 * The arrays of a group on a server as a table, or rows and columns of one, in the words of {@link TableView}: slices and
 * selections are views, for which nothing is asked; what crosses the network is a promise, and what was read is a
 * `TableView` in memory, read-only.
 *
 * ```ts
 * const flights = await file.table("/flights");
 * const late = await flights.select(["delay", "origin"]).filter("delay > 60");
 * for await (const part of flights.slice(0, 1_000_000).chunks()) total += part.column("delay").sum();
 * ```
 */
export class RemoteTable<S extends Schema = Schema> implements AsyncIterable<Row<S>> {
  readonly #source: TableSource;
  readonly #names: readonly string[];
  readonly #range: Range;
  #reader: RowsReader | undefined;

  /** @internal Tables are opened by groups. */
  constructor(source: TableSource, names: readonly string[], range: Range) {
    this.#source = source;
    this.#names = names;
    this.#range = range;
  }

  get #rows(): RowsReader {
    this.#reader ??= new RowsReader(this.#source, this.#names);
    return this.#reader;
  }

  /** Number of rows. */
  get length(): number {
    return this.#range.length;
  }

  /** Rows and columns. */
  get shape(): readonly [rows: number, columns: number] {
    return [this.length, this.#names.length];
  }

  /** Always 2: rows and columns. */
  get ndim(): number {
    return 2;
  }

  /** Cells: rows times columns. */
  get size(): number {
    return this.length * this.#names.length;
  }

  /** The names, in order: paths from the group. */
  get columnNames(): readonly (keyof S & string)[] {
    return this.#names as readonly (keyof S & string)[];
  }

  /** The structured dtype of a row, packed. @throws ShapeError without columns, and as {@link RemoteDataset.dtype} */
  get dtype(): DType {
    if (this.#names.length === 0) throw new ShapeError("a table without columns has no dtype");
    return structOf(
      this.#names.map((name) => {
        const { dtype, shape } = this.#column(name);
        return [name, dtype, shape.slice(1)] as const;
      }),
    );
  }

  /** Bytes of one row. @throws as {@link RemoteDataset.dtype} */
  get itemsize(): number {
    return this.#names.length === 0 ? 0 : this.dtype.itemsize;
  }

  /** Bytes of all rows. @throws as {@link RemoteDataset.dtype} */
  get nbytes(): number {
    return this.itemsize * this.length;
  }

  #column(name: string): RemoteDataset {
    const column = this.#names.includes(name) ? this.#source.columns.get(name) : undefined;
    if (column !== undefined) return column;
    throw new NotFoundError(`there is no column ${JSON.stringify(name)}${didYouMean(name, this.#names)}`);
  }

  /** The column of that name, over these rows. Nothing is asked. @throws NotFoundError, with a guess at what was meant */
  column(name: keyof S & string): RemoteDataset {
    return this.#column(name).view(sliceOf(this.#range));
  }

  /** Whether there is a column of that name. */
  has(name: string): boolean {
    return this.#names.includes(name);
  }

  /** Names and columns, in order. */
  *columns(): IterableIterator<[name: keyof S & string, column: RemoteDataset]> {
    for (const name of this.columnNames) yield [name, this.column(name)];
  }

  /** A view with these columns only, in this order. @throws NotFoundError */
  select(names: Iterable<keyof S & string>): RemoteTable<S> {
    const chosen = [...new Set<string>(names)];
    for (const name of chosen) this.#column(name);
    return new RemoteTable<S>(this.#source, chosen, this.#range);
  }

  /** The rows from `start` to before `stop`, every `step`-th, by Python's rules: a view; nothing is asked. */
  slice(start?: Bound, stop?: Bound, step?: Bound): RemoteTable<S> {
    const range = composed(this.#range, resolveSlice(slice(start, stop, step), this.length));
    return new RemoteTable<S>(this.#source, this.#names, range);
  }

  /** These rows in memory. */
  async get(options: ReadOptions = {}): Promise<TableView<S, "r">> {
    return typed<S>((await this.#rows.read(sliceOf(this.#range), options)).value);
  }

  /** One row as an object; negative positions count from the end. @throws IndexError outside the rows */
  async at(row: number): Promise<Row<S>> {
    const position = resolveIndex(row, this.length, "the table");
    return (await this.slice(position, position + 1).get()).at(0);
  }

  /** The rows at these positions, in their order, in memory. @throws IndexError */
  async take(indices: RowSelection, options: ReadOptions = {}): Promise<TableView<S, "r">> {
    return this.#take(rowsOf(indices, this.length, "the table"), options);
  }

  /**
   * The rows where a mask is true, in memory; or those that fulfil a condition, which the server tries: `"delay > 60 and
   * origin in ('JFK', 'LGA')"`.
   *
   * @throws ShapeError where the mask has another length; UnsupportedError for a condition where the server is not one of
   * this package's; what the server says of the condition
   */
  async filter(condition: RowSelection | string, options: ReadOptions = {}): Promise<TableView<S, "r">> {
    if (typeof condition !== "string") {
      return this.#take(maskedRows(condition, this.length, "the table"), options);
    }
    const view = await matchingRows(this.#source, this.#names, this.#range, condition, options);
    return typed<S>(view);
  }

  async #take(rows: Int32Array | Float64Array, options: ReadOptions): Promise<TableView<S, "r">> {
    const { start, step } = this.#range;
    const own = Float64Array.from(rows, (row) => start + step * row);
    return typed<S>((await this.#rows.read(own, options)).value);
  }

  /** The rows as records in NumPy's packed layout. */
  async toRecords(): Promise<RecordArray> {
    return (await this.get()).toRecords();
  }

  /** The columns by name; see `toArray` of arrays. */
  async toColumns(): Promise<Map<keyof S & string, unknown>> {
    return (await this.get()).toColumns();
  }

  /**
   * Successive rows in memory, all of one version of the file: where it changes meanwhile, a StaleError.
   *
   * @param rows the most rows of each
   */
  async *chunks(
    rows = CHUNK_ROWS,
    options: ReadOptions = {},
  ): AsyncGenerator<TableView<S, "r">, void, undefined> {
    if (!Number.isSafeInteger(rows) || rows < 1)
      throw new ShapeError(`a chunk has a whole number of rows, at least 1, not ${rows}`);
    let ifMatch: string | undefined;
    for (let start = 0; start < this.length; start += rows) {
      const range = composed(this.#range, resolveSlice(slice(start, start + rows), this.length));
      const { value, etag } = await this.#rows.read(sliceOf(range), { ...options, ifMatch });
      ifMatch ??= etag;
      yield typed<S>(value);
    }
  }

  /** The rows in order, as objects. They are read in blocks. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row<S>, void, undefined> {
    for await (const chunk of this.chunks()) yield* chunk;
  }

  /** Its columns and size; nothing is read. */
  toString(): string {
    const columns = this.#names.map((name) => {
      const { element } = this.#column(name);
      return `${name}: ${element.kind === "fixed" ? element.dtype : element.kind}`;
    });
    return `<RemoteTable ${JSON.stringify(this.#source.group)}: ${columns.join(", ")}; ${this.length} rows>`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** What was read of columns that the compiler knows. */
function typed<S extends Schema>(view: TableView): TableView<S, "r"> {
  return view as unknown as TableView<S, "r">;
}

/** The arrays below a group as a table. @throws ShapeError naming arrays whose lengths differ */
export async function openTable(tree: RemoteTree, group: string): Promise<RemoteTable> {
  const { table, columns } = await ofOneVersion(tree, group);
  const lengths = new Map(Array.from(columns, ([name, column]) => [name, column.shape[0]]));
  const [first] = lengths;
  for (const [name, length] of lengths) {
    if (length !== undefined && length === (table?.rows ?? first?.[1])) continue;
    const other =
      table === undefined ? `${JSON.stringify(first?.[0])} has ${first?.[1]}` : `the table has ${table.rows}`;
    throw new ShapeError(
      `${tree.labelOf(group)} is no table: ${JSON.stringify(name)} has ${length ?? "no"} rows, and ${other}`,
      { path: tree.file },
    );
  }
  const rows = table?.rows ?? first?.[1] ?? 0;
  const source: TableSource = { tree: tree.within({}), group, rows, columns, isTable: table !== undefined };
  return new RemoteTable(source, [...columns.keys()], { start: 0, length: rows, step: 1 });
}

/** The columns of a table, found again where the file became another version meanwhile. */
async function ofOneVersion(tree: RemoteTree, group: string) {
  for (let again = 0; ; again++) {
    const { table } = await tree.group(group);
    const columns =
      table === undefined ? await arraysBelow(tree, group) : await columnsOf(tree, group, table.columns);
    const versions = new Set(Array.from(columns.values(), ({ source }) => source.etag));
    if (versions.size < 2 || again === ATTEMPTS) return { table, columns };
  }
}

async function columnsOf(
  tree: RemoteTree,
  group: string,
  names: readonly string[],
): Promise<Map<string, RemoteDataset>> {
  const columns = new Map<string, RemoteDataset>();
  for (const name of names) {
    // One request for a group tells of all its columns.
    const above = partsOf(name).slice(0, -1).join("/");
    await tree.listed((await tree.find(group, above)).path, tree.limits.maxDepth);
    const { path, facts } = await tree.find(group, name);
    if (facts.kind !== "dataset")
      throw new UnsupportedError(`${tree.labelOf(path)} is no dataset`, { path: tree.file });
    columns.set(name, datasetAt(tree, path, facts));
  }
  return columns;
}

async function arraysBelow(tree: RemoteTree, group: string): Promise<Map<string, RemoteDataset>> {
  const columns = new Map<string, RemoteDataset>();
  for await (const { names, path, facts } of visited(tree, group)) {
    if (facts.kind === "dataset") columns.set(names.join("/"), datasetAt(tree, path, facts));
  }
  return columns;
}
