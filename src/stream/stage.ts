import { showValue } from "../dtype/index.js";
import { ClosedError, LimitError } from "../errors.js";
import { sharedBuffer } from "./shared-view.js";

/** Who has a stage: told when it is closed. */
export interface StageUser {
  closed(error: ClosedError): void;
}

/**
 * Memory for results: at most one at a time, of any dataset, as long as it fits. A result lies there until its future is
 * read, given up or dropped.
 *
 * ```ts
 * using stage = dataset.createStage(10);
 * ```
 */
export class Stage {
  /** Bytes that a result may take. */
  readonly byteLength: number;
  #bytes: Uint8Array<SharedArrayBuffer> | undefined;
  #user: StageUser | undefined;
  /** Called when it is free again. */
  readonly #freed: ((stage: Stage) => void) | undefined;

  /** @internal Use `createStage` of datasets. @throws LimitError where there is no memory for it */
  constructor(byteLength: number, freed?: (stage: Stage) => void) {
    this.#bytes = new Uint8Array(sharedBuffer(byteLength));
    this.byteLength = byteLength;
    this.#freed = freed;
  }

  /** Whether a request has it: it cannot serve another one. */
  get busy(): boolean {
    return this.#user !== undefined;
  }

  get closed(): boolean {
    return this.#bytes === undefined;
  }

  /**
   * @internal Gives it to a request.
   * @throws LimitError where another one has it, ClosedError
   */
  claim(user: StageUser): Uint8Array<SharedArrayBuffer> {
    if (this.#bytes === undefined) throw new ClosedError("the stage is closed");
    if (this.#user !== undefined) {
      throw new LimitError(
        "the stage serves another request: read its future first, or use a pool of stages",
      );
    }
    this.#user = user;
    return this.#bytes;
  }

  /** @internal The request is over, and nobody writes into it any more. */
  release(user: StageUser): void {
    if (this.#user !== user) return;
    this.#user = undefined;
    this.#freed?.(this);
  }

  /** Lets go of the memory. A request that has it fails with a ClosedError. A second call does nothing. */
  close(): void {
    if (this.#bytes === undefined) return;
    this.#bytes = undefined;
    this.#user?.closed(new ClosedError("the stage of this request was closed"));
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Bytes of a stage, given as rows or as bytes. @throws LimitError for what is no number of them */
export function stageBytes(size: number | { readonly bytes: number }, rowBytes: number): number {
  const [count, what] = typeof size === "number" ? [size, "rows"] : [size?.bytes, "bytes"];
  if (Number.isSafeInteger(count) && count >= 0) return typeof size === "number" ? count * rowBytes : count;
  throw new LimitError(`a stage has a whole number of ${what}, not ${showValue(count)}`);
}
