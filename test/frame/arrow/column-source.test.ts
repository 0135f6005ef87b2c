import {
  Binary,
  Bool,
  DateDay,
  Dictionary,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float32,
  Int16,
  Int32,
  makeData,
  makeVector,
  Null,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  tableFromArrays,
  tableFromIPC,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, it } from "vitest";
import { columnSource, fromArrow, toArrow } from "../../../src/frame/arrow/index.js";
import { frameOf } from "../../../src/group/column-source.js";
import {
  type ArrayView,
  CastError,
  ClosedError,
  type ColumnsOption,
  DTypeError,
  MemmapTable,
  NameError,
  NotFoundError,
  UnsupportedError,
} from "../../../src/index.js";
import { temporaryPaths } from "../../support/temporary.js";

const path = temporaryPaths();
const QUICK = { durability: "process" } as const;

/** A column's dtype, elements, and marks of nulls. */
function taken(source: Table | RecordBatch, name = "x", options: Parameters<typeof columnSource>[1] = {}) {
  const { array, nulls } = frameOf(columnSource(source, options)).column(name);
  return [String(array.dtype), array.toArray(), nulls === undefined ? undefined : [...nulls]];
}

const bytesOf = (array: ArrayView) => Array.from({ length: array.length }, (_, row) => [...array.bytes(row)]);

const COLUMNS: ColumnsOption = {
  b: "b1",
  i: "i8",
  u: "u2",
  h: "f2",
  f: "f4",
  big: ">f8",
  c: "c16",
  pair: { dtype: ">c8", itemShape: [2] },
  s: "S7",
  t: "U5",
  bigText: ">U3",
  day: "M8[D]",
  us: ">M8[us]",
  steps: "M8[10s]",
  ns: "m8[ns]",
  v: "V3",
  cells: { dtype: "i2", itemShape: [2, 3] },
  record: [
    ["a", "<i4"],
    ["b", ">f4", [2]],
  ],
};

describe("columns of Arrow tables", () => {
  it("that toArrow made are what they were, of every dtype", () => {
    using table = MemmapTable.create(path(), { rows: 5, columns: COLUMNS, ...QUICK });
    for (const [, column] of table.columns()) {
      if ("iufcMmV".includes(column.dtype.kind)) {
        const bytes = Uint8Array.from({ length: column.nbytes }, (_, i) => (i * 37) % 120);
        const { storage } = column;
        storage.bytes().set(bytes);
      }
    }
    table.column("b").assign([true, false, true, true, false]);
    table.column("s").assign(["", "a", "é", "日本", "x"]);
    table.column("t").assign(["", "a", "é", "日本", "😀x"]);
    table.column("bigText").assign(["abc", "", "é", "日本", "😀x"]);
    // Arrow counts days in 32 bits, and tens of seconds in seconds.
    table.column("day").assign([0n, -1n, null, 20000n, 1n]);
    table.column("steps").assign([0n, 1n, -1n, 5n, 1000n]);
    const source = frameOf(columnSource(toArrow(table)));
    expect(source.names).toEqual(table.columnNames);
    for (const name of source.names) {
      const { array, nulls } = source.column(name);
      expect(array.dtype, name).toEqual(table.column(name).dtype);
      expect(array.shape, name).toEqual(table.column(name).shape);
      expect(bytesOf(array), name).toEqual(bytesOf(table.column(name)));
      // NaT is null in Arrow.
      expect(nulls, name).toEqual(name === "day" ? Uint8Array.of(0, 0, 1, 0, 0) : undefined);
    }
  });

  it("are those that fromArrow makes of other types", () => {
    const arrow = new Table({
      word: vectorFromArray(["b", "a", null, "b"], new Dictionary(new Utf8(), new Int32())),
      text: vectorFromArray(["x", null, "日本", ""], new Utf8()),
      bool: vectorFromArray([true, null, false, true], new Bool()),
      int: vectorFromArray([1, null, 3, 4], new Int16()),
      float: vectorFromArray([1, null, Number.NaN, 4], new Float32()),
      day: vectorFromArray([new Date(0), null, new Date(86_400_000), null], new DateDay()),
      time: vectorFromArray([0, 1, null, 3], new TimestampMicrosecond("Europe/Berlin")),
      bytes: vectorFromArray([Uint8Array.of(1, 2), null, Uint8Array.of(3, 4), null], new FixedSizeBinary(2)),
      list: vectorFromArray(
        [[1, 2], null, [3, null], [5, 6]],
        new FixedSizeList(2, new Field("item", new Float32(), true)),
      ),
      struct: vectorFromArray(
        [{ a: 1 }, null, { a: 3 }, { a: 4 }],
        new Struct([new Field("a", new Int32(), true)]),
      ),
    });
    const options = { ...QUICK, masks: true } as const;
    using table = fromArrow(arrow, path(), options);
    const source = frameOf(columnSource(arrow));
    for (const name of source.names) {
      const { array, nulls } = source.column(name);
      const made = table.column(name);
      expect(array.dtype, name).toEqual(made.dtype);
      expect(bytesOf(array), name).toEqual(bytesOf(made));
      const mask = table.has(`${name}.null`) ? table.column(`${name}.null`).toArray() : undefined;
      expect(nulls === undefined ? undefined : [...nulls].map(Boolean), name).toEqual(mask);
    }
  });

  it("of one batch without nulls share Arrow's memory", () => {
    const values = Float64Array.of(1, 2, 3);
    const arrow = tableFromArrays({ x: values, y: Int8Array.of(4, 5, 6), words: ["a", "b", "c"] });
    const { array } = frameOf(columnSource(arrow)).column("x");
    expect(array.storage.bytes().buffer).toBe(arrow.getChild("x")?.data[0]?.values.buffer);
    const [batch] = tableFromIPC(tableToIPC(arrow)).batches;
    if (batch === undefined) throw new Error("there is no batch");
    const source = frameOf(columnSource(batch));
    for (const name of ["x", "y"]) {
      const own = batch.getChild(name)?.data[0]?.values as Float64Array;
      expect(source.column(name).array.storage.bytes().buffer).toBe(own.buffer);
      own[0] = 9;
      expect(source.column(name).array.at(0)).toBe(9);
      expect(source.column(name).array.readonly).toBe(true);
    }
    const shared = new Int32Array(new SharedArrayBuffer(8));
    const taken = frameOf(columnSource(tableFromArrays({ x: shared }))).column("x");
    expect(taken.array.storage.bytes().buffer).toBe(shared.buffer);
  });

  it("of part of a batch are that part", () => {
    const arrow = tableFromArrays({ x: Int32Array.of(1, 2, 3, 4) }).slice(1, 3);
    expect(taken(arrow)).toEqual(["<i4", Int32Array.of(2, 3), undefined]);
    const flags = new Table({ x: vectorFromArray([true, null, false, true], new Bool()) }).slice(1);
    expect(taken(flags)).toEqual(["|b1", [false, false, true], [1, 0, 0]]);
    expect(taken(flags.slice(1))).toEqual(["|b1", [false, true], undefined]);
  });

  it("of several batches are one, empty ones left out", () => {
    const part = (values: readonly (number | null)[]) =>
      new Table({ x: vectorFromArray(values, new Int32()) });
    const numbers = part([1, 2]).concat(part([]), part([3]));
    expect(taken(numbers)).toEqual(["<i4", Int32Array.of(1, 2, 3), undefined]);
    expect(taken(part([1]).concat(part([null, 3])))).toEqual(["<i4", Int32Array.of(1, 0, 3), [0, 1, 0]]);
    const words = (values: readonly string[]) => new Table({ x: vectorFromArray(values, new Utf8()) });
    expect(taken(words(["a"]).concat(words(["bcd", "e"])))).toEqual(["<U3", ["a", "bcd", "e"], undefined]);
    expect(taken(part([]).concat(part([4])))).toEqual(["<i4", Int32Array.of(4), undefined]);
    expect(taken(part([]))).toEqual(["<i4", new Int32Array(0), undefined]);
    expect(taken(words([]))).toEqual(["<U1", [], undefined]);
  });

  it("of many rows are whole", () => {
    const cells = Array.from({ length: 70_000 }, (_, row) => (row % 5 === 0 ? null : String(row)));
    const [dtype, elements, nulls] = taken(new Table({ x: vectorFromArray(cells, new Utf8()) }));
    expect(dtype).toBe("<U5");
    // A difference in one of so many is found by a string at once.
    expect(String(elements) === String(cells.map((cell) => cell ?? ""))).toBe(true);
    expect(String(nulls) === String(cells.map((cell) => (cell === null ? 1 : 0)))).toBe(true);
  });

  describe("of text by dictionary", () => {
    const type = new Dictionary(new Utf8(), new Int32());
    const coded = (values: readonly (string | null)[]) => new Table({ x: vectorFromArray(values, type) });
    const made = (codes: readonly number[], words: readonly (string | null)[]) =>
      new Table({
        x: makeVector(
          makeData({
            type: new Dictionary(new Utf8(), new Int32()),
            data: Int32Array.from(codes),
            dictionary: vectorFromArray(words, new Utf8()),
          }),
        ),
      });

    it("have the width of the words that there are", () => {
      expect(taken(coded(["b", null, "日本", "b"]))).toEqual(["<U2", ["b", "", "日本", "b"], [0, 1, 0, 0]]);
      expect(taken(made([1, 0, 1], ["a", "bc", "unused"]))).toEqual(["<U2", ["bc", "a", "bc"], undefined]);
      expect(taken(coded(["é"]), "x", { strings: "S" })).toEqual(["|S2", ["é"], undefined]);
      expect(taken(coded(["é"]), "x", { dtypes: { x: "U9" } })).toEqual(["<U9", ["é"], undefined]);
      expect(taken(coded([]))).toEqual(["<U1", [], undefined]);
      expect(taken(coded([null]))).toEqual(["<U1", [""], [1]]);
    });

    it("have nulls of the rows and of the dictionary, and several dictionaries", () => {
      expect(taken(made([1, 0, 2], ["a", null, "c"]))).toEqual(["<U1", ["", "a", "c"], [1, 0, 0]]);
      const both = coded(["a", "b"])
        .concat(coded(["b", "long", "c"]))
        .slice(1, 4);
      expect(taken(both)).toEqual(["<U4", ["b", "b", "long"], undefined]);
    });

    it("are refused as fromArrow refuses them", () => {
      expect(() => taken(made([0, 5], ["a"]))).toThrow(
        /column "x", row 1 has position 5 in a dictionary of 1/,
      );
      expect(() => taken(made([1, 1, 0], ["a\0", "b"]))).toThrow(/column "x", row 2: /);
      expect(() => taken(made([1, 1, 0], ["a\0", "b"]))).toThrow(CastError);
    });
  });

  it("become what the options say", () => {
    const arrow = new Table({
      x: vectorFromArray([1, 2], new Int32()),
      s: vectorFromArray(["é", "b"], new Utf8()),
      n: vectorFromArray([null, null], new Null()),
    });
    expect(taken(arrow, "x", { dtypes: { x: ">i8" } })).toEqual([">i8", BigInt64Array.of(1n, 2n), undefined]);
    expect(taken(arrow, "s", { strings: "S" })).toEqual(["|S2", ["é", "b"], undefined]);
    expect(taken(arrow, "n", { dtypes: { n: "f4" } })).toEqual(["<f4", Float32Array.of(NaN, NaN), [1, 1]]);
    expect(() => columnSource(arrow, { dtypes: { y: "i2" } })).toThrow(NotFoundError);
  });

  it("that no dtype stands for are refused when they are asked for, the others are there", () => {
    const arrow = new Table({
      bytes: vectorFromArray([Uint8Array.of(1)], new Binary()),
      nothing: vectorFromArray([null], new Null()),
      text: vectorFromArray(["a"], new Utf8()),
    });
    const source = columnSource(arrow);
    expect(() => source.column("bytes")).toThrow(DTypeError);
    expect(() => source.column("bytes")).toThrow(/column "bytes" is Binary in Arrow/);
    expect(() => source.column("nothing")).toThrow(/say one: dtypes: \{ "nothing": … \}/);
    expect(source.column("text").at(0)).toBe("a");
    expect(source.column("text")).toBe(source.column("text"));
    expect(() => source.column("txet")).toThrow('did you mean "text"');
    const within = vectorFromArray([[1, null]], new FixedSizeList(2, new Field("item", new Int32(), true)));
    expect(() => columnSource(new Table({ within })).column("within")).toThrow(CastError);
    expect(() =>
      columnSource(new Table({ text: vectorFromArray(["a"], new Utf8()) }), {
        dtypes: { text: "i4" },
      }).column("text"),
    ).toThrow(/column "text", row 0/);
  });

  it("of a table that was closed say so", () => {
    const table = MemmapTable.create(path(), { rows: 2, columns: { a: "i4" }, ...QUICK });
    const source = columnSource(toArrow(table));
    table.close();
    expect(() => source.column("a")).toThrow(ClosedError);
  });

  it("come from tables and batches alone, and differ in name", () => {
    const arrow = tableFromArrays({ x: Int32Array.of(1) });
    for (const other of [arrow.getChild("x"), tableToIPC(arrow), [arrow], null]) {
      expect(() => columnSource(other as never)).toThrow(UnsupportedError);
    }
    expect(() => frameOf(arrow as never)).toThrow(
      /columnSource\(\) of memmap-table\/danfo and memmap-table\/arrow/,
    );
    const field = new Field("x", new Int32());
    const twice = new Table(new Schema([field, field]));
    expect(() => frameOf(columnSource(twice))).toThrow(NameError);
  });
});
