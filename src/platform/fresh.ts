import { libC } from "./libc.js";

/** From so many bytes on, memory that nobody has touched may have a large page in it, which is worth a call. */
const LARGE = 1 << 21;

/**
 * Memory of any content, all of which is to be stored over before anybody sees it. It is not made zero first, and the system
 * gives it in large pages where it has them: a page of four kilobytes after the other would cost more than what is stored.
 *
 * @throws RangeError where there is no such memory
 */
export function freshMemory(length: number): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset } = Buffer.allocUnsafeSlow(length);
  const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
  useLargePages(bytes);
  return bytes;
}

/** Has the system give much memory that nobody has touched in large pages, where it has them. */
export function useLargePages(bytes: Uint8Array): void {
  if (bytes.length < LARGE) return;
  const calls = libC();
  const advice = calls?.constants.advice.hugepage;
  if (calls === undefined || advice === undefined) return;
  const address = calls.addressOf(bytes);
  // The system takes whole pages.
  const ahead = Number(-address & BigInt(calls.pageSize - 1));
  calls.madvise(address + BigInt(ahead), bytes.length - ahead, advice);
}
