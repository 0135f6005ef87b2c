/** Maps one file until it is refused, without letting the event loop turn. */
import { openSync } from "node:fs";
import { isMemmapError } from "../../../src/errors.js";
import type { Mapping } from "../../../src/platform/platform.js";
import { argument, leaveRoomFor, platformOf } from "./implementation.js";

const platform = platformOf(argument(0));
const path = argument(1);
const fd = openSync(path, "r+");
const map = (): Mapping => platform.map(fd, 100, { shared: true, path });

leaveRoomFor(32_765); // what Linux allows by default, and V8 can still live with
const maps: Mapping[] = [];
let code = "";
try {
  for (;;) maps.push(map());
} catch (error) {
  code = isMemmapError(error) ? error.code : String(error);
}
for (const mapping of maps.splice(0, 100)) mapping.close();
if (platform.name === "portable") {
  // Its maps go when they are collected, which the event loop must turn for.
  maps.length = 0;
  for (let round = 0; round < 100; round += 1) {
    Array.from({ length: 1_000 }, () => new ArrayBuffer(100_000));
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const again = new Uint8Array(map().buffer)[0];
console.log(JSON.stringify({ code, again }));
