/** Has this worker end in the middle of its next task: when it looks for the fifth time at memory that threads share. */
export function doom(code) {
  const { load } = Atomics;
  let left = 4;
  Atomics.load = (...place) => (left-- > 0 ? load(...place) : process.exit(code));
}

/** Waits until the word is 1. */
export function waitFor(gate) {
  Atomics.add(gate, 1, 1);
  Atomics.wait(gate, 0, 0);
  return "passed";
}

/** Counts the steps that it makes until it is told to stop. */
export function obedient(steps, context) {
  while (!context.stopped) Atomics.add(steps, 0, 1);
  Atomics.add(steps, 1, 1);
}
