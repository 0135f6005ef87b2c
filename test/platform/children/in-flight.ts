/** Closes a map under a read that waits for a pipe, collects all that can be, maps another file, lets it go on. */
import { openSync, read, writeSync } from "node:fs";
import { promisify } from "node:util";
import type { Mapping } from "../../../src/platform/platform.js";
import { argument, collect, platformOf } from "./implementation.js";

const platform = platformOf(argument(0));
const own = argument(1);
const other = argument(2);
const pipe = openSync(argument(3), "r+");
const length = 10_000;

const open = (path: string): Mapping => platform.map(openSync(path, "r+"), length, { shared: true, path });

/** Nothing but the request holds the view when this returns. */
function closeUnderRead(): Promise<{ bytesRead: number }> {
  const mapping = open(own);
  const reading = promisify(read)(pipe, new Uint8Array(mapping.buffer), 0, length, null);
  mapping.close();
  return reading;
}

const reading = closeUnderRead();
await collect();
const others = Array.from({ length: 8 }, () => open(other));
writeSync(pipe, Buffer.alloc(length, 0xff));
const { bytesRead } = await reading;
const untouched = others.every(({ buffer }) => new Uint8Array(buffer).every((byte) => byte === 2));
console.log(JSON.stringify({ read: bytesRead, untouched }));
