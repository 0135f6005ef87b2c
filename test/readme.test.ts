import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { isExampleOfTurn } from "./support/some-of.js";
import { temporaryPaths } from "./support/temporary.js";

const temporary = temporaryPaths();
const project = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(project, "README.md"), "utf8");
const tsx = pathToFileURL(join(project, "node_modules/tsx/dist/loader.mjs")).href;

/** The examples in a language. */
function codeIn(language: string): string[] {
  return [...readme.matchAll(/```(\w+)\n(.*?)```/gs)].flatMap(([, said, code = ""]) =>
    said === language ? [code] : [],
  );
}

function run(file: string, args: readonly string[], cwd: string): string {
  return execFileSync(process.execPath, ["--import", tsx, file, ...args], { cwd, encoding: "utf8" });
}

describe("the README's example", () => {
  it("runs against the built package and prints what it says", () => {
    const directory = temporary();
    mkdirSync(join(directory, "node_modules"), { recursive: true });
    symlinkSync(project, join(directory, "node_modules/memmap-table"));
    symlinkSync(join(project, "node_modules/arquero"), join(directory, "node_modules/arquero"));
    const blocks = codeIn("ts");
    expect(blocks.length).toBeGreaterThanOrEqual(2);
    writeFileSync(join(directory, "example.mts"), blocks.join("\n"));
    // What workers call.
    writeFileSync(join(directory, "work.mjs"), codeIn("js").join("\n"));
    const printed = run("example.mts", [], directory);
    expect(printed).toContain("coordinates/x");
    expect(printed).toContain("100 rows × 3 columns");
    // 0 to 99, the first of them replaced by the last.
    expect(printed).toContain("5049 5");
    expect(printed).toContain("my first column");
    expect(printed).toMatch(/int_col: 7/);
    expect(printed).toContain("Int16Array(3) [ 5, 30, -2 ]");
    expect(printed).toContain("{ origin: 'JFK', worst: 30 }");
    expect(printed).toContain("{ name: 'JFK', size: 2, path: '/trips/JFK' }");
    expect(printed).toContain("{ day: 1, delay: 30 } Ada");
    // Blocks, all rows of a queue, results of workers; ten rows, a mean, two rows of the HDF5 file.
    expect(printed).toContain("0 10000\n25000 5985\n50000 9380\n75000 10000\n100000\n-10000\n-9589\n");
    expect(printed).toContain("[30.0, 31.0, 32.0, 33.0, 34.0, 35.0, 36.0, 37.0, 38.0, 39.0]\n9901\n7\n5\n");
  });

  it("names every script that the package has for its users", () => {
    const { scripts } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/npm (?:run )?([a-z:]+)/g)].map(([, name = ""]) => name);
    for (const name of named) if (name !== "install") expect(Object.keys(scripts)).toContain(name);
  });
});

describe("examples/flights.ts", () => {
  it.runIf(isExampleOfTurn("flights"))("makes a table of three million flights and changes it", () => {
    const root = temporary("flights");
    const printed = run(join(project, "examples/flights.ts"), [root], project);
    expect(printed).toContain("3,000,000 rows × 5 columns");
    expect(printed).toContain("6.668 min");
    expect(printed).toContain("before: Int16Array(3) [ 33, 19, 14 ]");
    expect(printed).toContain("after:  Int16Array(3) [ 0, 0, 0 ]");
    expect(printed).toContain("1,000,000 rows × 5 columns");
    expect(printed).toContain("title: 'US flights of 2001'");
    expect(printed.trimEnd().endsWith(root)).toBe(true);
  });
});
