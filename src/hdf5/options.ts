import { showValue } from "../dtype/index.js";
import { UnsupportedError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import { didYouMean } from "../store/index.js";

/** @throws UnsupportedError for options that are no object, and for one that is not known, with a guess at what was meant */
export function checkKnown(options: unknown, known: ReadonlySet<string>, of: string): void {
  if (typeof options !== "object" || options === null) {
    throw new UnsupportedError(`the options of ${of} are an object, not ${showValue(options)}`);
  }
  const other = Object.keys(options).find((key) => !known.has(key));
  if (other === undefined) return;
  throw new UnsupportedError(`${of} has no option "${excerpt(other)}"${didYouMean(other, [...known])}`);
}

/** @throws UnsupportedError for a signal that is none, and for callbacks that cannot be called */
export function checkCallbacks<Key extends string>(
  options: { readonly signal?: unknown } & { readonly [key in Key]?: unknown },
  names: readonly Key[],
): void {
  const { signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new UnsupportedError(`signal is an AbortSignal, not ${showValue(signal)}`);
  }
  for (const name of names) {
    const value: unknown = options[name];
    if (value === undefined || typeof value === "function") continue;
    throw new UnsupportedError(`${name} is a function, not ${showValue(value)}`);
  }
}

/** @throws UnsupportedError for what is no path of a file */
export function checkPath(path: unknown, name: string): void {
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return;
  throw new UnsupportedError(`${name} is the path of a file, not ${showValue(path)}`);
}
