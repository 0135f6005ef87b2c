import { describe, expect, it } from "vitest";
import {
  BLOCK_BYTES,
  denseLayout,
  RecordArray,
  type Selection,
  select,
  slice,
  wrap,
} from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { DTypeError, IndexError, ReadOnlyError, ShapeError } from "../../src/errors.js";
import { arrayOf, counting, type ErrorClass, nested } from "./support.js";

const mask = (shape: readonly number[], bits: readonly number[]) =>
  arrayOf(
    "b1",
    shape,
    bits.map((bit) => bit === 1),
  );

/** 0 to 23. */
const cube = counting("i4", [2, 3, 4]);
/** [[0, 1, 2], [3, 4, 5]]. */
const square = counting("i4", [2, 3]);

describe("views", () => {
  it.each<[string, Selection, readonly number[], unknown]>([
    ["a position", 1, [3], [3, 4, 5]],
    ["a position from the end", -2, [3], [0, 1, 2]],
    [
      "a slice",
      slice(null, null, -1),
      [2, 3],
      [
        [3, 4, 5],
        [0, 1, 2],
      ],
    ],
    [
      "all axes",
      "...",
      [2, 3],
      [
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    [
      "a new axis",
      null,
      [1, 2, 3],
      [
        [
          [0, 1, 2],
          [3, 4, 5],
        ],
      ],
    ],
    ["a position on each axis", [1, 2, "..."], [], 5],
    ["a slice and a position", [slice(), 1], [2], [1, 4]],
    ["the last axis", ["...", 0], [2], [0, 3]],
    ["new axes between", [null, slice(), null, slice(1)], [1, 2, 1, 2], [[[[1, 2]], [[4, 5]]]]],
    ["a slice of nothing", slice(2), [0, 3], []],
  ])("%s", (_, selection, shape, elements) => {
    const view = select(square, selection);
    expect(view.shape).toEqual(shape);
    expect(nested(view)).toEqual(elements);
    expect(view.storage).toBe(square.storage);
  });

  it("of one axis have no axes at a position, and can be stored into", () => {
    const line = counting("f8", [3]);
    const one = select(line, -1);
    expect(one.shape).toEqual([]);
    expect(one.at()).toBe(2);
    one.assign(7 as never);
    expect(line.at(2)).toBe(7);
    select(line, [slice(0, 2), null]).fill(5 as never);
    expect(nested(line)).toEqual([5, 5, 7]);
  });

  it("are read-only where the array is", () => {
    const { dtype, layout } = square;
    const array = wrap({ dtype, layout, bytes: square.storage.bytes() }, false);
    expect(() => select(array, 0).fill(0 as never)).toThrow(ReadOnlyError);
  });

  it("of an array without axes", () => {
    const scalar = arrayOf("i4", [], [9]);
    expect(select(scalar, "...").at()).toBe(9);
    expect(nested(select(scalar, null))).toEqual([9]);
    expect(nested(select(scalar, mask([], [1])))).toEqual([9]);
    expect(nested(select(scalar, mask([], [0])))).toEqual([]);
  });
});

describe("copies", () => {
  it.each<[string, Selection, readonly number[], unknown]>([
    [
      "a list of positions",
      [1, 0, -1],
      [3, 3],
      [
        [3, 4, 5],
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    ["a list of one position", [1], [1, 3], [[3, 4, 5]]],
    [
      "bigints",
      [1n, -2n],
      [2, 3],
      [
        [3, 4, 5],
        [0, 1, 2],
      ],
    ],
    ["no positions", [], [0, 3], []],
    [
      "a typed array",
      Uint8Array.of(1, 1),
      [2, 3],
      [
        [3, 4, 5],
        [3, 4, 5],
      ],
    ],
    ["an array", arrayOf(">i8", [1], [1n]), [1, 3], [[3, 4, 5]]],
    ["an array of more axes", arrayOf("u1", [2, 1], [1, 0]), [2, 1, 3], [[[3, 4, 5]], [[0, 1, 2]]]],
    ["a list of booleans", [false, true], [1, 3], [[3, 4, 5]]],
    ["a mask", mask([2], [1, 0]), [1, 3], [[0, 1, 2]]],
    ["a mask of all axes", mask([2, 3], [0, 1, 0, 1, 0, 1]), [3], [1, 3, 5]],
    [
      "lists in a list, an element each",
      [
        [0, 1],
        [0, 2],
      ],
      [2],
      [0, 5],
    ],
    [
      "lists that stretch",
      [
        [[0], [1]],
        [2, 0],
      ],
      [2, 2],
      [
        [2, 0],
        [5, 3],
      ],
    ],
    ["a list and a position", [[1, 0], -1], [2], [5, 2]],
    [
      "a slice and a list",
      [slice(), [2, 0]],
      [2, 2],
      [
        [2, 0],
        [5, 3],
      ],
    ],
    [
      "a slice and a mask",
      [slice(null, null, -1), [true, false, true]],
      [2, 2],
      [
        [3, 5],
        [0, 2],
      ],
    ],
    [
      "two masks, an element each",
      [
        [true, true],
        [true, false, true],
      ],
      [2],
      [0, 5],
    ],
    ["lists of lists are one index", [[[1], [0]]], [2, 1, 3], [[[3, 4, 5]], [[0, 1, 2]]]],
    [
      "lists of booleans in lists are one mask",
      [
        [
          [true, false, false],
          [false, false, true],
        ],
      ],
      [2],
      [0, 5],
    ],
    [
      "typed arrays in lists",
      [[Int8Array.of(1, 0)]],
      [1, 2, 3],
      [
        [
          [3, 4, 5],
          [0, 1, 2],
        ],
      ],
    ],
  ])("%s", (_, selection, shape, elements) => {
    const copy = select(square, selection);
    expect(copy.shape).toEqual(shape);
    expect(nested(copy)).toEqual(elements);
    expect(copy.storage).not.toBe(square.storage);
    expect(copy.readonly).toBe(true);
    expect(() => copy.fill(0 as never)).toThrow(ReadOnlyError);
    // In C order, whichever axis was chosen from.
    if (copy.size > 0) expect(copy.values).toHaveLength(copy.size);
  });

  it.each<[string, Selection, readonly number[]]>([
    ["side by side, where they stood", [slice(), [0, 1], [2, 3]], [2, 2]],
    ["apart, in front", [[0, 1], slice(), [2, 3]], [2, 3]],
    ["a position among them counts", [0, slice(), [2, 3]], [2, 3]],
    ["a position beside them, too", [slice(), 0, [2, 3]], [2, 2]],
    ["a new axis between", [slice(), [0, 1], null, [2, 3]], [2, 2, 1]],
    ["a slice of no axes between", [slice(), [0, 1], "...", [2, 3]], [2, 2]],
    ["behind all that is not named", ["...", [0, 1, 2]], [2, 3, 3]],
    ["a mask of two axes", [slice(), mask([3, 4], [1, ...new Array(10).fill(0), 1])], [2, 2]],
    ["a mask of two axes and a list", [mask([2, 3], [1, 1, 0, 0, 0, 1]), [1, 2, 3]], [3]],
    ["more axes than one", [slice(), [[0, 1, 2]], slice(1)], [2, 1, 3, 3]],
  ])("where the axes of positions go: %s", (_, selection, shape) => {
    expect(select(cube, selection).shape).toEqual(shape);
  });

  it("the elements of those", () => {
    expect(nested(select(cube, [0, slice(), [2, 3]]))).toEqual([
      [2, 6, 10],
      [3, 7, 11],
    ]);
    expect(nested(select(cube, [slice(), 0, [2, 3]]))).toEqual([
      [2, 3],
      [14, 15],
    ]);
    expect(nested(select(cube, [[0, 1], slice(1), [-1, 0]]))).toEqual([
      [7, 11],
      [16, 20],
    ]);
  });

  it("outlive what they are of", () => {
    const array = counting("i4", [4]);
    const copy = select(array, [0, 1]);
    array.fill(9);
    expect(nested(copy)).toEqual([0, 1]);
  });

  it.each(["|b1", ">f8", "<f2", "<c16", ">U3", "|S5", "|V3", "<M8[us]"])("of %s move as bytes", (code) => {
    const dtype = parseDType(code);
    const bytes = Uint8Array.from({ length: 12 * dtype.itemsize }, (_, i) => (code === "|b1" ? i % 2 : i));
    const array = wrap({ dtype, layout: denseLayout([4, 3], dtype.itemsize), bytes }, true);
    const row = (element: number) => bytes.slice(element * dtype.itemsize, (element + 1) * dtype.itemsize);
    const turned = select(array, [slice(null, null, -1), slice(null, null, -1)]);
    expect(select(turned, [[0, 3], [1, 2], null]).bytes(0)).toEqual(row(10));
    expect(select(turned, [[0, 3], [1, 2], null]).bytes(1)).toEqual(row(0));
    const fortran = wrap({ dtype, layout: denseLayout([3, 4], dtype.itemsize, true), bytes }, true);
    expect(select(fortran, [slice(), [3, 0]]).bytes(2)).toEqual(Uint8Array.of(...row(11), ...row(2)));
  });

  it("of records and their fields", () => {
    const stars = RecordArray.from(
      [
        { a: 1, b: [1, 2] },
        { a: 2, b: [3, 4] },
      ],
      [
        ["a", "i2"],
        ["b", "f4", [2]],
      ] as const,
    );
    expect(select(stars, [1]).at(0)).toEqual({ a: 2, b: Float32Array.of(3, 4) });
    expect(
      nested(
        select(stars.field("b"), [
          [1, 0],
          [0, 1],
        ]),
      ),
    ).toEqual([3, 2]);
  });

  it("of rows longer than a block, and of more of them than go into one", () => {
    const wide = BLOCK_BYTES / 4 + 5;
    const long = counting("i4", [3, wide]);
    expect(select(long, [[2, 0]]).at(0, -1)).toBe(3 * wide - 1);
    const columns = select(long, [slice(), [wide - 1, 0]]);
    expect(nested(columns)).toEqual([
      [wide - 1, 0],
      [2 * wide - 1, wide],
      [3 * wide - 1, 2 * wide],
    ]);
    const places = Int32Array.from({ length: wide }, (_, i) => wide - 1 - i);
    const turned = select(long, [slice(0, 2), places]);
    expect([turned.at(0, 0), turned.at(0, -1), turned.at(1, 1)]).toEqual([wide - 1, 0, 2 * wide - 2]);
    const cells = select(counting("i4", [2, 5, 80]), [slice(), [4, 0, 1], slice(null, null, 2)]);
    expect([cells.at(1, 0, 0), cells.at(0, 2, 39)]).toEqual([720, 158]);
  });
});

describe("refuses", () => {
  it.each<[string, Selection, ErrorClass, RegExp]>([
    ["a position outside", 2, IndexError, /index 2 is outside axis 0 of array of length 2/],
    ["one in a list", [0, -3], IndexError, /index -3 \(position 1 of the indices\)/],
    ["one in a tuple", [[0], [3]], IndexError, /index 3 .* axis 1/],
    ["too many parts", [0, 0, "...", 0], IndexError, /3 indices for array of 2 axes/],
    ["a mask of too many axes", mask([2, 3, 1], [0, 0, 0, 0, 0, 0]), IndexError, /3 indices/],
    ["two dots", ["...", "..."], IndexError, /at most one/],
    [
      "a mask of another length",
      [true],
      ShapeError,
      /a mask of shape \(1,\) does not fit axis 0 of array, which is \(2,\)/,
    ],
    ["a mask of another shape", mask([2, 2], [1, 1, 1, 1]), ShapeError, /\(2, 2\)/],
    [
      "lists that do not go together",
      [
        [0, 1],
        [0, 1, 2],
      ],
      ShapeError,
      /\(3,\) does not go together with indices of shape \(2,\)/,
    ],
    ["lists of different lengths", [[[0, 1], [0]]], ShapeError, /an array of 1/],
    ["a fraction", 0.5, DTypeError, /whole number, not 0.5/],
    ["a fraction in a list", [0, 0.5], DTypeError, /0.5/],
    ["an array of floats", arrayOf("f8", [1], [0]), DTypeError, /<f8/],
    ["records", RecordArray.zeros([["a", "i4"]], 1), DTypeError, /"a"/],
    ["a single bigint", 1n as never, DTypeError, /Number/],
    ["a single boolean", [true, "..."] as never, DTypeError, /true by itself/],
    ["text", "0" as never, DTypeError, /"0"/],
    ["a list of text", ["0"] as never, DTypeError, /"0"/],
    ["booleans among positions", [0, true] as never, DTypeError, /true/],
    ["nothing in a tuple", Object.assign(["..."], { length: 2 }) as never, DTypeError, /undefined/],
    ["nothing", undefined as never, DTypeError, /undefined/],
  ])("%s", (_, selection, error, message) => {
    expect(() => select(square, selection)).toThrow(error);
    expect(() => select(square, selection)).toThrow(message);
  });
});
