import { describe, expect, it } from "vitest";
import { UnsupportedError } from "../../src/errors.js";
import { RecordArray } from "../../src/index.js";
import { detached } from "../../src/stream/detached.js";
import { thrown } from "../support/snapshot.js";

const whole = new ArrayBuffer(800);
const part = new Float64Array(whole, 80, 3).fill(7);

describe("what a function for workers gives", () => {
  it("is a copy without the memory around it", () => {
    const results: unknown[] = [part, [part], { a: part }, new Map([["a", part]]), new Set([part])];
    for (const result of results) {
      const found = detached(result);
      const [copy] =
        found instanceof Float64Array
          ? [found]
          : found instanceof Map || found instanceof Set
            ? found.values()
            : Object.values(found as object);
      expect(copy).toEqual(part);
      expect((copy as Float64Array).buffer.byteLength).toBe(24);
    }
    const view = detached(new DataView(whole, 80, 8)) as DataView;
    expect([view.buffer.byteLength, view.getFloat64(0, true)]).toEqual([8, 7]);
    const shared = detached(new Int32Array(new SharedArrayBuffer(40), 4, 2)) as Int32Array;
    expect(shared.buffer.byteLength).toBe(8);
    expect(detached(Buffer.from("abc"))).toEqual(Uint8Array.of(97, 98, 99));
  });

  it("keeps its form: circles, prototypes' names, dates and errors, and can be changed", () => {
    const circle: { self?: unknown; list: unknown[] } = { list: [1, "a", null, undefined, 2n] };
    circle.self = circle;
    const copy = detached(circle) as typeof circle;
    expect(copy.self).toBe(copy);
    expect(copy.list).toEqual(circle.list);
    copy.list = [];
    expect(circle.list).toHaveLength(5);
    const named = detached(JSON.parse('{"__proto__": 1}')) as object;
    expect(Object.entries(named)).toEqual([["__proto__", 1]]);
    expect(detached(new Date(5))).toEqual(new Date(5));
    expect(detached([new TypeError("x")])).toEqual([new TypeError("x")]);
  });

  it("is nothing that no message can carry", () => {
    const records = RecordArray.zeros([["a", "f8"]], 2);
    for (const result of [records, [records], { a: records.field("a") }, () => 1, [Symbol("a")]]) {
      expect(thrown(() => detached(result))).toBeInstanceOf(UnsupportedError);
    }
  });
});
