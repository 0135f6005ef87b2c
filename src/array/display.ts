import { sizeOf } from "../dtype/index.js";
import { alignsRight, type FormatOptions, formatAt } from "./format-element.js";
import { ELEMENT_WIDTH, fitNested } from "./format-list.js";
import { displayWidth, pad } from "./format-width.js";
import { rowLayout, showShape } from "./layout.js";
import { dataView, type Strided } from "./strided.js";

/** NumPy's `printoptions`: arrays of more elements show only the first and last of each axis. */
const THRESHOLD = 1000;
const EDGE_ITEMS = 3;
const LINE_WIDTH = 75;
/** Columns that head and body may take to stand on one line. */
const WHOLE_WIDTH = 80;
/** Three at each end of each of many axes are too many to read; beyond this, fewer are shown. */
const MOST_SHOWN = 2000;

/** Elements along one axis, or texts at its end; `…` for those that are not shown. */
type Node = string | readonly Node[];
const ELLIPSIS = "…";

/**
 * An array in the manner of h5py and NumPy: what it is, and its elements, those in the middle of long axes left out.
 * Reads only what it shows.
 *
 * ```text
 * <column "delay": <i2 (3000000,)> [14, -11, 5, …, 3, 0, 2]
 * ```
 */
export function formatArray(array: Strided, label: string): string {
  const { dtype, layout } = array;
  const { shape } = layout;
  const head = `<${label}: ${dtype} ${showShape(shape)}>`;
  const nodes = nodesOf(array, edgeItems(shape));
  const line = typeof nodes === "string" ? nodes : shape.length === 1 ? `[${nodes.join(", ")}]` : undefined;
  const fits = (text: string) => displayWidth(head) + 1 + displayWidth(text) <= WHOLE_WIDTH;
  if (line !== undefined && fits(line)) return `${head} ${line}`;
  const block = sizeOf(shape) === 0 && shape.length > 0 ? "[]" : formatBlock(nodes, alignsRight(dtype));
  return !block.includes("\n") && fits(block) ? `${head} ${block}` : `${head}\n${block}`;
}

/**
 * One row of an array on one line: an element, or a cell in nested brackets, `[1.0, 2.0, …]` where it is too wide.
 *
 * @param options strings are bare unless `quote`; `width` is in terminal columns
 */
export function formatRow(
  { dtype, layout, bytes }: Strided,
  row: number,
  options: FormatOptions = {},
): string {
  const { quote = false, width = ELEMENT_WIDTH } = options;
  const view = dataView(bytes);
  const cell = rowLayout(layout, row);
  const quoted = quote || cell.shape.length > 0;
  return fitNested(cell, (at, room) => formatAt(dtype, view, at, { quote: quoted, width: room }), width).text;
}

/** How many elements to show at each end of each axis; undefined for all. 0 shows the first alone. */
function edgeItems(shape: readonly number[]): number | undefined {
  if (sizeOf(shape) <= THRESHOLD) return undefined;
  for (let edge = EDGE_ITEMS; edge > 0; edge--) {
    if (sizeOf(shape.map((length) => Math.min(length, 2 * edge))) <= MOST_SHOWN) return edge;
  }
  return 0;
}

function nodesOf({ dtype, layout, bytes }: Strided, edge: number | undefined): Node {
  const view = dataView(bytes);
  const { shape, strides } = layout;
  const build = (axis: number, offset: number): Node => {
    const length = shape[axis];
    if (length === undefined)
      return formatAt(dtype, view, offset, { width: Math.max(LINE_WIDTH - 2 * shape.length - 1, 20) });
    const at = (i: number) => build(axis + 1, offset + i * (strides[axis] ?? 0));
    const range = (start: number, end: number) =>
      Array.from({ length: end - start }, (_, i) => at(start + i));
    if (edge === undefined || length <= Math.max(2 * edge, 1)) return range(0, length);
    if (edge === 0) return [at(0), ELLIPSIS];
    return [...range(0, edge), ELLIPSIS, ...range(length - edge, length)];
  };
  return sizeOf(shape) === 0 ? [] : build(0, layout.offset);
}

/** Nested brackets over several lines as NumPy prints them, elements padded to one width. */
function formatBlock(nodes: Node, right: boolean): string {
  const widest = (node: Node): number =>
    typeof node === "string"
      ? displayWidth(node)
      : node.reduce((most, inner) => Math.max(most, widest(inner)), 0);
  const width = widest(nodes);
  const depthOf = (node: Node): number => (typeof node === "string" ? 0 : 1 + depthOf(node[0] ?? ""));
  const depth = depthOf(nodes);
  const render = (node: Node, axis: number): string => {
    if (typeof node === "string") return node;
    if (axis === depth - 1) return formatLine(node.map(String), axis + 1, width, right);
    const between = `,${"\n".repeat(depth - 1 - axis)}${" ".repeat(axis + 1)}`;
    return `[${node.map((inner) => render(inner, axis + 1)).join(between)}]`;
  };
  return render(nodes, 0);
}

/** The elements along the last axis, broken into lines that begin below one another. */
function formatLine(texts: readonly string[], indent: number, width: number, right: boolean): string {
  const lines: string[] = [];
  let line = "";
  texts.forEach((text, i) => {
    const item =
      (right && text !== ELLIPSIS ? pad(text, width, true) : text) + (i === texts.length - 1 ? "" : ",");
    if (line !== "" && indent + displayWidth(line) + 1 + displayWidth(item) > LINE_WIDTH) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += line === "" ? item : ` ${item}`;
    if (!right && text !== ELLIPSIS) line = pad(line, displayWidth(line) + width - displayWidth(text), false);
  });
  lines.push(line.trimEnd());
  return `[${lines.join(`\n${" ".repeat(indent)}`)}]`;
}
