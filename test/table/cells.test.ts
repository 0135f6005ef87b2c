import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

describe("lists of typed arrays as cells", () => {
  it.each([
    [">c8", Float32Array.of(1, 2, 3, 4)],
    [">c16", Float64Array.of(1, 2, 3, 4)],
    [">M8[s]", BigInt64Array.of(1n, 2n)],
    [">U2", Uint32Array.of(97, 98, 99, 0)],
    [">i4", Int32Array.of(1, 2)],
  ] as const)("go into columns of %s, whatever their byte order", (dtype, cell) => {
    using table = MemmapTable.create(fresh(), { durability: "process", rows: 2 });
    const swapped = table.addColumn("a", dtype, { itemShape: [2], data: [cell, cell] });
    const native = table.addColumn("b", dtype.slice(1), { itemShape: [2], data: [cell, cell] });
    expect(swapped.toArray()).not.toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(native.values).toEqual(
      new (cell.constructor as new (all: unknown) => unknown)([...cell, ...cell]),
    );
    const copy = table.addColumn("c", dtype.slice(1), { itemShape: [2], data: swapped });
    expect(copy.values).toEqual(native.values);
  });
});
