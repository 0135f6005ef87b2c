import { isIP } from "node:net";
import { Problem } from "./problem.js";

/** Whether an address is only reached from this machine. */
export function isLoopback(host: string): boolean {
  return (
    host === "localhost" || host === "::1" || host === "::ffff:127.0.0.1" || /^127(\.\d{1,3}){3}$/.test(host)
  );
}

/**
 * Judges the name by which a server is asked: a page of another name that a browser was told to find here shall not read
 * what its user may (DNS rebinding).
 */
export class HostList {
  readonly #names: ReadonlySet<string> | undefined;

  /** @param names without ports; when left out, any address in digits, and `localhost` */
  constructor(names: readonly string[] | undefined) {
    this.#names = names === undefined ? undefined : new Set(names.map((name) => name.toLowerCase()));
  }

  /** @param header the request's `Host` @throws Problem 421 */
  require(header: string | undefined): void {
    const name = nameOf(header ?? "").toLowerCase();
    const bare = name.replace(/^\[|\]$/g, "");
    const isKnown = this.#names?.has(name) ?? (bare === "localhost" || isIP(bare) !== 0);
    if (!isKnown) throw new Problem(421, "this server has another name");
  }
}

function nameOf(header: string): string {
  return header.replace(/:\d*$/, "");
}
