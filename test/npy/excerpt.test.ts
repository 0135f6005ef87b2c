import { describe, expect, it } from "vitest";
import { excerpt } from "../../src/npy/excerpt.js";

describe("excerpt", () => {
  it.each([
    ["short text", "short text"],
    ["\n\r\t\x00\x1b[31m\x7f\x9b", "\\n\\x0d\\x09\\x00\\x1b[31m\\x7f\\x9b"],
    ["\u2028\u2029\u202e\ud800", "\\u2028\\u2029\\u202e\\ud800"],
    ["\u{e0001}", "\\u{e0001}"],
    ["naïve 日本 😀", "naïve 日本 😀"],
  ])("shows %j", (text, shown) => {
    expect(excerpt(text)).toBe(shown);
  });

  it("keeps 60 characters, and cuts longer text between whole ones", () => {
    expect(excerpt("x".repeat(60))).toBe("x".repeat(60));
    expect(excerpt("x".repeat(61))).toBe(`${"x".repeat(59)}…`);
    expect(excerpt("😀".repeat(60))).toBe("😀".repeat(60));
    expect(excerpt("😀".repeat(61))).toBe(`${"😀".repeat(59)}…`);
    expect(excerpt(`x${"😀".repeat(5000)}`)).toBe(`x${"😀".repeat(58)}…`);
  });
});
