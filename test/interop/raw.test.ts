import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type DTypeLike, FormatError, MemmapTable, openNpy, parseDType } from "../../src/index.js";
import { PLAIN, STRUCTURES } from "./dtypes.js";
import { type Described, startPeer } from "./peer.js";
import { Random } from "./random.js";
import { expectSame, fileHex, QUICK, scratchDirectory, seed } from "./support.js";
import { arrayToWire, elementFromWire, nestedFromWire, type Wire } from "./wire.js";

const peer = startPeer();
const directory = scratchDirectory();
let count = 0;
let root = "";
beforeEach(() => {
  root = join(directory, `raw-${count++}`);
});

/** A column as the script says it. */
interface RawColumn extends Described {
  readonly attr: unknown;
}
type RawTable = Readonly<Record<string, RawColumn>>;

interface RawSpec {
  readonly name: string;
  readonly dtype: unknown;
  readonly shape: readonly number[];
  readonly attr?: unknown;
}

const write = (columns: readonly RawSpec[]) => peer.call<RawTable>("raw_write", { root, columns, seed });
const read = () => peer.call<RawTable>("raw_read", { root });
const open = (options: object = {}): MemmapTable =>
  MemmapTable.open(root, { mode: "r+", layout: "raw", ...QUICK, ...options }) as MemmapTable;

/** Checks that a table of ours holds what the script says. */
function expectTable(table: MemmapTable, said: RawTable): void {
  expect([...table.columnNames].sort()).toEqual(Object.keys(said).sort());
  for (const [name, column] of Object.entries(said)) {
    expectSame(table.column(name), column);
    expect(table.column(name).attr).toEqual(column.attr);
  }
}

/** Checks that both sides see the same table. */
async function expectAgreement(table: MemmapTable): Promise<RawTable> {
  const said = await read();
  expectTable(table, said);
  return said;
}

const KINDS: readonly { readonly title: string; readonly dtype: unknown }[] = [
  ...PLAIN.map((dtype) => ({ title: dtype, dtype })),
  ...STRUCTURES.map(({ title, fields, align }) => ({
    title,
    dtype: align === true ? { align: fields } : fields,
  })),
];

const SMALL: readonly RawSpec[] = [
  { name: "x", dtype: "<f8", shape: [20], attr: "my first column" },
  { name: "pos/xyz", dtype: ">f4", shape: [20, 3], attr: { unit: "m", bounds: [0, 1.5] } },
  { name: "pos/deep/name", dtype: "<U5", shape: [20], attr: null },
  { name: "when", dtype: "<M8[us]", shape: [20], attr: [1, [2]] },
  {
    name: "rows",
    dtype: [
      ["a", "<i4"],
      ["b", "|S3", [2]],
    ],
    shape: [20],
    attr: false,
  },
];

describe("a table of mmaptable's layout that Python wrote", () => {
  it.each([{ shape: [7] }, { shape: [1, 2, 2] }])("of every dtype, $shape", async ({ shape }) => {
    const said = await write(KINDS.map(({ dtype }, i) => ({ name: `c${i}`, dtype, shape, attr: i })));
    using table = MemmapTable.open(root);
    expectTable(table as MemmapTable, said);
  });

  it("opens with groups and attributes, and is left as it is", async () => {
    const said = await write(SMALL);
    const files = ["x", "pos/xyz", "pos/deep/name", "when", "rows"].flatMap((name) => [
      `${name}.npy`,
      `${name}.attr`,
    ]);
    const before = files.map((file) => fileHex(join(root, file)));
    {
      using table = MemmapTable.open(root);
      expectTable(table as MemmapTable, said);
      using writer = open();
      expectTable(writer, said);
    }
    expect(files.map((file) => fileHex(join(root, file)))).toEqual(before);
    expect(await read()).toEqual(said);
  });

  it("takes assignments, and shows those of Python", async () => {
    const said = await write(SMALL);
    using table = open();
    const random = new Random("raw stores");
    for (const [name, { shape }] of Object.entries(said)) {
      const { dtype } = table.column(name);
      const each = shape.slice(1).reduce((size, axis) => size * axis, 1);
      table.column(name).set(3, nestedFromWire(dtype, shape.slice(1), random.wires(dtype, each)) as never);
      const values = random.wires(dtype, each);
      await peer.call("raw_store", { root, name, row: 4, values });
      expect(arrayToWire(table.column(name)).slice(4 * each, 5 * each)).toEqual(values);
    }
    const after = await expectAgreement(table);
    for (const name of Object.keys(said)) expect(after[name]?.hex).not.toBe(said[name]?.hex);
  });

  it("changes its rows, columns and attributes here, for Python to read", async () => {
    const said = await write(SMALL);
    using table = open();
    table.resize(33);
    expect((await expectAgreement(table)).x?.shape).toEqual([33]);
    table.resize(11);
    const short = await expectAgreement(table);
    expect(short.x?.values).toEqual(said.x?.values.slice(0, 11));
    expect(statSync(join(root, "x.npy")).size).toBeGreaterThanOrEqual(88);

    table.append(table.slice(0, 5));
    const long = await expectAgreement(table);
    expect(long.rows?.values).toEqual([
      ...(said.rows?.values.slice(0, 11) ?? []),
      ...(said.rows?.values.slice(0, 5) ?? []),
    ]);

    table.renameColumn("pos/xyz", "xyz");
    table.copyColumn("rows", "group/rows");
    table.deleteColumn("when");
    table.column("x").attr = { changed: [1, 2n ** 70n] };
    const changed = await read();
    expect(Object.keys(changed).sort()).toEqual(["group/rows", "pos/deep/name", "rows", "x", "xyz"]);
    expect(changed.xyz?.attr).toEqual({ unit: "m", bounds: [0, 1.5] });
    expect(changed["group/rows"]).toEqual(changed.rows);
    expect(changed.x?.attr).toEqual({ changed: [1, { $bigint: "1180591620717411303424" }] });
  });

  it("is opened again after Python changed its rows in place", async () => {
    await write(SMALL);
    open().close();
    for (const rows of [31, 9]) {
      await peer.call("raw_resize", { root, rows });
      using table = open();
      expect(table.length).toBe(rows);
      await expectAgreement(table);
    }
    await peer.call("raw_set_attr", { root, name: "x", attr: { again: true } });
    using table = open();
    expect(table.column("x").attr).toEqual({ again: true });
    table.append(table.slice(0, 1));
    await expectAgreement(table);
  });

  it("keeps every byte of a sidecar but its shape when rows change", async () => {
    await write(SMALL);
    // Another writer's spaces, order and members.
    const path = join(root, "pos", "xyz.attr");
    const sidecar = (rows: number) =>
      `{ "more": [1.0],\n  "attr": {"unit": "\\u006d", "n": 1E2},\n  "shape":[${rows},\t3], "dtype": ">f4" }\n`;
    writeFileSync(path, sidecar(20));
    const resized = sidecar(123).replace(",\t3", ", 3");
    using table = open();
    expect(table.column("pos/xyz").attr).toEqual({ unit: "m", n: 100 });
    table.resize(123);
    expect(readFileSync(path, "utf8")).toBe(resized);
    table.renameColumn("pos/xyz", "moved");
    expect(readFileSync(join(root, "moved.attr"), "utf8")).toBe(resized);
    expect((await expectAgreement(table)).moved?.shape).toEqual([123, 3]);
  });
});

describe("a table that is made here in the raw layout", () => {
  it("is read by Python, bit for bit, whatever the dtypes", async () => {
    const columns = await Promise.all(
      KINDS.flatMap(({ title, dtype }, i) =>
        [[], [2]].map(async (itemShape) => {
          const descr = await peer.call<DTypeLike>("descr_of", { dtype });
          const parsed = parseDType(descr);
          const name = `g${i}/c${itemShape.length}`;
          const wires = new Random(name).wires(parsed, 5 * (itemShape[0] ?? 1));
          return { name, title, descr, dtype: parsed, itemShape, wires };
        }),
      ),
    );
    using table = MemmapTable.create(root, { rows: 5, layout: "raw", ...QUICK });
    table.transaction(() => {
      for (const { name, title, dtype, itemShape, wires } of columns) {
        const data = nestedFromWire(dtype, [5, ...itemShape], wires) as never;
        table.addColumn(name, dtype, { itemShape, attr: title, data });
      }
    });
    const said = await expectAgreement(table as unknown as MemmapTable);
    expect(Object.keys(said)).toHaveLength(columns.length);
    for (const { name, title, descr, itemShape, wires } of columns) {
      expect(said[name]).toMatchObject({ descr, shape: [5, ...itemShape], attr: title, values: wires });
      // Bare elements, and nothing else.
      expect(statSync(join(root, `${name}.npy`)).size).toBe(table.column(name).nbytes);
    }
  });

  it("appends to files that Python maps", async () => {
    using table = MemmapTable.create(root, {
      rows: 0,
      layout: "raw",
      columns: { x: "i8", name: "U3" },
      ...QUICK,
    });
    const names = ["", "é", "🙂b", "abc"];
    for (let row = 0; row < 60; row++) table.append([{ x: BigInt(row) ** 5n, name: names[row % 4] ?? "" }]);
    const said = await expectAgreement(table as unknown as MemmapTable);
    expect(said.x?.values.at(-1)).toBe(String(59n ** 5n));
    expect(said.name?.shape).toEqual([60]);
  });
});

describe("a table of both layouts", () => {
  it("is one table here; to Python, columns without a sidecar are none", async () => {
    const said = await write(SMALL);
    const npy = await peer.call<Described>("save", {
      path: join(root, "theirs.npy"),
      dtype: "<i2",
      shape: [20, 2],
      seed,
    });
    using table = open({ layout: "npy" });
    expect(table.shape).toEqual([20, 6]);
    table.addColumn("ours", "U4", { fill: "npy" });
    table.addColumn("bare", "U4", { fill: "raw", layout: "raw" });
    expectSame(table.column("theirs"), npy);
    expect(Object.keys(await read()).sort()).toEqual([...Object.keys(said), "bare"].sort());
    expect((await read()).bare?.values).toEqual(new Array<Wire>(20).fill("raw"));

    table.resize(50);
    table.append(table.slice(0, 2));
    table.copyColumn("ours", "copies/npy");
    table.copyColumn("bare", "copies/raw");
    const after = await read();
    expect(Object.keys(after).sort()).toEqual([...Object.keys(said), "bare", "copies/raw"].sort());
    for (const name of ["theirs", "ours", "copies/npy"]) {
      expectSame(table.column(name), await peer.call("describe", { path: join(root, `${name}.npy`) }));
    }
    for (const [name, column] of Object.entries(after)) expectSame(table.column(name), column);
  });

  it("makes Python fail loudly where a column with NumPy's header has an attribute", async () => {
    await write(SMALL);
    {
      using table = open({ layout: "npy" });
      table.addColumn("ours", "<f8", { attr: "an attribute" });
    }
    await expect(read()).rejects.toThrow("KeyError: 'dtype'");
    {
      using table = open();
      table.deleteColumn("ours");
    }
    expect(Object.keys(await read())).toHaveLength(5);
  });

  it("is refused where a raw file is an array of NumPy's with the same dtype and shape", async () => {
    // Python would take the header for data: nobody can tell which of the two is meant.
    await write([{ name: "x", dtype: "|u1", shape: [4] }]);
    const path = join(root, "x.npy");
    await peer.call("save", { path: join(root, "y.npy"), dtype: "|u1", shape: [4], seed });
    copyFileSync(join(root, "y.npy"), path);
    expect(() => openNpy(path)).not.toThrow();
    expect(() => MemmapTable.open(root)).toThrow(FormatError);
  });

  it("keeps raw data that look like a header", async () => {
    // A whole array file as the rows of a raw column.
    const other = join(directory, "other.npy");
    await peer.call("save", { path: other, dtype: "<f8", shape: [3], seed });
    const bytes = Array.from(readFileSync(other));
    using made = MemmapTable.create(root, { rows: bytes.length, layout: "raw", ...QUICK });
    made.addColumn("x", "u1", { data: bytes });
    using table = MemmapTable.open(root);
    expect(table.column("x").dtype.str).toBe("|u1");
    expect((await expectAgreement(table as MemmapTable)).x?.values).toEqual(bytes.map(String));
  });
});

describe("the table's own files", () => {
  it("are in nobody's way", async () => {
    const said = await write(SMALL);
    {
      using table = open();
      table.attr = { of: "the table" };
      table.setGroupAttr("pos", { of: "the group" });
      table.transaction(() => table.resize(20));
    }
    expect(existsSync(join(root, ".attr"))).toBe(true);
    expect(existsSync(join(root, ".memmap"))).toBe(true);
    expect(await read()).toEqual(said);
    const element = elementFromWire(parseDType("<f8"), said.x?.values[0] ?? null);
    using table = MemmapTable.open(root);
    expect(table.column("x").at(0)).toBe(element);
  });
});
