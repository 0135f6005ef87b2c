import { describe, expect, it } from "vitest";
import { codecOf, parseDType } from "../../src/dtype/index.js";
import { decode, encode, problemOf } from "./support.js";

describe("V", () => {
  it("is bytes, all of them", () => {
    expect(encode("V3", Uint8Array.of(0, 255, 0))).toBe("00ff00");
    expect(decode("V3", "00ff00")).toStrictEqual(Uint8Array.of(0, 255, 0));
  });

  it("reads copies", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const read = codecOf(parseDType("V2")).read(new DataView(bytes.buffer), 1);
    bytes.fill(9);
    expect(read).toStrictEqual(Uint8Array.of(2, 3));
    expect(read).toHaveProperty("byteLength", 2);
  });

  it("takes a part of a larger buffer, a Buffer too", () => {
    expect(encode("V2", Uint8Array.of(1, 2, 3, 4).subarray(1, 3))).toBe("0203");
    expect(encode("V2", Buffer.from("ab"))).toBe("6162");
  });

  it("refuses other lengths and other things", () => {
    expect(problemOf("V3", new Uint8Array(2))).toBe("2 bytes do not fill |V3");
    expect(problemOf("V3", new Uint8Array(4))).toBe("4 bytes do not fill |V3");
    for (const value of ["abc", [1, 2, 3], null, undefined, 3, new ArrayBuffer(3), new Int8Array(3)]) {
      expect(problemOf("V3", value)).toContain("is no Uint8Array");
    }
  });
});

describe("codecOf", () => {
  it("makes one codec for a dtype", () => {
    const dtype = parseDType([["a", "i4"]]);
    expect(codecOf(dtype)).toBe(codecOf(dtype));
  });
});
