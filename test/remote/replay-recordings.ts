/**
 * Plays recordings of a server of the protocol to the client, and checks what it makes of them:
 * `npx tsx test/remote/replay-recordings.ts <folder>`.
 *
 * The folder has folders of files `<name>.msgpack.gz`, the gzip of a map in MessagePack: `{ version, interactions: [{ request:
 * { method, uri, body, headers }, response: { status, headers, body: { string } } }] }`. There is a line for each of them, with
 * requests that differ from those recorded but for their `max_depth`, and with how many answers were left.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ArrayView, slice } from "../../src/index.js";
import { CASES } from "./recordings/cases.js";
import { namesIn, PROBE, readCassette } from "./recordings/cassettes.js";
import { Replay } from "./recordings/replay.js";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: npx tsx test/remote/replay-recordings.ts <folder>");
  process.exit(2);
}
const scratch = mkdtempSync(join(tmpdir(), "replay-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** A connection begins with a probe, recorded or not. */
function replayOf(name: string): Replay {
  const exchanges = readCassette(folder ?? "", name);
  return new Replay([...exchanges, PROBE]);
}

let positions: Promise<ArrayView> | undefined;

/** A recording that has all of the dataset that others have parts of. */
async function readPositions(): Promise<ArrayView> {
  const { connect } = await import("../../src/remote/index.js");
  const { fetch } = replayOf("test_dataset/test_dataset_slice");
  const root = await connect("https://localhost:8444/hdfstream", {
    fetch,
    dataSizeLimit: 0,
    progress: false,
  });
  const path = "EAGLE/Fiducial_models/RefL0012N0188/snapshot_000_z020p000/snap_000_z020p000.0.hdf5";
  return (await root.file(path)).root().getArray("PartType1/Coordinates", slice(0, 1000));
}

let failures = 0;
for (const name of namesIn(folder)) {
  const play = CASES[name];
  if (play === undefined) {
    console.log(`?     ${name}: nothing is known of it`);
    failures += 1;
    continue;
  }
  const replay = replayOf(name);
  const stage = {
    fetch: replay.fetch,
    directory: mkdtempSync(join(scratch, "case-")),
    positions: () => (positions ??= readPositions()),
  };
  try {
    await play(stage);
    const isSame = replay.differences.length === 0;
    const left = replay.left.filter(({ method }) => method === "POST").length;
    const notes = [...replay.differences];
    if (replay.again > 0) notes.push(`${replay.again} asked again`);
    if (left > 0) notes.push(`${left} answers not needed`);
    console.log(`${isSame ? "ok   " : "other"} ${name}${notes.map((note) => `; ${note}`).join("")}`);
    if (!isSame) failures += 1;
  } catch (error) {
    failures += 1;
    console.log(`FAIL  ${name}: ${[error, ...replay.differences].join("; ")}`);
  }
}
console.log(failures === 0 ? "all as recorded" : `${failures} are not as recorded`);
process.exitCode = failures === 0 ? 0 : 1;
