import { describe, expect, it } from "vitest";
import { parseCount, parseDate } from "../../src/dtype/date-text.js";
import { type DateStep, formatDate, formatDuration, NAT, parseDType } from "../../src/dtype/index.js";

function step(text: string): DateStep {
  const found = parseDType(text === "" ? "M8" : `M8[${text}]`).step;
  if (found === undefined) throw new Error(`no step ${text}`);
  return found;
}

describe("formatDate", () => {
  // str(np.datetime64(count, unit))
  it.each([
    [-1969n, "Y", "0001"],
    [-1975n, "Y", "-005"],
    [8030n, "Y", "10000"],
    [-1970n, "Y", "0000"],
    [-1000000n, "Y", "-998030"],
    [-23628n, "M", "0001-01"],
    [-23699n, "M", "-005-02"],
    [-719163n, "D", "0000-12-31"],
    [-865563n, "D", "-400-03-03"],
    [2932897n, "D", "10000-01-01"],
    [11016n, "D", "2000-02-29"],
    [-1n, "W", "1969-12-25"],
    [1n, "2W", "1970-01-15"],
    [3n, "h", "1970-01-01T03"],
    [-1n, "h", "1969-12-31T23"],
    [90n, "m", "1970-01-01T01:30"],
    [-1n, "s", "1969-12-31T23:59:59"],
    [1234567n, "10us", "1970-01-01T00:00:12.345670"],
    [-1n, "ms", "1969-12-31T23:59:59.999"],
    [-1n, "us", "1969-12-31T23:59:59.999999"],
    [-1n, "ns", "1969-12-31T23:59:59.999999999"],
    [-1n, "ps", "1969-12-31T23:59:59.999999999999"],
    [-1n, "fs", "1969-12-31T23:59:59.999999999999999"],
    [-1n, "as", "1969-12-31T23:59:59.999999999999999999"],
    [9223372036854775807n, "as", "1970-01-01T00:00:09.223372036854775807"],
    [-9223372036854775807n, "as", "1969-12-31T23:59:50.776627963145224193"],
    [9223372036854775807n, "ns", "2262-04-11T23:47:16.854775807"],
    [-9223372036854775807n, "ns", "1677-09-21T00:12:43.145224193"],
    [9223372036854775807n, "s", "292277026596-12-04T15:30:07"],
    [9223372036854775807n, "M", "768614336404566620-08"],
    [86399n, "s", "1970-01-01T23:59:59"],
    [-62135596801n, "s", "0000-12-31T23:59:59"],
    [253402300800n, "s", "10000-01-01T00:00:00"],
    [5n, "400Y", "3970"],
    [7n, "3M", "1971-10"],
    [NAT, "D", "NaT"],
    [NAT, "", "NaT"],
    [5n, "", "5"],
  ])("prints %i [%s] as %s", (count, unit, text) => {
    expect(formatDate(count, step(unit))).toBe(text);
  });
});

describe("formatDuration", () => {
  // str(np.timedelta64(count, unit))
  it.each([
    [1n, "Y", "1 years"],
    [-3n, "M", "-3 months"],
    [0n, "W", "0 weeks"],
    [5n, "D", "5 days"],
    [2n ** 62n, "h", "4611686018427387904 hours"],
    [-7n, "m", "-7 minutes"],
    [1n, "s", "1 seconds"],
    [1n, "ms", "1 milliseconds"],
    [7n, "10us", "70 microseconds"],
    [1n, "ns", "1 nanoseconds"],
    [1n, "ps", "1 picoseconds"],
    [1n, "fs", "1 femtoseconds"],
    [-1n, "as", "-1 attoseconds"],
    [5n, "", "5 generic time units"],
    [NAT, "D", "NaT"],
  ])("prints %i [%s] as %s", (count, unit, text) => {
    expect(formatDuration(count, step(unit))).toBe(text);
  });
});

describe("parseDate", () => {
  const MS = 10n ** 15n;
  // int(np.datetime64(text).astype("M8[ms]").astype("i8"))
  it.each([
    ["2001", 978307200000n],
    ["2001-02", 980985600000n],
    ["2001-02-03", 981158400000n],
    ["2001-02-03T04", 981172800000n],
    ["2001-02-03 04", 981172800000n],
    ["2001-02-03T04:05", 981173100000n],
    ["2001-02-03T04:05:06", 981173106000n],
    ["2001-02-03T04:05:06.", 981173106000n],
    ["2001-02-03T04:05:06.7", 981173106700n],
    ["2001-02-03T04Z", 981172800000n],
    ["2001-02-03T04:05:06Z", 981173106000n],
    ["2001-02-03T04:05:06+01", 981169506000n],
    ["2001-02-03T04:05:06+01:00", 981169506000n],
    ["2001-02-03T04:05:06.5-0130", 981178506500n],
    ["-0005-01-01", -62324985600000n],
    ["-5", -62324985600000n],
    ["0001", -62135596800000n],
    ["+2001", 978307200000n],
    [" 2001", 978307200000n],
    ["200", -55855785600000n],
    ["12345", 327403382400000n],
    ["123-01", -58285699200000n],
    ["10000-01-01", 253402300800000n],
    ["2000-02-29", 951782400000n],
    ["20010203", 631398848342400000n],
  ])("reads %j as NumPy does", (text, ms) => {
    expect(parseDate(text)).toBe(ms * MS);
  });

  it("reads the last second of a day, and zones to the last minute", () => {
    expect(parseDate("1970-01-01T23:59:59")).toBe(86_399n * 10n ** 18n);
    expect(parseDate("1970-01-01T00:00-23:59")).toBe(86_340n * 10n ** 18n);
    expect(parseDate("1970-12-31")).toBe(364n * 86_400n * 10n ** 18n);
  });

  it("reads attoseconds", () => {
    const second = 981173106n * 10n ** 18n;
    expect(parseDate("2001-02-03T04:05:06.123456789012345678")).toBe(second + 123456789012345678n);
    expect(parseDate("2001-02-03T04:05:06.000000000000000001")).toBe(second + 1n);
  });

  it.each(["NaT", "nat", "NAT", ""])("reads %j as NaT", (text) => {
    expect(parseDate(text)).toBe(NAT);
    expect(parseCount(text)).toBe(NAT);
  });

  // All of them are errors in NumPy, but for the words that ask for a clock.
  it.each([
    "now",
    "today",
    "abc",
    " ",
    "2001 ",
    "2001Z",
    "2001-",
    "2001-2",
    "2001-2-3",
    "2001-02-",
    "2001-13",
    "2001-00",
    "2001-02-00",
    "2001-02-30",
    "1900-02-29",
    "2001-04-31",
    "2001/02/03",
    "2001-02-03T",
    "2001-02-03t04",
    "2001-02-03T4",
    "2001-02-03T24:00",
    "2001-02-03T04:60",
    "2001-02-03T04:05:60",
    "2001-02-03T0405",
    "20010203T040506",
    "2001-02-03T04:05.5",
    "2001-02-03T04:05:06.1234567890123456789",
    "2001-02-03T04:05:06+25:00",
    "2001-02-03T04:05:06+01:60",
    "2001-02-03T04:05:06 Z",
    "--5",
  ])("does not read %j", (text) => {
    expect(parseDate(text)).toBeUndefined();
  });
});

describe("parseCount", () => {
  it("reads whole numbers alone", () => {
    expect(parseCount("5")).toBe(5n);
    expect(parseCount("-5")).toBe(-5n);
    expect(parseCount("+5")).toBe(5n);
    expect(parseCount("  8")).toBe(8n);
    expect(parseCount("9223372036854775807")).toBe(2n ** 63n - 1n);
    expect(parseCount("9223372036854775808")).toBeUndefined();
    expect(parseCount("-9223372036854775808")).toBeUndefined();
    for (const text of ["5 days", "1.5", " 5 ", "1_0", "0x5", "-", "99999999999999999999"])
      expect(parseCount(text)).toBeUndefined();
  });
});
