/** Closes tables under reads into their columns, and maps another table at once: its file must stay as it is. */
import { openSync, read, readFileSync, writeSync } from "node:fs";
import { promisify } from "node:util";
import { MemmapTable } from "../../../src/index.js";
import { collect } from "../../platform/children/implementation.js";

const [, , own = "", other = "", source = "", pipe = ""] = process.argv;
const settings = { mode: "r+", durability: "process", columns: { a: "f8" } } as const;
const reading = promisify(read);
const before = readFileSync(`${other}/a.npy`);
let answered = 0;

/** Nothing but the request holds the column when this returns. */
function closeUnderRead(fd: number, position: number | null): Promise<{ bytesRead: number }> {
  const table = MemmapTable.open(own, settings);
  const { values } = table.column("a");
  const request = reading(fd, values, 0, values.byteLength, position);
  table.close();
  return request;
}

/** The other table is there as long as the read goes on. */
async function round(
  fd: number,
  position: number | null,
  meanwhile: () => void | Promise<void>,
): Promise<void> {
  const request = closeUnderRead(fd, position);
  await meanwhile();
  using table = MemmapTable.open(other, settings);
  const { values } = table.column("a");
  if (values[0] !== 1) throw new Error("the other table is another");
  if (fd === waiting) writeSync(fd, Buffer.alloc(4096, 0xff)); // no more than a pipe holds
  const { bytesRead } = await request;
  if (bytesRead > 0) answered += 1;
  if (values.some((value) => value !== 1)) throw new Error("the read went into the other table");
}

const file = openSync(source, "r");
const waiting = openSync(pipe, "r+");
for (let i = 0; i < 300; i++) await round(file, 0, () => undefined);
// A read from a pipe is in flight for certain, while everything that can be collected is.
for (let i = 0; i < 5; i++) await round(waiting, null, collect);
console.log(JSON.stringify({ read: answered, untouched: before.equals(readFileSync(`${other}/a.npy`)) }));
