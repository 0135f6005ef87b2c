import { describe, expect, it } from "vitest";
import {
  convertStep,
  type DateStep,
  dateToStep,
  formatStep,
  NAT,
  parseDType,
  stepToDate,
} from "../../src/dtype/index.js";

const MAX = 2n ** 63n - 1n;

function step(text: string): DateStep {
  const found = parseDType(text === "" ? "M8" : `M8[${text}]`).step;
  if (found === undefined) throw new Error(`no step ${text}`);
  return found;
}

function convert(value: bigint, from: string, to: string, dates = true) {
  return convertStep(value, step(from), step(to), dates);
}

describe("convertStep between dates", () => {
  const UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us"];
  // [int(np.datetime64(day).astype(f"M8[{unit}]").astype("i8")) for unit in UNITS]
  it.each([
    [
      "0001-01-01",
      [
        -1969n,
        -23628n,
        -102738n,
        -719162n,
        -17259888n,
        -1035593280n,
        -62135596800n,
        -62135596800000n,
        -62135596800000000n,
      ],
    ],
    [
      "9999-12-31",
      [
        8029n,
        96359n,
        418985n,
        2932896n,
        70389504n,
        4223370240n,
        253402214400n,
        253402214400000n,
        253402214400000000n,
      ],
    ],
    [
      "-005-02-28",
      [
        -1975n,
        -23699n,
        -103043n,
        -721296n,
        -17311104n,
        -1038666240n,
        -62319974400n,
        -62319974400000n,
        -62319974400000000n,
      ],
    ],
    ["1969-12-31", [-1n, -1n, -1n, -1n, -24n, -1440n, -86400n, -86400000n, -86400000000n]],
    [
      "2000-02-29",
      [30n, 361n, 1573n, 11016n, 264384n, 15863040n, 951782400n, 951782400000n, 951782400000000n],
    ],
    [
      "1900-03-01",
      [-70n, -838n, -3644n, -25508n, -612192n, -36731520n, -2203891200n, -2203891200000n, -2203891200000000n],
    ],
    [
      "2023-01-31",
      [53n, 636n, 2769n, 19388n, 465312n, 27918720n, 1675123200n, 1675123200000n, 1675123200000000n],
    ],
    [
      "2024-02-29",
      [54n, 649n, 2826n, 19782n, 474768n, 28486080n, 1709164800n, 1709164800000n, 1709164800000000n],
    ],
    [
      "-004-02-29",
      [
        -1974n,
        -23687n,
        -102990n,
        -720930n,
        -17302320n,
        -1038139200n,
        -62288352000n,
        -62288352000000n,
        -62288352000000000n,
      ],
    ],
    [
      "0000-02-29",
      [
        -1970n,
        -23639n,
        -102782n,
        -719469n,
        -17267256n,
        -1036035360n,
        -62162121600n,
        -62162121600000n,
        -62162121600000000n,
      ],
    ],
    [
      "1600-02-29",
      [
        -370n,
        -4439n,
        -19298n,
        -135081n,
        -3241944n,
        -194516640n,
        -11670998400n,
        -11670998400000n,
        -11670998400000000n,
      ],
    ],
    [
      "2100-03-01",
      [130n, 1562n, 6791n, 47541n, 1140984n, 68459040n, 4107542400n, 4107542400000n, 4107542400000000n],
    ],
  ])("moves %s as NumPy does", (_day, counts) => {
    const day = counts[3] ?? 0n;
    const moved = UNITS.map((unit) => convert(day, "D", unit)?.value);
    expect(moved).toEqual(counts);
    for (const [i, unit] of UNITS.entries()) {
      if (i >= 3) expect(convert(counts[i] ?? 0n, unit, "D")).toEqual({ value: day, exact: true });
    }
  });

  // int(np.array([count]).astype(f"M8[{unit}]").astype("M8[D]").astype("i8")[0])
  it.each([
    [0n, "Y", 0n],
    [-1n, "Y", -365n],
    [-1970n, "Y", -719528n],
    [-1975n, "Y", -721354n],
    [30n, "Y", 10957n],
    [8029n, "Y", 2932532n],
    [1n, "M", 31n],
    [-1n, "M", -31n],
    [361n, "M", 10988n],
    [637n, "M", 19389n],
    [-23640n, "M", -719528n],
  ])("begins %i %s on day %i", (count, unit, day) => {
    expect(convert(count, unit, "D")).toEqual({ value: day, exact: true });
    expect(convert(day, "D", unit)).toEqual({ value: count, exact: true });
    expect(convert(day + 1n, "D", unit)).toEqual({ value: count, exact: false });
    expect(convert(day - 1n, "D", unit)).toEqual({ value: count - 1n, exact: false });
  });

  it("needs no day cut off for a whole month", () => {
    expect(convert(86_400n * 31n, "s", "M")).toEqual({ value: 1n, exact: true });
    expect(convert(86_400n * 31n + 1n, "s", "M")).toEqual({ value: 1n, exact: false });
    expect(convert(-1n, "s", "M")).toEqual({ value: -1n, exact: false });
    expect(convert(13n, "M", "Y")).toEqual({ value: 1n, exact: false });
  });
});

describe("convertStep with multiples", () => {
  // np.array([value]).astype(f"M8[{a}]").astype(f"M8[{b}]"), and the same with m8
  it.each([
    ["7s", "3ms", 5n, 11666n],
    ["3s", "7s", -5n, -3n],
    ["2Y", "3M", -7n, -56n],
    ["3W", "D", -2n, -42n],
    ["D", "3W", -1n, -1n],
    ["400Y", "Y", -5n, -2000n],
    ["10us", "ns", 123n, 1230000n],
    ["ns", "10us", -1n, -1n],
    ["25h", "D", -1n, -2n],
    ["D", "7h", -1n, -4n],
  ])("[%s] to [%s] of %i is %i", (from, to, value, result) => {
    for (const dates of [true, false]) expect(convert(value, from, to, dates)?.value).toBe(result);
  });

  it.each([
    ["5M", "D", -3n, -457n],
    ["10D", "2M", -40n, -7n],
    ["D", "2Y", -1n, -1n],
  ])("dates of [%s] to [%s] of %i are %i", (from, to, value, result) => {
    expect(convert(value, from, to)?.value).toBe(result);
  });
});

describe("convertStep", () => {
  it("has no length of months in days for durations", () => {
    for (const calendar of ["Y", "M", "3M"]) {
      for (const fixed of ["W", "D", "h", "as"]) {
        expect(convert(1n, calendar, fixed, false)).toBeUndefined();
        expect(convert(1n, fixed, calendar, false)).toBeUndefined();
        expect(convert(0n, fixed, calendar, false)).toBeUndefined();
      }
    }
    expect(convert(2n, "Y", "M", false)).toEqual({ value: 24n, exact: true });
  });

  it("stays within 64 bits, of which the lowest is NaT", () => {
    expect(convert(MAX, "as", "as")?.value).toBe(MAX);
    expect(convert(9_223_372_036n, "s", "ns")?.value).toBe(9_223_372_036_000_000_000n);
    expect(convert(9_223_372_037n, "s", "ns")).toBeUndefined();
    expect(convert(-9_223_372_036n, "s", "ns")?.value).toBe(-9_223_372_036_000_000_000n);
    expect(convert(-9_223_372_037n, "s", "ns")).toBeUndefined();
    expect(convert(MAX, "Y", "D")).toBeUndefined();
    expect(convert(-MAX, "Y", "as")).toBeUndefined();
    expect(convert(2n ** 62n, "2s", "s")).toBeUndefined();
    expect(convert(-(2n ** 62n), "2s", "s")).toBeUndefined();
    expect(convert(1n - 2n ** 62n, "2s", "s")?.value).toBe(2n - 2n ** 63n);
    expect(convert(MAX, "as", "Y")).toEqual({ value: 0n, exact: false });
  });

  it("keeps NaT", () => {
    for (const [from, to] of [
      ["D", "Y"],
      ["Y", "D"],
      ["", "s"],
      ["s", ""],
      ["as", "as"],
    ] as const) {
      expect(convert(NAT, from, to)).toEqual({ value: NAT, exact: true });
      expect(convert(NAT, from, to, false)).toEqual({ value: NAT, exact: true });
    }
  });

  it("gives generic counts any unit, and takes none away", () => {
    for (const dates of [true, false]) {
      expect(convert(5n, "", "10us", dates)).toEqual({ value: 5n, exact: true });
      expect(convert(5n, "", "Y", dates)).toEqual({ value: 5n, exact: true });
      expect(convert(5n, "", "", dates)).toEqual({ value: 5n, exact: true });
      expect(convert(5n, "s", "", dates)).toBeUndefined();
      expect(convert(5n, "Y", "", dates)).toBeUndefined();
    }
  });
});

describe("stepToDate and dateToStep", () => {
  it.each<[string, bigint, number]>([
    ["ms", -1n, -1],
    ["us", -1n, -1],
    ["us", 1_999n, 1],
    ["as", MAX, 9223],
    ["D", -719162n, new Date("0001-01-01").getTime()],
    ["Y", 30n, Date.UTC(2000, 0, 1)],
    ["M", -1n, Date.UTC(1969, 11, 1)],
    ["ms", 8_640_000_000_000_000n, 8.64e15],
    ["ms", -8_640_000_000_000_000n, -8.64e15],
  ])("[%s] %i is the Date of %d", (unit, count, time) => {
    expect(stepToDate(count, step(unit))?.getTime()).toBe(time);
  });

  it("has no Date for NaT, counts without a unit, and times that Date does not reach", () => {
    expect(stepToDate(NAT, step("ms"))).toBeUndefined();
    expect(stepToDate(0n, step(""))).toBeUndefined();
    expect(stepToDate(8_640_000_000_000_001n, step("ms"))).toBeUndefined();
    expect(stepToDate(-8_640_000_000_000_001n, step("ms"))).toBeUndefined();
    expect(stepToDate(MAX, step("Y"))).toBeUndefined();
    expect(stepToDate(-MAX, step("s"))).toBeUndefined();
  });

  it("counts Dates exactly or not at all", () => {
    expect(dateToStep(new Date(86_400_000), step("D"))).toBe(1n);
    expect(dateToStep(new Date(86_400_001), step("D"))).toBeUndefined();
    expect(dateToStep(new Date(-1), step("us"))).toBe(-1000n);
    expect(dateToStep(new Date(8.64e15), step("us"))).toBe(8_640_000_000_000_000_000n);
    expect(dateToStep(new Date(8.64e15), step("ns"))).toBeUndefined();
    expect(dateToStep(new Date(Number.NaN), step("ms"))).toBeUndefined();
    expect(dateToStep(new Date(0), step(""))).toBeUndefined();
  });
});

describe("formatStep", () => {
  it.each([
    ["", ""],
    ["us", "[us]"],
    ["1us", "[us]"],
    ["10us", "[10us]"],
  ])("prints %j as %j", (text, printed) => {
    expect(formatStep(step(text))).toBe(printed);
  });
});
