import { describe, expect, it } from "vitest";
import { mirrored, planForBigs, planForNumbers } from "../../src/compute/plan.js";

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

describe("mirrored", () => {
  it("exchanges the sides", () => {
    expect((["eq", "ne", "lt", "le", "gt", "ge"] as const).map(mirrored)).toEqual([
      "eq",
      "ne",
      "gt",
      "ge",
      "lt",
      "le",
    ]);
  });
});

describe("planForNumbers", () => {
  it("takes numbers and integers that are doubles as they are", () => {
    expect(planForNumbers("lt", 0.5)).toEqual({ op: "lt", scalar: 0.5 });
    expect(planForNumbers("ge", nan)).toEqual({ op: "ge", scalar: nan });
    expect(planForNumbers("eq", 2n ** 80n)).toEqual({ op: "eq", scalar: 2 ** 80 });
  });

  it.each([
    ["eq", { always: false }],
    ["ne", { always: true }],
    ["lt", { op: "le", scalar: 2 ** 53 }],
    ["le", { op: "le", scalar: 2 ** 53 }],
    ["gt", { op: "gt", scalar: 2 ** 53 }],
    ["ge", { op: "gt", scalar: 2 ** 53 }],
  ] as const)("puts an integer above its nearest double: %s", (op, plan) => {
    expect(planForNumbers(op, 2n ** 53n + 1n)).toEqual(plan);
  });

  it.each([
    ["lt", { op: "lt", scalar: 2 ** 53 + 4 }],
    ["le", { op: "lt", scalar: 2 ** 53 + 4 }],
    ["gt", { op: "ge", scalar: 2 ** 53 + 4 }],
    ["ge", { op: "ge", scalar: 2 ** 53 + 4 }],
  ] as const)("puts an integer below its nearest double: %s", (op, plan) => {
    expect(planForNumbers(op, 2n ** 53n + 3n)).toEqual(plan);
  });

  it("puts integers beyond all doubles between the last one and infinity", () => {
    expect(planForNumbers("lt", 10n ** 400n)).toEqual({ op: "lt", scalar: inf });
    expect(planForNumbers("gt", 10n ** 400n)).toEqual({ op: "ge", scalar: inf });
    expect(planForNumbers("ge", -(10n ** 400n))).toEqual({ op: "gt", scalar: -inf });
    expect(planForNumbers("eq", 10n ** 400n)).toEqual({ always: false });
  });
});

describe("planForBigs", () => {
  it("takes integers in range as they are, numbers too", () => {
    expect(planForBigs("lt", -5n, true)).toEqual({ op: "lt", scalar: -5n });
    expect(planForBigs("ge", 2 ** 62, true)).toEqual({ op: "ge", scalar: 2n ** 62n });
    expect(planForBigs("eq", -0, false)).toEqual({ op: "eq", scalar: 0n });
    expect(planForBigs("le", -(2 ** 63), true)).toEqual({ op: "le", scalar: -(2n ** 63n) });
    expect(planForBigs("le", 2n ** 64n - 1n, false)).toEqual({ op: "le", scalar: 2n ** 64n - 1n });
  });

  it.each([
    [2n ** 63n, true, "lt", true],
    [2 ** 63, true, "ge", false],
    [-(2n ** 63n) - 1n, true, "le", false],
    [-(2n ** 63n) - 1n, true, "gt", true],
    [-1n, false, "gt", true],
    [-1n, false, "eq", false],
    [2n ** 64n, false, "ne", true],
    [1e300, false, "le", true],
    [inf, true, "lt", true],
    [inf, true, "gt", false],
    [-inf, true, "ge", true],
    [-inf, true, "eq", false],
    [nan, true, "ne", true],
    [nan, true, "le", false],
    [0.5, true, "eq", false],
    [0.5, true, "ne", true],
  ] as const)("decides against %s (signed: %s) by %s beforehand: %s", (scalar, signed, op, always) => {
    expect(planForBigs(op, scalar, signed)).toEqual({ always });
  });

  it.each([
    [1.5, "lt", { op: "le", scalar: 1n }],
    [1.5, "le", { op: "le", scalar: 1n }],
    [1.5, "gt", { op: "gt", scalar: 1n }],
    [1.5, "ge", { op: "gt", scalar: 1n }],
    [-1.5, "lt", { op: "le", scalar: -2n }],
    [-1.5, "ge", { op: "gt", scalar: -2n }],
  ] as const)("puts the fraction %d between two integers: %s", (scalar, op, plan) => {
    expect(planForBigs(op, scalar, true)).toEqual(plan);
  });

  it("puts a fraction below zero beneath all unsigned integers", () => {
    expect(planForBigs("lt", -0.5, false)).toEqual({ always: false });
    expect(planForBigs("ge", -0.5, false)).toEqual({ always: true });
  });
});
