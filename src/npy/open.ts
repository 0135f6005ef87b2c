import { closeSync, constants, fstatSync, lstatSync, openSync, type Stats } from "node:fs";
import { DiskError, FormatError, type MemmapError, NotFoundError, systemCode } from "../errors.js";

/** How {@link openRegular} opens. */
export interface OpenOptions {
  /** Whether a symbolic link at the end of the path is followed; it is refused when left out. */
  readonly follow?: boolean;
}

// Windows has neither; there, nothing but the look before opening tells a link.
const NO_BLOCK: number = constants.O_NONBLOCK ?? 0;
const NO_FOLLOW: number | undefined = constants.O_NOFOLLOW;

/**
 * Opens a regular file, and nothing else: opening a FIFO would wait for its other end, a device may do anything.
 *
 * @param path the file; links in the directories before it are followed
 * @param flags `"r"` to read, `"r+"` to read and write
 * @returns the descriptor, which the caller closes
 * @throws NotFoundError when there is nothing
 * @throws FormatError for a directory, FIFO, socket or device, and for a symbolic link unless `follow` is set
 * @throws DiskError when the system refuses: no permission, read-only file system, too many open files
 */
export function openRegular(path: string, flags: "r" | "r+", { follow = false }: OpenOptions = {}): number {
  const fd = open(path, flags, follow);
  try {
    const what = kindOf(fstatSync(fd));
    if (what === undefined) return fd;
    throw new FormatError(`${path}: this is ${what}, not a regular file`, { path });
  } catch (error) {
    closeSync(fd);
    throw error instanceof FormatError ? error : refusal(path, error, follow);
  }
}

function open(path: string, flags: "r" | "r+", follow: boolean): number {
  const access = flags === "r" ? constants.O_RDONLY : constants.O_RDWR;
  try {
    if (!follow && NO_FOLLOW === undefined && lstatSync(path).isSymbolicLink()) throw link(path);
    return openSync(path, access | NO_BLOCK | (follow ? 0 : (NO_FOLLOW ?? 0)));
  } catch (error) {
    throw error instanceof FormatError ? error : refusal(path, error, follow);
  }
}

/** The system's refusal as an error of this package. */
function refusal(path: string, cause: unknown, follow: boolean): MemmapError {
  const code = systemCode(cause);
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return new NotFoundError(`${path}: there is no such file`, { path, cause });
    case "EISDIR":
      return new FormatError(`${path}: this is a directory, not a regular file`, { path, cause });
    case "ENXIO":
    case "ENODEV":
    case "EOPNOTSUPP": // macOS, of a socket.
      return new FormatError(`${path}: this is a socket, FIFO or device, not a regular file`, {
        path,
        cause,
      });
    case "ELOOP":
    case "EMLINK": // FreeBSD's answer to a link.
      return link(path, cause, follow);
    default:
      return new DiskError(`${path}: the file could not be opened (${code ?? "unknown error"})`, {
        path,
        cause,
      });
  }
}

function link(path: string, cause?: unknown, follow = false): FormatError {
  const what = follow
    ? "this leads through too many symbolic links"
    : "this is a symbolic link, not a regular file";
  return new FormatError(`${path}: ${what}`, { path, cause });
}

/** What is open, unless it is a regular file. */
function kindOf(stats: Stats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return "a directory";
  if (stats.isFIFO()) return "a FIFO";
  return stats.isSocket() ? "a socket" : "a device";
}
