import { describe, expect, it } from "vitest";
import { FormatError, LimitError } from "../../../src/errors.js";
import { unpickle } from "../../../src/group/hmf/pickle/unpickle.js";
import {
  PickledArray,
  PickledDType,
  PickledGlobal,
  PickledTime,
  type PickleValue,
} from "../../../src/group/hmf/pickle/values.js";
import { parseDType } from "../../../src/index.js";
import {
  bytesOf,
  Called,
  dict,
  Float,
  int64s,
  Name,
  numpyArray,
  numpyDType,
  pickle,
  Tuple,
  type Writable,
} from "./pickle-writer.js";
import { PYTHON_PICKLES } from "./python-pickles.js";

const read = (bytes: Uint8Array) => unpickle(bytes, "map");
const back = (value: Writable, protocol?: number) => read(pickle(value, protocol));
/** A pickle of these instructions, given as text of which each character is a byte. */
const raw = (text: string) => read(Buffer.from(`\x80\x04${text}.`, "latin1"));

function arrayOf(value: PickleValue | undefined): unknown {
  const array = value instanceof PickledArray ? value.array : undefined;
  return array === undefined ? undefined : [array.dtype.str, array.shape, Array.from(array)];
}

function timeOf(value: PickleValue | undefined): unknown {
  return value instanceof PickledTime ? [value.count, value.dtype.str, value.toDate()?.toISOString()] : value;
}

describe("plain data", () => {
  it.each<[string, Writable]>([
    ["None", null],
    ["booleans", [true, false]],
    ["text", ["", "é😀", "\0", "x".repeat(300)]],
    [
      "whole numbers",
      [0, 1, -1, 127, 128, 255, -128, -129, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, 1 - 2 ** 53],
    ],
    ["floats", [1.5, -0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324]],
    ["lists within lists", [[], [[1], [[]]]]],
    ["bytes", new Uint8Array([0, 255])],
    ["dictionaries", dict({ a: 1, __proto__x: 2, "": dict({}) })],
    [
      "dictionaries with other keys",
      new Map<Writable, Writable>([
        [1, "a"],
        [null, "b"],
        [1.5, []],
        [true, 0],
      ]),
    ],
    ["sets", new Set([1, "a", null])],
  ])("%s", (_, value) => expect(back(value)).toEqual(value));

  it("whole numbers beyond 2^53 are bigints", () => {
    const numbers = [2n ** 53n, -(2n ** 53n), 2n ** 64n, -(2n ** 200n)];
    expect(back(numbers)).toEqual(numbers);
    expect(back([2n ** 53n - 1n])).toEqual([2 ** 53 - 1]);
    expect(raw("\x8a\x00")).toBe(0);
  });

  it("tuples are frozen arrays, lists are not", () => {
    const [tuple, list] = back([new Tuple(1, new Tuple(), "a"), [1]]) as [unknown, unknown];
    expect(tuple).toEqual([1, [], "a"]);
    expect(Object.isFrozen(tuple)).toBe(true);
    expect(Object.isFrozen(list)).toBe(false);
  });

  it("a key __proto__ is a key like others", () => {
    const map = back(new Map<Writable, Writable>([["__proto__", 1]]));
    expect(map).toEqual(new Map([["__proto__", 1]]));
    expect(Object.getPrototypeOf(map)).toBe(Map.prototype);
  });

  it("values that come again are the same, those within themselves too", () => {
    const [one, other] = raw("](\x8c\x01a]\x94h\x00e0]\x94(]\x94h\x02e") as unknown[];
    expect(one).toBe(other);
    const list = raw("]\x94h\x00a") as unknown[];
    expect(list[0]).toBe(list);
  });

  it("bytes are not copied, however often they come", () => {
    const bytes = pickle(new Uint8Array(100));
    const found = read(bytes);
    expect((found as Uint8Array).buffer).toBe(bytes.buffer);
    expect(Buffer.isBuffer(found)).toBe(false);
  });
});

describe("what Python wrote", () => {
  it.each([...PYTHON_PICKLES.keys()])("%s", (key) => {
    const map = read(Buffer.from(PYTHON_PICKLES.get(key) ?? "", "base64")) as Map<string, PickleValue>;
    const get = (name: string) => map.get(name);
    expect(get("text")).toBe("é😀");
    const infinite = [Number.NaN, Number.POSITIVE_INFINITY];
    expect(get("numbers")).toEqual([1, -1, 2 ** 31, 2n ** 70n, 1.5, -0, ...infinite]);
    expect(get("nothing")).toBe(null);
    expect(get("truth")).toEqual([true, false]);
    expect(get("nested")).toEqual(new Map([["a", new Map([["b", [new Map(), []]]])]]));
    expect(arrayOf(get("int64"))).toEqual(["<i8", [3], [0n, 1n, 2n]]);
    expect(arrayOf(get("big"))).toEqual([">i2", [2], [1, 2]]);
    const rows = (...of: number[][]) => of.map((row) => Float64Array.from(row));
    expect(arrayOf(get("matrix"))).toEqual(["<f8", [2, 3], rows([0, 1, 2], [3, 4, 5])]);
    expect(arrayOf(get("fortran"))).toEqual(["<f8", [3, 2], rows([0, 3], [1, 4], [2, 5])]);
    expect(arrayOf(get("half"))).toEqual(["<f2", [2], [0.5, 2]]);
    expect(arrayOf(get("flags"))).toEqual(["|b1", [2], [true, false]]);
    expect(arrayOf(get("words"))).toEqual(["<U2", [2], ["a", "bc"]]);
    expect(arrayOf(get("dates"))).toEqual(["<M8[D]", [2], [18263n, null]]);
    expect(get("scalar")).toBe(2.5);
    expect(get("whole")).toBe(7);
    expect(timeOf(get("date"))).toEqual([18263n, "<M8[D]", "2020-01-02T00:00:00.000Z"]);
    expect(timeOf(get("moment"))).toEqual([1577934245006000n, "<M8[us]", "2020-01-02T03:04:05.006Z"]);
    expect(timeOf(get("zoned"))).toEqual([1577923200000000n, "<M8[us]", "2020-01-02T00:00:00.000Z"]);
    expect(timeOf(get("timestamp"))).toEqual([1577934245006000n, "<M8[us]", "2020-01-02T03:04:05.006Z"]);
    expect(get("nat")).toBe(null);
    expect(get("bytes")).toEqual(new Uint8Array([0, 255]));
    expect(get("ordered")).toEqual(new Map([["a", 1]]));
  });
});

describe("NumPy's arrays and scalars", () => {
  const reconstructed = (state: Writable) =>
    new Called(
      new Name("numpy.core.multiarray", "_reconstruct"),
      [new Name("numpy", "ndarray"), new Tuple(0), Buffer.from("b")],
      state,
    );
  const bytes = Buffer.from(Int16Array.of(1, 2, 3, 4, 5, 6).buffer);

  it.each([2, 3, 4, 5])("by protocol %i, in either order", (protocol) => {
    const dtype = numpyDType("i2", "<");
    const expected = ["<i2", [3, 2], [Int16Array.of(1, 2), Int16Array.of(3, 4), Int16Array.of(5, 6)]];
    const fortran = ["<i2", [2, 3], [Int16Array.of(1, 3, 5), Int16Array.of(2, 4, 6)]];
    const state = (shape: Tuple, order: boolean) => new Tuple(1, shape, dtype, order, bytes);
    expect(arrayOf(back(reconstructed(state(new Tuple(3, 2), false)), protocol))).toEqual(expected);
    expect(arrayOf(back(reconstructed(state(new Tuple(2, 3), true)), protocol))).toEqual(fortran);
    expect(arrayOf(back(numpyArray(dtype, [3, 2], bytes), protocol))).toEqual(expected);
    expect(arrayOf(back(numpyArray(dtype, [2, 3], bytes, "F"), protocol))).toEqual(fortran);
  });

  it("of no elements, and of no axes", () => {
    expect(arrayOf(back(numpyArray(numpyDType("f8", "<"), [0, 3], Buffer.alloc(0))))).toEqual([
      "<f8",
      [0, 3],
      [],
    ]);
    const one = back(numpyArray(numpyDType("i2", ">"), [], Buffer.of(1, 2)));
    expect(one instanceof PickledArray && one.array?.at()).toBe(0x102);
  });

  it.each<[string, string, Buffer, unknown]>([
    ["b1", "|", Buffer.of(1), true],
    ["u8", "<", Buffer.alloc(8, 0xff), 2n ** 64n - 1n],
    ["i8", ">", Buffer.of(0, 0, 0, 0, 0, 0, 0, 9), 9],
    ["f4", "<", Buffer.from(Float32Array.of(1.5).buffer), 1.5],
    ["c8", "<", Buffer.from(Float32Array.of(1, 2).buffer), { re: 1, im: 2 }],
    ["U2", "<", Buffer.from(Uint32Array.of(0x1f600, 97).buffer), "😀a"],
    ["S3", "|", Buffer.from("ab\0"), "ab"],
  ])("a scalar of %s%s", (code, order, data, expected) => {
    const scalar = new Called(new Name("numpy._core.multiarray", "scalar"), [numpyDType(code, order), data]);
    expect(back(scalar)).toEqual(expected);
  });

  it("scalars that are dates keep their unit, NaT is null", () => {
    const scalar = (data: Buffer) =>
      new Called(new Name("numpy._core.multiarray", "scalar"), [numpyDType("M8", "<", "ms"), data]);
    expect(timeOf(back(scalar(Buffer.from(BigInt64Array.of(5n).buffer))))).toEqual([
      5n,
      "<M8[ms]",
      "1970-01-01T00:00:00.005Z",
    ]);
    expect(back(scalar(Buffer.from(BigInt64Array.of(-(2n ** 63n)).buffer)))).toBe(null);
  });

  it("a dtype by itself", () => {
    const dtype = back(numpyDType("f8", ">"));
    expect(dtype instanceof PickledDType && dtype.dtype).toEqual(parseDType(">f8"));
  });

  it.each<[string, Writable]>([
    ["has 12 bytes, not 14", numpyArray(numpyDType("i2", "<"), [7], bytes)],
    ["has 12 bytes, not 10", numpyArray(numpyDType("i2", "<"), [5], bytes)],
    ["over the limit of 2^53", numpyArray(numpyDType("i2", "<"), [2 ** 40, 2 ** 40], bytes)],
    [
      "over the limit of 32",
      numpyArray(
        numpyDType("i2", "<"),
        Array.from({ length: 33 }, () => 1),
        bytes,
      ),
    ],
    ["a dtype and a shape", numpyArray(numpyDType("i2", "<"), [-6], bytes)],
    ["a dtype and a shape", numpyArray(numpyDType("i2", "<"), [6.5], bytes)],
    ["a dtype and a shape", numpyArray("i2", [6], bytes)],
    ["neither C nor F", numpyArray(numpyDType("i2", "<"), [6], bytes, "K")],
    ["pickled objects", numpyArray(numpyDType("O8", "|"), [1], bytes)],
    ['"f16"', numpyArray(numpyDType("f16", "<"), [1], bytes)],
    ["units are", numpyArray(numpyDType("M8", "<", "x"), [1], bytes)],
    [
      "not NumPy's own",
      new Called(new Name("numpy.core.multiarray", "_reconstruct"), [new Name("builtins", "dict")]),
    ],
    ["state of an array", reconstructed(new Tuple(2, new Tuple(), numpyDType("i2", "<"), false, bytes))],
    [
      "arrays of records",
      new Called(
        new Name("numpy", "dtype"),
        ["V4", false, true],
        new Tuple(3, "|", null, new Tuple("a"), dict({}), 4, 1, 0),
      ),
    ],
  ])("%s", (problem, value) => {
    expect(() => back(value)).toThrow(FormatError);
    expect(() => back(value)).toThrow(problem);
  });

  it("an array whose elements never come has none", () => {
    const made = back(
      new Called(new Name("numpy.core.multiarray", "_reconstruct"), [new Name("numpy", "ndarray")]),
    );
    expect(made instanceof PickledArray && made.array).toBe(undefined);
  });
});

describe("dates", () => {
  const stamp = (...args: Writable[]) =>
    new Called(new Name("pandas._libs.tslibs.timestamps", "_unpickle_timestamp"), args);
  const zone = (hours: number) =>
    new Called(new Name("datetime", "timezone"), [
      new Called(new Name("datetime", "timedelta"), [0, hours * 3600, 0]),
    ]);
  const moment = (bytes: number[], ...more: Writable[]) =>
    new Called(new Name("datetime", "datetime"), [Buffer.from(bytes), ...more]);

  it("of pandas keep every digit and their unit", () => {
    expect(timeOf(back(stamp(1577934245123456789n, null, null, 10)))).toEqual([
      1577934245123456789n,
      "<M8[ns]",
      undefined,
    ]);
    expect(timeOf(back(stamp(-1, null, null, 7)))).toEqual([-1n, "<M8[s]", "1969-12-31T23:59:59.000Z"]);
    expect(timeOf(back(stamp(1000, null, zone(1), 8)))).toEqual([
      1000n,
      "<M8[ms]",
      "1970-01-01T00:00:01.000Z",
    ]);
    const pytz = new Called(new Name("pytz", "_UTC"), []);
    expect(timeOf(back(stamp(0, null, pytz, 9)))).toEqual([0n, "<M8[us]", "1970-01-01T00:00:00.000Z"]);
    const old = new Called(new Name("pandas._libs.tslibs.timestamps", "Timestamp"), [10n ** 18n, null, null]);
    expect(timeOf(back(old))).toEqual([10n ** 18n, "<M8[ns]", "2001-09-09T01:46:40.000Z"]);
    const duration = new Called(new Name("pandas._libs.tslibs.timedeltas", "_timedelta_unpickle"), [5, 10]);
    expect(timeOf(back(duration))).toEqual([5n, "<m8[ns]", undefined]);
    expect(back(new Name("pandas", "NA"))).toBe(null);
    expect(back(new Name("pandas._libs.missing", "NA"))).toBe(null);
  });

  it("of Python are counted in UTC", () => {
    const noon = [7, 228, 1, 2, 12, 0, 0, 0, 0, 6];
    expect(timeOf(back(moment(noon)))).toEqual([1577966400000006n, "<M8[us]", undefined]);
    expect(timeOf(back(moment(noon, zone(2))))).toEqual([
      1577966400000006n - 7_200_000_000n,
      "<M8[us]",
      undefined,
    ]);
    const folded = back(moment([7, 228, 0x81, 2, 12, 0, 0, 0, 0, 6]));
    expect(timeOf(folded)).toEqual(timeOf(back(moment(noon))));
    const first = new Called(new Name("datetime", "date"), [Buffer.of(0, 1, 1, 1)]);
    expect(timeOf(back(first))).toEqual([-719162n, "<M8[D]", "0001-01-01T00:00:00.000Z"]);
  });

  it("a Date has no years beyond its own", () => {
    expect(timeOf(back(stamp(2n ** 62n, null, null, 7)))).toEqual([2n ** 62n, "<M8[s]", undefined]);
  });

  it.each<[string, Writable]>([
    ["a day that is none", new Called(new Name("datetime", "date"), [Buffer.of(7, 228, 2, 30)])],
    ["its 4 bytes", new Called(new Name("datetime", "date"), ["2020-01-01"])],
    ["a time that is none", moment([7, 228, 1, 2, 24, 0, 0, 0, 0, 0])],
    ["its 10 bytes", moment([7, 228])],
    ["none that is known", moment([7, 228, 1, 2, 12, 0, 0, 0, 0, 0], "UTC")],
    ["a unit that is none", stamp(1, null, null, 99)],
    ["no whole number", stamp(1.5, null, null, 9)],
    ["beyond 64 bits", stamp(2n ** 63n, null, null, 9)],
    ["beyond 64 bits", stamp(-(2n ** 63n), null, null, 9)],
  ])("%s", (problem, value) => {
    expect(() => back(value)).toThrow(FormatError);
    expect(() => back(value)).toThrow(problem);
  });
});

describe("what a pickle could do in Python", () => {
  it.each([
    ["os", "system"],
    ["posix", "system"],
    ["builtins", "exec"],
    ["builtins", "eval"],
    ["builtins", "getattr"],
    ["__builtin__", "getattr"],
    ["builtins", "__import__"],
    ["subprocess", "Popen"],
    ["pickle", "loads"],
    ["numpy", "load"],
    ["numpy.core.multiarray", "fromfile"],
    ["functools", "partial"],
    ["codecs", "decode"],
    ["collections", "namedtuple"],
    ["constructor", "constructor"],
    ["__proto__", "__proto__"],
    ["Object", "prototype"],
  ])("%s.%s is refused by name, called or not", (module, name) => {
    const refusal = `refused: in Python, reading it would run ${module}.${name}`;
    for (const value of [new Name(module, name), new Called(new Name(module, name), ["echo"])]) {
      expect(() => back(value)).toThrow(FormatError);
      expect(() => back(value)).toThrow(refusal);
      // By the instruction of later protocols, too.
      const stacked = Buffer.concat([bytesOf(module), bytesOf(name), Buffer.from("\x93", "latin1")]);
      expect(() => raw(stacked.toString("latin1"))).toThrow(refusal);
    }
  });

  it("a chain of getattr ends at its first name", () => {
    const chain = new Called(
      new Called(new Name("builtins", "getattr"), [new Name("os", "path"), "sys"]),
      [],
    );
    expect(() => back(chain)).toThrow("would run builtins.getattr");
  });

  it("dotted names lead nowhere", () => {
    expect(() => back(new Name("collections", "OrderedDict.fromkeys"))).toThrow(
      "refused: in Python, reading it would run collections.OrderedDict.fromkeys",
    );
    expect(() => back(new Name("numpy", "dtype.__reduce__"))).toThrow("refused");
  });

  it("long names are cut short in messages, controls are escaped", () => {
    expect(() => back(new Name("a\x1b".repeat(1000), "b"))).toThrow(/^.{0,400}$/);
  });

  it.each<[string, string]>([
    ["i", "INST"],
    ["o", "OBJ"],
    ["P0\n", "PERSID"],
    ["NQ", "BINPERSID"],
    ["\x82\x01", "EXT1"],
    ["\x92", "NEWOBJ_EX"],
    ["\x97", "NEXT_BUFFER"],
    ["S'a'\n", "STRING"],
    ["I1\n", "INT"],
    ["\xff", "no instruction at all"],
  ])("the instruction %j, %s, is refused", (text) => {
    expect(() => raw(text)).toThrow(FormatError);
    expect(() => raw(text)).toThrow("is none that data need");
  });

  it("what is only mentioned is not called", () => {
    expect(() => back(new Called(new Name("numpy", "ndarray"), []))).toThrow("makes nothing by itself");
    const factory = back(new Called(new Name("collections", "defaultdict"), [new Name("builtins", "int")]));
    expect(factory).toEqual(new Map());
    expect(back(new Name("builtins", "dict"))).toEqual(new PickledGlobal("builtins.dict"));
  });

  it("functions get only the arguments that they know", () => {
    expect(() => back(new Called(new Name("collections", "OrderedDict"), [[1]]))).toThrow(FormatError);
    expect(() => back(new Called(new Name("builtins", "list"), [[1]]))).toThrow(FormatError);
    expect(() => back(new Called(new Name("builtins", "set"), [1]))).toThrow(FormatError);
    expect(() => back(new Called(new Name("builtins", "bytearray"), [10 ** 9]))).toThrow(FormatError);
    expect(() => back(new Called(new Name("_codecs", "encode"), ["a", "rot13"]))).toThrow(FormatError);
    expect(() => back(new Called(new Name("_codecs", "encode"), ["€", "latin1"]))).toThrow(FormatError);
    expect(() => back(new Called(new Name("builtins", "complex"), ["1+2j"]))).toThrow(FormatError);
    expect(back(new Called(new Name("builtins", "complex"), [new Float(1), new Float(2)]))).toEqual({
      re: 1,
      im: 2,
    });
  });

  it("a state is given to arrays and dtypes alone", () => {
    expect(() => back(new Called(new Name("builtins", "dict"), [], dict({ a: 1 })))).toThrow(FormatError);
    expect(() => raw("N}b")).toThrow("a state is given to something that has none");
  });
});

describe("damaged pickles", () => {
  const whole = pickle(dict({ a: [1, "two", int64s([1, 2, 3])], b: new Tuple(1.5, null) }));

  it("cut short anywhere are refused", () => {
    for (let length = 0; length < whole.length; length++) {
      expect(() => read(whole.subarray(0, length))).toThrow(FormatError);
    }
  });

  it.each<[string, string]>([
    ["bytes that follow the end", "N.N"],
    ["values that are left over", "NN"],
    ["marks that are left over", "(N"],
    ["nothing at all", ""],
    ["nothing above a mark", "N(a"],
    ["tuples across a mark", "N(N\x86"],
    ["a mark that is missing", "Nt"],
    ["a list that is none", "Na"],
    ["a list that is none", "N(Ne"],
    ["a tuple that would change", ")Na"],
    ["a dictionary that is none", "](NNu"],
    ["a set that is none", "](N\x90"],
    ["a key without its value", "}(Nu"],
    ["a list for a key", "}(]Nu"],
    ["a dictionary in a set", "\x8f(}\x90"],
    ["a memo that is empty", "h\x07"],
    ["a memo beyond the end", "j\xff\xff\xff\xff"],
    ["text that is none", "\x8c\x02\xff\xfe"],
    ["half of a surrogate pair", "\x8c\x03\xed\xa0\x80"],
    ["a call of text", "\x8c\x01a)R"],
    ["arguments that are no tuple", "cbuiltins\ndict\n]R"],
    ["names that are no text", "NN\x93"],
    ["a line without an end", "cos"],
    ["lengths beyond the end", "X\xff\xff\xff\xff"],
    ["lengths beyond all files", "\x8d\xff\xff\xff\xff\xff\xff\xff\xff"],
    ["frames beyond the end", "\x95\xff\0\0\0\0\0\0\0N"],
    ["whole numbers beyond the end", "\x8b\0\0\0\x7f"],
    ["whole numbers of negative length", "\x8b\xff\xff\xff\xff"],
  ])("%s", (_, text) => {
    expect(() => raw(text)).toThrow(FormatError);
    expect(() => raw(text)).toThrow(/^map: .*\(before byte \d+ of the pickle\)$/);
  });

  it.each<[string, Buffer]>([
    ["protocol 0", Buffer.from("(lp0\n.")],
    ["protocol 1", Buffer.from("]q\0.")],
    ["a protocol to come", Buffer.from([0x80, 6, 0x4e, 0x2e])],
    ["no bytes", Buffer.alloc(0)],
    ["JSON", Buffer.from("{}")],
  ])("%s is no pickle that is read", (_, bytes) => expect(() => read(bytes)).toThrow(FormatError));

  it("memory is bounded, not only by the file's length", () => {
    const many = (text: string) => Buffer.from(`\x80\x04(${text.repeat(20_000)}t.`, "latin1");
    for (const text of ["}", "]", "\x8f", ")", "N\x94", "N(", "cbuiltins\ndict\n)R"]) {
      expect(() => unpickle(many(text), "map", 1 << 18)).toThrow(LimitError);
    }
    expect(unpickle(many("N"), "map", 1 << 20)).toHaveLength(20_000);
  });

  it("what is copied again and again is bounded too", () => {
    const list = `](${"K\x01".repeat(1000)}e\x94`;
    const sets = "cbuiltins\nset\nh\x00\x85R0".repeat(1000);
    const bytes = Buffer.from(`\x80\x04${list}${sets}.`, "latin1");
    expect(() => unpickle(bytes, "map", 1 << 24)).toThrow(LimitError);
  });

  it("deep nesting needs no stack", () => {
    const depth = 200_000;
    const bytes = Buffer.from(`\x80\x04${"]".repeat(depth)}${"a".repeat(depth - 1)}.`, "latin1");
    let list: unknown = read(bytes);
    let found = 0;
    for (; Array.isArray(list); list = list[0]) found += 1;
    expect(found).toBe(depth);
  });
});
