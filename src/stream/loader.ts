import type { BlockSpan } from "./block-plan.js";

/** What has been read of a block. */
export interface Loaded<D> {
  readonly data: D;
  /** Gives back what it lies in. Where nobody is left who could say so it is never called: that memory is not used again. */
  release(): void;
}

/** What reads blocks. */
export interface Loader<D, L extends Loaded<D> = Loaded<D>> {
  /** Begins to read a block, or has it at once. */
  load(span: BlockSpan): L | Promise<L>;
  /** Gives up what is under way. */
  stop(reason: unknown): void;
}
