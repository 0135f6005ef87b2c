import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isMemmapError } from "../../src/errors.js";
import { platform } from "../../src/platform/index.js";

describe.skipIf(process.platform !== "linux")("reserve", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "reserve-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function sparse(size: number): { path: string; fd: number } {
    const path = join(directory, "sparse");
    const fd = openSync(path, "wx+");
    ftruncateSync(fd, size);
    writeSync(fd, Uint8Array.of(1, 2, 3), 0, 3, 1_000_000);
    return { path, fd };
  }

  it.skipIf(platform().name !== "posix")("gives holes blocks and changes no byte", () => {
    const { path, fd } = sparse(4_000_000);
    const before = readFileSync(path);
    expect(statSync(path).blocks * 512).toBeLessThan(4_000_000);
    platform().reserve(fd, 4_000_000, path);
    closeSync(fd);
    expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(4_000_000);
    expect(statSync(path).size).toBe(4_000_000);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it.skipIf(platform().name !== "posix")("refuses what no disk has room for, and takes nothing", () => {
    const { path, fd } = sparse(2 ** 43);
    const { blocks } = statSync(path);
    let error: unknown;
    try {
      platform().reserve(fd, 2 ** 43, path);
    } catch (thrown) {
      error = thrown;
    }
    closeSync(fd);
    expect(isMemmapError(error, "DISK")).toBe(true);
    expect(String(error)).toContain(path);
    expect(statSync(path).blocks).toBe(blocks);
  });

  it("does nothing to a file without holes", () => {
    const path = join(directory, "dense");
    const fd = openSync(path, "wx+");
    writeSync(fd, new Uint8Array(100_000).fill(7));
    platform().reserve(fd, 100_000, path);
    closeSync(fd);
    expect(readFileSync(path).every((byte) => byte === 7)).toBe(true);
  });
});
