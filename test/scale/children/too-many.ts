/** Opens and maps tables without letting the event loop turn until one is refused, then lets it turn and goes on. */
import { isMemmapError, MemmapTable } from "../../../src/index.js";
import { mapCount } from "../../../src/platform/map-count.js";
import { collect, leaveRoomFor } from "../../platform/children/implementation.js";

const [, , path = ""] = process.argv;
leaveRoomFor(32_765); // half of what Linux allows by default, and V8 can still live with

/** Maps one column after the other, of a table that is opened again for as many as it has. */
function* mapping(): Generator<number, never> {
  for (;;) for (const [, column] of MemmapTable.open(path).columns()) yield Number(column.values[0]);
}

const first = mapping();
const room = Math.min(mapCount().limit, 32_765);
let opened = 0;
let code = "";
try {
  for (; opened <= room; opened++) first.next();
} catch (error) {
  code = isMemmapError(error) ? error.code : String(error);
}
await collect();
let again = 0;
const more = mapping();
for (let i = 0; i < 1_000; i++) again += more.next().value;
console.log(JSON.stringify({ code, full: opened === room, again }));
