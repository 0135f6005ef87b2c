/** What a signal ends. */
export interface Abortable {
  aborted(reason: unknown): void;
}

/** Those that a signal ends, however many, with one listener while there are any. */
class Ending {
  readonly #signal: WeakRef<AbortSignal>;
  readonly #targets = new Set<WeakRef<Abortable>>();

  constructor(signal: AbortSignal) {
    this.#signal = new WeakRef(signal);
  }

  readonly #abort = (): void => {
    const targets = [...this.#targets];
    this.#targets.clear();
    for (const target of targets) {
      dropped.unregister(target);
      target.deref()?.aborted(this.#signal.deref()?.reason);
    }
  };

  add(target: WeakRef<Abortable>): void {
    if (this.#targets.size === 0)
      this.#signal.deref()?.addEventListener("abort", this.#abort, { once: true });
    this.#targets.add(target);
  }

  remove(target: WeakRef<Abortable>): void {
    if (!this.#targets.delete(target) || this.#targets.size > 0) return;
    this.#signal.deref()?.removeEventListener("abort", this.#abort);
  }
}

const endings = new WeakMap<AbortSignal, Ending>();

/** Signals outlive what nobody reads to its end. Nothing here leads to a signal: its other listeners may lead to the target. */
const dropped = new FinalizationRegistry<{ readonly ending: Ending; readonly target: WeakRef<Abortable> }>(
  ({ ending, target }) => ending.remove(target),
);

/**
 * Has a signal end something, which it does not keep alive. A signal has one listener for all of them, and none when none is
 * left.
 *
 * @param signal one that was not given yet
 * @returns what ends that: to be called when there is nothing to end any more
 */
export function onAbort(signal: AbortSignal, target: Abortable): () => void {
  const ending = endings.get(signal) ?? new Ending(signal);
  endings.set(signal, ending);
  const ref = new WeakRef(target);
  ending.add(ref);
  dropped.register(target, { ending, target: ref }, ref);
  return () => {
    dropped.unregister(ref);
    ending.remove(ref);
  };
}
