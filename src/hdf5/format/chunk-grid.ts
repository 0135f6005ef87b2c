/** How a dataset is cut into chunks, which are numbered in C order. */
export class ChunkGrid {
  /** Rows, columns, … of the dataset. */
  readonly shape: readonly number[];
  /** Rows, columns, … of a chunk. */
  readonly chunkShape: readonly number[];
  /** Chunks along each axis. */
  readonly counts: readonly number[];
  /** Chunks in all. */
  readonly count: number;

  constructor(shape: readonly number[], chunkShape: readonly number[]) {
    this.shape = shape;
    this.chunkShape = chunkShape;
    this.counts = shape.map((axis, index) => Math.ceil(axis / (chunkShape[index] ?? 1)));
    this.count = this.counts.reduce((all, axis) => all * axis, 1);
  }

  /** Chunks that have rows in common with one chunk, itself included. */
  get perBand(): number {
    return this.counts.slice(1).reduce((all, axis) => all * axis, 1);
  }

  /** Where the chunk of a number is in the grid. */
  positionOf(number: number): number[] {
    const position: number[] = [];
    let rest = number;
    for (let axis = this.counts.length - 1; axis >= 0; axis--) {
      const count = this.counts[axis] ?? 1;
      position[axis] = rest % count;
      rest = Math.floor(rest / count);
    }
    return position;
  }

  /** The number of the chunk there; undefined beyond the grid. */
  numberOf(position: readonly number[]): number | undefined {
    let number = 0;
    for (const [axis, count] of this.counts.entries()) {
      const at = position[axis] ?? 0;
      if (at >= count) return undefined;
      number = number * count + at;
    }
    return number;
  }
}

/**
 * Compares two positions in a grid: below 0 where the first comes before the second in C order, above where after it.
 *
 * @param keys positions one after another, as many numbers each as there are axes
 * @param key which of them
 */
export function comparePositions(keys: Float64Array, key: number, position: readonly number[]): number {
  for (let axis = 0, at = key * position.length; axis < position.length; axis++, at++) {
    const order = (keys[at] ?? 0) - (position[axis] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}
