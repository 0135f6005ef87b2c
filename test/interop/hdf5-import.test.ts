import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importHdf5, type SkippedNode } from "../../src/hdf5/index.js";
import { checkStore } from "../../src/testing/index.js";
import { PLAIN, STRUCTURES } from "./dtypes.js";
import type { Described } from "./peer.js";
import { askScript, expectSame, QUICK, scratchDirectory, seed } from "./support.js";

const directory = scratchDirectory();
let count = 0;
const place = (name: string) => join(directory, `${name}-${count++}`);
const python = <T>(call: string, args: object) => askScript("hdf5_imports.py", call, args) as T;
const STRUCTURED = STRUCTURES.map(({ fields, align }) => (align === true ? { align: fields } : fields));

describe.each(["earliest", "latest"])("a file of h5py, written for %s", (libver) => {
  it.each([
    ["plain dtypes", PLAIN],
    ["structured ones", STRUCTURED],
  ])("has the arrays that h5py wrote, of every shape and layout: %s", async (_, dtypes) => {
    const root = place("arrays.h5");
    const shapes = [[7], [], [0], [3, 2], [2, 0], [2, 1, 3]];
    const said = python<Record<string, Described>>("arrays", { root, dtypes, shapes, seed, libver });
    expect(Object.keys(said).length).toBeGreaterThan(20);
    using file = await importHdf5(root, place("file"), { ...QUICK, compounds: "records" });
    for (const [path, described] of Object.entries(said)) expectSame(file.getArray(path), described);
    checkStore(file.root);
  });

  it("has all else that h5py wrote", async () => {
    const root = place("tree.h5");
    python("tree", { root, libver });
    const skipped: SkippedNode[] = [];
    using file = await importHdf5(root, place("file"), { ...QUICK, onSkip: (each) => skipped.push(each) });
    expect(skipped.map(({ path }) => path)).toEqual(
      ["/dangling", "/outside", "/g/up", "/type"].sort(byOrder(skipped)),
    );
    expect(file.attr).toEqual({
      int: 5,
      bool: true,
      bools: [true, false],
      big: 2n ** 60n,
      half: 1.5,
      reversed: Int32Array.of(1, 2),
      grid: [Float64Array.of(0, 1), Float64Array.of(2, 3)],
      complex: { re: 1, im: 2 },
      text: "añb",
      bytes: "abc",
      list: ["a", "bc"],
      nothing: null,
      ref: "/g/h",
      record: { a: 1, b: 2.5, c: "x" },
      ragged: [Int32Array.of(1, 2), new Int32Array(0)],
      color: 2,
    });
    const values = (path: string) => [...file.getArray(path)];
    expect(values("z")).toEqual([0, 1, 2]);
    expect(file.getArray("a").dtype.str).toBe(">i2");
    expect(values("named")).toEqual([0, 0]);
    expect(file.getArray("nothing").shape).toEqual([0]);
    expect(values("enum")).toEqual([1, 2, 1]);
    expect(file.attrs("enum").get("enum")).toEqual({ RED: 1, BLUE: 2 });
    expect(values("soft/y")).toEqual([0n, 1n]);
    expect(values("refs")).toEqual(["/z", "/g/h", ""]);
    expect(values("ascii")).toEqual(["café", "x"]);
    const people = (name: string) =>
      (file.getArray(`people/${name}`).toArray() as unknown[]).flatMap((row) => [
        ...(row as Iterable<unknown>),
      ]);
    expect(people("name")).toEqual(["", "ñ1", "ñ2ñ2", "ñ3ñ3ñ3"]);
    expect(file.getArray("people/age").dtype.str).toBe(">i2");
    expect([...file.getArray("people/age").view(1)]).toEqual([1, 2]);
    expect([...file.getArray("people/at").view(1, 1)]).toEqual([3, 1.5]);
    expect(people("friend")).toEqual(Array(4).fill("/z"));
    expect(people("alias")).toEqual(["a0", "a1", "a2", "a3"]);
    expect(file.attrs("people/kind").get("enum")).toEqual({ RED: 1, BLUE: 2 });
    expect(values("never").map(String)).toEqual(Array(5).fill("7,7"));
    expect(file.attrs("z").get("NAME")).toBe("scale of z");
    expect(file.attrs("a").get("DIMENSION_LABELS")).toEqual(["index"]);
  });
});

/** In the order in which they were skipped. */
function byOrder(skipped: readonly SkippedNode[]): (one: string, other: string) => number {
  const at = (path: string) => skipped.findIndex((each) => each.path === path);
  return (one, other) => at(one) - at(other);
}

it("has texts of any letters, whatever their shape", async () => {
  const root = place("texts.h5");
  const said = python<Record<string, string[]>>("texts", {
    root,
    shapes: [[500], [], [0], [7, 30], [3, 1, 5]],
    seed,
  });
  using file = await importHdf5(root, place("file"), QUICK);
  for (const [path, texts] of Object.entries(said)) {
    const array = file.getArray(path);
    const found = array.ndim === 0 ? [array.at()] : (array.toArray() as unknown[]).flat(2);
    // NumPy's text loses NULs at its end, and has none among these letters.
    expect(found, path).toEqual(texts);
  }
});

it("takes thousands of datasets in one group, and groups that lie deep", async () => {
  const root = place("many.h5");
  python("many", { root, count: 2000 });
  using file = await importHdf5(root, place("file"), QUICK);
  expect([...file.getGroup("wide").keys()]).toHaveLength(2000);
  expect(file.getArray("wide/d1999").at()).toBe(1999n);
  expect(file.getArray([..."abcdefghijklmnopqrstuvwxyz".repeat(2)].join("/")).at()).toBe(1n);
});
