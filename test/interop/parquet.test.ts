import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exportFile } from "../../src/frame/sql/index.js";
import { type DType, MemmapTable, parseDType } from "../../src/index.js";
import { requireType } from "../frame/sql/expected.js";
import { PLAIN, STRUCTURES } from "./dtypes.js";
import { Random } from "./random.js";
import { askScript, QUICK, scratchDirectory } from "./support.js";
import { nestedFromWire, type Wire } from "./wire.js";

const directory = scratchDirectory();
const python = (call: string, args: object) => askScript("parquet_files.py", call, args);

/** Whether SQL has a type for it. */
function isSqls(dtype: DType): boolean {
  try {
    requireType(dtype);
    return true;
  } catch {
    return false;
  }
}

/** Dates that all types of dates have: random counts are of units that they are not in. */
function tame(dtype: DType, wire: Wire): Wire {
  const { fields, kind } = dtype;
  if (fields !== undefined && Array.isArray(wire)) {
    const values: readonly Wire[] = wire;
    return fields.map(({ dtype: inner, shape }, i) => {
      const value = values[i] ?? null;
      return shape.length > 0 && Array.isArray(value)
        ? value.map((part: Wire) => tame(inner, part))
        : tame(inner, value);
    });
  }
  if (kind !== "M" || typeof wire !== "string") return wire;
  const multiple = BigInt(dtype.step?.multiple ?? 1);
  return String(BigInt(wire) % (20_000n / (multiple < 20_000n ? multiple : 19_999n)));
}

const dtypes = [...PLAIN, ...STRUCTURES.filter(({ align }) => align !== true).map(({ fields }) => fields)]
  .map((spec) => parseDType(spec))
  .filter(isSqls);

/** A table of columns of random values. */
function tableOf(name: string, rows: number, wanted: (dtype: DType, axes: number) => boolean): MemmapTable {
  const table = MemmapTable.create(join(directory, name), { rows, ...QUICK });
  table.transaction(() => {
    for (const [i, dtype] of dtypes.entries()) {
      for (const itemShape of [[], [2], [2, 3]]) {
        if (!wanted(dtype, itemShape.length)) continue;
        const shape = [rows, ...itemShape];
        const size = shape.reduce((product, axis) => product * axis, 1);
        const wires = new Random(`${name} ${i} ${itemShape}`)
          .wires(dtype, size)
          .map((wire) => tame(dtype, wire));
        const data = rows === 0 ? {} : { data: nestedFromWire(dtype, shape, wires) as readonly unknown[] };
        table.addColumn(`c${i}-${itemShape.join("x")}`, dtype, { itemShape, ...data });
      }
    }
  });
  return table;
}

describe.each([7, 1, 0, 3000])("%i rows of every dtype that SQL has a type for", (rows) => {
  it("are in pyarrow what they are here", async () => {
    using table = tableOf(
      `arrow-${rows}`,
      rows,
      (dtype, axes) => rows < 100 || (axes === 0 && dtype.fields === undefined),
    );
    const path = `${table.root}.parquet`;
    await exportFile(table, path);
    expect(Object.keys(python("columns", { path }) as object)).toEqual(table.columnNames);
    expect(python("judge", { path, root: table.root })).toEqual([]);
  });
});

describe("pandas", () => {
  it("reads plain columns as they are", async () => {
    using table = tableOf("pandas", 50, ({ kind, fields, str }, axes) => {
      const isPlain = "biufSU".includes(kind) || /M8\[(s|ms|us|ns)\]$/.test(str);
      return axes === 0 && fields === undefined && isPlain && !str.endsWith("f2");
    });
    const path = `${table.root}.parquet`;
    await exportFile(table, path);
    const dates = table.columnNames.filter((name) => table.column(name).dtype.kind === "M");
    expect(dates.length).toBeGreaterThan(3);
    expect(table.columnNames.length).toBeGreaterThan(20);
    expect(python("judge_pandas", { path, root: table.root, dates })).toEqual([]);
  });
});

describe("types", () => {
  it("are those that the README says", async () => {
    using table = MemmapTable.create(join(directory, "types"), {
      rows: 1,
      columns: {
        b: "b1",
        i: "i8",
        u: "u1",
        h: "f2",
        f: "f4",
        t: "U3",
        s: "S3",
        v: "V3",
        day: "M8[D]",
        us: "M8[us]",
        ns: "M8[ns]",
        m: "m8[s]",
        z: "c8",
      },
      ...QUICK,
    });
    const path = `${table.root}.parquet`;
    await exportFile(table, path);
    expect(python("columns", { path })).toEqual({
      b: "bool",
      i: "int64",
      u: "uint8",
      h: "float",
      f: "float",
      t: "string",
      s: "string",
      v: "binary",
      day: "date32[day]",
      us: "timestamp[us]",
      ns: "timestamp[ns]",
      m: "int64",
      z: "struct<re: float, im: float>",
    });
  });
});
