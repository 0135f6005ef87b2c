import { showValue } from "../dtype/index.js";
import { UnsupportedError } from "../errors.js";
import type { Future } from "./future.js";
import type { Operation } from "./operation.js";

/** Operations, one after another, as many as there are. */
export type Operations<V> = Iterable<Operation<V>> | AsyncIterable<Operation<V>>;

/**
 * Copies of the results of operations, in their order. At most so many are asked for at a time; while the next operation is
 * waited for, results that are there come.
 *
 * @throws what the first operation that fails does, at its turn; those behind it are given up
 */
export async function* inOrder<V>(
  operations: Operations<V>,
  most: number,
  request: (operation: Operation<V>) => Future<V>,
): AsyncGenerator<V, void, void> {
  const futures: Future<V>[] = [];
  const source = iteratorOf(operations);
  /** The next operation, where it has not come yet. */
  let coming: Promise<void> | undefined;
  let isOver = false;
  let failure: { readonly error: unknown } | undefined;
  const take = ({ done, value }: IteratorResult<Operation<V>, unknown>): void => {
    // Nobody waits for what comes after the end.
    if (isOver) return;
    if (done === true) isOver = true;
    else futures.push(request(value));
  };
  const fail = (error: unknown): void => {
    isOver = true;
    failure = { error };
  };
  const pull = (): void => {
    try {
      const next = source.next();
      if (!(next instanceof Promise)) return take(next);
      coming = next
        .then(take)
        .catch(fail)
        .finally(() => {
          coming = undefined;
        });
    } catch (error) {
      fail(error);
    }
  };
  try {
    for (;;) {
      while (futures.length < most && !isOver && coming === undefined) pull();
      const [first] = futures;
      if (first === undefined) {
        if (coming === undefined) break;
        await coming;
      } else {
        if (coming !== undefined && !first.done) await Promise.race([coming, first.whenDone()]);
        if (coming === undefined || first.done) {
          futures.shift();
          yield await first.get();
        }
      }
    }
    if (failure !== undefined) throw failure.error;
  } finally {
    for (const future of futures) future.cancel();
    if (!isOver) {
      isOver = true;
      const ended = source.return?.();
      // A generator ends when its next operation has come, which may be never.
      if (coming === undefined) await ended;
      else Promise.resolve(ended).catch(() => undefined);
    }
  }
}

/** @throws UnsupportedError for what cannot be iterated */
export function requireOperations(operations: unknown): void {
  const found: object = Object(operations);
  if (Symbol.asyncIterator in found || Symbol.iterator in found) return;
  throw new UnsupportedError(`operations are something to iterate, not ${showValue(operations)}`);
}

interface Puller<T> {
  next(): IteratorResult<T, unknown> | Promise<IteratorResult<T, unknown>>;
  return?(): unknown;
}

function iteratorOf<V>(operations: Operations<V>): Puller<Operation<V>> {
  return Symbol.asyncIterator in operations
    ? operations[Symbol.asyncIterator]()
    : operations[Symbol.iterator]();
}
