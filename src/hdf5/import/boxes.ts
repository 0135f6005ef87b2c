/** A part of a dataset whose elements follow one another. */
export interface Box {
  readonly offset: readonly number[];
  readonly count: readonly number[];
}

/** The largest one of at most so many elements that begins at an element. */
export function boxAt(shape: readonly number[], from: number, most: number): Box {
  const offset = [...shape];
  const count = shape.map(() => 1);
  let rest = from;
  let left = most;
  let isOpen = true;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    const at = rest % extent;
    rest = Math.floor(rest / extent);
    offset[axis] = at;
    if (!isOpen) continue;
    const room = Math.min(extent - at, Math.max(1, left));
    count[axis] = room;
    left = Math.floor(left / room);
    // Another row only after a whole one.
    isOpen = room === extent;
  }
  return { offset, count };
}
