/** Doubles that are added in a straight line, over eight lanes: as in the plain kernel, whose order of additions is this one. */
export const STRAIGHT: usize = 128;
/** Elements that are summed to one double. */
export const BLOCK: usize = 2048;

/** The sum of a straight line's eight lanes, of which each argument has two. */
// @ts-ignore: a decorator
@inline
export function lanes(a: v128, b: v128, c: v128, d: v128): f64 {
  return pair(a) + pair(b) + (pair(c) + pair(d));
}

// @ts-ignore: a decorator
@inline
function pair(two: v128): f64 {
  return f64x2.extract_lane(two, 0) + f64x2.extract_lane(two, 1);
}

/** The two elements at an address as doubles. */
// @ts-ignore: a decorator
@inline
export function doubles<T>(at: usize): v128 {
  if (isFloat<T>()) return sizeof<T>() == 8 ? v128.load(at) : f64x2.promote_low_f32x4(v128.load64_zero(at));
  if (sizeof<T>() == 8) return eachConverted<T>(at);
  if (isSigned<T>()) return f64x2.convert_low_i32x4_s(integers<T>(at));
  return f64x2.convert_low_i32x4_u(integers<T>(at));
}

// @ts-ignore: a decorator
@inline
function eachConverted<T>(at: usize): v128 {
  const first = f64x2.splat(<f64>load<T>(at));
  return f64x2.replace_lane(first, 1, <f64>load<T>(at, 8));
}

/** Two integers of up to 32 bits at an address, in the low lanes. */
// @ts-ignore: a decorator
@inline
function integers<T>(at: usize): v128 {
  if (sizeof<T>() == 4) return v128.load64_zero(at);
  if (sizeof<T>() == 2) {
    const shorts = v128.load32_zero(at);
    return isSigned<T>() ? i32x4.extend_low_i16x8_s(shorts) : i32x4.extend_low_i16x8_u(shorts);
  }
  const bytes = v128.splat<u16>(load<u16>(at));
  return isSigned<T>()
    ? i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(bytes))
    : i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
}

/** Joins the sixteen straight sums of a block in a balanced tree. */
// @ts-ignore: a decorator
@inline
export function tree(at: usize): f64 {
  return eightOf(at) + eightOf(at + 64);
}

// @ts-ignore: a decorator
@inline
function eightOf(at: usize): f64 {
  return (
    load<f64>(at) +
    load<f64>(at, 8) +
    (load<f64>(at, 16) + load<f64>(at, 24)) +
    (load<f64>(at, 32) + load<f64>(at, 40) + (load<f64>(at, 48) + load<f64>(at, 56)))
  );
}
