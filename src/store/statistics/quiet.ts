import type { Files } from "../../platform/files.js";
import { awaitWrites, type FileStamp, isSameStamp, stampOfOpen } from "../../platform/index.js";

/** Work that waits for the clock now and then: each step gives how many milliseconds are to pass before the next. */
export type Waiting<T> = Generator<number, T, void>;

/** The clock of stamps moves in steps of 1 to 10 milliseconds: what changes later than this has another stamp. */
const TICK = 20;

/** How long a store through a map may be on its way, from the moment at which the file is stamped. */
const IN_FLIGHT = 200;

/** How much later than now stamps may be. */
const SKEW = 1000;

/** Waits until so many milliseconds have passed since a time. @returns false where it has yet to come */
export function* past(timeNs: bigint, milliseconds: number): Waiting<boolean> {
  for (;;) {
    const age = Date.now() - Number(timeNs / 1_000_000n);
    if (age < -SKEW) return false;
    if (age > milliseconds) return true;
    yield milliseconds - age + 1;
  }
}

/** A file at rest, and why it is not. */
export type Quiet = { readonly stamp: FileStamp } | { readonly reason: string };

/**
 * Finds a moment from which on whatever is stored into an open file changes its stamp, and at which nothing is on its way.
 *
 * A stamp is made when a write begins and when a page is first stored into after it was synced, and its clock stands still for some
 * milliseconds. So the last store has to be a while ago; then every write that has begun is waited for; then everything
 * is synced, after which a store into any page is stamped again; and in all this nothing may have been stored.
 */
export function* quiet(fd: number, path: string, files: Files): Waiting<Quiet> {
  for (let tries = 0; tries < 3; tries++) {
    const { mtimeNs } = stampOfOpen(fd);
    if (!(yield* past(mtimeNs, IN_FLIGHT)))
      return { reason: "its file was stored into at a time that is yet to come" };
    if (!awaitWrites(fd)) return { reason: "the system does not let it wait for writes" };
    const stamp = stampOfOpen(fd);
    if (!(yield* past(stamp.ctimeNs, TICK))) return { reason: "the clock was set back" };
    files.sync(fd, path);
    if (stamp.mtimeNs === mtimeNs && isSameStamp(stamp, stampOfOpen(fd))) return { stamp };
  }
  return { reason: BUSY };
}

export const BUSY = "its file is changed all the time; build the index when that rests";

/** Whether a clock that stands still would hide what comes next: see {@link past}. */
export function pastTick({ mtimeNs, ctimeNs }: FileStamp): Waiting<boolean> {
  return past(mtimeNs > ctimeNs ? mtimeNs : ctimeNs, TICK);
}
