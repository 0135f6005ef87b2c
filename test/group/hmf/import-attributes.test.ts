import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CastError, LimitError } from "../../../src/errors.js";
import { thrown } from "../../support/snapshot.js";
import { temporaryPaths } from "../../support/temporary.js";
import { HmfDirectory } from "./hmf-directory.js";
import { importHmf } from "./import.js";
import { Called, dict, Float, Name, numpyArray, numpyDType, Tuple, type Writable } from "./pickle-writer.js";

const path = temporaryPaths();

function imported(value: Writable): unknown {
  const source = new HmfDirectory(path("hmf")).group(["g"], { key: value }).close();
  using file = importHmf(source, path("file"));
  return file.getNodeAttr("/g", "key");
}

const stamp = (count: bigint, unit: number) =>
  new Called(new Name("pandas._libs.tslibs.timestamps", "_unpickle_timestamp"), [count, null, null, unit]);
const bytesOf = (array: { readonly buffer: ArrayBufferLike }) => Buffer.from(array.buffer as ArrayBuffer);
const empty = (...shape: number[]) => numpyArray(numpyDType("f8", "<"), shape, Buffer.alloc(0));

describe("attributes", () => {
  it.each<[string, Writable, unknown]>([
    ["None", null, null],
    ["text", "é😀", "é😀"],
    ["numbers", [1, 1.5, new Float(2), Number.NaN, 2n ** 70n], [1, 1.5, 2, Number.NaN, 2n ** 70n]],
    ["tuples", new Tuple(1, new Tuple("a")), [1, ["a"]]],
    ["dictionaries", dict({ b: dict({ c: [] }), __proto: 1 }), { b: { c: [] }, __proto: 1 }],
    ["bytes", Buffer.of(1, 2), Uint8Array.of(1, 2)],
    [
      "complex numbers",
      new Called(new Name("builtins", "complex"), [new Float(1), new Float(2)]),
      { re: 1, im: 2 },
    ],
    ["dates", stamp(1500n, 8), new Date(1500)],
    ["dates of nanoseconds that are whole milliseconds", stamp(-5_000_000n, 10), new Date(-5)],
    ["arrays", numpyArray(numpyDType("i4", "<"), [2], bytesOf(Int32Array.of(1, 2))), Int32Array.of(1, 2)],
    [
      "arrays in the other byte order",
      numpyArray(numpyDType("i2", ">"), [2], Buffer.of(0, 1, 1, 0)),
      Int16Array.of(1, 256),
    ],
    [
      "arrays of two axes",
      numpyArray(numpyDType("f8", "<"), [2, 2], bytesOf(Float64Array.of(1, 2, 3, 4)), "F"),
      [Float64Array.of(1, 3), Float64Array.of(2, 4)],
    ],
    [
      "arrays of three axes",
      numpyArray(numpyDType("u1", "|"), [2, 1, 1], Buffer.of(1, 2)),
      [[Uint8Array.of(1)], [Uint8Array.of(2)]],
    ],
    ["arrays of no axes", numpyArray(numpyDType("u1", "|"), [], Buffer.of(9)), 9],
    [
      "arrays of dates",
      numpyArray(numpyDType("M8", "<", "D"), [2], bytesOf(BigInt64Array.of(1n, -(2n ** 63n)))),
      [new Date(86_400_000), null],
    ],
    ["arrays of text", numpyArray(numpyDType("S2", "|"), [2], Buffer.from("ab\0\0")), ["ab", ""]],
    [
      "arrays of complex numbers",
      numpyArray(numpyDType("c8", "<"), [1], bytesOf(Float32Array.of(1, 2))),
      [{ re: 1, im: 2 }],
    ],
    [
      "arrays of nothing",
      [empty(0), empty(0, 3), empty(2, 0)],
      [new Float64Array(0), [], [new Float64Array(0), new Float64Array(0)]],
    ],
  ])("%s", (_, value, expected) => expect(imported(value)).toEqual(expected));

  it("with a key __proto__ are as they were", () => {
    const value = imported(new Map<Writable, Writable>([["__proto__", 1]]));
    expect(Object.entries(value as object)).toEqual([["__proto__", 1]]);
  });

  const nested = (depth: number) => {
    let value: Writable = 1;
    for (let i = 0; i < depth; i++) value = [value];
    return value;
  };

  it.each<[string, Writable]>([
    ["a date that a Date cannot hold", stamp(1n, 10)],
    ["a date that a Date cannot hold", stamp(2n ** 62n, 7)],
    ["holds a duration", new Called(new Name("datetime", "timedelta"), [1, 0, 0])],
    ["holds durations", numpyArray(numpyDType("m8", "<", "s"), [1], Buffer.alloc(8))],
    ["holds a set", new Set([1])],
    ["a key that is no text", new Map([[1, 2]])],
    ["holds a type", numpyDType("f8", "<")],
    ["holds a type", new Name("builtins", "dict")],
    [
      "without elements",
      new Called(new Name("numpy.core.multiarray", "_reconstruct"), [new Name("numpy", "ndarray")]),
    ],
    ["holds a date that a Date", [dict({ deep: stamp(1n, 9) })]],
  ])("%s: refused, by node and key", (problem, value) => {
    const error = thrown(() => imported(value));
    expect(error).toBeInstanceOf(CastError);
    expect(error.message).toContain('the attribute "key" of "/g"');
    expect(error.message).toContain(problem);
  });

  it.each<[string, Writable]>([
    ["too large for an attribute", empty(2 ** 40, 0)],
    ["nested too deep", nested(129)],
    ["nested more than", nested(1000)],
    ["gets too large", "x".repeat(2 ** 24)],
    ["too large for an attribute", numpyArray(numpyDType("u1", "|"), [2 ** 19, 2], Buffer.alloc(2 ** 20))],
  ])("%s: refused, by node and key", (problem, value) => {
    const error = thrown(() => imported(value));
    expect(error).toBeInstanceOf(LimitError);
    expect(error.message).toContain('the attribute "key" of "/g"');
    expect(error.message).toContain(problem);
  });

  it("with a key that is no text are refused by their node", () => {
    const directory = new HmfDirectory(path("hmf"));
    const root = path("file");
    const source = directory.close(directory.map({ attributes: new Map([[1, 2]]) }));
    expect(() => importHmf(source, root)).toThrow('the attribute that is no text of "/"');
    expect(existsSync(root)).toBe(false);
  });
});
