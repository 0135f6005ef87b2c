import { describe, expect, it } from "vitest";
import { type ArrayView, STRIDED, wrap } from "../../../src/array/index.js";
import { parseDType } from "../../../src/dtype/index.js";
import { columnsOf } from "../../../src/frame/sql/plan.js";
import type { TableScan } from "../../../src/frame/sql/scan/table-scan.js";
import { isMemmapError, MemmapTable, TableView } from "../../../src/index.js";
import { copied } from "../../../src/table/columns.js";
import { temporaryPaths } from "../../support/temporary.js";
import { countingView, numbersTable, rowsOf, valueOf } from "./support.js";

const fresh = temporaryPaths();
const QUICK = { durability: "process" } as const;

/** A view in memory of one column `a`. */
function viewOf(array: ArrayView): TableView {
  return new TableView(copied(new Map([["a", array]]), array.length));
}

describe("the columns that a query reads", () => {
  const N = 10_000;
  const make = () =>
    countingView({
      a: ["i4", new Int32Array(N).map((_, i) => i)],
      b: ["f8", new Float64Array(N).map((_, i) => i / 2)],
      c: ["U2", new Uint32Array(N * 2).fill(97)],
    });
  const readsOf = async (query: string): Promise<string> => {
    const { view, storages } = make();
    await rowsOf(query, { tables: { t: view, other: view } });
    return [...storages]
      .filter(([, { reads }]) => reads > 0)
      .map(([name]) => name)
      .join("");
  };

  it.each([
    ["SELECT sum(b) FROM t", "b"],
    ["SELECT sum(b) FROM t WHERE a > 5", "ab"],
    ["SELECT count(*) FROM t", ""],
    ["SELECT 1 FROM t LIMIT 3", ""],
    ["SELECT count(*) FROM (SELECT * FROM t) WHERE c = 'aa'", "c"],
    ["SELECT x.a FROM t x JOIN t y ON x.a = y.b", "ab"],
    ["WITH q AS MATERIALIZED (FROM t) SELECT max(c) FROM q", "c"],
    ["SELECT a FROM t WHERE a = (SELECT max(b) FROM t)", "ab"],
    ["FROM t LIMIT 1", "abc"],
    ["SELECT * EXCLUDE (b) FROM t LIMIT 1", "ac"],
    ["CREATE TABLE new AS SELECT a FROM t", "a"],
    ["SELECT sum(a) OVER (ORDER BY a) FROM t LIMIT 1", "a"],
    ["FROM t WHERE false", ""],
    ["DESCRIBE t", ""],
    ["SUMMARIZE t", "abc"],
    ["SELECT 2; SELECT sum(a) FROM t", "abc"],
    ["EXPLAIN SELECT a FROM t", ""],
  ])("of %s are %s", async (query, expected) => {
    expect(await readsOf(query)).toBe(expected);
  });

  it("are those of each table", async () => {
    const [one, other] = [make(), make()];
    const tables = { one: one.view, other: other.view };
    expect(await valueOf("SELECT sum(one.a) FROM one JOIN other ON one.a = other.b", { tables })).toBe(
      12497500n,
    );
    expect(Array.from(one.storages.values(), ({ reads }) => reads > 0)).toEqual([true, false, false]);
    expect(Array.from(other.storages.values(), ({ reads }) => reads > 0)).toEqual([false, true, false]);
  });

  it("are no more blocks than a LIMIT needs", async () => {
    const rows = 4_000_000;
    const { view, storages } = countingView({ a: ["i8", new BigInt64Array(rows)] });
    await rowsOf("FROM t LIMIT 5", { tables: { t: view } });
    expect(storages.get("a")?.reads).toBeLessThan(5);
  });

  it("are all where a plan cannot be read", () => {
    const scan = { columns: [1, 2], probeName: "memmap_probe_0" } as unknown as TableScan;
    const plan = (projections: unknown) => [
      { children: [{ extra_info: { Function: "MEMMAP_PROBE_0", Projections: projections } }] },
    ];
    const chosen = (projections: unknown) => columnsOf(plan(projections), [scan])?.get(scan);
    expect(chosen(["c1", "c2"])).toEqual(new Set([0, 1]));
    expect(chosen("c2.re")).toEqual(new Set([1]));
    expect(chosen("c0")).toEqual(new Set());
    for (const projections of [undefined, "c3", "x1", ["c1", "c12x"], 5])
      expect(chosen(projections)).toBeUndefined();
    expect(columnsOf("no plan", [scan])).toBeUndefined();
  });
});

describe("rows", () => {
  it.each([0, 1, 2047, 2048, 2049, 1_000_001])("are all there and in order: %i", async (rows) => {
    using table = numbersTable(fresh(), rows);
    const tables = { t: table };
    expect(await valueOf("SELECT count(*) FROM t", { tables })).toBe(BigInt(rows));
    const query = "SELECT count(*) FROM (SELECT a, row_number() OVER () - 1 AS row FROM t) WHERE a = row";
    expect(await valueOf(query, { tables, threads: 4 })).toBe(BigInt(rows));
  });

  it("come in the table's order, whatever the threads", async () => {
    using table = numbersTable(fresh(), 300_000);
    const rows = await rowsOf("SELECT a FROM t WHERE a % 2 = 0", { tables: { t: table }, threads: 4 });
    expect(rows.length).toBe(150_000);
    expect(rows.every((row, i) => (row as { a: number }).a === 2 * i)).toBe(true);
  });

  it("of a slice are the slice's, strided and backwards", async () => {
    using table = numbersTable(fresh(), 10_000);
    const tables = { t: table.slice(null, null, -3) };
    expect(await rowsOf("FROM t LIMIT 2", { tables })).toEqual([{ a: 9999 }, { a: 9996 }]);
    expect(await valueOf("SELECT sum(a) FROM t", { tables })).toBe(16_668_333n);
  });

  it("that are wide go in short blocks", async () => {
    const width = 300_000;
    using table = MemmapTable.create(fresh(), { rows: 20, columns: { a: `S${width}` }, ...QUICK });
    for (let i = 0; i < 20; i++) table.set(i, { a: String.fromCharCode(97 + i).repeat(width) });
    expect(
      await rowsOf("SELECT DISTINCT length(a) AS n, count(*) AS c FROM t GROUP BY ALL", {
        tables: { table, t: table },
      }),
    ).toEqual([{ n: BigInt(width), c: 20n }]);
  });

  it("of a table that grows meanwhile are those that it had", async () => {
    using table = numbersTable(fresh(), 1000);
    const counted = valueOf("SELECT count(a) FROM t", { tables: { t: table } });
    table.resize(5000);
    expect(await counted).toBe(1000n);
  });
});

describe("values", () => {
  it("of text are whole, short and long", async () => {
    const texts = [
      "",
      "a",
      "twelve bytes",
      "thirteen byte",
      "é".repeat(6),
      "é".repeat(7),
      "𝄞".repeat(20),
      "\ufeffx",
      "a\0b",
      "e\u0301",
    ];
    using table = MemmapTable.create(fresh(), {
      rows: texts.length,
      columns: { u: "U20", s: "S80", n: ">U20" },
      ...QUICK,
    });
    table.assign({ u: texts, s: texts, n: texts });
    expect(await rowsOf("FROM t", { tables: { t: table } })).toEqual(
      texts.map((text) => ({ u: text, s: text, n: text })),
    );
    for (const name of ["u", "s", "n"]) {
      const query = `SELECT count(*) FROM t WHERE ${name} = $1`;
      for (const text of texts)
        expect(await valueOf(query, { tables: { t: table }, params: [text] })).toBe(1n);
    }
  });

  it("that are no text name their cell", async () => {
    using table = MemmapTable.create(fresh(), { rows: 3000, columns: { s: "S4", u: "U2" }, ...QUICK });
    table.column("s").values.set([0xc3, 0x28], 4 * 2500);
    table.column("u").values[2 * 2700 + 1] = 0xd800;
    const tables = { t: table };
    await expect(rowsOf("SELECT s FROM t", { tables })).rejects.toThrow(
      'column "s", row 2500: the bytes c328 are no UTF-8',
    );
    await expect(rowsOf("SELECT u FROM t", { tables })).rejects.toThrow(
      'column "u", row 2700: U+D800 is no character',
    );
    expect(await valueOf("SELECT count(*) FROM t", { tables })).toBe(3000n);
  });

  it("of UTF-8 that is cut between two cells are no text", async () => {
    using table = MemmapTable.create(fresh(), { rows: 2, columns: { s: "S1" }, ...QUICK });
    table.column("s").values.set([0xc3, 0xa9]);
    await expect(rowsOf("FROM t", { tables: { t: table } })).rejects.toThrow("row 0");
  });

  it("of dates are null for NaT and exact else", async () => {
    using table = MemmapTable.create(fresh(), {
      rows: 3,
      columns: {
        day: "M8[D]",
        week: "M8[W]",
        year: "M8[Y]",
        hour: ">M8[h]",
        tens: "M8[10ms]",
        us: "M8[us]",
        ns: "M8[ns]",
      },
      ...QUICK,
    });
    table.assign([
      { day: 19782n, week: 1n, year: -1969n, hour: 2n, tens: 7n, us: 1n, ns: 2n ** 63n - 2n },
      { day: null, week: null, year: null, hour: null, tens: null, us: null, ns: null },
      { day: -719162n, week: -1n, year: 8029n, hour: -2n, tens: -7n, us: -1n, ns: -1n },
    ]);
    const tables = { t: table };
    expect(await rowsOf("FROM t", { tables })).toEqual([
      { day: 19782n, week: 7n, year: -719162n, hour: 7200n, tens: 70n, us: 1n, ns: 2n ** 63n - 2n },
      { day: null, week: null, year: null, hour: null, tens: null, us: null, ns: null },
      { day: -719162n, week: -7n, year: 2932532n, hour: -7200n, tens: -70n, us: -1n, ns: -1n },
    ]);
    expect(await rowsOf("SELECT day::VARCHAR AS d, year::VARCHAR AS y FROM t", { tables })).toEqual([
      { d: "2024-02-29", y: "0001-01-01" },
      { d: null, y: null },
      { d: "0001-01-01", y: "9999-01-01" },
    ]);
  });

  it.each([
    ["M8[us]", 2n ** 63n - 1n],
    ["M8[us]", -(2n ** 63n) + 1n],
    ["M8[D]", 2n ** 31n - 1n],
    ["M8[D]", -(2n ** 40n)],
    ["M8[h]", 2n ** 62n],
  ] as const)("of %s do not become infinity or another date: %s", async (dtype, value) => {
    using table = MemmapTable.create(fresh(), { rows: 2, columns: { d: dtype }, ...QUICK });
    table.set(1, { d: value });
    const failure = await rowsOf("FROM t", { tables: { t: table } }).catch((error: unknown) => error);
    expect(isMemmapError(failure, "CAST") && failure.message).toMatch(/^column "d", row 1: the date/);
  });

  it.each(["M8[ps]", "M8", "M8[as]"])("of %s are refused by name", async (dtype) => {
    using table = MemmapTable.create(fresh(), { rows: 1, columns: { "the time": dtype }, ...QUICK });
    await expect(rowsOf("FROM t", { tables: { t: table } })).rejects.toThrow(
      'column "the time" holds dates of',
    );
  });

  it("of bytes that are no booleans are true", async () => {
    using table = MemmapTable.create(fresh(), { rows: 3, columns: { b: "b1" }, ...QUICK });
    new Uint8Array(table.column("b").values.buffer, table.column("b").values.byteOffset, 3).set([0, 1, 7]);
    expect(await valueOf("SELECT list(b) FROM t", { tables: { t: table } })).toEqual([false, true, true]);
  });

  it("in shared memory are read, too", async () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(16));
    bytes.set([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4]);
    const array = wrap(
      { dtype: parseDType("i4"), bytes, layout: { shape: [4], strides: [4], offset: 0 } },
      false,
    );
    expect(await valueOf("SELECT sum(a) FROM t", { tables: { t: viewOf(array) } })).toBe(10n);
  });

  it("of cells in Fortran order are those of the rows", async () => {
    const { bytes, dtype } = wrap(
      { dtype: parseDType("i2"), bytes: new Uint8Array(12), layout: { shape: [6], strides: [2], offset: 0 } },
      true,
    )
      .assign([0, 1, 2, 3, 4, 5])
      [STRIDED]();
    const array = wrap({ dtype, bytes, layout: { shape: [3, 2], strides: [2, 6], offset: 0 } }, false);
    expect(await rowsOf("FROM t", { tables: { t: viewOf(array) } })).toEqual([
      { a: [0, 3] },
      { a: [1, 4] },
      { a: [2, 5] },
    ]);
  });

  it("below a mask are null, in cells and fields, too", async () => {
    using table = MemmapTable.create(fresh(), {
      rows: 3,
      columns: new Map<string, unknown>([
        ["a", "i4"],
        ["a.null", "b1"],
        ["v", { dtype: "f4", itemShape: [2] }],
        ["v.null", "b1"],
        [
          "s",
          [
            ["x", "i4"],
            ["t", "U20"],
          ],
        ],
        ["s.null", "b1"],
        ["u", "S4"],
        ["u.null", "b1"],
        ["lone.null", "b1"],
      ]) as never,
      ...QUICK,
    });
    const columns: TableView = table as unknown as TableView;
    for (const name of ["a.null", "v.null", "s.null", "u.null"]) columns.column(name).set(1, true);
    // What nobody sees need be no text.
    (columns.column("u").values as Uint8Array)[4] = 0xff;
    const tables = { t: columns };
    const [whole, missing] = await rowsOf("FROM t", { tables, masks: true });
    expect(whole).toEqual({ a: 0, v: [0, 0], s: { x: 0, t: "" }, u: "", "lone.null": false });
    expect(missing).toEqual({ a: null, v: null, s: null, u: null, "lone.null": false });
    const inner =
      "SELECT count(a) AS a, count(v[1]) AS v, count(s.x) AS x, count(s.t) AS t, count(u) AS u FROM t";
    expect(await rowsOf(inner, { tables, masks: true })).toEqual([{ a: 2n, v: 2n, x: 2n, t: 2n, u: 2n }]);
    expect(await rowsOf('SELECT count(a) AS a, count("a.null") AS m FROM t', { tables })).toEqual([
      { a: 3n, m: 3n },
    ]);
  });

  it("below a mask that is none are refused", async () => {
    using table = MemmapTable.create(fresh(), { rows: 1, columns: { a: "i4", "a.null": "i4" }, ...QUICK });
    await expect(rowsOf("FROM t", { tables: { t: table }, masks: true })).rejects.toThrow(
      '"a.null" is no mask',
    );
  });
});

describe("names", () => {
  it.each(["t", "my table", 'a"b', "select", "duckdb_tables", "main.x", "range", "日本", "x;y", "--"])(
    "of tables may be anything: %s",
    async (name) => {
      using table = numbersTable(fresh(), 3);
      const quoted = `"${name.replaceAll('"', '""')}"`;
      expect(await valueOf(`SELECT sum(a) FROM ${quoted}`, { tables: new Map([[name, table]]) })).toBe(3n);
    },
  );

  it.each([[""], ["a\0"]])("that SQL cannot write are refused: %j", async (name) => {
    using table = numbersTable(fresh(), 3);
    await expect(rowsOf("SELECT 1", { tables: { [name]: table } })).rejects.toMatchObject({ code: "NAME" });
  });

  it("that are one to SQL are refused", async () => {
    using table = numbersTable(fresh(), 3);
    await expect(rowsOf("SELECT 1", { tables: { t: table, T: table } })).rejects.toThrow(
      'tables "t" and "T"',
    );
    const { view } = countingView({ a: ["i1", new Int8Array(1)], A: ["i1", new Int8Array(1)] });
    await expect(rowsOf("FROM t", { tables: { t: view } })).rejects.toThrow('columns "a" and "A"');
  });

  it("of columns may be anything", async () => {
    const names = ["__proto__", "c d", 'q"uote', "c1", "SELECT", "x/y", "😀", "'"];
    const { view } = countingView(
      Object.fromEntries(
        names
          .map((name, i) => [`${name}`, ["i4", Int32Array.of(i)]] as const)
          .filter(([name]) => name !== "__proto__"),
      ),
    );
    const [row] = await rowsOf("FROM t", { tables: { t: view } });
    expect(Object.keys(row as object)).toEqual(view.columnNames);
    const proto = new TableView(copied(new Map([["__proto__", view.column("c1")]]), 1));
    const [own] = await rowsOf('SELECT "__proto__" FROM t', { tables: { t: proto } });
    expect(Object.getOwnPropertyDescriptor(own, "__proto__")?.value).toBe(3);
  });
});
