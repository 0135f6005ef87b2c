/** Tasks that are stopped. `shared` is [begun, steps, ended]. */

const begin = (shared) => {
  Atomics.add(shared, 0, 1);
  Atomics.notify(shared, 0);
};
const step = (shared) => Atomics.add(shared, 1, 1);
const end = (shared) => Atomics.add(shared, 2, 1);

/** Steps until it is told to stop. */
export function obedient(shared, context) {
  begin(shared);
  while (!context.stopped) step(shared);
  end(shared);
}

/** The same, with turns of the event loop between the steps. */
export async function obedientAsync(shared, context) {
  begin(shared);
  while (!context.stopped) {
    step(shared);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  end(shared);
}

/** Never looks. */
export function stubborn(shared) {
  begin(shared);
  for (;;) step(shared);
}

/** Waits for what never comes. */
export function asleep(shared) {
  begin(shared);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

export async function exitAfter({ shared, milliseconds }) {
  begin(shared);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  process.exit(4);
}

export const beginOnly = (shared) => begin(shared);
