import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { smallDisk } from "../support/small-disk.js";
import { snapshot } from "../support/snapshot.js";
import { built, rejection } from "../workers/support.js";
import {
  BuiltFile,
  clearedPaths,
  errors,
  expectUntouched,
  LEAST,
  newFile,
  shared,
} from "./workers-support.js";

const fresh = clearedPaths();
const disk = smallDisk();

const head = `
  import { readFileSync } from "node:fs";
  import { MemmapFile, MemmapTable } from ${JSON.stringify(built("index.js"))};
  import { workerPool } from ${JSON.stringify(built("workers/index.js"))};
  const root = process.argv.at(-1);
  const quick = { durability: "process" };
  process.on("unhandledRejection", (error) => { console.log("unhandled", error); process.exit(9); });
`;

/** Runs a program in a process of its own, which has to end by itself, and gives what it printed. */
function printed(program: string, root: string, shell?: string): string {
  const path = `${fresh("program")}.mjs`;
  writeFileSync(path, head + program);
  const command = [process.execPath, path, root];
  const [first = "", ...rest] = shell === undefined ? command : ["/bin/sh", "-c", shell, ...command];
  const { status, signal, stdout, stderr } = spawnSync(first, rest, { encoding: "utf8", timeout: 100_000 });
  rmSync(path);
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: "" });
  return stdout.trim();
}

describe("a process", () => {
  it("ends by itself after a commit by workers, and after one that failed", () => {
    const program = `
      const file = MemmapFile.open(root, { mode: "w+", ...quick });
      const x = new Float64Array(new SharedArrayBuffer(${2 * LEAST}));
      file.fromDataFrame({ x }).registerArray("x", "x");
      await file.commit({ workers: 2 });
      console.log(workerPool().size, file.getArray("/x").length);
      file.fromDataFrame({ x }, { name: "again" }).registerArray("x", "x");
      const onProgress = () => { throw new Error("no more"); };
      await file.commit({ workers: 2, onProgress }).catch((error) => console.log(error.message, workerPool().size));`;
    expect(printed(program, fresh("file"))).toBe(`2 ${LEAST / 4}\nno more 0`);
    // No close(): whoever ends leaves what was committed.
  });

  it("lives until a commit is through that nobody waits for", () => {
    const root = fresh("file");
    const program = `
      const file = MemmapFile.open(root, { mode: "w+", ...quick });
      const x = new Float64Array(new SharedArrayBuffer(${2 * LEAST}));
      file.fromDataFrame({ x }).registerArray("x", "x");
      void file.commit({ workers: 2 }).then(() => console.log("committed"));`;
    expect(printed(program, root)).toBe("committed");
    using file = BuiltFile.open(root);
    expect(file.getArray("/x").length).toBe(LEAST / 4);
  });

  it("may end in the midst of a commit, of which nothing comes", () => {
    const root = fresh("file");
    const program = `
      const file = MemmapFile.open(root, { mode: "w+", ...quick });
      file.setArray("/before", 1);
      const x = new Float64Array(new SharedArrayBuffer(${8 * LEAST}));
      file.fromDataFrame({ x }).registerArray("x", "x");
      void file.commit({ workers: 2, onProgress: () => process.exit(0) });`;
    expect(printed(program, root)).toBe("");
    using file = BuiltFile.open(root, { mode: "r+" });
    expect([...file.keys()]).toEqual(["before"]);
    expect(Object.keys(snapshot(root))).not.toContain("./.memmap/stage-3");
  });

  it.runIf(process.platform === "linux")("reads what it writes from maps, not into its memory", () => {
    const program = `
      const memory = () => Number(/RssAnon:\\s+(\\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
      const columns = ["a", "b", "c", "d"];
      const rows = ${(320 << 20) / 32};
      const table = MemmapTable.create(root + "-table", { rows, ...quick });
      for (const name of columns) table.addColumn(name, "f8");
      const file = MemmapFile.open(root, { mode: "w+", ...quick });
      file.fromDataFrame(table);
      for (const name of columns) file.registerArray(name, name);
      const before = memory();
      let most = before;
      await file.commit({ workers: 1, onProgress: () => { most = Math.max(most, memory()); } });
      console.log(Math.round(most - before));
      file.close();
      table.close();`;
    const root = fresh("file");
    const megabytes = Number(printed(program, root));
    rmSync(`${root}-table`, { recursive: true });
    expect(megabytes).toBeLessThan(200);
  });
});

/** Commits groups of 3 MiB each, of which none fits, then one array of more; then less, which does. */
const outOfRoom = `
  const file = MemmapFile.open(root, { mode: "w+", ...quick });
  const files = () => JSON.stringify(readdirSync(root, { recursive: true }).sort());
  const before = files();
  const of = (bytes, count) => ({
    x: new Float64Array(new SharedArrayBuffer(bytes * count)),
    key: Int32Array.from({ length: bytes * count / 8 }, (_, i) => i % count),
  });
  for (const [bytes, count, groupBy] of [[3 << 20, 4, "key"], [12 << 20, 1], [1 << 20, 10, "key"]]) {
    file.fromDataFrame(of(bytes, count), { groupBy }).registerArray("x", "x");
    const told = await file.commit({ workers: 2 }).then(() => "committed", (error) => error.code + " " + error.cause?.code);
    console.log(told, files() === before, told === "committed" || workerPool().size === 0);
  }
  console.log(file.groupSizes().length);
  file.close();`;

describe("where there is no room", () => {
  it.runIf(process.platform === "linux")(
    "because files may not be so large, a commit is refused whole",
    () => {
      const program = `import { readdirSync } from "node:fs"; ${outOfRoom}`;
      // In units of 512 bytes: 2 MiB.
      const told = printed(program, fresh("file"), 'ulimit -f 4096 && exec "$0" "$@"');
      expect(told.split("\n")).toEqual([
        "DISK EFBIG true true",
        "DISK EFBIG true true",
        "committed false true",
        "10",
      ]);
    },
  );

  it.skipIf(disk === undefined)("because the disk is full, a commit is refused whole", async () => {
    const file = newFile(join(disk ?? "", "file"));
    const before = snapshot(file.root);
    const x = shared.f8(new Float64Array(LEAST / 8));
    const key = Int32Array.from({ length: LEAST / 8 }, (_, i) => i % 20);
    for (const groupBy of [undefined, "key"]) {
      for (const workers of [0, 2]) {
        file.fromDataFrame({ x, key }, { groupBy }).registerArray("x", "x");
        expect(await rejection(file.commit({ workers }))).toBeInstanceOf(errors.DiskError);
        expectUntouched(file, before);
        before["./.memmap/last"] = snapshot(file.root)["./.memmap/last"] ?? "";
      }
    }
    file.fromDataFrame({ x: x.subarray(1000) }).registerArray("x", "x");
    const small = { x: new Float64Array(10), key: new Int32Array(10) };
    expect(await rejection(file.commit({ workers: 2 }))).toBeInstanceOf(errors.DiskError);
    file.fromDataFrame(small, { groupBy: "key" }).registerArray("x", "x");
    await file.commit({ workers: 2 });
    expect(file.getArray("/0/x").length).toBe(10);
    file.close();
  });
});
