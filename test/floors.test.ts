import { readdirSync, readFileSync } from "node:fs";
import { posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { importsIn } from "./support/imports.js";

/** Each imports from those before it, never from one after it. */
const FLOORS = [
  "errors.ts",
  "dtype",
  "npy",
  "platform",
  "workers",
  "compute",
  "array",
  "store",
  "table",
  "query",
  "group",
  "frame",
  "testing",
  "hdf5",
  "stream",
  "remote",
  "server",
  "cli",
  "index.ts",
];

/** What whoever wants it installs; each has a subpath of its own. */
const PARTNERS = [
  "danfojs-node",
  "danfojs",
  "apache-arrow",
  "arquero",
  "@duckdb/node-api",
  "h5wasm",
  "fastify",
  "@fastify/cors",
  "@fastify/swagger",
  "msgpackr",
  "negotiator",
  "prom-client",
  "tar-stream",
  "cli-progress",
  "yaml",
  "@hpcc-js/wasm-zstd",
];
/** Folders that a partner may be named in. */
const SUBPATHS = ["frame", "hdf5", "stream", "remote", "server", "cli"];
/** Binaries, of which one that is missing must not keep the package from loading. */
const NATIVE = ["koffi", "fs-native-extensions", "mmap-io", "@riaskov/mmap-io"];

const root = fileURLToPath(new URL("../src/", import.meta.url));

/** All source files, by their paths below `src`, slashes between the parts. */
const files = new Map(
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => `${entry.parentPath}${sep}${entry.name}`)
    // Another language, compiled to one module.
    .filter((path) => !path.includes(`${sep}assembly${sep}`))
    .map(
      (path) => [relative(root, path).split(sep).join("/"), importsIn(readFileSync(path, "utf8"))] as const,
    ),
);

function floorOf(file: string): string {
  return file.split("/")[0] ?? "";
}

/** The file that a relative import means; undefined for packages. */
function target(file: string, from: string): string | undefined {
  if (!from.startsWith(".")) return undefined;
  return posix.join(posix.dirname(file), from).replace(/\.js$/, ".ts");
}

/** The package that is imported; undefined for files and for Node's own modules. */
function packageOf(from: string): string | undefined {
  if (from.startsWith(".") || from.startsWith("node:")) return undefined;
  const parts = from.split("/");
  return from.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
}

/** Each import with its file, as one line for the list of what breaks a rule. */
function offences(breaks: (file: string, found: ReturnType<typeof importsIn>[number]) => boolean): string[] {
  return [...files].flatMap(([file, imports]) =>
    imports.filter((found) => breaks(file, found)).map((found) => `${file}: ${found.from}`),
  );
}

describe("reading imports", () => {
  it("finds each kind, whatever lines it is spread over, and none in comments", () => {
    const text = [
      'import type { A } from "./a.js";',
      'import { type B, b } from "./b.js";',
      "import {",
      "  c,",
      '} from "./c.js";',
      'import * as d from "./d.js";',
      'import "./e.js";',
      'export * from "./f.js";',
      'export * as g from "./g.js";',
      'export type { H } from "./h.js";',
      'export { i } from "./i.js";',
      'import type from "./j.js";',
      "export const text = 'from \"./none.js\"';",
      'const k = await import("./k.js");',
      'const l = require("l");',
      ' * import { m } from "./m.js";',
      '// import "./n.js";',
    ].join("\n");
    const found = importsIn(text);
    expect(found.map(({ from }) => from)).toEqual([
      ..."abcdefghij".split("").map((name) => `./${name}.js`),
      "./k.js",
      "l",
    ]);
    expect(found.filter(({ typeOnly }) => typeOnly).map(({ from }) => from)).toEqual(["./a.js", "./h.js"]);
    expect(found.slice(-2).map(({ kind }) => kind)).toEqual(["dynamic", "require"]);
  });

  it("has all of the source before it", () => {
    expect(files.size).toBeGreaterThan(100);
    expect(files.get("index.ts")?.map(({ from }) => from)).toContain("./table/index.js");
  });
});

describe("the floors of the house", () => {
  it("are all named", () => {
    expect([...new Set([...files.keys()].map(floorOf))].filter((floor) => !FLOORS.includes(floor))).toEqual(
      [],
    );
  });

  it("stand on those before them alone, types included", () => {
    const above = offences((file, { from }) => {
      const to = target(file, from);
      return to !== undefined && FLOORS.indexOf(floorOf(to)) > FLOORS.indexOf(floorOf(file));
    });
    expect(above).toEqual([]);
  });

  it("import files that are there, by their whole names", () => {
    const lost = offences((file, { from }) => {
      const to = target(file, from);
      return to !== undefined && !(from.endsWith(".js") && files.has(to));
    });
    expect(lost).toEqual([]);
  });

  it("never import the face of the package", () => {
    expect(offences((file, { from }) => target(file, from) === "index.ts")).toEqual([]);
  });

  it("have no circle of files at run time", () => {
    expect(circles()).toEqual([]);
  });
});

describe("what the core does without", () => {
  it("names no optional partner", () => {
    const named = offences(
      (file, { from }) => !SUBPATHS.includes(floorOf(file)) && PARTNERS.includes(packageOf(from) ?? ""),
    );
    expect(named).toEqual([]);
  });

  it("loads binaries when they are needed, not with the package", () => {
    const early = offences(
      (_, { from, kind, typeOnly }) =>
        kind === "static" && !typeOnly && NATIVE.includes(packageOf(from) ?? ""),
    );
    expect(early).toEqual([]);
    // The rule would hold of a package without any.
    const late = offences((_, { from }) => NATIVE.includes(packageOf(from) ?? ""));
    expect(late).not.toEqual([]);
  });
});

/** Circles of static imports that are there at run time, each from its first file by name. */
function circles(): string[] {
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) {
      const circle = path.slice(at);
      const first = circle.indexOf([...circle].sort()[0] ?? "");
      found.add([...circle.slice(first), ...circle.slice(0, first)].join(" → "));
      return;
    }
    if (done.has(file)) return;
    for (const { from, kind, typeOnly } of files.get(file) ?? []) {
      const to = target(file, from);
      if (to !== undefined && kind === "static" && !typeOnly) visit(to, [...path, file]);
    }
    done.add(file);
  };
  for (const file of files.keys()) visit(file, []);
  return [...found].sort();
}
