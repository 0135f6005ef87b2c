import * as fs from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dtypeFromDescr } from "../../src/dtype/index.js";
import { DiskError, FormatError } from "../../src/errors.js";
import { formatHeader, readHeader } from "../../src/npy/index.js";
import { dictionary, npyFile, npyFileOfBytes, refusal, temporaryDirectory } from "./support.js";

vi.mock("node:fs", async (original) => {
  const actual = await original<typeof fs>();
  return { ...actual, readSync: vi.fn(actual.readSync) };
});

const actual = await vi.importActual<typeof fs>("node:fs");
const readSync = vi.mocked(fs.readSync);
const directory = temporaryDirectory();
let path = "";
let fd = -1;
let files = 0;

/** Bytes that were read from the file. */
const bytesRead = () => readSync.mock.results.reduce((sum, { value }) => sum + Number(value), 0);
/** Bytes that were asked for. */
const bytesAsked = () =>
  readSync.mock.calls.reduce((sum, call: readonly unknown[]) => sum + Number(call[3]), 0);

function openFile(bytes: Uint8Array, size = bytes.length): void {
  path = join(directory, `${files}.npy`);
  files += 1;
  fs.writeFileSync(path, bytes);
  fs.truncateSync(path, size);
  fd = fs.openSync(path, "r");
}

beforeEach(() => {
  readSync.mockReset();
  readSync.mockImplementation(actual.readSync);
});
afterEach(() => {
  if (fd >= 0) fs.closeSync(fd);
  fd = -1;
});

const read = (scratch?: Uint8Array) => readHeader(fd, fs.fstatSync(fd).size, path, scratch);
const F8 = dtypeFromDescr("<f8");
const longDtype = () => dtypeFromDescr([["語".repeat(9000), "<f8"]]);

describe("readHeader", () => {
  it("reads a usual file at once, whatever follows the header", () => {
    openFile(npyFile(dictionary()));
    expect(read()).toMatchObject({ shape: [10], version: [1, 0] });
    expect(readSync).toHaveBeenCalledTimes(1);
  });

  it("reads the rest of a header longer than the first read", () => {
    openFile(Buffer.concat([formatHeader({ dtype: longDtype(), shape: [2] }), Buffer.alloc(16)]));
    const header = read();
    expect(header.dtype.equals(longDtype())).toBe(true);
    expect(header.dataOffset).toBeGreaterThan(27_000);
    expect(readSync).toHaveBeenCalledTimes(2);
    expect(bytesRead()).toBe(header.dataOffset);
  });

  it("goes on after short reads", () => {
    openFile(Buffer.concat([formatHeader({ dtype: longDtype(), shape: [2] }), Buffer.alloc(16)]));
    readSync.mockImplementation(((
      file: number,
      into: Uint8Array,
      offset: number,
      length: number,
      position: number,
    ) => actual.readSync(file, into, offset, Math.min(length, 1000), position)) as typeof fs.readSync);
    expect(read().dtype.equals(longDtype())).toBe(true);
  });

  it("leaves the descriptor's position alone", () => {
    openFile(npyFile(dictionary()));
    read();
    const first = new Uint8Array(1);
    actual.readSync(fd, first, 0, 1, null);
    expect(first[0]).toBe(0x93);
  });

  it("reads into scratch memory and keeps nothing of it", () => {
    openFile(npyFile(dictionary({ descr: "[('name', '<f8')]" })));
    const scratch = new Uint8Array(8192);
    const header = read(scratch);
    expect(readSync.mock.calls[0]?.[1]).toBe(scratch);
    scratch.fill(0xff);
    expect(header.dtype.fields?.[0]?.name).toBe("name");
  });

  it("does without scratch memory that is too small, or not empty", () => {
    openFile(npyFile(dictionary()));
    expect(read(new Uint8Array(8)).shape).toEqual([10]);
    expect(read(new Uint8Array(65_536).fill(0x39)).shape).toEqual([10]);
    fs.closeSync(fd);
    openFile(Buffer.concat([formatHeader({ dtype: longDtype(), shape: [2] }), Buffer.alloc(16)]));
    expect(read(new Uint8Array(5000).fill(0x39)).shape).toEqual([2]);
  });

  it("reads both parts of a long header into scratch memory that holds them", () => {
    openFile(Buffer.concat([formatHeader({ dtype: longDtype(), shape: [2] }), Buffer.alloc(16)]));
    const scratch = new Uint8Array(40_960);
    expect(read(scratch).shape).toEqual([2]);
    expect(readSync.mock.calls.every(([, into]) => into === scratch)).toBe(true);
  });

  it("does not take what an earlier file left in scratch memory", () => {
    const scratch = new Uint8Array(4096);
    scratch.set(formatHeader({ dtype: F8, shape: [0] }));
    openFile(Uint8Array.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]));
    expect(refusal(() => read(scratch))).toContain("8 bytes are too few");
    expect(refusal(() => readHeader(fd, 128, path, scratch))).toContain("8 bytes are too few");
  });
});

describe("the bound of 64 KiB", () => {
  const BOUND = 65_536;
  const SPARSE = 2 ** 40;

  it.each([
    ["an ordinary header", npyFile(dictionary({ shape: "(1000000000,)" })), true],
    ["the longest header of version 1.0", npyFile(dictionary().padEnd(10_000)), true],
    [
      "the longest header of version 3.0",
      npyFile(dictionary({ descr: `[('${"😀".repeat(9900)}', '<f8')]` }), { version: 3 }),
      true,
    ],
    ["zeros", new Uint8Array(0), false],
    ["60,000 spaces", npyFile(dictionary().padEnd(60_000)), false],
    ["a header of 4 GiB", npyFile(dictionary(), { version: 2, length: 0xffffffff }), false],
    ["a header of 40,000 bytes of Latin-1", npyFile(dictionary().padEnd(40_000), { version: 2 }), false],
    ["a header of 40,000 spaces in UTF-8", npyFile(dictionary().padEnd(40_000), { version: 3 }), false],
    ["a version to come", npyFileOfBytes(Buffer.from(dictionary()), { version: 1 }).with(6, 9), false],
    ["data beyond the end", npyFile(dictionary({ shape: "(1000000000000,)" })), false],
  ])("holds on a sparse file of 1 TiB with %s", (_, start, legal) => {
    openFile(start, SPARSE);
    if (legal) expect(read().dataOffset).toBeLessThan(BOUND);
    else expect(read).toThrow(FormatError);
    expect(bytesRead()).toBeGreaterThan(0);
    expect(bytesRead()).toBeLessThanOrEqual(BOUND);
    expect(bytesAsked()).toBeLessThanOrEqual(BOUND);
  });

  it("asks a 12-byte file for 12 bytes, though its header claims 4.29 GB", () => {
    openFile(npyFile("", { version: 2, length: 0xffffffff, data: 0 }));
    expect(refusal(() => read())).toContain("4294967295 bytes is over the limit");
    expect(bytesAsked()).toBe(12);
  });

  it("reads nothing of an empty file", () => {
    openFile(new Uint8Array(0));
    expect(refusal(() => read())).toContain("not empty");
    expect(bytesAsked()).toBe(0);
  });
});

describe("what fails", () => {
  it("is a FormatError when the data are not all there", () => {
    openFile(npyFile(dictionary(), { data: 79 }));
    expect(refusal(() => read())).toContain("the file holds 79");
  });

  it("is a FormatError when the file was longer a moment ago", () => {
    const bytes = formatHeader({ dtype: longDtype(), shape: [0] });
    openFile(bytes.subarray(0, 6000));
    expect(refusal(() => readHeader(fd, bytes.length, path))).toContain("only 6000 of the header's");
  });

  it("is a DiskError with the system's as its cause when reading fails", () => {
    openFile(npyFile(dictionary()));
    const cause = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
    readSync.mockImplementation(() => {
      throw cause;
    });
    expect(read).toThrow(expect.objectContaining({ code: "DISK", path, cause }));
    expect(read).toThrow(DiskError);
  });

  it("is a FormatError for a directory", () => {
    fd = fs.openSync(directory, "r");
    expect(refusal(() => readHeader(fd, 4096, directory))).toContain("directory");
  });
});
