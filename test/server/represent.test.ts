import { tableFromIPC } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { wrap } from "../../src/array/array-view.js";
import { denseCopy } from "../../src/array/copy.js";
import { type ArrayView, STRIDED, zeros } from "../../src/array/index.js";
import { type DTypeLike, formatDate, parseDType } from "../../src/dtype/index.js";
import { CorruptError, DTypeError, LimitError } from "../../src/errors.js";
import { fromArrow } from "../../src/frame/arrow/index.js";
import { decodeMessage, encodeArray, encodeTexts } from "../../src/remote/wire/index.js";
import {
  arrowOf,
  chooseRepresentation,
  jsonOf,
  mapToJson,
  type Result,
} from "../../src/server/represent/index.js";
import { dateFormat } from "../../src/server/represent/json-date.js";
import { planRows } from "../../src/server/tables/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { collect, fakeTable } from "./served-fake.js";

const path = temporaryPaths();

function array(dtype: DTypeLike, shape: readonly number[], values: unknown): ArrayView {
  const made: ArrayView = wrap(zeros(parseDType(dtype), shape), true);
  if (shape.length === 0) made.fill(values as never);
  else made.assign(values as never);
  return made;
}

/** Bytes in pieces of so many, all in the same memory. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const memory = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const part = bytes.subarray(at, at + size);
    memory.set(part);
    yield memory.subarray(0, part.length);
    memory.fill(0xaa);
  }
}

function fixed(view: ArrayView, size = 1024): Result {
  const { dtype, layout, bytes } = denseCopy(view[STRIDED]());
  return { kind: "fixed", dtype, shape: layout.shape, pieces: pieces(bytes, size) };
}

async function* items(values: readonly (string | ArrayView)[], size = 2) {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size);
}

const parsed = async (bytes: AsyncIterable<Uint8Array>): Promise<unknown> =>
  JSON.parse(Buffer.from(await collect(bytes)).toString("utf8"));
const data = async (view: ArrayView, size?: number) =>
  ((await parsed(jsonOf(fixed(view, size)))) as { data: unknown }).data;

describe("results as JSON", () => {
  it.each<[DTypeLike, readonly unknown[], readonly unknown[]]>([
    ["b1", [true, false], [true, false]],
    ["i1", [-128, 127], [-128, 127]],
    [">u4", [0, 2 ** 32 - 1], [0, 4294967295]],
    [
      "i8",
      [1n, -(2n ** 53n), 2n ** 53n - 1n, 2n ** 62n],
      [1, "-9007199254740992", 9007199254740991, "4611686018427387904"],
    ],
    ["u8", [2n ** 64n - 1n], ["18446744073709551615"]],
    ["f2", [0.5, 65504], [0.5, 65504]],
    ["f4", [0.5, Number.NaN], [0.5, "NaN"]],
    [
      ">f8",
      [-0, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
      [-0, 1e300, "Infinity", "-Infinity"],
    ],
    [
      "c8",
      [
        { re: 1, im: -2 },
        { re: Number.NaN, im: 0 },
      ],
      [
        { re: 1, im: -2 },
        { re: "NaN", im: 0 },
      ],
    ],
    ["S5", ['a"b', "é"], ['a"b', "é"]],
    ["S2", [Uint8Array.of(0xff, 0xfe)], [{ base64: "//4=" }]],
    [">U3", ["a\n", "𝒳"], ["a\n", "𝒳"]],
    ["M8[us]", [0n, null], ["1970-01-01T00:00:00.000000", null]],
    ["M8[D]", [-1n, 19723n], ["1969-12-31", "2024-01-01"]],
    ["M8[25s]", [2n], ["1970-01-01T00:00:50"]],
    ["M8", [5n, null], [5, null]],
    ["m8[ns]", [5n, null, 2n ** 62n], [5, null, "4611686018427387904"]],
    ["V3", [Uint8Array.of(1, 2, 3)], ["AQID"]],
    [
      [
        ["a", "i4"],
        ["__proto__", "f4", [2]],
        ["2", [["x", "S1"]]],
      ],
      [{ a: 1, ["__proto__"]: [1, 2], 2: { x: "q" } }],
      [JSON.parse('{"a":1,"__proto__":[1,2],"2":{"x":"q"}}')],
    ],
  ])("say elements of %s", async (dtype, values, expected) => {
    const view = array(dtype, [values.length], values);
    for (const size of [1, 7, 1024]) {
      expect(await parsed(jsonOf(fixed(view, size)))).toEqual({
        dtype: view.dtype.descr,
        shape: [values.length],
        data: expected,
      });
    }
  });

  it("say code points that are no characters by their bytes", async () => {
    const view: ArrayView = wrap(
      { ...zeros(parseDType("<U1"), [2]), bytes: Uint8Array.of(0, 0xd8, 0, 0, 65, 0, 0, 0) },
      false,
    );
    expect(await data(view)).toEqual([{ base64: "ANgAAA==" }, "A"]);
  });

  it("say dates as they are printed everywhere", () => {
    const edges = [
      0n,
      1n,
      -1n,
      999n,
      -1000n,
      253402300799n,
      253402300800n,
      -62167219200n,
      -62167219201n,
      2n ** 62n,
      -(2n ** 62n),
    ];
    for (const unit of ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "as"] as const) {
      for (const multiple of [1, 7]) {
        const step = { unit, multiple };
        const format = dateFormat(step);
        for (const edge of edges)
          for (const scale of [1n, 60n, 1000n, 1_000_000n, 10n ** 9n]) {
            for (const count of [edge * scale, edge / scale, edge * scale + 1n])
              if (count < 2n ** 63n && count > -(2n ** 63n))
                expect(format(count)).toBe(formatDate(count, step));
          }
      }
    }
  });

  it("are nested as their shape", async () => {
    expect(await data(array("i4", [], 7))).toBe(7);
    expect(await data(array("i4", [1, 1, 1], 7))).toEqual([[[7]]]);
    const nested = [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [
        [7, 8],
        [9, 10],
        [11, 12],
      ],
    ];
    expect(await data(array("i2", [2, 3, 2], nested), 3)).toEqual(nested);
    expect(await data(array("i2", [3, 1], [[1], [2], [3]]))).toEqual([[1], [2], [3]]);
    for (const shape of [[0], [2, 0], [0, 3]]) {
      expect(await parsed(jsonOf(fixed(array("i4", shape, 0))))).toEqual({ dtype: "<i4", shape, data: [] });
    }
  });

  it("come in pieces", async () => {
    const view = array(
      "u2",
      [100_000],
      Uint16Array.from({ length: 100_000 }, (_, i) => i),
    );
    const sizes: number[] = [];
    for await (const piece of jsonOf(fixed(view, 65536))) sizes.push(piece.length);
    expect(sizes.length).toBeGreaterThan(3);
    expect(Math.max(...sizes)).toBeLessThan(200_000);
    expect(await data(view, 10_001)).toEqual([...(view.toArray() as Uint16Array)]);
  });

  it("of texts and lists of any length", async () => {
    const texts = ["a", "", "é\ud800", "d", "e", "f"];
    expect(await parsed(jsonOf({ kind: "text", shape: [2, 3], items: items(texts) }))).toEqual({
      dtype: "str",
      shape: [2, 3],
      data: [texts.slice(0, 3), texts.slice(3)],
    });
    const lists = [array("i8", [2], [1n, 2n]), array("i8", [0], []), array(">i8", [1], [2n ** 60n])];
    const result: Result = { kind: "list", dtype: parseDType("i8"), shape: [3], items: items(lists) };
    expect(await parsed(jsonOf(result))).toEqual({
      dtype: { list: "<i8" },
      shape: [3],
      data: [[1, 2], [], ["1152921504606846976"]],
    });
  });

  it("end with an error where the bytes are not as many as was said", async () => {
    const dtype = parseDType("i4");
    for (const bytes of [7, 9, 0]) {
      const result: Result = { kind: "fixed", dtype, shape: [2], pieces: pieces(new Uint8Array(bytes), 3) };
      await expect(collect(jsonOf(result))).rejects.toThrow(CorruptError);
    }
    await expect(collect(jsonOf({ kind: "text", shape: [3], items: items(["a"]) }))).rejects.toThrow(
      CorruptError,
    );
  });

  it("give back their pieces when nobody reads on", async () => {
    let closed = false;
    async function* endless() {
      try {
        for (;;) yield new Uint8Array(1000);
      } finally {
        closed = true;
      }
    }
    const result: Result = { kind: "fixed", dtype: parseDType("u1"), shape: [1e9], pieces: endless() };
    for await (const _ of jsonOf(result)) break;
    expect(closed).toBe(true);
  });
});

describe("results as Arrow", () => {
  const arrow = async (result: Result, name?: string) =>
    tableFromIPC(await collect(await arrowOf(result, name)));

  it("have one column, whose further axes are lists", async () => {
    const read = await arrow(
      fixed(
        array(
          ">i4",
          [3, 2],
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        ),
        5,
      ),
      "x",
    );
    expect(read.schema.fields.map(String)).toEqual(["x: FixedSizeList[2]<Int32>"]);
    expect(read.toArray().map((row) => [...row.x])).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect((await arrow(fixed(array("f8", [], 2.5)))).get(0)?.value).toBe(2.5);
    const none = await arrow(fixed(array("U3", [0], [])));
    expect([none.numRows, String(none.schema.fields[0])]).toEqual([0, "value: Utf8"]);
    expect((await arrow(fixed(array("i4", [4, 0], [[], [], [], []])))).numRows).toBe(4);
  });

  it("have a column for each field of records, and come back as they were", async () => {
    const rows = 50_000;
    const columns = {
      id: array(
        "i8",
        [rows],
        BigInt64Array.from({ length: rows }, (_, i) => BigInt(i)),
      ),
      "air/time": array(
        ">f4",
        [rows],
        Float32Array.from({ length: rows }, (_, i) => i),
      ),
      name: array(
        "U2",
        [rows],
        Array.from({ length: rows }, (_, i) => `n${i % 7}`),
      ),
      when: array(
        "M8[us]",
        [rows],
        Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? null : BigInt(i))),
      ),
      xy: array("f8", [rows, 2], new Float64Array(2 * rows).fill(0.5)),
    };
    const { file, group } = fakeTable(columns);
    const plan = await planRows(file, group, { where: "id >= 10" });
    const result: Result = { kind: "fixed", dtype: plan.dtype, shape: [plan.count], pieces: plan.pieces() };
    const bytes = await collect(await arrowOf(result));
    expect(tableFromIPC(bytes).batches.length).toBeGreaterThan(1);
    using back = fromArrow(bytes, path());
    expect(back.length).toBe(rows - 10);
    expect(back.columnNames).toEqual(Object.keys(columns));
    for (const [name, column] of Object.entries(columns)) {
      const found: ArrayView = back.column(name);
      expect(found.dtype.str.slice(1)).toBe(column.dtype.str.slice(1));
      expect(found.slice(-100).toArray()).toEqual(column.slice(-100).toArray());
      expect(found.slice(0, 10).toArray()).toEqual(column.slice(10, 20).toArray());
    }
  });

  it("of texts and lists of any length", async () => {
    const texts = await arrow({
      kind: "text",
      shape: [2, 3],
      items: items(["a", "b", "ü", "", "e", "f"], 4),
    });
    expect(texts.toArray().map((row) => [...row.value])).toEqual([
      ["a", "b", "ü"],
      ["", "e", "f"],
    ]);
    const lists = [array("i4", [2], [1, 2]), array("i4", [0], []), array(">i4", [1], [7])];
    const result: Result = {
      kind: "list",
      dtype: parseDType(">i4"),
      shape: [3],
      items: items(lists.map((list) => array(">i4", list.shape, list))),
    };
    expect((await arrow(result)).toArray().map((row) => [...row.value])).toEqual([[1, 2], [], [7]]);
    expect((await arrow({ kind: "text", shape: [0], items: items([]) })).numRows).toBe(0);
  });

  it("say what Arrow cannot hold before the first piece", async () => {
    await expect(arrowOf(fixed(array("M8[as]", [1], [1n])))).rejects.toThrow(DTypeError);
    const wide: Result = {
      kind: "fixed",
      dtype: parseDType("u1"),
      shape: [1, 2 ** 26],
      pieces: pieces(new Uint8Array(0), 1),
    };
    await expect(arrowOf(wide)).rejects.toThrow(LimitError);
    const short: Result = {
      kind: "fixed",
      dtype: parseDType("u1"),
      shape: [4],
      pieces: pieces(new Uint8Array(3), 1),
    };
    await expect(collect(await arrowOf(short))).rejects.toThrow(CorruptError);
  });
});

describe("the representation that is asked for", () => {
  it.each<[string | undefined, string | undefined]>([
    [undefined, "msgpack"],
    ["*/*", "msgpack"],
    ["application/*", "msgpack"],
    ["application/x-msgpack", "msgpack"],
    ["application/x-msgpack;profile=memmap-table", "numpy"],
    ['application/x-msgpack; profile="memmap-table"', "numpy"],
    ["application/x-msgpack;profile=memmap-table, */*;q=0.1", "numpy"],
    ["application/x-msgpack;profile=other", undefined],
    ["application/json", "json"],
    ["application/json; charset=utf-8", "json"],
    ["APPLICATION/JSON", "json"],
    ["application/json;q=0.5, application/vnd.apache.arrow.stream", "arrow"],
    ["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "msgpack"],
    ["text/html", undefined],
    ["application/json;q=0", undefined],
    ["*/*;q=0", undefined],
    ["", undefined],
    [";;;,,,/", undefined],
    [`application/json,${" ".repeat(5000)}`, undefined],
  ])("of %j", (accept, expected) => {
    expect(chooseRepresentation(accept)).toBe(expected);
  });

  it("is one that there is", () => {
    expect(chooseRepresentation("application/vnd.apache.arrow.stream", ["msgpack", "json"])).toBeUndefined();
    expect(chooseRepresentation("*/*", ["json"])).toBe("json");
  });
});

describe("object maps as JSON", () => {
  it("are objects, with their arrays as lists", async () => {
    const map = new Map<string, unknown>([
      ["type", "directory"],
      ["size", 2 ** 50],
      ["big", 2n ** 60n],
      ["none", null],
      ["flag", true],
      ["bytes", Uint8Array.of(1, 2, 3)],
      ["list", [1, [], new Map(), "é"]],
      ["__proto__", new Map([['a"', 1]])],
    ]);
    expect(Buffer.from(await collect(mapToJson(map))).toString()).toBe(
      '{"type":"directory","size":1125899906842624,"big":"1152921504606846976","none":null,"flag":true,"bytes":"AQID","list":[1,[],{},"é"],"__proto__":{"a\\"":1}}',
    );
  });

  it("have their encoded arrays as lists", async () => {
    const arrays = {
      numbers: encodeArray(
        array(
          "<f8",
          [2, 2],
          [
            [1, 2],
            [3, Number.NaN],
          ],
        ),
        "numpy",
      ),
      scalar: encodeArray(array("i8", [], 2n ** 60n), "numpy"),
      dates: encodeArray(array("M8[D]", [2], [0n, null]), "numpy"),
      text: encodeArray(array("U3", [2], ["a", "é"]), "classic"),
      none: encodeArray(array("f4", [0, 3], []), "classic"),
      lists: encodeTexts({ shape: [2], items: [array("i4", [2], [1, 2]), array("i4", [0], [])] }, "numpy"),
    };
    const map = new Map(Object.entries(arrays).map(([name, bytes]) => [name, decodeMessage(bytes)]));
    expect(await parsed(mapToJson(map))).toEqual({
      numbers: {
        type: "<f8",
        shape: [2, 2],
        data: [
          [1, 2],
          [3, "NaN"],
        ],
      },
      scalar: { type: "<i8", shape: [], data: "1152921504606846976" },
      dates: { type: "<M8[D]", shape: [2], data: ["1970-01-01", null] },
      text: { type: "str", shape: [2], data: ["a", "é"] },
      none: { type: "<f4", shape: [0, 3], data: [] },
      lists: { type: "list", shape: [2], data: [[1, 2], []] },
    });
    const unknown = { type: ["odd"], kind: "V", dtype: undefined, shape: [1], bytes: Uint8Array.of(1, 2) };
    expect(await parsed(mapToJson([unknown]))).toEqual([{ type: ["odd"], shape: [1], base64: "AQI=" }]);
  });
});
