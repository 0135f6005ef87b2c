import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it, vi } from "vitest";
import { duckdb, requireTableFunctions } from "../../../src/frame/sql/duckdb.js";
import { SqlResult, sql } from "../../../src/frame/sql/index.js";
import { ClosedError, isMemmapError, MemmapTable, NotFoundError } from "../../../src/index.js";
import { temporaryPaths } from "../../support/temporary.js";
import { countingView, numbersTable, rowsOf, valueOf } from "./support.js";

const fresh = temporaryPaths();

describe("sql", () => {
  it("gives rows as plain objects, in order, with names and types", async () => {
    using table = numbersTable(fresh(), 3);
    const result = await sql("SELECT a, a * 0.5 AS half, 'x' || a AS text FROM t", { tables: { t: table } });
    expect(result).toBeInstanceOf(SqlResult);
    expect(result.columnNames).toEqual(["a", "half", "text"]);
    expect(result.columnTypes).toEqual(["INTEGER", "DECIMAL(12,1)", "VARCHAR"]);
    expect(await result.toArray()).toEqual([
      { a: 0, half: 0, text: "x0" },
      { a: 1, half: 0.5, text: "x1" },
      { a: 2, half: 1, text: "x2" },
    ]);
  });

  it("joins tables with each other and with themselves", async () => {
    using table = numbersTable(fresh(), 1000);
    using other = MemmapTable.create(fresh(), {
      rows: 2,
      columns: { id: "i8", name: "U8" },
      durability: "process",
    });
    other.assign({ id: [5n, 7n], name: ["five", "seven"] });
    expect(
      await rowsOf(
        "SELECT name, x.a + y.a AS sum FROM x JOIN other ON x.a = id JOIN x y ON y.a = x.a ORDER BY id",
        {
          tables: { x: table, other },
        },
      ),
    ).toEqual([
      { name: "five", sum: 10 },
      { name: "seven", sum: 14 },
    ]);
  });

  it("needs no tables", async () => {
    expect(await rowsOf("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  it("keeps columns of one name apart, and those of any name", async () => {
    expect(await rowsOf('SELECT 1 AS a, 2 AS a, 3 AS "__proto__"')).toEqual([
      Object.fromEntries([
        ["a", 1],
        ["a:1", 2],
        ["__proto__", 3],
      ]),
    ]);
  });

  it("gives values of all types as elements of tables are", async () => {
    const query = `SELECT 1::HUGEINT AS h, 5::UBIGINT AS u, 1.25 AS small, 12345678901234567.5::DECIMAL(20,1) AS large,
      [1, NULL] AS l, {'__proto__': 1, 'b': ['x', NULL]} AS s, MAP {'k': [1]} AS m, INTERVAL '1 month 2 days 3us' AS i,
      '00000000-0000-0000-0000-00000000000a'::UUID AS id, TIME '00:00:01' AS t, '\\xAA\\x00'::BLOB AS b, NULL AS n,
      'b'::ENUM ('a', 'b') AS e, DATE '1970-01-02' AS d, TIMESTAMPTZ '1970-01-01 00:00:00+01' AS tz, '101'::BIT AS bits,
      [['a'], []] AS ll, 'nan'::FLOAT AS nan, [1, 2]::INTEGER[2] AS fixed, union_value(k := 2) AS un`;
    expect(await rowsOf(query)).toEqual([
      {
        h: 1n,
        u: 5n,
        small: 1.25,
        large: "12345678901234567.5",
        l: [1, null],
        s: Object.fromEntries([
          ["__proto__", 1],
          ["b", ["x", null]],
        ]),
        m: new Map([["k", [1]]]),
        i: { months: 1, days: 2, micros: 3n },
        id: "00000000-0000-0000-0000-00000000000a",
        t: 1_000_000n,
        b: Uint8Array.of(0xaa, 0),
        n: null,
        e: "b",
        d: 1n,
        tz: -3_600_000_000n,
        bits: "101",
        ll: [["a"], []],
        nan: Number.NaN,
        fixed: [1, 2],
        un: 2,
      },
    ]);
  });

  it("runs several statements and gives the rows of the last", async () => {
    using table = numbersTable(fresh(), 10);
    const query =
      "CREATE TABLE k AS SELECT a FROM t WHERE a > 5; INSERT INTO k SELECT a FROM t; SELECT count(*) AS n FROM k";
    expect(await rowsOf(query, { tables: { t: table } })).toEqual([{ n: 14n }]);
    expect(await rowsOf("PIVOT t ON a % 2 USING sum(a)", { tables: { t: table.slice(0, 2) } })).toEqual([
      { "0": 0n, "1": 1n },
    ]);
  });

  it("has a database of its own for each call", async () => {
    await rowsOf("CREATE TABLE k AS SELECT 1");
    await expect(rowsOf("FROM k")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("leaves nothing of a call to the next", async () => {
    using one = numbersTable(fresh(), 3);
    using other = MemmapTable.create(fresh(), {
      rows: 2,
      columns: { a: "U3", b: "i4" },
      durability: "process",
    });
    expect(await valueOf("SELECT sum(a) FROM t", { tables: { t: one } })).toBe(3n);
    await expect(rowsOf("FROM t")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await rowsOf("FROM t", { tables: { t: other } })).toEqual(Array(2).fill({ a: "", b: 0 }));
    expect(await rowsOf("FROM memmap_scan_0()").catch((error: Error) => error.message)).toMatch(
      /is gone|does not exist/,
    );
    expect(await valueOf("SELECT count(*) FROM information_schema.tables")).toBe(0n);
  });

  it("runs several queries over one table at a time", async () => {
    using table = numbersTable(fresh(), 200_000);
    const sums = await Promise.all(
      [2, 3, 5, 7].map((k) =>
        valueOf(`SELECT sum(a)::BIGINT FROM t WHERE a % ${k} = 0`, { tables: { t: table } }),
      ),
    );
    const expected = [2, 3, 5, 7].map((k) => Array.from({ length: Math.ceil(200_000 / k) }, (_, i) => i * k));
    expect(sums).toEqual(expected.map((list) => BigInt(list.reduce((a, b) => a + b, 0))));
  });
});

describe("parameters", () => {
  it("are values, by place and by name", async () => {
    expect(await rowsOf("SELECT $1 + 1 AS a, $2 AS b", { params: [41, "x'); --"] })).toEqual([
      { a: 42, b: "x'); --" },
    ]);
    expect(await rowsOf("SELECT $lo AS a", { params: { lo: 2n ** 64n } })).toEqual([{ a: 2n ** 64n }]);
    const values = [null, true, 1.5, new Date(1), Uint8Array.of(1, 0)];
    expect(await rowsOf("SELECT $1 AS a, $2 AS b, $3 AS c, $4 AS d, $5 AS e", { params: values })).toEqual([
      { a: null, b: true, c: 1.5, d: 1000n, e: Uint8Array.of(1, 0) },
    ]);
  });

  it("keep -0, infinities and whole numbers beyond 32 bits", async () => {
    const values = [-0, Number.POSITIVE_INFINITY, 2 ** 53 - 1, 1e300];
    expect(await rowsOf("SELECT $1::DOUBLE AS a, $2 AS b, $3 AS c, $4 AS d", { params: values })).toEqual([
      { a: -0, b: Number.POSITIVE_INFINITY, c: 2n ** 53n - 1n, d: 1e300 },
    ]);
  });

  it("restrict what is read", async () => {
    using table = numbersTable(fresh(), 100);
    const options = { tables: { t: table }, params: [97] };
    expect(await rowsOf("SELECT a FROM t WHERE a > $1", options)).toEqual([{ a: 98 }, { a: 99 }]);
  });

  it.each([[Symbol("s")], [undefined], [() => 1], [2n ** 130n], [new Date(Number.NaN)], [{}]])(
    "that SQL has no value for are refused: %o",
    async (value) => {
      await expect(rowsOf("SELECT $1", { params: [value as never] })).rejects.toThrow(
        "parameter $1: SQL has no value for",
      );
    },
  );

  it("that are missing are an error", async () => {
    await expect(rowsOf("SELECT $1")).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});

describe("what goes wrong", () => {
  it.each([
    ["selct", "FORMAT"],
    ["SELECT 1; SELECT (", "FORMAT"],
    ["", "FORMAT"],
    ["  -- nothing\n /* at all */ ;", "FORMAT"],
    ["FROM nothing", "NOT_FOUND"],
    ["SELECT b FROM t", "NOT_FOUND"],
    ["SELECT nonsense(a) FROM t", "NOT_FOUND"],
    ["SELECT sum('x') FROM t", "DTYPE"],
    ["SELECT 'x'::INTEGER", "CAST"],
    ["SELECT (a + 250)::UTINYINT FROM t", "CAST"],
    ["SELECT error('mine')", "UNSUPPORTED"],
    ["FROM read_csv('/nothing.csv')", "UNSUPPORTED"],
    ["COPY t TO '/nothing/x.csv'", "UNSUPPORTED"],
    ["SET enable_external_access = true", "UNSUPPORTED"],
    ["INSTALL httpfs", "UNSUPPORTED"],
    ["BEGIN; SELECT 1", "UNSUPPORTED"],
  ])("has a class of its own: %s", async (query, code) => {
    using table = numbersTable(fresh(), 10);
    const failure = await rowsOf(query, { tables: { t: table } }).catch((error: unknown) => error);
    expect(isMemmapError(failure) && failure.code, String(failure)).toBe(code);
  });

  it("is refused before anything is run: tables and options", async () => {
    await expect(rowsOf("SELECT 1", { tables: { t: [] as never } })).rejects.toThrow(
      '"t" is a table or a view of one',
    );
    await expect(rowsOf("SELECT 1", { threads: 0 })).rejects.toThrow("threads is a whole number");
    await expect(rowsOf("SELECT 1", { memoryLimit: 1.5 })).rejects.toThrow("memoryLimit");
    await expect(rowsOf(5 as never)).rejects.toThrow("a query is a string");
    using table = MemmapTable.create(fresh(), { rows: 1, durability: "process" });
    await expect(rowsOf("FROM t", { tables: { t: table } })).rejects.toMatchObject({ code: "SHAPE" });
  });

  it("is the table's own error when it is closed before", async () => {
    const table = numbersTable(fresh(), 10);
    table.close();
    await expect(rowsOf("FROM t", { tables: { t: table } })).rejects.toBeInstanceOf(ClosedError);
  });

  it("is the table's own error when it is closed meanwhile", async () => {
    const table = numbersTable(fresh(), 3_000_000);
    const rows = (await sql("FROM t", { tables: { t: table } }))[Symbol.asyncIterator]();
    await rows.next();
    table.close();
    const reading = (async () => {
      for (;;) if ((await rows.next()).done === true) return;
    })();
    await expect(reading).rejects.toBeInstanceOf(ClosedError);
    expect(await rows.next()).toEqual({ done: true, value: undefined });
  });

  it("is the table's own error when a column is deleted meanwhile", async () => {
    using table = numbersTable(fresh(), 3_000_000);
    const counted = valueOf("SELECT sum(a) FROM t", { tables: { t: table } });
    table.deleteColumn("a");
    await expect(counted).rejects.toBeInstanceOf(NotFoundError);
  });

  it("is the table's own error when rows are discarded meanwhile", async () => {
    using table = numbersTable(fresh(), 3_000_000);
    const counted = valueOf("SELECT sum(a) FROM t", { tables: { t: table } });
    table.resize(10);
    await expect(counted).rejects.toMatchObject({ code: "INDEX" });
  });

  it("keeps the error that a column throws while it is read", async () => {
    const { view, storages } = countingView({ a: ["i4", new Int32Array(2_000_000)] });
    const storage = storages.get("a");
    const mine = new TypeError("mine");
    if (storage !== undefined) {
      storage.onRead = () => {
        if (storage.reads === 3) throw mine;
      };
    }
    await expect(valueOf("SELECT sum(a) FROM t", { tables: { t: view } })).rejects.toBe(mine);
  });

  it("with a package that is too old says which one is wanted", () => {
    expect(() => requireTableFunctions(duckdb)).not.toThrow();
    expect(() => requireTableFunctions({})).toThrow("npm install @duckdb/node-api");
  });
});

describe("what goes wrong in the middle of the rows", () => {
  const readAll = async (query: string, options = {}): Promise<string> => {
    let rows = 0;
    try {
      for await (const _ of await sql(query, options)) rows += 1;
    } catch (error) {
      expect(rows, String(error)).toBeGreaterThan(0);
      return isMemmapError(error) ? `${error.code}: ${error.message}` : String(error);
    }
    return `${rows} rows`;
  };
  // So many that DuckDB does not have all rows before the first is asked for.
  const many = (value: string) => `SELECT ${value} AS a, 'x' || range AS b FROM range(200000)`;
  const MIDDLE = many("CASE WHEN range = $1 THEN error('this one') ELSE 1 END");

  it("is told, and not the end", async () => {
    expect(await readAll(MIDDLE, { params: [150_000] })).toMatch(/^UNSUPPORTED: .*this one/);
    expect(await readAll(MIDDLE, { params: [-1] })).toBe("200000 rows");
    expect(await readAll(many("(range * 20000)::INTEGER"))).toMatch(/^CAST: .*INT32/);
  });

  it("is told after other statements, too", async () => {
    const late = MIDDLE.replace("$1", "150000");
    expect(await readAll(`CREATE TABLE k (a INTEGER); ${late}`)).toMatch(/does not say why/);
    expect(await readAll(`CREATE TABLE k (a INTEGER); ${many("1")}`)).toBe("200000 rows");
  });

  it("leaves no table", async () => {
    const into = fresh();
    await expect(sql(MIDDLE, { params: [150_000], into })).rejects.toThrow("this one");
    expect(existsSync(into)).toBe(false);
  });
});

describe("a query", () => {
  it("gives its rows without being awaited", async () => {
    using table = numbersTable(fresh(), 3);
    const options = { tables: { t: table } };
    expect(await sql("FROM t", options).toArray()).toEqual([{ a: 0 }, { a: 1 }, { a: 2 }]);
    const rows: unknown[] = [];
    for await (const { a } of sql<{ a: number }>("FROM t", options)) {
      rows.push(a);
      if (a === 1) break;
    }
    expect(rows).toEqual([0, 1]);
    await expect(sql("selct").toArray()).rejects.toMatchObject({ code: "FORMAT" });
    await expect(sql("selct")[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "FORMAT" });
    const query = sql("SELECT 1 AS one");
    expect((await query).columnNames).toEqual(["one"]);
    expect(await query.toArray()).toEqual([{ one: 1 }]);
  });
});

describe("a result", () => {
  it("is read once", async () => {
    const result = await sql("SELECT 1 AS a");
    await result.toArray();
    await expect(result.toArray()).rejects.toBeInstanceOf(ClosedError);
    await result.close();
  });

  it("comes as it is asked for, and ends with break", async () => {
    const { view, storages } = countingView({ a: ["i8", new BigInt64Array(8_000_000)] });
    const result = await sql("FROM t", { tables: { t: view } });
    let rows = 0;
    for await (const { a } of result) {
      expect(a).toBe(0n);
      rows += 1;
      if (rows === 5000) break;
    }
    const reads = storages.get("a")?.reads ?? 0;
    expect(reads).toBeLessThan(8);
    await expect(result.toArray()).rejects.toBeInstanceOf(ClosedError);
    expect(storages.get("a")?.reads).toBe(reads);
  });

  it("is closed unread, twice, and by `using`", async () => {
    using table = numbersTable(fresh(), 1_000_000);
    const result = await sql("FROM t", { tables: { t: table } });
    await Promise.all([result.close(), result.close()]);
    await result.close();
    await using other = await sql("FROM t", { tables: { t: table } });
    expect(other.columnNames).toEqual(["a"]);
  });

  it("is closed while rows are on their way", async () => {
    using table = numbersTable(fresh(), 2_000_000);
    const result = await sql("SELECT sum(a) AS s FROM t GROUP BY a % 1000", { tables: { t: table } });
    const rows = result.toArray().catch((error: unknown) => error);
    await result.close();
    expect(isMemmapError(await rows) || Array.isArray(await rows)).toBe(true);
  });

  it("has many rows", async () => {
    using table = numbersTable(fresh(), 100_000);
    let next = 0;
    for await (const { a } of await sql<{ a: number }>("FROM t", { tables: { t: table } })) {
      if (a !== next) throw new Error(`${a} where ${next} was to come`);
      next += 1;
    }
    expect(next).toBe(100_000);
  });
});

describe("a signal", () => {
  const LONG = "SELECT count(*) FROM range(100000) x, range(100000) y WHERE hash(x.range + y.range) = 7";

  it("ends a query with its reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const running = rowsOf(LONG, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    await expect(running).rejects.toBe(reason);
  });

  it("ends the reading of rows with its reason, not early", async () => {
    using table = numbersTable(fresh(), 2_000_000);
    const controller = new AbortController();
    const rows = (await sql("FROM t", { tables: { t: table }, signal: controller.signal }))[
      Symbol.asyncIterator
    ]();
    await rows.next();
    controller.abort("stop");
    const reading = (async () => {
      for (;;) if ((await rows.next()).done === true) return;
    })();
    await expect(reading).rejects.toBe("stop");
  });

  it("that is aborted already runs nothing", async () => {
    const { view, storages } = countingView({ a: ["i4", new Int32Array(10)] });
    const signal = AbortSignal.abort("no");
    await expect(rowsOf("FROM t", { tables: { t: view }, signal })).rejects.toBe("no");
    expect(storages.get("a")?.reads).toBe(0);
  });

  it("leaves no listener behind", async () => {
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, "removeEventListener");
    await rowsOf("SELECT 1", { signal });
    await expect(rowsOf("selct", { signal })).rejects.toThrow();
    expect(removed).toHaveBeenCalledTimes(2);
  });

  it("leaves no table of an unfinished result", async () => {
    using table = numbersTable(fresh(), 2_000_000);
    const controller = new AbortController();
    const into = fresh();
    const onProgress = () => controller.abort("stop");
    const making = sql("FROM t", { tables: { t: table }, into, signal: controller.signal, onProgress });
    await expect(making).rejects.toBe("stop");
    expect(existsSync(into)).toBe(false);
  });
});

describe("into", () => {
  it("makes a table of the result", async () => {
    using table = numbersTable(fresh(), 10_000);
    const into = fresh();
    using made = await sql("SELECT a, a / 2 AS half, 'n' || a AS name FROM t WHERE a % 2 = 1", {
      tables: { t: table },
      into,
      dtypes: { a: "i8" },
    });
    expect(made.mode).toBe("r+");
    expect(made.length).toBe(5000);
    expect(Array.from(made.columns(), ([name, { dtype }]) => [name, dtype.str])).toEqual([
      ["a", "<i8"],
      ["half", "<f8"],
      ["name", "<U5"],
    ]);
    expect(made.at(-1)).toEqual({ a: 9999n, half: 4999.5, name: "n9999" });
  });

  it("gives masks for nulls and reads them", async () => {
    const into = fresh();
    using made = await sql("SELECT CASE WHEN range % 2 = 0 THEN range::INTEGER END AS a FROM range(4)", {
      into,
      masks: true,
    });
    expect(made.columnNames).toEqual(["a", "a.null"]);
    expect(await rowsOf("FROM t", { tables: { t: made }, masks: true })).toEqual([
      { a: 0 },
      { a: null },
      { a: 2 },
      { a: null },
    ]);
  });

  it("leaves nothing of what fails", async () => {
    using table = numbersTable(fresh(), 1_000_000);
    const into = fresh();
    const failing = sql("SELECT (a - 900000)::TINYINT AS x FROM t WHERE a > 899990", {
      tables: { t: table },
      into,
    });
    await expect(failing).rejects.toMatchObject({ code: "CAST" });
    expect(existsSync(into)).toBe(false);
    await expect(sql("FROM t", { tables: { t: table }, into: table.root })).rejects.toMatchObject({
      code: "EXISTS",
    });
  });
});

describe("files", () => {
  it("are read and written where that is said", async () => {
    const csv = `${fresh()}.csv`;
    writeFileSync(csv, "a,b\n1,x\n");
    const query = `FROM read_csv('${csv}')`;
    expect(await rowsOf(query, { files: true })).toEqual([{ a: 1n, b: "x" }]);
    await expect(rowsOf(query)).rejects.toThrow("files: true");
  });

  it("of DuckDB's own are gone afterwards, and never in the working directory", async () => {
    const ours = () =>
      readdirSync(tmpdir()).filter((name) => name.startsWith(`memmap-table-${process.pid}-`));
    const before = ours();
    const query =
      "SELECT count(*) AS n FROM (SELECT * FROM range(3000000) ORDER BY hash(range)) WHERE range > 5";
    expect(await valueOf(query, { memoryLimit: 150_000_000, threads: 1 })).toBe(2_999_994n);
    expect(ours()).toEqual(before);
    expect(existsSync(".tmp")).toBe(false);
  });
});
