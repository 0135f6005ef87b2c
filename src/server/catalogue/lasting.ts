/** How many times as long as it took to find something out, it is believed. */
const PATIENCE = 10;
/** What takes no longer is done again each time, in milliseconds. */
const SLIGHT = 1;

interface Known<Value> {
  readonly value: Value;
  readonly weight: number;
  /** The time until which it is believed without a look. */
  readonly until: number;
}

/**
 * What was found out by work, and is believed for ten times as long as that took: however often it is asked for, the work takes
 * no more than about a tenth of the time. What was used last is kept, up to a weight in all.
 */
export class Lasting<Value> {
  readonly #known = new Map<string, Known<Value>>();
  readonly #most: number;
  #weight = 0;

  /** @param most of the weights of all that is kept */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): { readonly value: Value; readonly isFresh: boolean } | undefined {
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    this.#known.delete(key);
    this.#known.set(key, known);
    return { value: known.value, isFresh: performance.now() < known.until };
  }

  /** @param since when the work began, by `performance.now()` */
  set(key: string, value: Value, since: number, weight = 1): void {
    this.#drop(key);
    const now = performance.now();
    const took = now - since;
    this.#known.set(key, { value, weight, until: took < SLIGHT ? now : now + PATIENCE * took });
    this.#weight += weight;
    for (const oldest of this.#known.keys()) {
      if (this.#weight <= this.#most) break;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#weight -= this.#known.get(key)?.weight ?? 0;
    this.#known.delete(key);
  }
}
