import { escapeControls, pad } from "../array/index.js";
import {
  CELL_WIDTH,
  chooseColumns,
  type DisplayColumn,
  ELLIPSIS,
  GAP,
  type ShownRow,
  type TextColumn,
} from "./display-columns.js";

export { formatBytes, formatCount, formatPlural } from "./format-count.js";
export { CELL_WIDTH, type DisplayColumn };

/** What {@link formatTable} prints. */
export interface TableDisplay {
  /** What it is: `MemmapTable`. */
  readonly title: string;
  readonly columns: readonly DisplayColumn[];
  readonly rows: number;
  /** Lines below: `3,000,000 rows × 5 columns · 42.9 MiB`. */
  readonly footer: readonly string[];
}

/** The space there is. */
export interface DisplaySize {
  /** Terminal columns of a line, 80 by default; footer and title may be longer. */
  readonly width?: number | undefined;
  /** Rows shown at most, 10 by default: the first and the last half. */
  readonly height?: number | undefined;
}

/**
 * A table in the manner of pandas: names, dtypes, the first and the last rows; what does not fit is left out of the
 * middle. Cells that are not shown are not formatted, so that neither rows nor columns cost time.
 *
 * ```text
 * MemmapTable
 *           id  name
 *          <u8  <U8
 *       0    1  Vega
 *       …    …  …
 * 2999999  417  Sirius
 * 3,000,000 rows × 2 columns · 114.4 MiB
 * ```
 */
export function formatTable(
  { title, columns, rows, footer }: TableDisplay,
  { width = 80, height = 10 }: DisplaySize = {},
): string {
  const shown = shownRows(rows, Math.max(1, Math.floor(height)));
  const labels = shown.map((row) => row?.toString() ?? ELLIPSIS);
  const labelWidth = labels.reduce((most, label) => Math.max(most, label.length), 0);
  const { left, right, hidden } = chooseColumns(columns, shown, width - labelWidth);
  const gap: TextColumn = { texts: Array(shown.length + 2).fill(ELLIPSIS), width: 1, right: false };
  const chosen = [...left, ...(hidden ? [gap] : []), ...right];
  const grid = columns.length === 0 ? [] : ["", "", ...labels];
  const lines = grid.map((label, line) => {
    const cells = chosen.map((column) => pad(column.texts[line] ?? "", column.width, column.right));
    return (labelWidth === 0 ? cells : [pad(label, labelWidth, true), ...cells])
      .join(" ".repeat(GAP))
      .trimEnd();
  });
  return [escapeControls(title), ...lines, ...footer.map(escapeControls)].join("\n");
}

/** The rows that are shown: all of them, or as many at both ends and `undefined` for those between. */
function shownRows(rows: number, height: number): ShownRow[] {
  const range = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => start + i);
  if (rows <= height) return range(0, rows);
  const head = Math.ceil(height / 2);
  return [...range(0, head), undefined, ...range(rows - (height - head), rows)];
}
