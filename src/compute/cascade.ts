/**
 * Merges parts in the shape of a balanced tree while they arrive one by one, so that each passes through
 * O(log n) merges instead of up to n: the same reason as for pairwise summation, whose rounding error grows
 * with the depth of the tree (N. J. Higham, "The accuracy of floating point summation", 1993).
 *
 * Memory is one part per level of the tree.
 */
export class Cascade<Part> {
  readonly #merge: (earlier: Part, later: Part) => Part;
  /** One part for each bit of `#count` that is set; what others hold is of no use. */
  readonly #parts: Part[] = [];
  #count = 0;

  /** @param merge combines two neighbouring parts; called with the earlier one first */
  constructor(merge: (earlier: Part, later: Part) => Part) {
    this.#merge = merge;
  }

  /** Takes up the next part. There may be 2³¹ of them. */
  push(part: Part): void {
    const parts = this.#parts;
    let merged = part;
    let level = 0;
    for (let rest = this.#count++; (rest & 1) === 1; rest >>>= 1)
      merged = this.#merge(parts[level++], merged);
    parts[level] = merged;
  }

  /** Whether the next parts, of so many, would be merged with each other first: a power of two that divides the count of those before. */
  fits(count: number): boolean {
    return count > 0 && ((this.#count | count) & (count - 1)) === 0;
  }

  /** Takes up so many next parts, which {@link fits} speaks of, already merged as {@link push} would merge them. */
  pushMerged(part: Part, count: number): void {
    const parts = this.#parts;
    let merged = part;
    let level = 31 - Math.clz32(count);
    for (let rest = this.#count >>> level; (rest & 1) === 1; rest >>>= 1)
      merged = this.#merge(parts[level++], merged);
    parts[level] = merged;
    this.#count += count;
  }

  /** All parts in one, or undefined when there was none. */
  total(): Part | undefined {
    let merged: Part | undefined;
    let level = 0;
    for (let rest = this.#count; rest > 0; rest >>>= 1, level++) {
      if ((rest & 1) === 0) continue;
      merged = merged === undefined ? this.#parts[level] : this.#merge(this.#parts[level], merged);
    }
    return merged;
  }

  /** Forgets all parts. */
  clear(): void {
    this.#count = 0;
  }
}
