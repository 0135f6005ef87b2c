import { describe, expect, it } from "vitest";
import { collectGarbage } from "../../src/platform/collect.js";
import { MapCount } from "../../src/platform/map-count.js";

describe("collectGarbage", () => {
  it("lets go of what nothing refers to", async () => {
    let finalized = 0;
    const registry = new FinalizationRegistry<undefined>(() => {
      finalized += 1;
    });
    (() => registry.register({}, undefined))();
    for (let turn = 0; turn < 20 && finalized === 0; turn++) {
      collectGarbage();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(finalized).toBe(1);
  });
});

describe("a count of maps", () => {
  it("looks for dropped ones each time that another quarter of the limit is taken", async () => {
    const count = new MapCount(100, new Int32Array(new SharedArrayBuffer(4)));
    const collected: number[] = [];
    const registry = new FinalizationRegistry<number>((at) => collected.push(at));
    for (let i = 1; i <= 60; i++) {
      ((at) => registry.register({}, at))(i);
      count.add(1);
    }
    // Objects this young are promoted only by a full collection, and those after 25 and 50 maps were full.
    for (let turn = 0; turn < 20 && collected.length < 25; turn++)
      await new Promise((resolve) => setImmediate(resolve));
    expect(collected).toContain(1);
    expect(collected).toContain(24);
    expect(count.full).toBe(false);
  });
});
