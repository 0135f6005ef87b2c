import { describe, expect, it } from "vitest";
import { exportHdf5, importHdf5 } from "../../src/hdf5/index.js";
import { type AttrInput, MemmapFile, MemmapTable } from "../../src/index.js";
import { isSame } from "../../src/testing/index.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const QUICK = { durability: "process" } as const;

/** Every kind of attribute, such as HDF5 has a type for and others. */
const ATTRS: { readonly [key: string]: AttrInput } = {
  whole: 5,
  negative: -(2 ** 53) + 1,
  large: 2 ** 60,
  half: 0.5,
  zero: -0,
  nan: Number.NaN,
  infinite: Number.NEGATIVE_INFINITY,
  yes: true,
  nothing: null,
  text: "héllo",
  empty: "",
  nul: "a\0b",
  lone: "\ud800",
  small: 5n,
  signed: -(2n ** 63n),
  unsigned: 2n ** 64n - 1n,
  huge: 2n ** 70n,
  date: new Date(1e12),
  list: [1, 2],
  grid: [
    [1.5, 2],
    [3, -0],
  ],
  words: ["a", "é", ""],
  flags: [true, false],
  none: [],
  nested: [[], []],
  bigints: [1n, 2n],
  mixed: [1, "a", null],
  object: { a: { b: [1n] } },
  typed: Float32Array.of(1, Number.NaN),
  longs: BigInt64Array.of(1n, -1n),
  clamped: Uint8ClampedArray.of(1, 255),
  noBytes: new Uint8Array(0),
  long: new Float64Array(9000).fill(0.5),
  many: Array.from({ length: 5000 }, (_, i) => `word ${i}`),
};

async function roundTrip(source: Parameters<typeof exportHdf5>[0]): Promise<string> {
  const [path, root] = [fresh("export"), fresh("import")];
  await exportHdf5(source, path, { gzip: 1, shuffle: true, chunks: 2 });
  using file = await importHdf5(path, root, { compounds: "records", ...QUICK });
  return file.root;
}

describe("what was exported", () => {
  it("comes back with every kind of attribute, on groups and arrays", async () => {
    using file = MemmapFile.open(fresh(), { mode: "w+", ...QUICK });
    file.setArray("/g/x", Int16Array.of(1, 2, 3), { attrs: ATTRS });
    file.getGroup("/g").attr = ATTRS;
    const others: readonly AttrInput[] = [
      5,
      "text",
      [1, 2],
      [1, "a"],
      {},
      { "": 1 },
      { attr: 1 },
      { memmap_table_attrs: "x" },
      null,
    ];
    for (const [i, attr] of others.entries()) file.setGroup(`/o${i}`).attr = attr;
    using copy = MemmapFile.open(await roundTrip(file));
    for (const path of ["/g", "/g/x"]) {
      const [before, after] = [new Map(file.attrs(path)), new Map(copy.attrs(path))];
      const wrong = Object.keys(ATTRS).filter((key) => !isSame(after.get(key), before.get(key)));
      expect(wrong).toEqual([]);
      expect([...after.keys()]).toEqual(Object.keys(ATTRS));
    }
    expect(others.map((_, i) => copy.getGroup(`/o${i}`).attr)).toEqual(others);
  });

  it("comes back as the same table, its columns in their order", async () => {
    using table = MemmapTable.create(fresh(), { rows: 5, attr: { title: "t" }, ...QUICK });
    table.addColumn("z", "U3", { data: ["a", "é", "", "😀b", "abc"] });
    table.addColumn("when", "M8[25us]", { data: [1n, null, -3n, 4n, 5n], attr: "whole" });
    table.addColumn(
      "b/record",
      [
        ["x", ">f4", [2]],
        ["t", "U2"],
      ],
      { fill: { x: [1, 2], t: "é" } },
    );
    table.addColumn("a", ">c16", { itemShape: [2], fill: { re: 1, im: -0 } });
    using copy = MemmapTable.open(await roundTrip(table));
    expect(copy.columnNames).toEqual(table.columnNames);
    expect(copy.attr).toEqual(table.attr);
    for (const [name, column] of table.columns()) {
      const other = copy.column(name);
      expect([String(other.dtype), other.shape, other.attr]).toEqual([
        String(column.dtype),
        column.shape,
        column.attr,
      ]);
      expect(Buffer.compare(other.storage.bytes(), column.storage.bytes())).toBe(0);
    }
  });
});
