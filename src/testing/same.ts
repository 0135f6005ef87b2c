import { inspect } from "node:util";

/**
 * Whether two values are the same to the last bit that JavaScript can see, deep down: NaN is NaN, -0 is not 0, an
 * `Int8Array` is no `Int16Array`, the order of an object's keys does not count.
 *
 * ```ts
 * isSame(table.at(0), { id: 1n, position: Float32Array.of(0, 1) });
 * ```
 */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(Reflect.get(a, key), Reflect.get(b, key)))
  );
}

/** A value as an error shows it: whole, on one line, unless it is very long. */
export function show(value: unknown): string {
  return inspect(value, { depth: 8, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 50 });
}

/**
 * Compares what is there with what the model says.
 *
 * @throws Error naming the place and both values
 */
export function requireSame(what: string, actual: unknown, expected: unknown): void {
  if (isSame(actual, expected)) return;
  throw new Error(`${what} is ${show(actual)}, but ${show(expected)} in the model`);
}
