import {
  type ArrayView,
  blocks,
  nativeOf,
  planAssign,
  STRIDED,
  type Strided,
  wrap,
  zeros,
} from "../array/index.js";
import { type DType, parseDType, promote } from "../dtype/index.js";
import { DTypeError } from "../errors.js";

/** The elements of two columns such that equal ones have equal bytes. */
export interface JoinKeys {
  readonly left: readonly Strided[];
  readonly right: readonly Strided[];
}

/**
 * Brings a column of each side to one dtype, exactly: integers of all sizes go together, and with floats where those hold all of
 * them; `S` with `U`; dates of all units.
 *
 * @throws DTypeError where elements cannot be equal, or not be compared without rounding; CastError for a date that the finer unit
 * cannot hold, and bytes that are no text
 */
export function joinKeys(left: ArrayView, right: ArrayView, name: string): JoinKeys {
  const [a, b] = [nativeOf(left.dtype), nativeOf(right.dtype)];
  if ((isWide(a, "u") && b.kind === "i") || (isWide(b, "u") && a.kind === "i")) {
    return { left: signedApart(left[STRIDED]()), right: signedApart(right[STRIDED]()) };
  }
  const common = commonDType(a, b, name);
  return { left: [converted(left, common, name)], right: [converted(right, common, name)] };
}

function isWide({ kind, itemsize }: DType, kinds: string): boolean {
  return kinds.includes(kind) && itemsize === 8;
}

/** @throws DTypeError */
function commonDType(a: DType, b: DType, name: string): DType {
  const why = `the keys ${JSON.stringify(name)} of ${a} and of ${b} cannot be matched`;
  if ((a.kind === "b") !== (b.kind === "b")) throw new DTypeError(`${why}: bools match bools`);
  const isRounding = (isWide(a, "iu") && b.kind === "f") || (isWide(b, "iu") && a.kind === "f");
  if (isRounding) throw new DTypeError(`${why}: floats do not hold all integers of 64 bits`);
  try {
    return promote([a, b]);
  } catch (cause) {
    if (!(cause instanceof DTypeError)) throw cause;
    throw new DTypeError(`${why}: ${cause.message}`, { cause });
  }
}

function converted(column: ArrayView, dtype: DType, name: string): Strided {
  const array = column[STRIDED]();
  if (array.dtype.equals(dtype)) return array;
  const result = zeros(dtype, array.layout.shape);
  planAssign(result, wrap(array, false), { label: `the key ${JSON.stringify(name)}` })();
  return result;
}

/**
 * Integers as the bits of 64, and beside each whether it is negative or beyond the signed ones, which those of the other
 * sign never are.
 */
function signedApart(array: Strided): readonly Strided[] {
  const { shape } = array.layout;
  const bits = zeros(parseDType("i8"), shape);
  const apart = zeros(parseDType("u1"), shape);
  const words = new BigInt64Array(bits.bytes.buffer, 0, shape[0] ?? 0);
  let row = 0;
  for (const values of blocks(array)) {
    for (const value of values) {
      const wide = BigInt(value);
      words[row] = wide;
      if (wide < 0n) apart.bytes[row] = 1;
      else if (wide >= 2n ** 63n) apart.bytes[row] = 2;
      row += 1;
    }
  }
  return [bits, apart];
}
