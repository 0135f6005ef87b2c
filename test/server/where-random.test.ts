import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isMemmapError } from "../../src/errors.js";
import { type ArrayView, RecordArray } from "../../src/index.js";
import { planRows } from "../../src/server/tables/index.js";
import { parseWhere } from "../../src/server/where/index.js";
import { collect, fakeTable } from "./served-fake.js";

const ROWS = 40;
const records = RecordArray.from(
  Array.from({ length: ROWS }, (_, i) => ({
    id: i,
    n: BigInt(i % 7) - 3n,
    f: i % 5 === 0 ? Number.NaN : i / 4 - 3,
    s: ["", "a", "b'", "bé", "z"][i % 5] ?? "",
    t: i % 6 === 0 ? null : BigInt(i % 9),
    b: i % 3 === 0,
  })),
  [
    ["id", "u1"],
    ["n", ">i8"],
    ["f", "f8"],
    ["s", "U4"],
    ["t", "M8[D]"],
    ["b", "b1"],
  ],
);
const names = ["id", "n", "f", "s", "t", "b"] as const;
const rows = records.toArray() as readonly Readonly<Record<string, unknown>>[];
const columns = Object.fromEntries(names.map((name) => [name, records.field(name) as ArrayView]));

/** A condition as it is written, and what it says of a row. */
interface Written {
  readonly text: string;
  readonly holds: (row: Readonly<Record<string, unknown>>) => boolean;
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
const day = (count: number) => quote(new Date(count * 86_400_000).toISOString().slice(0, 10));

/** Values of each column: as they are written, and as they are compared. */
const values: Readonly<Record<"n" | "f" | "s" | "t", fc.Arbitrary<readonly [text: string, value: unknown]>>> =
  {
    n: fc.integer({ min: -5, max: 5 }).map((x) => [String(x), BigInt(x)] as const),
    f: fc.integer({ min: -16, max: 30 }).map((x) => [String(x / 4), x / 4] as const),
    s: fc.constantFrom("", "a", "b'", "bé", "c").map((x) => [quote(x), x] as const),
    t: fc.integer({ min: -1, max: 10 }).map((x) => [day(x), BigInt(x)] as const),
  };

const operators: Readonly<Record<string, (a: never, b: never) => boolean>> = {
  "=": (a, b) => a === b,
  "<>": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};
const isMissing = (value: unknown) => value === null || Number.isNaN(value);

function compared(operator: string, a: unknown, b: unknown): boolean {
  return isMissing(a) ? operator === "<>" : operators[operator]?.(a as never, b as never) === true;
}

const leaf: fc.Arbitrary<Written> = fc.oneof(
  fc.constant<Written>({ text: "b", holds: ({ b }) => b === true }),
  fc
    .constantFrom("f", "t")
    .map<Written>((name) => ({ text: `${name} IS NULL`, holds: (row) => isMissing(row[name]) })),
  fc.constantFrom("n" as const, "f" as const, "s" as const, "t" as const).chain((name) =>
    fc.oneof(
      fc
        .tuple(fc.constantFrom(...Object.keys(operators)), values[name])
        .map<Written>(([operator, [text, value]]) => ({
          text: `"${name}"${operator}${text}`,
          holds: (row) => compared(operator, row[name], value),
        })),
      fc.tuple(values[name], values[name]).map<Written>(([[low, from], [high, to]]) => ({
        text: `${name} between ${low} and ${high}`,
        holds: (row) => compared(">=", row[name], from) && compared("<=", row[name], to),
      })),
      fc.array(values[name], { maxLength: 3 }).map<Written>((list) => ({
        text: `${name} in (${list.map(([text]) => text).join(", ")})`,
        holds: (row) => list.some(([, value]) => compared("=", row[name], value)),
      })),
    ),
  ),
);

const { condition } = fc.letrec<{ condition: Written }>((tie) => ({
  condition: fc.oneof(
    { depthSize: "small" },
    leaf,
    tie("condition").map<Written>(({ text, holds }) => ({
      text: `not (${text})`,
      holds: (row) => !holds(row),
    })),
    fc.tuple(tie("condition"), tie("condition")).map<Written>(([a, b]) => ({
      text: `(${a.text}) and (${b.text})`,
      holds: (row) => a.holds(row) && b.holds(row),
    })),
    fc.tuple(tie("condition"), tie("condition")).map<Written>(([a, b]) => ({
      text: `(${a.text} OR ${b.text})`,
      holds: (row) => a.holds(row) || b.holds(row),
    })),
  ),
}));

describe("any condition", () => {
  it("finds the rows that it finds in plain objects", async () => {
    await fc.assert(
      fc.asyncProperty(
        condition,
        fc.array(fc.nat(ROWS - 1), { maxLength: 60 }),
        async ({ text, holds }, order) => {
          const { file, group } = fakeTable(columns);
          const all = await planRows(file, group, { where: text, columns: ["id"], pieceBytes: 7 });
          expect([...(await collect(all.pieces()))]).toEqual(rows.filter(holds).map(({ id }) => id));
          const indices = Float64Array.from(order);
          const some = await planRows(file, group, {
            where: text,
            columns: ["id"],
            rows: { kind: "indices", indices },
          });
          expect([...(await collect(some.pieces()))]).toEqual(order.filter((row) => holds(rows[row] ?? {})));
        },
      ),
      { numRuns: 150 },
    );
  });

  it("is read, or refused with its place", () => {
    const word = fc.oneof(
      fc.constantFrom(
        "a",
        "and",
        "or",
        "not",
        "in",
        "is",
        "null",
        "between",
        "(",
        ")",
        ",",
        "=",
        "<",
        "1",
        "-2.5",
        "'x'",
        '"y"',
        "`",
        "'",
        " ",
      ),
      fc.string({ unit: "binary", maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        try {
          parseWhere(words.join(" "));
        } catch (error) {
          expect(isMemmapError(error, "FORMAT")).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
