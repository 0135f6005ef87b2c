/** A place among the blocks that there may be. It leads to its stream, and not to what takes the place. */
export class Place {
  #leave: (() => void) | undefined;

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  /** Makes room for another block. A second call does nothing. */
  leave(): void {
    const leave = this.#leave;
    this.#leave = undefined;
    leave?.();
  }
}
