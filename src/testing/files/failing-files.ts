import { currentFiles, type Files } from "../../platform/files.js";
import { failure, type SystemCode } from "./failure.js";
import { type FileCall, type FilesCall, interceptFiles } from "./intercept.js";

/** A call that was made, refused ones included. */
export interface CountedCall {
  /** From 1 on, since {@link FailingFiles.reset}. */
  readonly number: number;
  readonly name: FilesCall;
  /** The file or directory that it was about. */
  readonly path: string;
}

/** How a call fails. */
export interface Failure {
  /** What the operating system says; `"EIO"` when left out. */
  readonly code?: SystemCode | undefined;
  /** How many calls fail, one after the other; 1 when left out, `Infinity` for all that follow. */
  readonly times?: number | undefined;
  /** Whether a write leaves the first half of its bytes behind before it fails. */
  readonly short?: boolean | undefined;
}

/** Every call after the one that was to be the last: the process that made it is meant to be dead. */
export class StoppedError extends Error {
  constructor(call: FileCall) {
    super(`${call.name} ${call.path}: this file system was stopped, as by the end of the process`);
    this.name = "StoppedError";
  }
}

/** A file system whose calls are counted, and fail or stop where they are told to. */
export interface FailingFiles {
  /** To be given to `withFiles` or to a store. */
  readonly files: Files;
  /** All calls since {@link reset}, in their order. */
  readonly calls: readonly CountedCall[];
  /** Whether a call has failed since {@link reset}. */
  readonly hasFailed: boolean;
  /** Whether the last call that was to be carried out was. */
  readonly hasStopped: boolean;
  /**
   * Counts anew, and makes the call of this number fail, or where that one closes a descriptor, which cannot fail, the
   * next one. The error is of the class, and has the cause, that the operating system's refusal would have.
   *
   * @param call from 1 on; 0 for none
   */
  failAt(call: number, failure?: Failure): void;
  /**
   * Counts anew, and ends everything right after the call of this number was carried out, as `kill -9` does: every
   * further call throws a {@link StoppedError}, and all descriptors that are open through this file system are closed,
   * which frees their locks. To stop before a call, stop after the one before it: 0 stops at once.
   */
  stopAfter(call: number): void;
  /** Counts anew, and lets every call through. What has stopped stays so. */
  reset(): void;
}

/**
 * Wraps a file system so that chosen calls fail, or so that it ends in the midst of a change. With it a program that
 * keeps tables finds out what it does when the disk is full, fails, or when the process is killed:
 *
 * ```ts
 * import { failingFiles, withFiles } from "memmap-table/testing";
 *
 * for (let call = 1; ; call++) {
 *   const failing = failingFiles();
 *   failing.failAt(call, { code: "ENOSPC" });
 *   try {
 *     withFiles(failing.files, () => program()); // opens its tables in here: they keep this file system
 *   } catch (error) {
 *     // A DiskError, and the table as it was; or as it is to be, once it is opened again.
 *   }
 *   check(MemmapTable.open("flights"));
 *   if (!failing.hasFailed) break; // there are not so many calls
 * }
 * ```
 *
 * With `stopAfter(call)` in place of `failAt` each run ends as `kill -9` ends it. What the program stores through typed
 * arrays makes no calls and is not counted; nor is `saveNpy`.
 *
 * @param files what carries the calls out; the real file system when left out, or that of `withFiles` around
 */
export function failingFiles(files: Files = currentFiles()): FailingFiles {
  const open = new Set<number>();
  const calls: CountedCall[] = [];
  let fault: Failure = {};
  let [first, left, last] = [0, 0, Number.POSITIVE_INFINITY];
  let [hasFailed, hasStopped] = [false, false];

  const stop = (): void => {
    hasStopped = true;
    for (const fd of open) {
      try {
        files.close(fd);
      } catch {
        // It was closed behind our back; the others are to be closed as well.
      }
    }
    open.clear();
  };
  const carryOut = (call: FileCall, proceed: () => unknown): unknown => {
    const isToFail = first > 0 && calls.length >= first && left > 0 && call.name !== "close";
    if (isToFail) {
      left -= 1;
      hasFailed = true;
      if (fault.short === true && call.name === "write") {
        const [fd, bytes, at, path] = call.args;
        files.write(fd, bytes.subarray(0, bytes.length >> 1), at, path);
      }
      throw failure(call.name, call.path, fault.code ?? "EIO");
    }
    if (call.name === "close") open.delete(call.args[0]);
    const result = proceed();
    if (call.name === "create" || call.name === "open") open.add(result as number);
    return result;
  };
  const reset = (): void => {
    calls.length = 0;
    [first, left, last, hasFailed] = [0, 0, Number.POSITIVE_INFINITY, false];
  };

  return {
    files: interceptFiles(files, (call, proceed) => {
      if (hasStopped) throw new StoppedError(call);
      calls.push({ number: calls.length + 1, name: call.name, path: call.path });
      try {
        return carryOut(call, proceed);
      } finally {
        if (calls.length >= last) stop();
      }
    }),
    calls,
    get hasFailed() {
      return hasFailed;
    },
    get hasStopped() {
      return hasStopped;
    },
    failAt(call, how = {}) {
      reset();
      fault = how;
      [first, left] = [call, how.times ?? 1];
    },
    stopAfter(call) {
      reset();
      last = call;
      if (call <= 0) stop();
    },
    reset,
  };
}
