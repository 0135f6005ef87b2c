import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { MemmapFile, MemmapTable } from "../../src/index.js";
import { isExampleOfTurn } from "../support/some-of.js";
import { temporaryPaths } from "../support/temporary.js";

const path = temporaryPaths();
const project = fileURLToPath(new URL("../..", import.meta.url));
const tsx = pathToFileURL(join(project, "node_modules/tsx/dist/loader.mjs")).href;

describe("examples/hierarchy.ts", () => {
  it.runIf(isExampleOfTurn("hierarchy"))("writes the flights of each airport by date", () => {
    const directory = path("flights");
    mkdirSync(directory);
    const printed = execFileSync(
      process.execPath,
      ["--import", tsx, join(project, "examples/hierarchy.ts"), "3000", directory],
      { encoding: "utf8", cwd: project },
    );
    expect(printed).toContain("3,000 flights");
    // Of each flight a date, a destination, and two delays and a distance.
    expect(printed).toContain(`${(3000 * (8 + 12 + 3 * 2)).toLocaleString("en")} bytes`);
    expect(printed).toContain("/ABE/flights/destination  Array  <U3      [5]      60 B");
    expect(printed).toContain("1147 nodes, 191 airports");
    expect(printed).toContain("ORD 153 /ORD { mean: 1.973856209150327, worst: 109, unit: 'min' }");
    expect(printed).toContain("mean delay of ORD: 1.973856209150327 min");
    expect(printed.trimEnd().endsWith(join(directory, "airports"))).toBe(true);

    using table = MemmapTable.open(join(directory, "flights"));
    using file = MemmapFile.open(join(directory, "airports"));
    const byDate = table.take(table.column("date").argsort());
    for (const { name, size } of file.groupItems()) {
      const flights = byDate.filter(byDate.column("airport/origin").eq(name as string));
      expect(flights.length).toBe(size);
      expect([...file.getArray(`/${name}/flights/delay`)]).toEqual([...flights.column("delay")]);
    }
  });
});
