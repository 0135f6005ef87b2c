import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type ArrayView,
  CastError,
  fromDate,
  MemmapTable,
  openNpy,
  parseDType,
  RecordArray,
  saveNpy,
  toDate,
} from "../../src/index.js";
import { type Described, startPeer } from "./peer.js";
import { expectSame, hexOf, QUICK, scratchDirectory } from "./support.js";
import { elementFromWire, elementToWire } from "./wire.js";

const peer = startPeer();
const directory = scratchDirectory();
let count = 0;
const freshPath = () => join(directory, String(count++));

const MAX_I8 = 2n ** 63n - 1n;
const FLOATS = [0, -0, 1, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const DOUBLES = [
  ...FLOATS,
  5e-324,
  -5e-324,
  2.225073858507201e-308,
  2.2250738585072014e-308,
  1.7976931348623157e308,
  0.1,
  2 ** 53,
  2 ** 53 + 2,
];
const SINGLES = [
  ...FLOATS,
  2 ** -149,
  -(2 ** -149),
  2 ** -126 - 2 ** -149,
  2 ** -126,
  (2 - 2 ** -23) * 2 ** 127,
  16777217 - 1,
];
const HALVES = [...FLOATS, 2 ** -24, -(2 ** -24), 2 ** -14 - 2 ** -24, 2 ** -14, 65504, -65504, 2048];
const TEXTS = [
  "",
  "a",
  "Zürich",
  "e\u0301\u0327",
  "中文字",
  "🙂",
  "𝔘🙂",
  "👩‍👩‍👧",
  "\u{10ffff}",
  "\ufeffx",
  " x ",
  "a\0b",
  "\uffff",
];
const complexOf = (numbers: readonly number[]) =>
  numbers.flatMap((re, i) => [
    { re, im: numbers.at(-i - 1) ?? 0 },
    { re: 0, im: re },
  ]);
const padded = (text: string, width: number) => text + "x".repeat(width - Array.from(text).length);

/** By dtype, without byte order: what goes in, and comes out. */
const HARD: readonly (readonly [code: string, values: readonly unknown[]])[] = [
  ["b1", [true, false]],
  ...[8, 16, 32].flatMap((bits) => [
    [`i${bits / 8}`, [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1, 0, -1, 1]] as const,
    [`u${bits / 8}`, [2 ** bits - 1, 0, 1, 2 ** (bits - 1)]] as const,
  ]),
  ["i8", [-MAX_I8 - 1n, MAX_I8, 0n, -1n, 2n ** 53n + 1n, -(2n ** 53n) - 1n]],
  ["u8", [2n ** 64n - 1n, 2n ** 63n, 0n, 2n ** 53n + 1n]],
  ["f2", HALVES],
  ["f4", SINGLES],
  ["f8", DOUBLES],
  ["c8", complexOf(SINGLES)],
  ["c16", complexOf(DOUBLES)],
  ["U8", [...TEXTS, ...TEXTS.map((text) => padded(text, 8)), "🙂".repeat(8), "\u{10ffff}".repeat(8)]],
  ["S32", [...TEXTS, "x".repeat(32), "🙂".repeat(8), "中".repeat(10) + "é"]],
  ["M8[us]", [null, 0n, 1n, -1n, MAX_I8, -MAX_I8]],
  ["m8[3h]", [null, 0n, 1n, -1n, MAX_I8, -MAX_I8]],
  ["V4", [new Uint8Array(4), new Uint8Array([0, 255, 0, 0]), new Uint8Array([255, 255, 255, 255])]],
];

const CASES = HARD.flatMap(([code, values]) =>
  [...new Set(["<", ">"].map((order) => parseDType(order + code).str))].map((dtype) => ({
    title: dtype,
    dtype: parseDType(dtype),
    values,
  })),
);

describe.each(CASES)("hard values of $title", ({ dtype, values }) => {
  const wires = values.map((value) => elementToWire(dtype, value));
  const shape = [values.length];
  const said = { path: "", dtype: dtype.descr, shape, values: wires };

  it("NumPy's are read", async () => {
    const path = `${freshPath()}.npy`;
    const described = await peer.call<Described>("save", { ...said, path });
    expect(described.values).toEqual(wires);
    using array = openNpy(path);
    expectSame(array, described);
    // Both sides agree on the words; these are the values themselves.
    expect(Array.from(array)).toEqual(values);
  });

  it("ours are read by NumPy, whichever way they were stored", async () => {
    const root = freshPath();
    using table = MemmapTable.create(root, { rows: values.length, ...QUICK });
    table.addColumn("data", dtype, { data: values });
    const set = table.addColumn("set", dtype);
    values.forEach((value, row) => set.set(row, value as never));
    table.addColumn("rows", dtype);
    table.select(["rows"]).assign(values.map((rows) => ({ rows })));
    const record = [["field", dtype]] as const;
    const records = RecordArray.from(
      values.map((field) => ({ field: field as never })),
      record,
    );
    table.addColumn("field", dtype, { data: records.field("field") });
    const fill = table.addColumn("fill", dtype, { itemShape: [2] });
    values.forEach((value, row) => fill.slice(row, row + 1).fill(value as never));
    const reversed = table.addColumn("reversed", dtype);
    reversed.slice(null, null, -1).assign([...values].reverse());
    const names = ["data", "set", "rows", "field", "reversed"];
    const files = names.map((name) => ({ ...said, path: join(root, `${name}.npy`), exact: true }));
    const twice = {
      path: join(root, "fill.npy"),
      dtype: dtype.descr,
      shape: [values.length, 2],
      values: wires.flatMap((wire) => [wire, wire]),
    };
    expect(await peer.call("judge_all", { files: [...files, twice] })).toEqual([]);
  });
});

/** Bits of NaNs, quiet and signaling, of both signs; and their neighbours, the infinities. */
const NANS: readonly (readonly [dtype: string, hex: string])[] = [
  ["f2", "007cff7d017c00fc01fcfffe017eff7f"],
  ["f4", "0000807f0100807fffffbf7f0000c07f0100c0ffffffffffefbeadff"],
  ["f8", "000000000000f07f010000000000f07fffffffffffffffffefbeaddeefbefd7f000000000000f87f010000000000f8ff"],
  ["c8", "0100807fefbeadffffffffff000000800000c07f0100c0ff"],
  ["c16", "010000000000f07fffffffffffffffffefbeaddeefbefd7f000000000000f8ff"],
];

describe.each(
  NANS.flatMap(([code, hex]) =>
    ["<", ">"].map((order) => ({ dtype: order + code, hex: order === "<" ? hex : swapped(hex, code) })),
  ),
)("payloads of NaNs of $dtype", ({ dtype, hex }) => {
  const parsed = parseDType(dtype);
  const shape = [hex.length / 2 / parsed.itemsize];
  const said = { dtype, shape, hex };

  it("survive every way that bytes go", async () => {
    const root = freshPath();
    const file = `${root}.npy`;
    await peer.call("save", { path: file, ...said });
    using array = openNpy(file);
    expect(hexOf(array)).toBe(hex);
    using table = MemmapTable.create(root, { rows: shape[0] ?? 0, ...QUICK });
    const column = table.addColumn("view", dtype, { data: array });
    if (parsed.native) {
      // An assignment takes a Uint16Array for numbers, not for the bits of halves.
      if (dtype !== "<f2") table.addColumn("values", dtype, { data: array.values as Float64Array });
      table.addColumn("set", dtype).values.set(array.values as never);
    }
    table.copyColumn("view", "copy");
    table.renameColumn("copy", "renamed");
    table.addColumn("taken", dtype, {
      data: column.take(Array.from({ length: column.length }, (_, i) => i)),
    });
    table.addColumn("filtered", dtype, { data: column.filter(new Array(column.length).fill(true)) });
    const records = RecordArray.zeros(
      [
        ["pad", "|i1"],
        ["x", dtype],
      ],
      column.length,
    );
    records.field("x").assign(column);
    table.addColumn("field", dtype, { data: records.field("x") });
    const reversed = table.addColumn("reversed", dtype);
    reversed.slice(null, null, -1).assign(column.slice(null, null, -1));
    const names = [...table.columnNames];
    const judge = (folder: string) =>
      peer.call("judge_all", {
        files: names.map((name) => ({ path: join(folder, `${name}.npy`), ...said })),
      });
    expect(await judge(root)).toEqual([]);

    table.resize(0);
    table.append(new Map(names.map((name) => [name, array])));
    expect(await judge(root)).toEqual([]);
    table.resize(0);
    const packed = RecordArray.zeros(
      names.map((name) => [name, dtype] as const),
      array.length,
    );
    for (const name of names) packed.field(name).assign(array);
    table.append(packed);
    expect(await judge(root)).toEqual([]);

    const saved = `${root}-saved.npy`;
    saveNpy(saved, table.toRecords().field("view") as ArrayView);
    expect(await peer.call("judge", { path: saved, ...said, exact: true })).toEqual([]);
  });
});

function swapped(hex: string, code: string): string {
  const unit = Number(code.slice(1)) / (code.startsWith("c") ? 2 : 1);
  const parts = hex.match(new RegExp(`.{${2 * unit}}`, "g")) ?? [];
  return parts.map((part) => Buffer.from(part, "hex").reverse().toString("hex")).join("");
}

describe("strings that are no text", () => {
  it.each([
    ["|S4", "ff41c3280000000061ff0000", "c328"],
    ["<U2", "00d80000000000004100000000dc0000", "ffff1100"],
    [">U2", "0000d80000000000000000410000dc00", "0011ffff"],
  ])("of %s are bytes", async (dtype, hex) => {
    const path = `${freshPath()}.npy`;
    const { itemsize } = parseDType(dtype);
    const shape = [hex.length / 2 / itemsize];
    await peer.call("save", { path, dtype, shape, hex, full: false });
    using array = openNpy(path);
    expect(() => array.at(0)).toThrow(CastError);
    expect(hexOf(array)).toBe(hex);
    const copy = `${freshPath()}.npy`;
    saveNpy(copy, array);
    expect(await peer.call("judge", { path: copy, dtype, shape, hex, exact: true })).toEqual([]);
  });
});

describe("the first and last years of four digits", () => {
  const FIRST = "0001-01-01T00:00:00.000Z";
  const LAST = "9999-12-31T23:59:59.999Z";
  const ISO = [
    FIRST,
    "0001-12-31T00:00:00.000Z",
    "1582-10-10T00:00:00.000Z",
    "1969-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00.000Z",
    "2000-02-29T12:00:00.000Z",
    LAST,
  ];

  it.each([
    ["Y", 4, "-01-01T00:00:00.000Z"],
    ["M", 7, "-01T00:00:00.000Z"],
    ["D", 10, "T00:00:00.000Z"],
    ["h", 13, ":00:00.000Z"],
    ["m", 16, ":00.000Z"],
    ["s", 19, ".000Z"],
    ["ms", 23, "Z"],
    ["us", 23, "Z"],
  ])("in %s, in both directions", async (unit, digits, rest) => {
    const dtype = `<M8[${unit}]`;
    const texts = ISO.map((text) => text.slice(0, digits));
    const dates = texts.map((text) => new Date(text + rest));
    const path = `${freshPath()}.npy`;
    const said = await peer.call<Described>("save_expression", {
      path,
      expression: `np.array(${JSON.stringify(texts)}, '${dtype}')`,
    });
    using array = openNpy<"M8[us]">(path);
    expect(array.dtype.str).toBe(dtype);
    expect(Array.from(array, (count) => toDate(count, dtype)?.toISOString())).toEqual(
      dates.map((date) => date.toISOString()),
    );
    expect(dates.map((date) => fromDate(date, dtype))).toEqual(Array.from(array));

    const root = freshPath();
    using table = MemmapTable.create(root, { rows: texts.length, ...QUICK });
    table.addColumn("date", dtype, { data: dates });
    const own = {
      path: join(root, "date.npy"),
      dtype,
      shape: [texts.length],
      values: said.values,
      exact: true,
    };
    expect(await peer.call("judge", own)).toEqual([]);
  });
});

describe("the tests' own words", () => {
  it("tell zeros and tiny numbers apart", () => {
    const f8 = parseDType("f8");
    const words = ["0000000000000000", "8000000000000000", "0000000000000001", "nan"];
    const values = [0, -0, 5e-324, Number.NaN];
    expect(values.map((value) => elementToWire(f8, value))).toEqual(words);
    expect(words.map((word) => elementFromWire(f8, word))).toEqual(values);
  });
});
