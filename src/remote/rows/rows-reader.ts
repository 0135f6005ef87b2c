import {
  type ArrayView,
  type Copy,
  copyAll,
  fieldOf,
  type SelectionPart,
  STRIDED,
  type Strided,
  wrap,
  zeros,
} from "../../array/index.js";
import { sizeOf, structOf } from "../../dtype/index.js";
import { copied } from "../../table/columns.js";
import { TableView } from "../../table/index.js";
import type { RemoteDataset } from "../remote-dataset.js";
import type { RemoteTree } from "../remote-tree.js";
import type { ObjectRequests } from "../requests.js";
import { type FetchOptions, pinned, type Readable, type Version } from "../selection/fetch.js";
import { wholeFrame } from "../selection/frame.js";
import { type DatasetSource, planRead, type ReadResult, readPlan } from "../selection/read.js";
import { planUses } from "../selection/uses.js";

/** The table that rows are read of. */
export interface TableSource {
  readonly tree: RemoteTree;
  /** The path of its group. */
  readonly group: string;
  readonly rows: number;
  /** All of its columns, by their names. */
  readonly columns: ReadonlyMap<string, RemoteDataset>;
  /** Whether the server knows it as a table. */
  readonly isTable: boolean;
}

/** Reads rows of some columns: at once where the server knows the table, else column by column. */
export class RowsReader {
  readonly #names: readonly string[];
  readonly #source: TableSource;
  #records: DatasetSource | undefined;

  constructor(source: TableSource, names: readonly string[]) {
    this.#source = source;
    this.#names = names;
  }

  /** Rows by a slice or by positions, in memory and read-only. */
  read(rows: SelectionPart, options: FetchOptions): Promise<ReadResult<TableView>> {
    const isHere = this.#columns().every(([, column]) => column.isHere);
    const isAtOnce = this.#source.isTable && this.#source.tree.requests.hasExtensions() === true && !isHere;
    return isAtOnce && this.#names.length > 0 ? this.#atOnce(rows, options) : this.#byColumn(rows, options);
  }

  #columns(): [name: string, column: RemoteDataset][] {
    return this.#names.flatMap((name) => {
      const column = this.#source.columns.get(name);
      return column === undefined ? [] : [[name, column]];
    });
  }

  async #atOnce(rows: SelectionPart, options: FetchOptions): Promise<ReadResult<TableView>> {
    this.#records ??= recordsOf(this.#source, this.#names);
    const plan = planRead(this.#records, wholeFrame(this.#records.facts.shape), [rows]);
    const { value, etag } = await readPlan(this.#records, plan, options);
    return { value: viewOfRecords([value]), etag };
  }

  #byColumn(rows: SelectionPart, options: FetchOptions): Promise<ReadResult<TableView>> {
    const [count = 0] = planUses(wholeFrame([this.#source.rows]), [rows], "the table").shape;
    const columns = this.#columns();
    const cells = columns.map(([, { element, shape }]) =>
      element.kind === "fixed" ? element.dtype.itemsize * sizeOf(shape.slice(1)) : Number.NaN,
    );
    const bytes = cells.reduce((sum, cell) => sum + cell * count, 0);
    const read = async (version: Version) => {
      const views = new Map<string, ArrayView>();
      for (const [name, column] of columns) {
        const { value, etag } = await column.readVersion([rows], version.options);
        version.note(etag);
        views.set(name, wrap(value, false));
      }
      return { value: new TableView(copied(views, count)), etag: version.etag };
    };
    const total = Number.isNaN(bytes) ? undefined : bytes;
    return pinned(readableOf(this.#source, this.#names), options, read, total);
  }
}

/** The table as what is read: of the version that its columns are of. */
export function readableOf({ tree, group, columns }: TableSource, names: readonly string[]): Readable {
  const sources = [...columns].filter(([name]) => names.includes(name)).map(([, { source }]) => source);
  return {
    requests: tree.requests,
    label: tree.labelOf(group),
    get etag() {
      return sources[0]?.etag;
    },
    renew: async (signal) => {
      const now = tree.within({ signal });
      now.forget(sources[0]?.etag);
      // One request tells of most of them.
      await now.listed(group, tree.limits.maxDepth);
      for (const source of sources) await source.renew?.(signal);
    },
  };
}

/** The rows of a table as a dataset of records, of some of its columns. */
export function recordsOf(source: TableSource, names: readonly string[]): DatasetSource {
  const { tree, group, columns, rows } = source;
  const fields = names.flatMap((name) => {
    const column = columns.get(name);
    return column === undefined ? [] : [[name, column.dtype, column.shape.slice(1)] as const];
  });
  const { requests, file } = tree;
  const asking: ObjectRequests = {
    hasExtensions: () => requests.hasExtensions(),
    requestObject: (...asked) => requests.requestObject(...asked),
    requestSlice: (path, query, ...more) =>
      requests.requestSlice(path, { ...query, columns: names }, ...more),
    ...(requests.transfer === undefined ? {} : { transfer: requests.transfer.bind(requests) }),
  };
  const element = { kind: "fixed", dtype: structOf(fields) } as const;
  const nothing = { attributes: new Map(), attr: undefined, data: undefined, etag: undefined };
  // Written so that the version is that of the columns, also when they are of another one.
  return Object.assign(readableOf(source, names), {
    requests: asking,
    file,
    object: group,
    limits: tree.requestLimits,
    facts: { kind: "dataset", element, shape: [rows], sliceable: 1, ...nothing } as const,
  });
}

/** Records as a table whose columns have memory of their own. */
export function viewOfRecords(parts: readonly Strided[]): TableView {
  const [first] = parts;
  const rows = parts.reduce((sum, { layout }) => sum + (layout.shape[0] ?? 0), 0);
  const columns = new Map<string, ArrayView>();
  for (const field of first?.dtype.fields ?? [])
    columns.set(field.name, wrap(zeros(field.dtype, [rows, ...field.shape]), false));
  let at = 0;
  for (const part of parts) {
    const count = part.layout.shape[0] ?? 0;
    const range = { start: at, length: count, step: 1 };
    const copies = (part.dtype.fields ?? []).flatMap((field): Copy[] => {
      const column = columns.get(field.name);
      return column === undefined ? [] : [[fieldOf(part, field), column.rows(range)[STRIDED]()]];
    });
    copyAll(copies);
    at += count;
  }
  return new TableView(copied(columns, rows));
}
