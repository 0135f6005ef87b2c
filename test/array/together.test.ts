import { describe, expect, it } from "vitest";
import { copyElements } from "../../src/array/copy.js";
import { fieldOf } from "../../src/array/field.js";
import { sliceRows } from "../../src/array/layout.js";
import { slice } from "../../src/array/slice.js";
import { type Strided, zeros } from "../../src/array/strided.js";
import { copyAll } from "../../src/array/together.js";
import { parseDType } from "../../src/dtype/index.js";

const RECORD = parseDType([
  ["a", "i4"],
  ["b", "f8"],
  ["c", "b1"],
  ["d", "i8"],
  ["e", "i2"],
  ["f", "S3"],
  ["g", "f4", [3]],
  ["wide", "f8", [40]],
]);

/** An array whose every byte differs from its neighbours'. */
function numbered(array: Strided): Strided {
  for (let i = 0; i < array.bytes.length; i++) array.bytes[i] = (i * 31 + (i >> 8)) % 251;
  return array;
}

const ROWS = [0, 1, 3, 1024, 1025, 2500];

describe("copies made in turns", () => {
  it.each(ROWS)("pack %i rows of columns, dense, strided and backwards, into records and back", (rows) => {
    for (const step of [1, 2, -1]) {
      const records = zeros(RECORD, [rows]);
      const expected = zeros(RECORD, [rows]);
      const columns = (RECORD.fields ?? []).map((field) => {
        const column = numbered(zeros(field.dtype, [rows * Math.abs(step), ...field.shape]));
        return { field, column: { ...column, layout: sliceRows(column.layout, slice(null, null, step)) } };
      });
      copyAll(columns.map(({ field, column }) => [column, fieldOf(records, field)]));
      for (const { field, column } of columns) copyElements(column, fieldOf(expected, field));
      expect(Buffer.compare(records.bytes, expected.bytes)).toBe(0);
      expect(rows === 0 || records.bytes.some((byte) => byte !== 0)).toBe(true);

      const again = zeros(RECORD, [rows]);
      const back = columns.map(({ field }) => zeros(field.dtype, [rows, ...field.shape]));
      copyAll(columns.map(({ field }, i) => [fieldOf(records, field), back[i] ?? again]));
      copyAll(columns.map(({ field }, i) => [back[i] ?? again, fieldOf(again, field)]));
      expect(Buffer.compare(again.bytes, expected.bytes)).toBe(0);
    }
  });

  it("copies nothing for no arrays", () => {
    expect(() => copyAll([])).not.toThrow();
  });
});
