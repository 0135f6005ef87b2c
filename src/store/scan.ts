import { join } from "node:path";
import { FormatError, NameError, ShapeError, UnsupportedError } from "../errors.js";
import type { DirectoryEntry, Files } from "../platform/files.js";
import type { Catalog, ColumnState } from "./catalog.js";
import { requireDecent } from "./decent.js";
import type { LastRecord } from "./last.js";
import { isWithin } from "./links.js";
import { type Look, latest, look } from "./look.js";
import { isValidName, NameTree } from "./names.js";
import { Overlay } from "./overlay.js";
import { ARRAY, CONTROL, SIDECAR, type StorePaths } from "./paths.js";
import { readColumn } from "./read-column.js";
import { MAX_SIDECAR, readFile } from "./read-file.js";
import { parseSidecar, type Sidecar } from "./sidecar.js";

/** What a directory was found to hold. */
export interface Scan {
  readonly catalog: Catalog;
  readonly last: LastRecord | undefined;
  /** Why it may only be read, where other software left it so that writing could do harm. */
  readonly readOnlyBecause: Error | undefined;
}

interface Found {
  readonly kind: StoreKind;
  readonly columns: Map<string, ColumnState>;
  readonly groups: Map<string, Sidecar["attr"]>;
  readonly nested: string[];
  readonly links: string[];
}

/**
 * What a directory is read as: a table, whose columns have equal rows, or a tree of arrays, each of its own shape. A tree
 * whose arrays have equal rows is a table, too, and a table is a tree.
 */
export type StoreKind = "table" | "tree";

/** What something of a kind is called, in messages. */
export function nounOf(kind: StoreKind): string {
  return kind === "table" ? "table" : "hierarchy";
}

/** The records that a directory is read by. */
export interface Authority {
  /** The store that the directory is, or is a part of. */
  readonly paths: StorePaths;
  readonly look: Look;
}

/**
 * Finds the columns and attributes below a root, by their headers and sidecars; no data are read. What a pending record
 * changes is found as it will be.
 *
 * @param authority whose records count; the root's own, as they are now, when left out
 * @throws FormatError for a malformed array or sidecar, ShapeError where row counts disagree, naming the files
 */
export function scan(
  paths: StorePaths,
  files: Files,
  authority?: Authority,
  kind: StoreKind = "table",
): Scan {
  const records = authority ?? { paths, look: look(paths, files) };
  const { pending } = records.look;
  if (pending !== undefined) requireDecent(pending, records.paths, files);
  const overlay = new Overlay(pending, records.paths, files);
  const found: Found = { kind, columns: new Map(), groups: new Map(), nested: [], links: [] };
  walk(paths, files, overlay, "", found);
  const last = latest(records.look);
  const isPart = records.paths.root !== paths.root;
  const prefix = isPart ? `${records.paths.nameOf(paths.root)}/` : "";
  const isGroup = !isPart || found.groups.has("");
  const rows = rowsOf(found, isGroup ? last?.rows : undefined);
  if (rows === undefined) {
    const record = `no ${CONTROL}/last${last?.rows === null ? " that says how many rows" : ""}`;
    throw new FormatError(`${paths.root}: this is no ${nounOf(kind)}: there are no columns, and ${record}`, {
      path: paths.root,
    });
  }
  return {
    catalog: { rows, columns: inOrder(found.columns, last?.order ?? [], prefix), groups: found.groups },
    last,
    readOnlyBecause: harm(found, paths),
  };
}

function walk(paths: StorePaths, files: Files, overlay: Overlay, group: string, found: Found): void {
  const directory = join(paths.root, group);
  const entries = overlay.list(directory);
  for (const entry of entries.values()) {
    const { name, kind } = entry;
    const path = join(directory, name);
    const file = kind === "link" ? followLink(path, paths.root, files, found) : path;
    if (name === CONTROL) {
      if (group !== "") found.nested.push(directory);
      continue;
    }
    // A link to nothing, or a name that is no text.
    if (file === undefined || (name.includes("\ufffd") && files.look(path) === undefined)) continue;
    const inner = group === "" ? name : `${group}/${name}`;
    if (name === SIDECAR) found.groups.set(group, readSidecar(file, files, overlay).attr);
    else if (name.endsWith(ARRAY)) {
      if (kind === "directory" || kind === "other" || !isValidName(inner.slice(0, -ARRAY.length))) continue;
      const sidecarName = `${name.slice(0, -ARRAY.length)}${SIDECAR}`;
      const sidecar = sidecarOf(join(directory, sidecarName), entries.get(sidecarName), files, overlay);
      const header = overlay.header(path);
      const isPending = header !== undefined || overlay.isStaged(join(directory, sidecarName));
      const column = overlay.withFile(file, (at) =>
        readColumn(
          {
            path,
            file: at,
            header,
            later: at === file ? undefined : file,
            isPending,
            takesScalars: found.kind === "tree",
            ...sidecar,
          },
          files,
        ),
      );
      if (column !== undefined) found.columns.set(inner.slice(0, -ARRAY.length), column);
    } else if (kind === "directory" && isValidName(inner)) walk(paths, files, overlay, inner, found);
  }
}

/** Links within the root may be read through; those that lead outside are refused. */
function followLink(path: string, root: string, files: Files, found: Found): string | undefined {
  const target = files.realPath(path);
  if (target !== undefined && !isWithin(target, root)) {
    throw new UnsupportedError(`${path}: this symbolic link leads outside the table, to ${target}`, { path });
  }
  found.links.push(path);
  return target;
}

function sidecarOf(
  path: string,
  entry: DirectoryEntry | undefined,
  files: Files,
  overlay: Overlay,
): { readonly sidecarPath: string | undefined; readonly sidecar: Sidecar | undefined } {
  const file = entry?.kind === "link" ? files.realPath(path) : path;
  if (entry === undefined || file === undefined) return { sidecarPath: undefined, sidecar: undefined };
  return { sidecarPath: path, sidecar: readSidecar(file, files, overlay) };
}

function readSidecar(path: string, files: Files, overlay: Overlay): Sidecar {
  return parseSidecar(
    overlay.withFile(path, (at) => readFile(at, files, MAX_SIDECAR)),
    path,
  );
}

/** @param prefix what the names in `order` have before those of the columns */
function inOrder(
  columns: ReadonlyMap<string, ColumnState>,
  order: readonly string[],
  prefix: string,
): Map<string, ColumnState> {
  const sorted = new Map<string, ColumnState>();
  for (const name of order) {
    const own = name.slice(prefix.length);
    const column = name.startsWith(prefix) ? columns.get(own) : undefined;
    if (column !== undefined) sorted.set(own, column);
  }
  for (const name of [...columns.keys()].sort()) {
    const column = columns.get(name);
    if (column !== undefined && !sorted.has(name)) sorted.set(name, column);
  }
  return sorted;
}

/**
 * The rows of all columns; null for a tree of arrays that have no rows in common; undefined where nothing says.
 *
 * @param recorded what the records say
 */
function rowsOf({ kind, columns }: Found, recorded: number | null | undefined): number | null | undefined {
  if (kind === "table") return commonRows(columns) ?? recorded ?? undefined;
  if (columns.size === 0 || recorded === null) return recorded;
  const [first] = columns.values();
  const isTable = [...columns.values()].every(
    ({ rows, isScalar }) => isScalar !== true && rows === first?.rows,
  );
  return isTable ? first?.rows : null;
}

function commonRows(columns: ReadonlyMap<string, ColumnState>): number | undefined {
  let first: ColumnState | undefined;
  for (const column of columns.values()) {
    first ??= column;
    if (column.rows !== first.rows) {
      throw new ShapeError(
        `row counts disagree: ${first.path} has ${first.rows}, ${column.path} has ${column.rows}`,
        { path: column.path },
      );
    }
  }
  return first?.rows;
}

function harm({ columns, groups, links, nested }: Found, { root }: StorePaths): Error | undefined {
  const [inner] = nested;
  if (inner !== undefined) {
    return new UnsupportedError(
      `${root}: there is a table of its own below, ${inner}; open that for writing`,
      { path: root },
    );
  }
  const [link] = links;
  if (link !== undefined) {
    return new UnsupportedError(`${link}: a table with symbolic links can only be read`, { path: link });
  }
  const names = new NameTree(columns.keys());
  for (const group of groups.keys()) if (group !== "") names.addGroup(group);
  const [conflict] = names.conflicts();
  if (conflict === undefined) return undefined;
  const [one, other] = conflict;
  return new NameError(
    `${JSON.stringify(one)} and ${JSON.stringify(other)} would be one on some systems; this table can only be read`,
    { path: root },
  );
}
