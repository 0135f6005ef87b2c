import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ArrayView,
  BLOCK_BYTES,
  denseLayout,
  RecordArray,
  type Selector,
  STRIDED,
  slice,
  wrap,
  zeros,
} from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { counting, nested } from "./support.js";

const all = slice();

describe("assignment within one array", () => {
  // numpy: a = np.arange(n); a[to] = a[from]
  it.each<[string, number, Selector, Selector, number[]]>([
    ["one up", 6, slice(1), slice(0, -1), [0, 0, 1, 2, 3, 4]],
    ["one down", 6, slice(0, -1), slice(1), [1, 2, 3, 4, 5, 5]],
    ["backwards", 6, all, slice(null, null, -1), [5, 4, 3, 2, 1, 0]],
    // NumPy 2.4 itself reads a 1 that it has just stored where the 2 was, which its rule of copying first forbids.
    ["dense into strided", 6, slice(null, null, 2), slice(0, 3), [0, 1, 1, 3, 2, 5]],
    ["strided into dense", 6, slice(0, 3), slice(null, null, 2), [0, 2, 4, 3, 4, 5]],
    ["between strided ones", 8, slice(1, null, 2), slice(0, -1, 2), [0, 0, 2, 2, 4, 4, 6, 6]],
    ["strided, up", 8, slice(2, null, 2), slice(0, -2, 2), [0, 1, 0, 3, 2, 5, 4, 7]],
    ["strided, down", 8, slice(0, -2, 2), slice(2, null, 2), [2, 1, 4, 3, 6, 5, 6, 7]],
    ["up into backwards", 8, slice(5, null, -1), slice(2), [7, 6, 5, 4, 3, 2, 6, 7]],
    ["both backwards", 8, slice(6, null, -2), slice(7, null, -2), [1, 1, 3, 3, 5, 5, 7, 7]],
    ["itself", 4, all, all, [0, 1, 2, 3]],
    ["nothing", 4, slice(2, 2), slice(3, 3), [0, 1, 2, 3]],
  ])("gives what NumPy gives: %s", (_, length, to, from, expected) => {
    const array = counting("i4", [length]);
    array.view(to).assign(array.view(from));
    expect(nested(array)).toEqual(expected);
  });

  // numpy: b = np.arange(12).reshape(3, 4); b[to] = b[from]
  it.each<[string, Selector[], Selector[], number[][]]>([
    [
      "right",
      [all, slice(1)],
      [all, slice(0, -1)],
      [
        [0, 0, 1, 2],
        [4, 4, 5, 6],
        [8, 8, 9, 10],
      ],
    ],
    [
      "right and down",
      [slice(1), slice(1)],
      [slice(0, -1), slice(0, -1)],
      [
        [0, 1, 2, 3],
        [4, 0, 1, 2],
        [8, 4, 5, 6],
      ],
    ],
    [
      "right and up",
      [slice(0, -1), slice(1)],
      [slice(1), slice(0, -1)],
      [
        [0, 4, 5, 6],
        [4, 8, 9, 10],
        [8, 9, 10, 11],
      ],
    ],
    [
      "left and down",
      [slice(1), slice(0, -1)],
      [slice(0, -1), slice(1)],
      [
        [0, 1, 2, 3],
        [1, 2, 3, 7],
        [5, 6, 7, 11],
      ],
    ],
    [
      "a row into all",
      [],
      [0],
      [
        [0, 1, 2, 3],
        [0, 1, 2, 3],
        [0, 1, 2, 3],
      ],
    ],
    [
      "a column into all",
      [],
      [all, slice(1, 2)],
      [
        [1, 1, 1, 1],
        [5, 5, 5, 5],
        [9, 9, 9, 9],
      ],
    ],
    [
      "mirrored",
      [all, slice(null, null, -1)],
      [],
      [
        [3, 2, 1, 0],
        [7, 6, 5, 4],
        [11, 10, 9, 8],
      ],
    ],
  ])("gives what NumPy gives in two axes: %s", (_, to, from, expected) => {
    const array = counting("i4", [3, 4]);
    array.view(...to).assign(array.view(...from));
    expect(nested(array)).toEqual(expected);
  });

  it("transposes a square, and shifts in Fortran order", () => {
    const square = counting("i4", [3, 3]);
    const { dtype, bytes } = square[STRIDED]();
    const transposed = wrap({ dtype, bytes, layout: denseLayout([3, 3], 4, true) }, true);
    square.assign(transposed);
    expect(nested(square)).toEqual([
      [0, 3, 6],
      [1, 4, 7],
      [2, 5, 8],
    ]);
    // numpy: b = np.arange(9).reshape(3, 3).copy(order="F"); b[1:, 1:] = b[:-1, :-1]
    transposed.assign([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ]);
    transposed.view(slice(1), slice(1)).assign(transposed.view(slice(0, -1), slice(0, -1)));
    expect(nested(transposed)).toEqual([
      [0, 1, 2],
      [3, 0, 1],
      [6, 3, 4],
    ]);
  });

  it("is as from a copy, for any two selections of any dtypes over the same bytes", () => {
    const bound = fc.option(fc.integer({ min: -7, max: 7 }), { nil: null });
    const step = fc.constantFrom(1, 1, 1, -1, 2, -2, 3);
    const anySlice = fc.tuple(bound, bound, step).map((parts) => slice(...parts));
    const dtypes = fc.constantFrom("u1", "i2", ">i2", "u2", "i4", "f4", "S2", "V4", "U1");
    const shapes = fc.constantFrom([6], [4, 3], [3, 2, 2]);
    fc.assert(
      fc.property(
        shapes,
        fc.boolean(),
        fc.tuple(dtypes, dtypes),
        fc.array(anySlice, { minLength: 3, maxLength: 3 }),
        fc.array(anySlice, { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 0, max: 3 }),
        (shape, fortran, [toType, fromType], toParts, fromParts, shift) => {
          const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 37) % 64);
          const over = (type: string, memory: Uint8Array, offset: number) => {
            const dtype = parseDType(type);
            const layout = denseLayout(shape, dtype.itemsize, fortran);
            return wrap({ dtype, layout: { ...layout, offset }, bytes: memory }, true);
          };
          const target = over(toType, bytes, 0).view(...toParts.slice(0, shape.length));
          const source = over(fromType, bytes, shift).view(...fromParts.slice(0, shape.length));
          // Both as short as the shorter one, axis by axis.
          const trim = (array: ArrayView) =>
            array.view(
              ...array.shape.map((_, axis) => slice(0, Math.min(target.shape[axis], source.shape[axis]))),
            );
          const within = (array: ArrayView, memory: Uint8Array) =>
            wrap({ ...trim(array)[STRIDED](), bytes: memory }, true);
          const copy = bytes.slice();
          const expected = bytes.slice();
          const outcome = (run: () => unknown) => {
            try {
              run();
              return "stored";
            } catch (error) {
              return String(error);
            }
          };
          const assign = (to: Uint8Array, from: Uint8Array) =>
            outcome(() => within(target, to).assign(within(source, from), { casting: "unsafe" }));
          expect(assign(bytes, bytes)).toBe(assign(expected, copy));
          expect(bytes).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is right across blocks, in any direction", () => {
    const rows = Math.ceil((2.5 * BLOCK_BYTES) / 24);
    const part = (array: ArrayView, [row, column]: readonly [number, number]) =>
      array.view(slice(row, row + rows - 3), slice(column, column + 2));
    for (const [to, from] of [
      [
        [1, 1],
        [0, 0],
      ],
      [
        [0, 0],
        [1, 1],
      ],
      [
        [3, 0],
        [0, 1],
      ],
      [
        [0, 1],
        [3, 0],
      ],
      [
        [2, 0],
        [2, 1],
      ],
    ] as const) {
      for (const fortran of [false, true]) {
        const { bytes, dtype } = zeros(parseDType("f8"), [rows, 3]);
        const matrix = wrap({ dtype, bytes, layout: denseLayout([rows, 3], 8, fortran) }, true);
        new Float64Array(bytes.buffer).forEach((_, i, values) => {
          values[i] = i;
        });
        const expected = wrap(
          { dtype, bytes: bytes.slice(), layout: denseLayout([rows, 3], 8, fortran) },
          true,
        );
        part(expected, to).assign(part(matrix, from));
        part(matrix, to).assign(part(matrix, from));
        expect(Buffer.compare(bytes, expected[STRIDED]().bytes)).toBe(0);
        const mirrored = part(matrix, to).slice(null, null, -1);
        mirrored.assign(part(matrix, from).slice(null, null, -1));
        part(expected, to).assign(
          part(wrap({ ...matrix[STRIDED](), bytes: expected[STRIDED]().bytes.slice() }, true), from),
        );
        expect(Buffer.compare(bytes, expected[STRIDED]().bytes)).toBe(0);
      }
    }
  });

  it("moves between fields of the same records", () => {
    const records = RecordArray.from(
      [
        { a: 1, b: 10, c: 0.5 },
        { a: 2, b: 20, c: 1.5 },
        { a: 3, b: 30, c: 2.5 },
      ],
      [
        ["a", "i4"],
        ["b", "i2"],
        ["c", "f8"],
      ],
    );
    records.field("c").assign(records.field("b"));
    records.slice(1).field("a").assign(records.slice(0, -1).field("b"));
    expect(records.toArray()).toEqual([
      { a: 1, b: 10, c: 10 },
      { a: 10, b: 20, c: 20 },
      { a: 20, b: 30, c: 30 },
    ]);
  });

  it("takes typed arrays over the same memory as well, in lists too", () => {
    const array = counting("i4", [6]);
    array.slice(1).assign(array.values.subarray(0, 5));
    expect(nested(array)).toEqual([0, 0, 1, 2, 3, 4]);
    const matrix = counting("i4", [2, 3]);
    matrix.assign([matrix.values.subarray(3), matrix.values.subarray(0, 3)]);
    expect(nested(matrix)).toEqual([
      [3, 4, 5],
      [0, 1, 2],
    ]);
    matrix.assign([matrix.view(1), matrix.view(0)]);
    expect(nested(matrix)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    const column = counting("i4", [2]);
    column.assign([column.view(1), column.view(0)]);
    expect(nested(column)).toEqual([1, 0]);
    const bytes = wrap({ ...zeros(parseDType("V2"), [2]), bytes: Uint8Array.of(1, 2, 3, 4) }, true);
    const raw = bytes[STRIDED]().bytes;
    bytes.assign([raw.subarray(2), raw.subarray(0, 2)]);
    expect(raw).toEqual(Uint8Array.of(3, 4, 1, 2));
    const buffer = Buffer.from(raw.buffer);
    bytes.assign([buffer.subarray(2), buffer.subarray(0, 2)]);
    expect(raw).toEqual(Uint8Array.of(1, 2, 3, 4));
  });
});
