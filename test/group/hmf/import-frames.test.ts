import { describe, expect, it } from "vitest";
import { CorruptError, FormatError, NotFoundError } from "../../../src/errors.js";
import { MemmapFile } from "../../../src/group/index.js";
import { temporaryPaths } from "../../support/temporary.js";
import { HmfDirectory } from "./hmf-directory.js";
import { importHmf } from "./import.js";
import { Called, Float, Name, type Writable } from "./pickle-writer.js";

const path = temporaryPaths();
const UNNAMED = "__specialHMF__dataFrameNumber_0";

/** A frame of as many groups, each of one row, written by their texts. */
function grouped(groups: readonly (readonly [value: Writable, text: string])[]): HmfDirectory {
  const directory = new HmfDirectory(path("hmf"));
  for (const [i, [, text]] of groups.entries()) directory.doubles([text, "A"], [1], [i]);
  return directory.frame(UNNAMED, { groups: groups.map(([value]) => [value, 1]) });
}

const stamp = (count: bigint, unit: number, ...zone: Writable[]) =>
  new Called(new Name("pandas._libs.tslibs.timestamps", "_unpickle_timestamp"), [
    count,
    null,
    zone[0] ?? null,
    unit,
  ]);
const utc = new Called(new Name("datetime", "timezone"), [
  new Called(new Name("datetime", "timedelta"), [0, 0, 0]),
]);

describe("a frame of HMF", () => {
  it("in groups answers as HMF does, after reopening too", () => {
    const directory = new HmfDirectory(path("hmf"))
      .doubles(["group_1", "arrayA"], [2, 2], [1, 2, 4, 5])
      .doubles(["group_1", "D"], [2, 2], [1, 2, 4, 5])
      .doubles(["group_2", "arrayA"], [1, 2], [7, 8])
      .doubles(["group_2", "D"], [1, 2], [7, 8])
      .doubles(["elsewhere", "a"], [1], [0])
      .frame(UNNAMED, {
        groups: [
          ["group_1", 2],
          ["group_2", 1],
        ],
        columns: { D: ["b", "c"] },
      });
    const root = path("file");
    importHmf(directory.close(), root).close();
    using file = MemmapFile.open(root);
    expect(file.hasGroups()).toBe(true);
    expect(file.groupNames()).toEqual(["group_1", "group_2"]);
    expect(file.groupSizes()).toEqual([2, 1]);
    expect(file.groupItems()).toEqual([
      { name: "group_1", size: 2, path: "/group_1" },
      { name: "group_2", size: 1, path: "/group_2" },
    ]);
    expect(file.getArray("/group_1/arrayA").values).toEqual(Float64Array.of(1, 2, 4, 5));
    const frame = file.getDataFrame("/group_1/D");
    expect(frame.length).toBe(2);
    expect(frame.column("c").toArray()).toEqual(Float64Array.of(2, 5));
    expect(frame.column("b").toArray()).toEqual(Float64Array.of(1, 4));
    expect(file.getArray("/group_2/D").shape).toEqual([1, 2]);
    expect(file.getArray("/group_2/D").values).toEqual(Float64Array.of(7, 8));
    const [info] = file.frames.values();
    expect(info).toMatchObject({
      rows: 3,
      path: "/",
      arrays: [{ name: "arrayA" }],
      frames: [{ name: "D", columns: ["b", "c"] }],
    });
  });

  it("as a whole has no groups", () => {
    const directory = new HmfDirectory(path("hmf"))
      .doubles(["arrayA"], [3], [1, 2, 3])
      .frame(UNNAMED, { grouped: false, groups: [["__specialHMF__groupbyDummyName", 3]] });
    using file = importHmf(directory.close(), path("file"));
    expect(file.hasGroups()).toBe(false);
    expect(file.groupNames()).toEqual([]);
    expect(file.frames.values().next().value?.rows).toBe(3);
    expect(file.getArray("/arrayA").toArray()).toEqual(Float64Array.of(1, 2, 3));
  });

  it("with a name, and several, are below their names", () => {
    const one = new HmfDirectory(path("hmf"))
      .doubles(["groupA", "a", "D"], [1, 1], [5])
      .frame("groupA", { groups: [["a", 1]], columns: { D: ["x"] } });
    {
      using file = importHmf(one.close(), path("file"));
      expect(file.groupItems("groupA")).toEqual([{ name: "a", size: 1, path: "/groupA/a" }]);
      expect(file.getDataFrame("/groupA/a/D").column("x").at(0)).toBe(5);
    }
    const two = new HmfDirectory(path("hmf"))
      .doubles([UNNAMED, "a", "D"], [1, 1], [5])
      .doubles(["groupB", "b", "D"], [1, 1], [6])
      .frame(UNNAMED, { groups: [["a", 1]], columns: { D: ["x"] } })
      .frame("groupB", { groups: [["b", 1]], columns: { D: ["y"] } });
    using file = importHmf(two.close(), path("file"));
    expect([...file.frames.keys()].sort()).toEqual([UNNAMED, "groupB"]);
    expect(file.groupNames(UNNAMED)).toEqual(["a"]);
    expect(file.getDataFrame("/groupB/b/D").column("y").at(0)).toBe(6);
  });

  it("finds the groups of values of every kind", () => {
    const day = 86_400_000_000n;
    const cases: [groups: readonly (readonly [Writable, string])[], names: unknown[]][] = [
      [
        [
          ["a", "a"],
          ["b c", "b c"],
          [null, "None"],
        ],
        ["a", "b c", null],
      ],
      [
        [
          [1, "1"],
          [-5, "-5"],
          [2 ** 40, "1099511627776"],
        ],
        [1n, -5n, 2n ** 40n],
      ],
      [
        [
          [2n ** 63n, "9223372036854775808"],
          [1, "1"],
        ],
        [2n ** 63n, 1n],
      ],
      [
        [
          [0.5, "0.5"],
          [new Float(1), "1.0"],
          [1e30, "1e+30"],
          [1e-7, "1e-07"],
          [Number.NaN, "nan"],
        ],
        [0.5, 1, 1e30, 1e-7, null],
      ],
      [
        [
          [new Float(1), "1.0"],
          [new Float(2), "2.0"],
          [Number.NaN, "None"],
        ],
        [1, 2, null],
      ],
      [
        [
          [false, "False"],
          [true, "True"],
        ],
        [false, true],
      ],
      [
        [
          [stamp(0n, 9), "1970-01-01 00:00:00"],
          [stamp(1n, 9), "1970-01-01 00:00:00.000001"],
          [null, "NaT"],
        ],
        [0n, 1n, null],
      ],
      [
        [
          [stamp(1001n, 10), "1970-01-01 00:00:00.000001001"],
          [stamp(5_000_000n, 10), "1970-01-01 00:00:00.005000"],
        ],
        [1001n, 5_000_000n],
      ],
      [[[stamp(5n, 8), "1970-01-01 00:00:00.005000"]], [5n]],
      [[[stamp(day, 9, utc), "1970-01-02 00:00:00+00:00"]], [day]],
      [[[new Called(new Name("datetime", "date"), [Buffer.of(7, 228, 1, 2)]), "2020-01-02"]], [18263n]],
    ];
    for (const [groups, names] of cases) {
      using file = importHmf(grouped(groups).close(), path("file"));
      expect(file.groupNames()).toEqual(names);
      for (const [i, item] of file.groupItems().entries()) {
        expect(item.path).toBe(`/${groups[i]?.[1]}`);
        expect(file.getArray(`${item.path}/A`).at(0)).toBe(i);
      }
    }
  });

  it("keeps groups that HMF failed to write, empty", () => {
    const directory = new HmfDirectory(path("hmf")).doubles(["a", "A"], [1], [0]).frame(UNNAMED, {
      groups: [
        ["a", 1],
        ["b", 2],
      ],
    });
    using file = importHmf(directory.close(), path("file"));
    expect(file.groupSizes()).toEqual([1, 2]);
    expect([...file.getGroup("/b").keys()]).toEqual([]);
    expect(() => file.getArray("/b/A")).toThrow(NotFoundError);
  });

  it("whose groups have names that no node can have is found all the same", () => {
    const directory = grouped([
      ["", ""],
      ["..", ".."],
      ["CON", "CON"],
      ["a", "a"],
      ["A", "A"],
    ]);
    expect(() => importHmf(directory.close(), path("file"))).toThrow('names: "encode"');
    using file = importHmf(directory.root, path("file"), { names: "encode" });
    expect(file.groupNames()).toEqual(["", "..", "CON", "a", "A"]);
    for (const [i, { path: group }] of file.groupItems().entries()) {
      expect(file.getArray(`${group}/A`).at(0)).toBe(i);
    }
  });

  it("with columns whose names no array can have keeps these as attributes", () => {
    const directory = new HmfDirectory(path("hmf"))
      .doubles(["D"], [1, 3], [5, 6, 7])
      .frame(UNNAMED, { grouped: false, groups: [["all", 1]], columns: { D: ["a/b", "c", "C"] } });
    expect(() => importHmf(directory.close(), path("file"))).toThrow('"a/b" has a slash in /D');
    using file = importHmf(directory.root, path("file"), { names: "encode" });
    expect(file.getArray("/D").values).toEqual(Float64Array.of(5, 6, 7));
    const named = [...file.getGroup("/D")].map(([name]) => [
      file.getNodeAttr(`/D/${name}`, "name", name),
      file.getArray(`/D/${name}`).at(0),
    ]);
    expect(new Map(named as [string, number][])).toEqual(
      new Map([
        ["a/b", 5],
        ["c", 6],
        ["C", 7],
      ]),
    );
  });

  it("whose arrays are not as wide as its names stays an array", () => {
    const directory = new HmfDirectory(path("hmf"))
      .doubles(["a", "D"], [1, 2], [5, 6])
      .doubles(["b", "D"], [1, 3], [5, 6, 7])
      .frame(UNNAMED, {
        groups: [
          ["a", 1],
          ["b", 1],
        ],
        columns: { D: ["x", "y"], gone: ["z"] },
      });
    using file = importHmf(directory.close(), path("file"));
    expect(file.getArray("/a/D").shape).toEqual([1, 2]);
    expect(file.getArray("/b/D").shape).toEqual([1, 3]);
    expect(file.frames.values().next().value?.frames).toEqual([]);
  });

  it("whose null group and the group None are one directory is refused: one of them is lost", () => {
    const directory = new HmfDirectory(path("hmf")).doubles(["None", "A"], [1], [0]).frame(UNNAMED, {
      groups: [
        ["None", 1],
        [null, 1],
      ],
    });
    expect(() => importHmf(directory.close(), path("file"))).toThrow(CorruptError);
    expect(() => importHmf(directory.root, path("file"))).toThrow("the groups 0 and 1 of the frame");
  });

  it.each<[string, readonly (readonly [Writable, string])[]]>([
    [
      "of values of several types",
      [
        ["a", "a"],
        [1, "1"],
      ],
    ],
    [
      "of values of several types",
      [
        [stamp(0n, 9), "x"],
        [stamp(1n, 7), "y"],
      ],
    ],
    ["of values of several types", [[2n ** 64n, "18446744073709551616"]]],
    ["of no value that rows are grouped by", [[["a"], "a"]]],
    ["of no value that rows are grouped by", [[Buffer.of(1), "a"]]],
  ])("with groups %s is refused", (problem, groups) => {
    const directory = grouped(groups);
    expect(() => importHmf(directory.close(), path("file"))).toThrow(FormatError);
    expect(() => importHmf(directory.root, path("file"))).toThrow(problem);
  });

  it("whose group is an array is refused", () => {
    const directory = new HmfDirectory(path("hmf"))
      .doubles(["a"], [1], [0])
      .frame(UNNAMED, { groups: [["a", 1]] });
    expect(() => importHmf(directory.close(), path("file"))).toThrow(
      '"/a" is an array, where a group of it should be',
    );
  });
});
