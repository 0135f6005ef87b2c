import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { STRIDED } from "../../src/array/index.js";
import { CorruptError } from "../../src/errors.js";
import { nodeFiles, overFiles } from "../../src/platform/files.js";
import { isLocal, isSameStamp, stampOf } from "../../src/platform/stamp.js";
import { type ColumnState, Store } from "../../src/store/index.js";
import {
  building,
  indexFile,
  readIndex,
  unusableBecause,
  type Waiting,
} from "../../src/store/statistics/index.js";
import { stampsStores } from "../../src/store/statistics/probe.js";
import { quiet } from "../../src/store/statistics/quiet.js";
import { scanBlocks } from "../../src/store/statistics/scan.js";
import { formatSideFile, parseSideFile } from "../../src/store/statistics/side-file.js";
import { MemmapTable } from "../../src/table/index.js";
import { statisticsOf } from "../array/statistics.js";
import { openBelow } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const counts = isLocal(tmpdir());

const asleep = new Int32Array(new SharedArrayBuffer(4));

/** Does waiting work to its end. @param between done after each wait */
function finish<T>(work: Waiting<T>, between: () => void = () => {}): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    if (step.value > 0) Atomics.wait(asleep, 0, 0, step.value);
    between();
  }
}

function age(path: string): void {
  const past = new Date(Date.now() - 3_600_000);
  utimesSync(path, past, past);
}

/** A table's directory, and what its columns are known as. */
function stateOf(root: string, name: string): ColumnState {
  const store = Store.open(root, { writable: false });
  const state = store.catalog.columns.get(name);
  store.close();
  if (state === undefined) throw new Error(name);
  return state;
}

/** The index of a column, built by steps. */
function build(root: string, name: string, between?: () => void, files = nodeFiles) {
  const directory = join(root, ".memmap", "index");
  const column = stateOf(root, name);
  const reason = finish(building({ files, directory, column: () => column, label: name }), between);
  return { reason, column, index: readIndex(indexFile(directory, column), files) };
}

const BLOCK = 65_536;
const ROWS = BLOCK + 3;
const FEW = 1003;
const FEW_IN_BLOCK = 100;
const STAMP = { dev: 2n ** 64n - 1n, ino: 2n ** 63n, size: 5n, mtimeNs: -1n, ctimeNs: 2n ** 62n };
const DTYPES = ["b1", "i1", ">i2", "u4", ">i8", "u8", "f2", ">f4", "f8", "M8[us]", ">m8[s]"] as const;

/** Numbers of every kind, as their dtype holds them. */
function numbered(i: number): number {
  return i % 7 === 0 ? Number.NaN : i % 11 === 0 ? Number.NEGATIVE_INFINITY : ((i * 7919) % 10_007) - 5000;
}

describe("what is noted of the blocks of a column", () => {
  it("is the least, the greatest, and how many are missing, of every dtype and shape", () => {
    const root = fresh();
    using table = MemmapTable.create(root, { rows: FEW, durability: "process" });
    for (const [i, dtype] of DTYPES.entries()) {
      const column = table.addColumn(`c${i}`, dtype, dtype === "f8" ? { itemShape: [3] } : {});
      const { length } = column.itemShape.length > 0 ? { length: 3 * FEW } : column;
      const source = Float64Array.from({ length }, (_, at) => numbered(at + i));
      const isFloat = column.dtype.kind === "f";
      const values = isFloat ? source : source.map((x) => (Number.isFinite(x) ? x : 0));
      const data =
        column.dtype.step !== undefined || (column.dtype.itemsize === 8 && !isFloat)
          ? BigInt64Array.from(values, (x) =>
              x === 0 && column.dtype.step !== undefined ? -(2n ** 63n) : BigInt(x),
            )
          : values;
      column.assign(data as never, { casting: "unsafe" });
    }
    table.close();
    using reader = MemmapTable.open(root);
    for (const [i, dtype] of DTYPES.entries()) {
      const state = stateOf(root, `c${i}`);
      const fd = openSync(state.path, "r");
      const found = finish(scanBlocks(state, fd, nodeFiles, FEW_IN_BLOCK));
      closeSync(fd);
      const plain = statisticsOf(reader.column(`c${i}`)[STRIDED](), FEW_IN_BLOCK * (dtype === "f8" ? 3 : 1));
      expect(found).toEqual(plain);
      const blocks = found.missing.length;
      expect(blocks).toBe(11);
      const side = { stamp: STAMP, boot: "b", dataOffset: 128, rows: FEW, statistics: found };
      const bytes = formatSideFile(side);
      expect(bytes && parseSideFile(bytes)).toEqual(side);
    }
  });
});

describe.runIf(counts)("a column's file at rest", () => {
  function column(): string {
    const root = fresh();
    using table = MemmapTable.create(root, { rows: ROWS, durability: "process" });
    table.addColumn("x", "i2");
    table.close();
    age(join(root, "x.npy"));
    return root;
  }

  it("is not found where something is stored all the time, or at a time that is yet to come", () => {
    const root = column();
    const path = join(root, "x.npy");
    const fd = openSync(path, "r+");
    const stored = () => void writeSync(fd, Uint8Array.of(1), 0, 1, 200);
    expect(build(root, "x", stored)).toMatchObject({
      reason: expect.stringContaining("all the time"),
      index: undefined,
    });
    closeSync(fd);
    const future = new Date(Date.now() + 3_600_000);
    utimesSync(path, future, future);
    expect(build(root, "x").reason).toContain("yet to come");
    expect(readdirSync(join(root, ".memmap", "index"))).toEqual([]);
  });

  it("is waited for where something was stored a moment ago", () => {
    const path = join(column(), "x.npy");
    const soon = new Date(Date.now() + 900);
    utimesSync(path, soon, soon);
    const fd = openSync(path, "r+");
    const before = stampOf(path);
    const step = quiet(fd, path, nodeFiles).next();
    closeSync(fd);
    expect(step).toEqual({ done: false, value: expect.any(Number) });
    expect(step.value).toBeGreaterThan(0);
    expect(stampOf(path)).toEqual(before);
  });

  it("is found again when it was stored into once, at any moment of building", () => {
    const root = column();
    const path = join(root, "x.npy");
    for (let moment = 1; moment <= 4; moment++) {
      let steps = 0;
      const fd = openSync(path, "r+");
      const {
        reason,
        index,
        column: state,
      } = build(root, "x", () => {
        steps += 1;
        if (steps !== moment) return;
        writeSync(
          fd,
          new Uint8Array(Int16Array.of(moment + 1000).buffer),
          0,
          2,
          stateOf(root, "x").dataOffset,
        );
        age(path);
      });
      closeSync(fd);
      expect(reason).toBeUndefined();
      const greatest = index?.statistics.greatest[0];
      const usable = index !== undefined && unusableBecause(index, state, stampOf(path)) === undefined;
      // What was stored after the end of the build shows in the stamp.
      if (usable) expect(greatest).toBe(steps >= moment ? moment + 1000 : moment + 999);
      else expect(steps).toBeLessThanOrEqual(moment);
    }
  });

  it("is not believed where syncing or reading fails, and nothing is left", () => {
    const root = column();
    const error = new CorruptError("no");
    const fail = () => {
      throw error;
    };
    const index = join(root, ".memmap", "index");
    for (const over of [{ sync: fail }, { read: fail }, { rename: fail }, { write: fail }]) {
      expect(() => build(root, "x", undefined, overFiles(nodeFiles, over))).toThrow(error);
      expect(openBelow(root).filter((line) => line.startsWith("fd"))).toEqual([]);
      expect(readdirSync(index)).toEqual([]);
    }
    expect(() => build(root, "x", undefined, overFiles(nodeFiles, { read: () => 0 }))).toThrow();
  });

  it("counts for this run of the system alone, and for the very file", () => {
    const root = column();
    const { index, column: state } = build(root, "x");
    const stamp = stampOf(state.path);
    if (index === undefined || stamp === undefined) throw new Error("no index");
    expect(unusableBecause(index, state, stamp)).toBeUndefined();
    expect(unusableBecause({ ...index, boot: "another" }, state, stamp)).toContain("started anew");
    expect(unusableBecause({ ...index, boot: "" }, state, stamp)).toContain("started anew");
    expect(unusableBecause(index, state, undefined)).toContain("renamed or replaced");
    for (const name of ["size", "mtimeNs", "ctimeNs"] as const) {
      expect(unusableBecause(index, state, { ...stamp, [name]: stamp[name] + 1n })).toContain("changed");
    }
    for (const name of ["ino", "dev"] as const) {
      expect(unusableBecause(index, state, { ...stamp, [name]: stamp[name] + 1n })).toContain("replaced");
    }
    expect(unusableBecause(index, { ...state, rows: 5 }, stamp)).toContain("other rows");
    expect(unusableBecause(index, { ...state, dataOffset: 0 }, stamp)).toContain("other rows");
  });
});

describe("stamps", () => {
  it("are changed by stores through maps where the file system says so", () => {
    const directory = fresh();
    mkdirSync(directory);
    const device = finish(stampsStores(directory, nodeFiles));
    expect(device).toBe(counts ? stampOf(directory)?.dev : undefined);
    expect(readdirSync(directory)).toEqual([]);
  });

  it.runIf(counts && existsSync("/dev/shm"))("are believed of the column's own file system alone", () => {
    const root = mkdtempSync("/dev/shm/memmap-table-");
    const directory = fresh();
    try {
      MemmapTable.create(join(root, "t"), { rows: 3, columns: { x: "f8" } }).close();
      const column = stateOf(join(root, "t"), "x");
      const work = building({ files: nodeFiles, directory, column: () => column, label: "x" });
      expect(finish(work)).toContain("on another file system");
      expect(readdirSync(directory)).toEqual([]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it.runIf(existsSync("/dev/shm"))("are not believed of tmpfs", () => {
    const directory = mkdtempSync("/dev/shm/memmap-table-");
    try {
      expect(isLocal(directory)).toBe(false);
      expect(finish(stampsStores(directory, nodeFiles))).toBeUndefined();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("say nothing of what is not there", () => {
    expect(stampOf(fresh())).toBeUndefined();
    expect(stampOf(`${fresh()}/a/b`)).toBeUndefined();
    expect(isLocal(fresh())).toBe(false);
  });

  it.runIf(counts)("show the wait for writes in ctime alone", () => {
    const path = fresh();
    writeFileSync(path, "abc");
    age(path);
    const before = stampOf(path);
    const fd = openSync(path, "r+");
    const found = finish(quiet(fd, path, nodeFiles));
    closeSync(fd);
    const after = stampOf(path);
    if (before === undefined || after === undefined || !("stamp" in found)) throw new Error("no stamp");
    expect(isSameStamp(found.stamp, after)).toBe(true);
    expect(after).toEqual({ ...before, ctimeNs: after.ctimeNs });
    expect(after.ctimeNs).toBeGreaterThan(before.ctimeNs);
  });
});
