import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { someOf } from "../support/some-of.js";
import { type CrashReport, crashFor, crashScenario } from "./states.js";
import { BARRIERS } from "./states-barriers.js";
import { manyScenarios, scenarios } from "./states-scenarios.js";

const { seed = 1 } = fc.readConfigureGlobal() ?? {};
/** `CRASH_SECONDS=600` tries ever more states for so long, in place of a few of each. */
const seconds = Number(process.env.CRASH_SECONDS ?? 0);
const all = scenarios();
const many = manyScenarios();

function expectNone({ violations }: CrashReport): void {
  expect(violations.length, violations.slice(0, 3).join("\n\n").slice(0, 4000)).toBe(0);
}

describe.runIf(seconds === 0)("a crash at any moment", () => {
  describe("of the power leaves the old table or the new one", () => {
    // A tenth of them each time.
    const some = someOf(all, 10);
    it.each(some.map((scenario) => [scenario.name, scenario] as const))("%s", (_, scenario) => {
      const report = crashScenario(scenario, { limit: 2, deeper: 2, every: 32, seed });
      expectNone(report);
      expect(report.states).toBeGreaterThan(report.points);
    });
    const fewer = someOf(many, 6);
    it.each(fewer.map((scenario) => [scenario.name, scenario] as const))("%s", (_, scenario) => {
      expectNone(crashScenario(scenario, { limit: 1, deeper: 1, every: 512, seed }));
    });
  });
});

/** Where each barrier is met. */
const MET: Readonly<Record<string, string>> = {
  "grown tails": "npy: grow",
  headers: "npy: grow",
  "parents of new directories": "npy: add in new groups",
  "all that is staged, or behind what was there": "npy: append many",
  "all parents of new directories": "npy: add many",
  "all headers": "npy: shrink many",
  "all touched directories": "npy: delete many",
};

describe.runIf(seconds === 0)("a barrier that is left out", () => {
  // A third of them each time.
  it.each(someOf(Object.keys(BARRIERS), 3))("is noticed: %s", (barrier) => {
    const name = MET[barrier] ?? "npy: add";
    const scenario = [...all, ...many].find((each) => each.name === name);
    if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
    const few = name.endsWith(" many") ? { limit: 4, every: 512 } : { limit: 16, every: 1 };
    const run = { ...few, deeper: 4, seed: 1, stopAtFirst: true };
    expect(crashScenario(scenario, { ...run, barrier }).violations).not.toEqual([]);
  });
});

describe.runIf(seconds > 0)("ever more crashes", () => {
  it(`for ${seconds} s`, { timeout: (seconds + 600) * 1000 }, () => {
    const report = crashFor(seconds, seed);
    const { points, states, deeper } = report;
    console.log(`seed ${seed}: ${points} points, ${states} states, ${deeper} of them after a second crash`);
    expectNone(report);
  });
});
