import { afterEach, describe, expect, it } from "vitest";
import { MemmapTable, slice } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { noMoreWatching, watchedMaps } from "../support/watched-maps.js";

const fresh = temporaryPaths();
const MIB = 1 << 20;

afterEach(noMoreWatching);

/** A column of so many MiB of doubles, all zeros. */
function create(mib: number, mode: "r" | "r+" = "r") {
  const path = fresh();
  MemmapTable.create(path, {
    rows: (mib * MIB) / 8,
    columns: { a: "f8" },
    durability: "process",
  }).close();
  return MemmapTable.open(path, { mode });
}

/** What is asked for in 128 KiB each, from one KiB to another. */
const requests = (from: number, to: number) =>
  Array.from({ length: Math.ceil((to - from) / 128) }, (_, i) => {
    const at = from + 128 * i;
    return `willneed ${at}+${Math.min(128, to - at)}`;
  });

describe("a scan of what is on the disk", () => {
  it("says that it is one, and asks for what comes next", () => {
    const calls = watchedMaps({ isThere: false });
    using table = create(20);
    expect(table.column("a").sum()).toBe(0);
    expect(calls.filter((call) => !call.startsWith("willneed"))).toEqual([
      "holds 8192",
      "sequential 0+20480",
      "holds 16384",
      "holds 20480",
      "normal 0+20480",
    ]);
    expect(calls.filter((call) => call.startsWith("willneed"))).toEqual(requests(0, 20_480));
  });

  it("is every reduction, comparison and test of all elements", () => {
    using table = create(17);
    const a = table.column("a");
    const calls = watchedMaps({ isThere: false });
    for (const work of [
      () => a.max(),
      () => a.any(),
      () => a.countNonzero(),
      () => a.gt(1),
      () => a.between(1, 2),
      () => a.slice(null, null, -1).std(),
      () => a.slice(null, null, 3).ne(0),
    ]) {
      calls.length = 0;
      work();
      expect(calls[0]).toMatch(/^holds/);
      expect(calls[1]).toMatch(/^sequential/);
      expect(calls.at(-1)).toMatch(/^normal/);
    }
  });

  it("ends where reading ends", () => {
    const calls = watchedMaps({ isThere: false });
    using table = create(40, "r+");
    table.column("a").set(3, 1);
    expect(table.column("a").any()).toBe(true);
    expect(calls.at(-1)).toBe("normal 0+40960");
    expect(calls.filter((call) => call.startsWith("holds"))).toHaveLength(1);
  });
});

describe("a scan of what is in memory", () => {
  it("looks at one page for 8 MiB, and says nothing", () => {
    const calls = watchedMaps();
    using table = create(20);
    table.column("a").sum();
    expect(calls).toEqual(["holds 8192", "holds 16384", "holds 20480"]);
  });

  it("of less than 16 MiB looks at none, nor does one of other memory", () => {
    const calls = watchedMaps();
    using table = create(17);
    table.column("a").slice(0, MIB).sum();
    table.column("a").gt(0).or(true).sum();
    expect(calls.filter((call) => !call.startsWith("holds"))).toEqual([]);
    calls.length = 0;
    const copy = table.column("a").take(Array.from({ length: 10 }, (_, i) => i));
    copy.sum();
    table.column("a").slice(0, 10).view(slice(5)).sum();
    expect(calls).toEqual([]);
  });
});
