/**
 * Merges parts in the shape of a balanced tree while they arrive one by one, so that each passes through
 * O(log n) merges instead of up to n: the same reason as for pairwise summation, whose rounding error grows
 * with the depth of the tree (N. J. Higham, "The accuracy of floating point summation", 1993).
 *
 * Memory is one part per level of the tree.
 */
export class Cascade<Part> {
  readonly #merge: (earlier: Part, later: Part) => Part;
  readonly #parts: Part[] = [];
  readonly #levels: number[] = [];

  /** @param merge combines two neighbouring parts; called with the earlier one first */
  constructor(merge: (earlier: Part, later: Part) => Part) {
    this.#merge = merge;
  }

  /** Takes up the next part. */
  push(part: Part): void {
    let merged = part;
    let level = 0;
    while (this.#levels.at(-1) === level) {
      this.#levels.pop();
      const earlier = this.#parts.pop();
      if (earlier !== undefined) merged = this.#merge(earlier, merged);
      level += 1;
    }
    this.#parts.push(merged);
    this.#levels.push(level);
  }

  /** All parts in one, or undefined when there was none. */
  total(): Part | undefined {
    if (this.#parts.length === 0) return undefined;
    return this.#parts.reduceRight((later, earlier) => this.#merge(earlier, later));
  }

  /** Forgets all parts. */
  clear(): void {
    this.#parts.length = 0;
    this.#levels.length = 0;
  }
}
