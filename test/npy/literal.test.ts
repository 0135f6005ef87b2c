import { afterEach, describe, expect, it, vi } from "vitest";
import { PyInt, type PyLiteral, PyTuple, parseDictionary } from "../../src/npy/literal.js";
import { refusal } from "./support.js";

/** What stands under 'k' when the dictionary is `{'k': <text>}`, tuples as `{ tuple }` and numbers bare. */
function parse(text: string): unknown {
  const plain = (value: PyLiteral | undefined): unknown => {
    if (value instanceof PyInt) return value.value;
    if (value instanceof PyTuple) return { tuple: value.items.map(plain) };
    return Array.isArray(value) ? value.map(plain) : value;
  };
  return plain(parseDictionary(`{'k': ${text}}`, "a.npy").get("k"));
}

const refused = (text: string) => refusal(() => parse(text));

describe("literals", () => {
  it.each([
    ["'text'", "text"],
    ['"text"', "text"],
    ["''", ""],
    ['"it\'s"', "it's"],
    ["True", true],
    ["False", false],
    ["0", 0],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["[]", []],
    ["[1, 'a', True]", [1, "a", true]],
    ["[1,]", [1]],
    ["()", { tuple: [] }],
    ["(3,)", { tuple: [3] }],
    ["( 3 , 4 )", { tuple: [3, 4] }],
    ["(3)", 3],
    ["((3),)", { tuple: [3] }],
    ["[('a', '<f8', (2, 3))]", [{ tuple: ["a", "<f8", { tuple: [2, 3] }] }]],
    ["[[[[[[[[]]]]]]]]", [[[[[[[[]]]]]]]]],
  ])("reads %s", (text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it("tells where a number stands", () => {
    const text = "{'shape': (  42, 7)}";
    const shape = parseDictionary(text, "a.npy").get("shape");
    const first = shape instanceof PyTuple ? shape.items[0] : undefined;
    expect(first).toEqual(new PyInt(42, text.indexOf("42"), text.indexOf("42") + 2));
  });

  it("keeps keys that name properties of every object", () => {
    const keys = [...parseDictionary("{'__proto__': 1, 'constructor': 2, 'toString': 3}", "a.npy").keys()];
    expect(keys).toEqual(["__proto__", "constructor", "toString"]);
    expect(Object.prototype).not.toHaveProperty("k");
  });
});

describe("strings", () => {
  it.each([
    [String.raw`'\\\'\"\a\b\f\n\r\t\v'`, "\\'\"\x07\b\f\n\r\t\v"],
    [String.raw`'\x41\xe9'`, "Aé"],
    [String.raw`'\u65e5\u672c'`, "日本"],
    [String.raw`'\U0001f600\U0010FFFF'`, "😀\u{10ffff}"],
    [String.raw`'\101\0\08\7777'`, "A\0\0" + "8\u01ff7"],
    ["'日本😀'", "日本😀"],
    [String.raw`'\\n'`, "\\n"],
    [String.raw`'a\'b'`, "a'b"],
  ])("reads %s", (text, value) => {
    expect(parse(text)).toBe(value);
  });

  it.each([
    [String.raw`'\N{DASH}'`, "an escape is not one"],
    [String.raw`'\q'`, "an escape is not one"],
    [String.raw`'\8'`, "an escape is not one"],
    [String.raw`'\x4'`, "lacks its 2 hexadecimal digits"],
    [String.raw`'\xg0'`, "lacks its 2 hexadecimal digits"],
    [String.raw`'\u12'`, "lacks its 4 hexadecimal digits"],
    [String.raw`'\U0001f60'`, "lacks its 8 hexadecimal digits"],
    [String.raw`'\U00110000'`, "beyond the last character"],
    [String.raw`'\ud83d\ude00'`, "half of a surrogate pair"],
    ["'open", "no closing quote"],
    [String.raw`'open\'`, "no closing quote"],
    [String.raw`'open\ `.trimEnd(), "an escape"],
    ["'a' 'b'", "a comma or }"],
    ["'a''b'", "a comma or }"],
    ["'''a'''", "a comma or }"],
    ["b'a'", "a value is"],
    ["u'a'", "a value is"],
    ["r'a'", "a value is"],
    ["f'{1}'", "a value is"],
  ])("refuses %s", (text, problem) => {
    expect(refused(text)).toContain(problem);
  });
});

describe("what is no literal of a header", () => {
  it.each([
    "None",
    "1.5",
    "10.",
    ".5",
    "1e3",
    "1j",
    "nan",
    "-1",
    "+1",
    "-0",
    "~1",
    "1+1",
    "2*3",
    "'a'*3",
    "2**63",
    "10L",
    "0xA",
    "0o7",
    "0b1",
    "1_000",
    "010",
    "00",
    "١",
    "9007199254740992",
    "99999999999999999999999999",
    "true",
    "Trueish",
    "true_",
    "not True",
    "x",
    "dict()",
    "__import__('os').system('true')",
    "open('/etc/passwd')",
    "(lambda: 1)()",
    "[i for i in (1,)]",
    "{}",
    "{'a': 1}",
    "{1, 2}",
    "...",
    "*[1]",
    "1 if True else 2",
    "# comment",
    "1 # comment",
    "",
    ",",
    "(,)",
    "[,]",
    "(1,,)",
    "(1 2)",
    "(1",
    "(1]",
    "[1)",
    "1)",
    "\u00a01",
  ])("refuses %s", (text) => {
    expect(refused(text)).toMatch(/^a\.npy: .+\(character \d+ of the header/);
  });

  it.each([
    ["", "begins with {"],
    ["[]", "begins with {"],
    ["({})", "begins with {"],
    ["\ufeff{}", "begins with {"],
    ["{", "a key is a string"],
    ["{'a'", "a colon follows"],
    ["{'a':", "ends within"],
    ["{'a': 1", "a comma or }"],
    [String.raw`{'a': '\x4`, "lacks its 2 hexadecimal digits"],
    ["{,}", "a key is a string"],
    ["{'a': 1,,}", "a key is a string"],
    ["{1: 1}", "a key is a string"],
    ["{True: 1}", "a key is a string"],
    ["{('a',): 1}", "a key is a string"],
    ["{a: 1}", "a key is a string"],
    ["{**{}}", "a key is a string"],
    ["{'a', 'b'}", "a colon follows"],
    ["{'a': 1} {}", "nothing but spaces"],
    ["{'a': 1}, ", "nothing but spaces"],
    ["{'a': 1} # c", "nothing but spaces"],
    ["{'a': 1, 'b': 2, 'a': 1}", 'the key "a" stands twice'],
    [String.raw`{'a': 1, '\x61': 1}`, 'the key "a" stands twice'],
    ["{'__proto__': 1, '__proto__': 1}", 'the key "__proto__" stands twice'],
  ])("refuses the dictionary %s", (text, problem) => {
    expect(refusal(() => parseDictionary(text, "a.npy"))).toContain(problem);
  });

  it.each(["[", "(", "[(", "([("])("refuses nesting over 8 of %s before it descends", (unit) => {
    const opening = unit.repeat(9).slice(0, 9);
    expect(refused(opening)).toContain("nested more than 8 deep (character 14 ");
    expect(refused(unit.repeat(3000))).toContain("nested more than 8 deep (character 14 ");
  });
});

describe("the work of parsing", () => {
  afterEach(() => vi.restoreAllMocks());

  /** How often a character is looked at. */
  function looks(text: string): number {
    const charAt = vi.spyOn(String.prototype, "charAt");
    const charCodeAt = vi.spyOn(String.prototype, "charCodeAt");
    try {
      parseDictionary(text, "a.npy");
    } catch {
      // Refused or not: only the work counts.
    }
    const count = charAt.mock.calls.length + charCodeAt.mock.calls.length;
    vi.restoreAllMocks();
    return count;
  }

  it.each([
    ["spaces", (n: number) => `{${" ".repeat(n)}}`],
    ["spaces after", (n: number) => `{}${" ".repeat(n)}`],
    ["a long string", (n: number) => `{'k': '${"x".repeat(n)}'}`],
    ["a string without end", (n: number) => `{'k': '${"x".repeat(n)}`],
    ["escapes", (n: number) => `{'k': '${"\\\\".repeat(n / 2)}'}`],
    ["octal escapes", (n: number) => `{'k': '${"\\1".repeat(n / 2)}'}`],
    ["quotes", (n: number) => `{'k': ${"''".repeat(n / 2)}}`],
    ["digits", (n: number) => `{'k': ${"9".repeat(n)}}`],
    ["letters", (n: number) => `{'k': ${"T".repeat(n)}}`],
    ["numbers", (n: number) => `{'k': (${"1,".repeat(n / 2)})}`],
    ["empty tuples", (n: number) => `{'k': [${"(),".repeat(n / 3)}]}`],
    ["deep and wide", (n: number) => `{'k': [${"[[[[[[[]]]]]]],".repeat(n / 15)}]}`],
    ["brackets", (n: number) => `{'k': ${"[".repeat(n)}`],
    ["keys", (n: number) => `{${Array.from({ length: n / 10 }, (_, i) => `'${i + 10000}':1,`).join("")}}`],
  ])("is linear in %s", (_, build) => {
    for (const length of [100, 1000, 10_000]) {
      const text = build(length);
      expect(looks(text)).toBeLessThanOrEqual(6 * text.length);
    }
  });
});
