import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { dataEnd, rowBytes } from "../../src/store/catalog.js";
import type { Store } from "../../src/store/store.js";
import type { Files } from "../../src/testing/files/index.js";

/** Everything that a caller can see of a store, as text: columns in their order with rows and attributes, generation. */
export function logicalState(store: Store): string {
  const { catalog, generation, files } = store;
  const columns = Array.from(catalog.columns, ([name, column]) => {
    const bytes = new Uint8Array(column.rows * rowBytes(column));
    const fd = files.open(column.path, "r");
    try {
      const count = files.read(fd, bytes, column.dataOffset, column.path);
      if (count < bytes.length) throw new Error(`${name} has ${count} bytes of ${dataEnd(column)}`);
    } finally {
      files.close(fd);
    }
    const { dtype, itemShape, layout, rows, attr } = column;
    return {
      name,
      dtype: dtype.descr,
      itemShape,
      layout,
      rows,
      rowBytes: rowBytes(column),
      attr,
      data: Buffer.from(bytes).toString("hex"),
    };
  });
  return JSON.stringify({ generation, rows: catalog.rows, columns, groups: [...catalog.groups].sort() });
}

interface LogicalColumn {
  readonly rowBytes: number;
  readonly data: string;
}

/** The state after so many rows were added, all of them zero. */
export function withZeroRows(state: string, count: number): string {
  const { generation, rows, columns, groups } = JSON.parse(state) as {
    generation: number;
    rows: number;
    columns: LogicalColumn[];
    groups: unknown;
  };
  const grown = columns.map((column) => ({
    ...column,
    rows: rows + count,
    data: column.data + "00".repeat(column.rowBytes * count),
  }));
  return JSON.stringify({ generation: generation + 1, rows: rows + count, columns: grown, groups });
}

/** All files and directories below a root that should not be there, and those that are missing, for this catalog. */
export function strays({ catalog, paths: { root }, files }: Store): string[] {
  const expected = new Set([join(root, ".memmap"), join(root, ".memmap/lock"), join(root, ".memmap/last")]);
  const expect = (path: string) => {
    for (let at = path; at !== root; at = dirname(at)) expected.add(at);
  };
  for (const { path, sidecar } of catalog.columns.values()) {
    expect(path);
    if (sidecar !== undefined) expect(sidecar);
  }
  for (const group of catalog.groups.keys()) expect(join(root, group, ".attr"));
  const found = below(root, files);
  return [
    ...found.filter((path) => !expected.has(path)).map((path) => `stray ${path}`),
    ...[...expected].filter((path) => !found.includes(path)).map((path) => `missing ${path}`),
  ];
}

function below(directory: string, files: Files): string[] {
  return files.list(directory).flatMap(({ name, kind }) => {
    const path = join(directory, name);
    return kind === "directory" ? [path, ...below(path, files)] : [path];
  });
}

/** What tells one state of a file system from another: names, inodes and bytes. */
export function fingerprint(root: string, files: Files): string {
  const hash = createHash("sha1");
  const walk = (path: string): void => {
    const stat = files.look(path);
    hash.update(`${path}\0${stat?.ino}\0`);
    if (stat?.isDirectory() === true)
      for (const { name } of files.list(path).sort(byName)) walk(join(path, name));
    if (stat?.isFile() !== true) return;
    const fd = files.open(path, "r");
    const bytes = new Uint8Array(stat.size);
    files.read(fd, bytes, 0, path);
    files.close(fd);
    hash.update(`${stat.size}\0`).update(bytes);
  };
  walk(root);
  return hash.digest("base64");
}

function byName(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : 1;
}
