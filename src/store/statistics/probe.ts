import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { isMemmapError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { isLocal, type Mapping, platform, stampOfOpen } from "../../platform/index.js";
import { pastTick, type Waiting } from "./quiet.js";

/** Devices of which it was found: it stays so for as long as the process lives. */
const found = new Set<bigint>();
const SIZE = 4096;

/**
 * Tries out whether files of a directory are stamped when somebody stores into them through a map: ext4 does so at the first store after
 * each sync, tmpfs never. Where they are, once for each device.
 *
 * @returns the device that files of the directory are on, and no other; undefined where they are not stamped
 */
export function* stampsStores(directory: string, files: Files): Waiting<bigint | undefined> {
  if (!isLocal(directory)) return undefined;
  const path = join(directory, `${randomUUID()}.part`);
  const fd = files.create(path);
  try {
    const { dev } = stampOfOpen(fd);
    if (!found.has(dev) && !(yield* tried(fd, path, files))) return undefined;
    found.add(dev);
    return dev;
  } finally {
    files.close(fd);
    files.unlink(path);
  }
}

function* tried(fd: number, path: string, files: Files): Waiting<boolean> {
  files.write(fd, new Uint8Array(SIZE), 0, path);
  const mapping = mapped(fd, path);
  if (mapping === undefined) return false;
  try {
    const bytes = new Uint8Array(mapping.buffer);
    // The second time, the page has been stored into before.
    for (const value of [1, 2]) {
      bytes[0] = value;
      files.sync(fd, path);
      const before = stampOfOpen(fd);
      if (!(yield* pastTick(before))) return false;
      bytes[1] = value;
      if (stampOfOpen(fd).mtimeNs === before.mtimeNs) return false;
    }
    return true;
  } finally {
    mapping.close();
  }
}

function mapped(fd: number, path: string): Mapping | undefined {
  try {
    return platform().map(fd, SIZE, { shared: true, path });
  } catch (error) {
    if (isMemmapError(error)) return undefined;
    throw error;
  }
}
