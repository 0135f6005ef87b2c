import type { AttrValue } from "../../store/index.js";
import { showPath } from "../node-path.js";
import type { FrameTable, Registered } from "./frame-table.js";

/** What a group of rows is called: the key's value, or of several keys a list of theirs; null for null, NaN and NaT. */
export type GroupName = AttrValue;

/** A group of rows of a frame. */
export interface GroupItem {
  readonly name: GroupName;
  /** How many rows it has. */
  readonly size: number;
  /** Where it is in the file. */
  readonly path: string;
}

/** A frame that was written into a file, or is about to be. */
export class FrameInfo {
  /** What it is called: the name that it was given, or `frame_<n>`. */
  readonly name: string;
  /** The group that it is written into; `/` for a single frame without a name. */
  readonly path: string;
  /** Number of rows. */
  readonly rows: number;
  /** The columns that it is grouped by. */
  readonly groupBy: readonly string[];
  /** Its groups in the order of their keys; none for a frame that is not grouped. */
  readonly items: readonly GroupItem[];
  /** What was registered as an array for each group. */
  readonly arrays: readonly Registered[];
  /** What was registered as a data frame for each group. */
  readonly frames: readonly Registered[];
  #registered: ReadonlyMap<string, Registered> | undefined;

  /** @internal */
  constructor(name: string, group: string, table: FrameTable) {
    this.name = name;
    this.path = showPath(group);
    this.rows = table.rows;
    this.groupBy = table.groupBy;
    this.arrays = table.arrays;
    this.frames = table.frames;
    this.items = table.groups.map(({ keys, part, size }) => ({
      name: keys.length === 1 ? (keys[0] ?? null) : keys,
      size,
      path: showPath(group === "" ? part : `${group}/${part}`),
    }));
  }

  /** @internal The data frame that was registered and is at this path, if one is. */
  registeredAt(path: string): Registered | undefined {
    this.#registered ??= this.#placeFrames();
    return this.#registered.get(path);
  }

  #placeFrames(): ReadonlyMap<string, Registered> {
    const root = this.path === "/" ? "" : this.path;
    const parents = this.hasGroups ? this.items.map(({ path }) => path) : [root];
    return new Map(
      parents.flatMap((parent) => this.frames.map((frame) => [`${parent}/${frame.name}`, frame] as const)),
    );
  }

  /** Whether it is written group by group. */
  get hasGroups(): boolean {
    return this.groupBy.length > 0;
  }

  /** The largest groups first; equal ones in the order of their keys. */
  get sortedItems(): readonly GroupItem[] {
    return [...this.items].sort((one, other) => other.size - one.size);
  }
}

/** What a frame without a name is called. */
export function defaultName(number: number): string {
  return `frame_${number}`;
}

/** Frames by their names. @param tables by the groups that they are in */
export function infosOf(tables: ReadonlyMap<string, FrameTable>): Map<string, FrameInfo> {
  const infos = new Map<string, FrameInfo>();
  for (const [group, table] of tables) {
    const name = group === "" ? defaultName(table.number ?? 0) : group;
    infos.set(name, infoOf(name, group, table));
  }
  return infos;
}

const known = new WeakMap<FrameTable, FrameInfo>();

function infoOf(name: string, group: string, table: FrameTable): FrameInfo {
  const before = known.get(table);
  if (before?.path === showPath(group)) return before;
  const info = new FrameInfo(name, group, table);
  known.set(table, info);
  return info;
}
