import { DTypeError } from "../errors.js";
import type { DateStep, DateUnit } from "./datetime.js";
import { DATE_UNITS, isCalendar } from "./datetime.js";
import { DType, type Field, type Kind, NATIVE_ORDER } from "./dtype.js";
import { structOf } from "./parse.js";

/**
 * The dtype that arrays of these dtypes have together, in this machine's byte order: NumPy's `result_type`.
 *
 * | together | gives |
 * | --- | --- |
 * | bool and numbers | the numbers' |
 * | integers | the smallest integer that holds both; `f8` for `u8` and a signed one |
 * | integers and floats or complex numbers | one that holds integers of that size: `f2` for 8 bits, `f4` for 16, else `f8` |
 * | `S` and `U` | `U` where there is one, as wide as the widest |
 * | dates, durations | the finer unit, that divides both |
 * | records of the same field names in one order | field by field, without gaps; those that are equal stay as they are |
 * | bytes (`V`) of one length | the same |
 *
 * Everything else is refused: what NumPy would make pickled objects of, and also what it makes text of numbers, and dates
 * and durations of integers and of one another, which no assignment of this package does by itself.
 *
 * @param dtypes at least one; their order does not matter
 * @throws DTypeError naming two dtypes that have none together
 */
export function promote(dtypes: readonly DType[]): DType {
  const [first, ...others] = dtypes;
  if (first === undefined) throw new DTypeError("there is no dtype to find a common one of");
  const alike = others.find((dtype) => familyOf(dtype) !== familyOf(first));
  if (alike !== undefined) throw refusal(first, alike);
  if (familyOf(first) === "numbers") return number(dtypes);
  return others.reduce(pair, canonical(first));
}

/** Kinds that go together. */
function familyOf({ kind, fields }: DType): string {
  if ("biufc".includes(kind)) return "numbers";
  if (kind === "S" || kind === "U") return "text";
  return fields === undefined ? kind : "records";
}

function refusal(a: DType, b: DType, why = "", cause?: unknown): DTypeError {
  return new DTypeError(`${a} and ${b} have no dtype together${why}`, { cause });
}

function native(kind: Kind, itemsize: number, step?: DateStep): DType {
  return new DType({ kind, byteorder: NATIVE_ORDER, itemsize, step });
}

/** The dtype in this machine's byte order, which in records is that of their fields. */
function canonical(dtype: DType): DType {
  const { kind, itemsize, step, fields } = dtype;
  if (fields === undefined) return dtype.native ? dtype : native(kind, itemsize, step);
  return fields.every((field) => canonical(field.dtype) === field.dtype)
    ? dtype
    : structOf(fields.map(({ name, dtype: inner, shape }) => [name, canonical(inner), shape]));
}

/** All at once, since an integer next to a float matters by its own size alone. */
function number(dtypes: readonly DType[]): DType {
  const largest = (kind: Kind) =>
    dtypes.reduce((size, dtype) => (dtype.kind === kind ? Math.max(size, dtype.itemsize) : size), 0);
  const [signed, unsigned, float, complex] = [largest("i"), largest("u"), largest("f"), largest("c")];
  const size = Math.max(float, complex / 2, floatFor(Math.max(signed, unsigned)));
  if (complex > 0) return native("c", 2 * Math.max(4, size));
  if (float > 0) return native("f", size);
  if (signed === 0) return unsigned === 0 ? native("b", 1) : native("u", unsigned);
  if (unsigned < signed) return native("i", signed);
  return unsigned < 8 ? native("i", 2 * unsigned) : native("f", 8);
}

/** Bytes of the float that NumPy takes for integers of so many. */
function floatFor(itemsize: number): number {
  return Math.min(2 * itemsize, 8);
}

function pair(a: DType, b: DType): DType {
  if (a.equals(canonical(b))) return a;
  if (a.fields !== undefined && b.fields !== undefined) return record(a, a.fields, b, b.fields);
  if (a.step !== undefined && b.step !== undefined)
    return native(a.kind, 8, commonStep(a, a.step, b, b.step));
  if (a.kind === "V") throw refusal(a, b, ": bytes go with bytes of one length");
  const kind = a.kind === b.kind ? a.kind : "U";
  const width = Math.max(a.width, b.width);
  return native(kind, kind === "U" ? 4 * width : width);
}

function record(a: DType, fields: readonly Field[], b: DType, others: readonly Field[]): DType {
  const isAlike =
    fields.length === others.length &&
    fields.every(
      ({ name, shape }, i) => name === others[i]?.name && shape.join() === others[i]?.shape.join(),
    );
  if (!isAlike) throw refusal(a, b, ": their fields have other names, shapes or places");
  return structOf(
    fields.map(({ name, dtype, shape }, i) => {
      try {
        return [name, promote([dtype, others[i]?.dtype ?? dtype]), shape];
      } catch (cause) {
        throw refusal(a, b, `: field ${JSON.stringify(name)} has none`, cause);
      }
    }),
  );
}

/** How many of the next finer unit there are in one, from weeks on. */
const FACTORS: ReadonlyMap<DateUnit, bigint> = new Map([
  ["W", 7n],
  ["D", 24n],
  ["h", 60n],
  ["m", 60n],
]);
/** NumPy counts no further. */
const MAX_FACTOR = 2n ** 56n;
const MAX_MULTIPLE = 2n ** 31n;

/** The coarsest step that both are whole multiples of. */
function commonStep(a: DType, one: DateStep, b: DType, other: DateStep): DateStep {
  if (one.unit === "generic") return other;
  if (other.unit === "generic") return one;
  const [coarse, fine] = isCoarser(one, other) ? [one, other] : [other, one];
  const factor = factorBetween(coarse.unit, fine.unit);
  const isMixed = isCalendar(coarse.unit) && !isCalendar(fine.unit);
  if (isMixed && a.kind === "m") throw refusal(a, b, ": months have no length in days");
  if (factor >= MAX_FACTOR) throw refusal(a, b, ": their units are too far apart");
  const multiple = gcd(BigInt(coarse.multiple) * factor, BigInt(fine.multiple));
  if (multiple >= MAX_MULTIPLE) throw refusal(a, b, ": their units are too far apart");
  return { unit: fine.unit, multiple: Number(multiple) };
}

function isCoarser(a: DateStep, b: DateStep): boolean {
  return DATE_UNITS.indexOf(a.unit) < DATE_UNITS.indexOf(b.unit);
}

/** How many of the finer unit there are in the coarser one; NumPy takes months and years for weeks here. */
function factorBetween(coarse: DateUnit, fine: DateUnit): bigint {
  if (coarse === fine) return 1n;
  if (isCalendar(coarse)) return isCalendar(fine) ? 12n : factorBetween("W", fine);
  const units = DATE_UNITS.slice(DATE_UNITS.indexOf(coarse), DATE_UNITS.indexOf(fine));
  return units.reduce((factor, unit) => factor * (FACTORS.get(unit) ?? 1000n), 1n);
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}
