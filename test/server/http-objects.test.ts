import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { temporaryPaths } from "../support/temporary.js";
import { makeData } from "./support/data.js";
import { ask, dataOf, errorOf, MSGPACK, mapOf, NUMPY, startServer, valueOf, within } from "./support/http.js";

const fresh = temporaryPaths();
const root = fresh("data");
mkdirSync(root);
await makeData(root);
const server = await startServer({ data: root });
const snap = "/msgpack/data/snap.hdf5";

const object = async (name: string, depth = 0, limit = 0, path = snap): Promise<Map<string, unknown>> =>
  mapOf(await ask(server, path, { body: { object: name, data_size_limit: limit, max_depth: depth } }));

/** How many groups within each other are shown in full, and what stands below them. */
function depthOf(map: unknown): [number, unknown] {
  const [below] = [...((within(map, "members") as Map<string, unknown>) ?? [])].filter(([name]) =>
    name.startsWith("g"),
  );
  if (below === undefined) return [0, "the end"];
  if (below[1] === null) return [0, null];
  const [depth, end] = depthOf(below[1]);
  return [depth + 1, end];
}

describe("a group", () => {
  it("has three keys, and members of every kind", async () => {
    const map = await object("/");
    expect([...map.keys()]).toEqual(["hdf5_object", "attributes", "members"]);
    expect(within(map, "attributes", "Redshift", "shape")).toEqual([]);
    const kinds = [...(within(map, "members") as Map<string, unknown>)].map(([name, member]) => [
      name,
      member === null ? null : within(member, "hdf5_object"),
    ]);
    expect(Object.fromEntries(kinds)).toEqual({
      ...{ alias: "soft_link", dangling: "soft_link", way: "soft_link" },
      ...{ line: "dataset", points: "dataset", scalar: "dataset", texts: "dataset" },
      ...{ g0: null, wide: null, type: "unknown" },
    });
    expect(within(map, "members", "dangling")).toEqual(
      new Map([
        ["hdf5_object", "soft_link"],
        ["target", "/no/such"],
      ]),
    );
    expect(within(map, "members", "type")).toEqual(new Map([["hdf5_object", "unknown"]]));
  });

  it("is shown as deep as is asked for", async () => {
    for (let depth = 0; depth <= 14; depth++) {
      // /g0 is at depth 0 here, and g9 nine below it; a group at the limit has names alone.
      const shown = depthOf(await object("/g0", depth));
      expect([depth, ...shown]).toEqual([depth, Math.min(depth, 9), depth < 9 ? null : "the end"]);
    }
  });

  it("of more than 20 links is shown in full only where it is asked for", async () => {
    const inside = within(await object("/", 5), "members", "wide", "members") as Map<string, unknown>;
    expect([inside.size, ...new Set(inside.values())]).toEqual([28, null]);
    const alone = within(await object("/wide"), "members") as Map<string, unknown>;
    expect([...alone.values()].map((member) => within(member, "hdf5_object"))).toEqual(
      Array.from(alone.keys(), () => "dataset"),
    );
  });

  it("at the limit has only names", async () => {
    const members = within(await object("/", 1), "members", "g0", "members");
    expect(members).toEqual(
      new Map([
        ["g1", null],
        ["x", null],
      ]),
    );
  });
});

describe("a dataset", () => {
  it("has five keys, and six with its data", async () => {
    const keys = ["hdf5_object", "attributes", "type", "kind", "shape"];
    const without = await object("/points", 0, 23_999);
    expect([...without.keys()]).toEqual(keys);
    expect([without.get("type"), without.get("kind"), without.get("shape")]).toEqual(["<f8", "", [1000, 3]]);
    expect(within(without, "attributes", "unit", "data")).toEqual(["Mpc"]);
    const whole = await object("/points", 0, 24_000);
    expect([...whole.keys()]).toEqual([...keys, "data"]);
    expect(dataOf(whole.get("data"))).toHaveLength(24_000);
  });

  it("comes with its data unless a limit is given", async () => {
    const reply = await ask(server, snap, { body: { object: "/" } });
    expect(dataOf(within(valueOf(reply), "members", "points", "data"))).toHaveLength(24_000);
    const query = await ask(server, `${snap}?object=/`);
    expect(query.body.equals(reply.body)).toBe(true);
  });

  it("is found through links, and not where they lead nowhere", async () => {
    const [alias, way] = await Promise.all([object("/alias"), object("/way/m11")]);
    expect([alias.get("hdf5_object"), way.get("shape")]).toEqual(["dataset", [1]]);
    for (const name of ["/dangling", "/none", "/line/x", "/g0/none"]) {
      const reply = await ask(server, snap, { body: { object: name } });
      expect([reply.status, errorOf(reply)]).toEqual([404, "Failed to open object"]);
    }
  });

  it.each([
    ["id", "<u8"],
    ["delay", "<i2"],
    ["airport/origin", "str"],
    ["when", "<i8"],
    ["late", "|b1"],
  ])("of a table has the type of the plain dialect: %s %s", async (name, type) => {
    const map = await object(`/${name}`, 0, 0, "/msgpack/data/flights");
    expect([map.get("type"), map.get("kind"), map.get("shape")]).toEqual([type, "", [1000]]);
  });

  it.each([
    ["id", "<u8"],
    ["delay", ">i2"],
    ["airport/origin", "<U3"],
    ["when", "<M8[s]"],
    ["late", "|b1"],
  ])("of a table has NumPy's type in the other: %s %s", async (name, type) => {
    const reply = await ask(server, "/msgpack/data/flights", {
      body: { object: name, data_size_limit: 0 },
      headers: { accept: NUMPY },
    });
    expect([reply.headers["content-type"], within(valueOf(reply), "type")]).toEqual([NUMPY, type]);
  });
});

describe("a table", () => {
  it("is a group like any other, and says that it is one to those who ask", async () => {
    const plain = await object("/", 0, 0, "/msgpack/data/flights");
    expect([...plain.keys()]).toEqual(["hdf5_object", "attributes", "members"]);
    const reply = await ask(server, "/msgpack/data/flights", {
      body: { object: "/" },
      headers: { accept: NUMPY },
    });
    const columns = ["id", "delay", "airport/origin", "when", "late"];
    expect(within(valueOf(reply), "table")).toEqual(
      new Map<string, unknown>([
        ["rows", 1000],
        ["columns", columns],
      ]),
    );
    expect(JSON.parse(String(within(valueOf(reply), "attr")))).toEqual({ title: "flights", year: 2001 });
  });
});

describe("other representations", () => {
  const shown = (query: string, accept: string) =>
    ask(server, `/msgpack/data/${query}`, { headers: { accept } });

  it("show slices, maps and rows in JSON", async () => {
    const points = await shown("snap.hdf5?object=/points&slice=0:2,0:3", "application/json");
    expect(points.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(String(points.body))).toEqual({
      dtype: "<f8",
      shape: [2, 3],
      data: [
        [-100, -99.875, -99.75],
        [-99.625, -99.5, -99.375],
      ],
    });
    const texts = await shown("snap.hdf5?object=/texts&slice=0:3", "application/json");
    expect(JSON.parse(String(texts.body))).toMatchObject({ data: ["one", "zwei", "三"] });
    const rows = await shown("flights?object=/&columns=id,airport/origin&slice=0:1", "application/json");
    expect(rows.status).toBe(200);
    for (const query of ["", "snap.hdf5", "snap.hdf5?object=/&data_size_limit=100&max_depth=9"]) {
      const reply = await shown(query, "application/json");
      expect([reply.status, typeof JSON.parse(String(reply.body))]).toEqual([200, "object"]);
    }
  });

  it("show slices and rows as Arrow", async () => {
    const { tableFromIPC } = await import("apache-arrow");
    const accept = "application/vnd.apache.arrow.stream";
    const reply = await shown("flights?object=/&where=late&columns=id,delay", accept);
    expect(reply.headers["content-type"]).toBe(accept);
    const table = tableFromIPC(reply.body);
    expect([table.numRows, table.schema.fields.map(({ name }) => name)]).toEqual([840, ["id", "delay"]]);
    const line = await shown("snap.hdf5?object=/line&slice=0:3", accept);
    expect(tableFromIPC(line.body).numRows).toBe(3);
    for (const query of ["", "snap.hdf5", "snap.hdf5?object=/", "snap.hdf5?object=/line"]) {
      expect((await shown(query, accept)).status).toBe(406);
    }
  });

  it("are chosen by what is liked best, else refused", async () => {
    const query = "snap.hdf5?object=/line&slice=0:1";
    const types = await Promise.all(
      [
        "*/*",
        "application/json;q=0.5, application/x-msgpack",
        "text/html, application/*;q=0.1",
        "application/json, */*;q=0.1",
        `${NUMPY}, application/json;q=0.9`,
      ].map(async (accept) => (await shown(query, accept)).headers["content-type"]),
    );
    expect(types).toEqual([MSGPACK, MSGPACK, MSGPACK, "application/json", NUMPY]);
    const refused = await shown(query, "text/html");
    expect([refused.status, errorOf(refused)]).toEqual([406, expect.any(String)]);
    expect((await shown(query, `x/${"y".repeat(5000)}`)).status).toBe(406);
  });

  it("have their errors in JSON", async () => {
    const reply = await shown("none", "application/json");
    expect([reply.status, JSON.parse(String(reply.body))]).toEqual([
      404,
      { error: "Invalid path specified: data/none" },
    ]);
  });
});
