import { realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type DTypeLike, parseDType } from "../dtype/index.js";
import {
  CorruptError,
  FormatError,
  isMemmapError,
  NameError,
  NotFoundError,
  ShapeError,
  UnsupportedError,
} from "../errors.js";
import { readHeader } from "../npy/index.js";
import type { Files } from "../platform/files.js";
import { type Catalog, type ColumnState, nextId } from "./catalog.js";
import { type LastRecord, MAX_LAST_BYTES, parseLast } from "./last.js";
import { isValidName, NameTree } from "./names.js";
import { ARRAY, CONTROL, SIDECAR, type StorePaths } from "./paths.js";
import { MAX_SIDECAR, readFile } from "./read-file.js";
import { parseSidecar, type Sidecar } from "./sidecar.js";

/** Directories below directories: deeper than this is a loop or a mistake. */
const MAX_DEPTH = 64;

/** What a directory was found to hold. */
export interface Scan {
  readonly catalog: Catalog;
  readonly last: LastRecord | undefined;
  /** Why it may only be read, where other software left it so that writing could do harm. */
  readonly readOnlyBecause: Error | undefined;
}

/** The record of the last transaction; undefined where there is none. */
export function readLast(paths: StorePaths, files: Files): LastRecord | undefined {
  try {
    return parseLast(readFile(paths.last, files, MAX_LAST_BYTES), paths.last);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

interface Found {
  readonly columns: Map<string, ColumnState>;
  readonly groups: Map<string, Sidecar["attr"]>;
  readonly nested: string[];
  readonly links: string[];
}

/**
 * Finds the columns and attributes below a root, by their headers and sidecars; no data are read.
 *
 * @throws FormatError for a malformed array or sidecar, ShapeError where row counts disagree, naming the files
 */
export function scan(paths: StorePaths, files: Files): Scan {
  const found: Found = { columns: new Map(), groups: new Map(), nested: [], links: [] };
  const real = realpathSync(paths.root);
  walk(paths, files, "", real, new Set([real]), found);
  const last = readLast(paths, files);
  const columns = inOrder(found.columns, last?.order ?? []);
  const rows = commonRows(columns) ?? last?.rows ?? undefined;
  if (rows === undefined) {
    throw new FormatError(`${paths.root}: this is no table: there are no columns, and no ${CONTROL}/last`, {
      path: paths.root,
    });
  }
  return {
    catalog: { rows, columns, groups: found.groups },
    last,
    readOnlyBecause: harm(found, paths),
  };
}

function walk(
  paths: StorePaths,
  files: Files,
  group: string,
  real: string,
  seen: Set<string>,
  found: Found,
): void {
  const directory = join(paths.root, group);
  if (seen.size > 100_000 || group.split("/").length > MAX_DEPTH) {
    throw new FormatError(`${directory}: groups are nested more than ${MAX_DEPTH} deep`, { path: directory });
  }
  const entries = files.list(directory);
  const kinds = new Map(entries.map(({ name, kind }) => [name, kind]));
  for (const { name, kind } of entries) {
    const path = join(directory, name);
    if (name === CONTROL) {
      if (group !== "") found.nested.push(directory);
      continue;
    }
    const inner = group === "" ? name : `${group}/${name}`;
    if (kind === "link") followLink(path, paths.root, found);
    if (name === SIDECAR) found.groups.set(group, readSidecar(path, files).attr);
    else if (name.endsWith(ARRAY)) {
      const column = inner.slice(0, -ARRAY.length);
      if (!isValidName(column) || kind === "directory" || kind === "other") continue;
      const state = readColumn(
        path,
        kinds.has(`${name.slice(0, -ARRAY.length)}${SIDECAR}`),
        kind === "link",
        files,
      );
      if (state !== undefined) found.columns.set(column, state);
    } else if (kind === "directory" && isValidName(inner)) {
      walk(paths, files, inner, join(real, name), seen, found);
    }
  }
}

/** Links within the root may be read through; those that lead outside are refused. */
function followLink(path: string, root: string, found: Found): void {
  let target: string;
  try {
    target = realpathSync(path);
  } catch {
    return;
  }
  const inside = relative(realpathSync(root), target);
  if (inside === ".." || inside.startsWith(`..${sep}`)) {
    throw new UnsupportedError(`${path}: this symbolic link leads outside the table, to ${target}`, { path });
  }
  found.links.push(path);
}

function readSidecar(path: string, files: Files): Sidecar {
  return parseSidecar(readFile(path, files, MAX_SIDECAR), path);
}

const scratch = new Uint8Array(4096);

function readColumn(
  path: string,
  hasSidecar: boolean,
  isLink: boolean,
  files: Files,
): ColumnState | undefined {
  const sidecarPath = `${path.slice(0, -ARRAY.length)}${SIDECAR}`;
  const sidecar = hasSidecar ? readSidecar(sidecarPath, files) : undefined;
  const file = isLink ? realpathSync(path) : path;
  const fd = files.open(file, "r");
  try {
    const stat = files.stat(fd, path);
    if (!stat.isFile()) return undefined;
    const common = {
      id: nextId(),
      path: file,
      dev: stat.dev,
      ino: stat.ino,
      staged: false,
      attr: sidecar?.attr ?? null,
      sidecar: hasSidecar ? sidecarPath : undefined,
    };
    if (sidecar?.raw !== undefined) return { ...common, ...rawColumn(sidecar.raw, fd, stat.size, path) };
    if (sidecar === undefined && !hasMagic(fd, path, files)) return undefined;
    const { dtype, shape, fortranOrder, dataOffset } = readHeader(fd, stat.size, path, scratch);
    const [rows, ...itemShape] = shape;
    if (rows === undefined) {
      throw new ShapeError(`${path}: an array without axes has no rows and is no column`, { path });
    }
    return {
      ...common,
      layout: "npy",
      dtype,
      itemShape,
      rows,
      dataOffset,
      fortran: fortranOrder && itemShape.length > 0,
    };
  } finally {
    files.close(fd);
  }
}

/** A headerless file that nothing describes is not a column. */
function hasMagic(fd: number, path: string, files: Files): boolean {
  const magic = new Uint8Array(6);
  return (
    files.read(fd, magic, 0, path) === 6 &&
    magic[0] === 0x93 &&
    Buffer.from(magic.subarray(1)).toString("latin1") === "NUMPY"
  );
}

function rawColumn(
  { dtype: spec, shape }: NonNullable<Sidecar["raw"]>,
  fd: number,
  size: number,
  path: string,
): Pick<ColumnState, "layout" | "dtype" | "itemShape" | "rows" | "dataOffset" | "fortran"> {
  const dtype = parseDType(spec as DTypeLike);
  const [rows, ...itemShape] = shape;
  if (rows === undefined)
    throw new ShapeError(`${path}: an array without axes has no rows and is no column`, { path });
  const bytes = shape.reduce((product, axis) => product * BigInt(axis), BigInt(dtype.itemsize));
  if (bytes > BigInt(size)) {
    throw new CorruptError(
      `${path}: the sidecar promises ${bytes} bytes of data, but the file holds ${size}`,
      { path },
    );
  }
  refuseDisguise(fd, size, path, dtype.toString(), shape);
  return { layout: "raw", dtype, itemShape, rows, dataOffset: 0, fortran: false };
}

/** A sidecar says raw, but the file says by itself the very same: one of the two is wrong, and nobody can tell. */
function refuseDisguise(
  fd: number,
  size: number,
  path: string,
  dtype: string,
  shape: readonly number[],
): void {
  try {
    const header = readHeader(fd, size, path, scratch);
    if (header.dtype.toString() !== dtype || header.shape.join() !== shape.join()) return;
  } catch (error) {
    if (isMemmapError(error)) return;
    throw error;
  }
  throw new FormatError(
    `${path}: the sidecar says that this file has no header, but it has one of the same dtype and shape; remove dtype and shape from the sidecar`,
    { path },
  );
}

function inOrder(
  columns: ReadonlyMap<string, ColumnState>,
  order: readonly string[],
): Map<string, ColumnState> {
  const sorted = new Map<string, ColumnState>();
  for (const name of order) {
    const column = columns.get(name);
    if (column !== undefined) sorted.set(name, column);
  }
  for (const name of [...columns.keys()].sort()) {
    const column = columns.get(name);
    if (column !== undefined && !sorted.has(name)) sorted.set(name, column);
  }
  return sorted;
}

function commonRows(columns: ReadonlyMap<string, ColumnState>): number | undefined {
  let first: readonly [string, ColumnState] | undefined;
  for (const entry of columns) {
    first ??= entry;
    if (entry[1].rows !== first[1].rows) {
      throw new ShapeError(
        `row counts disagree: ${first[1].path} has ${first[1].rows}, ${entry[1].path} has ${entry[1].rows}`,
        { path: entry[1].path },
      );
    }
  }
  return first?.[1].rows;
}

function harm({ columns, links, nested }: Found, { root }: StorePaths): Error | undefined {
  const [inner] = nested;
  if (inner !== undefined) {
    return new UnsupportedError(
      `${root}: there is a table of its own below, ${inner}; open that for writing`,
      {
        path: root,
      },
    );
  }
  const [link] = links;
  if (link !== undefined) {
    return new UnsupportedError(`${link}: a table with symbolic links can only be read`, { path: link });
  }
  const names = new NameTree();
  for (const name of columns.keys()) {
    const conflict = names.conflict(name);
    if (conflict !== undefined) {
      return new NameError(
        `columns ${JSON.stringify(conflict)} and ${JSON.stringify(name)} would be one on some systems; this table can only be read`,
        { path: root },
      );
    }
    names.add(name);
  }
  return undefined;
}
