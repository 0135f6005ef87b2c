/** Does the work for each, whatever becomes of the others; then throws the first error there was. */
export function inTurn<T>(all: Iterable<T>, work: (one: T) => void): void {
  const errors: unknown[] = [];
  for (const one of all) {
    try {
      work(one);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
