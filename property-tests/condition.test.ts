import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { ArrayView, Condition } from "../src/index.js";
import { COLUMNS, tableOfColumns } from "../test/array/parallel-columns.js";
import { parallelAlways, pathsAndWorkers } from "../test/array/parallel-support.js";
import { outcomeOf, partOf, parts, ROWS, zerosOf } from "./parallel-parts.js";

/** Conditions, held against the masks that they stand for. */

const fresh = pathsAndWorkers();
const numRuns = process.env.RUNS === undefined ? 25 : Number(process.env.RUNS);
const OPS = ["eq", "ne", "lt", "le", "gt", "ge", "between"] as const;
type Op = (typeof OPS)[number];
let columns: ArrayView[] = [];

beforeAll(() => {
  const { seed } = fc.readConfigureGlobal();
  const table = tableOfColumns(fresh(), ROWS, seed ?? 1);
  columns = COLUMNS.map((_, i) => table.column(`c${i}`) as ArrayView);
  return () => table.close();
});

type Compared = Readonly<Record<Op, (...others: readonly unknown[]) => ArrayView>> & {
  condition(op: Op, ...others: readonly unknown[]): Condition;
};

/** An element, as far as the array has any. */
function elementOf(array: ArrayView, place: number): unknown {
  return array.ndim === 1
    ? array.at(place % array.length)
    : array.at(place % array.length, ...zerosOf(array));
}

/** Both forms of one comparison. */
function formsOf(array: ArrayView, op: Op, others: readonly unknown[]) {
  const compared = array as unknown as Compared;
  return {
    mask: () => compared[op](...others),
    condition: () => compared.condition(op, ...others),
  };
}

const place = fc.nat(ROWS - 1);

describe("a condition", () => {
  it("holds for as many elements as its mask has, whatever it is of", async () => {
    const kinds = fc.constantFrom("value", "value", "row", "itself");
    await fc.assert(
      fc.asyncProperty(
        parts,
        fc.constantFrom(...OPS),
        place,
        place,
        kinds,
        async (part, op, at, to, kind) => {
          const array = partOf(columns[part.column], part);
          if (array.size === 0) return;
          const first =
            kind === "row"
              ? array.slice(0, 1)
              : kind === "itself"
                ? array.slice(null, null, -1)
                : elementOf(array, at);
          const others = op === "between" ? [first, elementOf(array, to)] : [first];
          const { mask, condition } = formsOf(array, op, others);
          const expected = await outcomeOf(() => mask().countNonzero());
          expect(await outcomeOf(() => condition().count())).toEqual(expected);
          expect(await outcomeOf(() => condition().mask())).toEqual(await outcomeOf(mask));
          for (const workers of [1, 3]) {
            const found = await outcomeOf(() => parallelAlways(() => condition().countAsync({ workers })));
            expect(found).toEqual(expected);
          }
        },
      ),
      { numRuns },
    );
  });

  it("chooses for reductions what its mask does", async () => {
    const names = ["sum", "mean", "var", "std", "min", "max", "any", "all", "countNonzero"] as const;
    const flat = fc.constantFrom(
      ...COLUMNS.flatMap(([, itemShape], i) => (itemShape.length === 0 ? [i] : [])),
    );
    await fc.assert(
      fc.asyncProperty(
        parts,
        flat,
        fc.constantFrom(...names),
        fc.constantFrom(...OPS),
        fc.record({ skipNaN: fc.boolean() }, { requiredKeys: [], noNullPrototype: true }),
        place,
        place,
        async (part, other, name, op, options, at, to) => {
          const array = partOf(columns[part.column], part) as unknown as Record<
            string,
            (options: object) => unknown
          >;
          const by = partOf(columns[other], { ...part, inner: false });
          if (by.size === 0) return;
          const others = op === "between" ? [elementOf(by, at), elementOf(by, to)] : [elementOf(by, at)];
          const { mask, condition } = formsOf(by, op, others);
          const expected = await outcomeOf(() => array[name]({ ...options, where: mask() }));
          expect(await outcomeOf(() => array[name]({ ...options, where: condition() }))).toEqual(expected);
          for (const workers of [1, 3]) {
            const asked = () => array[`${name}Async`]({ ...options, where: condition(), workers });
            expect(await outcomeOf(() => parallelAlways(async () => asked()))).toEqual(expected);
          }
        },
      ),
      { numRuns: 2 * numRuns },
    );
  });
});
