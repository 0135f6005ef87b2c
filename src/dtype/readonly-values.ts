/** What stores into a typed array, or hands out something that does. */
type Mutators =
  | "set"
  | "fill"
  | "sort"
  | "reverse"
  | "copyWithin"
  | "setFromBase64"
  | "setFromHex"
  | "buffer"
  | "subarray"
  | "valueOf";

/** Methods that hand the array itself to a callback. */
type Callbacks =
  | "every"
  | "filter"
  | "find"
  | "findIndex"
  | "findLast"
  | "findLastIndex"
  | "forEach"
  | "map"
  | "reduce"
  | "reduceRight"
  | "some";

interface Reading<A, T, Copy> {
  readonly [index: number]: T;
  [Symbol.iterator](): ArrayIterator<T>;
  /** A part of the same bytes, as read-only as the whole. */
  subarray(begin?: number, end?: number): ReadonlyValues<A>;
  every(test: (value: T, index: number, array: ReadonlyValues<A>) => unknown, thisArg?: unknown): boolean;
  filter(test: (value: T, index: number, array: ReadonlyValues<A>) => unknown, thisArg?: unknown): Copy;
  find(
    test: (value: T, index: number, array: ReadonlyValues<A>) => unknown,
    thisArg?: unknown,
  ): T | undefined;
  findIndex(test: (value: T, index: number, array: ReadonlyValues<A>) => unknown, thisArg?: unknown): number;
  findLast(
    test: (value: T, index: number, array: ReadonlyValues<A>) => unknown,
    thisArg?: unknown,
  ): T | undefined;
  findLastIndex(
    test: (value: T, index: number, array: ReadonlyValues<A>) => unknown,
    thisArg?: unknown,
  ): number;
  forEach(visit: (value: T, index: number, array: ReadonlyValues<A>) => void, thisArg?: unknown): void;
  map(change: (value: T, index: number, array: ReadonlyValues<A>) => T, thisArg?: unknown): Copy;
  reduce(merge: (before: T, value: T, index: number, array: ReadonlyValues<A>) => T): T;
  reduce<R>(merge: (before: R, value: T, index: number, array: ReadonlyValues<A>) => R, initial: R): R;
  reduceRight(merge: (before: T, value: T, index: number, array: ReadonlyValues<A>) => T): T;
  reduceRight<R>(merge: (before: R, value: T, index: number, array: ReadonlyValues<A>) => R, initial: R): R;
  some(test: (value: T, index: number, array: ReadonlyValues<A>) => unknown, thisArg?: unknown): boolean;
}

/** A typed array that cannot be stored into, as far as the compiler sees. */
export type ReadonlyValues<A> = A extends {
  readonly length: number;
  readonly [index: number]: infer T;
  slice(): infer Copy;
}
  ? Omit<A, Mutators | Callbacks | typeof Symbol.iterator | number> & Reading<A, T, Copy>
  : never;
