import { describe, expect, it } from "vitest";
import { FormatError, IndexError } from "../../../src/errors.js";
import {
  dialectOf,
  encodeBody,
  encodeValue,
  errorBody,
  mediaTypeOf,
  parseBody,
  parseQuery,
  parseSlice,
} from "../../../src/remote/wire/index.js";
import { hex, unhex } from "./pieces.js";

const DEFAULTS = { maxDepth: 0, dataSizeLimit: 2 ** 31 - 1 };

describe("bodies", () => {
  it("are read", () => {
    expect(parseBody(unhex("80"))).toEqual(DEFAULTS);
    expect(parseBody(encodeValue({ object: "/a", data_size_limit: 0, max_depth: 5 }))).toEqual({
      object: "/a",
      dataSizeLimit: 0,
      maxDepth: 5,
    });
    const slice = parseSlice("0:5");
    expect(parseBody(encodeValue({ object: "/größe", slice: [[0, 5]] }))).toMatchObject({
      object: "/größe",
      slice,
    });
    expect(parseBody(encodeValue({ object: "/", slice: "0:5" }))).toMatchObject({ slice });
    expect(parseBody(encodeValue({ object: "/", slice: [] }))).toMatchObject({ slice: [] });
    expect(parseBody(encodeValue({ object: "/", columns: ["a", "b,c"], where: "a > 5\n" }))).toMatchObject({
      columns: ["a", "b,c"],
      where: "a > 5\n",
    });
    expect(parseBody(encodeValue({ object: "/", slice: [{ index: [5, 2, 2] }] })).slice).toEqual(
      parseSlice("[5 2 2]"),
    );
  });

  it("are written as the Python client writes them", () => {
    expect(hex(encodeBody({}))).toBe("80");
    const object = encodeBody({ maxDepth: 5, object: "/", dataSizeLimit: 1048576 });
    expect(hex(object)).toBe(
      `83a6${hex(Buffer.from("object"))}a12faf${hex(Buffer.from("data_size_limit"))}ce00100000a9${hex(Buffer.from("max_depth"))}05`,
    );
    const slice = encodeBody({ slice: parseSlice("0:1000,0:3"), object: "/x" });
    expect(hex(slice)).toBe(
      `82a6${hex(Buffer.from("object"))}a22f78a5${hex(Buffer.from("slice"))}929200cd03e8920003`,
    );
  });

  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["no map", unhex("90")],
    ["a key twice", unhex("82 a66f626a656374 a161 a66f626a656374 a162")],
    ["an unknown key", encodeValue({ objects: "/" })],
    ["a key of objects", encodeValue({ ["__proto__"]: "/" })],
    ["a key of maps", encodeValue({ toString: 1 })],
    ["a wrong name of the README", encodeValue({ max_data_size: 1 })],
    ["an object that is a number", encodeValue({ object: 1 })],
    ["an object that is nil", encodeValue({ object: null })],
    ["an object that is bytes", encodeValue({ object: Uint8Array.of(1) })],
    ["an object that is too long", encodeValue({ object: "é".repeat(2049) })],
    ["control characters", encodeValue({ object: "/a\0" })],
    ["a negative depth", encodeValue({ object: "/", max_depth: -1 })],
    ["a depth that is a text", encodeValue({ object: "/", max_depth: "1" })],
    ["a depth that is a float", unhex(`81 a9${hex(Buffer.from("max_depth"))} cb3ff0000000000000`)],
    ["a limit beyond 2^53", encodeValue({ data_size_limit: 2n ** 53n + 1n })],
    ["a fraction", encodeValue({ data_size_limit: 0.5 })],
    [
      "a slice that is a float",
      unhex(`82a6${hex(Buffer.from("object"))}a12fa5${hex(Buffer.from("slice"))}9192cb0000000000000000 01`),
    ],
    ["a slice without an object", encodeValue({ slice: [[0, 1]] })],
    ["columns without an object", encodeValue({ columns: ["a"] })],
    ["columns that are a text", encodeValue({ object: "/", columns: "a" })],
    ["columns that are numbers", encodeValue({ object: "/", columns: [1] })],
    ["an expression that is a list", encodeValue({ object: "/", where: [] })],
    ["an expression that is too long", encodeValue({ object: "/", where: "x".repeat(65537) })],
    [
      "seven keys",
      encodeValue({ object: "/", slice: [], max_depth: 0, data_size_limit: 0, columns: [], where: "", x: 1 }),
    ],
  ])("are refused: %s", (_, bytes) => {
    expect(() => parseBody(bytes)).toThrow(FormatError);
  });

  it("are refused as not found where a slice is below zero", () => {
    expect(() => parseBody(encodeValue({ object: "/", slice: [[-1, 1]] }))).toThrow(IndexError);
  });

  it("cost nothing that they do not carry", () => {
    const head = hex(encodeValue({ object: "/", slice: 0 })).slice(0, -2);
    const refuse = (filled: (bytes: Uint8Array) => void, said: RegExp | string) => {
      const rest = new Uint8Array(1 << 20);
      filled(rest);
      const body = Buffer.concat([unhex(head), rest]);
      const before = process.memoryUsage().heapUsed;
      expect(() => parseBody(body)).toThrow(said);
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(4 << 20);
    };
    // Arrays of 2^32 - 1 elements each, in each other; arrays and maps of nothing; ever deeper ones.
    refuse((bytes) => Buffer.from(bytes.buffer).fill(unhex("ddffffffff")), "4294967295 axes");
    refuse((bytes) => Buffer.from(bytes.buffer).fill(unhex("9192dd00ffffff")), "the body ends");
    refuse((bytes) => bytes.fill(0x80).set(unhex("91dd000ffff8")), "1048568 parts");
    refuse((bytes) => bytes.fill(0x90).set(unhex("91")), "0 parts");
    refuse((bytes) => bytes.fill(0x91), "1 parts");
    refuse((bytes) => bytes.fill(0x90).set(unhex("dd000ffffb")), "axes");
  });

  it("with lists of numbers take 8 bytes for each", () => {
    const count = 3_000_000;
    const numbers = Buffer.alloc(count, 1);
    const head = Buffer.from(unhex("82a66f626a656374a12fa5736c6963659192dd002dc6c0"));
    const bytes = Buffer.concat([head, numbers, unhex("01")]);
    const before = process.memoryUsage();
    const [runs] = parseBody(bytes).slice ?? [];
    const after = process.memoryUsage();
    expect(runs).toMatchObject({ kind: "runs", starts: { length: count } });
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(17 * count);
    expect(after.heapUsed - before.heapUsed).toBeLessThan(8 << 20);
    expect(() => parseBody(bytes, { maxSlices: 1000 })).toThrow("3000000 slices, where 1000 are the most");
  });

  it.each([
    ["a list that ends too soon", "91 92 93 01 02"],
    ["a text", "91 92 a1 30 01"],
    ["nil", "91 92 c0 01"],
    ["a number that is cut off", "91 92 cf 00"],
    ["a float", "91 92 cb 3ff0000000000000 01"],
    ["an index of another name", "91 81 a5 696e646572 90"],
    ["lists in lists", "91 92 91 91 01 01"],
    ["four lists", "92 92 91 01 91 01 92 91 01 91 01"],
    ["a map", "80"],
  ])("of slices with %s are refused", (_, slice) => {
    const body = Buffer.concat([unhex("82a66f626a656374a12fa5736c696365"), unhex(slice.replaceAll(" ", ""))]);
    expect(() => parseBody(body)).toThrow(FormatError);
  });

  it("of errors have one key", () => {
    expect(hex(errorBody("x"))).toBe("81a56572726f72a178");
    expect(hex(errorBody("\ud800"))).toBe("81a56572726f72a3efbfbd");
  });
});

describe("parameters", () => {
  it("are read", () => {
    expect(parseQuery("")).toEqual(DEFAULTS);
    expect(parseQuery("?object=%2Fa%20b&max_depth=3&data_size_limit=2147483647&other=%00")).toEqual({
      object: "/a b",
      maxDepth: 3,
      dataSizeLimit: 2 ** 31 - 1,
    });
    expect(parseQuery(new URLSearchParams({ object: "/", slice: "0:5, 1" })).slice).toEqual(
      parseSlice("0:5,1"),
    );
    expect(parseQuery("object=/&slice=").slice).toEqual([]);
    expect(parseQuery("object=/&columns=a,b&where=a%20%3E%205")).toMatchObject({
      columns: ["a", "b"],
      where: "a > 5",
    });
  });

  it.each([
    "max_depth=",
    "max_depth=%201",
    "max_depth=1%20",
    "max_depth=+1",
    "max_depth=-1",
    "max_depth=1.0",
    "max_depth=1e3",
    "max_depth=0x1",
    "max_depth=2147483648",
    "max_depth=99999999999999999999",
    "data_size_limit=",
    "data_size_limit=many",
    "data_size_limit=-1",
    "max_depth=1&max_depth=1",
    "object=/&object=/",
    "slice=0:5",
    "object=/&slice=[[0,5]]",
    "object=/&slice=a",
    "object=%00",
    "where=a",
  ])("are refused: %s", (parameters) => {
    expect(() => parseQuery(parameters)).toThrow(FormatError);
  });
});

describe("dialects", () => {
  it("are told by their media types", () => {
    expect(dialectOf(mediaTypeOf("numpy"))).toBe("numpy");
    expect(dialectOf(mediaTypeOf("classic"))).toBe("classic");
    expect(mediaTypeOf("classic")).toBe("application/x-msgpack");
    for (const other of [
      undefined,
      "",
      "*/*",
      "application/json;profile=memmap-table",
      ";;,=",
      "application/x-msgpack;profile=other",
    ]) {
      expect(dialectOf(other)).toBe("classic");
    }
    expect(dialectOf('text/html, Application/X-MsgPack ; q=1 ; Profile = "memmap-table"')).toBe("numpy");
  });
});
