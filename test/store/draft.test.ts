import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseDType } from "../../src/dtype/index.js";
import {
  CorruptError,
  ExistsError,
  LimitError,
  NameError,
  NotFoundError,
  ShapeError,
} from "../../src/errors.js";
import { MemmapTable } from "../../src/index.js";
import { dataEnd } from "../../src/store/catalog.js";
import type { Draft } from "../../src/store/draft.js";
import { Store } from "../../src/store/store.js";
import { snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const NEW = { dtype: parseDType("i4"), itemShape: [], layout: "npy", attr: null, overwrite: false } as const;

/** Does something with a draft of a store of two columns of three rows; it is undone in the end. */
function drafting(work: (draft: Draft, store: Store) => void): void {
  const path = fresh();
  {
    using table = MemmapTable.create(path, { durability: "process", rows: 3 });
    table.addColumn("a", "i4", { data: [1, 2, 3], attr: 1 });
    table.addColumn("g/b", "i4", { data: [4, 5, 6] });
  }
  const store = Store.open(path, { writable: true, durability: "process" });
  const before = snapshot(path);
  const draft = store.begin();
  try {
    work(draft, store);
  } finally {
    store.rollback(draft);
    store.close();
  }
  const after = snapshot(path);
  for (const name of ["./a.npy", "./g/b.npy"]) {
    before[name] = "";
    after[name] = "";
  }
  expect(after).toEqual(before);
}

const names = (draft: Draft) => [...draft.columns.keys()];
const int32 = (...values: number[]) => new Uint8Array(Int32Array.from(values).buffer);

describe("a draft", () => {
  it("begins as what is stored, and leaves that alone", () => {
    drafting((draft, store) => {
      expect(names(draft)).toEqual(["a", "g/b"]);
      draft.add("c", NEW);
      draft.rename("a", "z");
      draft.remove("g/b");
      draft.setColumnAttr("z", 5);
      draft.setGroupAttr("", 6);
      draft.resize(1);
      expect(names(draft)).toEqual(["z", "c"]);
      expect(draft.rows).toBe(1);
      expect([...store.catalog.columns.keys()]).toEqual(["a", "g/b"]);
      expect(store.catalog.rows).toBe(3);
      expect(store.catalog.columns.get("a")?.attr).toBe(1);
      expect(store.catalog.groups.size).toBe(0);
    });
  });

  it("keeps a column's identity through renaming and rows, and gives copies and new ones their own", () => {
    drafting((draft) => {
      const { id } = draft.column("a");
      draft.rename("a", "c");
      draft.resize(5);
      draft.resize(2);
      draft.resize(4);
      draft.setColumnAttr("c", 2);
      expect(draft.column("c").id).toBe(id);
      expect(draft.copy("c", "d").id).not.toBe(id);
      expect(draft.add("c", { ...NEW, overwrite: true }).id).not.toBe(id);
    });
  });

  it("grows files in place, and a staged copy where rows were discarded before", () => {
    drafting((draft) => {
      draft.resize(5);
      expect(draft.column("a").staged).toBe(false);
      draft.resize(4);
      draft.resize(6);
      // The base's three rows were never touched.
      expect(draft.column("a").staged).toBe(false);
      draft.resize(2);
      draft.resize(3);
      const { staged, path, sidecar } = draft.column("a");
      expect(staged).toBe(true);
      expect(sidecar).toBeDefined();
      expect(readFileSync(path).subarray(128)).toEqual(Buffer.from(int32(1, 2, 0)));
    });
  });

  it("appends what comes block by block, seen when all is there", () => {
    drafting((draft) => {
      const seen: number[] = [];
      const added = draft.append(
        (function* () {
          for (const value of [7, 8]) {
            seen.push(draft.rows ?? 0);
            yield { count: 1, bytesOf: (name: string) => [int32(name === "a" ? value : -value)] };
          }
          yield { count: 0, bytesOf: () => [] };
        })(),
      );
      expect(added).toBe(2);
      expect(seen).toEqual([3, 3]);
      expect(draft.rows).toBe(5);
      const a = draft.column("a");
      expect(readFileSync(a.path).subarray(128, dataEnd(a))).toEqual(Buffer.from(int32(1, 2, 3, 7, 8)));
      expect(statSync(a.path).size).toBeGreaterThanOrEqual(dataEnd(a));
      expect(() => draft.append([{ count: 2, bytesOf: () => [int32(1)] }])).toThrow(CorruptError);
      expect(draft.rows).toBe(5);
    });
  });

  it("does not touch a file that came in the place of one that grew", () => {
    const path = fresh();
    MemmapTable.create(path, { durability: "process", rows: 3, columns: { a: "i4" } }).close();
    const store = Store.open(path, { writable: true, durability: "process" });
    const draft = store.begin();
    draft.resize(1000);
    const file = store.paths.column("a");
    // Made while the other is there, so that it is not given the same inode.
    writeFileSync(`${file}.new`, Buffer.alloc(5000, 7));
    renameSync(`${file}.new`, file);
    store.rollback(draft);
    store.close();
    expect(readFileSync(file)).toEqual(Buffer.alloc(5000, 7));
  });

  it("takes a column back, or puts what it replaced in its place", () => {
    drafting((draft) => {
      const before = draft.column("a");
      draft.add("a", { ...NEW, overwrite: true });
      draft.withdraw("a", before);
      expect(draft.column("a")).toBe(before);
      draft.add("new/x", NEW);
      draft.withdraw("new/x", undefined);
      expect(names(draft)).toEqual(["a", "g/b"]);
      draft.add("new", NEW);
    });
  });

  it("clears away columns, groups and rows", () => {
    drafting((draft) => {
      draft.setGroupAttr("g", 1);
      draft.clear(9);
      expect([names(draft), draft.groups.size, draft.rows]).toEqual([[], 0, 9]);
      draft.add("g", NEW);
      expect(draft.column("g").rows).toBe(9);
      draft.resize(10);
      expect(draft.column("g").rows).toBe(10);
    });
  });

  it("refuses names that are taken, collide or are none, and rows that are none", () => {
    drafting((draft) => {
      expect(() => draft.column("c")).toThrow(NotFoundError);
      expect(() => draft.remove("c")).toThrow(NotFoundError);
      expect(() => draft.setColumnAttr("c", 1)).toThrow(NotFoundError);
      expect(() => draft.add("a", NEW)).toThrow(ExistsError);
      expect(() => draft.copy("a", "g/b")).toThrow(ExistsError);
      expect(() => draft.rename("a", "g")).toThrow(NameError);
      expect(() => draft.rename("a", "../a")).toThrow(NameError);
      expect(() => draft.add("A", NEW)).toThrow(NameError);
      expect(() => draft.resize(-1)).toThrow(ShapeError);
      expect(() => draft.resize(2 ** 52)).toThrow(LimitError);
      expect(names(draft)).toEqual(["a", "g/b"]);
      // A name that was refused is not taken.
      draft.rename("a", "A");
      draft.rename("A", "a");
    });
  });
});
