import type { SortKeys } from "./sort-keys.js";

/** Keys that are also had for a part of the elements, so that an algorithm can go through them block by block. */
export interface RangedKeys extends SortKeys {
  /** The keys of the elements `start` to `end - 1`. */
  range(start: number, end: number): SortKeys;
}

/** The keys of `length` elements, made by what makes those of any range of them. */
export function rangedKeys(length: number, range: (start: number, end: number) => SortKeys): RangedKeys {
  return { ...range(0, length), range };
}

/** How {@link rankedKeys} changes the order of keys. */
export interface Ranking {
  /** 1 for each element that stands for no value, 0 for the others; such elements are equal, and come last. */
  readonly missing?: Uint8Array | undefined;
  /** The greatest first. What is missing still comes last, and equal elements keep their order. */
  readonly descending?: boolean | undefined;
}

/** Keys in the order that is asked for. */
export function rankedKeys(keys: RangedKeys, { missing, descending = false }: Ranking): RangedKeys {
  if (missing === undefined && !descending) return keys;
  return rangedKeys(keys.length, (start, end) => {
    const inner = keys.range(start, end);
    const absent = missing?.subarray(start, end);
    return {
      length: inner.length,
      words: inner.words + Number(absent !== undefined),
      load: (word, into) => {
        if (word === inner.words) {
          if (absent !== undefined) into.set(absent);
          return;
        }
        inner.load(word, into);
        if (descending) for (let i = 0; i < inner.length; i++) into[i] = ~into[i];
        // One less than 0 has every bit, one less than 1 has none.
        if (absent !== undefined) for (let i = 0; i < inner.length; i++) into[i] &= absent[i] - 1;
      },
    };
  });
}

/**
 * Several keys of the same `length` elements as one: in the order of the first, elements that are equal in it in the
 * order of the second, and so on. Without any, all elements are equal.
 */
export function joinKeys(parts: readonly RangedKeys[], length: number): RangedKeys {
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  return rangedKeys(length, (start, end) => {
    const words = parts
      .map((part) => part.range(start, end))
      .reverse()
      .flatMap((keys) => Array.from({ length: keys.words }, (_, word) => ({ keys, word })));
    return {
      length: end - start,
      words: words.length,
      load: (at, into) => words[at].keys.load(words[at].word, into),
    };
  });
}
