import { mix } from "./random.mjs";

/** The typed array of each dtype that the workload has. */
export const ARRAYS = {
  "<f8": Float64Array,
  "<f4": Float32Array,
  "<i8": BigInt64Array,
  "<i4": Int32Array,
  "<i2": Int16Array,
  "|u1": Uint8Array,
};

/** Which of a float's bits a whole number may have to be one exactly. */
const SHIFTS = { "<f4": 8 };

/**
 * Elements that only this seed and this tag have, each another by its place and none zero: whatever is mixed is
 * noticed.
 */
export function valuesOf(seed, tag, dtype, from, to) {
  const values = new ARRAYS[dtype](to - from);
  const isBig = dtype === "<i8";
  const shift = SHIFTS[dtype] ?? 0;
  for (let i = from; i < to; i += 1) {
    const bits = (mix(seed, tag, i) >>> shift) | 1;
    values[i - from] = isBig ? (BigInt(bits) << 31n) | BigInt(i) : bits;
  }
  return values;
}

/** The one value of a column that is filled. */
export function fillOf(seed, tag, dtype) {
  return valuesOf(seed, tag, dtype, 0, 1)[0];
}

/** Elements as rows: themselves, or lists of so many for each row. */
export function asRows(values, perRow) {
  if (perRow === 1) return values;
  return Array.from({ length: values.length / perRow }, (_, i) =>
    Array.from(values.subarray(i * perRow, (i + 1) * perRow)),
  );
}

export function bytesOf(values) {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
