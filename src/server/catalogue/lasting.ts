/** What needed fewer entries to be looked at is looked at each time. */
const SLIGHT = 1000;
/** How long others are believed, in milliseconds for each entry: about ten times as long as the look at one takes. */
const PATIENCE = 0.05;

interface Known<Value> {
  readonly value: Value;
  readonly weight: number;
  /** The time until which it is believed without a look. */
  readonly until: number;
}

/**
 * What was found out by looking at many entries of directories, and is then believed for about ten times as
 * long as that takes: however often it is asked for, the work takes no more than about a tenth of the time.
 * What was used last is kept, up to a weight in all.
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

  /** @param entries that were looked at */
  set(key: string, value: Value, entries: number, weight = 1): void {
    this.#drop(key);
    const now = performance.now();
    const until = now + (entries < SLIGHT ? 0 : PATIENCE * entries);
    this.#known.set(key, { value, weight, until });
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
