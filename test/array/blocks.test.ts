import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blocks, split, splitRange } from "../../src/array/blocks.js";
import { BLOCK_BYTES, byteBlocks, denseLayout, type Layout, STRIDED, slice } from "../../src/array/index.js";
import { counting } from "./support.js";

/** The first bytes of all elements in C order. */
function offsets({ shape, strides, offset }: Layout): number[] {
  const found: number[] = [];
  const walk = (axis: number, at: number): void => {
    if (axis === shape.length) found.push(at);
    else for (let i = 0; i < shape[axis]; i++) walk(axis + 1, at + i * strides[axis]);
  };
  walk(0, offset);
  return found;
}

describe("split", () => {
  it("cuts a layout into pieces of at most so many elements, in C order", () => {
    const shape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 30 }), fc.boolean(), (lengths, limit, fortran) => {
        const layout = denseLayout(lengths, 8, fortran);
        const pieces = [...split(layout, limit)].map(offsets);
        expect(pieces.flat()).toEqual(offsets(layout));
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(limit);
          expect(piece.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("cuts no more than it must", () => {
    expect([...split(denseLayout([10, 3], 8), 9)].map(({ shape }) => shape)).toEqual([
      [3, 3],
      [3, 3],
      [3, 3],
      [1, 3],
    ]);
    expect([...split(denseLayout([2, 5], 8), 3)].map(({ shape }) => shape)).toEqual([[3], [2], [3], [2]]);
    expect([...split(denseLayout([10, 3], 8), 30)]).toHaveLength(1);
  });
});

describe("splitRange", () => {
  it("cuts a part of a layout into such pieces", () => {
    const shape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
    const bounds = fc.tuple(fc.nat(), fc.nat());
    fc.assert(
      fc.property(shape, bounds, fc.integer({ min: 1, max: 30 }), (lengths, [a, b], limit) => {
        const layout = denseLayout(lengths, 8);
        const all = offsets(layout);
        const [from, to] = [a % (all.length + 1), b % (all.length + 1)];
        const pieces = [...splitRange(layout, from, to, limit)].map(offsets);
        expect(pieces.flat()).toEqual(all.slice(from, to));
        for (const { length } of pieces) expect(length > 0 && length <= limit).toBe(true);
      }),
    );
  });
});

describe("blocks", () => {
  it("gives the elements in C order and the machine's byte order, however they lie", () => {
    const column = counting("i4", [12]);
    const expected = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    const all = (array: typeof column, bytes: number) =>
      [...blocks(array[STRIDED](), bytes)].flatMap((block) => Array.from(block as Int32Array));
    // A block lasts until the next is taken, so it is copied at once.
    const eager = (array: typeof column, bytes: number) => {
      const found: number[] = [];
      for (const block of blocks(array[STRIDED](), bytes)) found.push(...Array.from(block, Number));
      return found;
    };
    expect(all(column, 1 << 20)).toEqual(expected);
    expect(eager(column, 20)).toEqual(expected);
    expect(eager(column.slice(null, null, -1), 20)).toEqual(expected.toReversed());
    expect(eager(counting(">i4", [12]) as unknown as typeof column, 20)).toEqual(expected);
    expect(eager(counting("i4", [4, 3]) as unknown as typeof column, 20)).toEqual(expected);
  });

  it("holds no more than the bytes it may", () => {
    const sizes = [...blocks(counting("f8", [1000]).slice(null, null, -1)[STRIDED](), 256)].map(
      (block) => block.byteLength,
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(256);
    expect(sizes.reduce((a, b) => a + b)).toBe(8000);
  });
});

describe("byteBlocks", () => {
  it("gives the bytes of elements in C order and their own byte order", () => {
    const swapped = counting(">u2", [2, 3]);
    const joined = (chunks: Iterable<Uint8Array>) => {
      const bytes: number[] = [];
      for (const chunk of chunks) bytes.push(...chunk);
      return bytes;
    };
    expect(joined(byteBlocks(swapped[STRIDED]()))).toEqual([0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5]);
    const backwards = swapped.view(slice(null, null, -1), slice(0, 2));
    expect(joined(byteBlocks(backwards[STRIDED](), 4))).toEqual([0, 3, 0, 4, 0, 0, 0, 1]);
    expect(joined(byteBlocks(swapped.slice(1, 1)[STRIDED]()))).toEqual([]);
  });

  it("gives what lies together at once, without a copy", () => {
    const array = counting("f8", [BLOCK_BYTES / 4]);
    const [whole, ...more] = byteBlocks(array[STRIDED]());
    expect(more).toEqual([]);
    expect(whole.buffer).toBe(array.values.buffer);
  });
});
