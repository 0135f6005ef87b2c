import { UnsupportedError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import { didYouMean } from "../store/index.js";

/**
 * What options of a server are is asked for before anything is served, down to their last key: one that nobody knows, or that is
 * of another type, may be the one that was to keep others out. Errors name types and no values, since some are secrets.
 */

/** What a value is, in a word or two. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return value === undefined ? "undefined" : `a ${typeof value}`;
  // Of any realm.
  const name = Object.prototype.toString.call(value).slice("[object ".length, -1);
  return name === "Promise" ? "a promise that is to be awaited" : `an object of type ${name}`;
}

/** Whether something is an object of keys, not a list, map, promise or the like. */
export function isRecord(value: unknown): boolean {
  return Object.prototype.toString.call(value) === "[object Object]";
}

/** @throws UnsupportedError for what is no object of keys */
export function requireRecord(
  value: unknown,
  what: string,
): asserts value is { readonly [key: string]: unknown } {
  if (!isRecord(value)) throw new UnsupportedError(`${what} is an object, not ${typeName(value)}`);
}

/** @throws UnsupportedError for what is no object, and for keys that are not known, with a guess at what was meant */
export function requireKeys(value: unknown, what: string, known: readonly string[]): void {
  requireRecord(value, what);
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other === undefined) return;
  throw new UnsupportedError(`${what} has no option "${excerpt(other)}"${didYouMean(other, known)}`);
}

/** @throws UnsupportedError for anything but true, false and undefined */
export function requireFlag(value: unknown, what: string): void {
  if (value === undefined || typeof value === "boolean") return;
  throw new UnsupportedError(`${what} is true or false, not ${typeName(value)}`);
}

/** @throws UnsupportedError for anything but text and undefined */
export function requireText(value: unknown, what: string): void {
  if (value === undefined || typeof value === "string") return;
  throw new UnsupportedError(`${what} is a text, not ${typeName(value)}`);
}

/** @throws UnsupportedError for anything but a list of texts, none of them empty, and undefined */
export function requireTexts(value: unknown, what: string, example: string): void {
  const isText = (text: unknown): boolean => typeof text === "string" && text !== "";
  if (value === undefined || (Array.isArray(value) && value.every(isText))) return;
  const found = Array.isArray(value) ? "none of them empty" : `not ${typeName(value)}`;
  throw new UnsupportedError(`${what} is a list of texts, such as ["${example}"], ${found}`);
}
