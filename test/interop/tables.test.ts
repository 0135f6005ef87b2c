import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { CorruptError, MemmapTable, ShapeError } from "../../src/index.js";
import { type Described, startPeer } from "./peer.js";
import { expectSame, QUICK, scratchDirectory, seed } from "./support.js";

const peer = startPeer();
const directory = scratchDirectory();
let count = 0;
let root = "";
beforeEach(() => {
  root = join(directory, `table-${count++}`);
});

const file = (name: string) => join(root, `${name}.npy`);
const save = (name: string, dtype: unknown, shape: readonly number[], more: object = {}) =>
  peer.call<Described>("save", { path: file(name), dtype, shape, seed, ...more });
const described = (name: string) => peer.call<Described>("describe", { path: file(name) });

describe("a directory of arrays that NumPy saved", () => {
  it("is a table, groups and all", async () => {
    const said = {
      b: await save("b", "<f8", [20]),
      "coordinates/x": await save("coordinates/x", ">f4", [20, 3]),
      "coordinates/deep/name": await save("coordinates/deep/name", "<U7", [20]),
      a: await save(
        "a",
        [
          ["p", "<i2"],
          ["q", "|S3"],
        ],
        [20],
      ),
    };
    using table = MemmapTable.open(root);
    expect(table.columnNames).toEqual(["a", "b", "coordinates/deep/name", "coordinates/x"]);
    expect(table.shape).toEqual([20, 4]);
    for (const [name, each] of Object.entries(said)) expectSame(table.column(name), each);
    expect(table.column("a").attr).toBeNull();
  });

  it("is none where lengths differ: the error names the files", async () => {
    await save("short", "<f8", [19]);
    await save("long", "<f8", [20]);
    expect(() => MemmapTable.open(root)).toThrow(ShapeError);
    expect(() => MemmapTable.open(root)).toThrow(/long\.npy.*short\.npy/);
  });

  it("takes new columns beside NumPy's own, in order of creation", async () => {
    await save("theirs", "<i4", [5]);
    {
      using table = MemmapTable.open(root, { mode: "r+", ...QUICK });
      table.addColumn("zz", "i2", { data: [1, 2, 3, 4, 5] });
      table.addColumn("aa", "i2", { fill: 7 });
    }
    const late = await save("late", "<U3", [5]);
    using table = MemmapTable.open(root);
    expect(table.columnNames).toEqual(["theirs", "zz", "aa", "late"]);
    expectSame(table.column("late"), late);
    expect((await described("zz")).values).toEqual(["1", "2", "3", "4", "5"]);
    expect((await described("aa")).values).toEqual(["7", "7", "7", "7", "7"]);
  });

  it("shows what NumPy saves there afterwards, after refresh()", async () => {
    await save("a", "<i4", [5]);
    using table = MemmapTable.open(root);
    const b = await save("b", "<f4", [5]);
    expect(table.has("b")).toBe(false);
    table.refresh();
    expectSame(table.column("b"), b);
  });

  it("is no table where a column is not whole", async () => {
    await save("a", "<i4", [5]);
    const whole = readFileSync(file("a"));
    writeFileSync(file("a"), whole.subarray(0, whole.length - 1));
    expect(() => MemmapTable.open(root)).toThrow(CorruptError);
  });
});
