import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { someOf } from "../support/some-of.js";
import { type CrashReport, crashScenario } from "./states.js";
import { manyScenarios, scenarios } from "./states-scenarios.js";

const { seed = 1 } = fc.readConfigureGlobal() ?? {};

function expectNone({ violations, points }: CrashReport): void {
  expect(violations.length, violations.slice(0, 3).join("\n\n").slice(0, 4000)).toBe(0);
  expect(points).toBeGreaterThan(3);
}

/**
 * The process stops dead after every single call that changes something, and whoever opens the table next stops dead after
 * every such call of the recovery: in memory, where it takes milliseconds.
 */
describe("a writer that stops after any call", () => {
  // A twentieth of them each time.
  it.each(someOf(scenarios(), 20).map((scenario) => [scenario.name, scenario] as const))(
    "leaves the old table or the new one, and so does who stops while recovering: %s",
    (_, scenario) => {
      const none = { limit: 0, deeper: 0, seed, killsOnly: true };
      const full = crashScenario(scenario, { ...none, every: 1 });
      expectNone(full);
      expect(full.deeper).toBeGreaterThan(full.points);
    },
  );

  it.each(someOf(manyScenarios(), 6).map((scenario) => [scenario.name, scenario] as const))(
    "leaves the old table or the new one: %s",
    (_, scenario) => {
      expectNone(crashScenario(scenario, { limit: 0, deeper: 0, seed, killsOnly: true, every: 128 }));
    },
  );

  it("does so as well where changes do not wait for the disk, and fewer calls are made", () => {
    const run = { limit: 0, deeper: 0, seed, every: 16, durability: "process" } as const;
    // A tenth of them each time.
    for (const scenario of someOf(scenarios(), 10)) {
      expectNone(crashScenario(scenario, run));
    }
  });
});
