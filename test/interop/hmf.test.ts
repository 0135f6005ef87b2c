import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import { importHmf as importDurably } from "../../src/group/hmf/import-hmf.js";
import type { MemmapFile } from "../../src/group/index.js";
import { type ArrayView, openNpy } from "../../src/index.js";
import { PLAIN } from "./dtypes.js";
import type { Described } from "./peer.js";
import { askScript, expectSame, QUICK, scratchDirectory, seed } from "./support.js";

const directory = scratchDirectory();
let count = 0;
const place = (name: string) => join(directory, `${name}-${count++}`);
const python = <T>(call: string, args: object) => askScript("hmf_files.py", call, args) as T;
const importHmf = (source: string, root = place("file")) => importDurably(source, root, QUICK);

/** How Python's and NumPy's versions pickle the map. */
const WRITERS = [
  { protocol: 2, numpy1: false },
  { protocol: 3, numpy1: false },
  { protocol: 4, numpy1: false },
  { protocol: 4, numpy1: true },
  { protocol: 5, numpy1: false },
  { protocol: 5, numpy1: true },
];

interface GroupSaid {
  readonly part: string | null;
  readonly size: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

const KEYS = ["text", "int", "float", "date", "bool", "none"];

/** Checks the groups of a frame that is below `base`, and what was written of each. */
function expectGroups(file: MemmapFile, said: readonly GroupSaid[], base: string): void {
  const parts = said.flatMap(({ part }) => part ?? []);
  expect(file.groupItems().map(({ path }) => path)).toEqual(parts.map((part) => `${base}/${part}`));
  if (parts.length > 0) expect(file.groupSizes()).toEqual(said.map(({ size }) => size));
  for (const { part, x, y } of said) {
    const group = part === null ? base : `${base}/${part}`;
    const rows = x.map((value, i) => Float64Array.of(value, y[i] ?? 0));
    expect([...file.getArray(`${group}/A`)]).toEqual(rows);
    expect([...file.getArray(`${group}/B`)]).toEqual(y);
    const frame = file.getDataFrame(`${group}/D`);
    expect([...frame.column("x")]).toEqual(x);
    expect([...frame.column("y")]).toEqual(y);
  }
}

describe.each(WRITERS)("a directory of HMF, pickled by protocol $protocol, NumPy 1: $numpy1", (writer) => {
  it("has the arrays that NumPy wrote, of every dtype and shape", () => {
    const root = place("hmf");
    const shapes = [[5], [2, 3], [0], [0, 2], [2, 1, 2]];
    const said = python<Record<string, Described>>("arrays", {
      root,
      dtypes: PLAIN,
      shapes,
      seed,
      ...writer,
    });
    // Nothing in it is where its map says.
    const moved = place("moved");
    renameSync(root, moved);
    const imported = place("file");
    using file = importHmf(moved, imported);
    expect(Object.keys(said)).toHaveLength(PLAIN.length * shapes.length);
    for (const [path, array] of Object.entries(said)) {
      expectSame(file.getArray(path) as ArrayView, array);
      using npy = openNpy(join(imported, `${path}.npy`));
      expect(npy.shape).toEqual(array.shape);
    }
  });

  it("has the groups of frames, by keys of every kind, without a name and with one", () => {
    const root = place("hmf");
    const said = python<Record<string, readonly GroupSaid[]>>("frames", { root, keys: KEYS, ...writer });
    expect(Object.keys(said)).toHaveLength(2 * KEYS.length);
    for (const [name, groups] of Object.entries(said)) {
      using file = importHmf(join(root, name));
      expectGroups(file, groups, name.endsWith("-frame") ? "/frame" : "");
    }
  });

  it("has the attributes", () => {
    const root = place("hmf");
    python("attributes", { root, ...writer });
    using file = importHmf(root);
    expect(file.attr).toEqual({ of: "the root" });
    expect(file.getNodeAttr("/g/a", "unit")).toBe("m");
    expect(file.getGroup("/g").attr).toEqual({
      text: "é😀",
      numbers: [1, -1, 2 ** 31, 2n ** 70n, 1.5, -0, Number.NaN, Number.POSITIVE_INFINITY],
      nothing: null,
      truth: [true, false],
      nested: { a: { b: [{}, []] } },
      int64: BigInt64Array.of(0n, 1n, 2n),
      big: Int16Array.of(1, 2),
      matrix: [Float64Array.of(0, 1, 2), Float64Array.of(3, 4, 5)],
      fortran: [Float64Array.of(0, 3), Float64Array.of(1, 4), Float64Array.of(2, 5)],
      half: Float32Array.of(0.5, 2),
      flags: [true, false],
      words: ["a", "bc"],
      dates: [new Date("2020-01-02"), null],
      scalar: 2.5,
      whole: 7,
      date: new Date("2020-01-02"),
      moment: new Date("2020-01-02T03:04:05.006Z"),
      zoned: new Date("2020-01-02"),
      timestamp: new Date("2020-01-02T03:04:05.006Z"),
      nat: null,
      bytes: Uint8Array.of(0, 255),
      ordered: { a: 1 },
    });
  });
});

describe("a map that runs something where Python reads it", () => {
  it.each([
    ["os.system", "system"],
    ["builtins.exec", "exec"],
    ["builtins.eval", "eval"],
    ["subprocess.check_output", "check_output"],
  ])("%s is refused here", (name, last) => {
    const [root, marker] = [place("hmf"), place("marker")];
    const argument = name === "os.system" ? `touch ${marker}` : `open(${JSON.stringify(marker)}, "w")`;
    python("evil", { root, name, argument });
    expect(() => importHmf(root)).toThrow(FormatError);
    expect(() => importHmf(root)).toThrow(new RegExp(`would run \\w+\\.${last}`));
    expect(existsSync(marker)).toBe(false);
  });
});
