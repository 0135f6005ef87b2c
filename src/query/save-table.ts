import type { AttrInput } from "../store/index.js";
import { MemmapTable, type Schema, type StoreSettings, type TableView } from "../table/index.js";

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
 * All columns come with one transaction, by which those of a table that is replaced go: before it, the new table is there
 * without columns, and the replaced one as it was. Attributes of columns are not taken along.
 *
 * @returns the table, open for writing
 * @throws ExistsError where something has that name, unless `overwrite` is said and it is a table or an empty directory; NameError
 * for names that no columns of one table can have; LockedError, DiskError
 */
export function saveTable<S extends Schema>(
  path: string,
  view: TableView<S>,
  options: SaveOptions = {},
): MemmapTable<S, "r+"> {
  const { attr = null, overwrite = false, ...settings } = options;
  const columns = [...view.columns()];
  const table = overwrite
    ? MemmapTable.open(path, { ...settings, mode: "a" })
    : MemmapTable.create(path, settings);
  try {
    table.transaction(() => {
      for (const name of table.columnNames) table.deleteColumn(name);
      table.resize(view.length);
      for (const [name, column] of columns) {
        table.addColumn(name, column.dtype, { itemShape: column.shape.slice(1), data: column });
      }
      table.attr = attr;
    });
    return table as unknown as MemmapTable<S, "r+">;
  } catch (error) {
    table.close();
    throw error;
  }
}
