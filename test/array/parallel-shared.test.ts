import { describe, expect, it, vi } from "vitest";
import { parallelAlways } from "../../src/array/parallel/source.js";
import { openNpy, saveNpy } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

vi.mock("../../src/platform/loan.js", async (original) => ({
  ...(await original<typeof import("../../src/platform/loan.js")>()),
  canLend: () => false,
}));

const fresh = temporaryPaths();

describe("where memory cannot be lent", () => {
  it("what workers make lies in memory that threads share, and is the same", async () => {
    const path = `${fresh("x")}.npy`;
    saveNpy(
      path,
      Float64Array.from({ length: 20_000 }, (_, i) => i % 10),
    );
    const array = openNpy(path);
    const mask = await parallelAlways(() => array.ltAsync(3));
    expect((mask.values as Uint8Array).buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(mask.toArray()).toEqual(array.lt(3).toArray());
    const taken = await parallelAlways(() => array.takeAsync([5, -1]));
    expect(taken.toArray()).toEqual(Float64Array.of(5, 9));
    expect(await parallelAlways(() => array.sumAsync({ where: mask }))).toBe(array.sum({ where: mask }));
    array.close();
  });
});
