import { createReadStream, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { fromArrow, writeIPC } from "../../src/frame/arrow/index.js";
import { arrowStep } from "../../src/frame/arrow/time-units.js";
import { type DType, type DTypeLike, MemmapTable, parseDType, UnsupportedError } from "../../src/index.js";
import { PLAIN, STRUCTURES } from "./dtypes.js";
import { Random } from "./random.js";
import { askScript, hexOf, QUICK, scratchDirectory } from "./support.js";
import { arrayToWire, nestedFromWire, type Wire } from "./wire.js";

const directory = scratchDirectory();
const python = (call: string, args: object) => askScript("arrow_files.py", call, args);

/** Whether Arrow has a type for a dtype. */
function isArrows(dtype: DType): boolean {
  if (dtype.fields !== undefined) return dtype.fields.every((field) => isArrows(field.dtype));
  return !"mM".includes(dtype.kind) || arrowStep(dtype) !== undefined;
}

/** Dates that stay dates in Arrow's units: whole counts are random only where Arrow counts the same. */
function tame(dtype: DType, wire: Wire): Wire {
  const { fields, step } = dtype;
  if (fields !== undefined && Array.isArray(wire)) {
    const values: readonly Wire[] = wire;
    return fields.map(({ dtype: inner, shape }, i) => {
      const value = values[i] ?? null;
      return shape.length > 0 && Array.isArray(value)
        ? value.map((part: Wire) => tame(inner, part))
        : tame(inner, value);
    });
  }
  if (step === undefined || typeof wire !== "string") return wire;
  const to = arrowStep(dtype);
  const isSame = to?.unit === step.unit && step.multiple === 1 && step.unit !== "D";
  return isSame ? wire : String(BigInt(wire) % (step.multiple > 1000 ? 3n : 1000n));
}

const dtypes = [...PLAIN, ...STRUCTURES.filter(({ align }) => align !== true).map(({ fields }) => fields)]
  .map((spec: DTypeLike) => parseDType(spec))
  .filter(isArrows);

function columnsOf(rows: number) {
  return dtypes.flatMap((dtype, i) =>
    (dtype.kind === "M" || dtype.kind === "m" ? [[]] : [[], [2], [2, 3]]).map((itemShape) => {
      const name = `c${i}-${itemShape.join("x")}`;
      const shape = [rows, ...itemShape];
      const size = shape.reduce((product, axis) => product * axis, 1);
      const values = new Random(`${name} ${rows}`).wires(dtype, size).map((wire) => tame(dtype, wire));
      return { name, dtype, itemShape, shape, values };
    }),
  );
}

type Column = ReturnType<typeof columnsOf>[number];

function tableOf(name: string, rows: number, columns: readonly Column[]): MemmapTable {
  const table = MemmapTable.create(join(directory, name), { rows, ...QUICK });
  table.transaction(() => {
    for (const { name: column, dtype, itemShape, shape, values } of columns) {
      const data = rows === 0 ? {} : { data: nestedFromWire(dtype, shape, values) as readonly unknown[] };
      table.addColumn(column, dtype, { itemShape, ...data });
    }
  });
  return table;
}

function said(columns: readonly Column[]): object[] {
  return columns.map(({ dtype, ...column }) => ({ ...column, dtype: dtype.descr }));
}

describe.each([7, 1, 0])("%i rows of every dtype that Arrow has a type for", (rows) => {
  const columns = columnsOf(rows);

  it.each(["file", "stream"] as const)("are in pyarrow what they are here, from a %s", (format) => {
    using table = tableOf(`${format}-${rows}`, rows, columns);
    const path = `${table.root}.arrow`;
    writeIPC(table, path, { format, rows: 3 });
    expect(python("judge", { path, format, columns: said(columns) })).toEqual([]);
  });

  it("come back from a file that pyarrow read and wrote", () => {
    using table = tableOf(`again-${rows}`, rows, columns);
    const path = `${table.root}.arrow`;
    writeIPC(table, path);
    python("rewrite", { path, to: `${path}.again` });
    using back = fromArrow(readFileSync(`${path}.again`), `${table.root}-back`, QUICK);
    for (const [name, column] of table.columns()) {
      const other = back.column(name);
      expect(other.dtype.descr).toEqual(column.dtype.descr);
      expect(arrayToWire(other)).toEqual(arrayToWire(column));
      // Bytes of padding are nobody's.
      if (column.dtype.fields === undefined) expect(hexOf(other)).toBe(hexOf(column));
    }
  });
});

describe("pandas", () => {
  it("reads plain columns as they are", () => {
    const plain = columnsOf(7).filter(
      ({ dtype, itemShape }) =>
        itemShape.length === 0 &&
        dtype.fields === undefined &&
        ("biufSU".includes(dtype.kind) || /8\[(s|ms|us|ns)\]$/.test(dtype.str)),
    );
    using table = tableOf("pandas", 7, plain);
    writeIPC(table, `${table.root}.arrow`);
    expect(python("judge_pandas", { path: `${table.root}.arrow`, columns: said(plain) })).toEqual([]);
  });
});

describe.each(["file", "stream"] as const)("what pyarrow wrote into a %s", (format) => {
  const OPTIONS = {
    dtypes: { decimal: "f8" },
    fill: { integers: -1, dictionary: "none" },
    ...QUICK,
  } as const;
  const rows = [
    ["b", "", "short", 0n, 1n, 1.5, [1, 2], 0n, -719162n, 0n, 1n, 1.5, { x: 1, y: 2 }],
    [
      "a",
      "é",
      "longer than twelve bytes",
      1n,
      -1n,
      Number.NaN,
      [3, 4],
      1n,
      0n,
      86400000n,
      -1n,
      -0.25,
      { x: Number.NaN, y: 3 },
    ],
    [
      "none",
      "日本",
      "\ufeff",
      null,
      3n,
      Number.NaN,
      [Number.NaN, Number.NaN],
      2n,
      null,
      -86400000n,
      null,
      10,
      { x: 0.5, y: 4 },
    ],
    [
      "b",
      "😀",
      "a\0b",
      -1n,
      2n ** 53n + 1n,
      -0,
      [5, Number.NaN],
      86399n,
      2932896n,
      null,
      0n,
      Number.NaN,
      { x: -0, y: 5 },
    ],
  ];
  const rest = [
    [true, 1, "616263", 7],
    [false, 0.5, "000000", 8],
    [true, -2, "78797a", 7],
    [true, Number.POSITIVE_INFINITY, "313233", 8],
  ];

  const plain = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
    return ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value;
  };

  const check = (table: MemmapTable): void => {
    expect(Array.from(table, (row) => Object.values(row).map(plain))).toEqual(
      rows.map((row, i) => [...row, ...(rest[i] ?? [])]),
    );
    expect(table.column("zone").dtype.str).toBe("<M8[us]");
    expect((table.column("zone") as unknown as { attr: unknown }).attr).toEqual({
      timezone: "Europe/Berlin",
    });
  };

  it("is read, whole and bit by bit", async () => {
    const path = join(directory, `theirs-${format}.arrow`);
    python("write", { path, format });
    using whole = fromArrow(readFileSync(path), `${path}-whole`, OPTIONS);
    check(whole);
    using streamed = await fromArrow(
      createReadStream(path, { highWaterMark: 100 }),
      `${path}-streamed`,
      OPTIONS,
    );
    check(streamed);
    await using handle = await open(path);
    using read = await fromArrow(handle, `${path}-read`, OPTIONS);
    check(read);
  });

  it("is read as Arrow for JavaScript hands it on", async () => {
    const path = join(directory, `handed-${format}.arrow`);
    python("write", { path, format });
    const arrow = tableFromIPC(readFileSync(path));
    using table = fromArrow(arrow, `${path}-table`, OPTIONS);
    check(table);
  });

  it("is refused where it is compressed", () => {
    const path = join(directory, `compressed-${format}.arrow`);
    python("write", { path, format, compression: "zstd" });
    expect(() => fromArrow(readFileSync(path), `${path}-table`, OPTIONS)).toThrow(UnsupportedError);
  });
});
