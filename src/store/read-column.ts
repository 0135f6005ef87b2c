import { type DType, type DTypeLike, parseDType } from "../dtype/index.js";
import { CorruptError, FormatError, isMemmapError, ShapeError } from "../errors.js";
import { MAGIC } from "../npy/extent.js";
import { dataBytes, headerExtent, type NpyHeader, parseHeader } from "../npy/index.js";
import { sizeProblem } from "../npy/size.js";
import type { Files } from "../platform/files.js";
import { identityOf } from "../platform/index.js";
import { type ColumnState, nextId } from "./catalog.js";
import type { Sidecar } from "./sidecar.js";

/** Where a column's parts are. */
export interface ColumnFiles {
  /** The name of its array, for messages. */
  readonly path: string;
  /** Where it is read: the same without links, or in a stage. */
  readonly file: string;
  /** The header that counts, where it is not the file's own. */
  readonly header: Uint8Array | undefined;
  /** Its own path, where `file` is another that it has no longer than the writer needs. */
  readonly later: string | undefined;
  /** Whether a record that is not applied yet has its rows. */
  readonly isPending: boolean;
  /** The path of its sidecar, if there is one, and what that says. */
  readonly sidecarPath: string | undefined;
  readonly sidecar: Sidecar | undefined;
  /** Whether an array without axes is one, too: in a tree, not in a table. */
  readonly takesScalars?: boolean | undefined;
}

/** What an array's file itself says. */
type Description = Pick<
  ColumnState,
  "layout" | "dtype" | "itemShape" | "rows" | "isScalar" | "dataOffset" | "header" | "fortran"
>;

/** Most headers are 128 bytes: one read of a page holds them. */
const scratch = new Uint8Array(4096);

/**
 * Finds out what an array's file holds, by its sidecar and header; no data are read.
 *
 * @returns undefined for what is no regular file, and for a headerless file that nothing describes
 * @throws FormatError for a malformed array, CorruptError for one that is shorter than its header or sidecar says
 */
export function readColumn(
  { path, file, header, later, isPending, sidecarPath, sidecar, takesScalars = false }: ColumnFiles,
  files: Files,
): ColumnState | undefined {
  const fd = files.open(file, "r");
  try {
    const stat = files.stat(fd, path);
    if (!stat.isFile()) return undefined;
    const held =
      header ??
      scratch.subarray(0, files.read(fd, scratch.subarray(0, Math.min(stat.size, scratch.length)), 0, path));
    if (sidecar === undefined && !hasMagic(held)) return undefined;
    const description =
      sidecar?.raw === undefined
        ? withHeader(held, fd, stat.size, path, files)
        : headerless(sidecar.raw, held, fd, stat.size, path, files);
    if (description.isScalar === true && !takesScalars) throw noRows(path);
    return {
      id: nextId(),
      path: file,
      later,
      isPending,
      file: identityOf(stat),
      staged: false,
      attr: sidecar?.attr ?? null,
      sidecar: sidecarPath,
      ...description,
    };
  } finally {
    files.close(fd);
  }
}

function hasMagic(held: Uint8Array): boolean {
  return held.length >= MAGIC.length && MAGIC.every((byte, i) => held[i] === byte);
}

/** Whether a file holds all the data that its header promises. */
function fits(header: NpyHeader, size: number): boolean {
  return header.dataOffset + dataBytes(header) <= size;
}

/** A header, and its bytes. */
interface Headed {
  readonly header: NpyHeader;
  readonly bytes: Uint8Array;
}

/** The header, of which most often all is held; only a longer one is read by itself. */
function headerFrom(held: Uint8Array, fd: number, size: number, path: string, files: Files): Headed {
  const extent = headerExtent(held, path, size);
  const bytes = new Uint8Array(extent);
  if (extent <= held.length) bytes.set(held.subarray(0, extent));
  else files.read(fd, bytes, 0, path);
  return { header: parseHeader(bytes, { path }), bytes };
}

function withHeader(held: Uint8Array, fd: number, size: number, path: string, files: Files): Description {
  const { header, bytes } = headerFrom(held, fd, size, path, files);
  const { dtype, shape, fortranOrder, dataOffset } = header;
  if (!fits(header, size)) {
    throw new CorruptError(
      `${path}: the header promises ${dataBytes(header)} bytes of data, but the file holds ${size - dataOffset}; it was cut short`,
      { path },
    );
  }
  const fortran = fortranOrder && shape.length > 1;
  return { layout: "npy", dtype, ...axes(shape), dataOffset, header: bytes, fortran };
}

function headerless(
  { dtype: spec, shape }: NonNullable<Sidecar["raw"]>,
  held: Uint8Array,
  fd: number,
  size: number,
  path: string,
  files: Files,
): Description {
  const dtype = describedDType(spec, path);
  const problem = sizeProblem(shape, dtype.itemsize);
  if (problem !== undefined) throw new FormatError(`${path}: of its sidecar, ${problem}`, { path });
  const bytes = shape.reduce((product, axis) => product * axis, dtype.itemsize);
  if (bytes > size) {
    throw new CorruptError(
      `${path}: the sidecar promises ${bytes} bytes of data, but the file holds ${size}`,
      { path },
    );
  }
  refuseDisguise(held, fd, size, path, dtype, shape, files);
  return { layout: "raw", dtype, ...axes(shape), dataOffset: 0, header: undefined, fortran: false };
}

function axes(shape: readonly number[]): Pick<ColumnState, "rows" | "itemShape" | "isScalar"> {
  const [rows, ...itemShape] = shape;
  return rows === undefined ? { rows: 1, itemShape, isScalar: true } : { rows, itemShape };
}

function describedDType(spec: DTypeLike, path: string): DType {
  try {
    return parseDType(spec);
  } catch (cause) {
    if (!isMemmapError(cause)) throw cause;
    throw new FormatError(`${path}: its sidecar's dtype is none: ${cause.message}`, { path, cause });
  }
}

/** A sidecar says raw, but the file says by itself the very same: one of the two is wrong, and nobody can tell. */
function refuseDisguise(
  held: Uint8Array,
  fd: number,
  size: number,
  path: string,
  dtype: DType,
  shape: readonly number[],
  files: Files,
): void {
  try {
    const { header } = headerFrom(held, fd, size, path, files);
    if (!header.dtype.equals(dtype) || header.shape.join() !== shape.join() || !fits(header, size)) return;
  } catch (error) {
    if (isMemmapError(error)) return;
    throw error;
  }
  throw new FormatError(
    `${path}: the sidecar says that this file has no header, but it has one of the same dtype and shape; remove dtype and shape from the sidecar`,
    { path },
  );
}

function noRows(path: string): ShapeError {
  return new ShapeError(`${path}: an array without axes has no rows and is no column`, { path });
}
