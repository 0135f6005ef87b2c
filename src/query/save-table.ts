import { type AttrInput, encodeAttr } from "../store/index.js";
import {
  checkOptions,
  MemmapTable,
  OpenTable,
  type Schema,
  Session,
  type StoreSettings,
  type TableView,
} from "../table/index.js";
import { makeStore } from "../table/open-store.js";
import { requireOptions, requireView } from "./arguments.js";

/** Options of {@link saveTable}. */
export interface SaveOptions extends StoreSettings {
  /** The table's attribute. */
  readonly attr?: AttrInput | undefined;
  /** Whether a table of that name is replaced. */
  readonly overwrite?: boolean | undefined;
}

/**
 * Makes a table of a view: of what a group-by or a join gives, of a selection, of a copy.
 *
 * ```ts
 * saveTable("late", flights.filter(flights.column("delay").gt(60))).close();
 * ```
 *
 * All of it is one transaction, by which a table that is replaced goes, its attributes too: where it fails, that one is as it was,
 * and where nothing was, nothing is. Attributes of columns are not taken along.
 *
 * @returns the table, open for writing
 * @throws ExistsError where something has that name, unless `overwrite` is said and it is a table or an empty directory; NameError
 * for names that no columns of one table can have; CastError for what is no attribute or no view,
 * UnsupportedError for what are no options; LockedError, DiskError
 */
export function saveTable<S extends Schema>(
  path: string,
  view: TableView<S>,
  options: SaveOptions = {},
): MemmapTable<S, "r+"> {
  requireView(view, "saveTable()");
  requireOptions(options, "saveTable()", "{ overwrite: true }");
  const { attr, overwrite = false, ...settings } = options;
  checkOptions(settings);
  const json = attr === undefined ? undefined : encodeAttr(attr);
  const columns = [...view.columns()];
  const { length } = view;
  const { store } = makeStore(path, overwrite ? "replace" : "refuse", settings);
  try {
    store.kind = "table";
    const session = new Session(store);
    const table = MemmapTable.of<Schema, "r+">(new OpenTable(session), "r+", settings.layout ?? "npy");
    session.transaction(() => {
      session.change((draft) => {
        draft.clear(length);
        if (json !== undefined) draft.setGroupAttr("", json);
      });
      for (const [name, column] of columns) {
        table.addColumn(name, column.dtype, { itemShape: column.shape.slice(1), data: column });
      }
    });
    return table as unknown as MemmapTable<S, "r+">;
  } catch (error) {
    store.abandon();
    throw error;
  }
}
