import { rmSync } from "node:fs";
import { type Data, type Table, tableFromIPC, tableToIPC, type Vector } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { fromArrow, toArrow } from "../../../src/frame/arrow/index.js";
import { CastError, ClosedError, DTypeError, MemmapTable } from "../../../src/index.js";
import { thrown } from "../../support/snapshot.js";
import { temporaryPaths } from "../../support/temporary.js";

const path = temporaryPaths();
const QUICK = { durability: "process" } as const;

/** The only piece of a column. */
function dataOf(table: Table, name: string): Data {
  const vector: Vector | null = table.getChild(name);
  const [data] = vector?.data ?? [];
  if (data === undefined) throw new Error(`no column ${name}`);
  return data;
}

/** What lies at the bottom of lists in lists. */
function leafOf(data: Data): Data {
  const [child] = data.children;
  return child === undefined ? data : leafOf(child);
}

const NUMBERS = {
  i1: "i1",
  i2: "i2",
  i4: "i4",
  i8: "i8",
  u1: "u1",
  u2: "u2",
  u4: "u4",
  u8: "u8",
  f2: "f2",
  f4: "f4",
  f8: "f8",
  c8: "c8",
  c16: "c16",
  V3: "V3",
  seconds: "M8[s]",
  nanoseconds: "M8[ns]",
  micro: "m8[us]",
  cells: { dtype: "f4", itemShape: [2, 3] },
} as const;

describe("columns whose bytes Arrow shares", () => {
  it.each(["r+", "r"] as const)("are those of numbers, bytes and times, opened %s", (mode) => {
    const root = path();
    MemmapTable.create(root, { rows: 100, columns: NUMBERS, ...QUICK }).close();
    using table = MemmapTable.open(root, { mode });
    for (const view of [table, table.slice(10, 20)]) {
      const arrow = toArrow(view);
      expect(arrow.numRows).toBe(view.length);
      for (const [name, column] of view.columns()) {
        const { values } = leafOf(dataOf(arrow, name));
        const own = column.values as unknown as Uint8Array;
        expect([name, values.buffer === own.buffer, values.byteOffset, values.byteLength]).toEqual([
          name,
          true,
          own.byteOffset,
          own.byteLength,
        ]);
      }
    }
  });

  it("show what is assigned, and take it", () => {
    using table = MemmapTable.create(path(), { rows: 3, columns: { a: "i4" }, ...QUICK });
    const arrow = toArrow(table);
    table.column("a").set(1, 5);
    expect(arrow.getChild("a")?.toArray()).toEqual(Int32Array.of(0, 5, 0));
    arrow.getChild("a")?.set(2, 7);
    expect(table.column("a").at(2)).toBe(7);
  });

  it("are shared where some are NaT, which are null", () => {
    using table = MemmapTable.create(path(), { rows: 3, columns: { t: "M8[ms]" }, ...QUICK });
    table.column("t").assign([1n, null, 3n]);
    const arrow = toArrow(table);
    expect(dataOf(arrow, "t").values.buffer).toBe(table.column("t").values.buffer);
    expect([...(arrow.getChild("t") ?? [])]).toEqual([1, null, 3]);
    expect(arrow.getChild("t")?.nullCount).toBe(1);
  });

  it("are empty when the table is closed, unless they were copied", () => {
    const table = MemmapTable.create(path(), { rows: 3, columns: NUMBERS, ...QUICK });
    const [shared, copied] = [toArrow(table), toArrow(table, { copy: true })];
    const lengths = (arrow: Table) =>
      Object.keys(NUMBERS).map((name) => leafOf(dataOf(arrow, name)).values.length > 0);
    table.close();
    expect(new Set(lengths(shared))).toEqual(new Set([false]));
    expect(new Set(lengths(copied))).toEqual(new Set([true]));
  });

  it.each([3, 70_000])("of %i rows make no table when theirs is closed", (rows) => {
    const table = MemmapTable.create(path(), { rows, columns: { a: "i4", t: "M8[s]" }, ...QUICK });
    table.addColumn("v", "f4", { itemShape: [2] });
    const [shared, copied] = [toArrow(table), toArrow(table, { copy: true })];
    table.close();
    for (const name of ["a", "t", "v"]) {
      expect(() => fromArrow(shared.select([name]), path(), QUICK)).toThrow(
        new ClosedError(
          `column "${name}" shares the bytes of a table that was closed, or of a column that was deleted; toArrow(view, { copy: true }) outlives them`,
        ),
      );
    }
    using again = fromArrow(copied, path(), QUICK);
    expect(again.length).toBe(rows);
  });

  it("are not those that are strided, byte-swapped or in Fortran order", () => {
    const root = path();
    using table = MemmapTable.create(root, { rows: 4, columns: { a: "i4", b: ">i4" }, ...QUICK });
    table.column("a").assign([1, 2, 3, 4]);
    table.column("b").assign([1, 2, 3, 4]);
    const arrow = toArrow(table.slice(null, null, -2));
    expect(arrow.getChild("a")?.toArray()).toEqual(Int32Array.of(4, 2));
    expect(arrow.getChild("b")?.toArray()).toEqual(Int32Array.of(4, 2));
    expect(dataOf(arrow, "a").values.buffer).not.toBe(table.column("a").values.buffer);

    const fortran = path();
    rmSync(fortran, { recursive: true, force: true });
    using other = MemmapTable.create(fortran, { rows: 0, ...QUICK });
    other.addColumn("x", "i4", { itemShape: [2] });
    other.append({
      x: [
        [1, 2],
        [3, 4],
      ],
    });
    expect(leafOf(dataOf(toArrow(other), "x")).values).toEqual(Int32Array.of(1, 2, 3, 4));
  });
});

describe("columns that are converted", () => {
  it("are booleans, text, days, other units and records", () => {
    using table = MemmapTable.create(path(), {
      rows: 2,
      columns: {
        b: "b1",
        s: "S4",
        u: "U4",
        d: "M8[D]",
        w: "M8[W]",
        h: "m8[h]",
        step: "M8[25s]",
        r: [
          ["x", "i2"],
          ["y", "U2", [2]],
        ],
      },
      ...QUICK,
    });
    table.set(1, {
      b: true,
      s: "é",
      u: "😀b",
      d: new Date("2000-02-29"),
      w: 1n,
      h: 2n,
      step: 3n,
      r: { x: -1, y: ["a", ""] },
    });
    const arrow = toArrow(table);
    expect(arrow.schema.fields.map(({ type }) => String(type))).toEqual([
      "Bool",
      "Utf8",
      "Utf8",
      "Date32<DAY>",
      "Date32<DAY>",
      "Duration<SECOND>",
      "Timestamp<SECOND>",
      "Struct<{x:Int16, y:FixedSizeList[2]<Utf8>}>",
    ]);
    expect(
      JSON.parse(
        JSON.stringify(arrow.get(1), (_, value) => (typeof value === "bigint" ? Number(value) : value)),
      ),
    ).toEqual({
      b: true,
      s: "é",
      u: "😀b",
      d: Date.UTC(2000, 1, 29),
      w: 7 * 86_400_000,
      h: 7200,
      step: 75_000,
      r: { x: -1, y: ["a", ""] },
    });
    expect(arrow.schema.fields[6]?.metadata.get("numpy.dtype")).toBe("<M8[25s]");
  });

  it("keep masks beside them, which become their nulls on request", () => {
    using table = MemmapTable.create(path(), {
      rows: 3,
      columns: { a: "i4", "a.null": "b1", t: "M8[s]", "t.null": "b1", "x.null": "b1" },
      ...QUICK,
    });
    table.column("a.null").set(1, true);
    table.column("t").set(0, null);
    table.column("t.null").set(2, true);
    expect(toArrow(table).schema.names).toEqual([...table.columnNames]);
    expect(() => toArrow(table, { masks: "yes" as never })).toThrow(/masks is true or false, not "yes"/);
    expect(() => toArrow(table, { copy: 1 as never })).toThrow(/copy is true or false, not 1/);
    const arrow = toArrow(table, { masks: true });
    expect(arrow.schema.names).toEqual(["a", "t", "x.null"]);
    expect([...(arrow.getChild("a") ?? [])]).toEqual([0, null, 0]);
    expect([...(arrow.getChild("t") ?? [])]).toEqual([null, 0, null]);
    expect([...(arrow.getChild("a") ?? [])]).toEqual([
      ...(tableFromIPC(tableToIPC(arrow)).getChild("a") ?? []),
    ]);
  });

  it("of no rows and no columns", () => {
    using table = MemmapTable.create(path(), {
      rows: 0,
      columns: { ...NUMBERS, s: "U3", b: "b1" },
      ...QUICK,
    });
    const arrow = toArrow(table);
    expect([arrow.numRows, arrow.numCols]).toEqual([0, 20]);
    using bare = MemmapTable.create(path(), { rows: 3, ...QUICK });
    expect(toArrow(bare).numCols).toBe(0);
  });
});

describe("what Arrow cannot hold", () => {
  const refused = (dtype: string, act?: (table: MemmapTable) => void): Error => {
    using table = MemmapTable.create(path(), { rows: 3, ...QUICK });
    table.addColumn("x", dtype);
    act?.(table);
    return thrown(() => toArrow(table));
  };

  it.each(["M8", "m8", "M8[ps]", "M8[7as]", "m8[Y]", "m8[M]"])("is %s, by name", (dtype) => {
    const error = refused(dtype);
    expect(error).toBeInstanceOf(DTypeError);
    expect(error.message).toMatch(/column "x" holds .* Arrow has no type; .* would be right/);
  });

  it("is text that is none, days beyond 32 bits, seconds beyond 64", () => {
    const cases = [
      [
        "S3",
        (table: MemmapTable) => table.column("x").storage.bytes().set([0x61, 0xff], 3),
        "bytes are no UTF-8",
      ],
      [
        "S2",
        (table: MemmapTable) => table.column("x").storage.bytes().set([0x61, 0xc3, 0xa9]),
        "bytes are no UTF-8",
      ],
      [
        "U1",
        (table: MemmapTable) => table.column("x").storage.bytes().set([0, 0xd8, 0, 0], 4),
        "55296 is the code point of no",
      ],
      ["M8[D]", (table: MemmapTable) => table.column("x").set(1, 2n ** 31n), "2147483648 days do not fit"],
      [
        "M8[h]",
        (table: MemmapTable) => table.column("x").set(1, 2n ** 62n),
        "does not fit 64 bits when counted in s",
      ],
    ] as const;
    for (const [dtype, spoil, message] of cases) {
      const error = refused(dtype, spoil);
      expect(error).toBeInstanceOf(CastError);
      expect(error.message).toContain(`column "x", row ${dtype === "S2" ? 0 : 1}: `);
      expect(error.message).toContain(message);
    }
  });
});
