import { describe, expect, it } from "vitest";
import { didYouMean } from "../../src/store/suggest.js";

describe("didYouMean", () => {
  const known = ["delay", "Distance", "coordinates/x", "coordinates/y", "id", "__proto__"];

  it.each([
    ["dellay", "delay"],
    ["dely", "delay"],
    ["dealy", "delay"],
    ["delai", "delay"],
    ["DELAY", "delay"],
    ["distance", "Distance"],
    ["ID", "id"],
    ["coordinate/x", "coordinates/x"],
    ["coordinates/z", "coordinates/x"],
    ["cordinatesy", "coordinates/y"],
    ["__prot__", "__proto__"],
  ])("takes %s for %s", (name, meant) => {
    expect(didYouMean(name, known)).toBe(`; did you mean "${meant}"?`);
  });

  it.each(["", "x", "is", "entirely different", "delay of all flights"])("says nothing of %j", (name) => {
    expect(didYouMean(name, known)).toBe("");
  });

  it("says nothing where nothing is known", () => {
    expect(didYouMean("delay", [])).toBe("");
  });

  it("prefers equal but for case, then the nearest, then the first", () => {
    expect(didYouMean("delay", ["dela", "Delay"])).toBe('; did you mean "Delay"?');
    expect(didYouMean("distances", ["dixtancez", "distance", "distancex"])).toBe(
      '; did you mean "distance"?',
    );
    expect(didYouMean("abcdef", ["abcdex", "abcdey"])).toBe('; did you mean "abcdex"?');
  });

  it("counts a swap of neighbours as one change, and other moves as two", () => {
    expect(didYouMean("acb", ["abc"])).toBe('; did you mean "abc"?');
    expect(didYouMean("bca", ["abc"])).toBe("");
  });

  it("suggests a long name only if it is equal but for case", () => {
    const long = "column".repeat(20);
    expect(didYouMean(long.toUpperCase(), [long])).toContain("; did you mean ");
    expect(didYouMean(`${long.slice(1)}x`, [long])).toBe("");
  });

  it("finds one name among ten thousand", () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `group/column${index}`);
    expect(didYouMean("group/colum9999", names)).toBe('; did you mean "group/column999"?');
  });

  it("ends, however many names there are", () => {
    function* endless(): Generator<string> {
      for (let index = 0; ; index++) yield `a${index}`.padEnd(80, "x");
    }
    expect(didYouMean("y".repeat(80), endless())).toBe("");
  });

  it("shows a name of control characters on one line", () => {
    expect(didYouMean("A\nB", ["a\nb"])).toBe('; did you mean "a\\nb"?');
  });
});
