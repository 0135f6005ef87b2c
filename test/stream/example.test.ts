import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { openHdf5 } from "../../src/hdf5/index.js";
import { MemmapTable } from "../../src/index.js";
import { Streamer } from "../../src/stream/index.js";
import { isExampleOfTurn } from "../support/some-of.js";
import { temporaryPaths } from "../support/temporary.js";

const path = temporaryPaths();
const project = fileURLToPath(new URL("../..", import.meta.url));
const tsx = pathToFileURL(join(project, "node_modules/tsx/dist/loader.mjs")).href;

describe.runIf(isExampleOfTurn("stream"))("examples/stream.ts", () => {
  it("has the same running mean of a table and of its compressed copy", async () => {
    const directory = path("flights");
    mkdirSync(directory);
    const printed = execFileSync(
      process.execPath,
      ["--import", tsx, join(project, "examples/stream.ts"), "3000", directory],
      { encoding: "utf8", cwd: project },
    );
    using table = MemmapTable.open(join(directory, "flights"));
    const delay = table.column("delay");
    for (const rows of [250, 1500, 3000]) {
      const mean = Number(delay.slice(0, rows).mean()).toFixed(3);
      expect(printed).toMatch(new RegExp(`\\b${rows.toLocaleString("en")} +${mean} min`));
    }
    expect(printed).toContain("the same means: true");
    expect(printed).toContain("200 of 200 are as in the table");
    const sorted = Array.from(delay, Number).sort((a, b) => a - b);
    expect(printed).toContain(`latest flights: ${sorted.slice(-5).join(", ")} min`);
    expect(printed).toContain(` ${sorted.filter((minutes) => minutes > 180).length} flights`);
    expect(printed.trimEnd().endsWith(directory)).toBe(true);

    using file = await openHdf5(join(directory, "flights.h5"));
    expect(file.dataset("/delay").filters.map(({ name }) => name)).toEqual(["shuffle", "deflate"]);
    const origins = await Streamer.open(file, "/airport/origin");
    const read: unknown[] = [];
    for await (const origin of origins.rows({ workers: 0 })) read.push(origin);
    expect(read).toEqual([...table.column("airport/origin")]);
  });
});
