import { describe, expect, it, onTestFinished } from "vitest";
import { parseDType } from "../../src/dtype/index.js";
import { CorruptError } from "../../src/errors.js";
import { exportHdf5 } from "../../src/hdf5/index.js";
import { MemmapFile } from "../../src/index.js";
import { type Dialect, decodeMessage, decodeValue, isWireArray } from "../../src/remote/wire/index.js";
import { DEEPEST, encodeObject, type ObjectOptions } from "../../src/server/objects/index.js";
import type { ServedDataset, ServedFile, ServedGroup, ServedNode } from "../../src/server/served/served.js";
import { openStoreFile } from "../../src/server/served/store-file.js";
import { makeHdf5 } from "../hdf5/import-support.js";
import { temporaryPaths } from "../support/temporary.js";
import { makeNamedType, servedFile } from "./hdf5-support.js";

const fresh = temporaryPaths();
const QUICK = { durability: "process" } as const;

type Sent = ReadonlyMap<string, unknown>;

/** All bytes of an object. */
async function bytesOf(
  node: ServedNode,
  file: Pick<ServedFile, "isIntact">,
  options: Partial<ObjectOptions> = {},
): Promise<Buffer> {
  const all = {
    maxDepth: 0,
    dataSizeLimit: 2 ** 31 - 1,
    dialect: "classic",
    inlineLimit: 2 ** 28,
    ...options,
  } as const;
  const pieces: Uint8Array[] = [];
  // A piece is good only until the next one is asked for.
  for await (const piece of encodeObject(node, file, all)) pieces.push(new Uint8Array(piece));
  return Buffer.concat(pieces);
}

/** An object of a file as a client reads it. */
async function sent(file: ServedFile, path: string, options: Partial<ObjectOptions> = {}): Promise<Sent> {
  const node = file.node(path);
  if (node === undefined) throw new Error(`there is no ${path}`);
  const value = decodeMessage(await bytesOf(node, file, options), { maxDepth: 128 });
  return requireMap(value);
}

function requireMap(value: unknown): Sent {
  if (value instanceof Map) return value;
  throw new Error(`${value} is no map`);
}

/** A member of a group that was sent; null for one that has to be asked for. */
function member(object: Sent, ...names: readonly string[]): Sent | null {
  let found: unknown = object;
  for (const name of names) found = requireMap(requireMap(found).get("members")).get(name);
  return found === null ? null : requireMap(found);
}

/** What the members of a group are. */
function kinds(object: Sent | null): Record<string, unknown> {
  const members = requireMap(object?.get("members"));
  return Object.fromEntries(
    [...members].map(([name, of]) => [name, of === null ? null : requireMap(of).get("hdf5_object")]),
  );
}

/** A store, and the HDF5 file that it is exported to. */
async function both(fill: (file: MemmapFile) => void): Promise<readonly [kind: string, file: ServedFile][]> {
  const root = fresh("store");
  const path = fresh("store.h5");
  using file = MemmapFile.open(root, { mode: "w+", ...QUICK });
  fill(file);
  await exportHdf5(file, path);
  const store = openStoreFile(root);
  onTestFinished(() => store.release());
  return [
    ["store", store],
    ["HDF5", await servedFile(path)],
  ];
}

describe("the depth of an answer", () => {
  const nested = () =>
    both((file) => {
      let path = "";
      for (let depth = 1; depth <= 10; depth++) {
        path += `/g${depth}`;
        file.setArray(`${path}/x`, Int32Array.of(depth));
      }
    });

  it("is that of the request: what is deeper is null", async () => {
    for (const [kind, file] of await nested()) {
      for (let maxDepth = 0; maxDepth <= 14; maxDepth++) {
        let object: Sent | null = await sent(file, "/", { maxDepth });
        for (let depth = 0; depth <= 10; depth++) {
          const what = `${kind} ${maxDepth} ${depth}`;
          expect(object?.get("hdf5_object"), what).toBe("group");
          // A group at the limit is shown with the names of its members alone; the one that is asked for with datasets, too.
          const isShown = depth === 0 || depth < maxDepth;
          const hasGroup = depth < maxDepth;
          const x = depth === 0 ? {} : { x: isShown ? "dataset" : null };
          const deeper = depth === 10 ? {} : { [`g${depth + 1}`]: hasGroup ? "group" : null };
          expect(kinds(object), what).toEqual({ ...x, ...deeper });
          if (!hasGroup || depth === 10 || object === null) break;
          object = member(object, `g${depth + 1}`);
        }
      }
    }
  });

  it("begins where it is asked for", async () => {
    for (const [, file] of await nested()) {
      const object = await sent(file, "/g1/g2/g3", { maxDepth: 1 });
      expect(kinds(object)).toEqual({ x: "dataset", g4: "group" });
      expect(kinds(member(object, "g4"))).toEqual({ x: null, g5: null });
    }
  });

  it("ends at groups of more than 20 links, but for the one that is asked for", async () => {
    const files = await both((file) => {
      for (const count of [20, 21]) {
        for (let i = 0; i < count; i++) file.setArray(`/g${count}/x${i}`, Int32Array.of(i));
      }
    });
    for (const [, file] of files) {
      const object = await sent(file, "/", { maxDepth: 5 });
      expect(new Set(Object.values(kinds(member(object, "g20"))))).toEqual(new Set(["dataset"]));
      expect(new Set(Object.values(kinds(member(object, "g21"))))).toEqual(new Set([null]));
      const asked = kinds(await sent(file, "/g21", { maxDepth: 5 }));
      expect(Object.keys(asked)).toHaveLength(21);
      expect(new Set(Object.values(asked))).toEqual(new Set(["dataset"]));
    }
  });

  it("has an end where groups are deeper, and so has their number", async () => {
    const path = await makeHdf5(fresh("deep.h5"), (h5) => {
      let group = h5.create_group("a");
      for (let depth = 0; depth < DEEPEST + 5; depth++) group = group.create_group("a");
    });
    const file = await servedFile(path);
    let object: Sent | null = await sent(file, "/", { maxDepth: 1000 });
    let depth = 0;
    for (; object !== null; depth++) object = member(object, "a");
    expect(depth).toBe(DEEPEST + 1);
    const few = await sent(file, "/", { maxDepth: 1000, memberLimit: 3 });
    expect(member(few, "a", "a", "a")?.get("hdf5_object")).toBe("group");
    expect(member(few, "a", "a", "a", "a")).toBeNull();
  });

  it("has links where groups are in themselves", async () => {
    const path = await makeHdf5(fresh("circle.h5"), (h5) => {
      h5.create_group("a").create_hard_link("/a", "b");
      h5.create_hard_link("/", "c");
    });
    const root = await sent(await servedFile(path), "/", { maxDepth: 1000 });
    expect(member(root, "a", "b")?.get("target")).toBe("/a");
    expect(member(root, "c")?.get("target")).toBe("/");
  });
});

describe("links and what is unknown", () => {
  const tree = async () => {
    const path = await makeHdf5(fresh("links.h5"), (h5) => {
      h5.create_group("g").create_dataset({ name: "x", data: Float64Array.of(1, 2) });
      h5.create_dataset({ name: "type", data: Int16Array.of(7) });
      h5.create_soft_link("/g", "group");
      h5.create_soft_link("g/x", "dataset");
      h5.create_soft_link("/nowhere", "broken");
      h5.create_external_link("other.h5", "/", "outside");
    });
    await makeNamedType(path, "type");
    return servedFile(path);
  };

  it("are members, a broken link as well", async () => {
    const file = await tree();
    const object = await sent(file, "/");
    expect(kinds(object)).toEqual({
      g: null,
      type: "unknown",
      group: "soft_link",
      dataset: "soft_link",
      broken: "soft_link",
      outside: "unknown",
    });
    const targets = ["group", "dataset", "broken"].map((name) => member(object, name)?.get("target"));
    expect(targets).toEqual(["/g", "g/x", "/nowhere"]);
    expect([...(member(object, "broken")?.keys() ?? [])]).toEqual(["hdf5_object", "target"]);
    expect([...(member(object, "type")?.keys() ?? [])]).toEqual(["hdf5_object"]);
  });

  it("are followed in what is asked for", async () => {
    const file = await tree();
    expect(kinds(await sent(file, "/group"))).toEqual({ x: "dataset" });
    expect((await sent(file, "/group/x")).get("shape")).toEqual([2]);
    expect((await sent(file, "/dataset")).get("hdf5_object")).toBe("dataset");
    expect((await sent(file, "/type")).get("hdf5_object")).toBe("unknown");
    expect(file.node("/broken")).toBeUndefined();
  });
});

describe("what is sent of a dataset", () => {
  it("has its keys in their order, and its data where they are few", async () => {
    const files = await both((file) => {
      file.setArray("x", Float64Array.of(1, 2, 3), { attrs: { unit: "m" } });
      file.setArray("none", new Float64Array(0));
    });
    for (const [, file] of files) {
      const keys = ["hdf5_object", "attributes", "type", "kind", "shape"];
      const object = await sent(file, "/x");
      expect([...object.keys()]).toEqual([...keys, "data"]);
      expect([object.get("type"), object.get("kind"), object.get("shape")]).toEqual(["<f8", "", [3]]);
      expect(requireMap(object.get("attributes")).get("unit")).toMatchObject({ items: ["m"] });
      for (const [limit, hasData] of [
        [24, true],
        [23, false],
        [0, false],
      ] as const) {
        expect((await sent(file, "/x", { dataSizeLimit: limit })).has("data")).toBe(hasData);
      }
      expect([...(await sent(file, "/none", { dataSizeLimit: 0 })).keys()]).toEqual([...keys, "data"]);
      const bytes = await bytesOf(file.node("/x") as ServedNode, file);
      const at = bytes.indexOf(Buffer.from("86a26e64c3", "hex"));
      const array = requireMap(decodeValue(bytes.subarray(at)));
      expect([...array.keys()]).toEqual(["nd", "type", "kind", "shape", "nbytes", "data"]);
      expect([array.get("shape"), array.get("nbytes")]).toEqual([[3], 24]);
    }
  });

  it("is as each dialect has it", async () => {
    const root = fresh("store");
    using made = MemmapFile.open(root, { mode: "w+", ...QUICK });
    made.setArray("names", ["a", "βγ"], { dtype: "U4" });
    made.setArray("dates", [new Date(0), null], { dtype: "M8[us]" });
    made.setArray("big", [1, 2], { dtype: ">i4", attrs: { note: "x" } });
    const store = openStoreFile(root);
    onTestFinished(() => store.release());
    const types = async (path: string, dialect: Dialect) => {
      const object = await sent(store, path, { dialect });
      const data = object.get("data");
      const shown = isWireArray(data)
        ? Buffer.from(data.bytes).toString("hex")
        : Reflect.get(Object(data), "items");
      return [object.get("type"), object.get("kind"), shown];
    };
    expect(await types("/names", "classic")).toEqual(["str", "", ["a", "βγ"]]);
    expect((await types("/names", "numpy")).slice(0, 2)).toEqual(["<U4", ""]);
    expect(await types("/dates", "classic")).toEqual(["<i8", "", "00000000000000000000000000000080"]);
    expect((await types("/dates", "numpy"))[0]).toBe("<M8[us]");
    expect(await types("/big", "classic")).toEqual(["<i4", "", "0100000002000000"]);
    expect(await types("/big", "numpy")).toEqual([">i4", "", "0000000100000002"]);
    const attributes = async (dialect: Dialect) =>
      requireMap((await sent(store, "/dates", { dialect })).get("attributes"));
    expect((await attributes("classic")).get("dtype")).toMatchObject({ items: ["<M8[us]"] });
    expect((await attributes("numpy")).size).toBe(0);
    const big = await sent(store, "/big", { dialect: "numpy" });
    expect([...big.keys()].slice(-2)).toEqual(["data", "attr"]);
    expect(big.get("attr")).toBe('{"note": "x"}');
  });

  it("says of a table what its columns are", async () => {
    const [[, store]] = (await both((file) => {
      file.setArray("a", Int32Array.of(1, 2));
      file.setArray("b", Int32Array.of(1, 2));
    })) as [[string, ServedFile]];
    const object = await sent(store, "/", { dialect: "numpy" });
    expect(object.get("table")).toEqual(
      new Map<string, unknown>([
        ["rows", 2],
        ["columns", ["a", "b"]],
      ]),
    );
    expect((await sent(store, "/")).has("table")).toBe(false);
  });

  it("is texts where they are of any length, and none where these are long", async () => {
    const path = await makeHdf5(fresh("texts.h5"), (h5) => {
      h5.create_dataset({ name: "few", data: ["a", "", "β"] });
      h5.create_dataset({ name: "long", data: ["x".repeat(2 ** 20)] });
    });
    const object = await sent(await servedFile(path), "/");
    expect(member(object, "few")?.get("type")).toBe("str");
    expect(member(object, "few")?.get("data")).toMatchObject({ shape: [3], items: ["a", "", "β"] });
    expect(member(object, "long")?.has("data")).toBe(false);
    expect((await sent(await servedFile(path), "/few", { dataSizeLimit: 23 })).has("data")).toBe(false);
  });

  it("ends with its data where all of them together are too many", async () => {
    const [[, store]] = (await both((file) => {
      for (const name of ["a", "b", "c"]) file.setArray(name, new Uint8Array(1000));
      file.setArray("d", new Uint8Array(10));
    })) as [[string, ServedFile]];
    const object = await sent(store, "/", { inlineLimit: 2005 });
    expect(["a", "b", "c", "d"].map((name) => member(object, name)?.has("data"))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe("a group that is sent", () => {
  const intact = { isIntact: () => true };

  function dataset(readBox: ServedDataset["readBox"], length: number): ServedDataset {
    const dtype = parseDType("u1");
    const none = () => Promise.reject(new Error("there are no items"));
    return {
      kind: "dataset",
      path: "/x",
      element: { kind: "fixed", dtype },
      shape: [length],
      attributes: () => [],
      readBox,
      readItems: none,
    };
  }

  function group(members: ReadonlyMap<string, () => ServedNode>): ServedGroup {
    return {
      kind: "group",
      path: "/",
      names: () => [...members.keys()],
      member: (name) => members.get(name)?.(),
      attributes: () => [],
    };
  }

  const broken = () => {
    throw new CorruptError("it is broken");
  };

  it("shows what cannot be described as unknown, and leaves out what cannot be read", async () => {
    const members = new Map<string, () => ServedNode>([
      ["broken", broken],
      ["attributes", () => ({ ...dataset(broken, 3), attributes: broken })],
      ["names", () => ({ ...group(new Map()), names: broken })],
      ["small", () => dataset(broken, 3)],
      ["large", () => dataset(broken, 2 ** 21)],
      ["fine", () => dataset((_, target) => void target.fill(1), 3)],
    ]);
    const object = requireMap(decodeMessage(await bytesOf(group(members), intact, { maxDepth: 2 })));
    expect(kinds(object)).toEqual({
      broken: "unknown",
      attributes: "unknown",
      names: "unknown",
      small: "dataset",
      large: "dataset",
      fine: "dataset",
    });
    const data = ["small", "large", "fine"].map((name) => member(object, name)?.has("data"));
    expect(data).toEqual([false, false, true]);
  });

  it("fails before its first byte where it cannot be described itself", async () => {
    const node = { ...group(new Map()), attributes: broken };
    await expect(bytesOf(node, intact)).rejects.toThrow(/it is broken/);
  });

  it("fails where a writer came between", async () => {
    const stale = { isIntact: () => false };
    const node = group(new Map([["broken", broken]]));
    await expect(bytesOf(node, stale)).rejects.toThrow(/it is broken/);
  });

  it("comes in pieces, large data as they are read", async () => {
    const names = Array.from({ length: 50_000 }, (_, i) => `member ${i}`);
    const many = { ...group(new Map()), names: () => names };
    let largest = 0;
    let count = 0;
    const options = {
      maxDepth: 0,
      dataSizeLimit: 2 ** 31,
      dialect: "classic",
      inlineLimit: 2 ** 28,
    } as const;
    for await (const piece of encodeObject(many, intact, options)) {
      largest = Math.max(largest, piece.length);
      count += 1;
    }
    expect(count).toBeGreaterThan(5);
    expect(largest).toBeLessThan(2 ** 17);
    const large = dataset((_, target) => void target.fill(7), 3 * 2 ** 20);
    const object = requireMap(decodeMessage(await bytesOf(group(new Map([["x", () => large]])), intact)));
    const data = member(object, "x")?.get("data");
    expect(isWireArray(data) && data.bytes.every((byte) => byte === 7) && data.bytes.length).toBe(
      3 * 2 ** 20,
    );
  });

  it("is given up with the reading that it waits for", async () => {
    let reads = 0;
    const large = dataset((_, target) => {
      reads += 1;
      target.fill(7);
    }, 2 ** 24);
    const options = {
      maxDepth: 0,
      dataSizeLimit: 2 ** 31,
      dialect: "classic",
      inlineLimit: 2 ** 28,
    } as const;
    const pieces = encodeObject(group(new Map([["x", () => large]])), intact, options);
    expect((await pieces.next()).done).toBe(false);
    await pieces.return();
    const before = reads;
    await new Promise((resolve) => setImmediate(resolve));
    expect(reads).toBe(before);
    expect(reads).toBeLessThan(16);
  });
});
