import { excerpt } from "../npy/excerpt.js";

/** Longer names are near only where they are equal but for case. */
const MAX_LENGTH = 100;

/** Steps of work for one message: enough for tens of thousands of names of usual length. */
const MAX_STEPS = 20_000_000;

/**
 * The end of a message about a name that is not there: `; did you mean "delay"?`, or nothing where no known name is
 * near. Equal but for case is nearest; then the fewest letters changed, inserted, deleted or swapped, at most a third
 * of the name; of equally near names the first. The work is bounded, however many names there are.
 */
export function didYouMean(name: string, known: Iterable<string>): string {
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let most = wanted.length > MAX_LENGTH ? -1 : Math.floor(wanted.length / 3);
  let steps = 0;
  for (const candidate of known) {
    const apart = Math.abs(candidate.length - name.length);
    steps += 1;
    if (apart > Math.max(most, 0)) continue;
    steps += candidate.length + (most < 1 ? 0 : wanted.length * (2 * most + 1));
    if (steps > MAX_STEPS) break;
    const other = candidate.toLowerCase();
    if (other === wanted) {
      nearest = candidate;
      break;
    }
    if (most < 1) continue;
    const distance = editDistance(wanted, other, most);
    if (distance > most) continue;
    nearest = candidate;
    most = distance - 1;
  }
  return nearest === undefined ? "" : `; did you mean "${excerpt(nearest)}"?`;
}

/**
 * Changes, insertions, deletions and swaps of neighbours (optimal string alignment) that make `a` into `b`; more than
 * `most` where they are more: only the cells within `most` of the diagonal are computed.
 */
function editDistance(a: string, b: string, most: number): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const here: number[] = new Array(b.length + 1).fill(most + 1);
    const from = Math.max(1, row - most);
    if (from === 1) here[0] = row;
    let least = from === 1 ? row : most + 1;
    for (let column = from; column <= Math.min(b.length, row + most); column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        at(above, column - 1) + (same ? 0 : 1),
        at(above, column) + 1,
        at(here, column - 1) + 1,
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, at(before, column - 2) + 1);
      }
      here[column] = cost;
      least = Math.min(least, cost);
    }
    if (least > most) return least;
    before = above;
    above = here;
  }
  return at(above, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
