import { renameSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { open, pause, reaches, rejection, sharedInts } from "../workers/support.js";
import {
  DYING,
  errors,
  inParallel,
  MemmapTable,
  openNpy,
  parallelAlways,
  pathsAndWorkers,
  pool,
  saveNpy,
} from "./parallel-support.js";

const fresh = pathsAndWorkers();
const ROWS = 20_000;
const SUM = (ROWS * (ROWS - 1)) / 2;

function numbers() {
  const table = MemmapTable.create(fresh(), { rows: ROWS, durability: "process" });
  const x = table.addColumn("x", "f8", { data: Float64Array.from({ length: ROWS }, (_, i) => i) });
  return { table, x };
}

/** Tasks of a function of the module of tasks that end badly. */
const dying = <I>(
  name: string,
  inputs: readonly I[],
  options: { workers?: number; signal?: AbortSignal } = {},
) =>
  inParallel<I, unknown>({
    module: DYING,
    act: { [name]: () => undefined }[name],
    inputs,
    workers: 1,
    ...options,
  });

describe("a worker that dies in the middle of a task", () => {
  it("is a WorkerError, and the next call has another", async () => {
    const { table, x } = numbers();
    const calls = [
      () => x.sumAsync({ workers: 1 }),
      () => x.gtAsync(5, { workers: 1 }),
      () => x.filterAsync(new Uint8Array(ROWS).fill(1), { workers: 1 }),
      () => table.takeAsync([1, 2, 3], { workers: 1 }),
    ];
    for (const call of calls) {
      await pool().close();
      await dying("doom", [7]);
      const error = await parallelAlways(() => rejection(call()));
      expect(error).toBeInstanceOf(errors.WorkerError);
      expect(String(error)).toContain("exit code 7");
      expect(await parallelAlways(() => x.sumAsync())).toBe(SUM);
    }
    table.close();
  });

  it("is nothing to a call that it does not work for", async () => {
    const { table, x } = numbers();
    await pool().close();
    const gate = sharedInts(2);
    const waiting = dying("waitFor", [gate]);
    await reaches(gate, 1, 1);
    const sums = parallelAlways(() => Promise.all([x.sumAsync({ workers: 2 }), x.sumAsync({ workers: 2 })]));
    expect(await sums).toEqual([SUM, SUM]);
    open(gate);
    expect(await waiting).toEqual(["passed"]);
    table.close();
  });
});

describe("a signal", () => {
  it("that was given before ends a call before it begins", async () => {
    const { table, x } = numbers();
    const reason = new Error("not now");
    const signal = AbortSignal.abort(reason);
    const calls = [x.sumAsync({ signal }), x.gtAsync(1, { signal }), x.takeAsync([1], { signal })];
    for (const call of calls) expect(await rejection(call)).toBe(reason);
    expect(await rejection(table.filterAsync(new Uint8Array(ROWS), { signal }))).toBe(reason);
    table.close();
  });

  it("rejects when no task runs any more, and leaves the workers", async () => {
    const steps = sharedInts(2);
    const controller = new AbortController();
    const call = dying("obedient", [steps, steps, steps], { signal: controller.signal, workers: 2 });
    await reaches(steps, 0, 1);
    const before = pool().size;
    controller.abort("enough");
    expect(await rejection(call)).toBe("enough");
    const [counted, ended] = steps;
    // Those that were begun have ended; the third was told before it began.
    expect(ended).toBeGreaterThan(0);
    await pause(5);
    expect(steps[0]).toBe(counted);
    expect(pool().size).toBe(before);
  });
});

describe("a number of workers", () => {
  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("is not %s", async (workers) => {
    const { table, x } = numbers();
    expect(await rejection(x.sumAsync({ workers }))).toBeInstanceOf(errors.LimitError);
    expect(await rejection(x.eqAsync(1, { workers }))).toBeInstanceOf(errors.LimitError);
    expect(await rejection(table.takeAsync([1], { workers }))).toBeInstanceOf(errors.LimitError);
    table.close();
  });
});

describe("a file that changes", () => {
  it("is read as it was, or not at all, where its table is closed or the column is deleted meanwhile", async () => {
    const { table, x } = numbers();
    const sum = parallelAlways(() => x.sumAsync());
    table.deleteColumn("x");
    const outcome = await sum.catch((error) => error.code);
    expect([SUM, "STALE", "NOT_FOUND"]).toContain(outcome);
    expect(await rejection(x.sumAsync())).toBeInstanceOf(errors.NotFoundError);
    const other = numbers();
    const before = parallelAlways(() => other.x.sumAsync());
    other.table.close();
    expect(await before).toBe(SUM);
    expect(await rejection(other.x.sumAsync())).toBeInstanceOf(errors.ClosedError);
    expect(await rejection(other.table.takeAsync([0]))).toBeInstanceOf(errors.ClosedError);
  });

  it("is found by its new name where the column was renamed before", async () => {
    const { table, x } = numbers();
    expect(x.values[1]).toBe(1);
    table.renameColumn("x", "y");
    expect(await parallelAlways(() => x.sumAsync())).toBe(SUM);
    table.close();
  });

  it("has the rows of now where it has grown", async () => {
    const { table, x } = numbers();
    expect(await parallelAlways(() => x.sumAsync())).toBe(SUM);
    table.append({ x: Float64Array.of(1, 2) });
    expect(await parallelAlways(() => x.sumAsync())).toBe(SUM + 3);
    table.close();
  });

  it("is a CorruptError where it was cut short", async () => {
    const path = `${fresh("cut")}.npy`;
    saveNpy(path, new Float64Array(ROWS));
    const array = openNpy(path);
    expect(array.values[ROWS - 1]).toBe(0);
    truncateSync(path, 4096);
    expect(await parallelAlways(() => rejection(array.sumAsync()))).toBeInstanceOf(errors.CorruptError);
    array.close();
  });

  it("is read by this thread, which has its bytes, where another file has its name", async () => {
    const path = `${fresh("replaced")}.npy`;
    saveNpy(path, new Float64Array(ROWS).fill(1));
    const array = openNpy(path);
    expect(array.values[0]).toBe(1);
    writeFileSync(`${path}.new`, "another");
    renameSync(`${path}.new`, path);
    expect(await parallelAlways(() => array.sumAsync())).toBe(ROWS);
    array.close();
  });
});

describe("bad operands", () => {
  it("reject as the other form throws, and nothing is thrown at once", async () => {
    const { table, x } = numbers();
    const calls: readonly (readonly [() => Promise<unknown>, () => unknown])[] = [
      [() => x.eqAsync("text" as never), () => x.eq("text" as never)],
      [() => x.gtAsync([1, 2, 3]), () => x.gt([1, 2, 3])],
      [() => x.sumAsync({ axis: 3 }), () => x.sum({ axis: 3 })],
      [() => x.andAsync(true), () => x.and(true)],
      [() => x.notAsync(), () => x.not()],
      [() => x.isinAsync(["a"] as never), () => x.isin(["a"] as never)],
      [() => x.takeAsync([ROWS]), () => x.take([ROWS])],
      [() => x.filterAsync([true]), () => x.filter([true])],
      [() => table.takeAsync([ROWS]), () => table.take([ROWS])],
      [() => table.filterAsync(new Uint8Array(3)), () => table.filter(new Uint8Array(3))],
    ];
    for (const [call, other] of calls) {
      let expected: unknown;
      try {
        other();
      } catch (error) {
        expected = error;
      }
      expect(expected).toBeInstanceOf(Error);
      expect(await rejection(call())).toEqual(expected);
    }
    table.close();
  });

  it("that change while they are used are found out", async () => {
    const { table, x } = numbers();
    const mask = new Uint8Array(new SharedArrayBuffer(ROWS));
    const call = parallelAlways(() => rejection(x.filterAsync(mask, { workers: 1 })).catch(() => undefined));
    // Between the count and the copy; or before the count, or after the copy.
    for (let i = 0; i < 50; i++) {
      mask.fill(i % 2);
      await pause(0);
    }
    const error = await call;
    if (error !== undefined) expect(error).toBeInstanceOf(errors.StaleError);
    table.close();
  });
});
