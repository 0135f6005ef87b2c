import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CrashReport, type CrashRun, crashScenario } from "./states.js";
import { frameScenarios } from "./states-frames.js";

const { seed = 1 } = fc.readConfigureGlobal() ?? {};
/** `CRASH_SECONDS=600` tries more states, for so long in all. */
const seconds = Number(process.env.CRASH_SECONDS ?? 0);
const names = frameScenarios().map(({ name }) => name);

function crash(name: string, run: Omit<CrashRun, "seed" | "kind">): CrashReport {
  const scenario = frameScenarios().find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  const report = crashScenario(scenario, { ...run, ...more(run), seed, kind: "tree" });
  const { violations, points } = report;
  expect(violations.length, violations.slice(0, 3).join("\n\n").slice(0, 4000)).toBe(0);
  expect(points).toBeGreaterThan(seconds > 0 ? 0 : 20);
  return report;
}

/** What a longer run has more of than a short one: a third of a scenario's time for each of its tests. */
function more({ limit, deeper }: Pick<CrashRun, "limit" | "deeper">): Partial<CrashRun> {
  if (seconds === 0) return {};
  const deadline = performance.now() + (seconds * 1000) / names.length / 3;
  return { limit: 16 * limit, deeper: 4 * deeper, every: 8, deadline };
}

// Half of them each time, in short runs.
const some = names.filter((_, i) => seconds > 0 || (i + seed) % 2 === 0);
describe.each(some)("a crash in a commit of frames, %s", (name) => {
  const isMany = name.includes("many");

  it("of the power, at any moment, leaves all of it or nothing", () => {
    const report = crash(name, { limit: 1, deeper: 1, every: isMany ? 512 : 128 });
    expect(report.states).toBeGreaterThan(report.points);
  });

  it("of the process, after any call, leaves all of it or nothing", () => {
    const report = crash(name, { limit: 0, deeper: 0, every: isMany ? 128 : 16, killsOnly: true });
    expect(report.states).toBeGreaterThanOrEqual(report.points);
  });

  it("of the process, where nothing waits for the disk, leaves all of it or nothing", () => {
    crash(name, { limit: 0, deeper: 0, every: isMany ? 128 : 32, durability: "process" });
  });
});
