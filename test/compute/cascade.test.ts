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

  it("takes what was merged before, where it would have merged it so", () => {
    const merge = (a: string, b: string) => `(${a}${b})`;
    for (const counts of [[4], [2, 1, 1, 4], [4, 2, 2, 8], [1, 1, 2, 4, 8, 16]]) {
      const [one, other] = [new Cascade(merge), new Cascade(merge)];
      let at = 0;
      for (const count of counts) {
        expect(one.fits(count)).toBe(true);
        const parts = Array.from({ length: count }, () => String.fromCharCode(97 + (at++ % 26)));
        for (const part of parts) other.push(part);
        const whole = new Cascade(merge);
        for (const part of parts) whole.push(part);
        one.pushMerged(whole.total() ?? "", count);
        expect(one.total()).toBe(other.total());
      }
      one.push("!");
      other.push("!");
      expect(one.total()).toBe(other.total());
    }
    const cascade = new Cascade(merge);
    expect([0, 1, 2, 3, 4, 6].map((count) => cascade.fits(count))).toEqual([
      false,
      true,
      true,
      false,
      true,
      false,
    ]);
    cascade.push("a");
    expect([1, 2, 4].map((count) => cascade.fits(count))).toEqual([true, false, false]);
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
