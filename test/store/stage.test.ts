import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openNpy, saveNpy } from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { CorruptError, DiskError, NotFoundError, StaleError } from "../../src/errors.js";
import { nodeFiles } from "../../src/platform/files.js";
import { type ColumnState, withRows } from "../../src/store/catalog.js";
import { StorePaths } from "../../src/store/paths.js";
import { scan } from "../../src/store/scan.js";
import { removeStage, Stage } from "../../src/store/stage.js";
import { failingFiles } from "../../src/testing/files/index.js";
import { snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

/** A directory with one column of five rows, and a stage in it. */
function setUp(files = nodeFiles) {
  const root = fresh();
  mkdirSync(join(root, ".memmap"), { recursive: true });
  saveNpy(join(root, "a.npy"), Int32Array.of(1, 2, 3, 4, 5));
  const paths = new StorePaths(root);
  const column = scan(paths, nodeFiles).catalog.columns.get("a") as ColumnState;
  return { root, paths, column, stage: new Stage(paths.stage(1), files, "full") };
}

const WHOLE = { layout: "npy", dtype: parseDType("f8"), itemShape: [2], rows: 3 } as const;

describe("a stage", () => {
  it("is no directory before anything is staged, and none after", () => {
    const { root, stage } = setUp();
    const before = snapshot(root);
    stage.prepare([]);
    expect(snapshot(root)).toEqual(before);
    stage.column(WHOLE, 48);
    expect(readdirSync(join(root, ".memmap"))).toEqual(["stage-1"]);
    stage.remove();
    stage.remove();
    expect(snapshot(root)).toEqual(before);
  });

  it("makes new columns: a header, and zeros with disk behind them", () => {
    const { stage } = setUp();
    const file = stage.column({ ...WHOLE, rows: 100_000 }, 1_600_000);
    using array = openNpy(file.path);
    expect(array.shape).toEqual([100_000, 2]);
    expect(array.sum()).toBe(0);
    const stat = statSync(file.path);
    expect(stat).toMatchObject({ dev: file.file.dev, ino: file.file.ino, size: file.dataOffset + 1_600_000 });
    expect(stat.blocks * 512).toBeGreaterThanOrEqual(1_600_000);
    const raw = stage.column({ ...WHOLE, layout: "raw" }, 48);
    expect(raw.dataOffset).toBe(0);
    expect(readFileSync(raw.path)).toEqual(Buffer.alloc(48));
  });

  it("removes a new column that does not fit, so that its room is free at once", () => {
    const failing = failingFiles();
    const { root, stage } = setUp(failing.files);
    stage.column(WHOLE, 48);
    failing.failAt(2);
    expect(() => stage.column(WHOLE, 48)).toThrow(DiskError);
    expect(readdirSync(join(root, ".memmap", "stage-1"))).toEqual(["0000"]);
    expect(() => stage.column(WHOLE, 2 ** 50)).toThrow(DiskError);
    expect(readdirSync(join(root, ".memmap", "stage-1"))).toEqual(["0000"]);
  });

  it("copies columns, up to some row", () => {
    const { column, stage } = setUp();
    const copy = stage.copy(column, 2);
    expect(readFileSync(copy.path)).toEqual(readFileSync(column.path).subarray(0, 136));
    expect(copy.file.ino).not.toBe(column.file.ino);
  });

  it("copies no file but the one that it knows", () => {
    const { root, column, stage } = setUp();
    expect(() => stage.copy({ ...column, file: { ...column.file, ino: column.file.ino + 1 } }, 1)).toThrow(
      StaleError,
    );
    expect(() => stage.copy({ ...column, rows: 6 }, 1)).toThrow(CorruptError);
    expect(() => stage.copy({ ...column, path: join(root, "b.npy") }, 1)).toThrow(NotFoundError);
    expect(readdirSync(join(root, ".memmap"))).toEqual([]);
  });

  it("prepares every put: files, second names, headers that say the rows, reshaped sidecars", () => {
    const { root, column, stage } = setUp();
    const file = stage.column(WHOLE, 48);
    const staged = withRows({ ...column, ...WHOLE, ...file, staged: true }, 2) ?? column;
    writeFileSync(join(root, "r.attr"), '{"more": 1, "dtype": "<i4", "shape": [3]}');
    stage.prepare([
      { kind: "check", column, isNeeded: true },
      { kind: "finish", column: staged, to: "new" },
      { kind: "sync", path: column.path },
      { kind: "file", to: "sidecar", bytes: Buffer.from("{}") },
      { kind: "link", from: column.path, to: "second" },
      { kind: "reshape", from: join(root, "r.attr"), to: "r", shape: [9] },
    ]);
    expect(openNpy(stage.ready.get("new") ?? "").shape).toEqual([2, 2]);
    expect(readFileSync(stage.ready.get("sidecar") ?? "", "utf8")).toBe("{}");
    expect(statSync(stage.ready.get("second") ?? "")).toMatchObject({ ino: column.file.ino, nlink: 2 });
    expect(readFileSync(stage.ready.get("r") ?? "", "utf8")).toBe(
      '{"more": 1, "dtype": "<i4", "shape": [9]}',
    );
    expect(stage.name).toBe("stage-1");
    expect(stage.stagedFor("second")).toEqual({ from: "0002", ino: column.file.ino, size: 148 });
    expect(() => stage.stagedFor("third")).toThrow(CorruptError);
    stage.remove();
    expect(readdirSync(root).sort()).toEqual([".memmap", "a.npy", "r.attr"]);
    expect(statSync(column.path).nlink).toBe(1);
  });

  it("refuses files that are not the ones that are known", () => {
    const { column, stage, root } = setUp();
    const other = { ...column, file: { ...column.file, ino: column.file.ino + 1 } };
    const missing = { ...column, path: join(root, "b.npy") };
    expect(() => stage.prepare([{ kind: "check", column: other, isNeeded: true }])).toThrow(StaleError);
    expect(() => stage.prepare([{ kind: "check", column: other, isNeeded: false }])).toThrow(StaleError);
    expect(() => stage.prepare([{ kind: "check", column: missing, isNeeded: true }])).toThrow(NotFoundError);
    stage.prepare([
      { kind: "check", column: missing, isNeeded: false },
      { kind: "check", column: { ...column, rows: 99 }, isNeeded: false },
    ]);
  });

  it("does not begin in what an older one left", () => {
    const { root, stage } = setUp();
    mkdirSync(join(root, ".memmap", "stage-1"));
    writeFileSync(join(root, ".memmap", "stage-1", "0000"), "old");
    stage.column({ ...WHOLE, rows: 1 }, 16);
    expect(readdirSync(join(root, ".memmap", "stage-1"))).toEqual(["0000"]);
    mkdirSync(join(root, ".memmap", "stage-1", "deeper"));
    writeFileSync(join(root, ".memmap", "stage-1", "deeper", "file"), "");
    removeStage(join(root, ".memmap", "stage-1"), nodeFiles);
    expect(readdirSync(join(root, ".memmap"))).toEqual([]);
  });

  it("does not follow a link that has its name", () => {
    const { root, stage } = setUp();
    const elsewhere = fresh();
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, "file"), "somebody's");
    symlinkSync(elsewhere, join(root, ".memmap", "stage-1"));
    stage.column({ ...WHOLE, rows: 1 }, 16);
    expect(readdirSync(elsewhere)).toEqual(["file"]);
    expect(statSync(join(root, ".memmap", "stage-1", "0000")).size).toBeGreaterThan(16);
  });
});

describe("withRows", () => {
  it("changes the header with the rows, or says that they do not fit", () => {
    const { root, column } = setUp();
    const longer = withRows(column, 1_000_000);
    expect(longer?.header?.length).toBe(128);
    expect(Buffer.from(longer?.header ?? []).toString("latin1")).toContain("(1000000,)");
    const dictionary = "{'descr': '<i2', 'fortran_order': False, 'shape': (9,)}\n";
    const tight = Buffer.from(
      `\x93NUMPY\x01\0${String.fromCharCode(dictionary.length)}\0${dictionary}`,
      "latin1",
    );
    const other = { ...column, path: join(root, "tight.npy"), dataOffset: tight.length, header: tight };
    expect(withRows(other, 8)?.rows).toBe(8);
    expect(withRows(other, 10)).toBeUndefined();
    expect(withRows({ ...other, header: undefined }, 10)?.rows).toBe(10);
  });
});
