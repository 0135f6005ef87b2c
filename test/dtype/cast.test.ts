import { describe, expect, it } from "vitest";
import { type DTypeLike, kindProblem, parseDType } from "../../src/dtype/index.js";

function problem(from: DTypeLike, to: DTypeLike): string | undefined {
  return kindProblem(parseDType(from), parseDType(to));
}

const EXAMPLES = {
  b: "b1",
  i: "<i4",
  u: "<u2",
  f: ">f8",
  c: "<c8",
  S: "S3",
  U: "<U3",
  M: "<M8[s]",
  m: "<m8[s]",
  V: "V3",
  record: [["a", "<i4"]],
} as const;

/** What goes where: bool to numbers, integers to integers and floats, text to text, the rest to itself. */
const GOES: Readonly<Record<keyof typeof EXAMPLES, string>> = {
  b: "b i u f c",
  i: "i u f c",
  u: "i u f c",
  f: "f c",
  c: "c",
  S: "S U",
  U: "S U",
  M: "M",
  m: "m",
  V: "V",
  record: "record",
};

describe("kindProblem", () => {
  const kinds = Object.keys(EXAMPLES) as (keyof typeof EXAMPLES)[];
  it.each(kinds.flatMap((from) => kinds.map((to) => [from, to] as const)))("%s into %s", (from, to) => {
    const found = problem(EXAMPLES[from], EXAMPLES[to]);
    if (GOES[from].split(" ").includes(to)) expect(found).toBeUndefined();
    else expect(found).toContain("does not go into");
  });

  it("says how floats get into integers all the same", () => {
    expect(problem("<f8", "<i4")).toBe('<f8 does not go into <i4; round it, or say casting: "unsafe"');
    expect(problem("<f8", "<U4")).toBe("<f8 does not go into <U4");
  });

  it("does not judge sizes, but for bytes", () => {
    expect(problem("i8", "i1")).toBeUndefined();
    expect(problem("f8", "f2")).toBeUndefined();
    expect(problem("U9", "U1")).toBeUndefined();
    expect(problem("M8[as]", "M8[Y]")).toBeUndefined();
    expect(problem("V3", "V4")).toContain("does not go into");
  });

  const from: DTypeLike = [
    ["a", "i4"],
    ["b", "U3", [2]],
    ["c", [["d", "f8"]]],
  ];
  it.each<[DTypeLike, string | undefined]>([
    [
      [
        ["c", [["d", "c16"]]],
        ["a", "f8"],
        ["", "V7"],
        ["b", "S9", [2]],
      ],
      undefined,
    ],
    [
      [
        ["a", "i4"],
        ["b", "U3", [2]],
      ],
      'there is no field "c"',
    ],
    [
      [
        ["a", "i4"],
        ["b", "U3", [2]],
        ["c", [["d", "f8"]]],
        ["__proto__", "i4"],
      ],
      'the records lack the field "__proto__"',
    ],
    [
      [
        ["a", "i4"],
        ["b", "U3", [3]],
        ["c", [["d", "f8"]]],
      ],
      'field "b" has shape [2], not [3]',
    ],
    [
      [
        ["a", "i4"],
        ["b", "U3"],
        ["c", [["d", "f8"]]],
      ],
      'field "b" has shape [2], not []',
    ],
    [
      [
        ["a", "<U3"],
        ["b", "U3", [2]],
        ["c", [["d", "f8"]]],
      ],
      'field "a": <i4 does not go into <U3',
    ],
    [
      [
        ["a", "i4"],
        ["b", "U3", [2]],
        ["c", [["e", "f8"]]],
      ],
      'field "c": the records lack the field "e"',
    ],
    [
      [
        ["a", "i4"],
        ["b", "U3", [2]],
        ["c", "f8"],
      ],
      'field "c": [["d","<f8"]] does not go into <f8',
    ],
  ])("of records goes by name: %j", (to, expected) => {
    expect(problem(from, to)).toBe(expected);
  });
});
