import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openNpy } from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { CorruptError, DiskError } from "../../src/errors.js";
import { Store } from "../../src/store/store.js";
import type { NewColumn } from "../../src/store/table-draft.js";
import { failingFiles } from "../../src/testing/files/index.js";
import { snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const NEW = { dtype: parseDType("f8"), itemShape: [], layout: "npy", attr: null, overwrite: false } as const;
const MIB = 2 ** 20;

/** A tree, and the calls that are made in it. */
function tree() {
  const path = fresh();
  const failing = failingFiles();
  const store = Store.create(path, { durability: "process", kind: "tree", files: failing.files });
  const draft = store.begin();
  draft.clear(null);
  store.commit(draft);
  failing.reset();
  return { path, store, failing };
}

/** Adds one column and commits it; its bytes behind the header. */
function added(column: Partial<NewColumn>): Uint8Array {
  const { path, store } = tree();
  const draft = store.begin();
  const { dataOffset } = draft.add("a", { ...NEW, ...column });
  store.commit(draft);
  store.close();
  return readFileSync(join(path, "a.npy")).subarray(dataOffset);
}

const counted = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);

describe("a new column whose bytes are at hand", () => {
  it.each([0, 1, 100, 20_000, 1_100_000])("has them: %d rows", (rows) => {
    const bytes = counted(rows * 8);
    const shared = new Uint8Array(new SharedArrayBuffer(rows * 8));
    shared.set(bytes);
    const third = Math.floor(bytes.length / 3);
    const blocks = [bytes.subarray(0, third), new Uint8Array(0), bytes.subarray(third)];
    for (const content of [bytes, shared, blocks, new Set(blocks)]) {
      for (const layout of ["npy", "raw"] as const) {
        expect(Buffer.compare(added({ rows, content, layout }), bytes)).toBe(0);
      }
    }
  });

  it("has them in one write where it is small, and without room made for zeros", () => {
    const { store, failing } = tree();
    const draft = store.begin();
    failing.reset();
    draft.add("a", { ...NEW, rows: 100, content: counted(800) });
    const names = failing.calls.map(({ name }) => name);
    expect(names.filter((name) => name === "write").length).toBe(1);
    expect(names).not.toContain("extend");
    failing.reset();
    draft.add("b", { ...NEW, rows: MIB, content: new Uint8Array(8 * MIB) });
    // The room of a large one comes first, so that a full disk shows before the bytes are made.
    expect(failing.calls.map(({ name }) => name).slice(-5)).toEqual([
      "extend",
      "write",
      "write",
      "stat",
      "close",
    ]);
    store.rollback(draft);
    store.close();
  });

  it("is one element without axes, or of records", () => {
    expect(added({ rows: 1, isScalar: true, content: counted(8) })).toEqual(Buffer.from(counted(8)));
    const dtype = parseDType([
      ["a", "<i2"],
      ["b", "U3"],
    ]);
    expect(added({ rows: 5, dtype, itemShape: [2], content: counted(140) })).toEqual(
      Buffer.from(counted(140)),
    );
  });

  it("is refused with other bytes than its rows have, and leaves nothing", () => {
    for (const rows of [10, 20_000]) {
      const size = rows * 8;
      const { path, store } = tree();
      const before = snapshot(path);
      const draft = store.begin();
      const attempts = [
        counted(size - 1),
        counted(size + 1),
        [],
        [counted(size), counted(1)],
        [counted(size - 8), counted(7)],
      ];
      for (const content of attempts) {
        expect(() => draft.add("g/a", { ...NEW, rows, content })).toThrow(CorruptError);
        expect(readdirSync(join(path, ".memmap", "stage-2"))).toEqual([]);
      }
      expect(() => draft.add("g/a", { ...NEW, rows, content: counted(3) })).toThrow(
        `${join(path, "g/a.npy")}: 3 bytes came, where its rows have ${size}`,
      );
      expect(draft.columns.size).toBe(0);
      const ill = (function* () {
        yield counted(8);
        throw new RangeError("no more");
      })();
      expect(() => draft.add("g/a", { ...NEW, rows, content: ill })).toThrow(RangeError);
      draft.add("g/a", { ...NEW, rows, content: counted(size) });
      store.rollback(draft);
      store.close();
      expect(snapshot(path)).toEqual(before);
    }
  });

  it("grows and shrinks in the same draft as any other", () => {
    const { path, store } = tree();
    const draft = store.begin();
    draft.clear(3);
    draft.add("a", { ...NEW, dtype: parseDType("u1"), content: counted(3) });
    draft.append([{ count: 2, bytesOf: () => [Uint8Array.of(8, 9)] }]);
    draft.resize(4);
    draft.resize(6);
    store.commit(draft);
    store.close();
    using array = openNpy(join(path, "a.npy"));
    expect(array.toArray()).toEqual(Uint8Array.of(0, 1, 2, 8, 0, 0));
  });
});

describe("a new column that its maker fills", () => {
  it("is what he writes before the commit", () => {
    for (const rows of [0, 100, MIB + 5]) {
      const { path: root, store, failing } = tree();
      const draft = store.begin();
      failing.reset();
      const column = draft.add("g/a", { ...NEW, rows, isFilled: true });
      const isLarge = rows > MIB;
      expect(statSync(column.path).size).toBe(column.dataOffset + (isLarge ? rows * 8 : 0));
      expect(failing.calls.some(({ name }) => name === "extend")).toBe(isLarge);
      const fd = store.files.open(column.path, "r+");
      store.files.write(fd, counted(rows * 8), column.dataOffset, column.path);
      store.files.close(fd);
      store.commit(draft);
      store.close();
      const path = join(root, "g/a.npy");
      using array = openNpy(path);
      expect(array.length).toBe(rows);
      const data = readFileSync(path).subarray(column.dataOffset);
      expect(Buffer.compare(data, counted(rows * 8))).toBe(0);
    }
  });

  it("is refused where bytes are missing, or the file is gone, before anything is committed", () => {
    for (const durability of ["process", "full"] as const) {
      const path = fresh();
      const store = Store.create(path, { durability, kind: "tree" });
      const first = store.begin();
      first.clear(null);
      store.commit(first);
      const before = snapshot(path);
      for (const spoil of ["short", "gone"]) {
        const draft = store.begin();
        draft.add("g/b", { ...NEW, rows: 2, content: counted(16) });
        const column = draft.add("g/a", { ...NEW, rows: 100, isFilled: spoil === "short" });
        if (spoil === "gone") store.files.unlink(column.path);
        expect(() => store.commit(draft)).toThrow(CorruptError);
        expect(snapshot(path)).toEqual(before);
      }
      store.close();
    }
  });

  it("does not begin where a large one has no room", () => {
    const { store } = tree();
    const draft = store.begin();
    expect(() => draft.add("a", { ...NEW, rows: 2 ** 47, isFilled: true })).toThrow(DiskError);
    expect(draft.columns.size).toBe(0);
    store.rollback(draft);
    store.close();
  });
});
