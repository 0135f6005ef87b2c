import { afterEach, describe, expect, it } from "vitest";
import { count, sum } from "../../src/index.js";
import { built, rejection } from "../workers/support.js";
import {
  errors,
  MemmapTable,
  openNpy,
  parallelAlways,
  pathsAndWorkers,
  pool,
  saveNpy,
} from "./parallel-support.js";

type Query = typeof import("../../src/query/index.js");

const { GroupBy, describeAsync }: Query = await import(built("query/index.js"));

/** Rows that go, and tables that are closed, while workers read them. */

const fresh = pathsAndWorkers();
const ROWS = 6000;
const KEPT = 100;

const tables: { close(): void }[] = [];
afterEach(() => {
  for (const table of tables.splice(0)) table.close();
});

/** Keys 0 to 9, and ones. */
function ones() {
  const table = MemmapTable.create(fresh(), {
    rows: ROWS,
    durability: "process",
    columns: { k: "i4", v: "f8", b: "b1" },
  });
  tables.push(table);
  table.column("k").assign(Int32Array.from({ length: ROWS }, (_, i) => i % 10));
  table.column("v").fill(1);
  table.column("b").fill(true);
  return table;
}

type Ones = ReturnType<typeof ones>;

const everyRow = Int32Array.from({ length: ROWS }, (_, i) => i);

const FORMS: readonly (readonly [string, (table: Ones) => Promise<unknown>])[] = [
  ["sumAsync", (t) => t.column("v").sumAsync()],
  [
    "sumAsync where",
    (t) =>
      t
        .slice(0, 50)
        .column("v")
        .sumAsync({ where: t.slice(-50).column("b") }),
  ],
  ["maxAsync along an axis", (t) => t.column("v").maxAsync({ axis: 0 })],
  ["gtAsync", (t) => t.column("v").gtAsync(0)],
  ["eqAsync of another column", (t) => t.slice(0, 50).column("v").eqAsync(t.slice(-50).column("v"))],
  ["andAsync", (t) => t.column("b").andAsync(t.column("b"))],
  ["notAsync", (t) => t.column("b").notAsync()],
  ["isnanAsync", (t) => t.column("v").isnanAsync()],
  ["isinAsync", (t) => t.column("v").isinAsync([1])],
  ["sortAsync", (t) => t.column("v").sortAsync()],
  ["argsortAsync", (t) => t.column("v").argsortAsync()],
  ["uniqueAsync", (t) => t.column("v").uniqueAsync()],
  ["takeAsync", (t) => t.column("v").takeAsync(everyRow)],
  ["filterAsync", (t) => t.column("v").filterAsync(new Uint8Array(ROWS).fill(1))],
  ["filterAsync of a table", (t) => t.filterAsync(t.column("b"))],
  ["takeAsync of a table", (t) => t.takeAsync(everyRow)],
  ["toRecordsAsync", (t) => t.toRecordsAsync()],
  ["aggAsync", (t) => new GroupBy(t, ["k"], {}, 700).aggAsync({ n: count(), v: sum("v") })],
  ["describeAsync", (t) => describeAsync(t.select(["v"]))],
];

describe("rows that are discarded while they are read", () => {
  it.each(FORMS)("are an IndexError of %s", async (_, form) => {
    const table = ones();
    const shorter = parallelAlways(() => form(table));
    table.resize(KEPT);
    const error = await rejection(shorter);
    expect(error).toBeInstanceOf(errors.IndexError);
    expect(String(error)).toMatch(/rows of .*column ".*" (were|have been) discarded/);
  });

  it.each(FORMS)("are one of %s though there are as many again", async (_, form) => {
    const table = ones();
    const again = parallelAlways(() => form(table));
    table.resize(KEPT);
    table.resize(ROWS);
    expect(await rejection(again)).toBeInstanceOf(errors.IndexError);
  });

  it("are nothing to whoever reads others, or is done", async () => {
    const table = ones();
    const some = parallelAlways(() => table.slice(0, KEPT).column("v").sumAsync());
    const other = ones();
    const apart = parallelAlways(() => other.column("v").sumAsync());
    const before = await parallelAlways(() => table.column("v").sumAsync());
    table.resize(KEPT);
    expect([await some, await apart, before]).toEqual([KEPT, ROWS, ROWS]);
    expect(await parallelAlways(() => table.column("v").sumAsync())).toBe(KEPT);
  });

  it("are there as before where the change comes to nothing", async () => {
    const table = ones();
    const work = parallelAlways(() => table.column("v").sumAsync());
    const undone = () =>
      table.transaction(() => {
        table.resize(KEPT);
        throw new Error("undone");
      });
    expect(undone).toThrow("undone");
    expect(await work).toBe(ROWS);
  });

  it("are not assigned to other tables silently", async () => {
    const from = ones();
    const to = ones();
    to.column("v").fill(2);
    const work = parallelAlways(() => to.assignAsync(from));
    from.resize(KEPT);
    from.resize(ROWS);
    expect(await rejection(work)).toBeInstanceOf(errors.IndexError);
  });

  it("are all there where rows come", async () => {
    const table = ones();
    const work = parallelAlways(() =>
      Promise.all(FORMS.filter(([name]) => !name.includes("takeAsync")).map(([, form]) => form(table))),
    );
    table.resize(2 * ROWS);
    const [total] = await work;
    expect(total).toBe(ROWS);
  });
});

describe("a column that has another name, or none, before it is read", () => {
  it("is said to", async () => {
    for (const [change, expected, message] of [
      [(table: Ones) => table.renameColumn("v", "w"), errors.StaleError, /column "w" got another name/],
      [(table: Ones) => table.deleteColumn("v"), errors.NotFoundError, /column "v" was deleted/],
    ] as const) {
      const table = ones();
      await pool().close();
      const work = parallelAlways(() => table.column("v").sumAsync());
      change(table);
      const error = await rejection(work);
      expect(error).toBeInstanceOf(expected);
      expect(String(error)).toMatch(message);
    }
  });
});

describe("rows that are filtered", () => {
  it.each([
    ["closed", (table: Ones) => table.close()],
    ["deleted", (table: Ones) => table.deleteColumn("v")],
  ])("are those of before, or none, where the table or column is %s meanwhile", async (_, end) => {
    const table = ones();
    const mask = new Uint8Array(ROWS).fill(1);
    const one = parallelAlways(() => table.column("v").filterAsync(mask));
    const all = parallelAlways(() => table.filterAsync(mask));
    end(table);
    const sums = [one, all.then((rows) => rows.column("v"))].map((work) =>
      work.then(
        (array) => array.sum(),
        (error) => error.code,
      ),
    );
    for (const sum of await Promise.all(sums)) expect([ROWS, "CLOSED", "NOT_FOUND", "STALE"]).toContain(sum);
  });

  it("are those of before where an array is closed meanwhile", async () => {
    const path = `${fresh("ones")}.npy`;
    saveNpy(path, new Float64Array(ROWS).fill(1));
    const array = openNpy(path);
    const work = parallelAlways(() => array.filterAsync(new Uint8Array(ROWS).fill(1)));
    array.close();
    expect((await work).sum()).toBe(ROWS);
  });
});
