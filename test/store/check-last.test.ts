import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check, MemmapTable, saveNpy } from "../../src/index.js";
import { salvage } from "../../src/store/check/salvage.js";
import { formatLast, type LastRecord, recordChecksum } from "../../src/store/last.js";
import { formatCommit } from "../../src/store/record.js";
import { temporaryPaths } from "../support/temporary.js";
import {
  crashed,
  expectOne,
  expectRepaired,
  expectSettled,
  lastOf,
  outside,
  pending,
  recordPath,
  sample,
  shown,
} from "./check-stores.js";

const fresh = temporaryPaths();

describe("a last record", () => {
  const path0 = () => sample(fresh());
  const file = (path: string) => join(path, ".memmap", "last");

  it("that is damaged is written anew, with what can still be read of it", () => {
    const damages: [string, (bytes: Buffer) => Buffer | string, Partial<LastRecord>, RegExp][] = [
      [
        "a checksum that does not fit",
        (b) => b.toString().replace('"rows": 3', '"rows": 4'),
        { generation: 4, order: ["a", "g/b", "r"] },
        /checksum/,
      ],
      [
        "half of it",
        (b) => b.subarray(0, b.indexOf('"g/b"') + 6),
        { generation: 4, order: ["a", "g/b", "r"] },
        /line 1/,
      ],
      ["nothing of it", () => "", { generation: 1, order: ["a", "g/b", "r"] }, /line 1/],
      ["zeros", (b) => Buffer.alloc(b.length), { generation: 1 }, /./],
      [
        "another order",
        (b) => b.toString().replace('["a", "g/b"', '["r", "none", "g/b"'),
        { order: ["r", "g/b", "a"] },
        /checksum|twice|duplicate/,
      ],
      [
        "no number that can be",
        (b) => b.toString().replace('"generation": 4', '"generation": 9007199254740991'),
        { generation: 1 },
        /checksum/,
      ],
    ];
    for (const [what, damage, expected, message] of damages) {
      const path = path0();
      const [files, before] = [outside(path), shown(path)];
      writeFileSync(file(path), damage(readFileSync(file(path))));
      const found = expectOne(path, "bad-last", ".memmap/last", message);
      expect(found.repair, what).toMatch(/^a new one is written from the columns, with/);
      expectRepaired(path);
      expect(check(path), what).toEqual([]);
      expect(outside(path)).toEqual(files);
      expect(lastOf(path), what).toMatchObject({ rows: 3, durability: "full", ...expected });
      expect(new Set(shown(path).columns)).toEqual(new Set(before.columns));
      // And the next change goes on from there.
      using table = MemmapTable.open(path, { mode: "r+" });
      table.resize(4);
      expect(check(path)).toEqual([]);
    }
  });

  it("that is damaged is written so that the record that follows it counts", () => {
    for (const damage of [
      (bytes: Buffer) => Buffer.alloc(bytes.length),
      (bytes: Buffer) => Buffer.from(bytes.toString().replace('"rows": 3', '"rows": 4')),
    ]) {
      const { path, after } = crashed(fresh());
      writeFileSync(file(path), damage(readFileSync(file(path))));
      const found = check(path);
      expect(found.map(({ code }) => code)).toEqual(["unapplied-record", "bad-last"]);
      expect(found[1]?.repair).toMatch(/from the record of generation 5 that follows it/);
      expectRepaired(path);
      expect(check(path)).toEqual([]);
      expect(shown(path)).toEqual(after);
    }
  });

  it("that is damaged is followed by no record that it contradicts, and by none of two", () => {
    for (const change of [{ generation: 9 }, { prev: "another" }, { prev: null }]) {
      const { path } = crashed(fresh());
      const { sha256: _, ...record } = pending(path);
      const to = join(path, ".memmap", `commit-${change.generation ?? 5}`);
      rmSync(recordPath(path));
      writeFileSync(to, formatCommit({ ...record, ...change }));
      const files = outside(path);
      writeFileSync(file(path), readFileSync(file(path), "utf8").replace('"rows": 3', '"rows": 4'));
      expect(check(path).map(({ code }) => code)).toEqual(["void-record", "bad-last", "leftover-stage"]);
      expectRepaired(path);
      expect(check(path)).toEqual([]);
      expect(outside(path)).toEqual(files);
      expect(lastOf(path).generation).toBe(4);
    }
    const { path } = crashed(fresh());
    const { sha256: _, ...record } = pending(path);
    writeFileSync(join(path, ".memmap", "commit-8"), formatCommit({ ...record, generation: 8 }));
    writeFileSync(file(path), "");
    const files = outside(path);
    expectRepaired(path);
    expect(outside(path)).toEqual(files);
    expect(lastOf(path).generation).toBe(8);
  });

  it("that is damaged stays beside a record that cannot be applied", () => {
    const { path } = crashed(fresh());
    rmSync(join(path, ".memmap", "stage-5"), { recursive: true });
    writeFileSync(file(path), "");
    expect(check(path).map(({ code }) => code)).toEqual(expect.arrayContaining(["bad-record", "bad-last"]));
    expectSettled(path);
  });

  it("of a later version stays", () => {
    const path = path0();
    const { sha256: _, ...members } = lastOf(path);
    const newer = { ...members, version: 2, more: "of it" };
    writeFileSync(file(path), JSON.stringify({ ...newer, sha256: recordChecksum(newer) }));
    const found = expectOne(path, "bad-last", ".memmap/last", /version must be 1, not 2; a later version/);
    expect(found.repair).toBeUndefined();
    expectSettled(path);
  });

  it("that is missing is written, if there are columns", () => {
    const path = path0();
    const before = outside(path);
    rmSync(file(path));
    expectOne(path, "no-last", ".memmap/last", /the order of its columns is lost/);
    expectRepaired(path);
    expect(check(path)).toEqual([]);
    expect(outside(path)).toEqual(before);
    expect(lastOf(path)).toMatchObject({ order: ["a", "g/b", "r"], rows: 3, generation: 1 });
  });

  it("that is written of columns that disagree says what most of them have", () => {
    const path = path0();
    saveNpy(join(path, "a.npy"), Int32Array.of(1));
    writeFileSync(join(path, "g", "b.npy"), "no header");
    saveNpy(join(path, "c.npy"), Int32Array.of(4, 5, 6));
    writeFileSync(file(path), "{}");
    expect(check(path).map(({ code }) => code)).toEqual(["bad-last", "unequal-rows", "headerless"]);
    expectRepaired(path);
    expect(lastOf(path)).toMatchObject({ order: ["a", "c", "g/b", "r"], rows: 3 });
  });

  it("says other rows than all columns have: the columns count", () => {
    const path = path0();
    for (const name of ["a", "g/b"]) saveNpy(join(path, `${name}.npy`), Int32Array.of(1, 2));
    writeFileSync(join(path, "r.attr"), '{"dtype": "<i4", "shape": [2]}');
    expectOne(path, "outdated-rows", ".memmap/last", /says 3 rows, and every column has 2/);
    expectSettled(path);
    expect(shown(path).rows).toBe(2);
  });
});

describe("salvage", () => {
  it("finds in a record cut short what stands before the cut", () => {
    const record = {
      version: 1,
      generation: 12,
      txid: "t-1",
      order: ["a", 'q"\\', "é"],
      rows: null,
    } as const;
    const bytes = Buffer.from(formatLast({ ...record, durability: "full" }));
    expect(salvage(bytes)).toEqual({ ...record, version: undefined, isNewer: false });
    let names = 0;
    for (let length = 0; length < bytes.length; length++) {
      const found = salvage(bytes.subarray(0, length));
      expect([undefined, 12]).toContain(found.generation);
      expect([undefined, "t-1"]).toContain(found.txid);
      expect([undefined, null]).toContain(found.rows);
      expect(found.order).toEqual(record.order.slice(0, found.order.length));
      expect(found.order.length).toBeGreaterThanOrEqual(names);
      names = found.order.length;
    }
    expect(names).toBe(3);
  });

  it("makes nothing of what is of another type", () => {
    const none = { generation: undefined, txid: undefined, order: [], rows: undefined, isNewer: false };
    for (const text of ["", "null", "[]", "{}", '{"generation": -1, "txid": "/", "order": 3, "rows": 1.5}']) {
      expect(salvage(Buffer.from(text))).toEqual(none);
    }
    expect(salvage(Buffer.from('{"order": ["a", 1, "a", "b"]}')).order).toEqual(["a", "b"]);
  });
});
