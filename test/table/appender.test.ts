import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import {
  CastError,
  ClosedError,
  CorruptError,
  DiskError,
  IndexError,
  MemmapTable,
  NotFoundError,
  ReadOnlyError,
  type Schema,
  ShapeError,
  UnsupportedError,
} from "../../src/index.js";
import { withFiles } from "../../src/platform/files.js";
import { failingFiles } from "../../src/testing/files/index.js";
import { thrown } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;
const never = { ms: Number.POSITIVE_INFINITY } as const;

const unhandled: unknown[] = [];
process.on("uncaughtExceptionMonitor", (error) => unhandled.push(error));
afterEach(() => expect(unhandled).toEqual([]));

type AnyTable = MemmapTable<Schema, "r+">;

const made = (): AnyTable => MemmapTable.create<Schema>(fresh(), { ...quick, columns: { a: "i4", s: "U8" } });

const row = (a: number) => ({ a, s: `n${a}` });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const stored = (table: Pick<MemmapTable, "column">) => table.column("a").toArray();

/** A table whose calls to the file system can be made to fail. */
function failable(): { table: AnyTable; fail: () => void; heal: () => void } {
  const failing = failingFiles();
  const table = withFiles(failing.files, made);
  return {
    table: table,
    fail: () => failing.failAt(1, { code: "ENOSPC", times: Number.POSITIVE_INFINITY }),
    heal: () => failing.reset(),
  };
}

describe("rows that are appended one by one", () => {
  it("are committed in batches, and the rest by flush and close", () => {
    using table = made();
    const log = table.appender({ ...never, rows: 4 });
    const [first] = [table.generation];
    for (const a of range(0, 10)) log.append(row(a));
    expect([table.length, log.pending, table.generation]).toEqual([8, 2, first + 2]);
    log.flush();
    expect([table.length, log.pending, table.generation]).toEqual([10, 0, first + 3]);
    log.flush();
    expect(table.generation).toBe(first + 3);
    log.append(row(10));
    log.close();
    expect([log.closed, log.pending, table.generation]).toEqual([true, 0, first + 4]);
    log.close();
    expect(stored(table)).toEqual(Int32Array.from(range(0, 11)));
    expect(table.at(-1)).toEqual({ a: 10, s: "n10" });
  });

  it("may come several at a time, more than a batch, which are one commit", () => {
    using table = made();
    using log = table.appender({ ...never, rows: 4 });
    const before = table.generation;
    log.append([]);
    log.append(row(0));
    log.append(range(1, 30).map(row));
    expect([log.pending, table.generation]).toEqual([0, before + 1]);
    log.append(range(30, 33).map(row));
    expect(log.pending).toBe(3);
    log.flush();
    expect(stored(table)).toEqual(Int32Array.from(range(0, 33)));
  });

  it("are kept while there is made room for more", () => {
    using table = made();
    using log = table.appender({ ...never, rows: 200 });
    for (const a of range(0, 150)) log.append(row(a));
    expect(log.pending).toBe(150);
    log.flush();
    for (const a of range(150, 400)) log.append(row(a));
    log.flush();
    expect(stored(table)).toEqual(Int32Array.from(range(0, 400)));
    expect(table.at(149)).toEqual({ a: 149, s: "n149" });
  });

  it("are committed at the end of the block that they are appended in", () => {
    using table = made();
    {
      using log = table.appender();
      log.append(row(1));
      expect(table.length).toBe(0);
    }
    expect(table.length).toBe(1);
  });

  it("are copied: what becomes of the caller's objects is the same to them", () => {
    using table = MemmapTable.create(fresh(), {
      ...quick,
      columns: { v: { dtype: "f4", itemShape: [2] }, b: "V3" },
    });
    using log = table.appender(never);
    const given = { v: Float32Array.of(1, 2), b: Uint8Array.of(1, 2, 3) };
    log.append(given);
    given.v.fill(9);
    given.b.fill(9);
    log.append(given);
    log.flush();
    expect(table.at(0)).toEqual({ v: Float32Array.of(1, 2), b: Uint8Array.of(1, 2, 3) });
    expect(table.at(1)).toEqual({ v: Float32Array.of(9, 9), b: Uint8Array.of(9, 9, 9) });
  });

  it("may hold whatever a table takes", () => {
    const record = [
      ["x", "<i2"],
      ["y", "S3"],
    ] as const;
    const columns = {
      b: "?",
      i: ">i4",
      big: "u8",
      half: "f2",
      z: "c16",
      t: "M8[ms]",
      s: "S4",
      r: record,
      __proto__x: "i1",
    } as const;
    using table = MemmapTable.create(fresh(), { ...quick, columns });
    const rows = [
      { b: true, i: -5, big: 2n ** 60n, half: 0.5, z: { re: 1, im: 2 }, t: new Date(5), s: "é" },
      { b: false, i: 7n, big: 4, half: 2, z: 3, t: null, s: Uint8Array.of(65, 66) },
    ].map((cells, i) => ({ ...cells, r: { x: i, y: "ab" }, __proto__x: i }));
    using log = table.appender(never);
    for (const each of rows) log.append(each);
    log.flush();
    using other = MemmapTable.create(fresh(), { ...quick, columns });
    other.append(rows);
    expect([...table]).toEqual([...other]);
    expect(table.length).toBe(2);
  });

  it("may belong to a table that has no columns, or one called __proto__", () => {
    using bare = MemmapTable.create(fresh(), quick);
    using log = bare.appender(never);
    log.append([{}, {}]);
    log.flush();
    expect(bare.length).toBe(2);
    bare.addColumn("__proto__", "i4");
    log.append(JSON.parse('{"__proto__": 7}'));
    log.flush();
    expect(bare.column("__proto__").toArray()).toEqual(Int32Array.of(0, 0, 7));
    expect(() => log.append({ __proto__: { a: 1 } })).toThrow(NotFoundError);
  });
});

describe("a row that does not fit", () => {
  it("is refused when it is given, and no row of that call is taken", () => {
    using table = made();
    using log = table.appender({ ...never, rows: 10 });
    log.append(row(0));
    const bad: [rows: unknown, type: new (...args: never[]) => Error, message: RegExp][] = [
      [{ a: 2 ** 31, s: "" }, CastError, /column "a", row 0: 2147483648 is outside/],
      [[row(1), { a: 1, s: "longer than 8" }], CastError, /column "s", row 1: .*longer than 8/],
      [[row(1), row(2), { a: 0.5, s: "" }], CastError, /column "a", row 2: 0.5/],
      [{ a: 1 }, NotFoundError, /row 0 lacks the column "s"/],
      [[row(1), { ...row(2), d: 1 }], NotFoundError, /row 1 has "d"/],
      [[row(1), 5], CastError, /row 1 is 5/],
      [null, CastError, /row 0 is null/],
      [new Array(2), CastError, /row 0 is undefined/],
      [{ a: [1], s: "" }, ShapeError, /nested/],
      [{ a: Int32Array.of(1, 2), s: "" }, ShapeError, /shape/],
    ];
    for (const [rows, type, message] of bad) {
      const error = thrown(() => log.append(rows as never));
      expect(error).toBeInstanceOf(type);
      expect(error.message).toMatch(message);
      expect(log.pending).toBe(1);
    }
    // Nor where the call would have filled a batch.
    expect(() => log.append([...range(1, 20).map(row), { a: "x", s: "" }])).toThrow(/column "a", row 19/);
    expect([log.pending, table.length]).toEqual([1, 0]);
    log.append(row(1));
    log.flush();
    expect(stored(table)).toEqual(Int32Array.of(0, 1));
  });

  it("may have getters, which are asked once and change nothing", () => {
    using table = made();
    using log = table.appender({ ...never, rows: 10 });
    let asked = 0;
    log.append({
      get a() {
        asked += 1;
        return asked === 1 ? 5 : "other";
      },
      s: "",
    });
    const mischief: (() => void)[] = [
      () => log.append(row(9)),
      () => log.flush(),
      () => table.resize(0),
      () => table.append([row(9)]),
      () => table.transaction(() => undefined),
    ];
    for (const act of mischief) {
      const given = {
        get a() {
          act();
          return 1;
        },
        s: "",
      };
      expect(() => log.append(given)).toThrow(UnsupportedError);
      expect(log.pending).toBe(1);
    }
    log.flush();
    expect(stored(table)).toEqual(Int32Array.of(5));
  });

  it("may close the table, which ends both", () => {
    const table = made();
    const log = table.appender(never);
    log.append(row(0));
    const given = {
      get a() {
        table.close();
        return 1;
      },
      s: "",
    };
    expect(() => log.append(given)).toThrow();
    expect([log.closed, table.closed]).toEqual([true, true]);
  });
});

describe("pending rows", () => {
  const changes: [name: string, change: (table: AnyTable) => unknown][] = [
    ["append", (table) => table.append([row(-1)])],
    ["resize", (table) => table.resize(1)],
    ["addColumn", (table) => table.addColumn("c", "i2", { fill: 3 })],
    ["copyColumn", (table) => table.copyColumn("a", "c")],
    ["renameColumn", (table) => table.renameColumn("s", "c")],
    ["deleteColumn", (table) => table.deleteColumn("s")],
    ["replacing a column", (table) => table.addColumn("s", "i2", { overwrite: true })],
    ["the table's attribute", (table) => Object.assign(table, { attr: 5 })],
    ["a column's attribute", (table) => Object.assign(table.column("a"), { attr: 5 })],
    ["a transaction", (table) => table.transaction(() => expect(table.length).toBe(2))],
    ["flush", (table) => table.flush()],
    ["refresh", (table) => table.refresh()],
  ];

  it.each(changes)("are committed before %s", (_, change) => {
    using table = made();
    using plain = made();
    using log = table.appender(never);
    log.append([row(0), row(1)]);
    plain.append([row(0), row(1)]);
    for (const each of [table, plain]) change(each);
    expect(log.pending).toBe(0);
    expect([...table]).toEqual([...plain]);
    expect(table.columnNames).toEqual(plain.columnNames);
    // And the appender goes on with the columns of now.
    const next = Object.fromEntries(table.columnNames.map((name) => [name, name === "a" ? 2 : 0]));
    if (table.column("s" in next ? "s" : "a").dtype.kind === "U") next.s = "x" as never;
    if (table.has("c") && table.column("c").dtype.kind === "U") next.c = "x" as never;
    log.append(next);
    plain.append([next]);
    log.flush();
    expect([...table]).toEqual([...plain]);
  });

  it("are committed before flushAsync", async () => {
    using table = made();
    using log = table.appender(never);
    log.append(row(0));
    const done = table.flushAsync();
    expect(table.length).toBe(1);
    await done;
  });

  it("are committed when the table is closed", () => {
    const table = made();
    const { root } = table;
    const log = table.appender(never);
    log.append(row(0));
    table.close();
    expect([log.closed, log.pending]).toEqual([true, 0]);
    for (const use of [() => log.append(row(1)), () => log.flush()]) expect(use).toThrow(ClosedError);
    log.close();
    using read = MemmapTable.open(root);
    expect(read.length).toBe(1);
    expect(() => read.appender()).toThrow(ReadOnlyError);
  });

  it("of two appenders come in their own order", () => {
    using table = made();
    using one = table.appender({ ...never, rows: 3 });
    using two = table.appender({ ...never, rows: 2 });
    one.append(row(10));
    two.append(row(20));
    one.append(row(11));
    two.append(row(21));
    expect([one.pending, two.pending]).toEqual([2, 0]);
    two.append(row(22));
    one.append(row(12));
    expect([one.pending, two.pending]).toEqual([0, 1]);
    one.append(row(13));
    table.resize(9);
    expect(stored(table)).toEqual(Int32Array.of(20, 21, 10, 11, 12, 22, 13, 0, 0));
  });

  it("are not taken within a transaction", () => {
    using table = made();
    using log = table.appender(never);
    log.append(row(0));
    table.transaction(() => {
      expect(log.pending).toBe(0);
      expect(() => log.append(row(9))).toThrow(/within one, append them to the table itself/);
      log.flush();
      table.append([row(1)]);
    });
    function* source() {
      yield row(2);
      expect(() => log.append(row(9))).toThrow(UnsupportedError);
    }
    table.append(source());
    expect(stored(table)).toEqual(Int32Array.of(0, 1, 2));
    expect(() =>
      table.transaction(() => {
        table.append([row(3)]);
        throw new Error("no");
      }),
    ).toThrow("no");
    log.append(row(3));
    log.flush();
    expect(table.length).toBe(4);
  });

  it("of a dropped appender are the table's to commit", () => {
    using table = made();
    (() => table.appender(never).append(row(5)))();
    table.flush();
    expect(table.length).toBe(1);
  });
});

describe("the time that rows wait", () => {
  /** Until a condition holds, or for a long time. */
  async function until(holds: () => boolean): Promise<void> {
    for (let i = 0; i < 1000 && !holds(); i += 1) await sleep(5);
    expect(holds()).toBe(true);
  }

  it("begins with the first of them and ends with a commit", async () => {
    using table = made();
    using log = table.appender({ ms: 30 });
    log.append(row(0));
    log.append(row(1));
    expect(table.length).toBe(0);
    await until(() => table.length === 2);
    expect(log.pending).toBe(0);
    log.append(row(2));
    await until(() => table.length === 3);
  });

  it("is none for 0, and endless for Infinity", async () => {
    using table = made();
    using soon = table.appender({ ms: 0 });
    using late = table.appender({ ms: 2 ** 40 });
    using last = table.appender(never);
    for (const log of [soon, late, last]) log.append(row(0));
    expect(table.length).toBe(0);
    await until(() => table.length > 0);
    await sleep(20);
    expect([soon.pending, late.pending, last.pending]).toEqual([0, 1, 1]);
  });

  it("is over when they are committed otherwise", async () => {
    using table = made();
    const log = table.appender({ ms: 20 });
    log.append(row(0));
    log.close();
    const { generation } = table;
    await sleep(50);
    expect(table.generation).toBe(generation);
  });

  it("does not keep the process alive", () => {
    const index = new URL("../../src/index.ts", import.meta.url).href;
    const path = fresh();
    const code = `
      import { MemmapTable } from ${JSON.stringify(index)};
      const table = MemmapTable.create(${JSON.stringify(path)}, { columns: { a: "i4" } });
      const log = table.appender({ ms: 1_000_000 });
      log.append({ a: 1 });
      console.log(log.pending);`;
    const flags = ["--import", import.meta.resolve("tsx"), "--input-type=module", "--eval", code];
    expect(execFileSync(process.execPath, flags, { encoding: "utf8", timeout: 50_000 })).toBe("1\n");
    using table = MemmapTable.open(path);
    expect(table.length).toBe(0);
  });

  it("is thrown at the next call where its commit fails, which retries after that", async () => {
    const { table, fail, heal } = failable();
    const log = table.appender({ ms: 10 });
    log.append(row(0));
    fail();
    await sleep(60);
    heal();
    await sleep(40);
    expect(log.pending).toBe(1);
    expect(() => log.append(row(1))).toThrow(DiskError);
    expect(log.pending).toBe(1);
    await until(() => table.length === 1);
    log.append(row(1));
    fail();
    await sleep(60);
    expect(() => log.flush()).toThrow(DiskError);
    heal();
    log.flush();
    expect(stored(table)).toEqual(Int32Array.of(0, 1));
    log.append(row(2));
    fail();
    await sleep(60);
    heal();
    expect(() => log.close()).toThrow(DiskError);
    expect([log.closed, log.pending, table.length]).toEqual([true, 0, 3]);
    log.close();
    table.close();
  });

  it("ends with a table that is closed", async () => {
    const { table, fail, heal } = failable();
    const log = table.appender({ ms: 20 });
    log.append(row(0));
    fail();
    expect(() => table.close()).toThrow(DiskError);
    await sleep(50);
    heal();
    expect(() => log.append(row(1))).toThrow(ClosedError);
    log.close();
  });
});

describe("a commit that fails", () => {
  it("keeps the rows that were pending, and takes none of the call that led to it", () => {
    const { table, fail, heal } = failable();
    const log = table.appender({ ...never, rows: 3 });
    log.append([row(0), row(1)]);
    fail();
    for (let i = 0; i < 3; i += 1) {
      expect(() => log.append(row(2))).toThrow(DiskError);
      expect(() => log.append([row(2), row(3)])).toThrow(DiskError);
      expect(() => log.flush()).toThrow(DiskError);
      expect(log.pending).toBe(2);
    }
    heal();
    expect(table.length).toBe(0);
    log.append(row(2));
    expect(log.pending).toBe(0);
    expect(stored(table)).toEqual(Int32Array.of(0, 1, 2));
    table.close();
  });

  it("leaves nothing pending where the call was the first", () => {
    const { table, fail, heal } = failable();
    const log = table.appender({ ...never, rows: 2 });
    fail();
    expect(() => log.append([row(0), row(1)])).toThrow(DiskError);
    heal();
    expect(log.pending).toBe(0);
    table.resize(1);
    expect(table.length).toBe(1);
    table.close();
  });

  it("keeps the change from being made that it comes before", () => {
    const { table, fail, heal } = failable();
    const log = table.appender(never);
    log.append(row(0));
    fail();
    expect(() => table.resize(5)).toThrow(DiskError);
    expect(() => table.transaction(() => expect.unreachable())).toThrow(DiskError);
    expect(() => table.flush()).toThrow(DiskError);
    expect(log.pending).toBe(1);
    heal();
    table.resize(5);
    expect(stored(table)).toEqual(Int32Array.of(0, 0, 0, 0, 0));
    table.close();
  });

  it("when it is closed is tried again by the next to close", () => {
    const { table, fail, heal } = failable();
    const { root } = table;
    const [log, other] = [table.appender(never), table.appender(never)];
    log.append(row(0));
    other.append(row(1));
    fail();
    expect(() => log.close()).toThrow(DiskError);
    expect(() => other.close()).toThrow(DiskError);
    expect([log.closed, log.pending]).toEqual([true, 1]);
    expect(() => log.append(row(1))).toThrow(ClosedError);
    heal();
    log.close();
    expect(log.pending).toBe(0);
    table.close();
    using read = MemmapTable.open(root);
    expect(stored(read)).toEqual(Int32Array.of(0, 1));
  });

  it("half-way is the table's affair, which is in order when it is opened again", () => {
    const failing = failingFiles();
    const table = withFiles(failing.files, made);
    const { root } = table;
    const log = table.appender(never);
    log.append(row(0));
    log.flush();
    failing.reset();
    log.append(row(1));
    log.flush();
    const { calls } = failing;
    const record = calls.findIndex(({ name, path }) => name === "create" && /commit-\d+$/.test(path));
    const header = calls.find(
      ({ name, path }, i) => i > record && name === "write" && path.endsWith("a.npy"),
    );
    expect(record).toBeGreaterThan(0);
    const number = header?.number ?? 0;
    expect(number).toBeGreaterThan(record);
    log.append(row(2));
    failing.failAt(number, { times: Number.POSITIVE_INFINITY });
    expect(() => log.flush()).toThrow(CorruptError);
    failing.reset();
    expect(log.pending).toBe(0);
    for (const use of [() => log.append(row(3)), () => log.flush()]) expect(use).toThrow(CorruptError);
    table.close();
    using again = MemmapTable.open(root, { ...quick, mode: "r+" });
    expect(stored(again)).toEqual(Int32Array.of(0, 1, 2));
  });
});

describe("an appender's options", () => {
  it("are judged", () => {
    using table = made();
    for (const rows of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "5", null]) {
      expect(() => table.appender({ rows: rows as number })).toThrow(ShapeError);
    }
    for (const ms of [-1, Number.NaN, "5", null]) {
      expect(() => table.appender({ ms: ms as number })).toThrow(IndexError);
    }
    table.appender({ rows: Number.MAX_SAFE_INTEGER, ...never }).append(row(0));
  });
});
