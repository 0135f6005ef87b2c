/** How long values are kept after the last use of any of them, in milliseconds. */
const IDLE_MS = 200;

interface Entry<T> {
  readonly value: T;
  readonly cost: number;
}

/** What a thread uses again and again for a while: the last ones used, until none of them was used for some time. */
export class IdleCache<T> {
  /** By key, the one that was used last at the end. */
  readonly #entries = new Map<string, Entry<T>>();
  readonly #most: number;
  readonly #close: (value: T) => void;
  #cost = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param most what they may cost together; one is kept whatever it costs
   * @param close called with each that is let go
   */
  constructor(most: number, close: (value: T) => void = () => {}) {
    this.#most = most;
    this.#close = close;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    this.#timer?.refresh();
    return entry.value;
  }

  /** Keeps a value under a key that has none. */
  put(key: string, value: T, cost: number): void {
    this.#entries.set(key, { value, cost });
    this.#cost += cost;
    for (const oldest of this.#entries.keys()) {
      if (this.#cost <= this.#most || oldest === key) break;
      this.#drop(oldest);
    }
    this.#timer ??= setTimeout(() => this.clear(), IDLE_MS).unref();
    this.#timer.refresh();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const key of [...this.#entries.keys()]) this.#drop(key);
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#cost -= entry.cost;
    this.#close(entry.value);
  }
}
