/** A change of a file's bytes, in the order in which the calls were made. */
export type Change =
  | { readonly kind: "write"; readonly at: number; readonly bytes: Uint8Array }
  /** Zeros as far as the file reaches. */
  | { readonly kind: "zeros"; readonly from: number; readonly to: number }
  | { readonly kind: "size"; readonly size: number };

/** What a disk writes whole or not at all, in bytes. */
const SECTOR = 512;
/** Of so many changes, each prefix is tried; of more, the first and the last few. */
const PREFIXES = 6;
/** Of so many sectors that differ, each subset is tried; of more, some. */
const SECTORS = 3;

/** The bytes after a change. */
export function changed(bytes: Uint8Array, change: Change): Uint8Array {
  switch (change.kind) {
    case "write": {
      const result = resized(bytes, Math.max(bytes.length, change.at + change.bytes.length));
      result.set(change.bytes, change.at);
      return result;
    }
    case "zeros": {
      const result = resized(bytes, bytes.length);
      result.fill(0, change.from, Math.min(change.to, bytes.length));
      return result;
    }
    case "size":
      return resized(bytes, change.size);
    default:
      return change satisfies never;
  }
}

function resized(bytes: Uint8Array, size: number): Uint8Array {
  const result = new Uint8Array(size);
  result.set(bytes.subarray(0, Math.min(size, bytes.length)));
  return result;
}

/**
 * What a loss of power may leave of a file whose last changes were not synced: nothing of them, all of them, the first
 * few, or some sectors, with the old size or the new one. Each once, the oldest first and the newest second.
 *
 * @param durable what is on the disk for certain
 * @param changes what came since, of which nothing is certain
 */
export function tornContents(durable: Uint8Array, changes: readonly Change[]): Uint8Array[] {
  if (changes.length === 0) return [durable];
  const stages = [durable];
  for (const change of changes) stages.push(changed(stages.at(-1) ?? durable, change));
  const newest = stages.at(-1) ?? durable;
  const found = new Map<string, Uint8Array>();
  const add = (bytes: Uint8Array) => {
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
    if (!found.has(key)) found.set(key, bytes);
  };
  add(durable);
  add(newest);
  const inner = stages.slice(1, -1);
  for (const bytes of inner.length <= PREFIXES ? inner : [...inner.slice(0, 3), ...inner.slice(-3)])
    add(bytes);
  // The size is written apart from the bytes.
  add(resized(durable, newest.length));
  add(resized(newest, durable.length));
  for (const chosen of sectorChoices(durable, newest)) add(mixed(durable, newest, chosen));
  // A change that does not show in the end may yet have been written alone.
  for (const change of changes.slice(0, PREFIXES)) add(changed(durable, change));
  return [...found.values()];
}

/** The sectors of the newest bytes that differ from the old ones, in the choices of them that are tried. */
function sectorChoices(durable: Uint8Array, newest: Uint8Array): ReadonlySet<number>[] {
  const old = resized(durable, newest.length);
  const differing: number[] = [];
  for (let at = 0; at < newest.length; at += SECTOR) {
    const end = at + SECTOR;
    if (Buffer.compare(old.subarray(at, end), newest.subarray(at, end)) !== 0) differing.push(at / SECTOR);
  }
  if (differing.length <= SECTORS) {
    return Array.from(
      { length: 2 ** differing.length },
      (_, bits) => new Set(differing.filter((_, i) => (bits >> i) & 1)),
    );
  }
  const half = differing.length >> 1;
  return [
    differing.slice(0, 1),
    differing.slice(1),
    differing.slice(0, half),
    differing.slice(half),
    differing.filter((_, i) => i % 2 === 0),
    differing.filter((_, i) => i % 2 === 1),
  ].map((sectors) => new Set(sectors));
}

function mixed(durable: Uint8Array, newest: Uint8Array, sectors: ReadonlySet<number>): Uint8Array {
  const result = resized(durable, newest.length);
  for (const sector of sectors) {
    const at = sector * SECTOR;
    result.set(newest.subarray(at, at + SECTOR), at);
  }
  return result;
}
