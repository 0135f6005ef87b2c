/** Marks a promise as one whose rejection may stay unseen until somebody asks. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
