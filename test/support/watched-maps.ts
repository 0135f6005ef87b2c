import { vi } from "vitest";
import { type Mapping, platform } from "../../src/platform/index.js";

/**
 * Has the maps that are made from now on note which of their bytes are asked for, and how their reading is announced, in KiB:
 * `holds 8`, `willneed 0+128`. Nothing of it reaches the system.
 *
 * @param isThere what they say of each of their pages
 */
export function watchedMaps({ isThere = true } = {}): string[] {
  const calls: string[] = [];
  const { map } = platform();
  const kib = (bytes = 0) => Math.round(bytes / 1024);
  vi.spyOn(platform(), "map").mockImplementation((...args) => {
    const mapping: Mapping = map(...args);
    vi.spyOn(mapping, "holds").mockImplementation((offset) => {
      calls.push(`holds ${kib(offset)}`);
      return isThere;
    });
    vi.spyOn(mapping, "advise").mockImplementation((advice, offset, length) => {
      calls.push(`${advice} ${kib(offset)}+${kib(length)}`);
    });
    vi.spyOn(mapping, "prefetch").mockImplementation(async (offset, length) => {
      calls.push(`prefetch ${kib(offset)}+${kib(length)}`);
    });
    return mapping;
  });
  return calls;
}

/** Maps are as they were. */
export function noMoreWatching(): void {
  vi.restoreAllMocks();
}
