import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { isMemmapError, MemmapFile, MemmapTable, slice } from "../../src/index.js";
import {
  type ConnectOptions,
  connect,
  type RemoteDirectory,
  type RemoteGroup,
} from "../../src/remote/index.js";
import { type ServeOptions, serve, type TableServer } from "../../src/server/index.js";
import { isSame } from "../../src/testing/index.js";
import { makeHdf5, objectAt } from "../hdf5/import-support.js";
import { temporaryPaths } from "../support/temporary.js";
import { Recorder, Replay } from "./recordings/replay.js";

const QUICK = { durability: "process" } as const;
const path = temporaryPaths();
const directory = path("served");
const BIG = 3_000_000;

beforeAll(async () => {
  mkdirSync(directory);
  makeTree(join(directory, "tree"));
  await makeHdf5(join(directory, "links.h5"), (h5) => {
    const a = h5.create_group("a");
    a.create_dataset({ name: "x", data: Float64Array.of(1, 2, 3, 4), shape: [2, 2] });
    a.create_group("inner").create_soft_link("/a", "up");
    h5.create_soft_link("/a/inner", "way");
    h5.create_soft_link("/circle2", "circle1");
    h5.create_soft_link("/circle1", "circle2");
    h5.create_soft_link("/nowhere", "dangling");
    h5.create_dataset({ name: "texts", data: ["one", "zwei", "三"] });
    objectAt(h5, "a/x").create_attribute("unit", "m");
  });
});

function makeTree(root: string): void {
  using file = MemmapFile.open(root, { ...QUICK, mode: "a" });
  file.attr = { title: "all", count: 3n };
  file.setArray(
    "g/line",
    Int32Array.from({ length: 1000 }, (_, i) => 3 * i),
    { attrs: { unit: "s" } },
  );
  file.setArray("g/names", ["Ada", "Grace", "Łukasz", "漢"], { dtype: ">U7" });
  file.setArray("g/inner/times", [new Date(0), null, new Date(1e12)], { dtype: "M8[ms]" });
  file.setArray("g/inner/one", 42.5);
  file.setGroup("empty").attr = { nothing: [] };
  file
    .createArray("big", "f8", [BIG])
    .slice(BIG - 3)
    .assign([1, 2, 3]);
  const table = file.setGroup("table");
  table.setArray(
    "number",
    Int16Array.from({ length: 500 }, (_, i) => i % 100),
  );
  table.setArray(
    "name",
    Array.from({ length: 500 }, (_, i) => `n${i % 7}`),
    { dtype: "U4" },
  );
  table.setArray(
    "at/x",
    Float64Array.from({ length: 500 }, (_, i) => i / 4),
  );
}

async function started(options: ServeOptions = {}): Promise<TableServer> {
  const server = await serve({ data: directory }, { port: 0, limits: { closeTimeout: 0.1 }, ...options });
  onTestFinished(() => server.close());
  return server;
}

async function joined(
  { url }: Pick<TableServer, "url">,
  options: ConnectOptions = {},
): Promise<RemoteDirectory> {
  const server = await connect(url, { progress: false, ...options });
  onTestFinished(() => server.close());
  return server;
}

async function treeOf(server: TableServer, options?: ConnectOptions): Promise<RemoteGroup> {
  return (await (await joined(server, options)).file("data/tree")).root();
}

/** Reads a group here as well as one on a server: whoever waits for what is there already waits for nothing. */
async function survey(root: MemmapFile | RemoteGroup) {
  const group = await root.getGroup("g");
  const line = await group.getArray("line");
  const names = await group.getArray("names");
  const table = await (await root.getGroup("table")).table();
  const part = table.select(["name", "number"]).slice(10, 400, 3);
  const sums: unknown[] = [];
  for await (const chunk of table.chunks(200)) sums.push(chunk.column("at/x").sum());
  return {
    keys: [...(await group.keys())],
    attr: await root.attr,
    attrs: [...(await root.attrs("g/line"))],
    shape: line.shape,
    dtypes: [line.dtype.str, names.dtype.str],
    last: await line.at(-1),
    backwards: await line.slice(-1, -30, -7).toArray(),
    inner: await line
      .slice(100, 900)
      .view(slice(null, null, -200))
      .toArray(),
    taken: (await line.take([5, 3, 5, -1])).toArray(),
    names: await names.toArray(),
    one: await (await root.getArray("g/inner/one")).at(),
    times: await (await root.getArray("g/inner/times")).toArray(),
    rows: [part.length, part.columnNames, await part.at(7), (await part.take([3, 1])).at(0)],
    columns: [...(await part.toColumns())],
    records: (await part.toRecords()).at(2),
    sums,
    missing: await root.has("g/nothing"),
  };
}

describe("one function", () => {
  it.each([0, 2 ** 20])(
    "reads here and from a server, with data of %i bytes beside groups",
    async (limit) => {
      using local = MemmapFile.open(join(directory, "tree"));
      const [here, there] = [
        await survey(local),
        await survey(await treeOf(await started(), { dataSizeLimit: limit })),
      ];
      expect(
        isSame(there, here),
        JSON.stringify([there, here], (_, value) => String(value)),
      ).toBe(true);
    },
  );

  it("fails in the same words of errors", async () => {
    using local = MemmapFile.open(join(directory, "tree"));
    const remote = await treeOf(await started());
    const codes = async (root: MemmapFile | RemoteGroup) => {
      const steps: readonly (() => unknown)[] = [
        () => root.getGroup("g/nothing"),
        () => root.getArray("g"),
        () => root.getGroup("big"),
        async () => (await root.getArray("big")).at(BIG),
        async () => (await (await root.getGroup("table")).table()).column("nam"),
        async () => (await (await root.getGroup("table")).table()).at(500),
        async () => (await (await root.getGroup("table")).table()).take([1, 500]),
        async () => (await root.getArray("g/line")).filter([true]),
        async () => (await root.getGroup("g")).table(),
      ];
      return Promise.all(
        steps.map(async (step) => {
          const error = await Promise.resolve()
            .then(step)
            .then(
              () => undefined,
              (thrown: unknown) => thrown,
            );
          return isMemmapError(error) ? error.code : error;
        }),
      );
    };
    expect(await codes(remote)).toEqual(await codes(local));
  });
});

describe("rows of a table", () => {
  it("are those that fulfil a condition, of any rows and columns", async () => {
    using local = MemmapFile.open(join(directory, "tree"));
    const [here, there] = [
      local.getGroup("table").table(),
      await (await treeOf(await started())).table("table"),
    ];
    const isWanted = (row: number) => row % 100 > 40 && [1, 3].includes(row % 7);
    const where = "number > 40 and (name = 'n1' or name in ('n3', 'n9'))";
    for (const [start, stop, step] of [
      [null, null, null],
      [450, 20, -3],
      [7, 8, null],
      [5, 5, null],
    ] as const) {
      const rows = Array.from({ length: 500 }, (_, i) => i).filter(isWanted);
      const range = new Set([...here.slice(start, stop, step).column("at/x")].map((x) => 4 * Number(x)));
      const expected = rows.filter((row) => range.has(row)).sort((a, b) => (step ?? 1) * (a - b));
      const found = await there.slice(start, stop, step).select(["at/x", "name"]).filter(where);
      expect(found.columnNames).toEqual(["at/x", "name"]);
      expect(isSame([...found], [...here.select(["at/x", "name"]).take(expected)])).toBe(true);
    }
    await expect(there.filter("nothing > 3")).rejects.toSatisfy((error) => isMemmapError(error));
  });
});

describe("a copy", () => {
  const steps = (target: MemmapFile) => Array.from(target.walk(), ({ path: at, kind }) => `${kind} ${at}`);

  it("is what was copied", async () => {
    using local = MemmapFile.open(join(directory, "tree"));
    using target = MemmapFile.open(path("copy"), { ...QUICK, mode: "a" });
    const { copied, skipped } = await (await treeOf(await started())).copyTo(target);
    expect([copied.length, skipped]).toEqual([8, []]);
    expect(steps(target)).toEqual(steps(local));
    expect(isSame(await survey(target), await survey(local))).toBe(true);
    expect([...target.getArray("big").slice(-4)]).toEqual([0, 1, 2, 3]);
  });

  it("goes on where it was when the server is back", async () => {
    using target = MemmapFile.open(path("resumed"), { ...QUICK, mode: "a" });
    const first = await started();
    const blockBytes = 2 ** 20;
    const root = await treeOf(first, { retries: 0 });
    let closing: Promise<void> | undefined;
    const onProgress = ({ path: at, bytes }: { path: string; bytes: number }) => {
      if (at === "/big" && bytes >= 5 * blockBytes) closing ??= first.close();
    };
    await expect(root.copyTo(target, { blockBytes, onProgress })).rejects.toMatchObject({ code: "REMOTE" });
    await closing;
    expect(target.attrs("big").has("memmap_table_copy")).toBe(true);

    const again = await treeOf(await started());
    const begun: number[] = [];
    await again.copyTo(target, {
      blockBytes,
      onProgress: ({ path: at, bytes }) => void (at === "/big" && begun.push(bytes)),
    });
    expect(begun[0]).toBeGreaterThanOrEqual(5 * blockBytes);
    expect([...target.getArray("big").slice(-4)]).toEqual([0, 1, 2, 3]);
    expect(target.attrs("g/line").get("unit")).toBe("s");
    using local = MemmapFile.open(join(directory, "tree"));
    expect(steps(target)).toEqual(steps(local));
  });

  it("follows links once, and says what it leaves", async () => {
    const root = (await (await joined(await started())).file("data/links.h5")).root();
    using plain = MemmapFile.open(path("plain"), { ...QUICK, mode: "a" });
    const { copied, skipped } = await root.copyTo(plain);
    expect([...copied].sort()).toEqual(["/a/x", "/texts"]);
    expect(skipped.map(({ path: at }) => at).sort()).toEqual(
      ["/a/inner/up", "/circle1", "/circle2", "/dangling", "/way"].sort(),
    );
    using followed = MemmapFile.open(path("followed"), { ...QUICK, mode: "a" });
    const other = await root.copyTo(followed, { links: "follow" });
    expect(followed.getArray("way/up/x").toArray()).toEqual(followed.getArray("a/x").toArray());
    expect(other.skipped.map(({ path: at }) => at)).toContain("/dangling");
  });
});

describe("links", () => {
  it("are links, and lead where they lead; circles end", async () => {
    const root = (await (await joined(await started())).file("data/links.h5")).root();
    expect(await root.link("way")).toEqual({ kind: "soft", target: "/a/inner" });
    expect((await root.getArray("way/up/inner/up/x")).path).toBe("/a/x");
    expect(await root.getGroup("way/up")).toBe(await root.getGroup("a"));
    expect((await root.getArray("a/x")).attrs.get("unit")).toBe("m");
    for (const name of ["circle1", "circle2/x", "dangling", "nowhere"]) {
      await expect(root.get(name)).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
    const seen: string[] = [];
    await root.visit((at, node) => void seen.push(`${at} ${"kind" in node ? node.kind : "node"}`), {
      follow: true,
    });
    expect(seen.length).toBeLessThan(12);
    const walked: string[] = [];
    for await (const { kind, path: at } of root.walk()) walked.push(`${kind} ${at}`);
    expect(walked).toContain("link /dangling");
    expect((await (await root.getArray("texts")).get(slice(1, 3))).toArray()).toEqual(["zwei", "三"]);
  });
});

describe("groups that lie in themselves", () => {
  it("are links to where they begin, so that who goes through them comes to an end", async () => {
    const circles = path("circles.h5");
    await makeHdf5(circles, (h5) => {
      const g = h5.create_group("g").create_group("inner");
      g.create_dataset({ name: "x", data: Float64Array.of(1) });
      for (const name of ["up", "again"]) g.create_hard_link("/g", name);
      g.create_hard_link("/g/inner", "self");
      g.create_hard_link("/", "top");
      h5.create_group("other").create_hard_link("/g/inner/x", "x");
      h5.create_hard_link("/other", "more");
    });
    const server = await serve({ circles }, { port: 0 });
    onTestFinished(() => server.close());
    const root = (await (await joined(server)).file("circles")).root();
    const walked: string[] = [];
    for await (const info of root.walk()) {
      walked.push(`${info.path} ${info.kind === "link" ? info.target : info.kind}`);
    }
    expect(walked.sort()).toEqual([
      "/ group",
      "/g group",
      "/g/inner group",
      "/g/inner/again /g",
      "/g/inner/self /g/inner",
      "/g/inner/top /",
      "/g/inner/up /g",
      "/g/inner/x array",
      "/more group",
      "/more/x array",
      "/other group",
      "/other/x array",
    ]);
    expect([...(await root.getArray("g/inner/up/inner/self/x", slice()))]).toEqual([1]);
    using copy = MemmapFile.open(path("copy"), { ...QUICK, mode: "a" });
    expect((await root.copyTo(copy)).copied.length).toBe(3);
  });
});

describe("what breaks on the way", () => {
  it("is read again from a server that is back", async () => {
    const first = await started();
    let back: Promise<TableServer> | undefined;
    const restart = async (): Promise<TableServer> => {
      await first.close();
      return started({ port: first.port });
    };
    /** Takes a piece of the first long answer, and the others when another server is there. */
    const slowly = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const response = await fetch(input, init);
      const isLong = Number(response.headers.get("content-length")) > 2 ** 20;
      if (!isLong || back !== undefined || response.body === null) return response;
      const slow = new TransformStream<Uint8Array, Uint8Array>({
        async transform(piece, controller) {
          controller.enqueue(piece);
          back ??= restart();
          await back;
        },
      });
      return new Response(response.body.pipeThrough(slow), { headers: response.headers });
    };
    const big = await (await treeOf(first, { dataSizeLimit: 0, fetch: slowly })).getArray("big");
    const come: number[] = [];
    const read = await big.read(slice(), { onProgress: ({ bytes }) => void come.push(bytes) });
    expect([...read.slice(-4)]).toEqual([0, 1, 2, 3]);
    expect(read.length).toBe(BIG);
    // It began again.
    expect(come.some((bytes, i) => bytes < (come[i - 1] ?? 0))).toBe(true);
    expect(back).toBeDefined();
  });

  it("ends all that runs when the connection is closed", async () => {
    const server = await started();
    const connection = await joined(server);
    const tree = (await connection.file("data/tree")).root();
    const big = await tree.getArray("big");
    const reads = Array.from({ length: 5 }, (_, i) =>
      big.read([slice(i, null)], { onProgress: () => connection.close() }),
    );
    const ends = await Promise.allSettled(reads);
    const codes = ends.map((end) =>
      end.status === "rejected" && isMemmapError(end.reason) ? end.reason.code : end,
    );
    expect(codes).toEqual(Array(5).fill("CLOSED"));
    await expect(big.at(0)).rejects.toMatchObject({ code: "CLOSED" });
    // Nobody waits for the readers that are gone.
    await server.close();
  });

  it("is a stale version where a table has changed", async () => {
    const root = path("changing");
    using table = MemmapTable.create(root, { ...QUICK, rows: 300_000, columns: { x: "f8" } });
    table.flush();
    const server = await serve({ changing: root }, { port: 0 });
    onTestFinished(() => server.close());
    const remote = await (await (await joined(server, { dataSizeLimit: 0 })).file("changing")).table();
    const chunks = remote.chunks(100_000);
    expect((await chunks.next()).value?.length).toBe(100_000);
    table.append([{ x: 1 }]);
    table.flush();
    await expect(chunks.next()).rejects.toMatchObject({ code: "STALE" });
  });
});

describe("a recording", () => {
  it("is a session that can be had again without the server", async () => {
    const recorder = new Recorder();
    const server = await started();
    const options = { fetch: recorder.fetch, dataSizeLimit: 64 };
    const first = await survey(await treeOf(server, options));
    await server.close();
    const tape = JSON.parse(JSON.stringify(recorder.exchanges)) as typeof recorder.exchanges;
    const replay = new Replay(tape);
    const second = await survey(await treeOf(server, { ...options, fetch: replay.fetch }));
    expect(isSame(second, first)).toBe(true);
    expect([replay.left, replay.differences, replay.again]).toEqual([[], [], 0]);
    expect(JSON.stringify(tape).length).toBeLessThan(200_000);
    // What is asked otherwise is found out.
    const other = new Replay(tape);
    const root = await treeOf(server, { ...options, fetch: other.fetch, retries: 0 });
    await expect(root.getArray("g/line").then((line) => line.slice(1, 2).get())).rejects.toSatisfy((error) =>
      isMemmapError(error),
    );
    expect(other.differences.length).toBeGreaterThan(0);
  });
});
