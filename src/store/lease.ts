import { createRequire } from "node:module";
import { FormatError, isMemmapError, LockedError, systemCode, UnsupportedError } from "../errors.js";
import {
  heldError,
  type LockFiles,
  openLockFile,
  readHolder,
  refusedWriting,
  sign,
  tryUntil,
  type WriterLock,
} from "./writer-lock.js";

/** How long a lease lasts, in milliseconds. */
export interface LeaseTerms {
  /** Its holder has lost it when it was not renewed for so long. */
  readonly lasts: number;
  /** Others may take it over later than that: clocks differ, and a commit may be under way. At least 2000. */
  readonly stale: number;
  /** It is renewed when it is so old: by a timer, and by the change that comes then. At least 1000. */
  readonly update: number;
}

const TERMS: LeaseTerms = { lasts: 60_000, stale: 75_000, update: 20_000 };

type LockFile = Pick<typeof import("proper-lockfile"), "lockSync">;

let module: LockFile | undefined;

/** Loaded at the first lease: it listens to the signals of the process. */
function lockFile(path: string): LockFile {
  if (module === undefined) {
    try {
      module = createRequire(import.meta.url)("proper-lockfile") as LockFile;
    } catch (cause) {
      throw new UnsupportedError(
        `${path}: leases need the package proper-lockfile, which does not load here; say locking: "kernel", or "none" if nobody else writes`,
        { path, cause },
      );
    }
  }
  return module;
}

/** The directory that is the lease beside a store's `lock` file. */
export function leaseOf(path: string): string {
  return `${path}.lease`;
}

/** Whether somebody has a lease, which the kernel knows nothing of. */
export function isLeased(path: string, files: LockFiles): boolean {
  const stat = files.look(leaseOf(path));
  return stat?.isDirectory() === true && stat.mtimeMs > Date.now() - TERMS.stale;
}

/**
 * Takes a lease of a store: a directory whose age says whether its holder lives.
 *
 * @param path the store's `lock` file, which says who holds it
 * @param deadline when to give up, by `performance.now()`; it is tried once in any case
 * @returns undefined where the control directory was taken away meanwhile, by a writer whose store never came to be
 * @throws LockedError saying who holds it; DiskError; UnsupportedError
 */
export function takeLease(
  path: string,
  files: LockFiles,
  deadline: number,
  terms: LeaseTerms = TERMS,
): WriterLock | undefined {
  const lease = new Lease(path, files, terms);
  try {
    if (!tryUntil(deadline, () => lease.take())) throw heldError(path, files);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw refusedWriting(path, error);
  }
  try {
    const fd = openLockFile(path, files);
    if (fd === undefined) return lease;
    try {
      sign(fd, path, files);
    } finally {
      files.close(fd);
    }
  } catch {
    // The lease holds without a name.
  }
  return lease;
}

/** By what a directory is known again: another one made in its place may have its inode, but not its time. */
interface Mark {
  readonly dev: number;
  readonly ino: number;
  readonly mtimeMs: number;
}

function isSame(one: Mark | undefined, other: Mark | undefined): boolean {
  return one?.ino === other?.ino && one?.dev === other?.dev && one?.mtimeMs === other?.mtimeMs;
}

/**
 * Proper-lockfile makes the directory, judges its age and renews it. It does so through calls that are made here, so
 * that only what is this writer's is ever removed, and so that a change can renew the lease too: synchronous work keeps
 * timers from doing so.
 */
class Lease implements WriterLock {
  readonly #path: string;
  readonly #directory: string;
  readonly #files: LockFiles;
  readonly #terms: LeaseTerms;
  /** The directory as it was when it was last looked at: another's before this one is held, else our own. */
  #mark: Mark | undefined;
  #state: "asking" | "held" | "over" = "asking";
  /** The time that proper-lockfile takes to be the directory's, as long as that is ours. */
  #told = new Date(0);
  /** When it was last renewed, by the clock that others judge by, and by one that nobody sets. */
  #renewed = { wall: 0, steady: 0 };
  /** Why this is not ours any more. */
  #lost: string | undefined;
  #giveBack: (() => void) | undefined;

  constructor(path: string, files: LockFiles, terms: LeaseTerms) {
    this.#path = path;
    this.#directory = leaseOf(path);
    this.#files = files;
    this.#terms = terms;
  }

  /** @returns whether it was free */
  take(): boolean {
    const { stale, update } = this.#terms;
    try {
      this.#giveBack = lockFile(this.#path).lockSync(this.#path, {
        lockfilePath: this.#directory,
        stale,
        update,
        realpath: false,
        fs: this.#calls(),
        // Called by a timer, where an error would end the process.
        onCompromised: (error) => this.#lose(error.message),
      });
      return true;
    } catch (error) {
      this.#state = "asking";
      if (systemCode(error) === "ELOCKED") return false;
      throw error;
    }
  }

  check(): void {
    if (this.#isOurs() && this.#age() > this.#terms.update) this.#touch();
    if (this.#lost === undefined) return;
    throw new LockedError(
      `${this.#path}: this writer has lost its lease (${this.#lost}), and the table may be another's; close it and open it again`,
      { path: this.#path, holder: readHolder(this.#path, this.#files) },
    );
  }

  release(): void {
    const giveBack = this.#giveBack;
    this.#giveBack = undefined;
    try {
      // What is too old is left for others: one of them may be taking it over at this moment.
      if (giveBack !== undefined && this.#isOurs()) giveBack();
    } catch {
      // It ends by itself.
    } finally {
      this.#state = "over";
    }
  }

  /** How long ago it was renewed, in milliseconds. */
  #age(): number {
    return Math.max(Date.now() - this.#renewed.wall, performance.now() - this.#renewed.steady);
  }

  #lose(why: string): void {
    this.#state = "over";
    this.#lost ??= why;
  }

  #isOurs(): boolean {
    if (this.#state !== "held") return false;
    const age = this.#age();
    if (age > this.#terms.lasts) {
      const [seconds, most] = [age, this.#terms.lasts].map((ms) => Math.round(ms / 1000));
      this.#lose(`for ${seconds} s nothing renewed it, and it lasts ${most} s: was the event loop blocked?`);
    } else {
      const now = this.#files.look(this.#directory);
      if (now === undefined) this.#lose("its directory was removed");
      else if (!isSame(now, this.#mark)) this.#lose("somebody else has taken it over");
    }
    return this.#lost === undefined;
  }

  /** Makes the lease as young as this moment, and keeps what it looks like. */
  #renew(how: (now: Date) => void): void {
    // Read before: waiting for the disk makes it older, never younger.
    const renewed = { wall: Date.now(), steady: performance.now() };
    how(new Date(renewed.wall));
    this.#mark = this.#files.look(this.#directory);
    this.#renewed = renewed;
  }

  #touch(): void {
    this.#renew((now) => this.#files.touch(this.#directory, now));
  }

  /** The calls of `node:fs` that proper-lockfile makes. */
  #calls() {
    const files = this.#files;
    return {
      mkdirSync: systemErrors((path) => {
        this.#renew(() => files.mkdir(path));
        this.#state = "held";
      }),
      utimesSync: systemErrors((_path, _access: Date, time: Date) => {
        if (this.#state !== "held") throw noEntry();
        this.#touch();
        this.#told = time;
      }),
      statSync: systemErrors((path) => {
        if (this.#state !== "asking") {
          // Not the time that is expected: then it gives up.
          return { mtime: this.#isOurs() ? this.#told : new Date(Number.NaN) };
        }
        const found = files.look(path);
        if (found === undefined) throw noEntry();
        if (!found.isDirectory()) {
          throw new FormatError(`${path}: a lease is a directory, and this is none; take it away`, { path });
        }
        this.#mark = found;
        return { mtime: found.mtime };
      }),
      rmdirSync: systemErrors((path) => {
        if (this.#state === "over" || !isSame(files.look(path), this.#mark)) throw noEntry();
        files.rmdir(path);
      }),
    };
  }
}

function noEntry(cause?: unknown): Error {
  return Object.assign(new Error("there is no such lease", { cause }), { code: "ENOENT" });
}

/** A call whose errors have the codes of the system where proper-lockfile asks for them. */
function systemErrors<A extends unknown[], R>(call: (path: string, ...rest: A) => R) {
  return (path: string, ...rest: A): R => {
    try {
      return call(path, ...rest);
    } catch (error) {
      if (isMemmapError(error, "NOT_FOUND")) throw noEntry(error);
      if (isMemmapError(error, "EXISTS")) throw Object.assign(new Error(error.message), { code: "EEXIST" });
      throw error;
    }
  };
}
