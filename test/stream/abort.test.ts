import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { collectGarbage } from "../../src/platform/collect.js";
import { type Abortable, onAbort } from "../../src/stream/abort.js";

const target = (told: unknown[]): Abortable => ({ aborted: (reason) => told.push(reason) });

test("a signal has one listener for all that it ends, and none when none is left", () => {
  const { signal } = new AbortController();
  const told: unknown[] = [];
  const all = Array.from({ length: 100 }, () => target(told));
  const removers = all.map((each) => onAbort(signal, each));
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  for (const remove of removers) remove();
  for (const remove of removers) remove();
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  removers.push(onAbort(signal, all[0] ?? target(told)));
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  removers.at(-1)?.();
  expect(told).toEqual([]);
});

test("a signal that is given tells all that are left, once, and its reason", () => {
  const controller = new AbortController();
  const told: unknown[] = [];
  const all = [1, 2, 3].map(() => target(told));
  const removers = all.map((each) => onAbort(controller.signal, each));
  removers[1]?.();
  controller.abort("enough");
  controller.abort("more");
  expect(told).toEqual(["enough", "enough"]);
  expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
});

test("what is dropped leaves no listener", async () => {
  const { signal } = new AbortController();
  for (let i = 0; i < 3; i++) onAbort(signal, target([]));
  await expect
    .poll(
      () => {
        collectGarbage();
        return getEventListeners(signal, "abort").length;
      },
      { timeout: 60_000 },
    )
    .toBe(0);
});
