import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { borrow, giveBack, lend } from "../../src/platform/loan.js";
import { built } from "../workers/support.js";

describe("memory that is lent", () => {
  it("is the lender's own, whatever it is a part of, until it is given back", () => {
    // The first is so short that the engine may move it.
    for (const bytes of [
      new Uint8Array(3),
      new Uint8Array(100),
      new Uint8Array(1 << 22).subarray(5, 70_000),
    ]) {
      bytes.fill(1);
      const borrowed = borrow(lend(bytes));
      expect(borrowed.length).toBe(bytes.length);
      borrowed[2] = 7;
      expect([bytes[1], bytes[2], bytes.at(-1)]).toEqual([1, 7, bytes.length === 3 ? 7 : 1]);
      const { length } = bytes;
      giveBack(borrowed);
      expect(borrowed.length).toBe(0);
      expect([bytes.length, bytes[2]]).toEqual([length, 7]);
    }
  });

  it("is written by other threads, and stays when these end", async () => {
    const bytes = new Uint8Array(1 << 20);
    const code = `
      import { workerData } from "node:worker_threads";
      const { borrow, giveBack } = await import(${JSON.stringify(built("platform/loan.js"))});
      const bytes = borrow(workerData);
      bytes.fill(5);
      if (workerData.returns) giveBack(bytes);`;
    for (const returns of [true, false]) {
      bytes.fill(0);
      const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
      const worker = new Worker(url, { workerData: { ...lend(bytes), returns } });
      expect(await once(worker, "exit")).toEqual([0]);
      expect(bytes.every((byte) => byte === 5)).toBe(true);
    }
  });
});
