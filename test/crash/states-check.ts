import { isMemmapError } from "../../src/errors.js";
import type { Durability } from "../../src/store/stage.js";
import { Store, type StoreOptions } from "../../src/store/store.js";
import {
  type FileCall,
  type Files,
  interceptFiles,
  isChanging,
  type MemoryFiles,
} from "../../src/testing/files/index.js";
import { without } from "./states-barriers.js";
import { fingerprint, logicalState, strays, withZeroRows } from "./states-logical.js";
import type { Change } from "./states-scenarios.js";

/** Where the store is. */
export const ROOT = "/data/table";
/** What there is before a store is made. */
export const NOTHING = "no store";

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
  /** Whether only processes end, and no power is lost. */
  readonly killsOnly?: boolean | undefined;
  /** A barrier that does nothing, by its name; see `BARRIERS`. */
  readonly barrier?: string | undefined;
  /** What the root is opened as; a table when left out. */
  readonly kind?: StoreOptions["kind"];
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

/** A moment: what was on the file system, and how many changes had been acknowledged. */
export interface Point {
  readonly after: string;
  readonly files: MemoryFiles;
  readonly acknowledged: number;
}

/** Makes one change. */
export function commit(store: Store, change: Change): void {
  const draft = store.begin();
  change(draft, store);
  store.commit(draft);
}

/** Tells of every call that changes something, once it is carried out. */
export function observe(files: Files, tell: (call: FileCall) => void): Files {
  return interceptFiles(files, (call, proceed) => {
    const result = proceed();
    if (isChanging(call.name)) tell(call);
    return result;
  });
}

/** Opens a store on what a crash left, and says what is wrong with it. */
export class Check {
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

  /** Changes that do not wait for the disk do not survive a loss of power. */
  get #killsOnly(): boolean {
    return this.#run.killsOnly === true || this.#run.durability === "process";
  }

  get isDone(): boolean {
    const { stopAtFirst = false, deadline = Number.POSITIVE_INFINITY } = this.#run;
    return (stopAtFirst && this.#report.violations.length > 0) || performance.now() > deadline;
  }

  /** The end of the process at a point, and the loss of power. */
  crash({ after, files, acknowledged }: Point, right: readonly string[]): void {
    const where = `${this.#name}: after ${after} (${acknowledged} acknowledged)`;
    this.#first(`${where}, killed`, files.killState(), right);
    if (this.#killsOnly) return;
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
    // Arrays of a tree do not grow together.
    if (recovered !== NOTHING && this.#run.kind !== "tree")
      this.#attempt(`${where}, then grown`, () => this.#grow(where, files, recovered));
  }

  /** A second crash. */
  #again(where: string, files: MemoryFiles, right: readonly string[]): void {
    const { deeper } = this.#run;
    const look = (at: string, state: MemoryFiles) => {
      this.#report.deeper += 1;
      this.#open(at, state, state, right);
    };
    if (this.#killsOnly) look(`${where}, killed`, files.killState());
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
    const { kind } = this.#run;
    const store = orNothing(() => Store.open(ROOT, { writable: false, files, kind }));
    if (store === undefined) return NOTHING;
    const state = logicalState(store);
    store.close();
    return state;
  }

  #recover(where: string, files: Files, right: readonly string[]): string {
    const { durability, kind } = this.#run;
    const store = orNothing(() => Store.open(ROOT, { writable: true, files, durability, kind }));
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
    const observed = deeper > 4 ? observe(files, () => points.push(files.killState())) : files;
    const own = without(barrier, observed, "change");
    const store = Store.open(ROOT, { writable: true, files: own, durability });
    commit(store, (draft) => draft.resize((draft.rows ?? 0) + 3));
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
      (isMemmapError(error, "FORMAT") && /this is no (table|hierarchy)/.test(error.message));
    if (isNothing) return undefined;
    throw error;
  }
}

function refuseChange({ name, path }: FileCall): never {
  throw new Error(`a reader changed something: ${name} ${path}`);
}
