/**
 * Compiles the kernels below `assembly/` to WebAssembly and writes them, as text, to `module.ts`, so that the package holds
 * them and nobody who installs it needs a compiler. Nothing is done where they are those that were compiled last.
 */

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const SOURCES = new URL("./assembly/", import.meta.url);
const TARGET = new URL("./module.ts", import.meta.url);

/** Speed before size; no checks and no collector, since kernels allocate nothing. */
const OPTIONS = [
  ...["--optimizeLevel", "3", "--converge", "--noAssert"],
  ...["--runtime", "stub", "--enable", "simd", "--use", "abort="],
  ...["--importMemory", "--noExportMemory", "--lowMemoryLimit", "65536"],
];

/** The text of module.ts. */
export async function compile() {
  const version = JSON.parse(
    readFileSync(new URL(import.meta.resolve("assemblyscript/package.json")), "utf8"),
  );
  const files = readdirSync(SOURCES).filter((name) => name.endsWith(".ts"));
  const hash = createHash("sha256").update(version.version).update(OPTIONS.join(" "));
  for (const name of files.sort()) hash.update(name).update(readFileSync(new URL(name, SOURCES)));
  const digest = hash.digest("hex");
  const before = existsSync(TARGET) ? readFileSync(TARGET, "utf8") : "";
  if (before.includes(digest)) return before;
  let binary;
  const { error, stderr } = await asc.main(["index.ts", ...OPTIONS, "--outFile", "kernels.wasm"], {
    readFile: (name, base) => {
      const path = new URL(name, new URL(`${base}/`, SOURCES));
      return existsSync(path) ? readFileSync(path, "utf8") : null;
    },
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined)
    throw new Error(`the kernels do not compile:\n${stderr.toString()}`);
  return [
    "// Written by compile.mjs from the sources below assembly/; not to be edited.",
    `// sources: ${digest}`,
    "",
    "/** The WebAssembly module of the kernels, in base64. */",
    `export const MODULE = "${Buffer.from(binary).toString("base64")}";`,
    "",
  ].join("\n");
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(TARGET, await compile());
