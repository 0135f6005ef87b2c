import "./seed.js";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { Connection } from "../src/frame/sql/connection.js";
import { importFile } from "../src/frame/sql/import-file.js";
import type { ImportFileOptions } from "../src/frame/sql/import-options.js";
import { quoteText } from "../src/frame/sql/quote.js";

const directory = mkdtempSync(join(tmpdir(), "memmap-table-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let count = 0;

/** What a column holds: its dtype, its values, and how text and SQL have them. */
interface Kind {
  readonly dtype: string;
  readonly values: fc.Arbitrary<unknown>;
  readonly text: (value: unknown) => string;
  readonly json: (value: unknown) => string;
  readonly sql: (value: unknown) => string;
}

const floatText = (value: unknown) => {
  const number = Number(value);
  if (Object.is(number, -0)) return "-0.0";
  if (Number.isNaN(number)) return "nan";
  return Number.isFinite(number) ? String(number) : number > 0 ? "inf" : "-inf";
};
const dateText = (days: unknown) => {
  const date = new Date(Number(days) * 86_400_000);
  return date.toISOString().slice(0, 10);
};
const timeText = (micros: unknown) => {
  const value = BigInt(micros as bigint);
  const seconds = (value - (((value % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n;
  const rest = value - seconds * 1_000_000n;
  const date = new Date(Number(seconds) * 1000).toISOString();
  return `${date.slice(0, 10)} ${date.slice(11, 19)}${rest === 0n ? "" : `.${String(rest).padStart(6, "0")}`}`;
};
const FIRST_DAY = -719162;
const LAST_DAY = 2932896;
const DAY = 86_400_000_000n;

const texts = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(",", '"', "\n", "\r\n", "\t", "e\u0301", "😀", " ", "'"),
      fc.string({ minLength: 1, maxLength: 1, unit: "binary" }),
    ),
    maxLength: 20,
  })
  .filter((text) => !text.includes("\0") && Buffer.from(text).toString() === text);

const kinds: readonly Kind[] = [
  {
    dtype: "i8",
    values: fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.constantFrom(2n ** 53n + 1n, -(2n ** 63n), 0n),
    ),
    text: String,
    json: String,
    sql: (v) => `(${v})::BIGINT`,
  },
  {
    dtype: "u8",
    values: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    text: String,
    json: String,
    sql: (v) => `(${v})::UBIGINT`,
  },
  {
    dtype: "i2",
    values: fc.integer({ min: -32768, max: 32767 }),
    text: String,
    json: String,
    sql: (v) => `(${v})::SMALLINT`,
  },
  {
    dtype: "f8",
    values: fc.double(),
    text: floatText,
    json: (v) => (Number.isFinite(v) ? floatText(v) : "null"),
    sql: (v) => `'${floatText(v)}'::DOUBLE`,
  },
  {
    dtype: "f4",
    values: fc.float(),
    text: (v) => floatText(v),
    json: (v) => (Number.isFinite(v) ? floatText(v) : "null"),
    sql: (v) => `'${floatText(v)}'::FLOAT`,
  },
  { dtype: "b1", values: fc.boolean(), text: String, json: String, sql: String },
  {
    dtype: "U",
    values: texts,
    text: (v) => v as string,
    json: (v) => JSON.stringify(v),
    sql: (v) => quoteText(v as string),
  },
  {
    dtype: "S",
    values: texts,
    text: (v) => v as string,
    json: (v) => JSON.stringify(v),
    sql: (v) => quoteText(v as string),
  },
  {
    dtype: "M8[D]",
    values: fc.bigInt({ min: BigInt(FIRST_DAY), max: BigInt(LAST_DAY) }),
    text: dateText,
    json: (v) => JSON.stringify(dateText(v)),
    sql: (v) => `DATE '${dateText(v)}'`,
  },
  {
    dtype: "M8[us]",
    values: fc.bigInt({ min: BigInt(FIRST_DAY) * DAY, max: BigInt(LAST_DAY) * DAY }),
    text: timeText,
    json: (v) => JSON.stringify(timeText(v)),
    sql: (v) => `TIMESTAMP '${timeText(v)}'`,
  },
];

const tables = fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 5 }).chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    rows: fc.array(fc.tuple(...columns.map(({ values }) => values)) as fc.Arbitrary<unknown[]>, {
      maxLength: 20,
    }),
  }),
);

interface Generated {
  readonly columns: readonly Kind[];
  readonly rows: readonly unknown[][];
}

async function check(
  ending: string,
  { columns, rows }: Generated,
  write: (file: string) => unknown,
  options: ImportFileOptions,
  expected = (value: unknown) => value,
) {
  count += 1;
  const file = join(directory, `file-${count}.${ending}`);
  await write(file);
  const dtypes = Object.fromEntries(columns.map(({ dtype }, i) => [`c${i}`, dtype]));
  using table = await importFile(file, join(directory, `table-${count}`), {
    dtypes,
    durability: "process",
    ...options,
  });
  expect(table.length).toBe(rows.length);
  columns.forEach(({ dtype }, i) => {
    const column = table.column(`c${i}`);
    expect(column.dtype.str.slice(1, dtype.length === 1 ? 2 : undefined)).toBe(dtype);
    expect(Array.from({ length: rows.length }, (_, row) => column.at(row))).toEqual(
      rows.map((row) => expected(row[i])),
    );
  });
}

const cell = (text: string) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const settings = { numRuns: Number(process.env.RUNS ?? 10) };

describe("a file's table is what was written", () => {
  it.each(["\n", "\r\n"])("CSV, lines ending in %j", async (end) => {
    await fc.assert(
      fc.asyncProperty(tables, async (generated) => {
        const { columns, rows } = generated;
        // A row of one empty cell is an empty line, which some rules take for none.
        const quoteAll = columns.length === 1 ? (text: string) => `"${text.replaceAll('"', '""')}"` : cell;
        const lines = [
          columns.map((_, i) => `c${i}`),
          ...rows.map((row) => row.map((value, i) => quoteAll(columns[i]?.text(value) ?? ""))),
        ];
        await check(
          "csv",
          generated,
          (file) => writeFileSync(file, lines.map((line) => line.join(",") + end).join("")),
          {},
        );
      }),
      settings,
    );
  });

  it("JSON lines", async () => {
    await fc.assert(
      fc.asyncProperty(
        tables.filter(({ rows }) => rows.length > 0),
        async (generated) => {
          const { columns, rows } = generated;
          const lines = rows.map(
            (row) => `{${row.map((value, i) => `"c${i}":${columns[i]?.json(value)}`).join(",")}}\n`,
          );
          const infinite = (value: unknown) =>
            typeof value === "number" && !Number.isFinite(value) ? Number.NaN : value;
          await check("jsonl", generated, (file) => writeFileSync(file, lines.join("")), {}, infinite);
        },
      ),
      settings,
    );
  });

  it("Parquet", async () => {
    using connection = await Connection.open({ files: true });
    await fc.assert(
      fc.asyncProperty(
        tables.filter(({ rows }) => rows.length > 0),
        async (generated) => {
          const { columns, rows } = generated;
          const values = rows.map((row) => `(${row.map((value, i) => columns[i]?.sql(value)).join(", ")})`);
          const names = columns.map((_, i) => `c${i}`);
          await check(
            "parquet",
            generated,
            (file) =>
              connection.run(
                `COPY (SELECT * FROM (VALUES ${values.join(", ")}) AS t(${names.join(", ")})) TO ${quoteText(file)} (FORMAT parquet)`,
              ),
            {},
          );
        },
      ),
      settings,
    );
  });
});
