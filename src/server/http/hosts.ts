import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { UnsupportedError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { Problem } from "./problem.js";

/** Whether an address is only reached from this machine. */
export function isLoopback(host: string): boolean {
  return (
    host.toLowerCase() === "localhost" ||
    host === "::1" ||
    host === "::ffff:127.0.0.1" ||
    /^127(\.\d{1,3}){3}$/.test(host)
  );
}

/** Those who count as one client: an address, or with IPv6 a network of 64 bits, in which anybody has as many as he likes. */
export function clientOf(address: string): string {
  if (isIP(address) !== 6 || address.includes(".")) return address;
  const [before = [], behind = []] = address.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const zeros = Array.from({ length: 8 - before.length - behind.length }, () => "0");
  return [...before, ...zeros, ...behind].slice(0, 4).join(":");
}

/**
 * Judges the name by which a server is asked: a page of another name that a browser was told to find here shall not read
 * what its user may (DNS rebinding).
 */
export class HostList {
  readonly #names: ReadonlySet<string>;
  readonly #isOpen: boolean;

  /**
   * @param names without ports; when left out, any address in digits, and `localhost`
   * @param own the name or address that the server listens at, which is always one of them
   * @throws UnsupportedError for what no client can ask by
   */
  constructor(names: readonly string[] | undefined, own?: string) {
    this.#names = new Set([...(names ?? []).map(hostName), ...(own === undefined ? [] : [bare(own)])]);
    this.#isOpen = names === undefined;
  }

  /** @param header the request's `Host` @throws Problem 421 */
  require(header: string | undefined): void {
    const name = bare((header ?? "").replace(/:\d*$/, ""));
    if (this.#names.has(name)) return;
    if (this.#isOpen && (name === "localhost" || isIP(name) !== 0)) return;
    const hint = NAME.test(name) ? `; its option hosts would have to have "${name}"` : "";
    throw new Problem(421, `this server has another name${hint}`);
  }
}

/** Names of machines: some have an underscore. */
const NAME = /^[\w-]{1,63}(\.[\w-]{1,63}){0,9}\.?$/;

/** In the letters of the header `Host`, addresses without brackets. */
function bare(name: string): string {
  return name.replace(/^\[|\]$/g, "").toLowerCase();
}

function hostName(given: string): string {
  const name = bare(given);
  if (isIP(name) !== 0) return name;
  const ascii = domainToASCII(name);
  if (NAME.test(ascii) && !/[/?#@:*]/.test(name)) return ascii;
  const port = /^(.+):\d+$/.exec(given)?.[1];
  throw new UnsupportedError(
    `hosts are names without schemes and ports, such as "data.example.org", not "${excerpt(given)}"` +
      (port === undefined ? "" : `; did you mean "${excerpt(port)}"?`),
  );
}
