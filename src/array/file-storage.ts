import type { Stats } from "node:fs";
import { ClosedError, CorruptError, StaleError } from "../errors.js";
import { type Files, nodeFiles } from "../platform/files.js";
import {
  type FileIdentity,
  identityOf,
  isSameFile,
  type Mapping,
  noteWritable,
  platform,
} from "../platform/index.js";
import type { Storage } from "./storage.js";

/** How {@link mapFile} maps. */
export interface MapFileOptions {
  /** Whether stores reach the file. */
  readonly shared: boolean;
  /** The byte of the file to begin at, see `MAP_UNIT`; 0 when left out. */
  readonly offset?: number;
  readonly files?: Files;
  /** Looks at the open file before it is mapped; what it throws ends the attempt. */
  readonly inspect?: (fd: number, stat: Stats) => void;
}

/** The file that mapped bytes are of. */
export interface FileOrigin {
  /** The name that it had when it was mapped. */
  readonly path: string;
  readonly identity: FileIdentity;
}

const origins = new WeakMap<ArrayBufferLike, FileOrigin>();
/** A buffer must not keep its mapping: that of a dropped one is let go. */
const mappings = new WeakMap<ArrayBufferLike, WeakRef<Mapping>>();

/** The file that these bytes are mapped from, so that another thread can map it; undefined for other memory. */
export function originOf({ buffer }: Uint8Array): FileOrigin | undefined {
  return origins.get(buffer);
}

/** The open map that these bytes are of; undefined for other memory. */
export function mappingOf({ buffer }: Uint8Array): Mapping | undefined {
  const mapping = mappings.get(buffer)?.deref();
  return mapping?.closed === false ? mapping : undefined;
}

/**
 * Reads mapped bytes into memory ahead of their use, off this thread.
 *
 * @returns fulfilled when they are there, or could not be read; undefined where they are there, or are not mapped
 */
export function prefetch(bytes: Uint8Array): Promise<void> | undefined {
  if (bytes.length === 0) return undefined;
  return mappingOf(bytes)
    ?.prefetch(bytes.byteOffset, bytes.length)
    ?.catch(() => undefined);
}

/**
 * Maps a file by its name, after a look that it is the one that was meant, and long enough.
 *
 * @param length bytes that are needed; the mapping covers the file to its end where one mapping can
 * @throws StaleError where another file has the name now, CorruptError where it became shorter, LimitError
 */
export function mapFile(
  path: string,
  identity: FileIdentity,
  length: number,
  { shared, offset = 0, files = nodeFiles, inspect }: MapFileOptions,
): Mapping {
  const fd = files.open(path, shared ? "r+" : "r");
  try {
    const stat = files.stat(fd, path);
    if (!isSameFile(identityOf(stat), identity)) {
      throw new StaleError(
        `${path}: the file was replaced since it was opened; call refresh(), or open it again`,
        { path },
      );
    }
    if (stat.size < offset + length) {
      throw new CorruptError(
        `${path}: the file has ${stat.size} bytes, but its header asks for ${offset + length}; it was cut short`,
        { path },
      );
    }
    inspect?.(fd, stat);
    const system = platform();
    // A store into a hole of a full disk would end the process.
    if (shared) files.reserve(fd, offset + length, path);
    const most = Math.min(stat.size - offset, system.maxMapLength);
    const mapping = system.map(fd, Math.max(length, most), { shared, path, offset });
    if (mapping.length > 0) {
      // Other threads map files from their start.
      if (offset === 0) origins.set(mapping.buffer, { path, identity });
      mappings.set(mapping.buffer, new WeakRef(mapping));
      if (shared) noteWritable(identity, mapping.buffer);
    }
    return mapping;
  } finally {
    files.close(fd);
  }
}

/** A descriptor of the file for a mapping's last rites, if it still has its name. */
export function reopen(path: string, identity: FileIdentity): number | undefined {
  let fd: number;
  try {
    fd = nodeFiles.open(path, "r+");
  } catch {
    return undefined;
  }
  if (isSameFile(identityOf(nodeFiles.stat(fd, path)), identity)) return fd;
  nodeFiles.close(fd);
  return undefined;
}

/** The data of one array file: mapped at first use, private for reading and shared for writing. */
export class FileStorage implements Storage {
  version = 0;
  readonly path: string;
  readonly label: string;
  readonly writable: boolean;
  readonly #byteLength: number;
  readonly #identity: FileIdentity;
  readonly #mapOffset: number;
  readonly #dataOffset: number;
  #mapping: Mapping | undefined;
  #bytes: Uint8Array | undefined;
  #closed = false;

  constructor(file: {
    readonly path: string;
    readonly identity: FileIdentity;
    readonly dataOffset: number;
    readonly byteLength: number;
    readonly writable: boolean;
    /** Where the map begins, from which `dataOffset` counts; 0 when left out. */
    readonly mapOffset?: number;
  }) {
    this.path = file.path;
    this.label = file.path;
    this.writable = file.writable;
    this.#byteLength = file.byteLength;
    this.#identity = file.identity;
    this.#mapOffset = file.mapOffset ?? 0;
    this.#dataOffset = file.dataOffset;
  }

  get byteLength(): number {
    this.#requireOpen();
    return this.#byteLength;
  }

  #requireOpen(): void {
    if (this.#closed) throw new ClosedError(`${this.path}: the array is closed`, { path: this.path });
  }

  bytes(): Uint8Array {
    const { byteLength } = this;
    if (this.#bytes === undefined) {
      this.#mapping = mapFile(this.path, this.#identity, this.#dataOffset + byteLength, {
        shared: this.writable,
        offset: this.#mapOffset,
      });
      this.#bytes = new Uint8Array(this.#mapping.buffer, this.#dataOffset, byteLength);
    }
    return this.#bytes;
  }

  /** A map whose file was cut short shows zeros, or ends the process. One that was replaced stays whole. */
  verify(): void {
    const stat = this.#mapping === undefined ? undefined : nodeFiles.look(this.path);
    const end = this.#mapOffset + this.#dataOffset + this.#byteLength;
    if (stat === undefined || !isSameFile(identityOf(stat), this.#identity) || stat.size >= end) return;
    throw new CorruptError(
      `${this.path}: the file has ${stat.size} bytes, but its data need ${end}; other software cut it short`,
      { path: this.path },
    );
  }

  /** Waits until all stores are on the disk. @throws ClosedError, DiskError */
  flush(): void {
    this.#requireOpen();
    this.#mapping?.sync();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.version += 1;
    this.#bytes = undefined;
    this.#mapping?.close(() => reopen(this.path, this.#identity));
  }
}
