import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FormatError, NotFoundError } from "../../../src/errors.js";
import { readHmfMap } from "../../../src/group/hmf/read-map.js";
import { thrown } from "../../support/snapshot.js";
import { temporaryPaths } from "../../support/temporary.js";
import { HmfDirectory, MAPS } from "./hmf-directory.js";
import { dict, int64s, Name, pickle, Tuple, type Writable } from "./pickle-writer.js";

const path = temporaryPaths();

/** The directory of a small tree, not yet closed. */
function small(): HmfDirectory {
  return new HmfDirectory(path("hmf"))
    .group(["g", "deep"], { unit: "m" })
    .doubles(["g", "a"], [2], [1, 2])
    .frame("f", {
      groups: [
        ["x", 3],
        [null, 1],
      ],
      columns: { D: ["p", "q"] },
    });
}

describe("the map", () => {
  it("gives the tree and the frames", () => {
    const { root, frames } = readHmfMap(small().close());
    const g = root.nodes.get("g");
    expect([...root.nodes.keys()]).toEqual(["g"]);
    expect(g?.nodes.get("deep")?.attributes).toEqual(new Map([["unit", "m"]]));
    expect(g?.nodes.get("a")).toMatchObject({
      path: "/g/a",
      array: { file: "g__a", dtype: "float64", shape: [2] },
    });
    expect(frames).toEqual([
      {
        name: "f",
        grouped: true,
        groups: [
          { value: "x", rows: 3 },
          { value: null, rows: 1 },
        ],
        columns: new Map([["D", ["p", "q"]]]),
      },
    ]);
  });

  it("of a file without frames needs none of their parts", () => {
    const { root } = new HmfDirectory(path("hmf"));
    const tree = dict({ node_type: "root", dirpath: "", attributes: dict({}), nodes: dict({}) });
    writeFileSync(join(root, MAPS[0] ?? ""), pickle(tree));
    expect(readHmfMap(root).frames).toEqual([]);
  });

  it("numbers the columns that pandas numbers", () => {
    const directory = small().frame("f", { groups: [["x", 1]], columns: { D: [0, 1] } });
    expect(readHmfMap(directory.close()).frames[0]?.columns.get("D")).toEqual(["0", "1"]);
  });
});

describe("its copies", () => {
  it.each([
    ["the first is damaged", [0]],
    ["the first two are damaged", [0, 1]],
    ["the last is damaged", [2]],
  ])("%s: another is read", (_, damaged) => {
    const root = small().close();
    for (const copy of damaged) writeFileSync(join(root, MAPS[copy] ?? ""), "");
    expect(readHmfMap(root).path).toBe(join(root, MAPS[damaged.includes(0) ? damaged.length : 0] ?? ""));
  });

  it("the first is missing: another is read", () => {
    const root = small().close();
    rmSync(join(root, MAPS[0] ?? ""));
    expect(readHmfMap(root).root.nodes.size).toBe(1);
  });

  it("one that is a pickle but no map is not whole", () => {
    const root = small().close();
    writeFileSync(join(root, MAPS[0] ?? ""), pickle([1, 2]));
    expect(readHmfMap(root).root.nodes.size).toBe(1);
  });

  it("all are damaged: the error tells what is wrong with each", () => {
    const root = small().close();
    writeFileSync(join(root, MAPS[0] ?? ""), "");
    writeFileSync(join(root, MAPS[1] ?? ""), pickle(new Name("os", "system")));
    rmSync(join(root, MAPS[2] ?? ""));
    const error = thrown(() => readHmfMap(root));
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toMatchObject({ path: root });
    expect(error.message).toMatch(
      /no copy of the map can be read: .*Map0: it is no pickle.*Map1: refused: .*os\.system.*Map2: the map is missing/,
    );
    expect(error.cause).toBeInstanceOf(AggregateError);
  });

  it("none is there: the error says what is missing", () => {
    const root = path("hmf");
    mkdirSync(root);
    writeFileSync(join(root, "data"), "");
    const error = thrown(() => readHmfMap(root));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error.message).toContain(`${MAPS.join(", ")} are missing`);
  });

  it("one that is a directory, or a link that leads out, is not read", () => {
    const [inside, outside] = [small().close(), small().close()];
    for (const name of MAPS) rmSync(join(inside, name));
    mkdirSync(join(inside, MAPS[0] ?? ""));
    symlinkSync(join(outside, MAPS[1] ?? ""), join(inside, MAPS[1] ?? ""));
    expect(() => readHmfMap(inside)).toThrow(/this is a directory.*a link leads out/);
  });
});

describe("a map that is not what it should be", () => {
  const array = (over: Readonly<Record<string, Writable>>) =>
    dict({
      node_type: "array",
      dirpath: "a",
      attributes: dict({}),
      nodes: dict({}),
      dtype: "int64",
      shape: new Tuple(1),
      ...over,
    });
  const group = (nodes: Writable) => dict({ node_type: "group", dirpath: "g", attributes: dict({}), nodes });

  it.each<[string, Readonly<Record<string, Writable>>]>([
    ['the map\'s node_type is "group", not "root"', { node_type: "group" }],
    ['the nodes of the node "/" is no dictionary', { nodes: [] }],
    ['a key of the nodes of the node "/" is no text', { nodes: new Map([[1, group(dict({}))]]) }],
    ['the node "/a" is no dictionary', { nodes: dict({ a: 1 }) }],
    ['the node "/a" has the node_type "thing"', { nodes: dict({ a: array({ node_type: "thing" }) }) }],
    ['the node "/g" has the node_type "root"', { nodes: dict({ g: array({ node_type: "root" }) }) }],
    ['the attributes of the node "/a" is no dictionary', { nodes: dict({ a: array({ attributes: null }) }) }],
    ['the dirpath of the node "/a" is no text', { nodes: dict({ a: array({ dirpath: 1 }) }) }],
    [
      'the dtype of the node "/g/a" is no text',
      { nodes: dict({ g: group(dict({ a: array({ dtype: null }) })) }) },
    ],
    ['the node "/a" has no shape', { nodes: dict({ a: array({ shape: [1] }) }) }],
    ['the node "/a" has no shape', { nodes: dict({ a: array({ shape: new Tuple(-1) }) }) }],
    ['the node "/a" has no shape', { nodes: dict({ a: array({ shape: new Tuple(1.5) }) }) }],
    ['the node "/a" has no shape', { nodes: dict({ a: array({ shape: new Tuple(2n ** 60n) }) }) }],
    [
      '"/a" is an array, but has nodes below it',
      { nodes: dict({ a: array({ nodes: dict({ b: array({}) }) }) }) },
    ],
    ["whether the frame", { grouped: dict({ f: 1 }) }],
    ["the group names of", { group_names: dict({}) }],
    ["the group sizes of", { group_sizes: dict({ f: [3, 1] }) }],
    ["2 names of groups, but 1 sizes", { group_sizes: dict({ f: int64s([4]) }) }],
    ["are no counts", { group_sizes: dict({ f: int64s([4, -1]) }) }],
    ["the map's grouped is no dictionary", { grouped: null }],
    ["the column names of", { dataframe_colnames: dict({ f: dict({ D: 1 }) }) }],
    ["a column's name is no text", { dataframe_colnames: dict({ f: dict({ D: [null] }) }) }],
  ])("%s", (problem, over) => {
    const directory = small();
    directory.close(directory.map(over));
    const error = thrown(() => readHmfMap(directory.root));
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toContain(problem);
  });

  it("a node that stands in two places is no tree", () => {
    // One dictionary, put into the memo, below itself and twice beside itself.
    const twice = "\x80\x04}(X\x05\0\0\0nodes}(X\x01\0\0\0a}\x94(X\x05\0\0\0nodes}X\x0a\0\0\0attributes}";
    const ends =
      "X\x09\0\0\0node_typeX\x05\0\0\0groupuX\x01\0\0\0bh\0uX\x0a\0\0\0attributes}X\x09\0\0\0node_typeX\x04\0\0\0rootu.";
    const { root } = small();
    for (const name of MAPS) writeFileSync(join(root, name), Buffer.from(twice + ends, "latin1"));
    expect(() => readHmfMap(root)).toThrow('the node "/b" stands in the tree twice');
  });

  it("groups are not nested without end", () => {
    let nodes: Writable = dict({});
    for (let depth = 0; depth < 600; depth++) nodes = dict({ g: group(nodes) });
    const directory = small();
    directory.close(directory.map({ nodes }));
    expect(() => readHmfMap(directory.root)).toThrow("nested more than 500 deep");
  });
});
