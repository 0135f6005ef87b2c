/** Maps that are dropped, closed, and dropped with a living view: counts the kernel's areas of the file. */
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Mapping } from "../../../src/platform/platform.js";
import { argument, collect, platformOf } from "./implementation.js";

const platform = platformOf(argument(0));
const path = argument(1);
const length = 10_000;

const areas = (): number =>
  readFileSync("/proc/self/maps", "utf8")
    .split("\n")
    .filter((line) => line.endsWith(path)).length;

type View = { byte(): number };
function viewOf({ buffer }: Mapping, kind: number): View {
  if (kind === 0) {
    const bytes = new Uint8Array(buffer).subarray(100, 110);
    return { byte: () => bytes.at(9) ?? -1 };
  }
  if (kind === 1) {
    const view = new DataView(buffer, 9_000);
    return { byte: () => view.getUint8(999) };
  }
  const bytes = Buffer.from(buffer, 4_096);
  return { byte: () => bytes.at(-1) ?? -1 };
}

function mapMany(fd: number): View[] {
  const views: View[] = [];
  for (let round = 0; round < 300; round += 1) {
    const mapping = platform.map(fd, length, { shared: true, path });
    const third = round % 3;
    if (round % 10 === 0) views.push(viewOf(mapping, third));
    else if (third === 0) closers.push(mapping);
  }
  return views;
}

const closers: Mapping[] = [];
const fd = openSync(path, "r+");
let views = mapMany(fd);
closeSync(fd);
const before = areas();
for (const mapping of closers.splice(0)) mapping.close(() => openSync(path, "r"));
await collect();
const withViews = areas();
const right = views.filter((view) => view.byte() === 5).length;
views = [];
await collect();
console.log(JSON.stringify({ before, withViews, right, after: areas() }));
