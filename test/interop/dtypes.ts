import type { FieldSpec } from "../../src/index.js";

const ORDERS = ["<", ">"];
const UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"];

const ordered = (codes: readonly string[]) =>
  ORDERS.flatMap((order) => codes.map((code) => `${order}${code}`));

/** Of each kind one unit or another in each multiple, and every unit alone. */
const steps = [
  "",
  ...UNITS.map((unit) => `[${unit}]`),
  ...UNITS.map((unit, i) => `[${[2, 10, 25, 100, 2147483647][i % 5]}${unit}]`),
];

/** Every dtype without fields, in both byte orders. */
export const PLAIN: readonly string[] = [
  ...["b1", "i1", "u1", "S1", "S2", "S7", "S64", "S255", "V1", "V3", "V8", "V17", "V100"].map(
    (code) => `|${code}`,
  ),
  ...ordered(["i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]),
  ...ordered(["U1", "U2", "U5", "U16", "U100"]),
  ...ordered(steps.flatMap((step) => [`M8${step}`, `m8${step}`])),
];

/** A structured dtype, and whether fields are padded as in C. */
export interface Structure {
  readonly title: string;
  readonly fields: readonly FieldSpec[];
  readonly align?: boolean;
}

const inner: readonly FieldSpec[] = [
  ["x", "<i2"],
  ["y", ">f4"],
];

/** Structured dtypes: what a field can be, and how it can be called. */
export const STRUCTURES: readonly Structure[] = [
  { title: "one field", fields: [["a", "<i4"]] },
  {
    title: "packed, unaligned",
    fields: [
      ["a", "|i1"],
      ["b", "<f8"],
      ["c", "<u2"],
    ],
  },
  { title: "one of each kind", fields: PLAIN_KINDS() },
  {
    title: "big-endian",
    fields: [
      ["a", ">i4"],
      ["b", ">f8"],
      ["c", ">U3"],
      ["d", ">M8[us]"],
      ["e", ">c8"],
      ["f", ">f2"],
    ],
  },
  {
    title: "array fields",
    fields: [
      ["a", "<i4", [3]],
      ["b", "<f8", [2, 2]],
      ["c", "<U2", [2]],
      ["d", "|b1", [1]],
      ["e", "<c8", [2]],
      ["f", "<f2", [3]],
      ["g", ">i2", [2]],
      ["h", "|S3", [2]],
      ["i", "<m8[s]", [2]],
      ["j", "|V2", [2]],
    ],
  },
  {
    title: "nested",
    fields: [
      ["a", "<i4"],
      ["b", inner],
      [
        "c",
        [
          ["d", inner],
          ["e", "|S3"],
        ],
      ],
    ],
  },
  {
    title: "arrays of records",
    fields: [
      ["a", inner, [2]],
      [
        "b",
        [
          ["c", inner, [2, 1]],
          ["d", "<i8"],
        ],
        [3],
      ],
    ],
  },
  {
    title: "an empty array field",
    fields: [
      ["a", "<i4"],
      ["b", "<f8", [0]],
      ["c", "|u1", [2, 0]],
    ],
  },
  {
    title: "names in Latin-1",
    fields: [
      ["größe", "<f8"],
      ["año", "<i2"],
      ["µ", "<i4"],
    ],
  },
  {
    title: "names beyond Latin-1",
    fields: [
      ["长度", "<f8"],
      ["🙂", "<i2"],
      ["Ωmega", "<i4"],
      ["a\u0301", "|i1"],
    ],
  },
  {
    title: "names that Python quotes",
    fields: [
      ["it's", "<i4"],
      ['say "it"', "<i4"],
      [`'"`, "<i4"],
      ["back\\slash", "<i4"],
      ["new\nline\ttab", "<i4"],
      ["\u00a0\u00ad", "<i4"],
      [" ", "<i4"],
    ],
  },
  {
    title: "names that JavaScript knows",
    fields: [
      ["__proto__", "<i4"],
      ["constructor", "<f8"],
      ["toString", "|i1"],
      ["length", "<i2"],
      ["1", "|u1"],
      ["0", "|u1"],
    ],
  },
  {
    title: "padding",
    fields: [
      ["a", "|i1"],
      ["", "|V3"],
      ["b", "<i4"],
      ["", "|V8"],
    ],
  },
  {
    title: "aligned",
    fields: [
      ["a", "|i1"],
      ["b", "<f8"],
      ["c", "<i2"],
    ],
    align: true,
  },
  {
    title: "aligned, nested",
    fields: [
      ["a", "|i1"],
      [
        "b",
        [
          ["c", "|u1"],
          ["d", "<i4"],
          ["e", "|b1"],
        ],
      ],
      [
        "f",
        [
          ["g", "<c16"],
          ["h", "|S3"],
        ],
        [2],
      ],
    ],
    align: true,
  },
];

function PLAIN_KINDS(): FieldSpec[] {
  const codes = [
    "|b1",
    "|i1",
    "<i2",
    "<i4",
    "<i8",
    "|u1",
    "<u2",
    "<u4",
    "<u8",
    "<f2",
    "<f4",
    "<f8",
    "<c8",
    "<c16",
    "|S5",
    "<U4",
    "<M8[ms]",
    "<m8[h]",
    "|V3",
  ];
  return codes.map((code, i): FieldSpec => [`f${i}`, code]);
}
