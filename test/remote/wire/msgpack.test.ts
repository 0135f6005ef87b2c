import { describe, expect, it } from "vitest";
import { CastError, FormatError } from "../../../src/errors.js";
import { decodeValue, encodeValue } from "../../../src/remote/wire/index.js";
import { hex, unhex } from "./pieces.js";

describe("encodeValue", () => {
  it.each([
    [0, "00"],
    [127, "7f"],
    [128, "cc80"],
    [-1, "ff"],
    [-33, "d0df"],
    [65536, "ce00010000"],
    [2 ** 32 - 1, "ceffffffff"],
    [2 ** 32, "d30000000100000000"],
    [2 ** 53 - 1, "d3001fffffffffffff"],
    [-(2 ** 53 - 1), "d3ffe0000000000001"],
    [5n, "05"],
    [2n ** 64n - 1n, "cfffffffffffffffff"],
    [1.5, "cb3ff8000000000000"],
    ["a", "a161"],
    ["é".repeat(16), `d920${"c3a9".repeat(16)}`],
    [null, "c0"],
    [true, "c3"],
    [Uint8Array.of(1, 2), "c4020102"],
    [[1, [2]], "920191 02".replace(" ", "")],
    [{ error: "x" }, "81a56572726f72a178"],
    [new Map([["__proto__", {}]]), "81a95f5f70726f746f5f5f80"],
  ])("writes %o", (value, bytes) => {
    expect(hex(encodeValue(value))).toBe(bytes);
  });

  it("has the shortest heads for texts of any length", () => {
    const heads = [31, 32, 255, 256, 65535, 65536].map((length) =>
      hex(encodeValue("x".repeat(length))).replace(/(78)+$/, ""),
    );
    expect(heads).toEqual(["bf", "d920", "d9ff", "da0100", "daffff", "db00010000"]);
  });

  it.each([
    undefined,
    () => 1,
    new Date(0),
    new Set(),
    2n ** 64n,
    "\ud800",
    { a: { "\udfff": 1 } },
    new Float64Array(1),
  ])("has no word for %o", (value) => {
    expect(() => encodeValue(value)).toThrow(CastError);
  });

  it("takes time by what it writes, however deep", () => {
    let value: unknown = [];
    for (let depth = 0; depth < 60; depth++) value = depth % 2 === 0 ? [value, 2 ** 40] : { a: value };
    expect(decodeValue(encodeValue(value), { maxDepth: 64 })).toBeDefined();
  });
});

describe("decodeValue", () => {
  it("gives maps as Maps, and bigints where numbers would not be exact", () => {
    const value = decodeValue(unhex("82 a161 cf0020000000000001 a162 cf001fffffffffffff"));
    expect(value).toEqual(
      new Map<string, unknown>([
        ["a", 2n ** 53n + 1n],
        ["b", 2 ** 53 - 1],
      ]),
    );
  });

  it("takes small integers for what they are", () => {
    const all = Array.from({ length: 128 }, (_, k) => k);
    expect(decodeValue(encodeValue(all))).toEqual(all);
  });

  it("keeps a text's byte order mark, its NULs and its astral characters", () => {
    const texts = ["", "x", "é", "\0", "🐟".repeat(40), "x".repeat(300), "\ufeff"];
    const long = [...texts, `\ufeff${"y".repeat(100)}`, `\ufeff${"é".repeat(100)}`];
    for (const text of long) expect(decodeValue(encodeValue(text))).toBe(text);
    expect(decodeValue(encodeValue(long))).toEqual(long);
  });

  it.each([
    ["nothing", ""],
    ["a head that is cut off", "cd01"],
    ["a text that is cut off", "a36162"],
    ["bytes that are cut off", "c4050102"],
    ["bytes of 4 GiB that are not there", "c6ffffffff00"],
    ["an array that is cut off", "9201"],
    ["a map without its last value", "82a16101a162"],
    ["2^32 - 1 elements that are not there", "ddffffffff00"],
    ["2^32 - 1 pairs that are not there", "dfffffffffa16100"],
    ["bytes behind the value", "0000"],
    ["a byte that begins nothing", "c1"],
    ["an extension", "d40001"],
    ["a date", "d6ff00000000"],
    ["a record of the packer's own", "d4724091a16101"],
    ["a text that is not UTF-8", "a2c328"],
    ["a text with a surrogate", "a3eda080"],
    ["a long text that is not UTF-8", `d940${"61".repeat(63)}ff`],
    ["a key that is a number", "810101"],
    ["a key that is an array", "819001"],
  ])("refuses %s", (_, bytes) => {
    expect(() => decodeValue(unhex(bytes))).toThrow(FormatError);
  });

  it("refuses what is nested deeper than asked for", () => {
    const nested = (depth: number) => unhex(`${"91".repeat(depth)}00`);
    expect(decodeValue(nested(64))).toBeDefined();
    expect(() => decodeValue(nested(65))).toThrow("nested more than 64 deep");
    expect(() => decodeValue(nested(3), { maxDepth: 2 })).toThrow(FormatError);
    // Far deeper than a stack of calls would be.
    expect(() => decodeValue(nested(1_000_000))).toThrow(FormatError);
  });

  it("makes nothing of arrays that together claim more than there is", () => {
    // Each head alone claims what would still fit behind it.
    const heads = new Uint8Array(1 << 20).fill(0);
    for (let at = 0; at + 5 < heads.length / 2; at += 5) {
      heads[at] = 0xdd;
      new DataView(heads.buffer).setUint32(at + 1, heads.length / 2);
    }
    const before = process.memoryUsage();
    expect(() => decodeValue(heads, { maxDepth: 1_000_000 })).toThrow("not the whole");
    expect(process.memoryUsage().heapUsed - before.heapUsed).toBeLessThan(4 << 20);
  });

  it("counts maps and refuses floats where it should", () => {
    expect(() => decodeValue(unhex("93808080"), { maxMaps: 2 })).toThrow("more than 2 maps");
    expect(decodeValue(unhex("93808080"), { maxMaps: 3 })).toHaveLength(3);
    expect(() => decodeValue(unhex("cb3ff0000000000000"), { floats: false })).toThrow(FormatError);
    expect(() => decodeValue(unhex("ca3f800000"), { floats: false })).toThrow(FormatError);
  });
});
