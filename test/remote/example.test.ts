import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { MemmapFile, MemmapTable } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const path = temporaryPaths();
const project = fileURLToPath(new URL("../..", import.meta.url));
const tsx = pathToFileURL(join(project, "node_modules/tsx/dist/loader.mjs")).href;

describe("examples/remote.ts", () => {
  it("reads from its own server what is in the table", () => {
    const directory = path("flights");
    mkdirSync(directory);
    const printed = execFileSync(
      process.execPath,
      ["--import", tsx, join(project, "examples/remote.ts"), "3000", directory],
      { encoding: "utf8", cwd: project },
    );
    using table = MemmapTable.open(join(directory, "flights"));
    const delay = table.column("delay");
    expect(printed).toContain("it listens at http://127.0.0.1:<port>");
    expect(printed).toMatch(/\/airport\/origin +<U3 \[ 3000 \]/);
    expect(printed).toContain("3,000 rows, { unit: 'min' }");
    for (const name of ["delay", "distance", "airport/origin"]) {
      const column = table.column(name).slice(1500, 1505);
      expect(printed).toContain(`${name.padEnd(15)} ${String(column).replace(/column ".*"/, "array")}`);
    }
    expect(printed).toMatch(new RegExp(`^0 +${delay.at(1500)} +${table.column("distance").at(1500)} `, "m"));
    expect(printed).toContain("300 delays; as in the table: true");
    const late = table.filter(delay.gt(120).and(table.column("distance").lt(300)));
    expect(late.length).toBeGreaterThan(0);
    expect(printed).toContain(`${late.length} short flights`);
    expect(printed).toContain("copied: /airport/destination, /airport/origin");
    expect(printed).toContain("origin as in the table: true\ndestination as in the table: true");
    expect(printed.trimEnd().endsWith(directory)).toBe(true);

    using local = MemmapFile.open(join(directory, "local"));
    expect([...local.walk()].map((node) => node.path)).toContain("/airport/origin");
    expect([...local.getArray("/airport/origin")]).toEqual([...table.column("airport/origin")]);
  });
});
