import { pieces } from "./fed.js";
import { engineFor } from "./few.js";
import type { Engine } from "./kernels/engine.js";
import type { Kernels } from "./kernels/exports.js";
import { type Extremum, Leading, type PlaceOptions, type Side } from "./leading.js";
import type { BigArray, MissingOptions } from "./types.js";
import { HIGH, isSigned, LOW, NAT, WordView } from "./words.js";

/** The greatest signed integer. */
const GREATEST = 2n ** 63n - 1n;

/**
 * The least or greatest 64-bit integer and its first place. With `nat`, NaT propagates as NaN does in
 * `NumberExtremum`.
 */
export class BigExtremum extends Leading<bigint, BigArray> {
  readonly #side: Side;
  readonly #nat: boolean;
  readonly #skipNaN: boolean;
  readonly #valueOnly: boolean;
  readonly #view = new WordView();

  constructor(
    side: Side,
    { nat = false, skipNaN = false, valueOnly = false }: MissingOptions & PlaceOptions = {},
  ) {
    super();
    this.#side = side;
    this.#nat = nat;
    this.#skipNaN = skipNaN;
    this.#valueOnly = valueOnly;
  }

  protected find(values: BigArray, start: number, end: number): Extremum<bigint> | null {
    const running = engineFor(end - start, values);
    if (running !== undefined) return this.#findByKernel(running, values, start, end);
    return this.#findPlain(values, start, end);
  }

  #findPlain(values: BigArray, start: number, end: number): Extremum<bigint> | null {
    const nan = !this.#nat ? "value" : this.#skipNaN ? "skip" : "stop";
    const index = firstBigExtremum(this.#view.of(values), start, end, isSigned(values), this.#side, nan);
    return index < 0 ? null : { value: values[index], index: index - start };
  }

  #findByKernel(running: Engine, values: BigArray, start: number, end: number): Extremum<bigint> | null {
    const { kernels } = running;
    let best: Extremum<bigint> | null = null;
    for (const { at, count, first } of pieces(running, values, start, end)) {
      if (this.#nat && !this.#skipNaN) {
        const place = kernels.findI64(at, count, NAT);
        if (place >= 0) return { value: NAT, index: first + place };
      }
      const value = this.#extremeOf(kernels, values, at, count);
      if (best !== null && !this.precedes(value, best.value)) continue;
      // Where all are skipped, what comes is something that is not there, or NaT itself.
      if (this.isMissing(value)) continue;
      const known = this.#valueOnly && !(this.#nat && value === GREATEST);
      const place = known ? 0 : kernels.findI64(at, count, BigInt.asIntN(64, value));
      // What is mapped may have been changed since: then one look has to do.
      const found =
        place < 0 ? this.#findPlain(values, start + first, start + first + count) : { value, index: place };
      if (found === null) continue;
      if (this.isMissing(found.value)) return { value: found.value, index: first + found.index };
      if (best !== null && !this.precedes(found.value, best.value)) continue;
      best = { value: found.value, index: first + found.index };
    }
    return best;
  }

  #extremeOf(kernels: Kernels, values: BigArray, at: number, count: number): bigint {
    if (isSigned(values)) {
      return this.#side === "min" ? kernels.minI64(at, count, this.#nat) : kernels.maxI64(at, count);
    }
    return BigInt.asUintN(64, this.#side === "min" ? kernels.minU64(at, count) : kernels.maxU64(at, count));
  }

  protected precedes(value: bigint, other: bigint): boolean {
    return this.#side === "min" ? value < other : value > other;
  }

  protected isMissing(value: bigint): boolean {
    return this.#nat && value === NAT;
  }
}

/**
 * Where the extreme one of the elements `start` to `end - 1` stands first; -1 when there is nothing to choose
 * from.
 *
 * The words are mapped so that the least element sought is always the least pair of unsigned words.
 *
 * @param nan what -2⁶³ is: a value, to be skipped, or to be stopped at
 */
function firstBigExtremum(
  words: Uint32Array,
  start: number,
  end: number,
  signed: boolean,
  side: Side,
  nan: "value" | "skip" | "stop",
): number {
  const lowAt = LOW;
  const highAt = HIGH;
  const flipLow = side === "min" ? 0 : 0xffffffff;
  const flipHigh = (signed ? 0x80000000 : 0) ^ flipLow;
  const checked = nan !== "value";
  let index = -1;
  let bestHigh = 0xffffffff;
  let bestLow = 0xffffffff;
  for (let i = start; i < end; i++) {
    const word = words[2 * i + highAt];
    if (checked && word === 0x80000000 && words[2 * i + lowAt] === 0) {
      if (nan === "stop") return i;
      continue;
    }
    const high = (word ^ flipHigh) >>> 0;
    if (high > bestHigh) continue;
    const low = (words[2 * i + lowAt] ^ flipLow) >>> 0;
    if (high === bestHigh && low >= bestLow && index >= 0) continue;
    bestHigh = high;
    bestLow = low;
    index = i;
  }
  return index;
}
