import { CorruptError, FormatError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import type { FrameGroup, FrameTable, Registered } from "../frames/frame-table.js";
import { groupKeys, groupTexts } from "./group-values.js";
import type { HmfFrame, HmfMap } from "./hmf-tree.js";
import type { PlannedNode } from "./planned-node.js";

/** What HMF calls frames that were given no name, with a number behind it. */
const UNNAMED = "__specialHMF__dataFrameNumber_";

/** HMF does not say which column rows were grouped by. */
const KEY = "group";

/**
 * Finds the frames of a map in its tree: their groups, which are added where they are missing, and the arrays that are data
 * frames, which are marked as such.
 *
 * @returns the table of each frame, by the node that it was written into; parts are as HMF has them
 * @throws CorruptError where the rows of two groups were written to one place; FormatError where a frame is not in the tree
 */
export function placeFrames(map: HmfMap, root: PlannedNode): ReadonlyMap<PlannedNode, FrameTable> {
  const [only, ...more] = map.frames;
  const isUnnamed = only?.name.startsWith(UNNAMED) === true && more.length === 0;
  return new Map(
    map.frames.map((frame) => {
      const base = isUnnamed ? root : root.group(frame.name);
      return [base, new Placement(frame, base, map.path).table(isUnnamed ? 0 : null)];
    }),
  );
}

class Placement {
  readonly #frame: HmfFrame;
  readonly #base: PlannedNode;
  readonly #path: string;

  constructor(frame: HmfFrame, base: PlannedNode, path: string) {
    this.#frame = frame;
    this.#base = base;
    this.#path = path;
  }

  table(number: number | null): FrameTable {
    const { grouped, groups } = this.#frame;
    this.#requireGroup(this.#base);
    const found = grouped ? this.#found() : [];
    const places = grouped ? found : groups.map(({ rows }) => ({ node: this.#base, rows }));
    const columns = [...this.#frame.columns].filter(([name, of]) => markColumns(places, name, of));
    return {
      number,
      rows: groups.reduce((sum, { rows }) => sum + rows, 0),
      ...this.#keys(found),
      arrays: arraysOf(places),
      frames: columns.map(([name, of]) => ({ name, columns: of })),
    };
  }

  /** The node of each group. */
  #found(): readonly Found[] {
    const values = new Map<PlannedNode, number>();
    return this.#frame.groups.map(({ value, rows }, i) => {
      const texts = groupTexts(value);
      const part = texts.find((text) => this.#base.children.has(text)) ?? texts[0];
      if (part === undefined) return this.#fail(`its group ${i} is of no value that rows are grouped by`);
      const node = this.#base.group(part);
      this.#requireGroup(node);
      const other = values.get(node);
      if (other !== undefined) {
        throw new CorruptError(
          `${this.#path}: the groups ${other} and ${i} of the frame "${excerpt(this.#frame.name)}" are both in ` +
            `"${excerpt(node.path)}": HMF has written one over the other`,
          { path: this.#path },
        );
      }
      values.set(node, i);
      return { node, rows };
    });
  }

  #keys(found: readonly Found[]): Pick<FrameTable, "groupBy" | "dtypes" | "groups"> {
    const { grouped, groups } = this.#frame;
    if (!grouped) return { groupBy: [], dtypes: [], groups: [] };
    const values = groups.map(({ value }) => value);
    const isFloat = found.some(({ node }) => /^-?\d+\.\d+$/.test(node.name));
    const keys = groupKeys(values, isFloat);
    if (keys === undefined) return this.#fail("its groups are of values of several types");
    return {
      groupBy: [KEY],
      dtypes: [keys.dtype.str],
      groups: found.map(
        ({ node, rows }, i): FrameGroup => ({
          keys: [keys.keys[i] ?? null],
          part: node.name,
          size: rows,
        }),
      ),
    };
  }

  #requireGroup(node: PlannedNode): void {
    if (node.array !== undefined)
      this.#fail(`"${excerpt(node.path)}" is an array, where a group of it should be`);
  }

  #fail(problem: string): never {
    throw new FormatError(
      `${this.#path}: the frame "${excerpt(this.#frame.name)}" cannot be found: ${problem}`,
      {
        path: this.#path,
      },
    );
  }
}

/** A group, and its rows. */
interface Found {
  readonly node: PlannedNode;
  readonly rows: number;
}

/** Marks the arrays of this name as data frames of these columns, where all of them have as many. */
function markColumns(groups: readonly Found[], name: string, columns: readonly string[]): boolean {
  const nodes = groups.flatMap(({ node }) => node.children.get(name) ?? []);
  const fits = ({ array }: PlannedNode) => array?.shape.length === 2 && array.shape[1] === columns.length;
  if (nodes.length === 0 || columns.length === 0 || !nodes.every(fits)) return false;
  for (const node of nodes) node.columns = columns;
  return true;
}

/** The arrays that each group that has any has, with its rows: those that were registered. HMF does not say of which columns. */
function arraysOf(groups: readonly Found[]): readonly Registered[] {
  const written = groups.filter(({ node }) => node.children.size > 0);
  const names = [...(written[0]?.node.children.keys() ?? [])];
  const isIn = (name: string) => {
    return written.every(({ node, rows }) => {
      const child = node.children.get(name);
      return child?.columns === undefined && child?.array?.shape[0] === rows;
    });
  };
  return names.filter(isIn).map((name) => ({ name, columns: [] }));
}
