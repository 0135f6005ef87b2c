import fc from "fast-check";
import { expect, it } from "vitest";
import { parseDType } from "../src/dtype/index.js";
import { isMemmapError } from "../src/errors.js";
import { type ColumnState, rowBytes } from "../src/store/catalog.js";
import type { Draft } from "../src/store/draft.js";
import { crashScenario } from "../test/crash/states.js";
import { baseChange, type Change, type Layout } from "../test/crash/states-scenarios.js";

const numRuns = process.env.RUNS === undefined ? 5 : Number(process.env.RUNS);

const LAYOUTS = ["npy", "raw"] as const;
const DTYPES = ["<i4", "<f8", "|u1", "<U5"];
const NAMES = ["a", "b", "g/b", "g/c", "g/h/d", "x/y", "wide"];

/** One change of a draft, whichever columns there are. */
type Step =
  | {
      readonly kind: "add" | "overwrite";
      readonly name: string;
      readonly dtype: string;
      readonly layout: Layout;
    }
  | { readonly kind: "copy" | "rename"; readonly which: number; readonly name: string }
  | { readonly kind: "remove"; readonly which: number }
  | { readonly kind: "resize" | "append"; readonly rows: number }
  | { readonly kind: "column attribute"; readonly which: number; readonly value: number }
  | { readonly kind: "group attribute"; readonly group: string; readonly value: number }
  | { readonly kind: "clear"; readonly rows: number };

const name = fc.constantFrom(...NAMES);
const which = fc.nat(10);
const rows = fc.oneof(fc.nat(8), fc.nat(200));
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("add" as const, "overwrite" as const),
    name,
    dtype: fc.constantFrom(...DTYPES),
    layout: fc.constantFrom(...LAYOUTS),
  }),
  fc.record({ kind: fc.constantFrom("copy" as const, "rename" as const), which, name }),
  fc.record({ kind: fc.constant("remove" as const), which }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("resize" as const, "append" as const), rows }) },
  fc.record({ kind: fc.constant("column attribute" as const), which, value: fc.nat() }),
  fc.record({
    kind: fc.constant("group attribute" as const),
    group: fc.constantFrom("", "g", "g/h"),
    value: fc.nat(),
  }),
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("clear" as const), rows: fc.nat(4) }) },
);

function carryOut(step: Step, draft: Draft): void {
  const names = [...draft.columns.keys()];
  const chosen = "which" in step ? names[step.which % Math.max(names.length, 1)] : undefined;
  switch (step.kind) {
    case "add":
    case "overwrite":
      draft.add(step.name, {
        dtype: parseDType(step.dtype),
        itemShape: [],
        layout: step.layout,
        attr: step.name,
        overwrite: step.kind === "overwrite",
      });
      break;
    case "copy":
      if (chosen !== undefined) draft.copy(chosen, step.name);
      break;
    case "rename":
      if (chosen !== undefined) draft.rename(chosen, step.name);
      break;
    case "remove":
      if (chosen !== undefined) draft.remove(chosen);
      break;
    case "resize":
      draft.resize(step.rows);
      break;
    case "append": {
      const bytesOf = (_: string, column: ColumnState) => [
        new Uint8Array(step.rows * rowBytes(column)).fill(65),
      ];
      // Of text, only what is some code point can be read; here nobody does.
      draft.append([{ count: step.rows, bytesOf }]);
      break;
    }
    case "column attribute":
      if (chosen !== undefined) draft.setColumnAttr(chosen, step.value);
      break;
    case "group attribute":
      // A group that has no columns is none.
      if (step.group === "" || names.some((each) => each.startsWith(`${step.group}/`))) {
        draft.setGroupAttr(step.group, step.value);
      }
      break;
    case "clear":
      draft.clear(step.rows);
      break;
    default:
      step satisfies never;
  }
}

/** What cannot be is left out: a name that is taken, or stands in the way. */
function changeOf(steps: readonly Step[]): Change {
  return (draft) => {
    for (const step of steps) {
      try {
        carryOut(step, draft);
      } catch (error) {
        if (!isMemmapError(error, "EXISTS") && !isMemmapError(error, "NAME")) throw error;
      }
    }
  };
}

it("any changes, one after the other, are there whole or not at all after a crash at any moment", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...LAYOUTS),
      fc.array(fc.array(anyStep, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      fc.nat(),
      (layout, transactions, seed) => {
        const scenario = { name: "any", base: baseChange(layout), changes: transactions.map(changeOf) };
        const { violations } = crashScenario(scenario, {
          limit: 3,
          deeper: 2,
          every: 16,
          seed,
          stopAtFirst: true,
        });
        expect(violations.join("\n").slice(0, 2000)).toBe("");
      },
    ),
    { numRuns },
  );
});
