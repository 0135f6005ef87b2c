import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type ArrayView, denseLayout, wrap } from "../src/array/index.js";
import { parseDType } from "../src/dtype/index.js";
import { MemmapTable } from "../src/table/index.js";
import { startStorer } from "../test/support/storer.js";
import { temporaryPaths } from "../test/support/temporary.js";

const fresh = temporaryPaths();
const storer = startStorer();

const BLOCK = 65_536;

/** One thing that happens to a column, or is asked of it. Places are parts of the whole. */
type Step =
  | { readonly do: "build" | "refresh" | "age" }
  | { readonly do: "append"; readonly rows: number }
  | { readonly do: "store"; readonly who: "writer" | "other"; readonly at: number; readonly value: number }
  | { readonly do: "ask"; readonly low: number; readonly high: number; readonly from: number };

const part = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });
const value = fc.integer({ min: -100, max: 100 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("build" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("refresh" as const, "age" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("append" as const), rows: fc.integer({ min: 1, max: BLOCK }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("store" as const),
      who: fc.constantFrom("writer" as const, "other" as const),
      at: part,
      value,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("ask" as const), low: value, high: value, from: part }),
  },
);

/** Numbers between -100 and 100: ascending, or in no order. */
function numbers(length: number, isOrdered: boolean): Float64Array {
  return Float64Array.from(
    { length },
    (_, i) => Math.floor(isOrdered ? (200 * i) / length : (i * 7919) % 201) - 100,
  );
}

/** Everything that one is compared by, from some row on. */
function answers(column: ArrayView, from: number, low: number, high: number): Uint8Array {
  const rows = column.slice(from, null);
  const masks = [rows.between(low, high), rows.eq(low), rows.ne(low), rows.lt(low), rows.ge(high)];
  const conditions = [
    rows.condition("between", low, high),
    ...(["eq", "ne", "lt"] as const).map((op) => rows.condition(op, low)),
    rows.condition("ge", high),
  ];
  const counts = Float64Array.from(conditions, (condition) => condition.count());
  return Buffer.concat([...masks.map(({ values }) => values as Uint8Array), new Uint8Array(counts.buffer)]);
}

/** A column in memory of the same elements as a file's. */
function inMemory(dtype: "f8" | "i2", values: Float64Array): ArrayView {
  const typed = dtype === "f8" ? values : Int16Array.from(values);
  const bytes = new Uint8Array(typed.buffer);
  return wrap(
    { dtype: parseDType(dtype), layout: denseLayout([typed.length], typed.BYTES_PER_ELEMENT), bytes },
    false,
  );
}

it("comparing by an index gives what comparing without one gives, whoever stores in between", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("f8" as const, "i2" as const),
      fc.boolean(),
      fc.integer({ min: BLOCK + 1, max: 3 * BLOCK }),
      fc.array(step, { minLength: 6, maxLength: 14 }),
      async (dtype, isOrdered, rows, steps) => {
        const root = fresh();
        const path = join(root, "x.npy");
        let model = numbers(rows, isOrdered);
        const made = MemmapTable.create(root, { rows, durability: "process" });
        made.addColumn("x", dtype, { data: dtype === "f8" ? model : Int16Array.from(model) });
        made.close();
        using reader = MemmapTable.open(root);
        const writing = <T>(work: (table: MemmapTable) => T): T => {
          using table = MemmapTable.open(root, {
            mode: "r+",
            durability: "process",
          }) as unknown as MemmapTable;
          return work(table);
        };
        const age = () => utimesSync(path, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
        // A reader that has mapped a column shows the same rows until it is refreshed.
        void reader.column("x").at(0);
        let shown = rows;
        age();
        for (const each of steps) {
          switch (each.do) {
            case "age":
              age();
              break;
            case "build":
              age();
              writing((table) => table.column("x").buildIndex());
              break;
            case "refresh":
              reader.refresh();
              void reader.column("x").at(0);
              shown = model.length;
              break;
            case "append":
              writing((table) =>
                table.append({ x: Int16Array.from({ length: each.rows }, (_, i) => i % 50) }),
              );
              model = Float64Array.from(
                { length: model.length + each.rows },
                (_, i) => model[i] ?? (i - model.length) % 50,
              );
              break;
            case "store": {
              const at = Math.floor(each.at * model.length);
              model[at] = each.value;
              if (each.who === "other") await storer.store(path, at, each.value);
              else writing((table) => table.column("x").set(at, each.value));
              break;
            }
            case "ask": {
              const from = Math.floor(each.from * shown);
              const expected = answers(inMemory(dtype, model.slice(0, shown)), from, each.low, each.high);
              const found = answers(reader.column("x"), from, each.low, each.high);
              expect(Buffer.compare(found, expected)).toBe(0);
              break;
            }
            default:
              each satisfies never;
          }
        }
        expect(readdirSync(join(root, ".memmap")).filter((name) => name.startsWith("stage"))).toEqual([]);
      },
    ),
    { numRuns: Math.ceil((fc.readConfigureGlobal().numRuns ?? 100) / 16) },
  );
});
