/** Mixes whole numbers into one of 32 bits; the same ones always into the same. */
export function mix(...parts) {
  let hash = 0x9e3779b9;
  for (const part of parts) {
    hash = Math.imul(hash ^ (part | 0), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** A source of choices that is told apart by whole numbers and is the same for the same ones. */
export function randomOf(...parts) {
  let count = 0;
  const bits = () => mix(...parts, ++count);
  const real = () => bits() / 2 ** 32;
  const below = (n) => Math.floor(real() * n);
  const oneOf = (list) => list[below(list.length)];
  const chance = (p) => real() < p;
  return { bits, real, below, oneOf, chance };
}

/** A list's members in another order. */
export function shuffled(list, random) {
  const mixed = [...list];
  for (let i = mixed.length - 1; i > 0; i -= 1) {
    const j = random.below(i + 1);
    [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
  }
  return mixed;
}

/** A seed that no other run had, small enough to be typed. */
export function freshSeed() {
  return mix(Date.now(), process.pid) % 1_000_000;
}
