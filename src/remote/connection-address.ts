import { showValue } from "../dtype/index.js";
import { NameError, UnsupportedError } from "../errors.js";

/**
 * Reads the address of a server, such as `https://host:8443/hdfstream`.
 *
 * @returns it without slashes at its end
 * @throws UnsupportedError for what is no address of HTTP, and for one with a user, a password, a query or a fragment
 */
export function parseAddress(text: string): string {
  const wrong = (what: string): UnsupportedError =>
    new UnsupportedError(`the address of a server ${what}; give one such as https://host:8443/hdfstream`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // Not with the text: what does not parse may have a password in it all the same.
    throw wrong("does not parse");
  }
  if (url.username !== "" || url.password !== "") {
    throw wrong("has no user and password in it: they are the options user and password");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw wrong(`begins with http: or https:`);
  if (url.search !== "" || url.hash !== "") throw wrong("has no ? and no #");
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/**
 * The parts of a path on a server: without empty ones and `.`, and with `..` taken as its word.
 *
 * @param base the parts of the directory that it begins in
 * @throws NameError for what is no text, and for a path that leads out of the root
 */
export function resolveParts(base: readonly string[], path: string): readonly string[] {
  if (typeof path !== "string") throw new NameError(`a path is a text, not ${showValue(path)}`);
  const parts = [...base];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") {
      parts.push(part);
    } else if (parts.pop() === undefined) {
      throw new NameError(`${showValue(path)} leads out of the root of the server`, { path });
    }
  }
  return parts;
}

/** A path on a server, each part percent-encoded. @throws NameError for what UTF-8 cannot say */
export function encodePath(parts: readonly string[]): string {
  try {
    return parts.map(encodeURIComponent).join("/");
  } catch (cause) {
    throw new NameError(`${showValue(parts.join("/"))} has half a character in it (an unpaired surrogate)`, {
      cause,
    });
  }
}
