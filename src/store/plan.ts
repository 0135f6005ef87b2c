import { dirname } from "node:path";
import { type Catalog, type ColumnState, dataEnd } from "./catalog.js";
import { groupsOf } from "./names.js";
import type { StorePaths } from "./paths.js";
import { formatSidecar } from "./sidecar.js";

/** A directory or file that must be there, complete, before anything gets its name. */
export type StageStep =
  /** A column's file that is to be changed, moved or removed: it must be the one that is known, if it is there. */
  | { readonly kind: "check"; readonly column: ColumnState; readonly isNeeded: boolean }
  /** A directory for a group that is new. */
  | { readonly kind: "directory"; readonly path: string }
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
  /** A second name for a file. */
  | { readonly kind: "link"; readonly from: string; readonly to: string };

/** A step of the application, each idempotent, in this order of kinds. */
export type Operation =
  | { readonly kind: "put"; readonly to: string }
  | { readonly kind: "header"; readonly path: string; readonly column: ColumnState }
  | { readonly kind: "punch"; readonly path: string; readonly from: number }
  | { readonly kind: "delete"; readonly path: string }
  | { readonly kind: "rmdir"; readonly path: string };

/** What leads from one catalog to the next: what to stage, then what to do. */
export interface Plan {
  readonly stage: readonly StageStep[];
  readonly operations: readonly Operation[];
}

/**
 * The net difference of two catalogs of one store: each path has at most one put or delete, however many changes led
 * there.
 */
export function planChanges(base: Catalog, next: Catalog, paths: StorePaths): Plan {
  const stage: StageStep[] = newDirectories(base, next, paths);
  const puts = new Map<string, Operation>();
  const headers: Operation[] = [];
  const punches: Operation[] = [];
  const deletes: string[] = [];
  const put = (to: string) => puts.set(to, { kind: "put", to });

  const before = new Map([...base.columns.values()].map((column) => [column.id, column]));
  for (const [name, column] of next.columns) {
    const path = paths.column(name);
    const old = column.staged ? undefined : before.get(column.id);
    planSidecar(before.get(column.id), column, paths.sidecar(name), stage, put);
    if (old !== undefined && (old.rows !== column.rows || column.path !== path)) {
      stage.push({ kind: "check", column: old, isNeeded: true });
    }
    if (column.staged) {
      stage.push({ kind: "finish", column, to: path });
      put(path);
    } else if (column.path !== path) {
      stage.push({ kind: "link", from: column.path, to: path });
      put(path);
    }
    if (old === undefined || old.rows === column.rows) continue;
    if (column.rows > old.rows) stage.push({ kind: "sync", path: column.path });
    if (column.layout === "npy") headers.push({ kind: "header", path, column });
    if (column.rows < old.rows) punches.push({ kind: "punch", path, from: dataEnd(column) });
  }
  for (const [group, attr] of next.groups) {
    if (base.groups.has(group) && Object.is(base.groups.get(group), attr)) continue;
    stage.push({ kind: "file", to: paths.group(group), bytes: formatSidecar({ attr }) });
    put(paths.group(group));
  }

  for (const [name, column] of base.columns) {
    if (puts.has(paths.column(name)) || !next.columns.has(name)) {
      stage.push({ kind: "check", column, isNeeded: false });
    }
    if (!puts.has(paths.column(name)) && !next.columns.has(name)) deletes.push(paths.column(name));
    const successor = next.columns.get(name);
    const orphan = column.sidecar !== undefined && (successor === undefined || !needsSidecar(successor));
    if (orphan && !puts.has(paths.sidecar(name))) deletes.push(paths.sidecar(name));
  }
  for (const group of base.groups.keys()) {
    if (!next.groups.has(group)) deletes.push(paths.group(group));
  }

  const ordered = [...puts.values()].sort((one, other) => Number(isArray(one)) - Number(isArray(other)));
  return {
    stage,
    operations: [
      ...ordered,
      ...headers,
      ...punches,
      ...deletes.map((path): Operation => ({ kind: "delete", path })),
      ...emptied(deletes, paths),
    ],
  };
}

/** A sidecar says what the file itself does not: everything in the raw layout, attributes in NumPy's. */
function needsSidecar({ layout, attr, sidecar }: ColumnState): boolean {
  return layout === "raw" || attr !== null || sidecar !== undefined;
}

function planSidecar(
  old: ColumnState | undefined,
  column: ColumnState,
  path: string,
  stage: StageStep[],
  put: (to: string) => void,
): void {
  if (!needsSidecar(column)) return;
  const { sidecar, rows, itemShape } = column;
  const kept = old !== undefined && Object.is(old.attr, column.attr) ? sidecar : undefined;
  const sameShape = column.layout === "npy" || old?.rows === rows;
  if (kept === path && sameShape) return;
  // A sidecar that says what it said keeps its bytes, which may be another program's.
  if (kept === undefined) stage.push({ kind: "file", to: path, bytes: sidecarBytes(column) });
  else if (sameShape) stage.push({ kind: "link", from: kept, to: path });
  else stage.push({ kind: "reshape", from: kept, to: path, shape: [rows, ...itemShape] });
  put(path);
}

function sidecarBytes({ layout, dtype, rows, itemShape, attr }: ColumnState): Uint8Array {
  return formatSidecar(
    layout === "raw" ? { attr, raw: { dtype: dtype.descr, shape: [rows, ...itemShape] } } : { attr },
  );
}

/** Sidecars come before arrays, since a column exists once its array has its name. */
function isArray(operation: Operation): boolean {
  return operation.kind === "put" && operation.to.endsWith(".npy");
}

function directoriesOf({ columns, groups }: Catalog): Set<string> {
  const all = new Set<string>();
  for (const name of columns.keys()) for (const group of groupsOf(name)) all.add(group);
  for (const name of groups.keys()) {
    if (name === "") continue;
    for (const group of groupsOf(`${name}/x`)) all.add(group);
  }
  return all;
}

function newDirectories(base: Catalog, next: Catalog, paths: StorePaths): StageStep[] {
  const there = directoriesOf(base);
  return [...directoriesOf(next)]
    .filter((group) => !there.has(group))
    .sort((one, other) => one.split("/").length - other.split("/").length)
    .map((group) => ({ kind: "directory", path: dirname(paths.group(group)) }));
}

/** Parents of deleted files, deepest first: those that are empty by then are removed. */
function emptied(deletes: readonly string[], paths: StorePaths): Operation[] {
  const parents = new Set<string>();
  for (const path of deletes) {
    for (let parent = dirname(path); parent.length > paths.root.length; parent = dirname(parent))
      parents.add(parent);
  }
  return [...parents]
    .sort((one, other) => other.length - one.length)
    .map((path) => ({ kind: "rmdir", path }));
}
