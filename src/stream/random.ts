/**
 * A generator of pseudo-random numbers that gives the same ones for the same seeds everywhere: xoshiro128**, its state
 * filled by splitmix32 (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021).
 */
export class Random {
  readonly #state = new Uint32Array(4);

  /** @param seeds whole numbers; of each, the lower 53 bits count */
  constructor(...seeds: readonly number[]) {
    let mixed = 0;
    const mix = (word: number): number => {
      mixed = (mixed + word + 0x9e3779b9) >>> 0;
      let z = mixed;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      mixed = (z ^ (z >>> 15)) >>> 0;
      return mixed;
    };
    for (const seed of seeds) {
      mix(seed >>> 0);
      mix(Math.floor(seed / 2 ** 32) >>> 0);
    }
    for (let i = 0; i < 4; i++) this.#state[i] = mix(i);
    // The one state that never changes.
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
  }

  /** The next 32 bits. */
  next(): number {
    return scramble(this.#state);
  }

  /** A whole number from 0 to before `limit`, which is at most 2 ** 53: each as likely as the others, but for 1 in 2 ** 53 / `limit`. */
  below(limit: number): number {
    const unit = (this.next() >>> 5) * 2 ** 26 + (this.next() >>> 6);
    return Math.floor((unit / 2 ** 53) * limit);
  }

  /** Puts elements in an order that is as likely as any other: Fisher and Yates' shuffle. */
  shuffle(list: { length: number; [index: number]: number }): void {
    for (let i = list.length - 1; i > 0; i--) {
      const other = this.below(i + 1);
      const kept = list[i] ?? 0;
      list[i] = list[other] ?? 0;
      list[other] = kept;
    }
  }
}

/** One step of xoshiro128**: the next 32 bits of a state of four words, not all of them 0, which changes. */
export function scramble(state: Uint32Array): number {
  const [a = 0, b = 0, c = 0, d = 0] = state;
  const third = c ^ a;
  const fourth = d ^ b;
  state[0] = a ^ fourth;
  state[1] = b ^ third;
  state[2] = third ^ (b << 9);
  state[3] = rotate(fourth, 11);
  return Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
