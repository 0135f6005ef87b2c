import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ArrayView, type SelectionPart, select, slice } from "../../src/array/index.js";
import { MemmapFile, MemmapTable } from "../../src/index.js";
import { connect } from "../../src/remote/connect.js";
import type { RemoteDirectory } from "../../src/remote/remote-directory.js";
import { serve, type TableServer } from "../../src/server/index.js";
import { temporaryPaths } from "../support/temporary.js";

const temporary = temporaryPaths();
const store = temporary("store");
const flights = temporary("flights");
const SELECTIONS: readonly (readonly SelectionPart[])[] = [
  [[29, 3, 3], slice(null, null, -2)],
  [slice(20, 2, -5), [3, 0]],
  [Int32Array.of(1, 2), [3, 0]],
];
let server: TableServer;
let root: RemoteDirectory;

beforeAll(async () => {
  using file = MemmapFile.open(store, { mode: "w+" });
  const dtypes = [
    "b1",
    "i1",
    "<i2",
    ">i4",
    "<i8",
    "<u8",
    "<f2",
    "<f4",
    ">f8",
    "<c8",
    "S3",
    "<U4",
    ">U2",
    "<M8[us]",
    "<m8[D]",
    "V3",
  ];
  for (const [i, dtype] of dtypes.entries()) {
    const array = file.createArray(`all/k${i}`, dtype, [30, 4]) as ArrayView;
    if (dtype === "b1" || "SUV".includes(dtype.replace(/[<>]/, "").charAt(0))) continue;
    for (let row = 0; row < 30; row++)
      array
        .view(row)
        .assign(
          Array.from({ length: 4 }, (_, k) => row * 4 + k).map((value) =>
            /[Mm8]/.test(dtype) && /[iuMm]/.test(dtype) ? BigInt(value) : value,
          ) as never,
          { casting: "unsafe" },
        );
  }
  file.setArray("all/text", ["Ada", "Grace", "é😀", ""], {
    dtype: "U6",
    attrs: { unit: "x", made: new Date(5), big: 2n ** 60n },
  });
  file.setArray("all/records", [[1, 2.5]], { dtype: "f8" });
  file.setArray(
    "long",
    Int32Array.from({ length: 300_000 }, (_, i) => i),
  );
  file.getGroup("all").attr = [1, "two"];
  using table = MemmapTable.create(flights, { rows: 1000 });
  table.addColumn("delay", "i4", { data: Int32Array.from({ length: 1000 }, (_, i) => (i * 37) % 200) });
  table.addColumn("airport/origin", "U3", {
    data: Array.from({ length: 1000 }, (_, i) => ["JFK", "LGA", "EWR"][i % 3]),
  });
  table.addColumn("speed", ">f4", { itemShape: [2], data: Array.from({ length: 1000 }, (_, i) => [i, -i]) });
  table.addColumn("at", "M8[s]", { data: BigInt64Array.from({ length: 1000 }, (_, i) => BigInt(i)) });
  server = await serve({ store, flights }, { port: 0 });
  root = await connect(server.url, { dataSizeLimit: 0, progress: false });
});

afterAll(async () => {
  root?.close();
  await server?.close();
});

describe("what this package's own server serves", () => {
  it("is of every dtype what it is there, however it is selected", async () => {
    const remote = await (await root.file("store")).getGroup("all");
    using file = MemmapFile.open(store);
    const here = file.getGroup("all");
    expect(await remote.keys()).toEqual([...here.keys()]);
    expect(await remote.attr).toEqual(here.attr);
    for (const name of here.keys()) {
      const array = here.getArray(name) as ArrayView;
      const dataset = await remote.getArray(name);
      expect([name, dataset.dtype.str, dataset.shape]).toEqual([name, array.dtype.str, array.shape]);
      expect((await dataset.get()).toArray()).toEqual(array.toArray());
      if (array.length < 30) continue;
      for (const parts of SELECTIONS) {
        expect((await dataset.get(...parts)).toArray()).toEqual(select(array, parts).toArray());
      }
    }
    const text = await remote.getArray("text");
    expect(text.attr).toEqual(here.attrs("text").size > 0 ? Object.fromEntries(here.attrs("text")) : null);
  });

  it("is a table with columns, conditions and blocks", async () => {
    using here = MemmapTable.open(flights);
    const table = await (await root.file("flights")).table();
    expect(table.columnNames).toEqual(here.columnNames);
    expect(String(table.dtype)).toBe(String(here.dtype));
    expect([...(await table.slice(990).get())]).toEqual([...here.slice(990)]);
    expect([...(await table.slice(null, null, -300).get())]).toEqual([...here.slice(null, null, -300)]);
    expect([...(await table.take([999, 5, 5, 0]))]).toEqual([...here.take([999, 5, 5, 0])]);
    const late = here.filter(here.column("delay").gt(190));
    expect([...(await table.filter("delay > 190"))]).toEqual([...late]);
    const some = await table
      .select(["at", "airport/origin"])
      .slice(null, null, -1)
      .filter("delay > 190 and \"airport/origin\" = 'JFK'");
    expect([...some].map((row) => row["airport/origin"])).toEqual(
      [...late].filter((row) => row["airport/origin"] === "JFK").map(() => "JFK"),
    );
    let rows = 0;
    for await (const part of table.chunks(300)) rows += part.length;
    expect(rows).toBe(1000);
    await expect(table.filter("dellay > 1")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is copied whole, byte for byte", async () => {
    using file = MemmapFile.open(temporary("copy"), { mode: "w+" });
    using here = MemmapFile.open(store);
    const { copied, skipped } = await (await root.file("store")).root().copyTo(file, { blockBytes: 100_000 });
    expect(skipped).toEqual([]);
    expect(copied).toHaveLength([...here.walk()].filter(({ kind }) => kind === "array").length);
    for (const node of here.walk()) {
      if (node.kind === "group") continue;
      const [mine, theirs] = [file.getArray(node.path), here.getArray(node.path)];
      expect([mine.dtype.str, mine.shape]).toEqual([theirs.dtype.str, theirs.shape]);
      expect(
        Buffer.compare(
          mine.storage.bytes().subarray(0, mine.nbytes),
          theirs.storage.bytes().subarray(0, mine.nbytes),
        ),
        node.path,
      ).toBe(0);
    }
    expect(file.getGroup("all").attr).toEqual([1, "two"]);
  });

  it("is of one version, or said to be another", async () => {
    const path = temporary("changing");
    using file = MemmapFile.open(path, { mode: "w+" });
    file.setArray(
      "x",
      Int32Array.from({ length: 1000 }, () => 1),
    );
    await using own = await serve({ changing: path }, { port: 0 });
    const directory = await connect(own.url, { dataSizeLimit: 0, progress: false });
    const dataset = await (await directory.file("changing")).getArray("x");
    const blocks = dataset.chunks(100);
    await blocks.next();
    file.setArray(
      "x",
      Int32Array.from({ length: 1000 }, () => 2),
    );
    await expect(blocks.next()).rejects.toMatchObject({ code: "STALE" });
    expect(await dataset.at(0)).toBe(2);
    file.setArray("x", Int32Array.of(3));
    await expect(dataset.get(slice(500))).rejects.toMatchObject({
      code: "STALE",
    });
    directory.close();
    await expect(dataset.get()).rejects.toMatchObject({ code: "CLOSED" });
  });
});
