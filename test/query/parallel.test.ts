import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { count, max, min, nunique, std, sum, type MemmapTable as Table } from "../../src/index.js";
import { errors, MemmapTable, parallelAlways, pathsAndWorkers } from "../array/parallel-support.js";
import { built, rejection } from "../workers/support.js";

type Query = typeof import("../../src/query/index.js");

const { GroupBy, describeAsync, describe: describeView }: Query = await import(built("query/index.js"));

const fresh = pathsAndWorkers();
const ROWS = 5000;

function flights(): Table {
  const table = MemmapTable.create(fresh(), {
    rows: ROWS,
    durability: "process",
    columns: { key: "i4", name: "U3", x: "f8", id: "u8" },
  });
  table.column("key").assign(Int32Array.from({ length: ROWS }, (_, i) => (i * 7919) % 13));
  table.column("name").assign(Array.from({ length: ROWS }, (_, i) => "abc".slice(i % 4)));
  table.column("x").assign(Float64Array.from({ length: ROWS }, (_, i) => Math.sin(i) * 10 ** (i % 9)));
  table.column("id").assign(BigUint64Array.from({ length: ROWS }, (_, i) => BigInt(i * i) << 20n));
  return table as unknown as Table;
}

const AGGREGATES = {
  n: count(),
  s: sum("x"),
  d: std("x"),
  m: min("id"),
  u: nunique("name"),
  top: max("name"),
};

describe("aggAsync", () => {
  it("gives the same bits as agg, by any number of workers", async () => {
    const table = flights();
    for (const keys of [["key"], ["name", "key"]]) {
      const groups = new GroupBy(table, keys, {}, 700);
      const want = groups.agg(AGGREGATES).toRecords().bytes;
      for (const workers of [1, 2]) {
        const result = await parallelAlways(() => groups.aggAsync(AGGREGATES, { workers }));
        expect(result.toRecords().bytes).toEqual(want);
      }
    }
  });

  it("does on this thread what others cannot see", async () => {
    const table = flights();
    const groups = new GroupBy(table.take([5, 6, 7]), ["key"], {}, 2);
    const result = await parallelAlways(() => groups.aggAsync({ n: count() }));
    expect(result.length).toBe(3);
  });

  it("rejects, and never throws", async () => {
    const table = flights();
    const groups = new GroupBy(table, ["key"], {}, 700);
    const wrong = groups.aggAsync({ n: sum("nothing" as never) });
    expect(await rejection(wrong)).toBeInstanceOf(errors.NotFoundError);
    expect(await rejection(groups.aggAsync({ n: count() }, { workers: 0 }))).toBeInstanceOf(
      errors.LimitError,
    );
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    expect(await rejection(groups.aggAsync({ n: count() }, { signal }))).toBe(reason);
    const late = parallelAlways(() => groups.aggAsync({ n: count() }));
    table.close();
    expect(await rejection(late)).toBeInstanceOf(errors.ClosedError);
  });

  it("never gives what another file holds", async () => {
    const table = flights();
    const groups = new GroupBy(table, ["key"], {}, 700);
    const running = parallelAlways(() => groups.aggAsync({ s: sum("x") }));
    table.deleteColumn("x");
    writeFileSync(join(table.root, "x.npy"), "");
    const error = await rejection(running);
    expect([errors.StaleError, errors.NotFoundError].some((known) => error instanceof known)).toBe(true);
  });
});

describe("describeAsync", () => {
  it("gives what describe does", async () => {
    const view = flights().select(["x", "id", "key"]);
    const result = await parallelAlways(() => describeAsync(view, { workers: 2 }));
    expect(result.toRecords().bytes).toEqual(describeView(view).toRecords().bytes);
  });
});
