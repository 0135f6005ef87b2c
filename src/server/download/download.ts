import { FormatError } from "../../errors.js";
import type { Catalogue, May, VirtualEntry, VirtualFile } from "../catalogue/index.js";
import { Tar } from "./tar.js";
import { TarHeaders } from "./tar-header.js";
import { planTar } from "./tar-plan.js";
import { readUnchanged } from "./unchanged.js";

/** Something to be sent whole, or from one byte to another. Nothing is open before its bytes are asked for. */
export interface Download {
  /** Bytes of the whole, exactly. */
  readonly length: number;
  readonly contentType: string;
  /** What it is to be saved as: see `contentDisposition`. */
  readonly filename: string;
  /** Milliseconds since 1970, whole. */
  readonly lastModified: number;
  /** Another one where the bytes are others, as far as the file system tells: what ETags are made of. */
  readonly pin: string;
  /**
   * The bytes from one up to another, in pieces of up to 256 KiB, each valid until the next is asked for.
   * `return()` closes what is open.
   *
   * @param start 0 when left out
   * @param end the length when left out
   * @throws StaleError where it is no longer what `pin` says, before the first byte or later, be it that a file
   * has grown; CorruptError where one is cut short meanwhile; NotFoundError, DiskError
   */
  open(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

/** A file as it is on the disk. @throws FormatError for a store, which is downloaded as a directory */
export async function fileDownload(catalogue: Catalogue, file: VirtualFile): Promise<Download> {
  const { bytes, name, mediaType, lastModified, mtimeMs, identity } = file;
  if (bytes === undefined) throw new FormatError("this is a table: it comes as a tar of its files");
  return {
    length: bytes,
    contentType: mediaType,
    filename: name,
    lastModified,
    pin: [identity.dev, identity.ino, identity.born, bytes, mtimeMs].join(" "),
    open: (start = 0, end = bytes) => fileBytes(catalogue, file, start, Math.min(end, bytes)),
  };
}

async function* fileBytes(
  catalogue: Catalogue,
  file: VirtualFile,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  const { realPath: path, bytes = 0, mtimeMs } = file;
  const { files } = catalogue;
  const { fd } = catalogue.openEntry(file);
  try {
    yield* readUnchanged({ fd, path, size: bytes, mtimeMs }, start, end, files);
  } finally {
    files.close(fd);
  }
}

/**
 * A directory, or a store, as a tar of regular files: those of the directory first, then those of the
 * directories in it, by their whole virtual paths. What the one who asks may not see is not in it. A table is
 * of one generation; a change of it while it is sent ends the download.
 *
 * @throws FormatError for the top, which is not downloaded; LimitError for more than 100,000 files;
 * StaleError for a table that is being changed all the time; UnsupportedError where tar-stream is not
 * installed
 */
export async function directoryDownload(
  catalogue: Catalogue,
  entry: VirtualEntry,
  may: May,
): Promise<Download> {
  if (entry.path === "") throw new FormatError("No file path was specified");
  const headers = await TarHeaders.load();
  const plan = await planTar(catalogue, entry, may, headers);
  const tar = new Tar(catalogue, plan, headers);
  return {
    length: plan.length,
    contentType: "application/x-tar",
    filename: `${entry.path.replaceAll("/", "_")}.tar`,
    lastModified: plan.lastModified,
    pin: plan.pin,
    open: (start = 0, end = plan.length) => tar.read(start, end),
  };
}
