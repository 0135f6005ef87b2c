import { describe, expect, it } from "vitest";
import { ArrayView, denseLayout } from "../../src/array/index.js";
import { MemoryStorage } from "../../src/array/storage.js";
import { parseDType } from "../../src/dtype/index.js";
import { CastError } from "../../src/errors.js";

function halves(length: number): ArrayView<"f2", "r+"> {
  const dtype = parseDType("f2");
  return new ArrayView<"f2", "r+">(
    new MemoryStorage(new Uint8Array(length * 2)),
    dtype,
    denseLayout([length], 2),
  );
}

describe("a Uint16Array for f2", () => {
  it("is refused, since bits and numbers look alike, and says what is right", () => {
    const from = halves(3).assign([0.5, 1, -2]);
    const to = halves(3).fill(7);
    expect(() => to.assign(from.values)).toThrow(CastError);
    expect(() => to.assign(from.values)).toThrow(/toArray\(\)/);
    expect(to.toArray()).toEqual(Float32Array.of(7, 7, 7));
  });

  it("is not needed: the array itself, its copy and single precision all go", () => {
    const from = halves(3).assign([0.5, 1, -2]);
    for (const source of [from, from.toArray(), Float32Array.of(0.5, 1, -2)]) {
      expect(halves(3).assign(source).toArray()).toEqual(Float32Array.of(0.5, 1, -2));
    }
  });
});
