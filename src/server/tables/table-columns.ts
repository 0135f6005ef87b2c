import { type DType, sizeOf } from "../../dtype/index.js";
import { CorruptError, DTypeError, NotFoundError } from "../../errors.js";
import { wireElement } from "../../remote/wire/index.js";
import { didYouMean } from "../../store/index.js";
import type { ServedDataset, ServedFile, ServedGroup } from "../served/served.js";

/** A column of a served table. */
export interface TableColumn {
  readonly name: string;
  readonly dataset: ServedDataset;
  /** What elements are in the file. */
  readonly dtype: DType;
  /** What they are in records: the same, packed. */
  readonly sent: DType;
  readonly itemShape: readonly number[];
  /** Bytes of one row in the file. */
  readonly rowBytes: number;
}

/** The columns of a group that is a table, by their names; each is looked up when it is asked for. */
export class TableColumns {
  readonly names: readonly string[];
  readonly rows: number;
  readonly #file: ServedFile;
  readonly #group: ServedGroup;
  readonly #names: ReadonlySet<string>;

  /** @throws DTypeError where the group is no table */
  constructor(file: ServedFile, group: ServedGroup) {
    if (group.table === undefined) {
      throw new DTypeError(`${group.path} is no table: its arrays are not of one length`);
    }
    this.names = group.table.columns;
    this.rows = group.table.rows;
    this.#names = new Set(this.names);
    this.#file = file;
    this.#group = group;
  }

  /**
   * @throws NotFoundError where there is none of the name; DTypeError where its elements have no fixed size; CorruptError where
   * it has not as many rows as the table
   */
  column(name: string): TableColumn {
    if (!this.#names.has(name)) {
      throw new NotFoundError(
        `there is no column ${JSON.stringify(name)}${didYouMean(name, this.names) || this.#known()}`,
      );
    }
    const { path } = this.#group;
    const dataset = this.#file.node(path === "/" ? `/${name}` : `${path}/${name}`);
    if (dataset?.kind !== "dataset" || dataset.shape[0] !== this.rows) {
      throw new CorruptError(`column ${JSON.stringify(name)} is no array of ${this.rows} rows`);
    }
    const { element, shape } = dataset;
    if (element.kind !== "fixed") {
      throw new DTypeError(
        `column ${JSON.stringify(name)} has elements of any length, which no record holds; its dataset can be read by itself`,
      );
    }
    const { dtype } = element;
    const sent = wireElement(dtype, "numpy");
    const itemShape = shape.slice(1);
    const rowBytes = dtype.itemsize * sizeOf(itemShape);
    return { name, dataset, dtype, sent: sent.kind === "fixed" ? sent.dtype : dtype, itemShape, rowBytes };
  }

  /** A few names, for whoever was far off. */
  #known(): string {
    const first = this.names.slice(0, 10).map((name) => JSON.stringify(name));
    if (first.length === 0) return "; the table has none";
    return `; columns are ${first.join(", ")}${this.names.length > first.length ? ", …" : ""}`;
  }
}
