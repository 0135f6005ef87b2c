import { onTestFinished, vi } from "vitest";

/**
 * Stops the clock of `setTimeout` until the test ends, so that nothing is late on a machine that is. Sockets, files, workers and
 * `setImmediate` go on.
 *
 * @param others clocks that stop with it
 * @returns what lets so many milliseconds pass at once
 */
export function stopClock(...others: readonly ("Date" | "performance")[]): (milliseconds: number) => void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", ...others] });
  onTestFinished(() => void vi.useRealTimers());
  return (milliseconds) => void vi.advanceTimersByTime(milliseconds);
}
