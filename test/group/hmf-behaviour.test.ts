import { describe, expect, it } from "vitest";
import { MemmapFile, slice } from "../../src/index.js";
import { counting, nested } from "../array/support.js";
import { temporaryPaths } from "../support/temporary.js";
import { openQuick, values } from "./support.js";

// What HMF, of which this hierarchy is a descendant, does by its own tests and by the examples of its documentation. Its names
// for frames without one, `__specialHMF__dataFrameNumber_0` and so on, are `frame_0` and so on here.
const fresh = temporaryPaths();

type Row = Readonly<Record<"a" | "b" | "c", number>> & { readonly group: string };

/** Ten rows of the numbers from 0 to 29, in groups of three, three and four. */
const rows: readonly Row[] = Array.from({ length: 10 }, (_, i) => ({
  a: 3 * i,
  b: 3 * i + 1,
  c: 3 * i + 2,
  group: i < 3 ? "a" : i < 6 ? "b" : "c",
}));

const source = {
  a: BigInt64Array.from(rows, ({ a }) => BigInt(a)),
  b: BigInt64Array.from(rows, ({ b }) => BigInt(b)),
  c: BigInt64Array.from(rows, ({ c }) => BigInt(c)),
  group: rows.map(({ group }) => group),
};

/** What is expected of a group: its rows, of these columns. */
const expected = (group: string, names: readonly ("a" | "b" | "c")[]) =>
  rows.filter((row) => row.group === group).map((row) => names.map((name) => BigInt(row[name])));

const options = { groupBy: "group", orderBy: "c" } as const;

/** Writes with one handle; then looks with that one, and with one that is opened anew. */
async function looked(
  write: (file: MemmapFile<"r+">) => void,
  look: (file: MemmapFile) => void,
): Promise<void> {
  const file = MemmapFile.open(fresh(), { mode: "w+", durability: "process" });
  write(file);
  await file.commit();
  look(file);
  file.close();
  for (const mode of ["r", "r+"] as const) {
    using again = MemmapFile.open(file.root, { mode });
    look(again);
  }
}

describe("arrays", () => {
  it("are written and read, on the same handle and reopened", async () => {
    const array = BigInt64Array.of(0n, 1n, 2n);
    const paths = ["/group1/array1", "/group1/array2", "/group2/array2", "/group2/subgroup1/array2"];
    await looked(
      (file) => {
        for (const path of paths) file.setArray(path, array);
      },
      (file) => {
        for (const path of paths) expect(values(file, path)).toEqual([0n, 1n, 2n]);
      },
    );
  });
});

describe("a frame by groups", () => {
  it("is written as arrays, and read on the same handle and reopened", async () => {
    await looked(
      (file) => {
        file.fromDataFrame(source, options);
        file.registerArray("arrayA", ["b", "c"]).registerArray("arrayB", ["a", "b"]);
      },
      (file) => {
        for (const group of ["a", "b", "c"]) {
          expect(values(file, `/${group}/arrayA`)).toEqual(expected(group, ["b", "c"]));
          expect(values(file, `/${group}/arrayB`)).toEqual(expected(group, ["a", "b"]));
        }
      },
    );
  });

  it("is written as data frames, and read as arrays", async () => {
    await looked(
      (file) => {
        file.fromDataFrame(source, options);
        file.registerDataFrame("dataframeA", ["b", "c"]).registerDataFrame("dataframeB", ["a", "b"]);
      },
      (file) => {
        for (const group of ["a", "b", "c"]) {
          expect(values(file, `/${group}/dataframeA`)).toEqual(expected(group, ["b", "c"]));
          expect(values(file, `/${group}/dataframeB`)).toEqual(expected(group, ["a", "b"]));
        }
      },
    );
  });
});

describe("two frames in one file", () => {
  const records = (group: string, names: readonly ("a" | "b" | "c")[]) =>
    expected(group, names).map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])));

  it.each<[string, readonly (string | undefined)[], readonly string[]]>([
    ["without names", [undefined, undefined], ["frame_0", "frame_1"]],
    ["with names", ["groupA", "groupB"], ["groupA", "groupB"]],
  ])("%s are two groups", async (_, names, places) => {
    await looked(
      (file) => {
        file.fromDataFrame(source, { ...options, name: names[0] });
        file.registerDataFrame("dataframeA", ["b", "c"]).registerDataFrame("dataframeB", ["a", "b"]);
        file.fromDataFrame({ ...source, a: source.c }, { ...options, name: names[1] });
        file.registerDataFrame("dataframeA", ["b", "c"]).registerDataFrame("dataframeB", ["a", "b"]);
      },
      (file) => {
        expect([...file.frames.keys()]).toEqual(places);
        for (const group of ["a", "b", "c"]) {
          const [first, second] = places;
          expect([...file.getDataFrame(`/${first}/${group}/dataframeA`)]).toEqual(records(group, ["b", "c"]));
          expect([...file.getDataFrame(`/${first}/${group}/dataframeB`)]).toEqual(records(group, ["a", "b"]));
          expect([...file.getDataFrame(`/${second}/${group}/dataframeA`)]).toEqual(
            records(group, ["b", "c"]),
          );
          expect([...file.getDataFrame(`/${second}/${group}/dataframeB`)]).toEqual(
            records(group, ["c", "b"]).map(({ c, b }) => ({ a: c, b })),
          );
        }
      },
    );
  });
});

describe("the examples of the documentation", () => {
  const flat = { a: [0, 3, 6], b: [1, 4, 7], c: [2, 5, 8] };
  /** Two rows for each of three groups. */
  const six = {
    a: [0, 3, 6, 9, 12, 15],
    b: [1, 4, 7, 10, 13, 16],
    c: [2, 5, 8, 11, 14, 17],
    groups: ["group_1", "group_1", "group_2", "group_2", "group_3", "group_3"],
  };

  it("E1: a file is opened and closed", () => {
    const file = MemmapFile.open(fresh(), { mode: "w+" });
    file.close();
    using again = MemmapFile.open(file.root);
    expect([...again.keys()]).toEqual([]);
  });

  it("E2: groups, with those that they lie in", () => {
    using file = openQuick(fresh());
    file.setGroup("/groupA");
    file.setGroup("/group1/groupA/groupZ");
    expect(String(file)).toMatchInlineSnapshot(`
      "/                      Group
      /group1                Group
      /group1/groupA         Group
      /group1/groupA/groupZ  Group
      /groupA                Group"
    `);
  });

  it("E3: an array, whole, by a slice that is a view, and by a list that is a copy", () => {
    using file = openQuick(fresh());
    file.setGroup("/groupA");
    file.setArray("/groupA/array1", counting("i8", [3, 3]));
    const whole = file.getArray("/groupA/array1");
    expect(nested(whole)).toEqual([
      [0n, 1n, 2n],
      [3n, 4n, 5n],
      [6n, 7n, 8n],
    ]);
    const view = file.getArray("/groupA/array1", slice(0, 2));
    const copy = file.getArray("/groupA/array1", [0, 2]);
    whole.set(0, 9n as never);
    expect(nested(view)).toEqual([
      [9n, 9n, 9n],
      [3n, 4n, 5n],
    ]);
    expect(nested(copy)).toEqual([
      [0n, 1n, 2n],
      [6n, 7n, 8n],
    ]);
    // A list of lists selects along several axes.
    file.setArray("/two", counting("i4", [2, 3]));
    expect(
      nested(
        file.getArray("/two", [
          [0, 1],
          [0, 2],
        ]),
      ),
    ).toEqual([0, 5]);
    expect(nested(file.getArray("/two", 1))).toEqual([3, 4, 5]);
  });

  it("E4: attributes", () => {
    using file = openQuick(fresh());
    file.setGroup("/groupA");
    file.setNodeAttr("/groupA", "someAttribute", "some value");
    file.setNodeAttr("/", "number", 5);
    expect(file.getNodeAttr("/groupA", "someAttribute")).toBe("some value");
    expect(file.getNodeAttr("/", "number")).toBe(5);
  });

  it("E5: a frame as a whole", async () => {
    await looked(
      (file) => {
        file.fromDataFrame(flat);
        file.registerArray("arrayA", ["b", "c"]).registerArray("arrayB", ["a", "b"]);
      },
      (file) => {
        expect(values(file, "/arrayA")).toEqual([
          [1, 2],
          [4, 5],
          [7, 8],
        ]);
        expect(values(file, "/arrayB")).toEqual([
          [0, 1],
          [3, 4],
          [6, 7],
        ]);
      },
    );
  });

  it("E6: a frame by groups", async () => {
    await looked(
      (file) => {
        file.fromDataFrame(six, { groupBy: "groups" });
        file.registerArray("arrayA", ["b", "c"]).registerArray("arrayB", ["a", "b"]);
      },
      (file) => {
        expect(values(file, "/group_1/arrayA")).toEqual([
          [1, 2],
          [4, 5],
        ]);
        expect(values(file, "/group_3/arrayB")).toEqual([
          [12, 13],
          [15, 16],
        ]);
      },
    );
  });

  it("E7: data frames", async () => {
    await looked(
      (file) => {
        file.fromDataFrame(six, { groupBy: "groups" });
        file.registerDataFrame("dataframeA", ["b", "c"]).registerDataFrame("dataframeB", ["a", "b"]);
      },
      (file) => {
        const frame = file.getDataFrame("/group_3/dataframeB");
        expect(frame.columnNames).toEqual(["a", "b"]);
        expect([...frame]).toEqual([
          { a: 12, b: 13 },
          { a: 15, b: 16 },
        ]);
      },
    );
  });

  it("E8: what groups there are, and how large, in their order and by size", async () => {
    const groups = ["x", "y", "y", "z", "z", "y"];
    await looked(
      (file) => {
        file.fromDataFrame({ ...six, groups }, { groupBy: "groups" }).registerArray("array", ["a"]);
      },
      (file) => {
        expect(file.hasGroups()).toBe(true);
        expect(file.groupNames()).toEqual(["x", "y", "z"]);
        expect(file.groupSizes()).toEqual([1, 3, 2]);
        const items = [
          { name: "x", size: 1, path: "/x" },
          { name: "y", size: 3, path: "/y" },
          { name: "z", size: 2, path: "/z" },
        ];
        expect(file.groupItems()).toEqual(items);
        expect(file.sortedGroupNames()).toEqual(["y", "z", "x"]);
        expect(file.sortedGroupSizes()).toEqual([3, 2, 1]);
        expect(file.sortedGroupItems()).toEqual([items[1], items[2], items[0]]);
      },
    );
  });
});
