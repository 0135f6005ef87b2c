/** What is gathered of the rows of each code, in tables with a place for each. */

const NAT: i64 = i64.MIN_VALUE;

/** The codes of doubles, 0 of NaN. */
export function groupSkipF64(codes: usize, count: i32, values: usize, out: usize): void {
  for (let i = 0; i < count; i++) {
    const x = load<f64>(values);
    store<u32>(out, select<u32>(load<u32>(codes), 0, x === x));
    codes += 4;
    values += 8;
    out += 4;
  }
}

/** The codes of dates, 0 of NaT. */
export function groupSkipNat(codes: usize, count: i32, values: usize, out: usize): void {
  for (let i = 0; i < count; i++) {
    store<u32>(out, select<u32>(load<u32>(codes), 0, load<i64>(values) !== NAT));
    codes += 4;
    values += 8;
    out += 4;
  }
}

/** The first row of each code, where the table has none (all bits) yet; how many it had none of. */
export function groupFirst(codes: usize, count: i32, row: u32, table: usize): i32 {
  let found = 0;
  for (let i = 0; i < count; i++) {
    const place = table + 4 * load<u32>(codes);
    if (load<u32>(place) === 0xffffffff) {
      store<u32>(place, row + i);
      found += 1;
    }
    codes += 4;
  }
  return found;
}

/** The last row of each code. */
export function groupLast(codes: usize, count: i32, row: u32, table: usize): void {
  for (let i = 0; i < count; i++) {
    store<u32>(table + 4 * load<u32>(codes), row + i);
    codes += 4;
  }
}

/** How many rows have each code. */
export function groupCount(codes: usize, count: i32, table: usize): void {
  for (let i = 0; i < count; i++) {
    const place = table + 4 * load<u32>(codes);
    store<u32>(place, load<u32>(place) + 1);
    codes += 4;
  }
}

/** Adds to a sum and to what rounding has taken from it (D. E. Knuth's TwoSum), which lie side by side. */
// @ts-ignore: a decorator
@inline
function addTo(place: usize, x: f64): void {
  const before = load<f64>(place);
  const sum = before + x;
  const part = sum - before;
  store<f64>(place, sum);
  store<f64>(place, load<f64>(place, 8) + (before - (sum - part) + (x - part)), 8);
}

/** The sum of the doubles of each code, and what rounding has taken from it. */
export function groupSumF64(codes: usize, count: i32, values: usize, table: usize): void {
  for (let i = 0; i < count; i++) {
    addTo(table + 16 * load<u32>(codes), load<f64>(values));
    codes += 4;
    values += 8;
  }
}

/** The sums of the lower and of the upper words of 64-bit integers, two doubles. */
export function groupSumI64(codes: usize, count: i32, values: usize, unsigned: bool, table: usize): void {
  for (let i = 0; i < count; i++) {
    const place = table + 16 * load<u32>(codes);
    const high = unsigned ? <f64>load<u32>(values, 4) : <f64>load<i32>(values, 4);
    store<f64>(place, load<f64>(place) + <f64>load<u32>(values));
    store<f64>(place, load<f64>(place, 8) + high, 8);
    codes += 4;
    values += 8;
  }
}

/**
 * Of the doubles of each code six doubles: their number, the first of them, and of the differences from it and of their squares the sum
 * and what rounding has taken from it.
 */
export function groupMoments(codes: usize, count: i32, values: usize, table: usize): void {
  for (let i = 0; i < count; i++) {
    const place = table + 48 * load<u32>(codes);
    const x = load<f64>(values);
    const before = load<f64>(place);
    if (before === 0) store<f64>(place, x, 8);
    store<f64>(place, before + 1);
    const difference = x - load<f64>(place, 8);
    addTo(place + 16, difference);
    addTo(place + 32, difference * difference);
    codes += 4;
    values += 8;
  }
}

/** The least double of each code; NaN where one is. */
export function groupMinF64(codes: usize, count: i32, values: usize, table: usize): void {
  for (let i = 0; i < count; i++) {
    const place = table + 8 * load<u32>(codes);
    store<f64>(place, min(load<f64>(place), load<f64>(values)));
    codes += 4;
    values += 8;
  }
}

/** The greatest double of each code; NaN where one is. */
export function groupMaxF64(codes: usize, count: i32, values: usize, table: usize): void {
  for (let i = 0; i < count; i++) {
    const place = table + 8 * load<u32>(codes);
    store<f64>(place, max(load<f64>(place), load<f64>(values)));
    codes += 4;
    values += 8;
  }
}

/** The least 64-bit integer of each code. */
export function groupMinI64(codes: usize, count: i32, values: usize, unsigned: bool, table: usize): void {
  const flip = unsigned ? i64.MIN_VALUE : 0;
  for (let i = 0; i < count; i++) {
    const place = table + 8 * load<u32>(codes);
    const x = load<i64>(values);
    const best = load<i64>(place);
    store<i64>(place, select(x, best, (x ^ flip) < (best ^ flip)));
    codes += 4;
    values += 8;
  }
}

/** The greatest 64-bit integer of each code. */
export function groupMaxI64(codes: usize, count: i32, values: usize, unsigned: bool, table: usize): void {
  const flip = unsigned ? i64.MIN_VALUE : 0;
  for (let i = 0; i < count; i++) {
    const place = table + 8 * load<u32>(codes);
    const x = load<i64>(values);
    const best = load<i64>(place);
    store<i64>(place, select(x, best, (x ^ flip) > (best ^ flip)));
    codes += 4;
    values += 8;
  }
}
