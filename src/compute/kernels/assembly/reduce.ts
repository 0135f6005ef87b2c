/** Doubles that are added in a straight line, over eight lanes. */
const STRAIGHT: usize = 128 * 8;

/** The sum of 128 doubles, in the order of the plain kernel: lane by lane, then the lanes in pairs. */
// @ts-ignore: a decorator
@inline
function straightSum(at: usize): f64 {
  let a = v128.load(at);
  let b = v128.load(at, 16);
  let c = v128.load(at, 32);
  let d = v128.load(at, 48);
  for (let p = at + 64; p < at + STRAIGHT; p += 64) {
    a = f64x2.add(a, v128.load(p));
    b = f64x2.add(b, v128.load(p, 16));
    c = f64x2.add(c, v128.load(p, 32));
    d = f64x2.add(d, v128.load(p, 48));
  }
  return lanes(a) + lanes(b) + (lanes(c) + lanes(d));
}

// @ts-ignore: a decorator
@inline
function lanes(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}

// @ts-ignore: a decorator
@inline
function sumOfEight(at: usize): f64 {
  return (
    straightSum(at) +
    straightSum(at + STRAIGHT) +
    (straightSum(at + 2 * STRAIGHT) + straightSum(at + 3 * STRAIGHT)) +
    (straightSum(at + 4 * STRAIGHT) +
      straightSum(at + 5 * STRAIGHT) +
      (straightSum(at + 6 * STRAIGHT) + straightSum(at + 7 * STRAIGHT)))
  );
}

/** The sums of whole blocks of 2,048 doubles, one after the other. */
export function sumF64(at: usize, blocks: i32, out: usize): void {
  for (let i = 0; i < blocks; i++) {
    store<f64>(out + 8 * i, sumOfEight(at) + sumOfEight(at + 8 * STRAIGHT));
    at += 16 * STRAIGHT;
  }
}
