import { denseCopy } from "../../src/array/copy.js";
import { type ArrayView, STRIDED } from "../../src/array/index.js";
import type {
  Box,
  ServedDataset,
  ServedFile,
  ServedGroup,
  ServedNode,
} from "../../src/server/served/served.js";

/** A served table in memory, which keeps account of what was read. */
export interface FakeTable {
  readonly file: ServedFile;
  readonly group: ServedGroup;
  /** The boxes that were read, as `name start+count`. */
  readonly reads: string[];
}

/** @param path where the group is; `late` gives bytes after a turn of the event loop, as files in chunks do */
export function fakeTable(
  columns: Readonly<Record<string, ArrayView>>,
  { path = "/", late = false, rows = Object.values(columns)[0]?.length ?? 0 } = {},
): FakeTable {
  const reads: string[] = [];
  const prefix = path === "/" ? "/" : `${path}/`;
  const nodes = new Map<string, ServedNode>();
  for (const [name, array] of Object.entries(columns)) {
    nodes.set(prefix + name, fakeDataset(prefix + name, name, array, reads, late));
  }
  const group: ServedGroup = {
    kind: "group",
    path,
    names: () => Object.keys(columns),
    member: (name) => nodes.get(prefix + name),
    attributes: () => [],
    table: { rows, columns: Object.keys(columns) },
  };
  const file: ServedFile = {
    pin: "1",
    node: (wanted) => (wanted === path ? group : nodes.get(wanted)),
    isIntact: () => true,
    release: () => {},
  };
  return { file, group, reads };
}

function fakeDataset(
  path: string,
  name: string,
  array: ArrayView,
  reads: string[],
  late: boolean,
): ServedDataset {
  const read = ({ start, count }: Box, target: Uint8Array): void => {
    reads.push(`${name} ${start[0]}+${count[0]}`);
    const [first = 0, length = 0] = [start[0], count[0]];
    target.set(denseCopy(array.slice(first, first + length)[STRIDED]()).bytes);
  };
  return {
    kind: "dataset",
    path,
    element: { kind: "fixed", dtype: array.dtype },
    shape: array.shape,
    attributes: () => [],
    readBox: (box, target) => (late ? Promise.resolve().then(() => read(box, target)) : read(box, target)),
    readItems: () => Promise.reject(new Error("fixed")),
  };
}

/** All that is given, as one. Each piece is copied before the next is asked for. */
export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const copies: Uint8Array[] = [];
  for await (const piece of pieces) copies.push(new Uint8Array(piece));
  return new Uint8Array(Buffer.concat(copies));
}
