import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** A name of what is answered: of the version of a file, and of how it is shown. */
export function etagOf(pin: string, shown: string): string {
  return `"${hashOf(pin)}.${shown}"`;
}

/** What is there for a request with conditions. */
export interface Version {
  /** Of the file; none where it has no versions. */
  readonly pin: string | undefined;
  /** By which the answer is known. */
  readonly etags: readonly (string | undefined)[];
  /** As the header says it. */
  readonly lastModified: string | undefined;
}

/**
 * Judges the conditions of a request as RFC 9110 has them: those about a version first, and dates only without them.
 *
 * @returns `"other"` where the client wanted a version that is gone, the ETag of an answer that it has, undefined where it is to
 * be answered
 */
export function judge(
  { method = "GET", headers }: IncomingMessage,
  { pin, etags, lastModified }: Version,
): "other" | { readonly known: string | undefined } | undefined {
  const { "if-match": wanted, "if-none-match": known } = headers;
  const [then, now] = [dateOf(headers["if-unmodified-since"]), dateOf(lastModified)];
  if (pin !== undefined && wanted !== undefined) {
    if (!isStillThere(wanted, pin)) return "other";
  } else if (now > then) return "other";
  if (method !== "GET" && method !== "HEAD") return undefined;
  if (known !== undefined) {
    const etag = etags.find((tag) => tag !== undefined && isKnown(known, tag));
    return etag === undefined ? undefined : { known: etag };
  }
  return now <= dateOf(headers["if-modified-since"]) ? { known: etags.at(-1) } : undefined;
}

/** Milliseconds since 1970, of whole seconds; NaN for what is no date of HTTP, which is neither before nor after any. */
function dateOf(header: string | undefined): number {
  return header?.endsWith("GMT") === true ? Date.parse(header) : Number.NaN;
}

/** Whether a file is still what a client knows. */
function isStillThere(header: string, pin: string): boolean {
  const version = hashOf(pin);
  return tagsOf(header).some((tag) => tag === "*" || tag.startsWith(`"${version}.`));
}

/** Whether a client has the answer. */
function isKnown(header: string, etag: string): boolean {
  return tagsOf(header).some((tag) => tag === "*" || tag.replace(/^W\//, "") === etag);
}

function tagsOf(header: string): string[] {
  return header.split(",").map((tag) => tag.trim());
}

const hashes = new Map<string, string>();

function hashOf(pin: string): string {
  const known = hashes.get(pin);
  if (known !== undefined) return known;
  if (hashes.size >= 1024) hashes.clear();
  const hash = createHash("sha256").update(pin).digest("base64url").slice(0, 22);
  hashes.set(pin, hash);
  return hash;
}
