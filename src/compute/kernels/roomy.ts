import { Engine, engine, newMemory } from "./engine.js";

/** Addresses have 32 bits, and the last page is left alone, so that the end of memory has an address too. */
const MOST = 2 ** 32 - 2 ** 18;

/** The last one that was made: where nobody collected it in between, its memory is there already. */
let kept: WeakRef<Engine> | undefined;

/**
 * Kernels over so many bytes of memory from `base` on, for work that needs all of its elements at once. Nothing in it outlives
 * the call that put it there.
 *
 * @returns undefined where there are no kernels, or there is no such memory
 */
export function roomyEngine(size: number): Engine | undefined {
  const shared = engine();
  if (shared === undefined || shared.base + size <= shared.bytes.length) return shared;
  return privateEngine(size);
}

/** As {@link roomyEngine}, never those that other kernels of this thread use: for work that has others done in between. */
export function privateEngine(size: number): Engine | undefined {
  if (engine() === undefined) return undefined;
  try {
    if (size > MOST) return undefined;
    const roomy = kept?.deref() ?? new Engine(newMemory(size));
    kept = new WeakRef(roomy);
    roomy.reserve(size);
    return roomy;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Addresses in an engine's memory, one after the other, for so many bytes each. */
export function regions<const Sizes extends readonly number[]>(
  base: number,
  sizes: Sizes,
): { readonly [At in keyof Sizes]: number } {
  let at = base;
  const starts = sizes.map((size) => {
    const start = at;
    at += 16 * Math.ceil(size / 16);
    return start;
  });
  return starts as unknown as { readonly [At in keyof Sizes]: number };
}

/** Bytes that {@link regions} take. */
export function sizeOfRegions(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + 16 * Math.ceil(size / 16), 0);
}
