import { mapCount } from "../../../src/platform/map-count.js";
import type { Platform } from "../../../src/platform/platform.js";
import { portablePlatform } from "../../../src/platform/portable.js";
import { posixPlatform } from "../../../src/platform/posix.js";

/** The platform that the first argument names. */
export function platformOf(id: string | undefined): Platform {
  if (id === "posix") return posixPlatform();
  return portablePlatform({ copyPrivate: id === "portable-copy" });
}

/** Counts maps that are not there, so that only so many more are allowed, however many the system allows. */
export function leaveRoomFor(maps: number): void {
  const count = mapCount();
  if (count.limit > maps) count.add(count.limit - maps);
}

/** Collects what can be collected and lets the registries speak. */
export async function collect(): Promise<void> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("run with --expose-gc");
  for (let round = 0; round < 6; round += 1) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** An argument that must be there. */
export function argument(position: number): string {
  const value = process.argv[position + 2];
  if (value === undefined) throw new Error(`argument ${position} is missing`);
  return value;
}
