import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type DTypeLike, parseDType } from "../../src/dtype/index.js";
import { partNames } from "../../src/group/part-names.js";
import { checkName, foldPart } from "../../src/store/index.js";

/** The names of groups by one column. */
const names = (type: DTypeLike, ...values: readonly unknown[]) =>
  partNames(
    values.map((value) => [value]),
    [parseDType(type)],
  );

const hash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

describe("names of groups", () => {
  it("are the values where these can be names", () => {
    expect(
      names("U9", "JFK", "two words", "日本", "😀", "__proto__", "null", "a~b", "(x)+[y]=z;&'!@#$^`{}"),
    ).toEqual(["JFK", "two words", "日本", "😀", "__proto__", "null", "a~b", "(x)+[y]=z;&'!@#$^`{}"]);
    expect(names("i4", 2001, -5, 0)).toEqual(["2001", "-5", "0"]);
    expect(names("u8", 2n ** 63n, 0n)).toEqual(["9223372036854775808", "0"]);
    expect(names("b1", false, true)).toEqual(["false", "true"]);
  });

  it("say floats in the fewest digits that are the same float", () => {
    expect(
      names("f8", 1.5, 2001, 1e21, -0, 0, 1e-7, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    ).toEqual(["1.5", "2001", "1e+21", "-0", "0", "1e-7", "inf", "-inf"]);
    expect(names("f4", Math.fround(0.1), 2_001_000)).toEqual(["0.1", "2001000"]);
    expect(names("f2", 0.0999755859375)).toEqual(["0.1"]);
    expect(names("c16", { re: 1, im: -2 }, { re: 0.5, im: 0 })).toEqual(["1-2j", "0.5+0j"]);
    expect(names("c8", { re: Math.fround(0.1), im: 1 })).toEqual(["0.1+1j"]);
  });

  it("say dates in their unit", () => {
    expect(names("M8[Y]", 31n)).toEqual(["2001"]);
    expect(names("M8[D]", 0n, null)).toEqual(["1970-01-01", "%null"]);
    expect(names("M8[ms]", 1n)).toEqual(["1970-01-01T00%3A00%3A00.001"]);
    expect(names("m8[25s]", 5n, -1n)).toEqual(["125 seconds", "-25 seconds"]);
    expect([...names("M8", 5n), ...names("m8", -5n)]).toEqual(["5", "-5"]);
  });

  it("have commas between several keys, and nowhere else", () => {
    const dtypes = [parseDType("U3"), parseDType("i4")];
    expect(
      partNames(
        [
          ["a", 1],
          ["a,1", 1],
          [null, null],
          ["", 2],
        ],
        dtypes,
      ),
    ).toEqual(["a,1", "a%2C1,1", "%null,%null", "%empty,2"]);
  });

  it("tell null, the empty string, and what looks like them apart", () => {
    expect(names("U9", null, "", "null", "%null", "%empty", "%00", "\0a")).toEqual([
      "%null",
      "%empty",
      "null",
      "%25null",
      "%25empty",
      "%2500",
      "%00a",
    ]);
  });

  it("stay inside their directory, on every system", () => {
    const hard = [
      "../evil",
      "a/b",
      "a\\b",
      ".",
      "..",
      ".hidden",
      "end.",
      "end ",
      " ",
      "C:",
      "c:x",
      "CON",
      "con.txt",
    ];
    expect(names("U9", ...hard)).toEqual([
      "%2E.%2Fevil",
      "a%2Fb",
      "a%5Cb",
      "%2E",
      "%2E%2E",
      "%2Ehidden",
      "end%2E",
      "end%20",
      "%20",
      "C%3A",
      "c%3Ax",
      "%43ON",
      "%63on.txt",
    ]);
    expect(names("U9", "x.npy", "x.ATTR", ".npy", "com1", "LPT³", '*?"<>|', "\n\x7f\x85", ". .")).toEqual([
      "x.np%79",
      "x.ATT%52",
      "%2Enpy",
      "%63om1",
      "%4CPT³",
      "%2A%3F%22%3C%3E%7C",
      "%0A%7F%C2%85",
      "%2E %2E",
    ]);
    expect(names("U9", "\ud800", "a\udfffb")).toEqual(["%ED%A0%80", "a%ED%BF%BFb"]);
  });

  it("that differ in case or normal form alone get a hash of the value", () => {
    expect(names("U9", "jfk", "JFK", "Jfk")).toEqual(["jfk", `JFK~${hash("U:JFK")}`, `Jfk~${hash("U:Jfk")}`]);
    expect(names("S9", "e\u0301", "é")).toEqual(["e\u0301", `é~${hash("S:é")}`]);
    const found = names("U9", "straße", "STRASSE", "ſ", "s", "S", "K", "k");
    expect(new Set(found.map(foldPart)).size).toBe(found.length);
  });

  it("that look like another's name with a hash give way", () => {
    const look = `JFK~${hash("U:JFK")}`;
    const found = names("U30", "jfk", "JFK", look);
    expect(found).toEqual(["jfk", look, `${look}~${hash(`U:${look}`)}`]);
    expect(names("U30", "jfk", look, "JFK")).toEqual(["jfk", look, `JFK~${hash("U:JFK:")}`]);
  });

  it("that would be too long are cut between characters, with a hash", () => {
    const [long, longer] = names("U300", "x".repeat(250), "x".repeat(300));
    expect(long).toBe(`${"x".repeat(181)}~${hash(`U:${"x".repeat(250)}`)}`);
    expect(longer).not.toBe(long);
    expect(names("U300", "x".repeat(200))).toEqual(["x".repeat(200)]);
    for (const text of ["😀", "é", "/", "\x85", "日", ".", " "]) {
      const [name = ""] = names("U300", text.repeat(300));
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      expect(Buffer.byteLength(name)).toBeGreaterThan(190);
      expect(name).toMatch(/^(%[\dA-F]{2}|[^%])*~[\da-f]{16}$/);
      expect(decodeURIComponent(name.slice(0, -17)).replaceAll(text, "")).toBe("");
      checkName(name, "column");
    }
    const [device = ""] = names("U300", `con.${"y".repeat(300)}`);
    expect(device).toMatch(/^%63on\.y+~/);
    // An escape makes it too long, and only that.
    expect(names("U300", `.${"x".repeat(199)}`)[0]).toMatch(/^%2Ex{180}~/);
  });

  it("are the same for the same values, and those before do not depend on those behind", () => {
    const values = ["a", "A", "b", null, "x".repeat(300), "X".repeat(300)];
    expect(names("U300", ...values)).toEqual(names("U300", ...values));
    expect(names("U300", ...values.slice(0, 3))).toEqual(names("U300", ...values).slice(0, 3));
  });
});
