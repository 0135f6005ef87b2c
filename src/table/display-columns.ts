import { alignsRight, cut, displayWidth, escapeControls, showShape } from "../array/index.js";
import type { DType } from "../dtype/index.js";

/** A column as the display of a table takes it. */
export interface DisplayColumn {
  readonly name: string;
  readonly dtype: DType;
  /** The shape of one cell; `[]` for a single element. */
  readonly itemShape: readonly number[];
  /** The cell of one row on one line; called for shown rows only. */
  text(row: number): string;
}

/** A row by its number, or `undefined` for those that are left out between two others. */
export type ShownRow = number | undefined;

/** A column as it is printed. */
export interface TextColumn {
  /** Name, dtype, and a text for each row shown. */
  readonly texts: readonly string[];
  /** Terminal columns of the widest text. */
  readonly width: number;
  readonly right: boolean;
}

/** The columns that are shown: from the left, and after those that are left out, up to the right end. */
export interface ChosenColumns {
  readonly left: readonly TextColumn[];
  readonly right: readonly TextColumn[];
  readonly hidden: boolean;
}

/** Terminal columns that a cell may take before it is cut. */
export const CELL_WIDTH = 30;
/** Spaces between two columns. */
export const GAP = 2;
export const ELLIPSIS = "…";

const ELLIPSIS_WIDTH = GAP + 1;
/** Of a column cut to less than this nothing can be told. */
const LEAST_WIDTH = 4;
/** What a text at one end of the table keeps when a number at the other end is wide. */
const LEAST_TEXT = 8;

function headerOf({ name, dtype, itemShape }: DisplayColumn): readonly string[] {
  const shape = itemShape.length === 0 ? "" : ` ${showShape(itemShape)}`;
  // Of a long record dtype its own end is cut off, not the shape behind it.
  const type = cut(dtype.toString(), Math.max(LEAST_WIDTH, CELL_WIDTH - shape.length));
  return [cut(escapeControls(name), CELL_WIDTH), cut(type + shape, CELL_WIDTH)];
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, displayWidth(text)), 0);
}

function textColumn(column: DisplayColumn, rows: readonly ShownRow[]): TextColumn {
  const cells = rows.map((row) => (row === undefined ? ELLIPSIS : column.text(row)));
  const texts = [...headerOf(column), ...cells.map((cell) => cut(escapeControls(cell), CELL_WIDTH))];
  const right = column.itemShape.length === 0 && alignsRight(column.dtype);
  return { texts, width: widest(texts), right };
}

function narrow(column: TextColumn, width: number): TextColumn {
  if (column.width <= width) return column;
  const texts = column.texts.map((text) => cut(text, width));
  return { ...column, texts, width: widest(texts) };
}

/**
 * Chooses the columns that fit: the first and the last, cut if they must be, and then those beside them, from both
 * ends by turns. Only what is shown is formatted, but for one column whose header would still have fitted.
 *
 * @param room terminal columns, the gap before each column included
 */
export function chooseColumns(
  columns: readonly DisplayColumn[],
  rows: readonly ShownRow[],
  room: number,
): ChosenColumns {
  const [first] = columns;
  const last = columns.at(-1);
  if (first === undefined || last === undefined) return { left: [], right: [], hidden: false };
  const space = room - (columns.length > 2 ? ELLIPSIS_WIDTH : 0) - 2 * GAP;
  if (columns.length === 1 || space < 2 * LEAST_WIDTH) {
    const hidden = columns.length > 1;
    const most = Math.max(LEAST_WIDTH, room - GAP - (hidden ? ELLIPSIS_WIDTH : 0));
    return { left: [narrow(textColumn(first, rows), most)], right: [], hidden };
  }
  const ends = fitTwo(textColumn(first, rows), textColumn(last, rows), space);
  const left = [ends[0]];
  const right = [ends[1]];
  let free = room - 2 * GAP - ends[0].width - ends[1].width;
  for (let shown = 2; shown < columns.length; shown++) {
    const fromLeft = left.length === right.length;
    const column = columns.at(fromLeft ? left.length : -1 - right.length);
    const most = free - GAP - (shown === columns.length - 1 ? 0 : ELLIPSIS_WIDTH);
    if (column === undefined || widest(headerOf(column)) > most) break;
    const texts = textColumn(column, rows);
    if (texts.width > most) break;
    (fromLeft ? left : right).push(texts);
    free -= GAP + texts.width;
  }
  return { left, right: right.reverse(), hidden: left.length + right.length < columns.length };
}

/** Two columns in `space`, cut where they are too wide: a text before a number, whose digits all matter. */
function fitTwo(a: TextColumn, b: TextColumn, space: number): readonly [TextColumn, TextColumn] {
  const half = Math.floor(space / 2);
  const text = Math.min(LEAST_TEXT, half);
  const share = a.right === b.right ? half : a.right ? space - text : text;
  return [narrow(a, Math.max(share, space - b.width)), narrow(b, Math.max(space - share, space - a.width))];
}
