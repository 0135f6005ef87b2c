import { UnsupportedError } from "../errors.js";
import { type LibC, libC } from "./libc.js";
import { assertTransfer, detach } from "./transfer.js";

/** Memory of one thread in which others of the process may work, as plain data. */
export interface MemoryLoan {
  readonly address: bigint;
  readonly length: number;
}

/** Whether this system tells threads where memory is. */
export function canLend(): boolean {
  return libC() !== undefined;
}

/**
 * Lends memory to other threads: they see the same bytes, where a message would copy them, and hold nothing when they are done. Until
 * then the lender keeps it: memory that threads share, or ordinary memory whose buffer he shows to nobody who might give it away.
 *
 * @param bytes some; not none
 */
export function lend(bytes: Uint8Array): MemoryLoan {
  // The engine may move a short array until somebody has seen its buffer.
  const { buffer, byteOffset, length } = bytes;
  return { address: calls().addressOf(new Uint8Array(buffer)) + BigInt(byteOffset), length };
}

/** The memory of a loan, in any thread of the process, until it is given back. */
export function borrow({ address, length }: MemoryLoan): Uint8Array<ArrayBuffer> {
  // What could not be given back is not borrowed.
  assertTransfer();
  return new Uint8Array(calls().view(address, length));
}

/** Gives back what was borrowed: this thread sees it no more. */
export function giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
  detach(buffer);
}

/** @throws UnsupportedError where {@link canLend} says so */
function calls(): LibC {
  const found = libC();
  if (found === undefined) throw new UnsupportedError("this system does not tell where memory is");
  return found;
}
