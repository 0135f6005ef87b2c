import { describe, expect, it } from "vitest";
import { type ArrayView, denseLayout, RecordArray, wrap, zeros } from "../../../src/array/index.js";
import { type DTypeLike, parseDType } from "../../../src/dtype/index.js";
import { CastError } from "../../../src/errors.js";
import {
  decodeMessage,
  decodeValue,
  encodeArray,
  encodedParts,
  encodeItem,
  encodeTexts,
  isWireArray,
  textsHead,
  textsOf,
  transcode,
  viewOf,
  wireElement,
} from "../../../src/remote/wire/index.js";
import { hex } from "./pieces.js";

/** An array of so many elements whose bytes count up. */
function counting(spec: DTypeLike, shape: readonly number[], fortran = false): ArrayView {
  const dtype = parseDType(spec);
  const { bytes } = zeros(dtype, shape);
  bytes.forEach((_, k) => (bytes[k] = k));
  return wrap({ dtype, layout: denseLayout(shape, dtype.itemsize, fortran), bytes }, false);
}

/** All elements, whichever byte order they have. */
function cells(array: ArrayView): unknown {
  return Array.from(array, (row) => Array.from(row as Iterable<unknown>));
}

function read(bytes: Uint8Array): ArrayView {
  const array = decodeMessage(bytes);
  if (!isWireArray(array)) throw new Error("no array");
  return viewOf(array);
}

describe("encodedParts", () => {
  it("are byte for byte what servers of the protocol send", () => {
    const [head, elements] = encodedParts(parseDType("<f8"), [1000, 3]);
    expect(elements).toBe(24000);
    const bytes = head instanceof Uint8Array ? head : new Uint8Array(0);
    expect(hex(bytes)).toBe(
      "86a26e64c3a474797065a33c6638a46b696e64a0a5736861706592cd03e803a66e6279746573cd5dc0a46461746191c55dc0",
    );
    expect(bytes.length + 24000).toBe(24050);
  });

  it("have no bins where there are no elements", () => {
    const parts = encodedParts(parseDType("<f8"), [0, 3]);
    expect(parts).toHaveLength(1);
    expect(decodeValue(Buffer.concat(parts.filter((part) => typeof part !== "number")))).toEqual(
      new Map<string, unknown>([
        ["nd", true],
        ["type", "<f8"],
        ["kind", ""],
        ["shape", [0, 3]],
        ["nbytes", 0],
        ["data", []],
      ]),
    );
  });

  it.each([
    [255, "c4ff"],
    [256, "c50100"],
    [65535, "c5ffff"],
    [65536, "c600010000"],
    [2 ** 32 - 1, "c6ffffffff"],
  ])("begin %i bytes with the shortest head", (length, head) => {
    const [first] = encodedParts(parseDType("u1"), [length]);
    expect(hex(first instanceof Uint8Array ? first : new Uint8Array(0)).endsWith(`91${head}`)).toBe(true);
  });

  it("are several bins beyond 4 GiB, without any memory for them", () => {
    const [head, first, second, ...rest] = encodedParts(parseDType("u1"), [9 * 2 ** 30]);
    expect(hex(head instanceof Uint8Array ? head : new Uint8Array(0)).endsWith("93c6ffffffff")).toBe(true);
    expect([first, rest[0]]).toEqual([2 ** 32 - 1, 2 ** 32 - 1]);
    expect(hex(second instanceof Uint8Array ? second : new Uint8Array(0))).toBe("c6ffffffff");
    expect(rest.at(-1)).toBe(9 * 2 ** 30 - 2 * (2 ** 32 - 1));
    expect(encodedParts(parseDType("u1"), [2 ** 16 * (2 ** 32 - 1)])).toHaveLength(2 ** 17);
  });
});

describe("encodeArray", () => {
  it("sends numbers little-endian in the classic dialect, whatever order and strides they have", () => {
    for (const fortran of [false, true]) {
      const array = counting(">i4", [3, 4], fortran);
      const sent = read(encodeArray(array, "classic"));
      expect(sent.dtype.str).toBe("<i4");
      expect(sent.shape).toEqual([3, 4]);
      expect(cells(sent)).toEqual(cells(array));
      const strided = array.slice(null, null, -2);
      expect(cells(read(encodeArray(strided, "classic")))).toEqual(cells(strided));
      const numpy = read(encodeArray(strided, "numpy"));
      expect(numpy.dtype.str).toBe(">i4");
      expect(cells(numpy)).toEqual(cells(strided));
    }
  });

  it("leaves the array itself as it was", () => {
    const array = counting(">i4", [3]);
    const before = [...array];
    encodeArray(array, "classic");
    expect([...array]).toEqual(before);
  });

  it("sends scalars and empty arrays", () => {
    const scalar = counting("<f4", []);
    expect(read(encodeArray(scalar, "classic")).at()).toBe(scalar.at());
    expect(read(encodeArray(counting("<f4", [2, 0]), "classic")).shape).toEqual([2, 0]);
    expect(decodeMessage(encodeArray(counting("U3", [0, 2]), "classic"))).toEqual({
      shape: [0, 2],
      items: [],
    });
  });

  it("sends U as texts in the classic dialect and as it is in NumPy's", () => {
    for (const order of ["<", ">"]) {
      const records = RecordArray.zeros([["u", `${order}U3`]], 3);
      records.field("u").assign(["🐟é", "", "abc"]);
      const array = records.field("u");
      expect(decodeMessage(encodeArray(array, "classic"))).toEqual({ shape: [3], items: ["🐟é", "", "abc"] });
      expect([...read(encodeArray(array, "numpy"))]).toEqual(["🐟é", "", "abc"]);
    }
    const broken = counting("<U1", [1]);
    expect(() =>
      encodeArray(wrap({ ...zerosOf("<U1"), bytes: Uint8Array.of(0, 0xd8, 0, 0) }, false), "classic"),
    ).toThrow(CastError);
    expect(read(encodeArray(broken, "numpy")).bytes(0)).toEqual(broken.bytes(0));
  });

  it("sends records without their padding", () => {
    const padded = counting(
      [
        ["a", "u1"],
        ["", "|V3"],
        [
          "b",
          [
            ["x", ">i2"],
            ["", "|V2"],
            ["y", "S2"],
          ],
          [2],
        ],
        ["", "|V4"],
        ["c", "|V2", [1, 2]],
        ["", "|V1"],
      ],
      [3],
    );
    for (const dialect of ["classic", "numpy"] as const) {
      const sent = read(encodeArray(padded, dialect));
      expect(sent.dtype.itemsize).toBe(1 + 2 * 4 + 4);
      expect([...sent.field("a")]).toEqual([...padded.field("a")]);
      expect(cells(sent.field("b").field("x"))).toEqual(cells(padded.field("b").field("x")));
      expect([...sent.field("c")]).toEqual([...padded.field("c")]);
      const y = (array: ArrayView) => array.field("b").field("y");
      expect(Array.from({ length: 3 }, (_, k) => y(sent).bytes(k))).toEqual(
        Array.from({ length: 3 }, (_, k) => y(padded).bytes(k)),
      );
    }
  });

  it("keeps members without bytes apart", () => {
    const dtype = parseDType([
      ["e", "<i4", [0]],
      ["", "|V2"],
      ["a", "u1"],
    ]);
    const element = wireElement(dtype, "numpy");
    const sent =
      element.kind === "fixed" ? transcode(Uint8Array.of(1, 2, 3, 4, 5, 6), dtype, element.dtype) : undefined;
    expect(sent).toEqual(Uint8Array.of(3, 6));
  });

  it("sends texts and lists one by one as it sends them whole", () => {
    const items = ["é", counting("<i2", [2]), counting(">i2", [0])];
    const whole = encodeTexts({ shape: [3, 1], items }, "classic");
    const single = [textsHead([3, 1]), ...items.map((item) => encodeItem(item, "classic"))];
    expect(hex(whole)).toBe(hex(Buffer.concat(single)));
    expect(hex(whole).startsWith(`83a4${hex(Buffer.from("vlen"))}c3`)).toBe(true);
    expect(textsHead([2 ** 31]).subarray(-5)).toEqual(Buffer.from("dd80000000", "hex"));
    expect(() => encodeItem("\ud800", "classic")).toThrow(CastError);
  });

  it("reads the texts of a block", () => {
    expect(textsOf(Uint8Array.of(0x61, 0, 0, 0, 0, 0, 0, 0), parseDType("<U1"))).toEqual(["a", ""]);
    expect(textsOf(Uint8Array.of(0, 0, 0, 0x61), parseDType(">U1"))).toEqual(["a"]);
  });
});

function zerosOf(spec: string) {
  return zeros(parseDType(spec), [1]);
}
