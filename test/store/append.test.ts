import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { nodeFiles } from "../../src/platform/files.js";
import { Store } from "../../src/store/store.js";
import type { Locking } from "../../src/store/writer-lock.js";
import { interceptFiles } from "../../src/testing/files/intercept.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

/** A table over a file system that counts. */
function counted(locking: Locking = "kernel") {
  const path = fresh();
  MemmapTable.create(path, { durability: "process", columns: { a: "f8", b: "i4" } }).close();
  const count = { written: 0, copies: 0, grown: 0, calls: 0 };
  const files = interceptFiles(nodeFiles, (call, proceed) => {
    count.calls += 1;
    if (call.name === "write") count.written += call.args[1].length;
    else if (call.name === "copy") count.copies += 1;
    else if (call.name === "extend") count.grown += 1;
    return proceed();
  });
  const store = Store.open(path, { writable: true, files, durability: "process", locking });
  return { path, count, table: MemmapTable.over(store, "r+", "npy") };
}

describe("appending rows one by one", () => {
  it("does the same work for each row, however many there are", () => {
    const { path, count, table } = counted();
    const work = () => {
      const before = { ...count };
      for (let i = 0; i < 500; i++) table.append([{ a: i, b: i }]);
      return { calls: count.calls - before.calls, written: count.written - before.written };
    };
    const first = work();
    work();
    work();
    const last = work();
    // Rows, a record of three digits more or less, and headers of the same length.
    expect(last.written).toBeLessThan(first.written * 1.05);
    expect(last.calls).toBeLessThan(first.calls * 1.05);
    expect(first.calls).toBeLessThan(500 * 40);
    expect(count.copies).toBe(0);
    // Room is made half again as much each time: for 2,000 rows a dozen times a column, not 2,000 times.
    expect(count.grown).toBeLessThan(2 * 20);
    expect(table.length).toBe(2000);
    expect(table.at(-1)).toEqual({ a: 499, b: 499 });
    table.close();
    const { size } = statSync(join(path, "a.npy"));
    expect(size).toBeLessThanOrEqual(1.5 * (128 + 2000 * 8));
    using reader = MemmapTable.open(path);
    expect(reader.column("a").sum()).toBe((4 * 500 * 499) / 2);
  });

  it("leaves at most 64 MiB behind the data", () => {
    const path = fresh();
    using table = MemmapTable.create(path, { durability: "process", columns: { a: "u1" } });
    const rows = 160 * 2 ** 20;
    table.resize(rows);
    table.append([{ a: 1 }]);
    const { size } = statSync(join(path, "a.npy"));
    expect(size).toBeGreaterThan(rows + 128);
    expect(size).toBeLessThanOrEqual(rows + 128 + 64 * 2 ** 20);
  });

  it("copies where the kernel does not keep other writers out", () => {
    for (const locking of ["none", "lease"] as const) {
      const { count, table, path } = counted(locking);
      const { ino } = statSync(join(path, "a.npy"));
      table.append([{ a: 1, b: 2 }]);
      expect(statSync(join(path, "a.npy")).ino).not.toBe(ino);
      table.resize(5);
      table.resize(2);
      expect(count.copies).toBe(6);
      expect([...table.column("a")]).toEqual([1, 0]);
      table.close();
      using reader = MemmapTable.open(path);
      expect([...reader.column("b")]).toEqual([2, 0]);
    }
  });
});
