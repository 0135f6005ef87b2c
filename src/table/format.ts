import { formatRow, STRIDED } from "../array/index.js";
import { CELL_WIDTH, formatBytes, formatPlural, formatTable } from "./display.js";
import type { TableView } from "./table-view.js";

/** Terminal columns where nothing says how many there are. */
const DEFAULT_WIDTH = 80;

/**
 * A view as text: header, dtypes, first and last rows, size.
 *
 * @param footer lines below the size
 */
export function formatView(view: TableView, title: string, footer: readonly string[]): string {
  const columns = view.named().map(([name, column]) => ({
    name,
    dtype: column.dtype,
    itemShape: column.shape.slice(1),
    text: (row: number) => formatRow(column[STRIDED](), row, { width: CELL_WIDTH }),
  }));
  const size = [
    `${formatPlural(view.length, "row")} × ${formatPlural(columns.length, "column")}`,
    formatBytes(view.nbytes),
  ].join(" · ");
  return formatTable(
    { title, columns, rows: view.length, footer: [size, ...footer] },
    { width: process.stdout.columns ?? DEFAULT_WIDTH },
  );
}
