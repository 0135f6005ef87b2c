import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { filterSpan } from "../../src/array/parallel/rows-task.js";
import { lendForTasks, sharedZeros } from "../../src/array/parallel/share.js";
import { parallelAlways } from "../../src/array/parallel/source.js";
import { parseDType } from "../../src/dtype/index.js";
import { StaleError } from "../../src/errors.js";
import { openNpy, saveNpy } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { built, rejection } from "../workers/support.js";

const fresh = temporaryPaths();
const LENGTH = 20_000;

function saved(): string {
  const path = `${fresh("x")}.npy`;
  saveNpy(
    path,
    Float64Array.from({ length: LENGTH }, (_, i) => i),
  );
  return path;
}

describe("where no workers can be started, as from sources", () => {
  it("this thread does the tasks, with turns of the event loop between them", async () => {
    const array = openNpy(saved());
    let turns = 0;
    let turning = setImmediate(function turn() {
      turns += 1;
      turning = setImmediate(turn);
    });
    const mask = await parallelAlways(() => array.gtAsync(7));
    clearImmediate(turning);
    expect(turns).toBeGreaterThan(0);
    expect(mask.countNonzero()).toBe(LENGTH - 8);
    expect(await parallelAlways(() => array.sumAsync())).toBe(array.sum());
    expect((await parallelAlways(() => array.filterAsync(mask))).length).toBe(LENGTH - 8);
    expect((await parallelAlways(() => array.takeAsync([-1, 3]))).toArray()).toEqual(
      Float64Array.of(LENGTH - 1, 3),
    );
    array.close();
  });

  it("a signal ends it between two of them", async () => {
    const array = openNpy(saved());
    const controller = new AbortController();
    const call = parallelAlways(() => rejection(array.gtAsync(7, { signal: controller.signal })));
    controller.abort("enough");
    expect(await call).toBe("enough");
    array.close();
  });
});

describe("a mask that changes between the count of its rows and their copies", () => {
  it.each([1, 3])("is a StaleError, and no row goes to where it has no place: %i of two", async (count) => {
    const dtype = parseDType("i4");
    const [from, to, mask] = [
      sharedZeros(dtype, [4]),
      sharedZeros(dtype, [4]),
      sharedZeros(parseDType("b1"), [4]),
    ];
    from.bytes.fill(9);
    mask.bytes.set([1, 0, 1, 0]);
    const columns = [{ from: lendForTasks(from), to: lendForTasks(to) }];
    const task = { from: 0, to: 4, before: 0, count, columns, mask: lendForTasks(mask).bytes };
    expect(await rejection(filterSpan(task, { stopped: false }))).toBeInstanceOf(StaleError);
    expect(to.bytes.subarray(8).every((byte) => byte === 0)).toBe(true);
  });
});

/** Runs a program that has an array of some MiB; what it prints, and how it ends. */
function ran(program: string) {
  const array = `const { openNpy, saveNpy } = await import(${JSON.stringify(built("index.js"))});
    const path = ${JSON.stringify(`${fresh("process")}.npy`)};
    saveNpy(path, new Float64Array(2_000_000).fill(1));
    const array = openNpy(path);`;
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", `${array}\n${program}`],
    { encoding: "utf8", timeout: 60_000 },
  );
  return { status, signal, stdout, stderr };
}

describe("a process", () => {
  it("lives until what it has begun is done, and no longer", () => {
    const program = 'array.sumAsync().then((sum) => process.stdout.write("sum " + sum));';
    expect(ran(program)).toEqual({ status: 0, signal: null, stdout: "sum 2000000", stderr: "" });
  });

  it("may end in the middle", () => {
    const program = "void array.sumAsync(); setTimeout(() => process.exit(3), 30);";
    expect(ran(program)).toEqual({ status: 3, signal: null, stdout: "", stderr: "" });
  });
});
