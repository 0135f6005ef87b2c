import { join } from "node:path";
// Workers are built: by its name, the package is the built one.
import { MemmapFile as BuiltFile, MemmapTable as BuiltTable } from "memmap-table";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type AttrInput,
  type DType,
  type DTypeLike,
  MemmapFile,
  MemmapTable,
  parseDType,
  ShapeError,
} from "../../src/index.js";
import { PLAIN, STRUCTURES } from "./dtypes.js";
import { type Described, startPeer } from "./peer.js";
import { Random } from "./random.js";
import { askScript, expectSame, QUICK, scratchDirectory, seed } from "./support.js";
import { nestedFromWire, type Wire } from "./wire.js";

const peer = startPeer();
const directory = scratchDirectory();
const python = <Result>(call: string, args: object) => askScript("hierarchy_files.py", call, args) as Result;

/** What Python finds below a directory. */
interface Tree {
  readonly arrays: { readonly [path: string]: Described };
  readonly attributes: { readonly [path: string]: unknown };
}

/** Ranks 0 to 5, and emptiness in each place. */
const SHAPES = [[], [3], [2, 3], [2, 1, 3], [2, 1, 1, 2], [1, 2, 1, 2, 2], [0], [2, 0], [0, 3]] as const;

/** Of dates, whose units are many, fewer shapes. */
function shapesOf({ kind }: DType, i: number): readonly (readonly number[])[] {
  return "mM".includes(kind) ? [[], SHAPES[1 + (i % 5)] ?? []] : SHAPES;
}

/** An array of random elements: in words, and as plain values. */
interface Case {
  readonly path: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly wires: readonly Wire[];
  readonly data: unknown;
}

async function makeCases(): Promise<readonly Case[]> {
  const structures = await Promise.all(
    STRUCTURES.map(({ fields, align = false }) =>
      align ? peer.call<DTypeLike>("descr_of", { dtype: { align: fields } }) : fields,
    ),
  );
  return [...PLAIN, ...structures].map(parseDType).flatMap((dtype, i) =>
    shapesOf(dtype, i).map((shape) => {
      const path = `/rank${shape.length}/${shape.join("x") || "one"}/c${i}`;
      const size = shape.reduce<number>((product, axis) => product * axis, 1);
      const wires = new Random(path).wires(dtype, size);
      return { path, dtype, shape, wires, data: nestedFromWire(dtype, shape, wires) };
    }),
  );
}

describe("arrays of every dtype and of ranks 0 to 5 are what NumPy would have saved", () => {
  let cases: readonly Case[] = [];
  beforeAll(async () => {
    cases = await makeCases();
  });

  const judge = (root: string, below = "") =>
    peer.call("judge_all", {
      files: cases.map(({ path, dtype, shape, wires }) => ({
        path: join(root, below, `${path.slice(1)}.npy`),
        dtype: dtype.descr,
        shape,
        values: wires,
        exact: true,
      })),
    });
  const create = (name: string) => MemmapFile.open(join(directory, name), { mode: "w+", ...QUICK });

  it("of plain values; of other arrays; and when they were copied and renamed", async () => {
    using file = create("plain");
    file.transaction(() => {
      for (const { path, dtype, shape, data } of cases) file.setArray(path, data, { dtype, shape });
    });
    expect(await judge(file.root)).toEqual([]);

    using other = create("other");
    other.transaction(() => {
      for (const { path } of cases) other.setArray(path, file.getArray(path));
    });
    expect(await judge(other.root)).toEqual([]);

    for (const name of file.keys()) other.copyNode(name, `copies/${name}`);
    other.renameNode("copies", "deep/er");
    expect(await judge(other.root, "deep/er")).toEqual([]);
  });

  it("created as zeros, and written through their views", async () => {
    using file = create("created");
    file.transaction(() => {
      for (const { path, dtype, shape } of cases) file.createArray(path, dtype, shape);
    });
    for (const { path, shape, wires, data } of cases) {
      if (wires.length === 0) continue;
      const array = file.getArray(path);
      if (shape.length === 0) array.fill(data as never);
      else array.assign(data as never);
    }
    file.flush();
    expect(await judge(file.root)).toEqual([]);
  });
});

describe("attributes of nodes", () => {
  const ATTRS = {
    text: "größe 🙂",
    list: [1, 2.5, [null, true]],
    date: new Date(0),
    id: 2n ** 64n,
    limit: Number.POSITIVE_INFINITY,
    scale: new Float32Array([0.5, Number.NaN]),
  } satisfies { [key: string]: AttrInput };

  it("are plain JSON to Python, in each node's sidecar", () => {
    const root = join(directory, "attributes");
    {
      using file = MemmapFile.open(root, { mode: "a", ...QUICK });
      file.setGroup("/empty/inner");
      file.setArray("/group/one", 1.5, { attrs: ATTRS });
      for (const path of ["/", "/group", "/empty/inner"]) {
        for (const [key, value] of Object.entries(ATTRS)) file.setNodeAttr(path, key, value);
      }
    }
    const expected = {
      text: "größe 🙂",
      list: [1, 2.5, [null, true]],
      date: { $date: "1970-01-01T00:00:00.000Z" },
      id: { $bigint: "18446744073709551616" },
      limit: { $number: "Infinity" },
      scale: { $array: { dtype: "<f4", data: [0.5, "NaN"] } },
    };
    const { arrays, attributes } = python<Tree>("tree", { root });
    expect(Object.keys(arrays)).toEqual(["/group/one"]);
    for (const sidecar of ["/.attr", "/group/.attr", "/empty/inner/.attr", "/group/one.attr"]) {
      expect(attributes[sidecar]).toEqual(expected);
    }
    using file = MemmapFile.open(root);
    for (const path of ["/", "/group", "/empty/inner", "/group/one"]) {
      expect(Object.fromEntries(file.attrs(path))).toEqual(ATTRS);
    }
  });
});

describe("a tree of directories that NumPy saved", () => {
  const root = join(directory, "numpy");
  const said: { [path: string]: Described } = {};
  const save = async (path: string, dtype: unknown, shape: readonly number[], more: object = {}) => {
    said[path] = await peer.call("save", { path: join(root, `${path}.npy`), dtype, shape, seed, ...more });
  };

  beforeAll(async () => {
    await save("/scalar", "<f8", []);
    await save("/a/b/c/deep", ">M8[us]", [3]);
    await save("/a/long", "<i4", [7]);
    await save("/a/matrix", "<f4", [4, 5], { order: "F" });
    await save("/a/b/empty", "<U3", [0, 2]);
    await save("/a/b/text", ">U5", [2, 2, 2]);
    await save("/even/x", "<f8", [6]);
    await save("/even/y", ">i8", [6, 2]);
    await save(
      "/even/record",
      [
        ["p", "<i2"],
        ["z", ">c16"],
      ],
      [6],
      { version: [2, 0] },
    );
    await peer.call("write_attribute", {
      path: join(root, "a/.attr"),
      attr: "{'unit': 'm', 'id': 2**63 + 1}",
    });
    await peer.call("write_attribute", { path: join(root, "a/long.attr"), attr: "{'limit': 1e300}" });
  });

  it("opens as a file, arrays of any length side by side", () => {
    using file = MemmapFile.open(root);
    const nodes = [...file.walk()];
    expect(nodes.filter(({ kind }) => kind === "array").map(({ path }) => path)).toEqual(
      Object.keys(said).sort(),
    );
    for (const [path, each] of Object.entries(said)) expectSame(file.getArray(path), each);
    expect(file.getNodeAttr("/a", "id")).toBe(2n ** 63n + 1n);
    expect(file.getNodeAttr("/a/long", "limit")).toBe(1e300);
    using even = file.getGroup("/even").table();
    expect(even.shape).toEqual([6, 3]);
    expect(() => file.getGroup("/a").table()).toThrow(ShapeError);
  });

  it("is read by Python as it was, when it has been written to", () => {
    {
      using file = MemmapFile.open(root, { mode: "r+", ...QUICK });
      file.setArray("/a/new", Int16Array.of(1, 2, 3, 4), { shape: [2, 2], attrs: { unit: "s" } });
      file.setNodeAttr("/a/b", "seen", true);
      file.renameNode("/even", "/odd");
      file.getArray("/scalar").fill(2.5);
    }
    const { arrays, attributes } = python<Tree>("tree", { root });
    const kept = (path: string) => path.replace("/even", "/odd");
    for (const [path, each] of Object.entries(said)) {
      if (path !== "/scalar") expect(arrays[kept(path)]).toEqual(each);
    }
    expect(arrays["/scalar"]?.hex).toBe("0000000000000440");
    expect(arrays["/a/new"]).toMatchObject({ descr: "<i2", shape: [2, 2], values: ["1", "2", "3", "4"] });
    expect(Object.keys(arrays)).toHaveLength(Object.keys(said).length + 1);
    expect(attributes["/a/b/.attr"]).toEqual({ seen: true });
    expect(attributes["/a/new.attr"]).toEqual({ unit: "s" });
    expect(attributes["/a/.attr"]).toEqual({ unit: "m", id: Number(2n ** 63n + 1n) });
  });
});

/** A frame to be written of the peer's columns, and what it is in pandas. */
interface FrameCase {
  readonly name: string;
  readonly groupBy: readonly string[];
  readonly orderBy: readonly string[];
  readonly ascending: boolean | readonly boolean[];
  /** Columns of each array: one as it is, several beside each other. */
  readonly arrays: { readonly [name: string]: string | readonly string[] };
  readonly frames: { readonly [name: string]: readonly string[] };
}

const KEYS = [
  "text",
  "bytes",
  "flag",
  "small",
  "large",
  "unsigned",
  "float",
  "half",
  "day",
  "moment",
  "span",
];
const PAYLOAD = ["x", "y", "point", "matrix", "name", "z", "record"];
const WRITTEN = {
  arrays: { x: "x", point: "point", numbers: ["x", "unit"], one: ["small"], points: ["point"] },
  frames: { data: [...PAYLOAD, "row"], keys: KEYS },
} as const;

const FRAMES: readonly FrameCase[] = [
  ...KEYS.map((key) => ({ name: `by ${key}`, groupBy: [key], orderBy: [], ascending: true, ...WRITTEN })),
  ...KEYS.flatMap((key) =>
    [true, false].map((ascending) => ({
      name: `along ${key}${ascending ? "" : ", down"}`,
      groupBy: ["unit"],
      orderBy: [key],
      ascending,
      ...WRITTEN,
    })),
  ),
  { name: "two", groupBy: ["text", "float"], orderBy: ["day"], ascending: false, ...WRITTEN },
  { name: "mixed", groupBy: ["day"], orderBy: ["half", "text"], ascending: [false, true], ...WRITTEN },
  { name: "whole", groupBy: [], orderBy: ["float", "moment"], ascending: [true, false], ...WRITTEN },
  { name: "untouched", groupBy: [], orderBy: [], ascending: true, ...WRITTEN },
];

/** Takes a frame and what is to be written of it. */
function register(
  file: MemmapFile | BuiltFile,
  source: unknown,
  { name, groupBy, orderBy, ascending, arrays, frames }: FrameCase,
): void {
  file.fromDataFrame(source as never, { name, groupBy, orderBy, ascending });
  for (const [array, columns] of Object.entries(arrays)) file.registerArray(array, columns);
  for (const [frame, columns] of Object.entries(frames)) file.registerDataFrame(frame, columns);
}

describe.each([300, 1, 0])("frames of %i rows are in each group what pandas makes of them", (rows) => {
  const source = join(directory, `source-${rows}`);
  const root = join(directory, `frames-${rows}`);

  it("grouped and ordered by every kind of key; Python follows the group table", async () => {
    python("make_frame", { root: source, rows, seed });
    {
      using table = MemmapTable.open(source);
      await using file = MemmapFile.open(root, { mode: "w+", ...QUICK });
      for (const each of FRAMES) register(file, table, each);
    }
    expect(python("judge_frames", { source, root, frames: FRAMES })).toEqual([]);
  });
});

describe("frames that workers write", () => {
  it("are in each group what pandas makes of them", async () => {
    const source = join(directory, "source-large");
    const root = join(directory, "frames-large");
    const rows = 100_000;
    const cases = FRAMES.filter(({ name }) => ["by text", "two", "whole"].includes(name));
    python("make_frame", { root: source, rows, seed });
    {
      using table = BuiltTable.open(source);
      using file = BuiltFile.open(root, { mode: "w+", ...QUICK });
      for (const each of cases) register(file, table, each);
      let last = { bytes: 0, total: 1 };
      await file.commit({
        workers: 2,
        onProgress: (progress) => {
          last = progress;
        },
      });
      expect(last.bytes).toBe(last.total);
      expect(last.total).toBeGreaterThan(8 << 20);
    }
    expect(python("judge_frames", { source, root, frames: cases })).toEqual([]);
  });
});

describe("nulls of lists", () => {
  it("are where pandas has None", () => {
    const columns = {
      key: ["b", null, "a", "null", "b", null, "a", ""],
      flag: [true, null, false, null, true, false, null, true],
      number: [3, 1, null, 2, 2, null, 1, 0],
      word: [null, "x", "yy", null, "", "z", "é", "w"],
      whole: [1, 2, 3, 4, 5, 6, 7, 8],
    };
    const root = join(directory, "lists");
    const cases = [true, false].flatMap((ascending) =>
      ["number", "word", "flag"].map((key) => ({
        name: `${key} ${ascending}`,
        groupBy: ["key"],
        orderBy: [key],
        ascending,
      })),
    );
    {
      using file = MemmapFile.open(root, { mode: "w+", ...QUICK });
      for (const each of cases) {
        file.fromDataFrame(columns, each).registerDataFrame("data", Object.keys(columns));
      }
    }
    expect(python("judge_lists", { root, columns, frames: cases })).toEqual([]);
  });
});
