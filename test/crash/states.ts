import { isMemmapError } from "../../src/errors.js";
import type { Durability } from "../../src/store/stage.js";
import { Store } from "../../src/store/store.js";
import {
  type FileCall,
  type Files,
  interceptFiles,
  isChanging,
  MemoryFiles,
} from "../../src/testing/files/index.js";
import { without } from "./states-barriers.js";
import { fingerprint, logicalState, strays, withZeroRows } from "./states-logical.js";
import { type Change, type Scenario, scenarios } from "./states-scenarios.js";

const ROOT = "/data/table";
/** What there is before a store is made. */
const NOTHING = "no store";

/** How much is tried. */
export interface CrashRun {
  /** States after a loss of power at each call. */
  readonly limit: number;
  /** States after a second one at each call of a recovery. */
  readonly deeper: number;
  /** Of so many states, one has its recovery crash; the others are recovered undisturbed. */
  readonly every: number;
  /** Of the samples, where there are more states. */
  readonly seed: number;
  /** `"process"` changes do not wait for the disk, and only the process ends. */
  readonly durability?: Durability | undefined;
  /** A barrier that does nothing, by its name; see `BARRIERS`. */
  readonly barrier?: string | undefined;
  /** Whether one violation is enough. */
  readonly stopAtFirst?: boolean | undefined;
  /** When to stop, by `performance.now()`. */
  readonly deadline?: number | undefined;
}

/** What was tried and found. */
export interface CrashReport {
  /** Calls after which the process ended, or the power failed. */
  points: number;
  /** States on which the store was opened, for reading and for writing. */
  states: number;
  /** Those of them after a second crash, in recovery. */
  deeper: number;
  readonly violations: string[];
}

export function emptyReport(): CrashReport {
  return { points: 0, states: 0, deeper: 0, violations: [] };
}

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
    for (const scenario of scenarios()) {
      const run = {
        limit: 16 << Math.min(round, 8),
        deeper: 4 << Math.min(round, 4),
        every: round === 0 ? 4 : 1,
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

/** A moment: what was on the file system, and how many changes had been acknowledged. */
interface Point {
  readonly after: string;
  readonly files: MemoryFiles;
  readonly acknowledged: number;
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
  const memory = new MemoryFiles();
  memory.mkdir("/data");
  if (base !== undefined) {
    const store = Store.create(ROOT, { files: memory });
    commit(store, base);
    store.close();
  }
  memory.syncAll("/");

  const points: Point[] = [];
  let acknowledged = 0;
  const note = (after: string) => points.push({ after, files: memory.killState(), acknowledged });
  const observed = observe(memory, ({ name, path }) => note(`${name} ${path}`));
  const files = without(run.barrier, observed, "change");
  const { durability } = run;
  const store =
    base === undefined
      ? Store.create(ROOT, { files, durability })
      : Store.open(ROOT, { writable: true, files, durability });
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

function commit(store: Store, change: Change): void {
  const draft = store.begin();
  change(draft, store);
  store.commit(draft);
}

/** Tells of every call that changes something, once it is carried out. */
function observe(files: Files, tell: (call: FileCall) => void): Files {
  return interceptFiles(files, (call, proceed) => {
    const result = proceed();
    if (isChanging(call.name)) tell(call);
    return result;
  });
}

class Check {
  readonly #name: string;
  readonly #run: CrashRun;
  readonly #report: CrashReport;
  /** States that were looked at, with what they had to be. */
  readonly #known = new Set<string>();

  constructor(name: string, run: CrashRun, report: CrashReport) {
    this.#name = `${name} (seed ${run.seed})`;
    this.#run = run;
    this.#report = report;
  }

  get isDone(): boolean {
    const { stopAtFirst = false, deadline = Number.POSITIVE_INFINITY } = this.#run;
    return (stopAtFirst && this.#report.violations.length > 0) || performance.now() > deadline;
  }

  /** The end of the process at a point, and the loss of power. */
  crash({ after, files, acknowledged }: Point, right: readonly string[]): void {
    const where = `${this.#name}: after ${after} (${acknowledged} acknowledged)`;
    this.#first(`${where}, killed`, files.killState(), right);
    if (this.#run.durability === "process") return;
    this.#each(where, files, this.#run.limit, right, (at, state) => this.#first(at, state, right));
  }

  /** What a loss of power may leave, but for what was looked at before. */
  #each(
    where: string,
    files: MemoryFiles,
    limit: number,
    right: readonly string[],
    look: (where: string, state: MemoryFiles) => void,
  ): void {
    let number = 0;
    for (const state of files.crashStates({ limit, seed: this.#run.seed + this.#report.states })) {
      if (this.isDone) return;
      number += 1;
      const key = `${fingerprint("/data", state)} ${right.join()}`;
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      look(`${where}, power lost, state ${number}`, state);
    }
  }

  /** Opens the store after a crash; now and then this crashes as well. */
  #first(where: string, files: MemoryFiles, right: readonly string[]): void {
    const { every, seed } = this.#run;
    if ((this.#report.states + seed) % every !== 0) {
      this.#open(where, files, files, right);
      return;
    }
    const points: MemoryFiles[] = [];
    const observed = observe(files, () => points.push(files.killState()));
    const recovered = this.#open(where, files, observed, right);
    if (recovered === undefined) return;
    for (const [i, point] of points.entries())
      this.#again(`${where}, in recovery after ${i + 1}`, point, right);
    // What a recovery has shown is there to stay.
    this.#again(`${where}, after recovery`, files, [recovered]);
    if (recovered !== NOTHING)
      this.#attempt(`${where}, then grown`, () => this.#grow(where, files, recovered));
  }

  /** A second crash. */
  #again(where: string, files: MemoryFiles, right: readonly string[]): void {
    const { deeper, durability } = this.#run;
    const look = (at: string, state: MemoryFiles) => {
      this.#report.deeper += 1;
      this.#open(at, state, state, right);
    };
    if (durability === "process") look(`${where}, killed`, files.killState());
    else this.#each(where, files, deeper, right, look);
  }

  /** Opens the store on a state, for reading and then for writing. @returns what a writer sees */
  #open(where: string, files: MemoryFiles, observed: Files, right: readonly string[]): string | undefined {
    this.#report.states += 1;
    this.#attempt(`${where}, read`, () => {
      this.#judge(`${where}, read`, this.#read(observe(files, refuseChange)), right);
    });
    return this.#attempt(`${where}, recovered`, () => {
      const state = this.#recover(where, without(this.#run.barrier, observed, "recovery"), right);
      if (files.openCount > 0) this.#violate(`${where}: ${files.openCount} descriptors are open`);
      return state;
    });
  }

  #read(files: Files): string {
    const store = orNothing(() => Store.open(ROOT, { writable: false, files }));
    if (store === undefined) return NOTHING;
    const state = logicalState(store);
    store.close();
    return state;
  }

  #recover(where: string, files: Files, right: readonly string[]): string {
    const { durability } = this.#run;
    const store = orNothing(() => Store.open(ROOT, { writable: true, files, durability }));
    const state = store === undefined ? NOTHING : logicalState(store);
    this.#judge(`${where}, recovered`, state, right);
    for (const stray of store === undefined ? [] : strays(store))
      this.#violate(`${where}, recovered: ${stray}`);
    store?.close();
    return state;
  }

  /**
   * The next change after a recovery is as safe as any. New rows are zeros, whatever the crash has left behind the data.
   */
  #grow(where: string, files: MemoryFiles, before: string): void {
    const grown = withZeroRows(before, 3);
    const points: MemoryFiles[] = [];
    const { barrier, durability, deeper } = this.#run;
    const observed = deeper > 2 ? observe(files, () => points.push(files.killState())) : files;
    const own = without(barrier, observed, "change");
    const store = Store.open(ROOT, { writable: true, files: own, durability });
    commit(store, (draft) => draft.resize(draft.rows + 3));
    this.#judge(`${where}, then grown`, logicalState(store), [grown]);
    this.#again(`${where}, then grown`, files.killState(), [grown]);
    store.close();
    for (const [i, point] of points.entries()) {
      this.#again(`${where}, then grown, after call ${i + 1}`, point, [before, grown]);
    }
  }

  #attempt<T>(where: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#violate(`${where}: ${String(error)}`);
      return undefined;
    }
  }

  #judge(where: string, state: string, right: readonly string[]): void {
    if (!right.includes(state)) this.#violate(`${where}: ${state}\n  is none of\n  ${right.join("\n  ")}`);
  }

  #violate(violation: string): void {
    this.#report.violations.push(violation);
  }
}

/** What opening gives; undefined where there is no store, or none yet. */
function orNothing(open: () => Store): Store | undefined {
  try {
    return open();
  } catch (error) {
    const isNothing =
      isMemmapError(error, "NOT_FOUND") ||
      (isMemmapError(error, "FORMAT") && /this is no table/.test(error.message));
    if (isNothing) return undefined;
    throw error;
  }
}

function refuseChange({ name, path }: FileCall): never {
  throw new Error(`a reader changed something: ${name} ${path}`);
}
