import { describe, expect, it } from "vitest";
import { DTypeError, FormatError } from "../../src/errors.js";
import { dataBytes, isAligned, parseHeader } from "../../src/npy/index.js";
import { dictionary, npyFile, npyFileOfBytes, refusal } from "./support.js";

const parse = (file: Uint8Array) => parseHeader(file, { path: "dir/a.npy" });
const read = (parts: Parameters<typeof dictionary>[0]) => parse(npyFile(dictionary(parts)));
const refused = (parts: Parameters<typeof dictionary>[0]) => refusal(() => read(parts));
const refusedText = (text: string) => refusal(() => parse(npyFile(text)));

describe("parseHeader", () => {
  it("reads dtype, shape, order, version and where the data begin", () => {
    const header = parse(
      npyFile(`${dictionary({ descr: "'>i4'", shape: "(3, 4)", order: "True" })}   \n`, { version: 2 }),
    );
    expect(header.dtype.str).toBe(">i4");
    expect(header).toMatchObject({ shape: [3, 4], fortranOrder: true, version: [2, 0] });
    expect(header.dataOffset).toBe(
      12 + dictionary({ descr: "'>i4'", shape: "(3, 4)", order: "True" }).length + 4,
    );
    expect(dataBytes(header)).toBe(48);
  });

  it("reads an array without axes, and one without rows", () => {
    expect(read({ shape: "()" })).toMatchObject({ shape: [] });
    expect(dataBytes(read({ shape: "()" }))).toBe(8);
    expect(dataBytes(read({ shape: "(0, 3)" }))).toBe(0);
  });

  it("takes keys in any order, spaces anywhere, and a header without padding or newline", () => {
    const text = "  { 'shape' :(10 , ),'fortran_order':False ,\"descr\": '<f8'}";
    expect(parse(npyFile(text))).toMatchObject({ shape: [10], dataOffset: 10 + text.length });
  });

  it("is the same for a part of a larger buffer", () => {
    const file = npyFile(dictionary({ descr: "[('é', '<f8')]" }));
    const other = npyFile(dictionary({ shape: "(99,)" }));
    const pool = Buffer.concat([other, file]);
    expect(parse(pool.subarray(other.length))).toEqual(parse(file));
    expect(parse(pool).shape).toEqual([99]);
  });

  it("keeps nothing of the bytes it read", () => {
    const file = npyFile(dictionary({ descr: "[('name', '<f8')]" }));
    const header = parse(file);
    file.fill(0);
    expect(header.dtype.fields?.[0]?.name).toBe("name");
  });

  it("says which file is wrong, in the message and as a property", () => {
    const call = () => read({ shape: "10" });
    expect(call).toThrow(expect.objectContaining({ path: "dir/a.npy", code: "FORMAT" }));
    expect(refusal(call)).toMatch(/^dir\/a\.npy: /);
  });

  it("refuses bytes that end before the header does", () => {
    const file = npyFile(dictionary(), { data: 0 });
    const short = () => parseHeader(file.subarray(0, 40), { path: "a.npy", fileSize: 1000 });
    expect(refusal(short)).toContain("only 40 of the header's");
    expect(refusal(() => parse(file.subarray(0, 40)))).toContain("after the end of the file at 40");
  });
});

describe("rule 4: text", () => {
  const withCharacter = (code: number) => dictionary({ descr: `[('a${String.fromCharCode(code)}', '<f8')]` });
  const controls = [...Array(0x20).keys(), 0x7f, ...Array.from({ length: 0x20 }, (_, at) => 0x80 + at)];

  it.each(controls)("refuses the control character %i anywhere", (code) => {
    const character = String.fromCharCode(code);
    const problem = "has a control character in it";
    for (const text of [
      withCharacter(code),
      `${character}${dictionary()}\n`,
      `{${character}${dictionary().slice(1)}\n`,
      `${dictionary()}  ${character}\n`,
    ]) {
      expect(refusal(() => parse(npyFile(text)))).toContain(problem);
      expect(refusal(() => parse(npyFile(text, { version: 3 })))).toContain(problem);
    }
  });

  it("takes one newline, at the end", () => {
    expect(parse(npyFile(`${dictionary()} \n`)).shape).toEqual([10]);
    expect(refusedText(`${dictionary()}\n\n`)).toContain("control character");
    expect(refusedText(`${dictionary()}\n `)).toContain("control character");
  });

  it("reads version 1.0 and 2.0 as ISO 8859-1, 3.0 as UTF-8", () => {
    const name = (file: Uint8Array) => parse(file).dtype.fields?.[0]?.name;
    const text = dictionary({ descr: "[('é¤ÿ', '<f8')]" });
    expect(name(npyFile(text))).toBe("é¤ÿ");
    expect(name(npyFile(text, { version: 2 }))).toBe("é¤ÿ");
    expect(name(npyFile(text, { version: 3 }))).toBe("é¤ÿ");
    expect(name(npyFileOfBytes(Buffer.from(dictionary({ descr: "[('é', '<f8')]" }), "utf8")))).toBe("Ã©");
  });

  it.each([
    ["a lone continuation byte", [0x80]],
    ["a cut sequence", [0xe6, 0x97]],
    ["an overlong sequence", [0xc0, 0xaf]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["Latin-1", [0xe9]],
    ["beyond Unicode", [0xf4, 0x90, 0x80, 0x80]],
  ])("refuses %s in version 3.0", (_, sequence) => {
    const [before, after] = dictionary({ descr: "[('?', '<f8')]" }).split("?");
    const header = Buffer.concat([
      Buffer.from(before ?? ""),
      Uint8Array.from(sequence),
      Buffer.from(after ?? ""),
    ]);
    expect(refusal(() => parse(npyFileOfBytes(header, { version: 3 })))).toContain("not valid UTF-8");
  });

  it("refuses a byte order mark", () => {
    expect(refusal(() => parse(npyFile(`\ufeff${dictionary()}`, { version: 3 })))).toContain("begins with {");
  });

  it("counts characters in version 3.0, not bytes nor UTF-16 units, and keeps astral ones whole", () => {
    const fill = (characters: number) => {
      const rest = dictionary({ descr: "[('', '<f8')]" }).length;
      return dictionary({ descr: `[('${"😀".repeat(characters - rest)}', '<f8')]` });
    };
    const header = parse(npyFile(fill(10_000), { version: 3 }));
    const name = header.dtype.fields?.[0]?.name ?? "";
    expect(Array.from(name).every((character) => character === "😀")).toBe(true);
    expect(refusal(() => parse(npyFile(fill(10_001), { version: 3 })))).toContain(
      "10001 characters are over",
    );
  });
});

describe("rule 5: literals alone", () => {
  it.each([
    "(5*2,)",
    "(len('a'),)",
    "(None,)",
    "(1.0,)",
    "{1, 2}",
    "(b'a',)",
    "__import__('os').system('true')",
  ])("refuses the shape %s", (shape) => {
    expect(refused({ shape })).toContain("of the header, where it says");
  });

  it("refuses what follows the dictionary, or comes before it", () => {
    expect(refusedText(`${dictionary()}x`)).toContain("nothing but spaces");
    expect(refusedText(`x${dictionary()}`)).toContain("begins with {");
    expect(refusedText(`${dictionary()}#`)).toContain("nothing but spaces");
  });

  it("refuses a header cut short by its length", () => {
    expect(refusal(() => parse(npyFile(dictionary(), { length: 20 })))).toContain("no closing quote");
  });
});

describe("rule 6: keys", () => {
  const entries = ["'descr': '<f8'", "'fortran_order': False", "'shape': (10,)"];

  it.each(["descr", "fortran_order", "shape"])("refuses a header without %s", (key) => {
    const text = `{${entries.filter((entry) => !entry.includes(`'${key}'`)).join(", ")}}`;
    expect(refusedText(text)).toContain(`has no key "${key}"`);
  });

  it("refuses an empty dictionary", () => {
    expect(refusedText("{}")).toContain('has no key "descr"');
  });

  it.each(["extra", "__proto__", "constructor", "Shape", "shape ", ""])("refuses the extra key %j", (key) => {
    expect(refusedText(`{${entries.join(", ")}, '${key}': 1}`)).toContain(`the key "${key}" does not belong`);
  });

  it.each([...entries, "'shape': (3,)", "\"descr\": '<f8'"])("refuses a second %s", (entry) => {
    expect(refusedText(`{${entries.join(", ")}, ${entry}}`)).toContain("stands twice");
  });

  it("does not take a missing key from every object's prototype", () => {
    expect(refusedText("{'__proto__': [], 'descr': '<f8', 'fortran_order': False}")).toContain(
      "does not belong",
    );
  });
});

describe("rule 7: the shape", () => {
  it.each([
    ["10", "is a number, not a tuple"],
    ["(10)", "is a number, not a tuple"],
    ["[10]", "is a list, not a tuple"],
    ["'10'", "is a string, not a tuple"],
    ["True", "is a boolean, not a tuple"],
    ["(True,)", "has a boolean in it"],
    ["(False, 3)", "has a boolean in it"],
    ["('10',)", "has a string in it"],
    ["((10,),)", "has a tuple in it"],
    ["([],)", "has a list in it"],
    ["(10.0,)", "plain decimal digits"],
    ["(1e3,)", "plain decimal digits"],
    ["(0xA,)", "plain decimal digits"],
    ["(1_0,)", "plain decimal digits"],
    ["(10L,)", "plain decimal digits"],
    ["(010,)", "does not begin with 0"],
    ["(-1,)", "has no sign"],
    ["(-0,)", "has no sign"],
    ["(+1,)", "has no sign"],
    ["(9223372036854775808,)", "over 2^53 - 1"],
    ["(9007199254740992,)", "over 2^53 - 1"],
    ["(18446744073709551626,)", "over 2^53 - 1"],
    ["(0, 9223372036854775807)", "over 2^53 - 1"],
  ])("refuses %s", (shape, problem) => {
    expect(refused({ shape })).toContain(problem);
  });

  it("refuses over 32 axes, of which NumPy once wrote past its memory", () => {
    const axes = (count: number) => `(${"1,".repeat(count)})`;
    expect(read({ shape: axes(32) }).shape).toHaveLength(32);
    for (const count of [33, 64, 65, 1000]) {
      expect(refused({ shape: axes(count) })).toContain(`a shape of ${count} axes is over the limit of 32`);
    }
  });

  it("refuses products that would wrap at 2^64 or lose digits", () => {
    const problem = "is over the limit of 2^53 - 1 bytes";
    expect(refused({ shape: "(4294967296, 4294967296)" })).toContain(problem);
    expect(refused({ shape: "(4294967296, 4294967296, 10)" })).toContain(problem);
    expect(refused({ shape: `(${"4294967296,".repeat(32)})` })).toContain(problem);
    expect(refused({ shape: `(${"9007199254740991,".repeat(32)})` })).toContain(problem);
    expect(refused({ descr: "'|u1'", shape: "(94906267, 94906267)" })).toContain(problem);
  });

  it("counts bytes, not elements alone", () => {
    expect(read({ descr: "'|u1'", shape: "(9007199254740991,)" }).shape).toEqual([Number.MAX_SAFE_INTEGER]);
    expect(read({ shape: "(1125899906842623,)" }).shape).toEqual([2 ** 50 - 1]);
    expect(refused({ shape: "(1125899906842624,)" })).toContain("is over the limit of 2^53 - 1 bytes");
    expect(dataBytes(read({ shape: "(1125899906842623,)" }))).toBe(2 ** 53 - 8);
  });

  it("checks the other axes where one is 0", () => {
    expect(read({ shape: "(0, 1125899906842623)" }).shape).toEqual([0, 2 ** 50 - 1]);
    expect(refused({ shape: "(0, 1125899906842624)" })).toContain("is over the limit of 2^53 - 1 bytes");
    expect(refused({ shape: "(4294967296, 0, 4294967296)" })).toContain(
      "is over the limit of 2^53 - 1 bytes",
    );
  });
});

describe("rule 8: the order", () => {
  it.each(["'False'", "0", "1", "()", "[True]", "''"])("refuses %s", (order) => {
    expect(refused({ order })).toContain("not True or False");
  });

  it("refuses None", () => {
    expect(refused({ order: "None" })).toContain("a value is a string");
  });

  it("reads Fortran order with any number of axes", () => {
    expect(read({ order: "True", shape: "(2, 3)" })).toMatchObject({ fortranOrder: true, shape: [2, 3] });
    expect(read({ order: "True", shape: "(6,)" })).toMatchObject({ fortranOrder: true, shape: [6] });
  });
});

describe("rule 9: the dtype", () => {
  it.each([
    ["'<f8'", ["<f8", 8]],
    ["'|b1'", ["|b1", 1]],
    ["'>u2'", [">u2", 2]],
    ["'<U16'", ["<U16", 64]],
    ["'|S3'", ["|S3", 3]],
    ["'|V7'", ["|V7", 7]],
    ["'<M8[ns]'", ["<M8[ns]", 8]],
    ["'<m8[25s]'", ["<m8[25s]", 8]],
    ["'<c16'", ["<c16", 16]],
    ["[('a', '<i4'), ('b', '<f8', (2, 3))]", ["|V52", 52]],
    ["[('a', '|i1'), ('', '|V3'), ('b', '<i4')]", ["|V8", 8]],
    ["[('a', '<i4', 3)]", ["|V12", 12]],
    ["[('a', [('b', '<i2', (2,)), ('c', '|u1')], (3,))]", ["|V15", 15]],
  ])("reads %s", (descr, [str, itemsize]) => {
    expect(read({ descr }).dtype).toMatchObject({ str, itemsize });
  });

  it("reads an array of arrays in a field, as NumPy writes it, as one array", () => {
    expect(read({ descr: "[('a', ('|S1', (4,)), (3,)), ('b', ('<f8', 2))]" }).dtype.descr).toEqual([
      ["a", "|S1", [3, 4]],
      ["b", "<f8", [2]],
    ]);
  });

  it.each([
    "'|O'",
    "'O'",
    "'<O8'",
    "[('a', '|O')]",
    "[('a', [('b', '|O', (2,))])]",
    "''",
    "'<'",
    "'<ixy'",
    "'<f3'",
    "'<f'",
    "'<i3'",
    "'<q8'",
    "'<f16'",
    "'<g'",
    "'<c32'",
    "'<b2'",
    "'<U0'",
    "'|S0'",
    "'|V0'",
    "'<U536870912'",
    "'|S2147483648'",
    "'|S99999999999'",
    "'|S-1'",
    "'|S 3'",
    "'<U1.5'",
    "'|f8'",
    "'|i4'",
    "'|U3'",
    "'|M8[s]'",
    "'f8,f8'",
    "'<f8,<f8'",
    "'(2,)<f8'",
    "'=f8'",
    "'!f8'",
    "'float64'",
    "'<M8[0s]'",
    "'<M8[xs]'",
    "'<M8[]'",
    "'<M8[-1s]'",
    "'<M8[s'",
    "'<f8[s]'",
    "[]",
    "[('a', '|S0')]",
    "[('a', '<f4'), ('a', '<f4')]",
    "[('', '<f4')]",
    "[('', '|V3')]",
    "[('a', '<f4'), ('', '<f4')]",
    "[('', '|V1', (3,)), ('a', '<f4')]",
    "[('a', '<f8', (0,))]",
    "[('a', '|S1', (2147483647, 2))]",
    "[('a', '|S2147483647'), ('b', '|u1')]",
  ])("refuses %s, with the DTypeError as its cause", (descr) => {
    let caught: unknown;
    try {
      read({ descr });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(FormatError);
    expect(caught).toMatchObject({ path: "dir/a.npy", cause: expect.any(DTypeError) });
  });

  it.each([
    ["10", '"descr" is a number'],
    ["True", '"descr" is a boolean'],
    ["()", '"descr" is a tuple'],
    ["('<f8', (2,))", '"descr" is a tuple'],
    ["('a', '<f8')", '"descr" is a tuple'],
    ["['<f8']", 'a field of "descr" is a string'],
    ["[['a', '<f8']]", 'a field of "descr" is a list'],
    ["[()]", "is a tuple of 0"],
    ["[('a',)]", "is a tuple of 1"],
    ["[('a', '<f8', (2,), 0)]", "is a tuple of 4"],
    ["[(('t', 'a'), '<f8')]", "has a title"],
    ["[(1, '<f8')]", "the name of a field"],
    ["[(['a'], '<f8')]", "the name of a field"],
    ["[('a', 8)]", '"descr" is a number'],
    ["[('a', ())]", "not of dtype and shape"],
    ["[('a', ('<f8',))]", "not of dtype and shape"],
    ["[('a', ('<f8', (2,), 1))]", "not of dtype and shape"],
    ["[('a', '<f8', '2')]", 'shape of the field "a" is a string'],
    ["[('a', '<f8', [2])]", 'shape of the field "a" is a list'],
    ["[('a', '<f8', True)]", 'shape of the field "a" is a boolean'],
    ["[('a', '<f8', (True,))]", 'shape of the field "a" has a boolean in it'],
    ["[('a', '<f8', (2.0,))]", "plain decimal digits"],
    ["[('a', '<f8', (-1,))]", "has no sign"],
    ["[('a', '<f8', -1)]", "has no sign"],
    ["[('a', '<f8', (0, 2147483648)), ('b', '<f8')]", "an axis of 2147483648"],
    ["[('a', ('<f8', (0, 2147483648))), ('b', '<f8')]", "an axis of 2147483648"],
    ["{'names': ['a']}", "a value is"],
    ["[('a', '<f8'), None]", "a value is"],
  ])("refuses the outline %s", (descr, problem) => {
    expect(refused({ descr })).toContain(problem);
  });

  it("refuses over 32 axes in a field", () => {
    expect(refused({ descr: `[('a', '|u1', (${"1,".repeat(33)}))]` })).toContain("32");
  });

  it("refuses over 1,000 fields", () => {
    const fields = (count: number) => `[${"('',''),".repeat(count)}]`;
    expect(refused({ descr: fields(1000) })).not.toContain("fields, more than");
    expect(refused({ descr: fields(1001) })).toContain('"descr" has 1001 fields, more than 1000');
  });

  it("refuses nesting over 8", () => {
    const nested = (depth: number): string => (depth === 0 ? "'<f8'" : `[('a', ${nested(depth - 1)})]`);
    expect(read({ descr: nested(4) }).dtype.itemsize).toBe(8);
    expect(refused({ descr: nested(5) })).toContain("nested more than 8 deep");
    expect(refused({ descr: `${"[".repeat(200)}${"]".repeat(200)}` })).toContain("nested more than 8 deep");
  });

  it("keeps fields named like properties of every object", () => {
    const { dtype } = read({ descr: "[('__proto__', '<f8'), ('constructor', '|u1')]" });
    expect(dtype.fields?.map(({ name }) => name)).toEqual(["__proto__", "constructor"]);
  });
});

describe("rule 10: the data", () => {
  const sized = (data: number, parts: Parameters<typeof dictionary>[0] = {}) => {
    const file = npyFile(dictionary(parts), { data });
    return parseHeader(file, { path: "a.npy", fileSize: file.length });
  };

  it("may be followed by more", () => {
    expect(sized(80).shape).toEqual([10]);
    expect(sized(81).shape).toEqual([10]);
    expect(sized(0, { shape: "(0,)" }).shape).toEqual([0]);
    expect(sized(0, { shape: "(5, 0)" }).shape).toEqual([5, 0]);
  });

  it("must be all there", () => {
    expect(refusal(() => sized(79))).toContain(
      "promises 80 bytes of data ((10,) elements of 8 bytes), but the file holds 79",
    );
    expect(refusal(() => sized(7, { shape: "()" }))).toContain("promises 8 bytes");
    expect(refusal(() => sized(800, { shape: "(1000000000000,)" }))).toContain(
      "promises 8000000000000 bytes",
    );
  });

  it("is not looked for where the file's size is not given", () => {
    expect(parse(npyFile(dictionary(), { data: 0 })).shape).toEqual([10]);
  });
});

describe("rule 12: alignment", () => {
  it("is told by the offset and the dtype", () => {
    const text = dictionary();
    const aligned = (padding: number, descr = "'<f8'") =>
      isAligned(read({ descr: `${" ".repeat(padding)}${descr}` }));
    const toMultiple = (8 - ((10 + text.length) % 8)) % 8;
    expect(aligned(toMultiple)).toBe(true);
    for (let more = 1; more < 8; more += 1) expect(aligned(toMultiple + more)).toBe(false);
    expect(aligned(toMultiple + 1, "'|S8'")).toBe(true);
    expect(aligned(toMultiple + 4, "'<U2'")).toBe(true);
    expect(aligned(toMultiple + 2, "'<c8'")).toBe(false);
    expect(aligned(toMultiple + 4, "'<c8'")).toBe(true);
  });
});
