import { describe, expect, it } from "vitest";

interface Run {
  readonly rows: number;
  readonly versions: Record<string, string>;
  readonly machine: { readonly node: string; readonly cores: number };
  readonly works: readonly { readonly name: string; readonly seconds: Record<string, number> }[];
}

const script = new URL("../../bench/figures-svg.mjs", import.meta.url).href;
const { figuresSvg }: { figuresSvg(run: Run): string } = await import(script);

const run: Run = {
  rows: 10_000_000,
  versions: { NumPy: "2.4.6", polars: "1.44.2" },
  machine: { node: "20.20.2", cores: 2 },
  works: [
    { name: "sum of f8", seconds: { NumPy: 2, "one thread": 1, "all cores": 0.5, polars: 4 } },
    { name: "count of x > c & more", seconds: { NumPy: 1, "one thread": 4, danfo: 1e6 } },
    { name: "nobody's", seconds: { "one thread": 1 } },
  ],
};

/** What each element of a kind has in an attribute. */
const all = (svg: string, kind: string, attribute: string) =>
  Array.from(svg.matchAll(new RegExp(`<${kind} [^>]*\\b${attribute}="([^"]*)"`, "g")), ([, value]) => value);

describe("the picture of the figures", () => {
  const svg = figuresSvg(run);

  it("has a row for each work that NumPy does, and its text as it is", () => {
    expect(svg).toContain(">sum of f8<");
    expect(svg).toContain(">count of x &gt; c &amp; more<");
    expect(svg).not.toContain("nobody");
    expect(svg).toContain("10,000,000 rows");
    expect(svg).toContain("Node 20.20.2 · NumPy 2.4.6 · polars 1.44.2 · 2 cores");
  });

  it("draws what is faster to the right of NumPy, and what is slower to its left", () => {
    // Of each legend the first.
    const [, , one, all_, slower] = all(svg, "rect", "x").map(Number);
    const [, , oneWidth, allWidth, slowerWidth] = all(svg, "rect", "width").map(Number);
    expect(all_).toBe(one);
    expect(allWidth).toBeCloseTo(2 * (oneWidth ?? 0), 0);
    expect(slower).toBeLessThan(one ?? 0);
    expect(slowerWidth).toBeCloseTo(2 * (oneWidth ?? 0), 0);
    for (const ratio of [">2.0<", ">4.0<", ">0.25<"]) expect(svg).toContain(ratio);
  });

  it("marks peers, and at the edge who is beyond it", () => {
    const marks = all(svg, "circle", "class");
    expect(marks).toEqual(["peer polars", "peer danfo", "peer polars", "peer danfo"]);
    const places = all(svg, "circle", "cx").map(Number);
    expect(places[3]).toBe(Math.min(...all(svg, "line", "x1").map(Number)));
  });

  it("has no number that is none, and is for light and dark pages", () => {
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(figuresSvg({ ...run, works: [] })).not.toMatch(/NaN|Infinity|undefined/);
  });
});
