import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type AttrInput, FormatError, MemmapTable } from "../../src/index.js";
import { startPeer } from "./peer.js";
import { QUICK, scratchDirectory, seed } from "./support.js";

const peer = startPeer();
const directory = scratchDirectory();
let count = 0;
let root = "";
beforeEach(async () => {
  root = join(directory, `attributes-${count++}`);
  await peer.call("save", { path: join(root, "x.npy"), dtype: "<f8", shape: [6], seed });
});

const sidecar = (name: string) => join(root, `${name}.attr`);
const write = (attr: string, options: object = {}) =>
  peer.call("write_attribute", { path: sidecar("x"), attr, ...options });
const read = (path = sidecar("x")) => peer.call<string>("read_sidecar", { path });

/** Python expressions, and what they are here. */
const FROM_PYTHON: readonly (readonly [python: string, value: unknown])[] = [
  ["None", null],
  ["True", true],
  ["0", 0],
  ["-17", -17],
  ["2**53 - 1", 2 ** 53 - 1],
  ["2**53", 2 ** 53],
  ["2**53 + 1", 2n ** 53n + 1n],
  ["-(2**53) - 1", -(2n ** 53n) - 1n],
  // No digit is lost.
  ["2**63", 2 ** 63],
  ["2**64 - 1", 2n ** 64n - 1n],
  ["-(10**40) + 1", -(10n ** 40n) + 1n],
  ["3 * 10**400 + 7", 3n * 10n ** 400n + 7n],
  ["0.1", 0.1],
  ["-0.0", -0],
  ["5e-324", 5e-324],
  ["1.7976931348623157e308", 1.7976931348623157e308],
  ["1e16", 1e16],
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["-inf", Number.NEGATIVE_INFINITY],
  ["'my first column'", "my first column"],
  ["''", ""],
  [
    "'größe 长度 🙂 e\\u0301 \\x00 \\x1f \\x7f \\u2028 \" \\\\ / \\n'",
    'größe 长度 🙂 e\u0301 \0 \x1f \x7f \u2028 " \\ / \n',
  ],
  ["[]", []],
  ["{}", {}],
  [
    "[1, [2.5, [nan, -inf, None]], {'a': [True]}]",
    [1, [2.5, [Number.NaN, Number.NEGATIVE_INFINITY, null]], { a: [true] }],
  ],
  [
    "{'unit': 'm', 'range': [-inf, inf], 'id': 2**63 + 1, '': {'größe': {}}}",
    {
      unit: "m",
      range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
      id: 2n ** 63n + 1n,
      "": { größe: {} },
    },
  ],
  [
    "{'constructor': 1, 'toString': 2, '1': 'one', '0': 'zero'}",
    { constructor: 1, toString: 2, "1": "one", "0": "zero" },
  ],
  ["{7: 2, None: 3, True: 4}", { "7": 2, null: 3, true: 4 }],
  ["(1, 2)", [1, 2]],
  ["{'$date': 'no date'}", { $date: "no date" }],
  ["{'$bigint': '123', 'more': 1}", { $bigint: "123", more: 1 }],
  ["{'$bigint': '123'}", 123n],
  ["{'$date': '2024-01-31T00:00:00.000Z'}", new Date("2024-01-31")],
];

const STYLES: readonly { readonly title: string; readonly options: object }[] = [
  { title: "as it is", options: {} },
  { title: "with Unicode unescaped", options: { ensure_ascii: false } },
  { title: "indented", options: { indent: "\t" } },
  { title: "tightly", options: { separators: [",", ":"] } },
];

describe.each(STYLES)("sidecars that Python's json wrote, $title", ({ options }) => {
  it.each(FROM_PYTHON)("%s", async (python, value) => {
    await write(python, options);
    using table = MemmapTable.open(root);
    expect(table.column("x").attr).toEqual(value);
  });
});

describe("an object's __proto__ in a sidecar of Python's", () => {
  it("is a key like any other", async () => {
    await write("{'__proto__': {'a': 1}, 'b': {'__proto__': 2}}");
    using table = MemmapTable.open(root);
    const { attr } = table.column("x");
    expect(JSON.stringify(attr)).toBe('{"__proto__":{"a":1},"b":{"__proto__":2}}');
    expect(Object.getPrototypeOf(attr)).toBe(Object.prototype);
  });
});

/** Attributes, and the repr of what Python's json reads: plain JSON, with tags for what that does not have. */
const TO_PYTHON: readonly (readonly [value: AttrInput, python: string])[] = [
  [true, "True"],
  [0, "0"],
  [-0, "-0.0"],
  [2 ** 53 - 1, "9007199254740991"],
  [2 ** 53, "9007199254740992.0"],
  [1e21, "1e+21"],
  [1e300, "1e+300"],
  [0.1, "0.1"],
  [5e-324, "5e-324"],
  [Number.NaN, "{'$number': 'NaN'}"],
  [Number.POSITIVE_INFINITY, "{'$number': 'Infinity'}"],
  [Number.NEGATIVE_INFINITY, "{'$number': '-Infinity'}"],
  [0n, "{'$bigint': '0'}"],
  [-(2n ** 80n), "{'$bigint': '-1208925819614629174706176'}"],
  [new Date(Date.UTC(2024, 0, 31, 12, 34, 56, 789)), "{'$date': '2024-01-31T12:34:56.789Z'}"],
  [new Date("-000044-03-15T00:00:00.000Z"), "{'$date': '-000044-03-15T00:00:00.000Z'}"],
  ["größe 🙂 \u2028\0", "'größe 🙂 \\u2028\\x00'"],
  [{ unit: "m", "": [1, "2", { größe: null }] }, "{'unit': 'm', '': [1, '2', {'größe': None}]}"],
  [new Uint8Array([0, 255]), "{'$array': {'dtype': '|u1', 'data': [0, 255]}}"],
  [new Uint8ClampedArray([7]), "{'$array': {'dtype': '|u1', 'clamped': True, 'data': [7]}}"],
  [new Int16Array([-32768]), "{'$array': {'dtype': '<i2', 'data': [-32768]}}"],
  [new BigInt64Array([-(2n ** 63n)]), "{'$array': {'dtype': '<i8', 'data': ['-9223372036854775808']}}"],
  [new BigUint64Array([2n ** 64n - 1n]), "{'$array': {'dtype': '<u8', 'data': ['18446744073709551615']}}"],
  [new Float32Array([0.5, Number.NaN]), "{'$array': {'dtype': '<f4', 'data': [0.5, 'NaN']}}"],
  [
    new Float64Array([-0, Number.NEGATIVE_INFINITY]),
    "{'$array': {'dtype': '<f8', 'data': [-0.0, '-Infinity']}}",
  ],
  [{ $date: "2024-01-31T00:00:00.000Z" }, "{'$object': {'$date': '2024-01-31T00:00:00.000Z'}}"],
  [
    { a: [new Date(0), 1n, [Number.NaN]] },
    "{'a': [{'$date': '1970-01-01T00:00:00.000Z'}, {'$bigint': '1'}, [{'$number': 'NaN'}]]}",
  ],
];

describe("attributes that are set here are plain JSON to Python", () => {
  it.each(TO_PYTHON)("%s", async (value, python) => {
    {
      using table = MemmapTable.open(root, { mode: "r+", ...QUICK });
      table.column("x").attr = value;
      table.addColumn("group/y", "i4", { attr: value });
      table.setGroupAttr("group", value);
      table.attr = value;
    }
    const expected = `{'attr': ${python}}`;
    for (const path of [
      sidecar("x"),
      sidecar("group/y"),
      join(root, "group", ".attr"),
      join(root, ".attr"),
    ]) {
      expect(await read(path)).toBe(expected);
    }
    using table = MemmapTable.open(root);
    for (const attr of [
      table.column("x").attr,
      table.column("group/y").attr,
      table.groupAttr("group"),
      table.attr,
    ]) {
      expect(attr).toEqual(value);
    }
  });
});

describe("sidecars that nobody sets", () => {
  const FOREIGN =
    '{\n\t"attr" : {"b":NaN, "a":1E2,\n"id": 123456789012345678901234567890, "é": "\\u00e9", "b":-Infinity},\r\n "more": [0.10] }\n\n';

  it("keep their bytes through every change but their own", async () => {
    mkdirSync(join(root, "g"));
    copyFileSync(join(root, "x.npy"), join(root, "g", "y.npy"));
    const group = join(root, "g", ".attr");
    const own = join(root, ".attr");
    for (const path of [sidecar("x"), sidecar("g/y"), group, own]) writeFileSync(path, FOREIGN);
    using table = MemmapTable.open(root, { mode: "r+", ...QUICK });
    const value = { b: Number.NEGATIVE_INFINITY, a: 100, id: 123456789012345678901234567890n, é: "é" };
    const expectKept = (...paths: string[]) => {
      for (const path of paths) expect(readFileSync(path, "utf8"), path).toBe(FOREIGN);
    };
    const rest = [sidecar("g/y"), group, own];
    expect(table.column("x").attr).toEqual(value);
    table.resize(100);
    table.resize(3);
    expectKept(sidecar("x"), ...rest);
    table.append([{ x: 1, "g/y": 2 }]);
    table.append({ x: new Float64Array(5000), "g/y": new Float64Array(5000) });
    expectKept(sidecar("x"), ...rest);
    table.renameColumn("x", "deep/er/x");
    expect(existsSync(sidecar("x"))).toBe(false);
    expectKept(sidecar("deep/er/x"), ...rest);
    table.renameColumn("deep/er/x", "z");
    table.copyColumn("z", "copy");
    table.addColumn("new", "i4", { attr: "new" });
    table.column("copy").attr = 1;
    table.deleteColumn("new");
    expectKept(sidecar("z"), ...rest);
    expect(await read(sidecar("copy"))).toBe("{'attr': 1}");
    table.column("z").attr = 2;
    expectKept(...rest);
    expect(await read(sidecar("z"))).toBe("{'attr': 2}");
    expect(table.column("g/y").attr).toEqual(value);
    expect(table.groupAttr("g")).toEqual(value);
  });

  it("are not made for columns without an attribute", () => {
    using table = MemmapTable.open(root, { mode: "r+", ...QUICK });
    table.resize(9);
    table.renameColumn("x", "z");
    table.copyColumn("z", "y");
    expect([sidecar("x"), sidecar("y"), sidecar("z")].map((path) => existsSync(path))).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe("what is no sidecar", () => {
  it.each([
    ["an attribute without its object", "[1, 2]"],
    ["Python's literals", "{'attr': None}"],
    ["half a file", '{"attr": [1, 2'],
    ["nothing", ""],
    ["dtype alone", '{"dtype": "<f8", "attr": 1}'],
  ])("%s is refused by name", (_, content) => {
    writeFileSync(sidecar("x"), content);
    expect(() => MemmapTable.open(root)).toThrow(FormatError);
    expect(() => MemmapTable.open(root)).toThrow(sidecar("x"));
  });
});
