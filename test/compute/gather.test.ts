import { describe, expect, it } from "vitest";
import { compress, expand } from "../../src/compute/compress.js";
import { gather } from "../../src/compute/gather.js";
import { scatter } from "../../src/compute/scatter.js";

/** Bytes 1, 2, 3, … 251, 1, …, so that every misplaced byte shows. */
const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i % 251) + 1);

const SIZES = [1, 2, 3, 4, 6, 7, 8, 12, 16, 25, 255, 256, 300];

/** More than a block of places among `length` elements, in no order, with repetitions. */
const places = (length: number) => Array.from({ length: 2500 }, (_, i) => (i * 7919 + (i % 5)) % length);

function gathered(
  src: Uint8Array,
  itemsize: number,
  indices: readonly number[],
  stride: number,
  offset: number,
) {
  const out = new Uint8Array(itemsize * indices.length);
  indices.forEach((index, i) => {
    for (let k = 0; k < itemsize; k++) out[i * itemsize + k] = src[offset + index * stride + k] ?? 0;
  });
  return out;
}

function scattered(
  src: Uint8Array,
  itemsize: number,
  indices: readonly number[],
  stride: number,
  offset: number,
  dst: Uint8Array,
) {
  const out = dst.slice();
  indices.forEach((index, i) => {
    for (let k = 0; k < itemsize; k++) out[offset + index * stride + k] = src[i * itemsize + k] ?? 0;
  });
  return out;
}

describe("gather", () => {
  it.each(SIZES)("copies elements of %i bytes, dense or strided, at any alignment", (itemsize) => {
    const indices = places(40);
    for (const [stride, offset] of [
      [itemsize, 0],
      [itemsize, 8],
      [itemsize + 1, 3],
      [itemsize + 8, 4],
      [-itemsize, 39 * itemsize],
    ] as const) {
      for (const start of [0, 1, 2, 4]) {
        const src = pattern(50 * (itemsize + 9)).subarray(start);
        const memory = new Uint8Array(itemsize * indices.length + 16);
        const dst = memory.subarray(start, start + itemsize * indices.length);
        gather(src, itemsize, Int32Array.from(indices), stride, offset, dst);
        expect(Buffer.compare(dst, gathered(src, itemsize, indices, stride, offset))).toBe(0);
        expect(memory.subarray(0, start).every((byte) => byte === 0)).toBe(true);
      }
    }
  });

  it("takes indices of any type", () => {
    const [src, indices] = [pattern(400), places(50)];
    const expected = gathered(src, 8, indices, 8, 0);
    const lists = [
      indices,
      Int32Array.from(indices),
      Float64Array.from(indices),
      Uint8Array.from(indices),
      Uint32Array.from(indices),
      BigInt64Array.from(indices, BigInt),
      BigUint64Array.from(indices, BigInt),
    ];
    for (const list of lists) {
      const dst = new Uint8Array(8 * indices.length);
      gather(src, 8, list, 8, 0, dst);
      expect(Buffer.compare(dst, expected)).toBe(0);
    }
  });

  it("keeps the bits of signalling NaN", () => {
    const bits = BigUint64Array.of(0x7ff0_0000_0000_0001n, 0xfff7_ffff_ffff_ffffn);
    const out = new BigUint64Array(100);
    gather(new Uint8Array(bits.buffer), 8, new Array(100).fill(1), 8, 0, new Uint8Array(out.buffer));
    expect(out.every((word) => word === 0xfff7_ffff_ffff_ffffn)).toBe(true);
  });

  it("copies nothing for no indices and for elements of no bytes", () => {
    const dst = Uint8Array.of(9);
    gather(pattern(4), 4, [], 4, 0, dst);
    gather(pattern(4), 0, [0, 1], 0, 0, dst);
    expect([...dst]).toEqual([9]);
  });
});

describe("scatter", () => {
  it.each(SIZES)("copies elements of %i bytes, dense or strided, at any alignment", (itemsize) => {
    const indices = places(40);
    for (const [stride, offset] of [
      [itemsize, 0],
      [itemsize, 8],
      [itemsize + 1, 3],
      [itemsize + 8, 4],
      [-itemsize, 39 * itemsize],
    ] as const) {
      for (const start of [0, 1, 2, 4]) {
        const src = pattern(itemsize * indices.length + 4).subarray(start);
        const dst = new Uint8Array(50 * (itemsize + 9)).subarray(start);
        const expected = scattered(src, itemsize, indices, stride, offset, dst);
        scatter(src, itemsize, Float64Array.from(indices), stride, offset, dst);
        expect(Buffer.compare(dst, expected)).toBe(0);
      }
    }
  });

  it("keeps the last of several elements for one place", () => {
    const dst = new Uint8Array(3);
    scatter(Uint8Array.of(1, 2, 3, 4), 1, [2, 0, 2, 0], 1, 0, dst);
    expect([...dst]).toEqual([4, 0, 3]);
  });
});

describe("compress and expand", () => {
  const masks = {
    none: () => 0,
    all: () => 1,
    some: (i: number) => Number((i * 7919) % 11 < 4),
    few: (i: number) => Number(i % 2049 === 2048),
    "bytes other than 1": (i: number) => (i % 3) * 127,
  };

  it.each(Object.entries(masks))("select and put back: %s", (_what, isTrue) => {
    const length = 5000;
    const mask = Uint8Array.from({ length }, (_, i) => isTrue(i));
    const indices = [...mask.keys()].filter((i) => mask[i] !== 0);
    for (const itemsize of SIZES) {
      const src = pattern(itemsize * length);
      const selected = new Uint8Array(itemsize * indices.length);
      expect(compress(src, itemsize, mask, selected)).toBe(indices.length);
      expect(Buffer.compare(selected, gathered(src, itemsize, indices, itemsize, 0))).toBe(0);

      const target = new Uint8Array(itemsize * length);
      const expected = scattered(selected, itemsize, indices, itemsize, 0, target);
      expect(expand(selected, itemsize, mask, target)).toBe(indices.length);
      expect(Buffer.compare(target, expected)).toBe(0);
    }
  });

  it("need no more room than there are true elements", () => {
    const dst = new Uint8Array(3).fill(9);
    compress(pattern(6), 1, Uint8Array.of(0, 1, 0, 1, 0, 0), dst.subarray(0, 2));
    expect([...dst]).toEqual([2, 4, 9]);
  });

  it("store nothing behind the end where there is too little room, and tell", () => {
    for (const length of [7, 700, 5000]) {
      const mask = new Uint8Array(length).fill(1);
      const dst = new Uint8Array(4 * length).fill(9);
      const some = dst.subarray(0, 4 * (length - 2));
      expect(compress(pattern(4 * length), 4, mask, some)).toBeGreaterThan(length - 2);
      expect([...dst.subarray(4 * (length - 2))]).toEqual(new Array(8).fill(9));
    }
  });
});
