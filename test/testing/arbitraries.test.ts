import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDType } from "../../src/dtype/index.js";
import { DTypeError, type FileLayout, MemmapTable } from "../../src/index.js";
import {
  anyAttr,
  anyCell,
  anyColumnName,
  anyColumnType,
  anyDType,
  anyRows,
  anySchema,
  anySteps,
  compareTable,
  isSame,
  runSteps,
  TableModel,
} from "../../src/testing/index.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const settings = { durability: "process" } as const;
const layouts = fc.constantFrom<FileLayout>("npy", "raw");
/** Tables take milliseconds each. */
const few = { numRuns: Math.min(fc.readConfigureGlobal().numRuns ?? 100, 50) };

/** So many values, the same in each run of the tests. */
function sample<T>(arbitrary: fc.Arbitrary<T>): T[] {
  return fc.sample(arbitrary, { seed: 1, numRuns: 500 });
}

describe("anyCell", () => {
  it("gives what a column holds exactly", () => {
    const column = anyColumnType().chain(({ dtype, itemShape }) =>
      fc.tuple(
        fc.constant({ dtype, itemShape }),
        fc.array(anyCell(dtype, itemShape), { minLength: 1, maxLength: 4 }),
      ),
    );
    fc.assert(
      fc.property(column, layouts, ([{ dtype, itemShape }, cells], layout) => {
        const path = fresh();
        {
          using table = MemmapTable.create(path, { ...settings, rows: cells.length, layout });
          table.addColumn("x", dtype, { itemShape, data: cells });
        }
        using table = MemmapTable.open(path);
        const read = [...table.column("x")];
        if (!isSame(read, cells)) expect(read).toEqual(cells);
        expect(isSame(read, cells)).toBe(true);
      }),
      few,
    );
  });

  it("gives the hard ones of each kind", () => {
    const has = (dtype: string, ...values: unknown[]) => {
      const found = sample(anyCell(dtype));
      const missing = values.filter((value) => !found.some((cell) => isSame(cell, value)));
      expect({ dtype, missing }).toEqual({ dtype, missing: [] });
    };
    has("b1", true, false);
    has("i1", -128, 127, 0);
    has(">u4", 0, 2 ** 32 - 1);
    has("i8", -(2n ** 63n), 2n ** 63n - 1n);
    has("u8", 2n ** 64n - 1n);
    has("f2", Number.NaN, -0, 0, 2 ** -24, 65504, Number.POSITIVE_INFINITY);
    has("f4", Number.NaN, -0, 2 ** -149, 2 ** -126, Number.NEGATIVE_INFINITY);
    has("f8", Number.NaN, -0, 5e-324, 2 ** -1022, Number.MAX_VALUE, 2 ** 53);
    has("M8[us]", null, 2n ** 63n - 1n);
    has("m8", null);
    has("U4", "", "😀", "\u{10ffff}", "aaaa", "😀😀😀😀");
    has("S4", "", "😀", "aaaa", "éé");
    has("U1000", "a".repeat(1000));
  });

  it("fills items in typed arrays, or in lists where there are none", () => {
    for (const cell of sample(anyCell("i2", [2, 3]))) expect(cell).toBeInstanceOf(Int16Array);
    for (const cell of sample(anyCell("U3", [2]))) expect(cell).toHaveLength(2);
    expect(() => anyCell("i3")).toThrow(DTypeError);
  });
});

describe("anyDType", () => {
  it("gives every kind, and only those asked for", () => {
    const kinds = new Set(sample(anyDType({ nesting: 0 })).map(({ kind }) => kind));
    expect([...kinds].sort().join("")).toBe("MSUVbcfimu");
    const some = sample(anyDType({ kinds: "iU", nesting: 0, byteorders: [">"], maxWidth: 3 }));
    expect(new Set(some.map(({ kind }) => kind))).toEqual(new Set(["i", "U"]));
    expect(some.some(({ byteorder }) => byteorder === "<")).toBe(false);
    expect(Math.max(...some.map(({ itemsize }) => itemsize))).toBe(12);
    expect(sample(anyDType()).some(({ fields }) => fields?.some(({ dtype }) => dtype.fields))).toBe(true);
  });
});

describe("anyColumnName and anySchema", () => {
  it("give names and columns that a table takes", () => {
    fc.assert(
      fc.property(anyColumnName(), anySchema(), layouts, (name, columns, layout) => {
        using table = MemmapTable.create(fresh(), { ...settings, columns, layout, rows: 2 });
        compareTable(table, new TableModel({ columns, rows: 2 }));
        using other = MemmapTable.create(fresh(), { ...settings, columns: [[name, "i4"]] });
        expect(other.columnNames).toEqual([name]);
      }),
      few,
    );
  });

  it("give as many columns as they are told to", () => {
    const counts = sample(
      anySchema({ minColumns: 2, maxColumns: 3, dtypes: { kinds: "f", nesting: 0 } }),
    ).map((columns) => {
      for (const { dtype } of columns.values()) expect(dtype.kind).toBe("f");
      return columns.size;
    });
    expect(new Set(counts)).toEqual(new Set([2, 3]));
  });

  it("give groups, and names that objects have trouble with", () => {
    const names = sample(anySchema()).flatMap((columns) => [...columns.keys()]);
    expect(names).toEqual(expect.arrayContaining(["__proto__", "constructor", "2020", "g/h/x"]));
  });
});

describe("anyRows", () => {
  it("gives rows that a table takes, in every form", () => {
    const forms = ["rows", "object", "map", "records", "view", "iterator"] as const;
    const batch = fc
      .tuple(anySchema(), fc.constantFrom(...forms))
      .chain(([columns, form]) =>
        fc.tuple(fc.constant(columns), anyRows(columns, { forms: [form] }), anyRows(columns)),
      );
    const seen = new Set<string>();
    fc.assert(
      fc.property(batch, ([columns, batch, other]) => {
        seen.add(batch.form);
        using table = MemmapTable.create(fresh(), { ...settings, columns });
        const model = new TableModel({ columns });
        for (const { source, rows, length } of [batch, other]) {
          expect(table.append(source)).toBe(length);
          model.append(rows);
        }
        compareTable(table, model);
        if (batch.form !== "iterator") table.slice(0, batch.length).assign(batch.source);
        table.slice(batch.length).assign(other.source);
        compareTable(table, model);
      }),
      few,
    );
    expect(seen.size).toBeGreaterThan(3);
  });

  it("gives iterators, which only append takes, when it is told to", () => {
    const columns = { id: "u8" };
    expect(sample(anyRows(columns)).some(({ form }) => form === "iterator")).toBe(false);
    for (const batch of sample(anyRows(columns, { forms: ["iterator"], minRows: 1, maxRows: 2 }))) {
      expect(Symbol.iterator in batch.source).toBe(true);
      expect([1, 2]).toContain(batch.length);
      expect(String(batch)).toMatch(/^\[ \{ id: \d+n \}.* as iterator$/);
    }
  });
});

describe("anyAttr", () => {
  it("gives what a table reads back", () => {
    fc.assert(
      fc.property(anyAttr(), (attr) => {
        const path = fresh();
        MemmapTable.create(path, { ...settings, attr: attr as never }).close();
        using table = MemmapTable.open(path);
        compareTable(table, new TableModel({ attr }));
      }),
      few,
    );
  });
});

describe("anySteps", () => {
  it("gives plain data", () => {
    for (const steps of sample(anySteps())) expect(isSame(structuredClone(steps), steps)).toBe(true);
  });

  it("gives sequences of which every part is one", () => {
    const part = anySteps().chain((steps) => fc.subarray(steps));
    fc.assert(
      fc.property(part, layouts, (steps, layout) => runSteps(fresh(), steps, { layout, rows: 2 })),
      few,
    );
  });

  it("gives the kinds and numbers of steps that are asked for", () => {
    const found = sample(anySteps({ kinds: ["add", "transaction"], maxSteps: 3 }));
    const kinds = found
      .flat()
      .flatMap((step) => [
        step.kind,
        ...(step.kind === "transaction" ? step.steps.map(({ kind }) => kind) : []),
      ]);
    expect([...new Set(kinds)].sort()).toEqual(["add", "transaction"]);
    expect(Math.max(...found.map(({ length }) => length))).toBe(3);
    expect(() => anySteps({ kinds: [] })).toThrow("there are no steps of the kinds");
  });

  it("makes columns of dtypes that parse", () => {
    for (const step of sample(anySteps({ kinds: ["add"] })).flat()) {
      if (step.kind === "add") expect(parseDType(step.content.dtype).descr).toEqual(step.content.dtype);
    }
  });
});

describe("one row of cells with a shape", () => {
  it("is given so that a table knows that it is one, in every form", () => {
    const columns = { pair: { dtype: "u1", itemShape: [2] } } as const;
    using table = MemmapTable.create(fresh(), { columns, durability: "process" });
    const batches = sample(anyRows(columns, { minRows: 1, maxRows: 1 }));
    for (const batch of batches) expect(table.append(batch.source)).toBe(1);
    expect(new Set(batches.map(({ form }) => form)).size).toBeGreaterThan(3);
  });
});
