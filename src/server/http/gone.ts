/** Tells those who work for a client when nobody waits any more. What most need not, is made when it is first asked for. */
export class Gone {
  #controller: AbortController | undefined;
  #isGone = false;

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Aborted when the client is gone. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isGone) this.#controller.abort();
    return this.#controller.signal;
  }

  leave(): void {
    this.#isGone = true;
    this.#controller?.abort();
  }
}
