/** Records packed and taken apart. */

/** One copy of a list, as its caller has written it down: five numbers of 32 bits. */
const COPY: usize = 20;

/**
 * Makes several copies of `rows` elements each, some rows of each in turn, so that what lies side by side stays in the nearest
 * cache. A copy of the list at `list` has a source, its stride, a destination, its stride, and the bytes of one element;
 * strides are in bytes, and sources and destinations lie apart.
 *
 * @param turn the rows of one turn
 */
export function moveTogether(list: usize, copies: i32, rows: i32, turn: i32): void {
  const end = list + copies * COPY;
  for (let done = 0; done < rows; done += turn) {
    const some = min(turn, rows - done);
    for (let copy = list; copy < end; copy += COPY) {
      const srcStride = load<i32>(copy, 4);
      const dstStride = load<i32>(copy, 12);
      const src: usize = load<u32>(copy) + done * srcStride;
      const dst: usize = load<u32>(copy, 8) + done * dstStride;
      moveStrided(src, srcStride, dst, dstStride, load<i32>(copy, 16), some);
    }
  }
}

/** An element whose size is none of a register's is moved by two registers that overlap. */
function moveStrided(
  src: usize,
  srcStride: i32,
  dst: usize,
  dstStride: i32,
  size: i32,
  count: i32,
): void {
  if (size == 8) moveWhole<u64>(src, srcStride, dst, dstStride, count);
  else if (size == 4) moveWhole<u32>(src, srcStride, dst, dstStride, count);
  else if (size == 1) moveWhole<u8>(src, srcStride, dst, dstStride, count);
  else if (size == 2) moveWhole<u16>(src, srcStride, dst, dstStride, count);
  else if (size >= 16) moveLong(src, srcStride, dst, dstStride, size, count);
  else if (size > 8) moveEnds<u64>(src, srcStride, dst, dstStride, size, count);
  else if (size > 4) moveEnds<u32>(src, srcStride, dst, dstStride, size, count);
  else moveEnds<u16>(src, srcStride, dst, dstStride, size, count);
}

// @ts-ignore: a decorator
@inline
function moveWhole<T>(src: usize, srcStride: i32, dst: usize, dstStride: i32, count: i32): void {
  let left = count;
  if (srcStride == sizeof<T>()) {
    for (; left >= 8; left -= 8) {
      spreadFour<T>(src, dst, dstStride);
      spreadFour<T>(src + 4 * sizeof<T>(), dst + 4 * dstStride, dstStride);
      src += 8 * sizeof<T>();
      dst += 8 * dstStride;
    }
  } else if (dstStride == sizeof<T>()) {
    for (; left >= 8; left -= 8) {
      gatherFour<T>(src, srcStride, dst);
      gatherFour<T>(src + 4 * srcStride, srcStride, dst + 4 * sizeof<T>());
      src += 8 * srcStride;
      dst += 8 * sizeof<T>();
    }
  }
  for (; left > 0; left--) {
    store<T>(dst, load<T>(src));
    src += srcStride;
    dst += dstStride;
  }
}

// @ts-ignore: a decorator
@inline
function spreadFour<T>(src: usize, dst: usize, stride: i32): void {
  store<T>(dst, load<T>(src));
  store<T>(dst + stride, load<T>(src, sizeof<T>()));
  store<T>(dst + 2 * stride, load<T>(src, 2 * sizeof<T>()));
  store<T>(dst + 3 * stride, load<T>(src, 3 * sizeof<T>()));
}

// @ts-ignore: a decorator
@inline
function gatherFour<T>(src: usize, stride: i32, dst: usize): void {
  store<T>(dst, load<T>(src));
  store<T>(dst, load<T>(src + stride), sizeof<T>());
  store<T>(dst, load<T>(src + 2 * stride), 2 * sizeof<T>());
  store<T>(dst, load<T>(src + 3 * stride), 3 * sizeof<T>());
}

/** The first bytes and the last ones, of elements of up to twice the size of `T`. */
// @ts-ignore: a decorator
@inline
function moveEnds<T>(src: usize, srcStride: i32, dst: usize, dstStride: i32, size: i32, count: i32): void {
  const last = size - sizeof<T>();
  for (let left = count; left > 0; left--) {
    const ending = load<T>(src + last);
    store<T>(dst, load<T>(src));
    store<T>(dst + last, ending);
    src += srcStride;
    dst += dstStride;
  }
}

// @ts-ignore: a decorator
@inline
function moveLong(src: usize, srcStride: i32, dst: usize, dstStride: i32, size: i32, count: i32): void {
  const last: usize = size - 16;
  for (let left = count; left > 0; left--) {
    for (let k: usize = 0; k < last; k += 16) v128.store(dst + k, v128.load(src + k));
    v128.store(dst + last, v128.load(src + last));
    src += srcStride;
    dst += dstStride;
  }
}
