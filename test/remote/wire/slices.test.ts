import { describe, expect, it } from "vitest";
import { FormatError, IndexError, LimitError } from "../../../src/errors.js";
import {
  type AxisSelection,
  checkSelection,
  decodeValue,
  encodeSlice,
  parseSlice,
  resultShape,
} from "../../../src/remote/wire/index.js";

const range = (start: number, count: number, step = 1) => ({ kind: "range", start, count, step });
const runs = (starts: readonly number[], counts: readonly number[]) => ({
  kind: "runs",
  starts: Float64Array.from(starts),
  counts: Float64Array.from(counts),
});
const indices = (...at: readonly number[]) => ({ kind: "indices", indices: Float64Array.from(at) });

/** What a server answers to a slice of a dataset. */
function statusOf(raw: unknown, shape: readonly number[]): number {
  try {
    checkSelection(parseSlice(raw), shape);
    return 200;
  } catch (error) {
    if (error instanceof FormatError) return 400;
    if (error instanceof IndexError) return 404;
    throw error;
  }
}

describe("the string form", () => {
  it.each([
    ["0:10", 200],
    ["0:5;5:10", 200],
    ["0:0;0:10", 200],
    ["0;1:10", 200],
    [" 0 : 5 ; 5:10 ", 200],
    ["10:10", 200],
    ["9::-1", 200],
    ["9:0:-3", 200],
    ["0:10:3", 200],
    ["[9 0 0 3]", 200],
    ["[]", 200],
    ["3;4;6;5", 404],
    ["3;4;5;5", 404],
    ["0:5;4:6", 404],
    ["", 404],
    [";;", 404],
    ["10", 404],
    ["11:11", 404],
    ["0:11", 404],
    ["0,0", 404],
    ["[10]", 404],
    ["10::-1", 404],
    ["a:b;c:d", 400],
    ["0:5;5:", 400],
    [";0:10", 400],
    ["0:10;", 400],
    ["-1", 400],
    ["-1:5", 400],
    ["5:4", 400],
    ["0:", 400],
    [":5", 400],
    [":", 400],
    ["0::1", 400],
    ["0::", 400],
    ["5:0", 400],
    ["0:5:-1", 400],
    ["0:5:0", 400],
    ["0:5:1:1", 400],
    ["1 2", 400],
    ["1.0", 400],
    ["1e1", 400],
    ["+1", 400],
    ["0x1", 400],
    ["[1,2]", 400],
    ["[1 2", 400],
    ["[-1]", 400],
    ["0:4:2;6:8:2", 400],
    ["[1 2];[3 4]", 400],
    ["0,", 400],
    ["0,,0", 400],
    ["9".repeat(400), 400],
    ["0\t", 400],
  ])("%j of ten rows is answered with %i", (text, status) => {
    expect(statusOf(text, [10])).toBe(status);
  });

  it.each([
    ["0:10,0:3;20:30,0:3", [runs([0, 20], [10, 10]), range(0, 3)]],
    ["5", [range(5, 1)]],
    ["9:3:-2, [5 2 9]", [range(9, 3, -2), indices(5, 2, 9)]],
    ["0:10:4,7", [range(0, 3, 4), range(7, 1)]],
    ["1,[2 1];3,[2 1]", [runs([1, 3], [1, 1]), indices(2, 1)]],
    ["", []],
  ])("%j is read", (text, selection) => {
    expect(parseSlice(text)).toEqual(selection);
  });

  it("needs slices that agree behind their first axis", () => {
    expect(statusOf("0:1,0:2;3:4,0:2", [9, 9])).toBe(200);
    expect(statusOf("0:1,0:2;3:4,0:3", [9, 9])).toBe(404);
    expect(statusOf("0:1,[1 2];3:4,[1 3]", [9, 9])).toBe(404);
    expect(statusOf("0:1,0:2;3:4", [9, 9])).toBe(400);
    expect(statusOf("[1],[1]", [9, 9])).toBe(400);
    expect(statusOf("", [])).toBe(200);
  });

  it("has limits", () => {
    expect(() => parseSlice("0".repeat(2 ** 23 + 1))).toThrow("8388608");
    expect(parseSlice(" ".repeat(2 ** 23))).toEqual([]);
    expect(() => parseSlice("0,".repeat(8).concat("0"))).toThrow(FormatError);
    expect(parseSlice("0,".repeat(7).concat("0"))).toHaveLength(8);
    expect(() => parseSlice("0;1;2", { maxSlices: 2 })).toThrow(FormatError);
    expect(() => parseSlice(";;;", { maxSlices: 2 })).toThrow(FormatError);
    expect(() => parseSlice("[1 2 3]", { maxSlices: 2 })).toThrow(FormatError);
  });
});

describe("the array form", () => {
  it.each<[unknown, readonly unknown[]]>([
    [
      [
        [0, 1000],
        [0, 3],
      ],
      [range(0, 1000), range(0, 3)],
    ],
    [
      [
        [
          [5, 17, 19, 100],
          [4, 1, 2, 4],
        ],
        [0, 3],
      ],
      [runs([5, 17, 19, 100], [4, 1, 2, 4]), range(0, 3)],
    ],
    [
      [
        [[0], [1000]],
        [1, 1],
      ],
      [runs([0], [1000]), range(1, 1)],
    ],
    [[[[1, 5], 2]], [runs([1, 5], [2, 2])]],
    [[[[1, 5], [2]]], [runs([1, 5], [2, 2])]],
    [[[7, [2]]], [runs([7], [2])]],
    [[[9, 4, -2]], [range(9, 4, -2)]],
    [
      [[0, 4], new Map([["index", [3, 1, 1]]])],
      [range(0, 4), indices(3, 1, 1)],
    ],
    [[], []],
  ])("%o is read", (raw, selection) => {
    expect(parseSlice(raw)).toEqual(selection);
  });

  it.each<[unknown, number]>([
    [[[0, 10]], 200],
    [[[10, 0]], 200],
    [[[9, 10, -1]], 200],
    [
      [
        [
          [0, 0],
          [0, 10],
        ],
      ],
      200,
    ],
    [
      [
        [
          [0, 5],
          [5, 5],
        ],
      ],
      200,
    ],
    [[new Map([["index", []]])], 200],
    [[[-1, 1]], 404],
    [[[0, -1]], 404],
    [[[[-1], [1]]], 404],
    [[new Map([["index", [-1]]])], 404],
    [[new Map([["index", [10]]])], 404],
    [[[2n ** 63n, 1]], 404],
    [[[2 ** 53, 1]], 404],
    [[[2 ** 53 - 1, 2 ** 53 - 1]], 404],
    [[[0, 11]], 404],
    [[[11, 0]], 404],
    [[[9, 11, -1]], 404],
    [[[0, 4, 4]], 404],
    [
      [
        [
          [5, 0],
          [1, 1],
        ],
      ],
      404,
    ],
    [
      [
        [
          [0, 2],
          [3, 1],
        ],
      ],
      404,
    ],
    [
      [
        [0, 1],
        [0, 1],
      ],
      404,
    ],
    [[], 404],
    [0, 400],
    [null, 400],
    [new Map(), 400],
    [[0], 400],
    [[[0]], 400],
    [[[0, 1, 1, 1]], 400],
    [[["0", 1]], 400],
    [[[0.5, 1]], 400],
    [[[0, null]], 400],
    [[[0, true]], 400],
    [[[0, 1, 0]], 400],
    [[[0, 1, 0.5]], 400],
    [[[[], []]], 400],
    [
      [
        [
          [0, 1],
          [1, 1, 1],
        ],
      ],
      400,
    ],
    [
      [
        [
          [0, 1, 2],
          [1, 1],
        ],
      ],
      400,
    ],
    [[[0, [1, 2]]], 400],
    [[[[[0]], [1]]], 400],
    [[[[0], [1], 2]], 400],
    [
      [
        [0, 1],
        [[0], [1]],
      ],
      400,
    ],
    [[new Map([["index", 1]])], 400],
    [[new Map([["indices", [1]]])], 400],
    [[new Map([["index", [1.5]]])], 400],
    [[new Map([["index", [1]]]), new Map([["index", [1]]])], 400],
    [Array.from({ length: 9 }, () => [0, 1]), 400],
  ])("%o of ten rows is answered with %i", (raw, status) => {
    expect(statusOf(raw, [10])).toBe(status);
  });

  it("says what it was read from", () => {
    const raw = [
      [
        [5, 17],
        [4, 1],
      ],
      [0, 3],
      [9, 4, -2],
      [0, 1, 3],
    ];
    expect(decodeValue(encodeSlice(parseSlice(raw)))).toEqual(raw);
    const index: AxisSelection = { kind: "indices", indices: Float64Array.of(3, 1) };
    expect(decodeValue(encodeSlice([index]))).toEqual([new Map([["index", [3, 1]]])]);
  });
});

describe("numbers of lists", () => {
  it.each([
    [127, 1],
    [128, 2],
    [255, 2],
    [256, 3],
    [65_535, 3],
    [65_536, 5],
    [2 ** 32 - 1, 5],
    [2 ** 32, 9],
    [Number.MAX_SAFE_INTEGER, 9],
  ])("%i takes %i bytes", (number, bytes) => {
    const index: AxisSelection = { kind: "indices", indices: Float64Array.of(0, number) };
    const encoded = encodeSlice([index]);
    expect(encoded).toHaveLength(encodeSlice([{ ...index, indices: Float64Array.of(0) }]).length + bytes);
    expect(decodeValue(encoded)).toEqual([new Map([["index", [0, number]]])]);
  });
});

describe("selections", () => {
  it("have the shape of what they give", () => {
    expect(
      resultShape(
        parseSlice([
          [
            [5, 17],
            [4, 1],
          ],
          [0, 3],
          [9, 4, -2],
        ]),
      ),
    ).toEqual([5, 3, 4]);
    expect(resultShape(parseSlice("5,[2 2 2]"))).toEqual([1, 3]);
    expect(resultShape([])).toEqual([]);
  });

  it("have limits", () => {
    expect(() => checkSelection(parseSlice("0:2,0:5"), [2, 5], 5)).not.toThrow();
    expect(() => checkSelection(parseSlice("0:2,0:5"), [2, 5], 4)).toThrow(LimitError);
    expect(() => checkSelection(parseSlice("0:0,0:5"), [2, 5], 4)).not.toThrow();
    const huge = 2 ** 40;
    expect(() =>
      checkSelection(
        parseSlice([
          [0, huge],
          [0, huge],
        ]),
        [huge, huge],
      ),
    ).toThrow(LimitError);
  });
});
