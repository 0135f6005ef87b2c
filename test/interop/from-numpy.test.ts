import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { FormatError, MemmapTable, openNpy, saveNpy } from "../../src/index.js";
import { PLAIN, STRUCTURES } from "./dtypes.js";
import { type Described, startPeer } from "./peer.js";
import { expectSame, scratchDirectory, seed } from "./support.js";

const peer = startPeer();
const directory = scratchDirectory();

interface Case {
  readonly title: string;
  readonly name: string;
  readonly dtype: unknown;
}

const cases: readonly Case[] = [
  ...PLAIN.map((dtype) => ({ title: dtype, dtype })),
  ...STRUCTURES.map(({ title, fields, align }) => ({
    title: `structured: ${title}`,
    dtype: align === true ? { align: fields } : fields,
  })),
].map((each, i) => ({ ...each, name: `c${i}` }));

/** Has NumPy save an array of each dtype into a directory. */
async function saveAll(name: string, shape: readonly number[]): Promise<ReadonlyMap<string, Described>> {
  const files = cases.map((each) => ({ name: each.name, dtype: each.dtype }));
  const said = await peer.call<Described[]>("save_all", {
    directory: join(directory, name),
    cases: files,
    shape,
    seed,
  });
  return new Map(said.map((each, i) => [cases[i]?.name ?? "", each]));
}

describe.each([
  { shape: [17] },
  { shape: [1] },
  { shape: [0] },
  { shape: [5, 3], saves: true },
  { shape: [3, 2, 2] },
  { shape: [4, 0] },
])("arrays of shape $shape that NumPy saved", ({ shape, saves = false }) => {
  const folder = shape.join("x");
  let said: ReadonlyMap<string, Described>;
  beforeAll(async () => {
    said = await saveAll(folder, shape);
  });

  const saidOf = (name: string): Described => {
    const found = said.get(name);
    if (found === undefined) throw new Error(`nothing is said of ${name}`);
    return found;
  };

  it.each(cases)("$title is read by openNpy", ({ name }) => {
    const path = join(directory, folder, `${name}.npy`);
    using array = openNpy(path);
    expectSame(array, saidOf(name));
    // Once for each dtype is enough of what waits for the disk.
    if (!saves) return;
    const copy = join(directory, "copy.npy");
    saveNpy(copy, array);
    expect(readFileSync(copy).equals(readFileSync(path))).toBe(true);
  });

  it("their directory is a table", () => {
    using table = MemmapTable.open(join(directory, folder));
    expect(table.length).toBe(shape[0]);
    expect([...table.columnNames].sort()).toEqual(cases.map(({ name }) => name).sort());
    for (const { name } of cases) expectSame(table.column(name), saidOf(name));
  });

  it("their directory is a table to write to, and stays as it was", () => {
    const path = join(directory, folder, "c0.npy");
    const before = readFileSync(path);
    using table = MemmapTable.open(join(directory, folder), { mode: "r+", durability: "process" });
    for (const { name } of cases) expectSame(table.column(name), saidOf(name));
    expect(readFileSync(path).equals(before)).toBe(true);
  });
});

describe("arrays that cannot be mapped", () => {
  it.each([
    ["pickled objects", "|O"],
    ["extended floats", "<f16"],
    ["extended complex numbers", "<c32"],
    [
      "records with an object",
      [
        ["a", "<i4"],
        ["b", "|O"],
      ],
    ],
  ])("%s are refused", async (title, dtype) => {
    const path = join(directory, "refused", `${title}.npy`);
    await peer.call("save_refused", { path, dtype });
    expect(() => openNpy(path)).toThrow(FormatError);
    expect(() => MemmapTable.open(join(directory, "refused"))).toThrow(FormatError);
  });
});
