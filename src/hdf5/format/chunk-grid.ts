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
