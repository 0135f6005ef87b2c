import fc from "fast-check";
import { anyFloat, anyInteger, anyText } from "../src/testing/arbitraries/scalars.js";

/** Whatever a caller may offer for storing: numbers on the edges, texts, dates, nothing, and things that fit nowhere. */
export const anyPlain: fc.Arbitrary<unknown> = fc.oneof(
  anyFloat(8),
  anyFloat(4),
  fc.integer({ min: -40_000, max: 70_000 }),
  anyInteger(-(2n ** 64n), 2n ** 65n),
  fc.constantFrom(
    127n,
    128n,
    255n,
    256n,
    65504n,
    65505n,
    2n ** 24n + 1n,
    2n ** 53n + 1n,
    2n ** 63n,
    -(2n ** 63n),
  ),
  fc.boolean(),
  anyText(),
  fc.string({ unit: fc.constantFrom("a", "\0", "\ud83d", "\ude00", "é"), maxLength: 4 }),
  fc.date({ noInvalidDate: false }),
  fc.constantFrom(new Date(0), new Date(86_400_000), new Date("2000-03-01"), new Date(8.64e15)),
  fc.record({ re: anyFloat(8), im: anyFloat(8) }, { noNullPrototype: true }),
  fc.uint8Array({ maxLength: 4 }),
  fc.constantFrom<unknown>(null, undefined, {}, [], [1], Symbol.iterator, () => 1),
);
