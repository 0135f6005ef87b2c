import { createReadStream, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import {
  Binary,
  DateDay,
  Dictionary,
  Field,
  FixedSizeList,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  Null,
  RecordBatchReader,
  Schema,
  Struct,
  Table,
  TimestampSecond,
  tableFromArrays,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, expectTypeOf, it } from "vitest";
import { type ArrowSource, fromArrow, toArrow, writeIPC } from "../../../src/frame/arrow/index.js";
import {
  CastError,
  type Schema as Columns,
  DTypeError,
  ExistsError,
  FormatError,
  MemmapTable,
  NameError,
  UnsupportedError,
} from "../../../src/index.js";
import { openBelow, thrown } from "../../support/snapshot.js";
import { temporaryPaths } from "../../support/temporary.js";

const path = temporaryPaths();
const QUICK = { durability: "process" } as const;

/** A table's rows. */
function rowsOf(table: MemmapTable): unknown[] {
  return Array.from(table);
}

/** Expects an error, and nothing where the table would have been. */
function refuses(source: ArrowSource, options: Parameters<typeof fromArrow>[2] = {}): Error {
  const root = path();
  const before = openBelow(dirname(root));
  const error = thrown(() => fromArrow(source, root, { ...QUICK, ...options }));
  expect(existsSync(root)).toBe(false);
  expect(readdirSync(dirname(root)).filter((name) => name.startsWith(".memmap"))).toEqual([]);
  expect(openBelow(dirname(root))).toEqual(before);
  return error;
}

const sample = () =>
  tableFromArrays({
    a: Int32Array.of(1, 2, 3),
    s: ["x", "é", "😀"],
    d: [new Date(0), new Date(1), new Date(2)],
  });
const ROWS = [
  { a: 1, s: "x", d: 0n },
  { a: 2, s: "é", d: 1n },
  { a: 3, s: "😀", d: 2n },
];

describe("sources", () => {
  const wholes: readonly (readonly [string, () => ArrowSource])[] = [
    ["a table", sample],
    ["a table of the other copy of the package", otherCopy],
    ["a batch", () => sample().batches[0] as ArrowSource],
    ["batches", () => sample().batches],
    ["an IPC file", () => tableToIPC(sample(), "file")],
    ["an IPC stream", () => tableToIPC(sample(), "stream")],
    ["a stream in an ArrayBuffer", () => new Uint8Array(tableToIPC(sample(), "stream")).buffer],
    ["a stream in pieces", () => pieces(tableToIPC(sample(), "stream"))],
    ["a reader of a file", () => RecordBatchReader.from(tableToIPC(sample(), "file")) as ArrowSource],
    ["a reader of a stream", () => RecordBatchReader.from(tableToIPC(sample(), "stream")) as ArrowSource],
  ];

  it.each(wholes)("are %s, at once", (_, source) => {
    using table = fromArrow(source(), path(), QUICK);
    expect(rowsOf(table)).toEqual(ROWS);
    expect(table.dtype.descr).toEqual([
      ["a", "<i4"],
      ["s", "<U1"],
      ["d", "<M8[ms]"],
    ]);
  });

  function otherCopy(): ArrowSource {
    const other = createRequire(import.meta.url)("apache-arrow") as {
      tableFromIPC(bytes: Uint8Array): Table;
    };
    return other.tableFromIPC(tableToIPC(sample(), "stream"));
  }

  it("are tables open for writing, to the compiler too", () => {
    using table = fromArrow(sample(), path(), QUICK);
    expectTypeOf(table).toEqualTypeOf<MemmapTable<Columns, "r+">>();
    expectTypeOf<ReturnType<typeof fromArrow>>().resolves.toEqualTypeOf<MemmapTable<Columns, "r+">>();
    expect(table.mode).toBe("r+");
  });

  it("are streams and readers that are waited for", async () => {
    const bytes = tableToIPC(sample(), "stream");
    const web = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(bytes);
        controller.close();
      },
    });
    const waiting = [
      Readable.from(pieces(bytes)),
      web as AsyncIterable<Uint8Array>,
      (async function* () {
        yield* sample().batches;
      })(),
      (await RecordBatchReader.from(Readable.from([bytes]))) as never as AsyncIterable<Uint8Array>,
    ];
    for (const source of waiting) {
      using table = await fromArrow(source, path(), QUICK);
      expect(rowsOf(table)).toEqual(ROWS);
    }
  });

  it.each(["file", "stream"] as const)(
    "are open files in the format of a %s, which stay open",
    async (format) => {
      const file = path("ipc");
      writeFileSync(file, tableToIPC(sample(), format));
      const handle = await open(file);
      using table = await fromArrow(handle, path(), QUICK);
      expect(rowsOf(table)).toEqual(ROWS);
      expect((await handle.stat()).size).toBeGreaterThan(0);
      await handle.close();
    },
  );

  it("without rows have columns", () => {
    const empty = new Table(new Schema([new Field("a", new Int32())]));
    for (const source of [empty, tableToIPC(empty, "file"), tableToIPC(empty, "stream")]) {
      using table = fromArrow(source, path(), QUICK);
      expect([table.length, table.dtype.descr]).toEqual([0, [["a", "<i4"]]]);
    }
  });

  it("of several batches, of many rows and of dictionaries that grow", () => {
    const rows = 200_000;
    const values = Float64Array.from({ length: rows }, (_, i) => i);
    const words = vectorFromArray(
      Array.from({ length: rows }, (_, i) => ["a", "bc", null][i % 3]),
      new Dictionary(new Utf8(), new Int32()),
    );
    const arrow = new Table({ values: vectorFromArray(values), words });
    using table = fromArrow(arrow, path(), { ...QUICK, masks: true });
    expect(table.column("values").sum()).toBe((rows * (rows - 1)) / 2);
    expect(table.column("words").dtype.str).toBe("<U2");
    expect(table.column("words.null" as never).countNonzero()).toBe(Math.floor(rows / 3));
    expect(table.slice(-3).column("words").toArray()).toEqual(
      ["", "a", "bc"].map((_, i) => ["a", "bc", ""][(rows - 3 + i) % 3]),
    );
  });
});

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 11) yield bytes.subarray(at, at + 11);
}

describe("options", () => {
  it("choose dtypes, text, fills, masks and names", () => {
    const arrow = new Table({
      a: vectorFromArray([1, null, 3], new Int32()),
      s: vectorFromArray(["é", null, ""], new Utf8()),
      "x/../y": vectorFromArray([1, null, 3], new Float64()),
    });
    const encode = { ...QUICK, names: "encode" } as const;
    using filled = fromArrow(arrow, path(), {
      ...encode,
      strings: "S",
      dtypes: { a: ">i2" },
      fill: { a: -1, s: "-" },
    });
    expect(rowsOf(filled).map((row) => Object.values(row as object))).toEqual([
      [1, "é", 1],
      [-1, "-", Number.NaN],
      [3, "", 3],
    ]);
    expect([filled.column("a").dtype.str, filled.column("s").dtype.str]).toEqual([">i2", "|S2"]);
    using masked = fromArrow(arrow, path(), { ...encode, masks: true });
    expect(masked.column("a.null").toArray()).toEqual([false, true, false]);
    using back = fromArrow(toArrow(masked, { masks: true }), path(), { ...encode, masks: true });
    expect(rowsOf(back)).toEqual(rowsOf(masked));
    expect(refuses(arrow, { masks: true })).toBeInstanceOf(NameError);
    const null_ = refuses(arrow, encode);
    expect(null_).toBeInstanceOf(CastError);
    expect(null_.message).toMatch(/column "a", row 1: null/);
  });

  it("are refused where a table is there", () => {
    const root = path();
    fromArrow(sample(), root, QUICK).close();
    expect(() => fromArrow(sample(), root, QUICK)).toThrow(ExistsError);
    using table = fromArrow(sample(), root, { ...QUICK, overwrite: true });
    expect(table.length).toBe(3);
  });
});

describe("what a field remembers", () => {
  it("is not believed where its type says otherwise, or where it is nonsense", () => {
    for (const remembered of ["<M8[us]", "<i8", "nonsense", "[[", '[["a","<i4"]]']) {
      const field = new Field("a", new Int32(), true, new Map([["numpy.dtype", remembered]]));
      const data = makeData({
        type: new Struct([field]),
        children: [makeData({ type: new Int32(), data: Int32Array.of(7) })],
      });
      using table = fromArrow(
        new Table(new Schema([field]), new Table([data] as never).batches),
        path(),
        QUICK,
      );
      expect(table.column("a").dtype.str).toBe("<i4");
    }
  });
});

describe("types that no column can be", () => {
  const column = (type: ConstructorParameters<typeof Field>[1]) =>
    new Table(new Schema([new Field("x", type, true)]));

  it("are named, with what would be right", () => {
    const cases = [
      [new List(new Field("item", new Int32())), /column "x" is List<Int32> in Arrow.*FixedSizeList/],
      [new Binary(), /column "x" is Binary in Arrow.*FixedSizeBinary/],
      [new Null(), /column "x" is Null in Arrow.*dtypes: \{ "x": … \}/],
      [new Struct([new Field("s", new Utf8())]), /column "x" is Struct.*dtypes: \{ "x": … \}/],
    ] as const;
    for (const [type, message] of cases) {
      const error = refuses(column(type));
      expect(error).toBeInstanceOf(DTypeError);
      expect(error.message).toMatch(message);
    }
  });

  it("become what is said of them", () => {
    const type = new Struct([new Field("s", new Utf8(), true), new Field("d", new DateDay(), true)]);
    const arrow = new Table({
      x: vectorFromArray(
        [
          { s: "ab", d: new Date(0) },
          { s: "c", d: null },
        ],
        type,
      ),
      n: vectorFromArray([null, null], new Null()),
    });
    using table = fromArrow(arrow, path(), {
      ...QUICK,
      dtypes: {
        x: [
          ["s", "U3"],
          ["d", "M8[D]"],
        ],
        n: "f4",
      },
    });
    expect(rowsOf(table)).toEqual([
      { x: { s: "ab", d: 0n }, n: Number.NaN },
      { x: { s: "c", d: null }, n: Number.NaN },
    ]);
  });
});

describe("nulls within cells", () => {
  const list = (values: unknown[], type: ConstructorParameters<typeof Field>[1]) =>
    new Table({ x: vectorFromArray(values, new FixedSizeList(2, new Field("item", type, true))) });

  it("become NaN and NaT, and are refused elsewhere", () => {
    using floats = fromArrow(
      list(
        [
          [1, null],
          [3, 4],
        ],
        new Float64(),
      ),
      path(),
      QUICK,
    );
    expect(floats.column("x").toArray()).toEqual([Float64Array.of(1, Number.NaN), Float64Array.of(3, 4)]);
    using dates = fromArrow(
      list(
        [
          [0, null],
          [1000, 2000],
        ],
        new TimestampSecond(),
      ),
      path(),
      QUICK,
    );
    expect(dates.column("x").at(0, 1)).toBe(null);
    const error = refuses(
      list(
        [
          [1, 2],
          [3, null],
        ],
        new Int32(),
      ),
    );
    expect(error).toBeInstanceOf(CastError);
    expect(error.message).toMatch(/column "x", row 1: null within a cell/);
  });

  it("become NaN in integers that are to be floats", () => {
    const cells = [[1, null], null, [3, 4]];
    using floats = fromArrow(list(cells, new Int32()), path(), {
      ...QUICK,
      dtypes: { x: ">f8" },
      masks: true,
    });
    expect(Array.from(floats.column("x"), (cell) => [...(cell as Iterable<number>)])).toEqual([
      [1, Number.NaN],
      [Number.NaN, Number.NaN],
      [3, 4],
    ]);
    expect(floats.column("x.null").toArray()).toEqual([false, true, false]);
    const error = refuses(list([[2n ** 53n + 1n, null]], new Int64()), { dtypes: { x: "f8" } });
    expect(error.message).toMatch(/column "x", row 0.*9007199254740993/);
  });
});

describe("failures", () => {
  const bytes = () => tableToIPC(sample(), "stream");

  it("are of the format where bytes are no Arrow", () => {
    const sources: ArrowSource[] = [
      new Uint8Array(0),
      Buffer.from("a,b\n1,2\n"),
      Buffer.from("ARROW1"),
      tableToIPC(sample(), "file").subarray(0, -20),
      bytes().subarray(0, 100),
      bytes().subarray(0, bytes().length - 100),
      [],
      pieces(tableToIPC(sample(), "file")),
    ];
    for (const source of sources) expect(refuses(source)).toBeInstanceOf(FormatError);
    expect(refuses(["text"] as never)).toBeInstanceOf(UnsupportedError);
    expect(refuses(5 as never)).toBeInstanceOf(UnsupportedError);
    expect(
      refuses([...sample().batches, ...tableFromArrays({ b: Int32Array.of(1) }).batches]),
    ).toBeInstanceOf(FormatError);
  });

  it("do not fill memory with lengths that are wrong", () => {
    const good = bytes();
    for (let at = 8; at + 4 < good.length; at += 4) {
      const bad = new Uint8Array(good);
      new DataView(bad.buffer).setUint32(at, 0x7fffffff, true);
      try {
        fromArrow(bad, path(), QUICK).close();
      } catch (error) {
        expect(error).toHaveProperty("code");
      }
    }
  });

  it("of the source are passed on, and the source is released", async () => {
    const wrong = new Error("the network is down");
    const failing = Readable.from(
      (function* () {
        yield bytes().subarray(0, 200);
        throw wrong;
      })(),
    );
    const root = path();
    await expect(fromArrow(failing, root, QUICK)).rejects.toBe(wrong);
    expect(failing.destroyed).toBe(true);
    expect(existsSync(root)).toBe(false);
  });

  it("in the middle release the source", async () => {
    const file = path("ipc");
    writeFileSync(file, Buffer.concat([bytes().subarray(0, 16), Buffer.alloc(1 << 20, 0xfe)]));
    const stream = createReadStream(file, { highWaterMark: 64 });
    const root = path();
    await expect(fromArrow(stream, root, QUICK)).rejects.toBeInstanceOf(FormatError);
    expect(stream.destroyed).toBe(true);
    let cancelled = false;
    const web = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(64).fill(0xfe)),
      cancel: () => {
        cancelled = true;
      },
    });
    await expect(fromArrow(web as AsyncIterable<Uint8Array>, root, QUICK)).rejects.toBeInstanceOf(
      FormatError,
    );
    expect(cancelled).toBe(true);
    expect(existsSync(root)).toBe(false);
  });

  it("of a stream that was stopped leave nothing", async () => {
    const stream = new Readable({ read: () => {} });
    const root = path();
    const made = fromArrow(stream, root, QUICK);
    stream.push(bytes().subarray(0, 300));
    setImmediate(() => stream.destroy(new Error("stopped")));
    await expect(made).rejects.toThrow("stopped");
    expect(existsSync(root)).toBe(false);
  });
});

describe("tables of mapped files", () => {
  it("go from file to file", () => {
    using table = fromArrow(sample(), path(), QUICK);
    const file = path("ipc");
    writeIPC(table, file);
    using again = fromArrow(readFileSync(file), path(), QUICK);
    expect(rowsOf(again)).toEqual(ROWS);
  });
});
