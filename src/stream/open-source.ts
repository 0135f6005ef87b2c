import { ArrayView, openNpy } from "../array/index.js";
import { showValue } from "../dtype/index.js";
import { isMemmapError, NotFoundError, UnsupportedError } from "../errors.js";
import { MemmapFile, MemmapGroup } from "../group/index.js";
import { Hdf5Dataset, Hdf5File, openHdf5 } from "../hdf5/index.js";
import { currentFiles } from "../platform/files.js";
import { type Schema, TableView } from "../table/index.js";
import { DatasetRows } from "./dataset-rows.js";
import { type RowsView, rowsView, Source } from "./source.js";

/** What has rows, or holds what has. */
export type Streamable = RowsView | MemmapGroup | Hdf5File | Hdf5Dataset | string;

/**
 * Opens something for reading in blocks or at random.
 *
 * ```ts
 * await openSource(table);                      // a table or view: its rows
 * await openSource(table, "delay");             // a column
 * await openSource(file, "/run1/voltage");      // an array of a MemmapFile; a group of equally long ones is a table
 * await openSource("flights.h5", "/flights");   // a dataset of an HDF5 file; a compound one is a table of its fields
 * await openSource("experiment", "/run1");      // a directory is opened as a MemmapFile
 * await openSource("delay.npy");                // a NumPy file
 * ```
 *
 * HDF5 files need the package `h5wasm`. They must not be written to meanwhile. What is opened by its path is closed with
 * {@link Source.close}; all else stays the caller's.
 *
 * @param x a table or view, an array, a `MemmapFile` or group, an HDF5 file or dataset, or the path of a file or directory
 * @param path of the column, array, group or dataset in it; none for what has rows itself
 * @throws NotFoundError, with a guess at what was meant; ShapeError for one element, and for a group whose arrays have
 * different lengths; DTypeError for datasets of strings of any length and of references; FormatError; UnsupportedError
 * where `h5wasm` is missing
 */
export function openSource<S extends Schema>(x: TableView<S>, path?: undefined): Promise<Source<TableView>>;
export function openSource<S extends Schema>(x: TableView<S>, path: string): Promise<Source<ArrayView>>;
export function openSource(x: Streamable, path?: string): Promise<Source>;
export async function openSource(x: unknown, path?: string): Promise<unknown> {
  if (path !== undefined && typeof path !== "string") {
    throw new UnsupportedError(`a path is a string, not ${showValue(path)}`);
  }
  if (typeof x === "string") return openPath(x, path);
  if (x instanceof Hdf5File) {
    if (path === undefined)
      throw new NotFoundError(`${x.path}: name a dataset of the HDF5 file`, { path: x.path });
    return datasetSource(x.dataset(path));
  }
  if (x instanceof Hdf5Dataset) {
    requireNoPath(path, "a dataset");
    return datasetSource(x);
  }
  return viewSource(...viewOf(x as RowsView | MemmapGroup, path));
}

/** The view that is meant, and what messages call it. */
function viewOf(x: RowsView | MemmapGroup, path: string | undefined): [view: RowsView, label: string] {
  if (x instanceof TableView) {
    return path === undefined ? [x, "the table"] : [x.column(path as never), `column "${path}"`];
  }
  if (x instanceof ArrayView) {
    requireNoPath(path, "an array");
    return [x, x.storage.label];
  }
  if (x instanceof MemmapGroup) {
    if (path === undefined || path === x.path) return [groupTable(x), `group "${x.path}"`];
    const group = groupAt(x, path);
    return group === undefined
      ? [x.getArray(path), `array "${path}"`]
      : [groupTable(group), `group "${path}"`];
  }
  throw new UnsupportedError(
    `rows come from a table, a view, an array, a MemmapFile or group, an HDF5 file or a path, not from ${showValue(x)}`,
  );
}

/** The group of that path; undefined where it is an array. @throws NotFoundError */
function groupAt(group: MemmapGroup, path: string): MemmapGroup | undefined {
  try {
    return group.getGroup(path);
  } catch (error) {
    if (isMemmapError(error, "UNSUPPORTED")) return undefined;
    throw error;
  }
}

function groupTable(group: MemmapGroup): TableView {
  return group.table() as unknown as TableView;
}

function requireNoPath(path: string | undefined, what: string): void {
  if (path === undefined) return;
  throw new UnsupportedError(
    `${what} has nothing of the path ${JSON.stringify(path)} in it: leave the path out`,
  );
}

async function openPath(name: string, path: string | undefined): Promise<Source> {
  const there = currentFiles().look(name);
  if (there === undefined)
    throw new NotFoundError(`${name}: there is no such file or directory`, { path: name });
  if (there.isDirectory()) {
    const file = MemmapFile.open(name, { mode: "r" });
    return closing(file, () => viewSource(...viewOf(file, path), () => file.close()));
  }
  if (name.endsWith(".npy")) {
    requireNoPath(path, "an array");
    const array = openNpy(name);
    return closing(array, () => viewSource(array, name, () => array.close()));
  }
  const file = await openHdf5(name);
  return closing(file, () => {
    if (path === undefined)
      throw new NotFoundError(`${name}: name a dataset of the HDF5 file`, { path: name });
    return datasetSource(file.dataset(path), () => file.close());
  });
}

/** What was opened for a source that does not come to be is closed. */
function closing<T>(file: { close(): void }, make: () => T): T {
  try {
    return make();
  } catch (error) {
    file.close();
    throw error;
  }
}

function viewSource(view: RowsView, label: string, close?: () => void): Source {
  return new Source({ kind: "view", view: view instanceof ArrayView ? rowsView(view) : view }, label, close);
}

function datasetSource(dataset: Hdf5Dataset, close: () => void = () => undefined): Source {
  const rows = new DatasetRows(dataset);
  const label = `${dataset.path} of ${dataset.file.path}`;
  const end = () => {
    rows.close();
    close();
  };
  const length = dataset.shape[0] ?? 0;
  const whole = dataset.shape.length > 0 && length > 0 ? rows.inPlace(0, length) : undefined;
  if (whole !== undefined) return new Source({ kind: "view", view: whole }, label, end);
  return new Source({ kind: "dataset", dataset: rows }, label, end);
}
