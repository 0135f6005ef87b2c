import { describe, expect, it } from "vitest";
import { type ArrayView, RecordArray, select, slice, wrap, zeros } from "../../src/array/index.js";
import { type DTypeLike, parseDType } from "../../src/dtype/index.js";
import { LimitError, StaleError } from "../../src/errors.js";
import { MemmapFile } from "../../src/index.js";
import { openRoot } from "../../src/remote/remote-group.js";
import type { ReadingLimits } from "../../src/remote/requests.js";
import { temporaryPaths } from "../support/temporary.js";
import { array, group, MemoryFile, type MemoryNode, type MemoryOptions, positions } from "./memory-file.js";

const temporary = temporaryPaths();

function arange(dtype: DTypeLike, ...shape: number[]): ArrayView {
  const view = wrap<DTypeLike, "r+">(zeros(parseDType(dtype), shape), true);
  const size = shape.reduce((product, length) => product * length, 1);
  const plain = wrap(zeros(parseDType("<f8"), shape), true);
  new Float64Array(plain.storage.bytes().buffer).set(Array.from({ length: size }, (_, i) => i));
  return view.assign(plain as never, { casting: "unsafe" });
}

async function open(node: MemoryNode, limits: Partial<ReadingLimits> = {}, options: MemoryOptions = {}) {
  const file = new MemoryFile(group({ data: node }), options);
  const root = openRoot(file, "file.h5", { maxDepth: 5, dataSizeLimit: 0, ...limits });
  return { file, root, dataset: await root.getArray("data") };
}

/** What was asked for, as it stands in requests. */
function asked(file: MemoryFile): unknown[] {
  return file.slices.map(({ slice }) =>
    slice?.map((axis) => {
      if (axis.kind === "range")
        return axis.step === 1 ? [axis.start, axis.count] : [axis.start, axis.count, axis.step];
      return axis.kind === "runs" ? [[...axis.starts], [...axis.counts]] : { index: [...axis.indices] };
    }),
  );
}

describe("a remote dataset", () => {
  it("says what it is without asking", async () => {
    const { file, dataset } = await open(array(arange("<f4", 20, 3)));
    expect([dataset.path, dataset.name, dataset.shape, dataset.ndim, dataset.size]).toEqual([
      "/data",
      "data",
      [20, 3],
      2,
      60,
    ]);
    expect([dataset.length, dataset.itemsize, dataset.nbytes, dataset.dtype.str, dataset.isHere]).toEqual([
      20,
      4,
      240,
      "<f4",
      false,
    ]);
    expect(String(dataset)).toBe('<RemoteDataset "/data": <f4 (20, 3)>');
    const view = dataset.slice(-5).view("...", 1);
    expect([view.shape, view.nbytes, dataset.view(3).shape, dataset.view(3, 1).ndim]).toEqual([
      [5],
      20,
      [3],
      0,
    ]);
    expect(() => dataset.view(3, 1).length).toThrow(/no axes/);
    expect(() => dataset.view(20)).toThrow(expect.objectContaining({ code: "INDEX" }));
    expect(() => dataset.view(0, 0, 0)).toThrow(expect.objectContaining({ code: "INDEX" }));
    expect(() => dataset.view(3, 1).slice()).toThrow(expect.objectContaining({ code: "SHAPE" }));
    expect(file.slices).toEqual([]);
  });

  it("asks for what the protocol can say in the protocol's words", async () => {
    const { file, dataset } = await open(array(arange("<f8", 120, 3)));
    await dataset.get(slice(0, 100));
    await dataset.get(7);
    await dataset.get(slice(10, 20), 1);
    await dataset.get([5, 5, 5, 6, 7, 7, 8, 8, 8, 8, 100, 101, 102, 103, 19, 20, 17]);
    await dataset.get(
      Array.from({ length: 100 }, (_, i) => 99 - i),
      2,
    );
    await dataset.requestSlices([slice(0, 50), slice(50, 100)]);
    await dataset.requestSlices([
      [slice(30, 40), 1],
      [slice(60, 70), 1],
    ]);
    expect(asked(file)).toEqual([
      [
        [0, 100],
        [0, 3],
      ],
      [
        [7, 1],
        [0, 3],
      ],
      [
        [10, 10],
        [1, 1],
      ],
      [
        [
          [5, 17, 19, 100],
          [4, 1, 2, 4],
        ],
        [0, 3],
      ],
      [
        [[0], [100]],
        [2, 1],
      ],
      [
        [
          [0, 50],
          [50, 50],
        ],
        [0, 3],
      ],
      [
        [
          [30, 60],
          [10, 10],
        ],
        [1, 1],
      ],
    ]);
  });

  it("asks for steps and lists of columns where the server takes them, else for what lies between as well", async () => {
    const data = arange("<i4", 50, 40);
    const extended = await open(array(data));
    const plain = await open(array(data), {}, { isExtended: false });
    for (const { dataset } of [extended, plain]) {
      expect((await dataset.get(slice(40, 3, -9), slice(1, null, 4))).toArray()).toEqual(
        data.view(slice(40, 3, -9), slice(1, null, 4)).toArray(),
      );
      expect((await dataset.get([9, 3], [[0], [39]])).toArray()).toEqual([
        Int32Array.of(360, 120),
        Int32Array.of(399, 159),
      ]);
    }
    expect(asked(extended.file)).toEqual([
      [
        [4, 5, 9],
        [1, 10, 4],
      ],
      [
        [
          [3, 9],
          [1, 1],
        ],
        { index: [0, 39] },
      ],
    ]);
    expect(asked(plain.file)).toEqual([
      [
        [
          [4, 13, 22, 31, 40],
          [1, 1, 1, 1, 1],
        ],
        [1, 37],
      ],
      [
        [
          [3, 9],
          [1, 1],
        ],
        [0, 40],
      ],
    ]);
  });

  it("asks nothing for nothing, nor for what is wrong, nor for what came with the group", async () => {
    const data = arange("<i2", 6, 2);
    const { file, dataset } = await open(array(data));
    expect((await dataset.get(slice(0, 0))).shape).toEqual([0, 2]);
    expect((await dataset.get([])).shape).toEqual([0, 2]);
    await expect(dataset.get(6)).rejects.toMatchObject({ code: "INDEX" });
    await expect(dataset.get([0, 1], [0, 1, 1])).rejects.toMatchObject({ code: "SHAPE" });
    await expect(dataset.get([0.5])).rejects.toMatchObject({ code: "DTYPE" });
    await expect(dataset.at(0, 2)).rejects.toMatchObject({ code: "INDEX" });
    await expect(dataset.take([6])).rejects.toMatchObject({ code: "INDEX" });
    await expect(dataset.filter([true])).rejects.toMatchObject({ code: "SHAPE" });
    expect(file.slices).toEqual([]);
    const here = await open(array(data), { dataSizeLimit: 24 });
    expect(here.dataset.isHere).toBe(true);
    const target = new Int16Array(12);
    await here.dataset.readInto(target);
    expect((await here.dataset.requestSlices([slice(4, 6), slice(0, 1)])).toArray()).toEqual([
      ...data.take([4, 5, 0]),
    ]);
    expect(await here.dataset.at(-1, 0)).toBe(10);
    expect([...target]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(here.file.slices).toEqual([]);
  });

  it("reads in several requests what is more than one may ask, whichever axis it is that is too long", async () => {
    const data = arange("<i4", 10, 6, 5);
    const whole = JSON.stringify(data.toArray());
    for (const [maxRequestBytes, requests] of [
      [1 << 20, 1],
      [600, 3 * 1],
      [120, 10],
      [100, 20],
      [20, 60],
      [8, 180],
      [1, 300],
    ] as const) {
      const { file, dataset } = await open(array(data), { maxRequestBytes });
      expect(JSON.stringify(await dataset.toArray()), `${maxRequestBytes}`).toBe(whole);
      expect(file.slices.length, `${maxRequestBytes}`).toBe(requests === 3 ? 2 : requests);
    }
    const { file, dataset } = await open(array(data), { maxRequestBytes: 240, maxSlices: 2 });
    const rows = [9, 0, 2, 3, 4, 7];
    expect(JSON.stringify((await dataset.take(rows)).toArray())).toBe(
      JSON.stringify(data.take(rows).toArray()),
    );
    expect(asked(file).map((axes) => (axes as unknown[])[0])).toEqual([
      [
        [0, 2],
        [1, 1],
      ],
      [[3], [2]],
      [
        [7, 9],
        [1, 1],
      ],
    ]);
  });

  it("is not opened with limits that nothing can be read with", async () => {
    for (const maxSlices of [0, 1.5, Number.NaN]) {
      await expect(open(array(arange("<i4", 3)), { maxSlices })).rejects.toMatchObject({ code: "LIMIT" });
      await expect(open(array(arange("<i4", 3)), { maxRequestBytes: maxSlices })).rejects.toThrow(
        /maxRequestBytes/,
      );
    }
  });

  it("reads points that are far apart in clusters, not the box around all of them", async () => {
    const data = arange("<i4", 60, 50, 2);
    const rows = Array.from({ length: 40 }, (_, i) => (i * 37) % 60);
    const columns = Array.from({ length: 40 }, (_, i) => (i * 31) % 50);
    for (const isExtended of [true, false]) {
      const { file, dataset } = await open(array(data), { maxRequestBytes: 800 }, { isExtended });
      let bytes = 0;
      file.before = () => {
        const counts = file.slices.at(-1)?.slice?.map((axis) => positions(axis).length) ?? [];
        bytes += counts.reduce((product, count) => product * count, 4);
      };
      expect((await dataset.get(rows, columns)).toArray()).toEqual(select(data, [rows, columns]).toArray());
      expect((await dataset.get(rows, columns, 1)).toArray()).toEqual(
        select(data, [rows, columns, 1]).toArray(),
      );
      // A box would be of 40 × 40 elements or 40 × 50.
      if (isExtended) expect(bytes).toBeLessThan(40 * 40 * 2 * 4);
    }
  });

  it("finds one version with all requests of a reading, begins anew where it changed, and gives up in the end", async () => {
    const old = arange("<i4", 8);
    const { file, dataset } = await open(array(old), { maxRequestBytes: 8 });
    let changes = 0;
    const change = (most: number) => {
      let calls = 0;
      changes = 0;
      file.before = () => {
        calls += 1;
        if (calls % 2 !== 0 || changes >= most) return;
        changes += 1;
        file.etag = `"${most} ${changes}"`;
        file.root = group({
          data: array(arange("<i4", 8).map((value) => Number(value) + changes, "i4") as never),
        });
      };
    };
    change(2);
    expect(await dataset.toArray()).toEqual(Int32Array.from({ length: 8 }, (_, i) => i + 2));
    expect(changes).toBe(2);
    change(100);
    await expect(dataset.get()).rejects.toBeInstanceOf(StaleError);
    expect(changes).toBe(4);
    file.before = () => undefined;
    const blocks = dataset.chunks(2);
    await blocks.next();
    file.etag = '"last"';
    await expect(collect(blocks)).rejects.toBeInstanceOf(StaleError);
  });

  it("asks for fewer texts at a time where they are longer than was thought", async () => {
    const items = Array.from({ length: 9 }, (_, i) => String(i).repeat(i === 7 ? 2000 : 200));
    const { file, dataset } = await open({ kind: "texts", shape: [9], items }, { maxRequestBytes: 1024 });
    const requestSlice = file.requestSlice.bind(file);
    file.requestSlice = async (path, query, expectation, options) => {
      const answer = await requestSlice(path, query, expectation, options);
      const texts = "items" in answer.array ? answer.array.items : [];
      if (texts.length > 1 && texts.join("").length > 500) throw new LimitError("too long");
      return answer;
    };
    expect(await dataset.toArray()).toEqual(items);
    expect(file.slices.length).toBeLessThan(20);
  });

  it("is read on where rows came behind, and is stale where it is another", async () => {
    const { file, dataset } = await open(array(arange("<i4", 8)), { maxRequestBytes: 16 });
    const become = (data: ArrayView, etag: string) => {
      file.root = group({ data: array(data) });
      file.etag = etag;
    };
    become(arange("<i4", 12), '"2"');
    expect((await dataset.get()).length).toBe(8);
    expect(dataset.attrs.size).toBe(0);
    for (const other of [arange("<i4", 4), arange("<f4", 8), arange("<i4", 8, 1)]) {
      become(other, `"${other.dtype.str} ${other.shape}"`);
      await expect(dataset.get()).rejects.toMatchObject({ code: "STALE", path: "file.h5" });
    }
    become(arange("<i4", 8), '"3"');
    expect((await dataset.get()).length).toBe(8);
    file.root = group({});
    file.etag = '"4"';
    await expect(dataset.get()).rejects.toMatchObject({ code: "STALE" });
  });

  it("does not take up the answer of another version, whatever the server was told", async () => {
    const { file, dataset } = await open(array(arange("<i4", 8)), { maxRequestBytes: 8 });
    const requestSlice = file.requestSlice.bind(file);
    file.requestSlice = (path, query, { ifMatch: _, ...expectation }, options) =>
      requestSlice(path, query, expectation, options);
    file.before = () => {
      if (file.slices.length !== 3) return;
      file.etag = '"2"';
      file.root = group({ data: array(arange("<i4", 9).slice(1)) });
    };
    expect(await dataset.toArray()).toEqual(Int32Array.from({ length: 8 }, (_, i) => i + 1));
  });

  it("gives elements, rows and blocks of rows as arrays do", async () => {
    const data = arange("<f8", 7, 2);
    const { file, dataset } = await open(array(data));
    expect(await dataset.at(2, -1)).toBe(5);
    expect(await dataset.at(-1)).toEqual(Float64Array.of(12, 13));
    expect((await dataset.take([3, -1, 3])).toArray()).toEqual(data.take([3, -1, 3]).toArray());
    expect((await dataset.filter(data.view("...", 0).gt(7))).shape).toEqual([3, 2]);
    const parts = await collect(dataset.chunks(3));
    expect(parts.map((part) => part.length)).toEqual([3, 3, 1]);
    const requests = file.slices.length;
    expect(await collect(dataset.slice(null, null, -1))).toEqual([...data.slice(null, null, -1)]);
    expect(file.slices.length).toBe(requests + 1);
    await expect(collect(dataset.chunks(0))).rejects.toMatchObject({ code: "SHAPE" });
    expect((await dataset.get()).readonly).toBe(true);
  });

  it("takes views of views in any order, axes that are gone among them", async () => {
    const data = arange("<i4", 6, 5, 4);
    const { dataset } = await open(array(data));
    const view = dataset
      .view(slice(null, null, -2), 3)
      .slice(1)
      .view("...", slice(null, null, -1));
    const same = data
      .view(slice(null, null, -2), 3)
      .slice(1)
      .view("...", slice(null, null, -1));
    expect(view.shape).toEqual(same.shape);
    expect((await view.get()).toArray()).toEqual(same.toArray());
    expect((await view.get([1, 0], [3, 0])).toArray()).toEqual(
      Int32Array.of(same.at(1, 3) as number, same.at(0, 0) as number),
    );
    expect((await view.requestSlices([1, slice()])).toArray()).toEqual([same.at(1), same.at(0), same.at(1)]);
    const mask = [0, 1].map((row) => [row === 0, true, false, row === 1]);
    expect((await view.get(mask, "...")).shape).toEqual([4]);
  });

  it("joins slices in any order, overlapping or not, stepped or not, and refuses what cannot be joined", async () => {
    const data = arange("<i4", 30, 2);
    const { dataset } = await open(array(data));
    const rows = async (...list: Parameters<typeof dataset.requestSlices>[0]) =>
      Array.from(await dataset.requestSlices(list), (row) => (row as unknown as Int32Array)[0] ?? -1);
    expect(await rows(slice(3, 5), slice(3, 3), slice(5, 6), 29)).toEqual([6, 8, 10, 58]);
    expect(await rows(slice(20, 22), slice(0, 2), slice(1, 3))).toEqual([40, 42, 0, 2, 2, 4]);
    expect(await rows(slice(9, 0, -4), -1)).toEqual([18, 10, 2, 58]);
    expect(
      (
        await dataset.requestSlices([
          [slice(0, 2), slice(1)],
          [slice(4, 5), slice(1, 2)],
        ])
      ).shape,
    ).toEqual([3, 1]);
    await expect(dataset.requestSlices([])).rejects.toMatchObject({ code: "INDEX" });
    await expect(
      dataset.requestSlices([
        [slice(), 0],
        [slice(), 1],
      ]),
    ).rejects.toMatchObject({ code: "INDEX" });
    await expect(dataset.requestSlices([[slice(), [0, 1] as never]])).rejects.toMatchObject({
      code: "INDEX",
    });
    await expect(dataset.requestSlices([30])).rejects.toMatchObject({ code: "INDEX" });
    await expect(dataset.view(0, 0).requestSlices([slice()])).rejects.toMatchObject({ code: "SHAPE" });
    const target = new Int32Array(6);
    await dataset.requestSlicesInto([slice(0, 1), slice(9, 11)], target);
    expect([...target]).toEqual([0, 1, 18, 19, 20, 21]);
  });

  it("joins the slices of views as those of arrays, whether or not they are written alike", async () => {
    const data = arange("<i4", 40, 3, 2);
    const { dataset } = await open(array(data));
    const lists: Parameters<typeof dataset.requestSlices>[0][] = [
      [slice(0, 3), slice(3, 3), slice(3, 9), slice(-2), slice(100)],
      [slice(5), slice(0, 5)],
      [slice(2, 9), slice(4, 6), slice(4, 6), 4, -1, 0],
      [slice(null, null, -3), slice(1, 8, 2)],
      [
        [slice(1, 3), slice(1, 2)],
        [slice(4, 5), slice(1, 2)],
        [7, slice(1, 2, 1)],
        [[8][0] ?? 0, slice(1, -1)],
      ],
      [
        ["...", 1],
        [slice(0, 2), slice(), 1],
        [3, "...", 1],
      ],
    ];
    for (const shown of [slice(), slice(null, null, 2), slice(18, null, -1)]) {
      const [view, same] = [dataset.view(shown), data.view(shown)];
      for (const list of lists) {
        const parts = list.map((one) => {
          const [first, ...others] = Array.isArray(one) ? one : [one];
          const row = typeof first === "number" ? slice(first, first === -1 ? null : first + 1) : first;
          return same.view(row, ...others).toArray();
        });
        expect((await view.requestSlices(list)).toArray()).toEqual(parts.flat());
      }
      await expect(view.requestSlices([slice(0, 1), 40])).rejects.toMatchObject({ code: "INDEX" });
      await expect(view.requestSlices([slice(0, 1), 0.5])).rejects.toMatchObject({ code: "DTYPE" });
      await expect(
        view.requestSlices([
          ["...", 1],
          [slice(), 1],
        ]),
      ).rejects.toMatchObject({ code: "INDEX" });
    }
    await expect(dataset.requestSlices([slice(), [slice(), null as never]])).rejects.toMatchObject({
      code: "INDEX",
    });
  });

  it("asks once for what several slices have in common, and gives it to each", async () => {
    const data = arange("<i4", 60, 2);
    const { dataset, file } = await open(array(data));
    for (let seed = 1; seed <= 40; seed++) {
      const at = (k: number) => (seed * 7919 + k * k * 31 + k * seed * 13) % 60;
      const list = Array.from({ length: (seed % 9) + 1 }, (_, k) => slice(at(k), at(k) + (at(k + 20) % 12)));
      const parts = list.flatMap((one) => [...data.view(one)]);
      expect([...(await dataset.requestSlices(list))]).toEqual(parts);
    }
    file.slices.length = 0;
    await dataset.requestSlices([slice(40, 50), slice(3, 9), slice(9, 10), slice(5, 7), slice(45, 55)]);
    const runs = [
      [3, 40],
      [7, 15],
    ];
    expect(asked(file)).toEqual([[runs, [0, 2]]]);
  });

  it("has every dtype that a server sends", async () => {
    const kinds: DTypeLike[] = [
      "b1",
      "i1",
      "<i2",
      ">i4",
      "<i8",
      "u1",
      ">u2",
      "<u8",
      "<f2",
      ">f4",
      "<f8",
      "<c8",
      ">c16",
      "S3",
      "<U3",
      ">U2",
      "<M8[us]",
      "m8[25s]",
      "V5",
    ];
    for (const dtype of kinds) {
      const whole = zeros(parseDType(dtype), [4, 2]);
      whole.bytes.forEach((_, i) => {
        whole.bytes[i] =
          whole.dtype.kind === "b"
            ? i % 2
            : whole.dtype.kind === "U"
              ? i % 4 === (whole.dtype.byteorder === ">" ? 3 : 0)
                ? 65 + i
                : 0
              : i + 65;
      });
      const data = wrap(whole, false) as ArrayView;
      const { dataset } = await open(array(data));
      expect(dataset.dtype.str).toBe(data.dtype.str);
      const read = await dataset.get([3, 1, 1], slice(null, null, -1));
      expect(read.dtype.equals(data.dtype)).toBe(true);
      expect(read.toArray()).toEqual(select(data, [[3, 1, 1], slice(null, null, -1)]).toArray());
    }
    const records = RecordArray.from(
      [
        { a: 1, b: [1, 2] },
        { a: 2, b: [3, 4] },
      ] as never,
      [
        ["a", ">i2"],
        ["b", "<f4", [2]],
      ],
    ) as unknown as ArrayView;
    const { dataset } = await open(array(records));
    expect((await dataset.get([1])).toArray()).toEqual([{ a: 2, b: Float32Array.of(3, 4) }]);
  });

  it("gives texts as wide as the longest, and lists as arrays", async () => {
    const items = ["Ada", "", "Grace\0", "é😀"];
    for (const dataSizeLimit of [0, 2 ** 20]) {
      const { dataset } = await open({ kind: "texts", shape: [2, 2], items }, { dataSizeLimit });
      expect(dataset.element).toEqual({ kind: "text" });
      expect(() => dataset.dtype).toThrow(expect.objectContaining({ code: "DTYPE" }));
      expect((await dataset.get()).dtype.str).toBe("<U5");
      expect(await dataset.toArray()).toEqual([
        ["Ada", ""],
        ["Grace", "é😀"],
      ]);
      expect((await dataset.get(1, [1, 0])).toArray()).toEqual(["é😀", "Grace"]);
      expect((await dataset.get(slice(0, 0))).shape).toEqual([0, 2]);
      expect(await dataset.at(1, 1)).toBe("é😀");
      const lists = await open(
        { kind: "lists", items: [arange("<i4", 2), arange("<i4", 0), arange("<i4", 3)] },
        { dataSizeLimit },
      );
      expect(lists.dataset.element).toMatchObject({ kind: "list" });
      await expect(lists.dataset.get()).rejects.toThrow(/lists\(\) reads them/);
      const arrays = (await lists.dataset.lists([2, 0])) as ArrayView[];
      expect(arrays.map((one) => [...one])).toEqual([
        [0, 1, 2],
        [0, 1],
      ]);
      expect([...((await lists.dataset.view(0).lists()) as ArrayView)]).toEqual([0, 1]);
      await expect(dataset.lists()).rejects.toMatchObject({ code: "DTYPE" });
    }
  });

  it("is read for cancelling, and tells how far it is over all requests", async () => {
    const { file, dataset } = await open(array(arange("<i4", 10)), { maxRequestBytes: 16 });
    const seen: number[] = [];
    await dataset.read(undefined, { onProgress: ({ bytes, total }) => void seen.push(bytes / (total ?? 0)) });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const reason = new Error("enough");
    await expect(dataset.read(undefined, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(file.slices).toHaveLength(4);
  });
});

describe("reading into what is there", () => {
  it("goes straight into memory of the same dtype, and is converted by the rules of assignments elsewhere", async () => {
    const data = arange("<f8", 5, 3);
    const { dataset } = await open(array(data), { maxRequestBytes: 48 });
    const doubles = new Float64Array(15);
    await dataset.readInto(doubles);
    expect([...doubles]).toEqual(Array.from({ length: 15 }, (_, i) => i));
    const floats = new Float32Array(5);
    await dataset.readInto(floats, { source: [slice(), 1] });
    expect([...floats]).toEqual([1, 4, 7, 10, 13]);
    const table = arange("<f8", 6, 4) as ArrayView<DTypeLike, "r+">;
    await dataset.readInto(table, { source: [slice(1, 3)], target: [slice(null, null, 4), slice(1)] });
    expect(table.view(slice(null, null, 4), slice(1)).toArray()).toEqual(data.slice(1, 3).toArray());
    expect(table.at(1, 1)).toBe(5);
    await dataset.readInto(table, { source: [0, slice(0, 1)], target: [slice(), 0] });
    expect([...table.view(slice(), 0)]).toEqual([0, 0, 0, 0, 0, 0]);
    await dataset.readInto(floats, { source: [[4, 0, 4, 0, 2], 0] });
    expect([...floats]).toEqual([12, 0, 12, 0, 6]);
    await dataset.readInto(doubles, { source: [slice(null, null, -1)] });
    expect(doubles[0]).toBe(12);
  });

  it("writes arrays of files through their views", async () => {
    const data = arange("<i4", 40);
    const { dataset } = await open(array(data));
    using file = MemmapFile.open(temporary("into"), { mode: "w+" });
    file.createArray("x", "<i4", [40]);
    await dataset.readInto(file.getArray("x"));
    expect(file.getArray("x").at(39)).toBe(39);
  });

  it("asks nothing where dtypes, shapes or the target do not do", async () => {
    const { file, dataset } = await open(array(arange("<f8", 5)));
    await expect(dataset.readInto(new Int32Array(5))).rejects.toMatchObject({ code: "CAST" });
    await expect(dataset.readInto(new Float64Array(4))).rejects.toMatchObject({ code: "SHAPE" });
    await expect(dataset.readInto(arange("<f8", 5).slice(0, 3))).rejects.toMatchObject({ code: "SHAPE" });
    await expect(dataset.readInto(wrap(zeros(parseDType("f8"), [5]), false))).rejects.toMatchObject({
      code: "READ_ONLY",
    });
    await expect(dataset.readInto([1, 2, 3] as never)).rejects.toMatchObject({ code: "CAST" });
    await expect(dataset.readInto(new Float64Array(5), { casting: "odd" as never })).rejects.toMatchObject({
      code: "CAST",
    });
    expect(file.slices).toEqual([]);
    const whole = new Int32Array(5);
    await dataset.readInto(whole, { casting: "unsafe" });
    expect([...whole]).toEqual([0, 1, 2, 3, 4]);
  });

  it("refuses a value that does not fit, by its row", async () => {
    const big = wrap<DTypeLike, "r+">(zeros(parseDType("<i4"), [4]), true).assign(
      Int32Array.of(1, 2, 300, 4) as never,
    );
    const { dataset } = await open(array(big));
    await expect(dataset.readInto(new Uint8Array(4))).rejects.toThrow(/row 2/);
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
