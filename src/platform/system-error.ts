import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";
import { DiskError, systemCode } from "../errors.js";

let names: ReturnType<typeof getSystemErrorMap> | undefined;

/** The name of an error number and what it means; Node's own map leaves a few out, EDQUOT among them. */
function describe(errno: number): [code: string, meaning: string] {
  // Node makes the whole map anew each time.
  names ??= getSystemErrorMap();
  const known = names.get(-errno);
  if (known !== undefined) return known;
  const named = Object.entries(constants.errno).find(([, number]) => number === errno);
  if (named === undefined) return [`errno ${errno}`, "unknown error"];
  return [named[0], named[0] === "EDQUOT" ? "disk quota exceeded" : "system error"];
}

/** An error of the operating system in Node's own form: `code` is its name, `errno` its negated number. */
export class SystemError extends Error {
  readonly errno: number;
  readonly code: string;
  readonly syscall: string;

  constructor(errno: number, syscall: string) {
    const [code, meaning] = describe(errno);
    super(`${code}: ${meaning}, ${syscall}`);
    this.name = "SystemError";
    this.errno = -errno;
    this.code = code;
    this.syscall = syscall;
  }
}

/** `what` failed, and why: the system's error in words, kept as the cause. */
export function diskError(what: string, path: string, cause: unknown): DiskError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DiskError(`${what}: ${reason}`, { path, cause });
}

/** Whether the system said that there is no such call or no such mode here, rather than that it failed. */
export function isNotSupported(error: unknown): boolean {
  const code = systemCode(error);
  return code === "EOPNOTSUPP" || code === "ENOTSUP" || code === "ENOSYS";
}
