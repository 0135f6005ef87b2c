import { afterEach, describe, expect, it } from "vitest";
import { isMemmapError, MemmapTable, slice } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { noMoreWatching, watchedMaps } from "../support/watched-maps.js";

const fresh = temporaryPaths();

afterEach(noMoreWatching);

/** Two columns of 4 MiB and 2 MiB. */
function create(mode: "r" | "r+" = "r+") {
  const path = fresh();
  MemmapTable.create(path, { rows: 1 << 19, columns: { a: "f8", b: "i4" }, durability: "process" }).close();
  return MemmapTable.open(path, { mode });
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "fulfilled",
    (error: unknown) => (isMemmapError(error) ? error.code : error),
  );

describe("prefetch", () => {
  it("reads all columns, or some, of all rows or some", async () => {
    const calls = watchedMaps();
    using table = create("r");
    await table.prefetch();
    await table.prefetch(["b"], slice(1024, 2048));
    await table.prefetch("b", slice(-1024));
    await table.slice(0, 1024).prefetch(["b", "a"], slice(null, null, -2));
    await table.select(["a"]).prefetch();
    await table.column("a").prefetch(slice(128, 256));
    expect(calls).toEqual([
      "prefetch 0+4096",
      "prefetch 0+2048",
      "prefetch 4+4",
      "prefetch 2044+4",
      "prefetch 0+4",
      "prefetch 0+8",
      "prefetch 0+4096",
      "prefetch 1+1",
    ]);
  });

  it("reads nothing of no rows, and of memory", async () => {
    const calls = watchedMaps();
    using table = create();
    await table.prefetch(["a"], slice(5, 5));
    await table.take([1, 2]).prefetch();
    await table.column("a").filter(table.column("b").ne(0)).prefetch();
    expect(calls).toEqual([]);
  });

  it("goes piece by piece, and looks at the signal in between", async () => {
    const calls = watchedMaps();
    const path = fresh();
    using table = MemmapTable.create(path, {
      rows: 9 << 20,
      columns: { a: "f8" },
      durability: "process",
    });
    await table.prefetch();
    expect(calls.splice(0)).toEqual(["prefetch 0+32768", "prefetch 32768+32768", "prefetch 65536+8192"]);
    const stop = new AbortController();
    const late = table.prefetch(["a"], slice(), { signal: stop.signal });
    stop.abort("enough");
    expect(await codeOf(late)).toBe("enough");
    expect(calls).toHaveLength(1);
    expect(await codeOf(table.prefetch(["a"], slice(0, 0), { signal: stop.signal }))).toBe("enough");
    expect(calls).toHaveLength(1);
  });

  it("rejects what is not there, and never throws", async () => {
    const table = create();
    expect(await codeOf(table.prefetch(["c"] as never))).toBe("NOT_FOUND");
    expect(await codeOf(table.prefetch(["a"], [0, 5] as never))).toBe("INDEX");
    expect(await codeOf(table.column("a").prefetch("0:5" as never))).toBe("INDEX");
    const a = table.column("a");
    table.close();
    expect(await codeOf(table.prefetch())).toBe("CLOSED");
    expect(await codeOf(a.prefetch())).toBe("CLOSED");
  });

  it("may see the table closed meanwhile", async () => {
    const table = create("r");
    const reading = table.prefetch();
    table.close();
    expect(await codeOf(reading)).toBe("fulfilled");
  });

  it("really brings pages in", async () => {
    using table = create("r");
    await table.prefetch();
    expect(table.column("a").sum()).toBe(0);
  });
});
