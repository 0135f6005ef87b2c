import { describe, expect, it } from "vitest";
import { denseLayout, wrap } from "../../../src/array/index.js";
import { parseDType } from "../../../src/dtype/index.js";
import { CorruptError, LimitError, ShapeError, UnsupportedError } from "../../../src/errors.js";
import {
  decodeMessage,
  encodeArray,
  encodeTexts,
  encodeValue,
  isWireArray,
  isWireTexts,
  type ReadArrayOptions,
  readArray,
  viewOf,
} from "../../../src/remote/wire/index.js";
import { encodedKeys, pieces, unhex } from "./pieces.js";

const i4 = parseDType("<i4");
const ELEMENTS = Uint8Array.from({ length: 12 }, (_, k) => k + 1);
const ARRAY = encodeArray(
  wrap({ dtype: i4, layout: denseLayout([3], 4), bytes: ELEMENTS }, false),
  "classic",
);

function read(bytes: Uint8Array, options: Partial<ReadArrayOptions> = {}, ...lengths: readonly number[]) {
  return readArray(pieces(bytes, ...lengths), { limit: 1 << 20, ...options });
}

describe("readArray", () => {
  it("reads an array however it is split", async () => {
    for (let length = 1; length <= ARRAY.length; length++) {
      const array = await read(ARRAY, {}, length, 1, 7);
      expect(array).toEqual({ type: "<i4", kind: "", dtype: i4, shape: [3], bytes: ELEMENTS });
    }
  });

  it("reads bins of any length, empty ones and long heads too", async () => {
    for (const size of [1, 5, 12]) {
      const data = Array.from({ length: Math.ceil(12 / size) }, (_, k) =>
        ELEMENTS.subarray(k * size, (k + 1) * size),
      );
      data.splice(1, 0, ...(size === 5 ? [new Uint8Array(0)] : []));
      const bytes = encodedKeys({ data });
      expect(await read(bytes, {}, 3)).toMatchObject({ bytes: ELEMENTS });
      expect(decodeMessage(bytes)).toMatchObject({ bytes: ELEMENTS });
    }
    const head = encodedKeys({ data: [] }).slice(0, -1);
    const long = Buffer.concat([head, unhex("dd00000001c60000000c"), ELEMENTS]);
    expect(await read(long, {}, 1)).toMatchObject({ bytes: ELEMENTS });
  });

  it("reads keys in any order before the data", async () => {
    const keys = {
      nbytes: 12,
      shape: [3],
      kind: "",
      extra: [1, { a: 1 }],
      type: "<i4",
      nd: true,
      data: [ELEMENTS],
    };
    expect(await read(encodeValue(keys), {}, 2)).toMatchObject({ shape: [3], bytes: ELEMENTS });
  });

  it("fills what it is given, and tells how far it has come", async () => {
    const into = new Uint8Array(12);
    const told: [number, number | undefined][] = [];
    const array = await read(ARRAY, { into, onBytes: (bytes, total) => told.push([bytes, total]) }, 44, 3);
    expect(isWireArray(array) && array.bytes).toBe(into);
    expect(into).toEqual(ELEMENTS);
    expect(told.at(-1)).toEqual([12, 12]);
    await expect(read(ARRAY, { into: new Uint8Array(11) })).rejects.toThrow(ShapeError);
  });

  it("reads empty arrays, and those whose elements are arrays or unknown", async () => {
    expect(await read(encodedKeys({ shape: [0], nbytes: 0, data: [] }))).toMatchObject({
      bytes: new Uint8Array(0),
    });
    const inner = await read(encodedKeys({ type: ["<i2", [3]], kind: "V", shape: [2], data: [ELEMENTS] }));
    expect(isWireArray(inner) && viewOf(inner).shape).toEqual([2, 3]);
    const unknown = await read(encodedKeys({ type: "<f16", data: [ELEMENTS] }));
    expect(unknown).toMatchObject({ dtype: undefined, bytes: ELEMENTS });
    expect(() => isWireArray(unknown) && viewOf(unknown)).toThrow(UnsupportedError);
  });

  it("reads texts and lists", async () => {
    const list = wrap({ dtype: i4, layout: denseLayout([3], 4), bytes: ELEMENTS }, false);
    const bytes = encodeTexts({ shape: [2, 1], items: ["é".repeat(99), list] }, "classic");
    const texts = await read(bytes, {}, 10);
    expect(isWireTexts(texts) && texts.items).toMatchObject([
      "é".repeat(99),
      { shape: [3], bytes: ELEMENTS },
    ]);
    expect(await read(encodeTexts({ shape: [0], items: [] }, "classic"), {}, 1)).toEqual({
      shape: [0],
      items: [],
    });
    await expect(read(bytes.subarray(0, -1), {}, 10)).rejects.toThrow(CorruptError);
    await expect(read(Buffer.concat([bytes, unhex("00")]), {}, 10)).rejects.toThrow(CorruptError);
    const many = encodeTexts(
      { shape: [3], items: ["x".repeat(1 << 20), "y".repeat(1 << 20), ""] },
      "classic",
    );
    await expect(read(many, { limit: 1000 }, 65536)).rejects.toThrow(LimitError);
  });

  it("gives memory of their own to the arrays of a message", () => {
    const message = decodeMessage(encodeValue({ a: new Map([["nd", 1]]) }));
    expect(message).toEqual(new Map([["a", new Map([["nd", 1]])]]));
    const array = decodeMessage(Buffer.concat([unhex("00"), ARRAY]).subarray(1));
    expect(isWireArray(array) && viewOf(array).values).toEqual(new Int32Array(ELEMENTS.buffer));
    expect(isWireArray(array) && viewOf(array).readonly).toBe(true);
  });

  it.each<[string, Uint8Array]>([
    ["nothing", new Uint8Array(0)],
    ["a page of HTML", Buffer.from("<html><body>No</body></html>")],
    ["no map", unhex("93010203")],
    ["no keys", unhex("80")],
    [
      "data that is not the last",
      encodeValue({ nd: true, data: [ELEMENTS], type: "<i4", kind: "", shape: [3], nbytes: 12 }),
    ],
    ["no type", encodeValue({ nd: true, kind: "", shape: [3], nbytes: 12, data: [ELEMENTS] })],
    ["no kind", encodeValue({ nd: true, type: "<i4", shape: [3], nbytes: 12, data: [ELEMENTS] })],
    ["no shape", encodeValue({ nd: true, type: "<i4", kind: "", nbytes: 12, data: [ELEMENTS] })],
    ["no nbytes", encodeValue({ nd: true, type: "<i4", kind: "", shape: [3], data: [ELEMENTS] })],
    ["no data", encodeValue({ nd: true, type: "<i4", kind: "", shape: [3], nbytes: 12 })],
    ["data that is no list", encodedKeys({ data: ELEMENTS })],
    ["bins that are texts", encodedKeys({ data: ["x".repeat(12)] })],
    ["more bins than bytes", encodedKeys({ data: Array.from({ length: 13 }, () => ELEMENTS) })],
    ["too few bytes in its bins", encodedKeys({ data: [ELEMENTS.subarray(1)] })],
    ["too many bytes in its bins", encodedKeys({ data: [ELEMENTS, Uint8Array.of(1)] })],
    ["a shape that is not its nbytes", encodedKeys({ shape: [4], data: [ELEMENTS] })],
    ["a shape that overflows", encodedKeys({ shape: [2 ** 40, 2 ** 40], data: [ELEMENTS] })],
    ["a shape of texts", encodedKeys({ shape: ["3"], data: [ELEMENTS] })],
    ["a shape below zero", encodedKeys({ shape: [-3, -1], data: [ELEMENTS] })],
    ["a shape that is a number", encodedKeys({ shape: 3, data: [ELEMENTS] })],
    ["nbytes below zero", encodedKeys({ nbytes: -12, data: [ELEMENTS] })],
    ["nbytes that are a fraction", encodedKeys({ nbytes: 12.5, type: "?", data: [ELEMENTS] })],
    ["2^64 - 1 nbytes", encodedKeys({ nbytes: 2n ** 64n - 1n, type: "?", data: [ELEMENTS] })],
    ["its last byte missing", ARRAY.subarray(0, -1)],
    ["only its head", ARRAY.subarray(0, 20)],
    [
      "a last bin that is missing",
      Buffer.concat([encodedKeys({ data: [] }).slice(0, -1), unhex("92c40c"), ELEMENTS]),
    ],
    ["a byte behind it", Buffer.concat([ARRAY, unhex("00")])],
    ["an error behind it", Buffer.concat([ARRAY, encodeValue({ error: "Unable to read data stream" })])],
    ["a head without end", encodeValue({ nd: true, type: "x".repeat(1_200_000), data: [] })],
    ["texts of another number", encodeValue({ vlen: true, shape: [2], data: ["a"] })],
    ["texts that are numbers", encodeValue({ vlen: true, shape: [1], data: [1] })],
    ["lists that are maps", encodeValue({ vlen: true, shape: [1], data: [{}] })],
  ])("refuses %s", async (_, bytes) => {
    for (const length of [1, 1000]) {
      if (length === 1 && bytes.length > 2000) continue;
      await expect(read(bytes, {}, length)).rejects.toThrow(CorruptError);
    }
  });

  it("says what the server says where it broke off", async () => {
    const error = encodeValue({ error: "Failed to open dataset slice" });
    await expect(read(error)).rejects.toThrow("Failed to open dataset slice");
  });

  it("takes no memory that is over the limit, or that no process has", async () => {
    const huge = (nbytes: number) =>
      encodedKeys({ type: "<i1", shape: [nbytes], nbytes, data: [] }).slice(0, -1);
    for (const nbytes of [2 ** 20 + 1, 2 ** 45, 2 ** 53 - 1]) {
      await expect(read(Buffer.concat([huge(nbytes), unhex("91c6ffffffff00")]))).rejects.toThrow(LimitError);
    }
    const all = { limit: Number.POSITIVE_INFINITY };
    await expect(read(Buffer.concat([huge(2 ** 53 - 1), unhex("91")]), all)).rejects.toThrow(LimitError);
  });

  it("holds the answer against what was asked for", async () => {
    const expected = { shape: [3], dtype: i4 };
    await expect(read(ARRAY, { expected })).resolves.toMatchObject({ bytes: ELEMENTS });
    await expect(read(ARRAY, { expected: { shape: [1, 3] } })).rejects.toThrow(CorruptError);
    await expect(read(ARRAY, { expected: { dtype: parseDType("<u4") } })).rejects.toThrow(CorruptError);
    const texts = encodeTexts({ shape: [3], items: ["a", "b", "c"] }, "classic");
    await expect(read(texts, { expected })).rejects.toThrow(CorruptError);
    await expect(read(texts, { expected: { shape: [2] } })).rejects.toThrow(CorruptError);
  });

  it("gives back a stream that it does not read to its end", async () => {
    let closed = false;
    async function* endless() {
      try {
        for (;;) yield unhex("00");
      } finally {
        closed = true;
      }
    }
    await expect(readArray(endless(), { limit: 1 })).rejects.toThrow(CorruptError);
    expect(closed).toBe(true);
  });
});
