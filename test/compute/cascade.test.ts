import { describe, expect, it } from "vitest";
import { Cascade } from "../../src/compute/cascade.js";

describe("Cascade", () => {
  it("merges neighbours in order, in a balanced tree", () => {
    const cascade = new Cascade<string>((a, b) => `(${a}${b})`);
    for (const part of "abcdefg") cascade.push(part);
    expect(cascade.total()).toBe("(((ab)(cd))((ef)g))");
    cascade.push("h");
    expect(cascade.total()).toBe("(((ab)(cd))((ef)(gh)))");
  });

  it("keeps no more parts than levels, so that each takes part in few merges", () => {
    const depths = new Cascade<number>((a, b) => Math.max(a, b) + 1);
    for (let i = 0; i < 5000; i++) depths.push(0);
    expect(depths.total()).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(5000)));
  });

  it("has no total without parts, and none after clear", () => {
    const cascade = new Cascade<number>((a, b) => a + b);
    expect(cascade.total()).toBeUndefined();
    cascade.push(0);
    expect(cascade.total()).toBe(0);
    cascade.clear();
    expect(cascade.total()).toBeUndefined();
  });
});
