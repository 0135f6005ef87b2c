import { describe, expect, it } from "vitest";
import { CastError } from "../../src/errors.js";
import { decode, encode, problemOf } from "./support.js";

const HARD = [
  "",
  "a",
  "é",
  "e\u0301",
  "日本語",
  "😀",
  "a😀b",
  "👨‍👩‍👧",
  "\ufeffa",
  "\ufffd",
  "\u{10ffff}",
  "\ud7ff\ue000",
  "\x7f\x80\u07ff\u0800\uffff",
  "a\0b",
  "\0a",
  " a ",
  "\n",
  "__proto__",
];

describe("U", () => {
  it.each(HARD)("keeps %j, with room and without", (text) => {
    const points = Array.from(text).length;
    for (const order of ["<", ">"]) {
      for (const width of [Math.max(points, 1), points + 1, points + 40]) {
        expect(decode(`${order}U${width}`, encode(`${order}U${width}`, text))).toBe(text);
      }
    }
  });

  it("is code points as NumPy stores them, NULs behind", () => {
    const little = "61000000e9000000e565000000f6010000000000";
    expect(encode("<U5", "aé日😀")).toBe(little);
    expect(decode("<U5", little)).toBe("aé日😀");
    const big = "00000061000000e9000065e50001f60000000000";
    expect(encode(">U5", "aé日😀")).toBe(big);
    expect(decode(">U5", big)).toBe("aé日😀");
  });

  it("refuses one character too many, counting characters and not UTF-16 units", () => {
    expect(problemOf("<U3", "abcd")).toBe('"abcd" is too long for <U3 (4 characters)');
    expect(problemOf("<U3", "😀😀😀")).toBeUndefined();
    expect(problemOf("<U3", "😀😀😀😀")).toBe('"😀😀😀😀" is too long for <U3 (4 characters)');
    expect(problemOf("<U1", "e\u0301")).toContain("(2 characters)");
  });

  it.each([0x110000, 0xffffffff, 0xd800, 0xdbff, 0xdc00, 0xdfff])(
    "does not read the code point %i",
    (point) => {
      const view = new DataView(new ArrayBuffer(8));
      view.setUint32(0, 0x61, true);
      view.setUint32(4, point, true);
      const hex = Buffer.from(view.buffer).toString("hex");
      expect(() => decode("<U2", hex)).toThrow(CastError);
      expect(() => decode("<U2", hex)).toThrow("the code points of this <U2 are not all Unicode characters");
    },
  );

  it("does not join two stored surrogates", () => {
    expect(() => decode(">U2", "0000d83d0000de00")).toThrow(CastError);
  });
});

describe("S", () => {
  it.each(HARD)("keeps %j, with room and without", (text) => {
    const length = Buffer.byteLength(text);
    for (const width of [Math.max(length, 1), length + 1, length + 40]) {
      expect(decode(`S${width}`, encode(`S${width}`, text))).toBe(text);
    }
  });

  it("is UTF-8, NULs behind", () => {
    expect(encode("S4", "ab")).toBe("61620000");
    expect(encode("S6", "é日")).toBe("c3a9e697a500");
    expect(decode("S6", "c3a9e697a500")).toBe("é日");
    expect(encode("S4", "😀")).toBe("f09f9880");
  });

  it("refuses one byte too many", () => {
    expect(problemOf("S3", "abcd")).toBe('"abcd" is too long for |S3 (4 bytes)');
    expect(problemOf("S1", "é")).toBe('"é" is too long for |S1 (2 bytes)');
    expect(problemOf("S5", "日本")).toContain("(6 bytes)");
    expect(problemOf("S7", "😀😀")).toContain("(8 bytes)");
  });

  it.each([
    ["ff", "no lead byte"],
    ["80", "a continuation alone"],
    ["c3", "cut short"],
    ["c080", "an overlong NUL"],
    ["e08080", "overlong"],
    ["eda080", "a surrogate"],
    ["f4908080", "above U+10FFFF"],
    ["61c32861", "in the middle"],
    ["e697", "half a character"],
  ])("does not read %s: %s", (hex) => {
    expect(() => decode(`S${hex.length / 2}`, hex)).toThrow(CastError);
    expect(() => decode(`S${hex.length / 2}`, hex)).toThrow("are not UTF-8; bytes(i) gives them");
  });

  it("takes bytes as they are, whatever they say", () => {
    expect(encode("S4", Uint8Array.of(0xff, 0xfe))).toBe("fffe0000");
    expect(encode("S2", Uint8Array.of(0x61, 0))).toBe("6100");
    expect(encode("S2", Buffer.from("ab"))).toBe("6162");
    expect(encode("S2", new Uint8Array())).toBe("0000");
    expect(problemOf("S2", new Uint8Array(3))).toBe("3 bytes are too long for |S2");
  });
});

describe.each(["<U8", ">U8", "S8"])("%s", (dtype) => {
  it.each(["a\0", "\0", "\0\0", "😀\0"])("refuses %j, whose last NUL reading would drop", (text) => {
    expect(problemOf(dtype, text)).toBe(
      `${JSON.stringify(text)} ends in NUL, which reading could not tell from padding`,
    );
  });

  it.each(["\ud800", "\udc00", "a\ud83d", "\ud83da", "\ude00\ud83d", "\ud83d\ud83d\ude00"])(
    "refuses %j, which has an unpaired surrogate",
    (text) => expect(problemOf(dtype, text)).toContain("has an unpaired surrogate"),
  );

  it.each([1, 1n, true, null, undefined, {}, ["a"], new Date(0), new String("a"), new Uint16Array(1)])(
    "refuses %o",
    (value) => expect(problemOf(dtype, value)).toContain("is no string"),
  );
});
