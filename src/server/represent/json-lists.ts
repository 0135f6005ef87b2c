/** The brackets and commas of nested lists in a shape, element by element. An array without elements is `[]`, whatever its shape. */
export class JsonLists {
  readonly #shape: readonly number[];
  /** Elements of one row of each axis but the first, the last axis first. */
  readonly #sizes: readonly number[];
  readonly #inner: number;
  #at = 0;
  #inRow = 0;

  constructor(shape: readonly number[]) {
    this.#shape = shape;
    const sizes: number[] = [];
    for (let axis = shape.length - 1; axis > 0; axis--) {
      sizes.push((sizes.at(-1) ?? 1) * (shape[axis] ?? 1));
    }
    this.#sizes = sizes;
    this.#inner = sizes[0] ?? Number.POSITIVE_INFINITY;
  }

  /** What stands before the next element. */
  next(): string {
    this.#at += 1;
    this.#inRow += 1;
    if (this.#at === 1) return "[".repeat(this.#shape.length);
    if (this.#inRow <= this.#inner) return ",";
    this.#inRow = 1;
    const before = this.#at - 1;
    const ended = this.#sizes.filter((size) => before % size === 0).length;
    return `${"]".repeat(ended)},${"[".repeat(ended)}`;
  }

  /** What stands behind the last element. */
  end(): string {
    return this.#at === 0 ? "[]" : "]".repeat(this.#shape.length);
  }
}
