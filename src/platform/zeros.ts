import { writeSync } from "node:fs";

const BLOCK = 2 ** 20;

/**
 * Writes zeros over [from, to), a block at a time; the file grows where it ends before `to`.
 *
 * @throws the system's error; what was written stays
 */
export function writeZeros(fd: number, from: number, to: number): void {
  const zeros = Buffer.alloc(Math.min(to - from, BLOCK));
  for (let at = from; at < to; ) {
    at += writeSync(fd, zeros, 0, Math.min(to - at, zeros.length), at); // may write less than it was asked to
  }
}
