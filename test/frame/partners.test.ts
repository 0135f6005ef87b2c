import { execFileSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { partner } from "../../src/frame/partner.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const dist = fileURLToPath(new URL("../../dist", import.meta.url));

/** Where each subpath is, and what it needs first. */
const SUBPATHS = [
  ["frame/danfo", "danfo", "danfojs-node"],
  ["frame/arrow", "arrow", "apache-arrow"],
  ["frame/sql", "sql", "@duckdb/node-api"],
  ["remote", "remote", "msgpackr"],
] as const;

describe("a partner that is not installed", () => {
  it("is named with the command that installs it, and the core does without", () => {
    const copy = fresh("copy");
    cpSync(dist, copy, { recursive: true });
    writeFileSync(join(copy, "package.json"), '{ "type": "module" }');
    const program = `
      const found = [];
      for (const file of process.argv.slice(1)) {
        try {
          found.push(Object.keys(await import(file)).includes("MemmapTable"));
        } catch ({ name, code, message }) {
          found.push([name, code, message]);
        }
      }
      console.log(JSON.stringify(found));
    `;
    const files = ["index.js", ...SUBPATHS.map(([folder]) => `${folder}/index.js`)];
    const printed = execFileSync(
      process.execPath,
      [
        "--input-type=module",
        "--eval",
        program,
        ...files.map((file) => pathToFileURL(join(copy, file)).href),
      ],
      { cwd: copy, encoding: "utf8" },
    );
    expect(JSON.parse(printed)).toEqual([
      true,
      ...SUBPATHS.map(([, subpath, name]) => [
        "UnsupportedError",
        "UNSUPPORTED",
        `memmap-table/${subpath} needs the package ${name}: npm install ${name}`,
      ]),
    ]);
  });
});

describe("a partner that is there", () => {
  it("is what its package exports", async () => {
    const path = await partner("node:path", "memmap-table/x", () => import("node:path"));
    expect(path.join).toBe(join);
  });

  it("says why it does not load", async () => {
    const broken = partner("broken", "memmap-table/x", () => Promise.reject(new Error("no such symbol")));
    await expect(broken).rejects.toThrow(
      "memmap-table/x needs the package broken, which does not load: no such symbol",
    );
  });
});
