import { type Catalog, type ColumnState, dataEnd, shapeOf } from "./catalog.js";
import { groupsOf } from "./names.js";
import { ARRAY, arrayFile, groupFile, parentOf, type StorePaths, sidecarFile } from "./paths.js";
import { formatSidecar } from "./sidecar.js";

/** A file that must be there, complete, before anything gets its name. `to` is the path from the root that it will have. */
export type StageStep =
  /** A column's file that is to be changed, moved or removed: it must be the one that is known, if it is there. */
  | { readonly kind: "check"; readonly column: ColumnState; readonly isNeeded: boolean }
  /** A staged column whose header shall say so many rows. */
  | { readonly kind: "finish"; readonly column: ColumnState; readonly to: string }
  /** A column's file in place, whose bytes behind its data were written. */
  | { readonly kind: "sync"; readonly path: string }
  /** A new file of these bytes. */
  | { readonly kind: "file"; readonly to: string; readonly bytes: Uint8Array }
  /** A raw column's sidecar with another shape, everything else in it as it stands. */
  | {
      readonly kind: "reshape";
      readonly from: string;
      readonly to: string;
      readonly shape: readonly number[];
    }
  /**
   * A second name for a file. Of an array, how much of it counts: it may be longer by room that was never synced, such as
   * that of a growth that was taken back.
   */
  | { readonly kind: "link"; readonly from: string; readonly to: string; readonly size?: number };

/** What is to be done to what has a name, each path at most once; by paths from the root. */
export type Change =
  | { readonly op: "mkdir"; readonly path: string }
  | { readonly op: "put"; readonly path: string }
  | { readonly op: "header"; readonly path: string; readonly column: ColumnState }
  | { readonly op: "punch"; readonly path: string; readonly column: ColumnState }
  | { readonly op: "delete"; readonly path: string }
  | { readonly op: "rmdir"; readonly path: string };

/** What leads from one catalog to the next: what to stage, then what to do. */
export interface Plan {
  readonly stage: readonly StageStep[];
  readonly changes: readonly Change[];
}

/**
 * The net difference of two catalogs of one store: each path has at most one put or delete, however many changes led
 * there.
 */
export function planChanges(base: Catalog, next: Catalog, paths: StorePaths): Plan {
  const stage: StageStep[] = [];
  const puts = new Set<string>();
  const headers: Change[] = [];
  const punches: Change[] = [];
  const deletes: string[] = [];

  const before = new Map([...base.columns.values()].map((column) => [column.id, column]));
  for (const [name, column] of next.columns) {
    // Most are what they were.
    if (base.columns.get(name) === column) continue;
    const path = arrayFile(name);
    const old = column.staged ? undefined : before.get(column.id);
    const isMoved = column.path !== paths.file(path);
    planSidecar(before.get(column.id), column, sidecarFile(name), paths, stage, puts);
    if (old !== undefined && (old.rows !== column.rows || isMoved)) {
      stage.push({ kind: "check", column: old, isNeeded: true });
    }
    if (column.staged) {
      stage.push({ kind: "finish", column, to: path });
      puts.add(path);
    } else if (isMoved) {
      stage.push({ kind: "link", from: column.path, to: path, size: dataEnd(column) });
      puts.add(path);
    }
    if (old === undefined || old.rows === column.rows) continue;
    if (column.rows > old.rows) stage.push({ kind: "sync", path: column.path });
    if (column.layout === "npy") headers.push({ op: "header", path, column });
    if (column.rows < old.rows) punches.push({ op: "punch", path, column });
  }
  for (const [group, attr] of next.groups) {
    if (base.groups.has(group) && Object.is(base.groups.get(group), attr)) continue;
    stage.push({ kind: "file", to: groupFile(group), bytes: formatSidecar({ attr }) });
    puts.add(groupFile(group));
  }

  for (const [name, column] of base.columns) {
    if (next.columns.get(name) === column) continue;
    const path = arrayFile(name);
    const isGone = !puts.has(path) && !next.columns.has(name);
    if (puts.has(path) || isGone) stage.push({ kind: "check", column, isNeeded: false });
    if (isGone) deletes.push(path);
    const successor = next.columns.get(name);
    const orphan = column.sidecar !== undefined && (successor === undefined || !needsSidecar(successor));
    if (orphan && !puts.has(sidecarFile(name))) deletes.push(sidecarFile(name));
  }
  for (const group of base.groups.keys()) {
    if (!next.groups.has(group)) deletes.push(groupFile(group));
  }

  return {
    stage,
    changes: [
      ...newDirectories(base, next),
      // A column exists once its array has its name, and is gone once it has it no longer: sidecars come before it, and go after it.
      ...byKind(puts, 1).map((path): Change => ({ op: "put", path })),
      ...headers,
      ...punches,
      ...byKind(deletes, -1).map((path): Change => ({ op: "delete", path })),
      ...emptied(deletes),
    ],
  };
}

/** @param direction 1 for sidecars before arrays, -1 for arrays before sidecars */
function byKind(paths: Iterable<string>, direction: 1 | -1): string[] {
  const isArray = (path: string) => Number(path.endsWith(ARRAY));
  return [...paths].sort((one, other) => direction * (isArray(one) - isArray(other)));
}

/** A sidecar says what the file itself does not: everything in the raw layout, attributes in NumPy's. */
function needsSidecar({ layout, attr, sidecar }: ColumnState): boolean {
  return layout === "raw" || attr !== null || sidecar !== undefined;
}

function planSidecar(
  old: ColumnState | undefined,
  column: ColumnState,
  to: string,
  paths: StorePaths,
  stage: StageStep[],
  puts: Set<string>,
): void {
  if (!needsSidecar(column)) return;
  const { sidecar, rows } = column;
  const kept = old !== undefined && Object.is(old.attr, column.attr) ? sidecar : undefined;
  const sameShape = column.layout === "npy" || old?.rows === rows;
  if (kept === paths.file(to) && sameShape) return;
  // A sidecar that says what it said keeps its bytes, which may be another program's.
  if (kept === undefined) stage.push({ kind: "file", to, bytes: sidecarBytes(column) });
  else if (sameShape) stage.push({ kind: "link", from: kept, to });
  else stage.push({ kind: "reshape", from: kept, to, shape: shapeOf(column) });
  puts.add(to);
}

function sidecarBytes(column: ColumnState): Uint8Array {
  const { layout, dtype, attr } = column;
  return formatSidecar(
    layout === "raw" ? { attr, raw: { dtype: dtype.descr, shape: shapeOf(column) } } : { attr },
  );
}

/** The directories that a catalog's files lie in, of which only some names count. */
function directoriesOf({ columns, groups }: Catalog, counts: (name: string) => boolean): Set<string> {
  const all = new Set<string>();
  for (const name of columns.keys()) if (counts(name)) for (const group of groupsOf(name)) all.add(group);
  for (const name of groups.keys()) {
    if (name === "" || !counts(name)) continue;
    for (const group of groupsOf(`${name}/x`)) all.add(group);
  }
  return all;
}

/** Top down. */
function newDirectories(base: Catalog, next: Catalog): Change[] {
  const wanted = directoriesOf(next, (name) => !base.columns.has(name) && !base.groups.has(name));
  if (wanted.size === 0) return [];
  const there = directoriesOf(base, () => true);
  return [...wanted]
    .filter((group) => !there.has(group))
    .sort((one, other) => one.split("/").length - other.split("/").length)
    .map((path) => ({ op: "mkdir", path }));
}

/** Parents of deleted files, deepest first: those that are empty by then are removed. */
function emptied(deletes: readonly string[]): Change[] {
  const parents = new Set<string>();
  for (const path of deletes) {
    for (let parent = parentOf(path); parent !== ""; parent = parentOf(parent)) parents.add(parent);
  }
  return [...parents].sort((one, other) => other.length - one.length).map((path) => ({ op: "rmdir", path }));
}
