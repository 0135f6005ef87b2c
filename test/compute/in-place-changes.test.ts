import { afterAll, describe, expect, it } from "vitest";
import { NumberExtremum } from "../../src/compute/extrema.js";
import { BigExtremum } from "../../src/compute/extrema-big.js";
import { gather } from "../../src/compute/gather.js";
import { type Engine, engineOver } from "../../src/compute/kernels/engine.js";
import type { BigArray, NumberArray } from "../../src/compute/types.js";
import { StaleError } from "../../src/errors.js";
import { type ArrayView, openNpy, saveNpy } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const LENGTH = 400_000;
const opened: { close(): void }[] = [];
afterAll(() => {
  for (const each of opened) each.close();
});

/** Elements of a file, in the memory of kernels where this system has files there. */
function mapped<T extends NumberArray | BigArray>(values: T): T {
  const path = `${fresh("x")}.npy`;
  saveNpy(path, values);
  const array = openNpy(path) as ArrayView & { close(): void };
  opened.push(array);
  return array.values as unknown as T;
}

/** Work in which no kernel finds again what another one saw: as if somebody stored into the file in between. */
function unfound<T>(running: Engine | undefined, work: () => T): T {
  if (running === undefined) return work();
  const { kernels } = running;
  const finds = Object.keys(kernels).filter((name) => name.startsWith("find"));
  const blind = { ...kernels, ...Object.fromEntries(finds.map((name) => [name, () => -1])) };
  Object.assign(running, { kernels: blind });
  try {
    return work();
  } finally {
    Object.assign(running, { kernels });
  }
}

describe("what changes while kernels look at it", () => {
  it("has an extreme element that was there, at its place", () => {
    const numbers = [
      Int32Array.from({ length: LENGTH }, (_, i) => (i * 7919) % 100_003),
      Float64Array.from({ length: LENGTH }, (_, i) => Math.cos(i) * 100),
      new Int8Array(1_200_000).fill(3),
    ];
    for (const values of numbers.map((each) => mapped<NumberArray>(each))) {
      for (const side of ["min", "max"] as const) {
        const sought = new NumberExtremum(side);
        unfound(engineOver(values), () => sought.add(values, 0, values.length));
        const plain = Array.from(values).reduce((a, b) => Math[side](a, b));
        expect(sought.result()).toEqual({ value: plain, index: values.indexOf(plain) });
      }
    }
    const longs = mapped(BigInt64Array.from({ length: LENGTH }, (_, i) => BigInt((i * 7919) % 100_003) + 5n));
    for (const [side, value] of [
      ["min", 5n],
      ["max", 100_007n],
    ] as const) {
      const sought = new BigExtremum(side);
      unfound(engineOver(longs), () => sought.add(longs, 0, LENGTH));
      expect(sought.result()).toEqual({ value, index: longs.indexOf(value) });
    }
  });

  it("gives no element of anybody else for a place that nobody judged", () => {
    const values = mapped(Float64Array.from({ length: LENGTH }, (_, i) => i));
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const out = new Float64Array(1000);
    const taken = (places: Int32Array) => gather(bytes, 8, places, 8, 0, new Uint8Array(out.buffer));
    taken(Int32Array.from({ length: 1000 }, (_, i) => LENGTH - 1 - i));
    expect(out[999]).toBe(LENGTH - 1000);
    if (engineOver(values) === undefined) return;
    for (const bad of [LENGTH, 2 ** 31 - 1, -1]) {
      expect(() => taken(new Int32Array(1000).fill(bad, 500, 501))).toThrow(StaleError);
    }
  });
});
