import { describe, expect, it } from "vitest";
import { headerExtent } from "../../src/npy/index.js";
import { dictionary, npyFile, refusal } from "./support.js";

const BIG = Number.MAX_SAFE_INTEGER;
const bytes = (...values: number[]) => Uint8Array.from(values);
const prefix = (version: [number, number], ...length: number[]) =>
  bytes(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, ...version, ...length);
const refused = (file: Uint8Array, fileSize = file.length) =>
  refusal(() => headerExtent(file, "a.npy", fileSize));

describe("headerExtent", () => {
  it("adds magic, version and length to the header's length", () => {
    expect(headerExtent(prefix([1, 0], 118, 0, 0, 0), "a.npy", 928)).toBe(128);
    expect(headerExtent(prefix([2, 0], 116, 0, 0, 0), "a.npy", 928)).toBe(128);
    expect(headerExtent(prefix([3, 0], 116, 1, 0, 0), "a.npy", 928)).toBe(384);
  });

  it("takes the smallest version 1.0 file", () => {
    expect(headerExtent(prefix([1, 0], 1, 0, 0x7b), "a.npy", 11)).toBe(11);
  });

  it("reads where its bytes are, not where their buffer begins", () => {
    const file = npyFile(dictionary());
    const pool = new Uint8Array(file.length + 37).fill(0xff);
    pool.set(file, 37);
    expect(headerExtent(pool.subarray(37), "a.npy", file.length)).toBe(10 + dictionary().length);
  });
});

describe("rule 1: too short, or another kind of file", () => {
  it.each(Array.from({ length: 12 }, (_, length) => length))(
    "refuses the first %i bytes of version 2.0",
    (length) => {
      const whole = prefix([2, 0], 118, 0, 0, 0);
      expect(refused(whole.subarray(0, length))).toMatch(/not empty|too few/);
      expect(refused(whole, length)).toMatch(/not empty|too few/);
    },
  );

  it.each(Array.from({ length: 10 }, (_, length) => length))(
    "refuses the first %i bytes of version 1.0",
    (length) => {
      expect(refused(prefix([1, 0], 118, 0).subarray(0, length))).toMatch(/not empty|too few/);
    },
  );

  it.each([
    ["a zip archive", Buffer.from("PK\x03\x04\x14\0\0\0\0\0\0\0"), "zip archive"],
    ["an empty zip archive", Buffer.from("PK\x05\x06\0\0\0\0\0\0\0\0"), "zip archive"],
    ["a pickle", bytes(0x80, 4, 0x4b, 1, 0x2e), "pickle"],
    ["a pickle of version 2", bytes(0x80, 2, 0x4b, 1, 0x2e, 0, 0, 0, 0, 0, 0, 0), "pickle"],
    ["bare elements", new Uint8Array(80), 'begins with "\\x00\\x00\\x00\\x00\\x00\\x00" and not with'],
    ["text", Buffer.from("a,b\n1,2\n3,4\n"), 'begins with "a,b\\n1,"'],
    ["NUMPY without its first byte", Buffer.from("NUMPY\x01\0v\0{'de"), "not an NPY file"],
    ["magic in UTF-8", Buffer.from("\x93NUMPY\x01\0v\0{", "utf8"), "not an NPY file"],
    ["magic in lower case", Buffer.from("\x93numpy\x01\0v\0{", "latin1"), "not an NPY file"],
    ["an HDF5 file", Buffer.from("\x89HDF\r\n\x1a\n\0\0\0\0", "latin1"), 'begins with "\\x89HDF\\x0d\\n"'],
  ])("refuses %s", (_, file, problem) => {
    expect(refused(file)).toContain(problem);
  });
});

describe("rule 2: versions", () => {
  it.each([
    [0, 0],
    [0, 1],
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 0],
    [1, 255],
    [255, 255],
  ])("refuses %i.%i", (major, minor) => {
    expect(refused(prefix([major, minor], 118, 0, 0, 0), 928)).toContain(
      `NPY version ${major}.${minor} is not known`,
    );
  });
});

describe("rule 3: the header's length", () => {
  it("refuses 0", () => {
    expect(refused(prefix([1, 0], 0, 0, 0, 0), 928)).toContain("length is 0");
    expect(refused(prefix([2, 0], 0, 0, 0, 0), 928)).toContain("length is 0");
    expect(refused(prefix([3, 0], 0, 0, 0, 0), 928)).toContain("length is 0");
  });

  it("refuses what NumPy would not load, whatever the file holds", () => {
    expect(headerExtent(prefix([1, 0], 0x10, 0x27, 0, 0), "a.npy", BIG)).toBe(10_010);
    expect(refused(prefix([1, 0], 0x11, 0x27, 0, 0), BIG)).toContain(
      "10001 bytes is over the limit of 10000",
    );
    expect(refused(prefix([1, 0], 0xff, 0xff, 0, 0), BIG)).toContain("65535 bytes is over the limit");
    expect(headerExtent(prefix([2, 0], 0x10, 0x27, 0, 0), "a.npy", BIG)).toBe(10_012);
    expect(refused(prefix([2, 0], 0x11, 0x27, 0, 0), BIG)).toContain(
      "10001 bytes is over the limit of 10000",
    );
    expect(headerExtent(prefix([3, 0], 0x40, 0x9c, 0, 0), "a.npy", BIG)).toBe(40_012);
    expect(refused(prefix([3, 0], 0x41, 0x9c, 0, 0), BIG)).toContain(
      "40001 bytes is over the limit of 40000",
    );
  });

  it("refuses what the file does not hold", () => {
    expect(headerExtent(prefix([1, 0], 118, 0, 0, 0), "a.npy", 128)).toBe(128);
    expect(refused(prefix([1, 0], 118, 0, 0, 0), 127)).toContain(
      "ends at byte 128, after the end of the file at 127",
    );
  });

  it("refuses a 12-byte file that asks for 4.29 GB", () => {
    expect(refused(prefix([2, 0], 0xff, 0xff, 0xff, 0xff))).toContain("4294967295 bytes is over the limit");
    expect(refused(prefix([3, 0], 0xff, 0xff, 0xff, 0xff))).toContain("4294967295 bytes is over the limit");
  });

  it("reads lengths without a sign", () => {
    expect(refused(prefix([1, 0], 0x00, 0x80, 0, 0), BIG)).toContain("length of 32768 bytes");
    expect(refused(prefix([2, 0], 0x00, 0x00, 0x00, 0x80), BIG)).toContain("length of 2147483648 bytes");
  });
});
