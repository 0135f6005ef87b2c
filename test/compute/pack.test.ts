import { describe, expect, it } from "vitest";
import { copyStrided } from "../../src/compute/pack.js";

/** Bytes 1, 2, 3, … 251, 1, …, so that every misplaced byte shows. */
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i % 251) + 1);

/** What copyStrided promises, byte by byte. */
function reference(
  src: Uint8Array,
  srcOffset: number,
  srcStride: number,
  dst: Uint8Array,
  dstOffset: number,
  dstStride: number,
  itemsize: number,
  count: number,
): Uint8Array {
  const out = dst.slice();
  for (let i = 0; i < count; i++) {
    for (let k = 0; k < itemsize; k++) {
      out[dstOffset + i * dstStride + k] = src[srcOffset + i * srcStride + k] ?? 0;
    }
  }
  return out;
}

describe("copyStrided", () => {
  it("puts a dense column into one field of packed records", () => {
    const records = new Uint8Array(15);
    const column = new Uint8Array(Int32Array.of(0x04030201, 0x08070605, 0x0c0b0a09).buffer);
    copyStrided(column, 0, 4, records, 1, 5, 4, 3);
    expect([...records]).toEqual([0, 1, 2, 3, 4, 0, 5, 6, 7, 8, 0, 9, 10, 11, 12]);
  });

  const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 16, 25, 64, 255, 256, 300];
  const counts = [0, 1, 2, 16, 17, 511, 512, 513, 1500];

  it.each(sizes)("moves elements of %i bytes as a byte loop would, both ways", (itemsize) => {
    for (const count of counts) {
      for (const gap of [0, 1, 4, 9]) {
        const stride = itemsize + gap;
        const dense = pattern(itemsize * count);
        const packed = new Uint8Array(stride * count + 3);
        const expected = reference(dense, 0, itemsize, packed, 3, stride, itemsize, count);
        copyStrided(dense, 0, itemsize, packed, 3, stride, itemsize, count);
        expect(Buffer.compare(packed, expected)).toBe(0);

        const back = new Uint8Array(dense.length);
        copyStrided(packed, 3, stride, back, 0, itemsize, itemsize, count);
        expect(Buffer.compare(back, dense)).toBe(0);
      }
    }
  });

  it.each(sizes)("takes negative and zero strides for elements of %i bytes", (itemsize) => {
    const count = 600;
    const src = pattern(itemsize * count);
    const reversed = new Uint8Array(src.length);
    const last = itemsize * (count - 1);
    copyStrided(src, last, -itemsize, reversed, 0, itemsize, itemsize, count);
    expect(
      Buffer.compare(reversed, reference(src, last, -itemsize, reversed, 0, itemsize, itemsize, count)),
    ).toBe(0);

    const forward = new Uint8Array(src.length);
    copyStrided(reversed, 0, itemsize, forward, last, -itemsize, itemsize, count);
    expect(Buffer.compare(forward, src)).toBe(0);

    const repeated = new Uint8Array(src.length);
    copyStrided(src, itemsize, 0, repeated, 0, itemsize, itemsize, count);
    expect(
      Buffer.compare(repeated, reference(src, itemsize, 0, repeated, 0, itemsize, itemsize, count)),
    ).toBe(0);
  });

  it("works at any alignment of the arrays themselves", () => {
    const memory = pattern(8 * 700 + 16);
    for (let start = 0; start < 8; start++) {
      const src = memory.subarray(start, start + 8 * 700);
      const target = new Uint8Array(12 * 700 + 16);
      const dst = target.subarray(start * 2 + 1);
      const expected = reference(src, 0, 8, dst, 0, 12, 8, 700);
      copyStrided(src, 0, 8, dst, 0, 12, 8, 700);
      expect(Buffer.compare(dst, expected)).toBe(0);
      expect([...target.subarray(0, start * 2 + 1)]).toEqual(new Array(start * 2 + 1).fill(0));
    }
  });

  it("touches no byte between or after the elements", () => {
    const src = pattern(4 * 100);
    const dst = new Uint8Array(7 * 100).fill(0xee);
    copyStrided(src, 0, 4, dst, 2, 7, 4, 100);
    const between = dst.filter((_, i) => i % 7 < 2 || i % 7 === 6);
    expect(between.every((byte) => byte === 0xee)).toBe(true);
  });

  it("keeps the bits of signalling NaN", () => {
    const src = new Uint8Array(BigUint64Array.from({ length: 40 }, () => 0x7ff0_0000_0000_0001n).buffer);
    const dst = new Uint8Array(9 * 40);
    copyStrided(src, 0, 8, dst, 1, 9, 8, 40);
    const back = new BigUint64Array(40);
    copyStrided(dst, 1, 9, new Uint8Array(back.buffer), 0, 8, 8, 40);
    expect(back.every((bits) => bits === 0x7ff0_0000_0000_0001n)).toBe(true);
  });

  it("does nothing for no elements and for elements of no bytes", () => {
    const dst = new Uint8Array(4).fill(9);
    copyStrided(pattern(4), 0, 4, dst, 0, 4, 4, 0);
    copyStrided(pattern(4), 0, 0, dst, 0, 0, 0, 4);
    expect([...dst]).toEqual([9, 9, 9, 9]);
  });
});
