import { sharedBuffer } from "../array/index.js";
import { showValue } from "../dtype/index.js";
import { ClosedError, LimitError } from "../errors.js";

/** Who has a stage: told when it is closed. */
export interface StageUser {
  /** Whether nobody will read its result: it gives the stage back as soon as nobody writes into it any more. */
  readonly isLost: boolean;
  closed(error: ClosedError): void;
}

/** A request that waits for a stage. */
export interface StageWaiter {
  /** Whether it needs none any more. */
  readonly isSettled: boolean;
  begin(stage: Stage): void;
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
  /** Waits for the end of a request that has failed. */
  #next: StageWaiter | undefined;
  #closed = false;
  /** Called when it is free again. */
  readonly #freed: ((stage: Stage) => void) | undefined;

  /** @internal Use `createStage` of datasets. @throws LimitError where there is no memory for it */
  constructor(byteLength: number, freed?: (stage: Stage) => void) {
    this.#bytes = new Uint8Array(sharedBuffer(byteLength));
    this.byteLength = byteLength;
    this.#freed = freed;
  }

  /** Whether a request has it, be it one that has failed, for which a worker still writes into it. */
  get busy(): boolean {
    return this.#user !== undefined;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /**
   * @internal Begins a request, as soon as nobody writes into it any more for one that has failed.
   * @throws LimitError where another one has it, ClosedError
   */
  serve(waiter: StageWaiter): void {
    if (this.#closed) throw new ClosedError("the stage is closed");
    if (this.#user?.isLost === false || this.#next?.isSettled === false) {
      throw new LimitError(
        "the stage serves another request: read its future first, or use a pool of stages",
      );
    }
    if (waiter.isSettled) return;
    if (this.#user === undefined) waiter.begin(this);
    else this.#next = waiter;
  }

  /** @internal Gives it to a request, when it is free. @throws LimitError where there is no memory */
  claim(user: StageUser): Uint8Array<SharedArrayBuffer> {
    this.#user = user;
    this.#bytes ??= new Uint8Array(sharedBuffer(this.byteLength));
    return this.#bytes;
  }

  /** @internal Its memory may be looked at for ever: the next request has another one. */
  forget(user: StageUser): void {
    if (this.#user === user) this.#bytes = undefined;
  }

  /** @internal The request is over, and nobody writes into it any more. */
  release(user: StageUser): void {
    if (this.#user !== user) return;
    this.#user = undefined;
    const next = this.#next;
    this.#next = undefined;
    if (next?.isSettled === false && !this.#closed) next.begin(this);
    else this.#freed?.(this);
  }

  /** Lets go of the memory. A request that has it fails with a ClosedError. A second call does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#bytes = undefined;
    const error = new ClosedError("the stage of this request was closed");
    this.#user?.closed(error);
    this.#next?.closed(error);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Bytes of a stage, given as rows or as bytes. @throws LimitError for what is no number of them */
export function stageBytes(size: number | { readonly bytes: number }, rowBytes: number): number {
  const isBytes = typeof size === "object" && size !== null;
  const [count, what] = isBytes ? [size.bytes, "bytes"] : [size, "rows"];
  if (Number.isSafeInteger(count) && count >= 0) return isBytes ? count : count * rowBytes;
  throw new LimitError(`a stage has a whole number of ${what}, not ${showValue(count)}`);
}
