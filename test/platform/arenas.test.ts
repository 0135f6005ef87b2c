import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ARENA_HEAD, Arena, Arenas, type Place } from "../../src/platform/arenas.js";
import { systemConstants } from "../../src/platform/constants.js";

const UNIT = 2 ** 16;
const MIB = 2 ** 20;
/** Bytes behind a range that kernels may look at. */
const BEHIND = 128;

const constants = (system: string) => {
  const found = systemConstants(system, "x64");
  if (found === undefined) throw new Error(`${system} is known`);
  return found;
};
/** Memory lies where the system pleases, at a page of it. */
const at = (page: number) => ({ constants: constants("linux"), addressOf: () => BigInt(page * UNIT) });

afterEach(() => vi.unstubAllGlobals());

/** Puts another way to get memory in the place of the engine's; the namespace keeps the rest. */
function memoryFrom(Memory: unknown): void {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: object };
  vi.stubGlobal(
    "WebAssembly",
    new Proxy(WebAssembly, {
      get: (_, name) => (name === "Memory" ? Memory : Reflect.get(WebAssembly, name)),
    }),
  );
}

/** A range that was given away. */
interface Taken {
  readonly start: number;
  readonly length: number;
}

/** Whether a range may begin at `start`: found by looking at each that was given away. */
function fits(taken: readonly Taken[], base: number, size: number, start: number, length: number): boolean {
  const align = length < 2 * MIB ? UNIT : 2 * MIB;
  const end = start + length + BEHIND;
  if (start < ARENA_HEAD || end > size || (base + start) % align !== 0) return false;
  return taken.every((other) => end <= other.start || other.start + other.length + BEHIND <= start);
}

describe("an arena", () => {
  it("gives the first range that is free, whatever was taken and given back, and loses none", () => {
    const size = 32 * MIB;
    const lengths = fc.oneof(
      fc.integer({ min: 1, max: 10 * MIB }),
      fc.constantFrom(UNIT, UNIT - BEHIND, UNIT - 1, MIB, 2 * MIB - 1, 2 * MIB, 3 * MIB, 28 * MIB),
    );
    const steps = fc.array(fc.oneof(fc.record({ length: lengths }), fc.record({ back: fc.nat() })), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(fc.nat(1000), steps, fc.infiniteStream(fc.nat()), (page, all, order) => {
        const arena = new Arena(at(page), size);
        const base = page * UNIT;
        const taken: Taken[] = [];
        const giveBack = (which: number): void => {
          const [given] = taken.splice(which % taken.length, 1);
          if (given !== undefined) arena.give(given.start, given.length);
        };
        for (const step of all) {
          if ("back" in step) {
            giveBack(step.back);
            continue;
          }
          const { length } = step;
          const found = arena.take(length);
          let first = ARENA_HEAD;
          while (first < size && !fits(taken, base, size, first, length)) first += UNIT;
          expect(found).toBe(first < size ? first : undefined);
          if (found !== undefined) taken.push({ start: found, length });
        }
        expect(arena.isEmpty).toBe(taken.length === 0);
        while (taken.length > 0) giveBack(order.next().value);
        expect(arena.isEmpty).toBe(true);
        expect(arena.take(size - ARENA_HEAD - UNIT - (base % (2 * MIB) === 0 ? 0 : 2 * MIB))).toBeDefined();
      }),
    );
  });

  it("has no other range, and no end, where kernels look beyond a file that fills its pages", () => {
    const arena = new Arena(at(0), 64 * MIB);
    const starts = Array.from({ length: 60 }, () => arena.take(MIB));
    const given = starts.filter((start) => start !== undefined);
    expect(given.length).toBe(56);
    for (const [i, start] of given.entries()) {
      expect((given[i + 1] ?? arena.size) - (start + MIB)).toBeGreaterThanOrEqual(BEHIND);
    }
  });
});

describe("arenas", () => {
  const take = (arenas: Arenas, length: number): Place => {
    const place = arenas.take(length);
    if (place === undefined) throw new Error(`no place for ${length}`);
    return place;
  };

  it("are for what is neither short nor longer than one of them", () => {
    const arenas = new Arenas(at(0), true);
    expect(arenas.take(MIB - 1)).toBeUndefined();
    expect(take(arenas, MIB)).toMatchObject({ length: MIB, offset: ARENA_HEAD });
    const longest = 2 ** 32 - 8 * MIB;
    const { arena, offset, length } = take(arenas, longest);
    expect(offset + length + BEHIND).toBeLessThanOrEqual(arena.size);
    expect(arena.memory.buffer.byteLength).toBe(arena.size);
    for (const more of [2 ** 32 - MIB, 2 ** 32 - 1, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
      expect(arenas.take(more)).toBeUndefined();
    }
  });

  it("of any length that is allowed have room for it, wherever the system puts them", () => {
    const lengths = fc.oneof(
      fc.integer({ min: MIB, max: 2 ** 32 }),
      fc.integer({ min: 2 ** 32 - 8 * MIB, max: 2 ** 32 - 4 * MIB }),
      fc.integer({ min: 57 * MIB, max: 64 * MIB }),
    );
    fc.assert(
      fc.property(fc.nat(100), lengths, (page, length) => {
        const place = new Arenas(at(page), true).take(length);
        if (place === undefined) expect(length).toBeGreaterThan(2 ** 32 - 7 * MIB);
      }),
      { numRuns: 30 },
    );
  });

  it("are not where a process has limits, or the system was not tried", () => {
    memoryFrom(() => {
      throw new Error("asked for memory");
    });
    expect(new Arenas(at(0), false).take(MIB)).toBeUndefined();
    const elsewhere = { constants: constants("darwin"), addressOf: () => 0n };
    expect(new Arenas(elsewhere, true).take(MIB)).toBeUndefined();
  });

  it("grow with what is in them, and those that are there are filled first", () => {
    const arenas = new Arenas(at(0), true);
    const places = Array.from({ length: 30 }, () => take(arenas, 10 * MIB));
    const sizes = [...new Set(places.map(({ arena }) => arena))].map(({ size }) => size / MIB);
    expect(sizes).toEqual([64, 64, 128, 256]);
    const [first] = places;
    if (first === undefined) throw new Error("there is one");
    arenas.give(first);
    expect(take(arenas, 9 * MIB)).toMatchObject({ arena: first.arena, offset: first.offset });
  });

  /** Takes until there is an arena more, and gives the ranges in it. */
  const fill = (arenas: Arenas, length: number): Place[] => {
    const places: Place[] = [];
    for (;;) {
      const place = take(arenas, length);
      if (places.some(({ arena }) => arena !== place.arena)) {
        arenas.give(place);
        return places;
      }
      places.push(place);
    }
  };

  it("have room for several files like the one that they are made for", () => {
    expect(fill(new Arenas(at(0), true), 100 * MIB).length).toBeGreaterThanOrEqual(3);
  });

  it("that are empty are let go, but for one that is no larger than the first", () => {
    const arenas = new Arenas(at(0), true);
    const [spare] = fill(arenas, 15 * MIB);
    const first = [spare, take(arenas, 15 * MIB)];
    const large = take(arenas, 500 * MIB);
    if (spare === undefined) throw new Error("there is one");
    expect(new Set([...first, large].map((place) => place?.arena)).size).toBe(3);
    arenas.give(large);
    for (let round = 0; round < 3; round += 1)
      arenas.give({ ...spare, offset: spare.offset + round * 16 * MIB });
    for (const place of first) if (place !== undefined && place !== spare) arenas.give(place);
    const left = fill(arenas, 15 * MIB);
    expect(left.map(({ arena }) => arena)).toEqual(left.map(() => spare.arena));
    expect(take(arenas, 500 * MIB).arena).not.toBe(large.arena);
  });

  it("that cannot be had are asked for once; those that are there are used on", () => {
    const arenas = new Arenas(at(0), true);
    const had = take(arenas, MIB);
    let asked = 0;
    memoryFrom(
      class {
        constructor() {
          asked += 1;
          throw new RangeError("no memory");
        }
      },
    );
    for (let round = 0; round < 3; round += 1) expect(arenas.take(400 * MIB)).toBeUndefined();
    expect(asked).toBe(1);
    expect(take(arenas, 10 * MIB).arena).toBe(had.arena);
    expect(new Arenas(at(0), true).take(MIB)).toBeUndefined();
    expect(asked).toBe(2);
  });

  it("are not where there is no WebAssembly", () => {
    vi.stubGlobal("WebAssembly", undefined);
    expect(new Arenas(at(0), true).take(MIB)).toBeUndefined();
  });

  it("are not more than a process has addresses for", () => {
    const Memory = class {
      readonly buffer = new ArrayBuffer(0);
    };
    memoryFrom(Memory);
    const arenas = new Arenas(at(0), true);
    let places = 0;
    while (arenas.take(2 ** 32 - 8 * MIB) !== undefined) places += 1;
    expect(places).toBe(256);
  });
});
