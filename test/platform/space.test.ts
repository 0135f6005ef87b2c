import {
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  readFileSync,
  statfsSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { DiskError } from "../../src/errors.js";
import { type FileSpace, loadLibC } from "../../src/platform/libc.js";
import { posixPlatform } from "../../src/platform/posix.js";
import { extend, punch } from "../../src/platform/space.js";
import { fileOf, implementations, isAll, mapPath, scratchDirectory, thrown, withFile } from "./support.js";

const directory = scratchDirectory();
let files = 0;
const fileWith = (length: number): string => fileOf(join(directory, `file-${(files += 1)}`), length, 7);

const { ENOSPC, EOPNOTSUPP, EDQUOT, ENOSYS } = constants.errno;

function systemSpace(): FileSpace | undefined {
  try {
    return loadLibC().space;
  } catch {
    return undefined;
  }
}
const system = systemSpace();
const hasPosix = implementations.some(({ id, platform }) => id === "posix" && platform !== undefined);

/** The system's calls, some of which fail: after they did their work if `done`, as on a disk that became full. */
function failing(
  space: FileSpace,
  errors: Partial<Record<keyof FileSpace, number>>,
  done = false,
): { space: FileSpace; calls: string[] } {
  const calls: string[] = [];
  const wrap = (name: keyof FileSpace) => (fd: number, from: number, length: number) => {
    calls.push(`${name} ${from} ${length}`);
    const errno = errors[name];
    if (errno === undefined || done) space[name](fd, from, length);
    return errno ?? 0;
  };
  return { space: { allocate: wrap("allocate"), zero: wrap("zero"), punch: wrap("punch") }, calls };
}

const grow = (space: FileSpace | undefined, path: string, from: number, to: number): Buffer => {
  withFile(path, "r+", (fd) => extend(space, fd, from, to, path));
  return readFileSync(path);
};
const expectGrown = (bytes: Buffer, from: number, to: number): void => {
  expect(isAll(bytes.subarray(0, from), 7)).toBe(true);
  expect(isAll(bytes.subarray(from, to), 0)).toBe(true);
  expect(isAll(bytes.subarray(to), 7)).toBe(true);
};
const blocksOf = (path: string): number => {
  withFile(path, "r+", fdatasyncSync);
  return statSync(path).blocks;
};

describe.skipIf(system === undefined)("growing", () => {
  const real = system ?? failing({ allocate: () => 0, zero: () => 0, punch: () => 0 }, {}).space;

  it("asks for the bytes behind the end first, and changes the file's size last", () => {
    const { space, calls } = failing(real, {});
    expectGrown(grow(space, fileWith(20_000), 5_000, 50_000), 5_000, 50_000);
    expect(calls).toEqual(["allocate 20000 30000", "zero 5000 15000"]);
  });

  it("punches and allocates where the file system cannot zero", () => {
    const { space, calls } = failing(real, { zero: EOPNOTSUPP });
    const path = fileWith(20_000);
    expectGrown(grow(space, path, 5_000, 50_000), 5_000, 50_000);
    expect(calls.slice(2)).toEqual(["punch 5000 15000", "allocate 5000 15000"]);
    expect(blocksOf(path) * 512).toBeGreaterThanOrEqual(50_000);
  });

  it.each([
    [{ zero: EOPNOTSUPP, punch: EOPNOTSUPP }],
    [{ zero: EOPNOTSUPP, punch: EOPNOTSUPP, allocate: EOPNOTSUPP }],
    [{ zero: ENOSYS, allocate: ENOSYS }],
  ])("writes zeros where it can do neither: %o", (errors) => {
    const path = fileWith(20_000);
    withFile(path, "r+", (fd) => ftruncateSync(fd, 30_000));
    expectGrown(grow(failing(real, errors).space, path, 5_000, 50_000), 5_000, 50_000);
    expectGrown(grow(failing(real, errors).space, fileWith(20_000), 5_000, 9_000), 5_000, 9_000);
    expect(blocksOf(path) * 512).toBeGreaterThanOrEqual(50_000);
  });

  it.each([
    ["ENOSPC", ENOSPC],
    ["EDQUOT", EDQUOT],
  ])("leaves a file as it was where the disk becomes full behind its end: %s", (code, errno) => {
    const path = fileWith(20_000);
    const before = blocksOf(path);
    const error = thrown(() => grow(failing(real, { allocate: errno }, true).space, path, 5_000, 5_000_000));
    expect(error).toBeInstanceOf(DiskError);
    expect(error).toMatchObject({ path, cause: { code } });
    expect(isAll(readFileSync(path), 7)).toBe(true);
    expect(statSync(path).size).toBe(20_000);
    expect(blocksOf(path)).toBe(before);
  });

  it("gives holes back that it had begun to fill", () => {
    const path = fileWith(20_000);
    withFile(path, "r+", (fd) => ftruncateSync(fd, 5_000_000));
    const before = blocksOf(path);
    const full = failing(real, { zero: ENOSPC }, true).space;
    expect(thrown(() => grow(full, path, 20_000, 6_000_000))).toBeInstanceOf(DiskError);
    expect(statSync(path).size).toBe(5_000_000);
    expect(blocksOf(path)).toBeLessThanOrEqual(before);
    expect(isAll(readFileSync(path).subarray(0, 20_000), 7)).toBe(true);
  });

  it("tries no size that the disk cannot hold", () => {
    const { space, calls } = failing(real, {});
    expect(thrown(() => grow(space, fileWith(100), 100, 2 ** 52))).toBeInstanceOf(DiskError);
    expect(calls).toEqual([]);
  });
});

/** `f_type` of tmpfs; see statfs(2). */
const TMPFS = 0x01021994;
const memory = "/dev/shm";
const onMemory = existsSync(memory) && statfsSync(memory).type === TMPFS;

describe.skipIf(!onMemory || !hasPosix)("growing on tmpfs", () => {
  const path = join(memory, `memmap-space-${process.pid}`);
  afterEach(() => unlinkSync(path));

  it("falls back to what it can, and fills holes", () => {
    fileOf(path, 20_000, 7);
    expectGrown(grow(system, path, 5_000, 50_000), 5_000, 50_000);
    withFile(path, "r+", (fd) => ftruncateSync(fd, 500_000));
    const bytes = grow(system, path, 50_000, 600_000);
    expect(isAll(bytes.subarray(50_000), 0)).toBe(true);
    expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(600_000);
  });

  it("shows no bytes that a map stored behind the end of the file", () => {
    fileOf(path, 4_096, 7);
    const mapping = mapPath(posixPlatform(), path);
    withFile(path, "r+", (fd) => ftruncateSync(fd, 100));
    new Uint8Array(mapping.buffer).fill(9, 100);
    expectGrown(grow(system, path, 100, 9_000), 100, 9_000);
    mapping.close();
  });
});

describe("growing without any call for it", () => {
  it("writes zeros over more than one block", () => {
    const path = fileWith(3_000_000);
    expectGrown(grow(undefined, path, 500_000, 4_000_001), 500_000, 4_000_001);
  });
});

describe("punching", () => {
  it("writes zeros where holes are impossible, and not behind the end", () => {
    const path = fileWith(20_000);
    const calls: string[] = [];
    const none = (name: string) => () => {
      calls.push(name);
      return EOPNOTSUPP;
    };
    const space = { allocate: none("allocate"), zero: none("zero"), punch: none("punch") };
    withFile(path, "r+", (fd) => punch(space, fd, 5_000, 4_000, path));
    expectGrown(readFileSync(path), 5_000, 9_000);
    withFile(path, "r+", (fd) => punch(undefined, fd, 15_000, 40_000, path));
    expect(readFileSync(path).length).toBe(20_000);
    expect(calls).toEqual(["punch"]);
  });

  it("reports other failures", () => {
    const path = fileWith(20_000);
    const space = { allocate: () => 0, zero: () => 0, punch: () => ENOSPC };
    const error = thrown(() => withFile(path, "r+", (fd) => punch(space, fd, 0, 5, path)));
    expect(error).toBeInstanceOf(DiskError);
    expect(error).toMatchObject({ path, cause: { code: "ENOSPC" } });
    expect(isAll(readFileSync(path), 7)).toBe(true);
  });

  it.skipIf(system === undefined)("gives the blocks of whole pages back", () => {
    const path = fileWith(1_000_000);
    const before = blocksOf(path);
    withFile(path, "r+", (fd) => punch(system, fd, 100_000, 800_000, path));
    expect(blocksOf(path)).toBeLessThan(before);
    expectGrown(readFileSync(path), 100_000, 900_000);
  });
});
