/** The kernels of assembly/pack.ts. */
export interface PackKernels {
  /**
   * Makes several copies of `rows` elements each, `turn` rows of each in turn. The list has five numbers of 32 bits for each:
   * source, its stride, destination, its stride, and the bytes of one element.
   */
  moveTogether(list: number, copies: number, rows: number, turn: number): void;
}
