import { type DType, fromDate, parseDType } from "../../../dtype/index.js";
import type { Call, PickleMachine } from "./machine.js";
import { PickledTime, type PickleValue } from "./values.js";

const MICROSECONDS = parseDType("M8[us]");
const DAYS = parseDType("M8[D]");
const DURATION = parseDType("m8[us]");
const DAY = 86_400_000_000n;
const MIN_COUNT = -(2n ** 63n);

/** Python's and pandas' dates and durations, by the names that they are pickled under. */
export const TIME_CALLS: readonly (readonly [string, Call])[] = [
  ["datetime.date", makeDate],
  ["datetime.datetime", makeDateTime],
  ["datetime.timedelta", makeDuration],
  ["datetime.timezone", makeZone],
  ["pandas._libs.tslibs.timestamps._unpickle_timestamp", makeTimestamp],
  // What pandas 1 has for UTC.
  ["pytz._UTC", () => new PickledTime(0n, DURATION)],
  // pandas 1: the value and two that are None, without a unit.
  ["pandas._libs.tslibs.timestamps.Timestamp", makeTimestamp],
  [
    "pandas._libs.tslibs.timedeltas._timedelta_unpickle",
    ([value, unit], machine) => counted(value, unit, "m8", machine),
  ],
  [
    "pandas._libs.tslibs.timedeltas.Timedelta",
    ([value, unit], machine) => counted(value, unit, "m8", machine),
  ],
  ["pandas._libs.tslibs.nattype._nat_unpickle", () => null],
];

/** pandas' numbers for the units of its dates. */
const UNITS: ReadonlyMap<PickleValue, string> = new Map<PickleValue, string>([
  [4, "D"],
  [7, "s"],
  [8, "ms"],
  [9, "us"],
  [10, "ns"],
]);
const NANOSECONDS = 10;

function makeTimestamp(
  [value, , zone = null, unit]: readonly PickleValue[],
  machine: PickleMachine,
): PickleValue {
  // The count is in UTC whatever the zone, which must only be of a kind that can be read.
  offsetOf(zone, machine);
  return counted(value, unit, "M8", machine);
}

function counted(
  value: PickleValue | undefined,
  unit: PickleValue = NANOSECONDS,
  kind: "M8" | "m8",
  machine: PickleMachine,
): PickleValue {
  const name = UNITS.get(unit);
  if (name === undefined) return machine.reader.fail("a date of pandas has a unit that is none");
  return timeOf(value, parseDType(`${kind}[${name}]`), machine);
}

/** @throws FormatError for a count that is none, or beyond 64 bits */
function timeOf(value: PickleValue | undefined, dtype: DType, { reader }: PickleMachine): PickledTime {
  if (typeof value !== "bigint" && !(typeof value === "number" && Number.isInteger(value))) {
    return reader.fail("a date or duration is counted in something that is no whole number");
  }
  const count = BigInt(value);
  if (count <= MIN_COUNT || count >= -MIN_COUNT) reader.fail("a date or duration is beyond 64 bits");
  return new PickledTime(count, dtype);
}

/** Python's date: its year in two bytes, its month and day in one each. */
function makeDate([state, ...more]: readonly PickleValue[], machine: PickleMachine): PickleValue {
  if (!(state instanceof Uint8Array) || state.length !== 4 || more.length > 0) {
    return machine.reader.fail("a date is not made of its 4 bytes");
  }
  return new PickledTime(daysOf(state, machine), DAYS);
}

/** Python's datetime: a date, hour, minute and second in one byte each, and microseconds in three. */
function makeDateTime([state, zone = null]: readonly PickleValue[], machine: PickleMachine): PickleValue {
  if (!(state instanceof Uint8Array) || state.length !== 10) {
    return machine.reader.fail("a datetime is not made of its 10 bytes");
  }
  const [hour = 0, minute = 0, second = 0, high = 0, middle = 0, low = 0] = state.subarray(4);
  const fraction = (high << 16) | (middle << 8) | low;
  if (hour > 23 || minute > 59 || second > 59 || fraction > 999_999) {
    machine.reader.fail("a datetime has a time that is none");
  }
  const micros = BigInt(((hour * 60 + minute) * 60 + second) * 1e6 + fraction);
  return new PickledTime(daysOf(state, machine) * DAY + micros - offsetOf(zone, machine), MICROSECONDS);
}

function daysOf([high = 0, low = 0, flagged = 0, day = 0]: Uint8Array, { reader }: PickleMachine): bigint {
  const year = (high << 8) | low;
  // The highest bit of the month tells which of two equal times is meant when clocks are set back.
  const month = flagged & 0x7f;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    reader.fail("a date has a day that is none");
  return fromDate(date, DAYS) ?? 0n;
}

function makeDuration(args: readonly PickleValue[], machine: PickleMachine): PickleValue {
  const [days, seconds, micros] = args.map((part) => timeOf(part, DURATION, machine).count);
  return timeOf((days ?? 0n) * DAY + (seconds ?? 0n) * 1_000_000n + (micros ?? 0n), DURATION, machine);
}

/** A zone that is so many hours from UTC: that duration. */
function makeZone([offset]: readonly PickleValue[], machine: PickleMachine): PickleValue {
  return new PickledTime(offsetOf(offset ?? null, machine), DURATION);
}

/** Microseconds that a zone is ahead of UTC. */
function offsetOf(zone: PickleValue, { reader }: PickleMachine): bigint {
  if (zone === null) return 0n;
  const isOffset = zone instanceof PickledTime && zone.dtype.equals(DURATION);
  return isOffset && zone.count < DAY && zone.count > -DAY
    ? zone.count
    : reader.fail("a time zone is none that is known");
}
