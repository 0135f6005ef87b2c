import { describe, expectTypeOf, it } from "vitest";
import type { ArrayView } from "../../src/array/index.js";
import type { Complex, DType, DTypeLike } from "../../src/dtype/index.js";

/** An array that is never looked at: only its type counts. */
declare function array<D extends DTypeLike>(): ArrayView<D, "r">;

/** Checked by the compiler alone. */
describe("types of numerics", () => {
  it("follow the dtype where it is known", () => {
    const check = () => {
      expectTypeOf(array<"i4">().sum()).toEqualTypeOf<number>();
      expectTypeOf(array<"i8">().sum()).toEqualTypeOf<bigint>();
      expectTypeOf(array<">u8">().sum()).toEqualTypeOf<bigint>();
      expectTypeOf(array<"b1">().sum()).toEqualTypeOf<number>();
      expectTypeOf(array<"f4">().sum({ skipNaN: true })).toEqualTypeOf<number>();
      expectTypeOf(array<"c8">().sum()).toEqualTypeOf<Complex>();
      expectTypeOf(array<"m8[s]">().sum()).toEqualTypeOf<bigint | null>();
      expectTypeOf(array<"M8[s]">().sum()).toEqualTypeOf<never>();
      expectTypeOf(array<"U3">().sum()).toEqualTypeOf<never>();
      expectTypeOf(array<"i8">().mean()).toEqualTypeOf<number>();
      expectTypeOf(array<"c16">().mean()).toEqualTypeOf<Complex>();
      expectTypeOf(array<"c16">().var()).toEqualTypeOf<number>();
      expectTypeOf(array<"U3">().min()).toEqualTypeOf<string>();
      expectTypeOf(array<"M8[s]">().max()).toEqualTypeOf<bigint | null>();
      expectTypeOf(array<"b1">().max()).toEqualTypeOf<boolean>();
      expectTypeOf(array<"V3">().max()).toEqualTypeOf<never>();
      expectTypeOf(array<"U3">().argmin()).toEqualTypeOf<number>();
      expectTypeOf(array<"i2" | "i8">().sum()).toEqualTypeOf<number | bigint>();
    };
    expectTypeOf(check).toBeFunction();
  });

  it("are the union of all where the dtype is not known", () => {
    const check = () => {
      expectTypeOf(array<DTypeLike>().sum()).toEqualTypeOf<number | bigint | Complex | null>();
      expectTypeOf(array<string>().var()).toEqualTypeOf<number>();
      expectTypeOf(array<DTypeLike>().min()).toEqualTypeOf<
        number | bigint | boolean | Complex | string | null
      >();
    };
    expectTypeOf(check).toBeFunction();
  });

  it("are arrays where an axis is named or kept", () => {
    const check = () => {
      expectTypeOf(array<"i4">().sum({ axis: 0 })).toEqualTypeOf<ArrayView<"i8", "r+">>();
      expectTypeOf(array<"u1">().sum({ keepdims: true })).toEqualTypeOf<ArrayView<"u8", "r+">>();
      expectTypeOf(array<">f4">().mean({ axis: [0, 1] })).toEqualTypeOf<ArrayView<"f4", "r+">>();
      expectTypeOf(array<"c8">().std({ axis: 0, ddof: 1 })).toEqualTypeOf<ArrayView<"f4", "r+">>();
      expectTypeOf(array<">m8[s]">().sum({ axis: 0 })).toEqualTypeOf<ArrayView<"m8[s]", "r+">>();
      expectTypeOf(array<">U3">().min({ axis: 0 })).toEqualTypeOf<ArrayView<"U3", "r+">>();
      expectTypeOf(array<"f8">().argmax({ axis: 0 })).toEqualTypeOf<ArrayView<"i8", "r+">>();
      expectTypeOf(array<"f8">().any({ axis: 0 })).toEqualTypeOf<ArrayView<"b1", "r+">>();
      expectTypeOf(array<"i1">().cumsum()).toEqualTypeOf<ArrayView<"i8", "r+">>();
      expectTypeOf(array<"i4">().sum({ axis: null })).toEqualTypeOf<number>();
      const perhaps: { axis?: number } = {};
      expectTypeOf(array<"i4">().sum(perhaps)).toEqualTypeOf<number | ArrayView<"i8", "r+">>();
    };
    expectTypeOf(check).toBeFunction();
  });

  it("tell masks, order and distinct elements", () => {
    const check = () => {
      expectTypeOf(array<"U3">().eq("a")).toEqualTypeOf<ArrayView<"b1", "r+">>();
      expectTypeOf(array<"U3">().sort()).toEqualTypeOf<ArrayView<"U3", "r+">>();
      expectTypeOf(array<"U3">().argsort()).toEqualTypeOf<ArrayView<"i8", "r+">>();
      expectTypeOf(array<"U3">().unique()).toEqualTypeOf<ArrayView<"U3", "r+">>();
      const found = array<"U3">().unique({ counts: true });
      expectTypeOf(found.counts).toEqualTypeOf<ArrayView<"i8", "r+">>();
      expectTypeOf(found).not.toHaveProperty("index");
      expectTypeOf(array<"U3">().map((text) => text.length, "i4")).toEqualTypeOf<ArrayView<"i4", "r+">>();
    };
    expectTypeOf(check).toBeFunction();
  });

  it("refuse what is wrong before the program runs", () => {
    const check = () => {
      // @ts-expect-error a number is no string
      array<"U3">().eq(1);
      // @ts-expect-error a string is no number
      array<"f8">().lt("a");
      // @ts-expect-error there is no such option
      array<"f8">().sum({ axis: 0, skipNan: true });
      // @ts-expect-error places lie along one axis
      array<"f8">().argmin({ axis: [0, 1] });
      // @ts-expect-error text does not go into i4
      array<"f8">().map(String, "i4");
    };
    expectTypeOf(check).toBeFunction();
  });

  it("go where any array goes, and nowhere else", () => {
    const check = () => {
      const any: ArrayView[] = [array<"i4">(), array<">U3">(), array<DType>(), array<string>()];
      const records: ArrayView[] = [
        array<readonly [readonly ["x", "f8"], readonly ["", "V3"], readonly ["s", "S1", readonly [2]]]>(),
        array<readonly [readonly ["ü", readonly [readonly ["x", "S1"]]]]>(),
      ];
      const readonly: ArrayView<DTypeLike, "r"> = array<"f8">();
      // @ts-expect-error text is no integer
      const wrong: ArrayView<"i4", "r"> = array<"U3">();
      // @ts-expect-error any array may be text
      const narrow: ArrayView<"i4", "r"> = array<DTypeLike>();
      return [any, records, readonly, wrong, narrow];
    };
    expectTypeOf(check).toBeFunction();
  });
});
