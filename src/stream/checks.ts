import { showValue } from "../dtype/index.js";
import { LimitError, UnsupportedError } from "../errors.js";

/** @throws LimitError for anything but a whole number of at least 1 */
export function requireCount(value: unknown, name: string): void {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return;
  throw new LimitError(`${name} is a whole number of at least 1, not ${showValue(value)}`);
}

/** @throws UnsupportedError for anything but true, false and undefined */
export function requireFlag(value: unknown, name: string): void {
  if (value === undefined || typeof value === "boolean") return;
  throw new UnsupportedError(`${name} is true or false, not ${showValue(value)}`);
}

/** @throws UnsupportedError for options that are no object */
export function requireOptions(value: unknown): void {
  if (typeof value === "object" && value !== null) return;
  throw new UnsupportedError(`options are an object, such as { blockSize: 1000 }, not ${showValue(value)}`);
}
