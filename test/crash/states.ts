import { Store } from "../../src/store/store.js";
import { MemoryFiles } from "../../src/testing/files/index.js";
import { without } from "./states-barriers.js";
import {
  Check,
  type CrashReport,
  type CrashRun,
  commit,
  emptyReport,
  NOTHING,
  observe,
  type Point,
  ROOT,
} from "./states-check.js";
import { logicalState } from "./states-logical.js";
import { manyScenarios, type Scenario, scenarios } from "./states-scenarios.js";

export { type CrashReport, type CrashRun, emptyReport } from "./states-check.js";

/**
 * Every scenario again and again, with ever more states, until the time is over or something is found.
 *
 * @param tell is told after each scenario
 */
export function crashFor(
  seconds: number,
  seed: number,
  tell: (scenario: string, report: CrashReport) => void = () => undefined,
): CrashReport {
  const report = emptyReport();
  const deadline = performance.now() + seconds * 1000;
  for (let round = 0; performance.now() < deadline; round++) {
    const many = new Set(manyScenarios());
    for (const scenario of [...scenarios(), ...many]) {
      const run = {
        limit: 16 << Math.min(round, 8),
        deeper: 4 << Math.min(round, 4),
        every: many.has(scenario) ? 64 : round === 0 ? 4 : 1,
      };
      const common = { seed: seed + round, stopAtFirst: true, deadline };
      crashScenario(scenario, { ...run, ...common }, report);
      crashScenario(scenario, { ...run, ...common, durability: "process" }, report);
      tell(scenario.name, report);
      if (report.violations.length > 0 || performance.now() > deadline) return report;
    }
  }
  return report;
}

/** Commits changes, and ends the process or the power after every single call: the store must be as before or after. */
export function crashScenario(scenario: Scenario, run: CrashRun, report = emptyReport()): CrashReport {
  // Most of the errors here are expected, and of those that are not the message says enough: stacks take the longest.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const { states, points } = carriedOut(scenario, run);
    const check = new Check(scenario.name, run, report);
    for (const point of points) {
      report.points += 1;
      check.crash(point, states.slice(point.acknowledged, point.acknowledged + 2));
      if (check.isDone) break;
    }
    return report;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Does the changes, and keeps the file system as it was after each call. */
function carriedOut({ base, changes }: Scenario, run: CrashRun): { states: string[]; points: Point[] } {
  const { durability, kind } = run;
  const memory = new MemoryFiles();
  memory.mkdir("/data");
  if (base !== undefined) {
    const store = Store.create(ROOT, { files: memory, kind });
    commit(store, base);
    store.close();
  }
  memory.syncAll("/");

  const points: Point[] = [];
  let acknowledged = 0;
  const note = (after: string) => points.push({ after, files: memory.killState(), acknowledged });
  const observed = observe(memory, ({ name, path }) => note(`${name} ${path}`));
  const files = without(run.barrier, observed, "change");
  const store =
    base === undefined
      ? Store.create(ROOT, { files, durability, kind })
      : Store.open(ROOT, { writable: true, files, durability, kind });
  const states = [base === undefined ? NOTHING : logicalState(store)];
  for (const change of changes) {
    commit(store, change);
    acknowledged += 1;
    states.push(logicalState(store));
    note("the acknowledgement");
  }
  store.close();
  return { states, points };
}
