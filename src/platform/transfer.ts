import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { UnsupportedError } from "../errors.js";

/** `ArrayBuffer.prototype.transfer`, kept from the start so that nobody's patch gets in between. */
type Transfer = (this: ArrayBuffer, length?: number) => object;

const FLAG = "harmony-rab-gsab-transfer";
/** Flags belong to the process, so another thread may clear ours before the new context is made. */
const TRIES = 100;

function isTransfer(value: unknown): value is Transfer {
  return typeof value === "function";
}

/** Node 20 has the function, but only contexts made while the flag is set show it. It works on any realm's buffers. */
function behindTheFlag(): unknown {
  for (let tries = 0; tries < TRIES; tries += 1) {
    setFlagsFromString(`--${FLAG}`);
    const found: unknown = runInNewContext("ArrayBuffer.prototype.transfer");
    setFlagsFromString(`--no-${FLAG}`);
    if (isTransfer(found)) return found;
  }
  return undefined;
}

let known: Transfer | undefined;

function transfer(): Transfer {
  if (known !== undefined) return known;
  const found: unknown = Reflect.get(ArrayBuffer.prototype, "transfer") ?? behindTheFlag();
  if (!isTransfer(found)) {
    throw new UnsupportedError(
      `this Node (${process.versions.node}) cannot detach an ArrayBuffer, so maps could not be closed safely`,
    );
  }
  known = found;
  return known;
}

/** @throws UnsupportedError where this Node cannot detach an ArrayBuffer at all */
export function assertTransfer(): void {
  transfer();
}

/**
 * Takes the memory from `buffer`: all its views have length 0 at once. What they showed is not touched.
 *
 * @throws TypeError where the buffer was marked as untransferable and this Node keeps to it
 */
export function detach(buffer: ArrayBuffer): void {
  Reflect.apply(transfer(), buffer, [0]);
  if (buffer.byteLength > 0) throw new TypeError("the ArrayBuffer was not detached");
}

/**
 * As {@link detach}, but the same memory, not a copy, lives on under the object that is returned, for as long as that
 * object does. On Node 20 it is another realm's ArrayBuffer: nothing but holding it is safe.
 */
export function detachAndKeep(buffer: ArrayBuffer): object {
  return Reflect.apply(transfer(), buffer, []);
}
