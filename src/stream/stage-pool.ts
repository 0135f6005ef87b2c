import { showValue } from "../dtype/index.js";
import { ClosedError, LimitError } from "../errors.js";
import { Stage, type StageWaiter } from "./stage.js";

/** Stages of a pool. */
const MOST = 2 ** 20;

/** Stages that requests take in turn; those that find none wait, the first one first. */
export class StagePool {
  /** Bytes that a result may take. */
  readonly byteLength: number;
  readonly #stages: readonly Stage[];
  readonly #free: Stage[];
  #waiting: StageWaiter[] = [];
  /** Of those who wait, the first ones have been served. */
  #served = 0;
  #closed = false;
  #isServing = false;

  /** @internal Use `createStagePool` of datasets. @throws LimitError for no number of stages, and for too much memory */
  constructor(byteLength: number, count: number) {
    if (!Number.isSafeInteger(count) || count < 1) {
      throw new LimitError(`a pool has a whole number of stages, at least 1, not ${showValue(count)}`);
    }
    if (count > MOST) throw new LimitError(`a pool has at most ${MOST} stages, not ${count}`);
    this.byteLength = byteLength;
    const freed = (stage: Stage) => {
      if (this.#closed) return;
      this.#free.push(stage);
      this.#serve();
    };
    this.#stages = Array.from({ length: count }, () => new Stage(byteLength, freed));
    this.#free = [...this.#stages];
  }

  /** Number of stages. */
  get size(): number {
    return this.#stages.length;
  }

  /** Stages that no request has. */
  get free(): number {
    return this.#free.length;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** @internal Begins a request as soon as there is a stage for it. @throws ClosedError */
  serve(waiter: StageWaiter): void {
    if (this.#closed) throw new ClosedError("the pool of stages is closed");
    this.#waiting.push(waiter);
    this.#serve();
  }

  /** One after the other, also where one fails at once and its stage is the next one's. */
  #serve(): void {
    if (this.#isServing) return;
    this.#isServing = true;
    try {
      while (this.#free.length > 0 && this.#served < this.#waiting.length) {
        const waiter = this.#waiting[this.#served++];
        if (waiter.isSettled) continue;
        const stage = this.#free.pop();
        if (stage !== undefined) waiter.begin(stage);
      }
    } finally {
      this.#isServing = false;
      this.#forget();
    }
  }

  #forget(): void {
    if (this.#served === this.#waiting.length) this.#waiting.length = 0;
    else if (this.#served >= 1024) this.#waiting = this.#waiting.slice(this.#served);
    else return;
    this.#served = 0;
  }

  /** Closes the stages. Requests that have one, or wait for one, fail with a ClosedError. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#free.length = 0;
    const waiting = this.#waiting.splice(0).slice(this.#served);
    this.#served = 0;
    for (const stage of this.#stages) stage.close();
    for (const waiter of waiting) waiter.closed(new ClosedError("the pool of stages was closed"));
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
