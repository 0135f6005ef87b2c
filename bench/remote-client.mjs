/** The client that asks for many slices, in a process of its own as its peer: answers one line of JSON with one line. */
import { createInterface } from "node:readline";
import { openNpy, slice } from "memmap-table";
import { connect } from "memmap-table/remote";

const [url, starts, length] = process.argv.slice(2);
const list = Array.from(openNpy(starts).values, (at) => slice(Number(at), Number(at) + Number(length)));
const connection = await connect(url, { progress: false });

for await (const line of createInterface({ input: process.stdin })) {
  const { path, name } = JSON.parse(line);
  const values = await (await connection.file(path)).getArray(name);
  const begun = performance.now();
  const found = await values.requestSlices(list);
  const seconds = (performance.now() - begun) / 1000;
  console.log(JSON.stringify({ seconds, check: found.sum() }));
}
connection.close();
