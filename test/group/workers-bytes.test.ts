import { describe, expect, it } from "vitest";
import type { FrameSource, MemmapFile } from "../../src/index.js";
import { someOf } from "../support/some-of.js";
import {
  BuiltTable,
  checkStore,
  checkTree,
  clearedPaths,
  commitWatched,
  filesOf,
  LEAST,
  newFile,
  pool,
  scattered,
  shared,
} from "./workers-support.js";

const fresh = clearedPaths();

const ROWS = 240_000;
const keys = scattered(ROWS, 12);
const numbers = keys.map((key, i) => key + i / 7);
const codes = scattered(ROWS, 1000);

/** What is written, and from where: the sources are made anew for each file, so that none sees the other's maps. */
type Register = (file: MemmapFile<"r+">) => void;

const grouped = { groupBy: "key", orderBy: ["code", "x"], ascending: [false, true] };

/** Everything that can be registered of three columns. */
function registerAll(file: MemmapFile<"r+">, source: FrameSource, name?: string): void {
  file
    .fromDataFrame(source, { ...grouped, name })
    .registerArray("x", "x")
    .registerArray("narrow", ["key", "code"], { dtype: "i2" })
    .registerArray("encoded", ["x"], { encoder: (view) => view.column("x").values })
    .registerDataFrame("all", ["key", "x", "code"]);
}

function makeTable(path: string) {
  const table = BuiltTable.create(path, { durability: "process", rows: ROWS });
  table.addColumn("key", "i4", { data: Int32Array.from(keys) });
  table.addColumn("x", "f8", { data: Float64Array.from(numbers) });
  table.addColumn("code", "i4", { data: Int32Array.from(codes) });
  return table;
}

function ownTable(file: MemmapFile<"r+">) {
  file.setArray("/source/key", Int32Array.from(keys));
  file.setArray("/source/x", Float64Array.from(numbers));
  file.setArray("/source/code", Int32Array.from(codes));
  return file.getGroup("/source").table();
}

const doubled = (values: readonly number[]) => values.flatMap((value) => [value, -1]);

/** Sources of the same rows. */
const SOURCES: Readonly<Record<string, (file: MemmapFile<"r+">) => FrameSource>> = {
  "shared memory": () => ({ key: shared.i4(keys), x: shared.f8(numbers), code: shared.i4(codes) }),
  "a table that is read": () => {
    const path = fresh();
    makeTable(path).close();
    return BuiltTable.open(path);
  },
  "a table that is written": () => makeTable(fresh()),
  "a table in the same file": ownTable,
  "a slice of a table": () => {
    const table = makeTable(fresh());
    return table.slice(ROWS / 100);
  },
  "typed arrays": () => ({
    key: Int32Array.from(keys),
    x: Float64Array.from(numbers),
    code: Int32Array.from(codes),
  }),
  "every other row": (file) => {
    file.setArray("/key", Int32Array.from(doubled(keys)));
    file.setArray("/x", Float64Array.from(doubled(numbers)));
    file.setArray("/code", Int32Array.from(doubled(codes)));
    return file.table().slice(null, null, 2);
  },
  lists: () => ({ key: keys, x: numbers, code: codes }),
  "some of each": (file) => ({
    key: ownTable(file).column("key"),
    x: shared.f8(numbers),
    code: codes,
  }),
};

/** Writes with so many workers, and gives what is below the root then. */
async function written(workers: number, work: Register): Promise<Record<string, string>> {
  const path = fresh("file");
  const file = newFile(path);
  work(file);
  const steps = await commitWatched(file, { workers });
  expect(steps).toBeGreaterThan(0);
  // What was asked for was done by others, not quietly in this thread.
  expect(pool().size > 0).toBe(workers > 0);
  file.close();
  await pool().close();
  checkTree(path);
  return filesOf(path);
}

async function expectSame(work: Register, counts: readonly number[] = [2]): Promise<void> {
  const alone = await written(0, work);
  for (const workers of counts) expect(await written(workers, work)).toEqual(alone);
}

describe("workers write what one thread alone writes", () => {
  // A third of them each time.
  it.each(someOf(Object.entries(SOURCES), 3))("of %s", async (_, sourceFor) => {
    await expectSame((file) => registerAll(file, sourceFor(file)));
  });

  it("of several frames, one of them not grouped, in one commit", async () => {
    const [key, x] = [shared.i4(keys), shared.f8(numbers)];
    await expectSame(
      (file) => {
        registerAll(file, { key, x, code: codes }, "one");
        registerAll(file, { key: keys, x: Float64Array.from(numbers), code: shared.i4(codes) }, "other");
        file.fromDataFrame({ x }, { name: "whole" }).registerArray("x", "x");
        file.fromDataFrame({ none: new Float64Array(0) }, { name: "empty" }).registerArray("none", "none");
        file.fromDataFrame({ none: new Float64Array(0) }, { name: "groups", groupBy: "none" });
        file.registerDataFrame("none", "none");
      },
      [1, 3],
    );
  });

  it("of one large array, which they share among them", async () => {
    const words = new Int32Array(new SharedArrayBuffer(8 * LEAST));
    for (let i = 0; i < words.length; i += 1024) words[i] = i;
    await expectSame((file) => file.fromDataFrame({ words }).registerArray("words", "words"), [1, 2]);
  });

  // One of them each time.
  it.each(someOf(["seen by them", "gathered for them"], 2))(
    "of hundreds of small groups, %s",
    async (how) => {
      const rows = (9 * LEAST) >> 6;
      const isShared = how === "seen by them";
      const group = Int32Array.from({ length: rows }, (_, i) => i % 500);
      const x = isShared ? shared.f8(group) : Float64Array.from(group);
      await expectSame(
        (file) => {
          file.fromDataFrame({ group, x }, { groupBy: "group" }).registerArray("x", "x");
        },
        [2],
      );
    },
  );

  it("of cells and records of all sizes, empty ones among them", async () => {
    await expectSame(
      (file) => {
        file.createArray("/source/key", "u1", [ROWS]).values.set(keys);
        file.createArray("/source/cube", "<f4", [ROWS, 2, 3]).values.fill(1.5);
        file.createArray("/source/hole", ">i2", [ROWS, 0]);
        file
          .createArray(
            "/source/record",
            [
              ["", "V1"],
              ["a", ">f8"],
              ["b", "U3"],
            ],
            [ROWS],
          )
          .fill({ a: 1, b: "é" });
        file.fromDataFrame(file.getGroup("/source").table(), { groupBy: "key" });
        file.registerDataFrame("all", ["cube", "hole", "record"]).registerArray("hole", "hole");
      },
      [2],
    );
  });
});

it("a file of a commit by workers is a whole one", async () => {
  const path = fresh("file");
  const file = newFile(path);
  file.fromDataFrame({ x: shared.f8(numbers.concat(numbers, numbers, numbers)) }).registerArray("x", "x");
  await file.commit({ workers: 2 });
  file.close();
  checkStore(path);
});
