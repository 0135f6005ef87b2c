import { describe, expect, expectTypeOf, it } from "vitest";
import type {
  AnyElement,
  AnyInput,
  AnyValues,
  ArrayOf,
  CellOf,
  CodeOf,
  Complex,
  DType,
  DTypeLike,
  ElementOf,
  FieldSpec,
  InputOf,
  ReadonlyValues,
  ValuesOf,
} from "../../src/dtype/index.js";

type Nested<T> = readonly (T | Nested<T>)[];

describe("the table of elements", () => {
  it("b1", () => {
    expectTypeOf<ValuesOf<"b1">>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<ElementOf<"b1">>().toEqualTypeOf<boolean>();
    expectTypeOf<InputOf<"b1">>().toEqualTypeOf<boolean>();
    expectTypeOf<ArrayOf<"b1">>().toEqualTypeOf<boolean[]>();
    expectTypeOf<CellOf<"b1">>().toEqualTypeOf<Nested<boolean>>();
  });

  it("i1 i2 i4 u1 u2 u4", () => {
    expectTypeOf<ValuesOf<"i1">>().toEqualTypeOf<Int8Array>();
    expectTypeOf<ValuesOf<"i2">>().toEqualTypeOf<Int16Array>();
    expectTypeOf<ValuesOf<"i4">>().toEqualTypeOf<Int32Array>();
    expectTypeOf<ValuesOf<"u1">>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<ValuesOf<"u2">>().toEqualTypeOf<Uint16Array>();
    expectTypeOf<ValuesOf<"u4">>().toEqualTypeOf<Uint32Array>();
    expectTypeOf<ElementOf<"i1" | "i2" | "i4" | "u1" | "u2" | "u4">>().toEqualTypeOf<number>();
    expectTypeOf<InputOf<"i1" | "i2" | "i4" | "u1" | "u2" | "u4">>().toEqualTypeOf<number | bigint>();
    expectTypeOf<ArrayOf<"i1">>().toEqualTypeOf<Int8Array>();
    expectTypeOf<ArrayOf<"i2">>().toEqualTypeOf<Int16Array>();
    expectTypeOf<ArrayOf<"i4">>().toEqualTypeOf<Int32Array>();
    expectTypeOf<ArrayOf<"u1">>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<ArrayOf<"u2">>().toEqualTypeOf<Uint16Array>();
    expectTypeOf<ArrayOf<"u4">>().toEqualTypeOf<Uint32Array>();
    expectTypeOf<CellOf<"u4">>().toEqualTypeOf<Uint32Array>();
  });

  it("i8 u8", () => {
    expectTypeOf<ValuesOf<"i8">>().toEqualTypeOf<BigInt64Array>();
    expectTypeOf<ValuesOf<"u8">>().toEqualTypeOf<BigUint64Array>();
    expectTypeOf<ElementOf<"i8" | "u8">>().toEqualTypeOf<bigint>();
    expectTypeOf<InputOf<"i8" | "u8">>().toEqualTypeOf<number | bigint>();
    expectTypeOf<ArrayOf<"i8">>().toEqualTypeOf<BigInt64Array>();
    expectTypeOf<ArrayOf<"u8">>().toEqualTypeOf<BigUint64Array>();
    expectTypeOf<CellOf<"i8">>().toEqualTypeOf<BigInt64Array>();
  });

  it("f2", () => {
    expectTypeOf<ValuesOf<"f2">>().toEqualTypeOf<Uint16Array>();
    expectTypeOf<ElementOf<"f2">>().toEqualTypeOf<number>();
    expectTypeOf<InputOf<"f2">>().toEqualTypeOf<number | bigint>();
    expectTypeOf<ArrayOf<"f2">>().toEqualTypeOf<Float32Array>();
    expectTypeOf<CellOf<"f2">>().toEqualTypeOf<Float32Array>();
  });

  it("f4 f8", () => {
    expectTypeOf<ValuesOf<"f4">>().toEqualTypeOf<Float32Array>();
    expectTypeOf<ValuesOf<"f8">>().toEqualTypeOf<Float64Array>();
    expectTypeOf<ElementOf<"f4" | "f8">>().toEqualTypeOf<number>();
    expectTypeOf<InputOf<"f4" | "f8">>().toEqualTypeOf<number | bigint>();
    expectTypeOf<ArrayOf<"f4">>().toEqualTypeOf<Float32Array>();
    expectTypeOf<ArrayOf<"f8">>().toEqualTypeOf<Float64Array>();
    expectTypeOf<CellOf<"f8">>().toEqualTypeOf<Float64Array>();
  });

  it("c8 c16", () => {
    expectTypeOf<ValuesOf<"c8">>().toEqualTypeOf<Float32Array>();
    expectTypeOf<ValuesOf<"c16">>().toEqualTypeOf<Float64Array>();
    expectTypeOf<ElementOf<"c8" | "c16">>().toEqualTypeOf<Complex>();
    expectTypeOf<InputOf<"c8" | "c16">>().toEqualTypeOf<Complex | number | bigint>();
    expectTypeOf<ArrayOf<"c16">>().toEqualTypeOf<Complex[]>();
    expectTypeOf<CellOf<"c8">>().toEqualTypeOf<Float32Array>();
  });

  it("S<n>", () => {
    expectTypeOf<ValuesOf<"S5">>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<ElementOf<"S5">>().toEqualTypeOf<string>();
    expectTypeOf<InputOf<"S5">>().toEqualTypeOf<string | Uint8Array>();
    expectTypeOf<ArrayOf<"S5">>().toEqualTypeOf<string[]>();
    expectTypeOf<CellOf<"S5">>().toEqualTypeOf<Nested<string>>();
  });

  it("U<n>", () => {
    expectTypeOf<ValuesOf<"U16">>().toEqualTypeOf<Uint32Array>();
    expectTypeOf<ElementOf<"U16">>().toEqualTypeOf<string>();
    expectTypeOf<InputOf<"U16">>().toEqualTypeOf<string>();
    expectTypeOf<ArrayOf<"U16">>().toEqualTypeOf<string[]>();
    expectTypeOf<CellOf<"U16">>().toEqualTypeOf<Nested<string>>();
  });

  it("M8[u] m8[u]", () => {
    expectTypeOf<ValuesOf<"M8[us]" | "m8[D]" | "M8" | "m8">>().toEqualTypeOf<BigInt64Array>();
    expectTypeOf<ElementOf<"M8[10ns]">>().toEqualTypeOf<bigint | null>();
    expectTypeOf<ElementOf<"m8[D]">>().toEqualTypeOf<bigint | null>();
    expectTypeOf<InputOf<"M8[us]">>().toEqualTypeOf<bigint | Date | null>();
    expectTypeOf<InputOf<"m8[us]">>().toEqualTypeOf<bigint | number | null>();
    expectTypeOf<ArrayOf<"M8[us]">>().toEqualTypeOf<(bigint | null)[]>();
    expectTypeOf<CellOf<"m8[us]">>().toEqualTypeOf<Nested<bigint | null>>();
  });

  it("V<n>", () => {
    expectTypeOf<ValuesOf<"V8">>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<ElementOf<"V8">>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<InputOf<"V8">>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<ArrayOf<"V8">>().toEqualTypeOf<Uint8Array[]>();
    expectTypeOf<CellOf<"V8">>().toEqualTypeOf<Nested<Uint8Array>>();
  });
});

describe("structured dtypes", () => {
  const spec = [
    ["id", "<u8"],
    ["", "|V3"],
    ["velocity", "f4", [3]],
    ["swapped", ">f4", 2],
    ["bytes", ">u1", [2]],
    ["one", "U16", []],
    [
      "at",
      [
        ["x", "f8"],
        ["when", "M8[us]"],
      ],
    ],
    ["points", [["x", "f8"]], [2]],
    ["__proto__", "b1"],
  ] as const satisfies DTypeLike;
  type Spec = typeof spec;

  it("are objects of their fields, padding left out", () => {
    expectTypeOf<ElementOf<Spec>>().toEqualTypeOf<{
      id: bigint;
      velocity: Float32Array;
      swapped: Nested<number>;
      bytes: Uint8Array;
      one: string;
      at: { x: number; when: bigint | null };
      points: Nested<{ x: number }>;
      __proto__: boolean;
    }>();
    expectTypeOf<ArrayOf<Spec>>().toEqualTypeOf<ElementOf<Spec>[]>();
    expectTypeOf<ValuesOf<Spec>>().toBeNever();
  });

  it("take what each field takes", () => {
    expectTypeOf<InputOf<Spec>["id"]>().toEqualTypeOf<number | bigint>();
    expectTypeOf<InputOf<Spec>["at"]>().toEqualTypeOf<{
      readonly x: number | bigint;
      readonly when: bigint | Date | null;
    }>();
    expectTypeOf<InputOf<Spec>["velocity"]>().toEqualTypeOf<AnyValues | Nested<number | bigint>>();
    expectTypeOf<keyof InputOf<Spec>>().toEqualTypeOf<
      "id" | "velocity" | "swapped" | "bytes" | "one" | "at" | "points" | "__proto__"
    >();
    expectTypeOf<ElementOf<Spec>>().toExtend<InputOf<Spec>>();
    // @ts-expect-error: a string is no number
    const wrong: InputOf<readonly [readonly ["a", "i4"]]> = { a: "1" };
    expect(wrong).toBeDefined();
  });

  it("are inferred from a list in place", () => {
    const element = <const D extends DTypeLike>(_dtype: D) => ({}) as ElementOf<D>;
    const row = element([
      ["a", "i4"],
      ["b", "U3"],
    ]);
    expectTypeOf(row).toEqualTypeOf<{ a: number; b: string }>();
    expectTypeOf(element("f8")).toEqualTypeOf<number>();
  });
});

describe("spellings", () => {
  it("with every byte order", () => {
    expectTypeOf<CodeOf<"<i4" | "=i4" | "|i4" | ">i4" | "i4">>().toEqualTypeOf<"i4">();
    expectTypeOf<ElementOf<">i8">>().toEqualTypeOf<bigint>();
    expectTypeOf<ElementOf<">U16" | "<S3" | "=str16">>().toEqualTypeOf<string>();
    expectTypeOf<ElementOf<"<M8[us]" | ">m8[3D]">>().toEqualTypeOf<bigint | null>();
    expectTypeOf<ValuesOf<"<i4" | "=i4">>().toEqualTypeOf<Int32Array>();
  });

  it("with the other byte order have no typed array, but where there is no order", () => {
    expectTypeOf<ValuesOf<">f8">>().toBeNever();
    expectTypeOf<ValuesOf<">f2" | ">i2" | ">u8" | ">c8" | ">c16">>().toBeNever();
    expectTypeOf<ValuesOf<">U3" | ">M8[us]" | ">m8" | ">int32" | ">datetime64[D]">>().toBeNever();
    expectTypeOf<ValuesOf<">i1">>().toEqualTypeOf<Int8Array>();
    expectTypeOf<ValuesOf<">u1" | ">b1" | ">S3" | ">V3" | ">bool">>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<ArrayOf<">f8">>().toEqualTypeOf<Float64Array>();
    expectTypeOf<ArrayOf<">f2">>().toEqualTypeOf<Float32Array>();
    expectTypeOf<CellOf<">f8" | ">f2">>().toEqualTypeOf<Nested<number>>();
    expectTypeOf<CellOf<">c8">>().toEqualTypeOf<Nested<Complex>>();
    expectTypeOf<CellOf<">i1">>().toEqualTypeOf<Int8Array>();
  });

  it("of NumPy", () => {
    expectTypeOf<CodeOf<"bool" | "?">>().toEqualTypeOf<"b1">();
    expectTypeOf<CodeOf<"int8">>().toEqualTypeOf<"i1">();
    expectTypeOf<CodeOf<"int16">>().toEqualTypeOf<"i2">();
    expectTypeOf<CodeOf<"int32">>().toEqualTypeOf<"i4">();
    expectTypeOf<CodeOf<"int64" | "int">>().toEqualTypeOf<"i8">();
    expectTypeOf<CodeOf<"uint8">>().toEqualTypeOf<"u1">();
    expectTypeOf<CodeOf<"uint16">>().toEqualTypeOf<"u2">();
    expectTypeOf<CodeOf<"uint32">>().toEqualTypeOf<"u4">();
    expectTypeOf<CodeOf<"uint64" | "uint">>().toEqualTypeOf<"u8">();
    expectTypeOf<CodeOf<"float16" | "half">>().toEqualTypeOf<"f2">();
    expectTypeOf<CodeOf<"float32" | "single">>().toEqualTypeOf<"f4">();
    expectTypeOf<CodeOf<"float64" | "double" | "float">>().toEqualTypeOf<"f8">();
    expectTypeOf<CodeOf<"complex64">>().toEqualTypeOf<"c8">();
    expectTypeOf<CodeOf<"complex128" | "complex">>().toEqualTypeOf<"c16">();
    expectTypeOf<CodeOf<"str16" | "U16">>().toEqualTypeOf<"U">();
    expectTypeOf<CodeOf<"datetime64[us]" | "datetime64" | "M8">>().toEqualTypeOf<"M">();
    expectTypeOf<CodeOf<"timedelta64[7D]" | "timedelta64" | "m8">>().toEqualTypeOf<"m">();
  });

  it("that do not exist are never", () => {
    expectTypeOf<
      CodeOf<"i" | "i3" | "f16" | "O" | "str" | "S" | "i4,f8" | "M9[us]" | "" | "toString">
    >().toBeNever();
    expectTypeOf<ElementOf<"i3">>().toBeNever();
    expectTypeOf<InputOf<"i3">>().toBeNever();
    expectTypeOf<ValuesOf<"f16">>().toBeNever();
    expectTypeOf<ArrayOf<"f16">>().toBeNever();
    expectTypeOf<CellOf<"f16">>().toBeNever();
  });
});

describe("dtypes that are known at run time alone", () => {
  it("may be anything", () => {
    expectTypeOf<ElementOf<string>>().toEqualTypeOf<AnyElement>();
    expectTypeOf<ElementOf<DType>>().toEqualTypeOf<AnyElement>();
    expectTypeOf<ElementOf<readonly FieldSpec[]>>().toEqualTypeOf<AnyElement>();
    expectTypeOf<ElementOf<DTypeLike>>().toEqualTypeOf<AnyElement>();
    expectTypeOf<InputOf<string>>().toEqualTypeOf<AnyInput>();
    expectTypeOf<InputOf<DTypeLike>>().toEqualTypeOf<AnyInput>();
    expectTypeOf<ValuesOf<string>>().toEqualTypeOf<AnyValues>();
    expectTypeOf<ValuesOf<DTypeLike>>().toEqualTypeOf<AnyValues>();
    expectTypeOf<ArrayOf<string>>().toEqualTypeOf<AnyValues | AnyElement[]>();
    expectTypeOf<ArrayOf<DTypeLike>>().toEqualTypeOf<AnyValues | AnyElement[]>();
    expectTypeOf<CellOf<string>>().toEqualTypeOf<AnyValues | Nested<AnyElement>>();
  });

  it("are unions where the dtype is one", () => {
    expectTypeOf<ValuesOf<"i4" | "f8">>().toEqualTypeOf<Int32Array | Float64Array>();
    expectTypeOf<ElementOf<"i8" | "f8">>().toEqualTypeOf<bigint | number>();
  });

  it("cover every row of the table", () => {
    type Rows = "b1" | "i2" | "u8" | "f2" | "f4" | "c16" | "S1" | "U1" | "M8[D]" | "m8" | "V1";
    expectTypeOf<ElementOf<Rows>>().toExtend<AnyElement>();
    expectTypeOf<InputOf<Rows>>().toExtend<AnyInput>();
    expectTypeOf<ValuesOf<Rows>>().toExtend<AnyValues>();
    expectTypeOf<ElementOf<Rows>>().toExtend<InputOf<Rows>>();
  });
});

describe("ReadonlyValues", () => {
  const writable = Float64Array.of(3, 1, 2);
  const values: ReadonlyValues<Float64Array> = writable;
  const counts: ReadonlyValues<BigInt64Array> = BigInt64Array.of(1n);
  const bytes: ReadonlyValues<Uint8Array> = Uint8Array.of(1);

  it("can be read in every way", () => {
    expectTypeOf(values.length).toEqualTypeOf<number>();
    expectTypeOf(values.byteLength).toEqualTypeOf<number>();
    expectTypeOf(values[0]).toEqualTypeOf<number>();
    expectTypeOf(counts[0]).toEqualTypeOf<bigint>();
    expectTypeOf(values.at(-1)).toEqualTypeOf<number | undefined>();
    expectTypeOf(values.slice(1)).toExtend<Float64Array>();
    expectTypeOf(values.map((value) => value + 1)).toExtend<Float64Array>();
    expectTypeOf(values.subarray(1)).toEqualTypeOf<ReadonlyValues<Float64Array>>();
    expectTypeOf(counts.subarray(0, 1)[0]).toEqualTypeOf<bigint>();
    expectTypeOf(values).toExtend<ArrayLike<number>>();
    expectTypeOf(values).toExtend<Iterable<number>>();

    let sum = 0;
    for (const value of values) sum += value;
    expect(sum).toBe(6);
    expect([...values]).toEqual([3, 1, 2]);
    expect(Array.from(values.subarray(1))).toEqual([1, 2]);
    expect(values.map((value) => value * 2)[0]).toBe(6);
    expect(values.reduce((total, value) => total + value, 0)).toBe(6);
    expect(values.indexOf(1)).toBe(1);
    expect(values.slice(1).sort()).toEqual(Float64Array.of(1, 2));
    expect(Math.max(...values)).toBe(3);
    const copy = new Float64Array(3);
    copy.set(values);
    expect(copy).toEqual(writable);
    expect(new Float64Array(values)).toEqual(writable);
    expect(Float64Array.from(values)).toEqual(writable);
  });

  it("cannot be stored into", () => {
    // Never called: the compiler is what is tested.
    const refused = () => {
      // @ts-expect-error
      values[0] = 1;
      // @ts-expect-error
      counts[0] = 1n;
      // @ts-expect-error
      values[0]++;
      // @ts-expect-error
      values.set([1]);
      // @ts-expect-error
      values.fill(0);
      // @ts-expect-error
      values.sort();
      // @ts-expect-error
      values.reverse();
      // @ts-expect-error
      values.copyWithin(0, 1);
      // @ts-expect-error
      values.subarray(1)[0] = 1;
      // @ts-expect-error
      values.subarray(1).fill(1);
      // @ts-expect-error
      values.buffer;
      // @ts-expect-error
      values.valueOf().fill(0);
      // @ts-expect-error
      bytes.setFromHex("00");
      // @ts-expect-error
      const typed: Float64Array = values;
      // @ts-expect-error
      const any: AnyValues = values;
      // @ts-expect-error
      values.length = 0;
      return [typed, any];
    };
    expect(refused).toBeTypeOf("function");
  });

  it("cannot be stored into by way of a callback", () => {
    const refused = () => {
      // @ts-expect-error
      values.forEach((_value, i, array) => (array[i] = 0));
      // @ts-expect-error
      values.map((_value, i, array) => (array[i] = 0));
    };
    expect(refused).toBeTypeOf("function");
  });

  it("is made of each type of array", () => {
    expectTypeOf<ReadonlyValues<Int32Array | BigInt64Array>>().toEqualTypeOf<
      ReadonlyValues<Int32Array> | ReadonlyValues<BigInt64Array>
    >();
    expectTypeOf<ReadonlyValues<never>>().toBeNever();
    expectTypeOf<ReadonlyValues<ValuesOf<">f8">>>().toBeNever();
  });
});
