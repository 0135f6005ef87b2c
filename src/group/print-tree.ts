import { formatBytes } from "../table/index.js";
import type { NodeInfo } from "./tree-index.js";

/** Nodes that are printed; a tree can have millions. */
const MAX_LINES = 100;

/**
 * A tree as `h5ls -r` prints one: a node a line, with dtype, shape and size of the arrays.
 *
 * ```
 * /                     Group
 * /JFK                  Group
 * /JFK/delay            Array  <i2  [124,118]  242.4 KiB
 * ```
 */
export function printTree(nodes: Iterable<NodeInfo>): string {
  const lines: (readonly string[])[] = [];
  let more = 0;
  for (const node of nodes) {
    if (lines.length < MAX_LINES) lines.push(lineOf(node));
    else more += 1;
  }
  const widths = [0, 1, 2, 3].map((cell) => Math.max(0, ...lines.map((line) => line[cell]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  if (more > 0) text.push(`… and ${more.toLocaleString("en-US")} more`);
  return text.join("\n");
}

function lineOf(node: NodeInfo): readonly string[] {
  if (node.kind === "group") return [node.path, "Group"];
  const { path, dtype, shape, nbytes } = node;
  return [path, "Array", String(dtype), `[${shape.join(", ")}]`, formatBytes(nbytes)];
}
