import { createHash } from "node:crypto";

/** A name of what is answered: of the version of a file, and of how it is shown. */
export function etagOf(pin: string, shown: string): string {
  return `"${hashOf(pin)}.${shown}"`;
}

/** Whether a file is still what a client knows. @param header the request's `If-Match` */
export function isStillThere(header: string, pin: string): boolean {
  const version = hashOf(pin);
  return tagsOf(header).some((tag) => tag === "*" || tag.startsWith(`"${version}.`));
}

/** Whether a client has the answer. @param header the request's `If-None-Match` */
export function isKnown(header: string, etag: string): boolean {
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
