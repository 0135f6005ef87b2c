import { describe, expect, it } from "vitest";
import { SLOT } from "../../src/compute/kernels/engine.js";
import { copyByKernels, type StridedCopy } from "../../src/compute/pack-blocks.js";

/** Bytes 1, 2, 3, … 251, 1, …, so that every misplaced byte shows. */
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i % 251) + 1);

/** Copies of dense columns into packed records, and the other way round. */
function columnsAndRecords(sizes: readonly number[], rows: number, ahead = 0) {
  const stride = sizes.reduce((sum, size) => sum + size, 0);
  const records = new Uint8Array(ahead + stride * rows);
  let offset = ahead;
  const fields = sizes.map((size) => {
    const column = pattern(size * rows);
    const field = { bytes: records, offset, stride };
    offset += size;
    return { size, column, field };
  });
  const into = fields.map(
    ({ size, column, field }): StridedCopy => ({
      ...{ src: column, srcOffset: 0, srcStride: size },
      ...{ dst: field.bytes, dstOffset: field.offset, dstStride: stride, itemsize: size },
    }),
  );
  const outOf = fields.map(({ size, field }): StridedCopy => {
    const dst = new Uint8Array(size * rows);
    return {
      ...{ src: field.bytes, srcOffset: field.offset, srcStride: stride },
      ...{ dst, dstOffset: 0, dstStride: size, itemsize: size },
    };
  });
  return { records, fields, into, outOf };
}

describe("copies by kernels", () => {
  it.each([
    [[8, 4, 1, 2, 16], 1000],
    [[1, 3, 5, 7, 9, 12, 15, 17, 31, 33, 100, 255], 700],
    [[4, 8], Math.floor((2 * SLOT) / 24) - 1],
    [[4, 8], Math.floor((2 * SLOT) / 12) + 1],
    [[1, 1], SLOT / 2 + 5],
  ])("pack and unpack fields of %j bytes, %i rows", (sizes, rows) => {
    for (const ahead of [0, 3]) {
      const { records, fields, into, outOf } = columnsAndRecords(sizes, rows, ahead);
      expect(copyByKernels(into, rows)).toEqual([]);
      for (const row of [0, 1, rows >> 1, rows - 1]) {
        for (const { size, column, field } of fields) {
          const at = field.offset + row * field.stride;
          expect(records.subarray(at, at + size)).toEqual(column.subarray(row * size, (row + 1) * size));
        }
      }
      expect(copyByKernels(outOf, rows)).toEqual([]);
      outOf.forEach(({ dst }, i) => {
        expect(Buffer.compare(dst, fields[i].column)).toBe(0);
      });
    }
  });

  it("leave to others what lies between bytes that are not theirs", () => {
    const { records, into } = columnsAndRecords([8, 4, 2], 2000);
    const some = into.filter((_, i) => i !== 1);
    expect(copyByKernels(some, 2000)).toBe(some);
    expect(records.every((byte) => byte === 0)).toBe(true);
  });

  it("leave to others what is small, backwards, repeated, long, or far apart", () => {
    const { into, outOf } = columnsAndRecords([8, 4], 2000);
    const [first] = into;
    const [back, repeated] = [-8, 0].map((srcStride) => [{ ...first, srcStride, srcOffset: 8 * 1999 }]);
    for (const copies of [back, repeated, [{ ...first, itemsize: 300 }]]) {
      expect(copyByKernels(copies, 2000)).toBe(copies);
    }
    expect(copyByKernels(into, 100)).toBe(into);
    const apart = columnsAndRecords([8, 200], 2000).outOf.slice(0, 1);
    expect(copyByKernels(apart, 2000)).toBe(apart);
    expect(copyByKernels(outOf, 2000)).toEqual([]);
  });

  it("leave rows of thousands of fields to others", () => {
    const { into } = columnsAndRecords(new Array(5000).fill(8), 20);
    expect(copyByKernels(into, 20_000)).toBe(into);
  });
});
