/**
 * Loops that copy units side by side at given places to the places after `start`, eight at a time: the loads of a
 * turn wait for memory together, where a store after each one would keep the next ones waiting.
 *
 * @module
 */

/** Single bytes. */
export function pickBytes(
  src: Uint8Array,
  indices: Int32Array,
  count: number,
  dst: Uint8Array,
  start: number,
): void {
  let i = 0;
  let at = start;
  for (; i + 7 < count; i += 8, at += 8) {
    const a = src[indices[i]];
    const b = src[indices[i + 1]];
    const c = src[indices[i + 2]];
    const d = src[indices[i + 3]];
    const e = src[indices[i + 4]];
    const f = src[indices[i + 5]];
    const g = src[indices[i + 6]];
    const h = src[indices[i + 7]];
    dst[at] = a;
    dst[at + 1] = b;
    dst[at + 2] = c;
    dst[at + 3] = d;
    dst[at + 4] = e;
    dst[at + 5] = f;
    dst[at + 6] = g;
    dst[at + 7] = h;
  }
  for (; i < count; i++, at++) dst[at] = src[indices[i]];
}

/** Two bytes. */
export function pickShorts(
  src: Uint16Array,
  indices: Int32Array,
  count: number,
  dst: Uint16Array,
  start: number,
): void {
  let i = 0;
  let at = start;
  for (; i + 7 < count; i += 8, at += 8) {
    const a = src[indices[i]];
    const b = src[indices[i + 1]];
    const c = src[indices[i + 2]];
    const d = src[indices[i + 3]];
    const e = src[indices[i + 4]];
    const f = src[indices[i + 5]];
    const g = src[indices[i + 6]];
    const h = src[indices[i + 7]];
    dst[at] = a;
    dst[at + 1] = b;
    dst[at + 2] = c;
    dst[at + 3] = d;
    dst[at + 4] = e;
    dst[at + 5] = f;
    dst[at + 6] = g;
    dst[at + 7] = h;
  }
  for (; i < count; i++, at++) dst[at] = src[indices[i]];
}

/** Four bytes. */
export function pickWords(
  src: Int32Array,
  indices: Int32Array,
  count: number,
  dst: Int32Array,
  start: number,
): void {
  let i = 0;
  let at = start;
  for (; i + 7 < count; i += 8, at += 8) {
    const a = src[indices[i]];
    const b = src[indices[i + 1]];
    const c = src[indices[i + 2]];
    const d = src[indices[i + 3]];
    const e = src[indices[i + 4]];
    const f = src[indices[i + 5]];
    const g = src[indices[i + 6]];
    const h = src[indices[i + 7]];
    dst[at] = a;
    dst[at + 1] = b;
    dst[at + 2] = c;
    dst[at + 3] = d;
    dst[at + 4] = e;
    dst[at + 5] = f;
    dst[at + 6] = g;
    dst[at + 7] = h;
  }
  for (; i < count; i++, at++) dst[at] = src[indices[i]];
}

/** Eight bytes, as bigints that are never made. */
export function pickLongs(
  src: BigUint64Array,
  indices: Int32Array,
  count: number,
  dst: BigUint64Array,
  start: number,
): void {
  let i = 0;
  let at = start;
  for (; i + 7 < count; i += 8, at += 8) {
    const a = src[indices[i]];
    const b = src[indices[i + 1]];
    const c = src[indices[i + 2]];
    const d = src[indices[i + 3]];
    const e = src[indices[i + 4]];
    const f = src[indices[i + 5]];
    const g = src[indices[i + 6]];
    const h = src[indices[i + 7]];
    dst[at] = a;
    dst[at + 1] = b;
    dst[at + 2] = c;
    dst[at + 3] = d;
    dst[at + 4] = e;
    dst[at + 5] = f;
    dst[at + 6] = g;
    dst[at + 7] = h;
  }
  for (; i < count; i++, at++) dst[at] = src[indices[i]];
}
