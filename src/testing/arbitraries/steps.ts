import type fc from "fast-check";
import type { FileLayout } from "../../store/index.js";
import { fastCheck } from "../fast-check.js";
import { COLUMN_FORMS, ROW_FORMS } from "../model/sources.js";
import {
  type InnerStep,
  MISTAKES,
  type OuterStep,
  STEP_ROW_FORMS,
  type Step,
  type StepContent,
  type StepRange,
} from "../run/steps.js";
import { anyAttr } from "./attributes.js";
import { anyCell } from "./cells.js";
import { anyColumnType } from "./schemas.js";

/** What {@link anySteps} may give. */
export interface StepsOptions {
  /** Most steps; 24 when left out. */
  readonly maxSteps?: number | undefined;
  /** Kinds of steps that may occur, outside transactions and in them; all when left out. */
  readonly kinds?: readonly Step["kind"][] | undefined;
}

/** Names that collide with one another now and then. */
const NAMES = [
  "a",
  "b",
  "A",
  "c d",
  "2020",
  "__proto__",
  "constructor",
  "\u00e9",
  "e\u0301",
  "g",
  "g/x",
  "g/y",
  "G/x",
  "g/h/x",
  "g/h",
  "日本/ё",
];

type Weighted<T> = { readonly weight: number; readonly arbitrary: fc.Arbitrary<T> };
type ByKind<S extends Step> = { readonly [K in S["kind"]]: Weighted<Extract<S, { kind: K }>> };

/** Objects of these parts, which read alike however they were made. */
function record<T>(parts: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fastCheck().record<T>(parts, { noNullPrototype: true });
}

/** What steps are made of. */
function parts() {
  const fc = fastCheck();
  const bound = fc.option(fc.integer({ min: -12, max: 12 }), { nil: null, freq: 3 });
  const at = fc.nat({ max: 30 });
  const range: fc.Arbitrary<StepRange> = record({
    start: bound,
    stop: bound,
    step: fc.constantFrom(1, 1, 1, 2, -1, -2, 3),
  });
  const content: fc.Arbitrary<StepContent> = fc
    .oneof(
      { weight: 3, arbitrary: anyColumnType() },
      { weight: 2, arbitrary: anyColumnType({ nesting: 0, byteorders: ["<"] }) },
    )
    .chain(({ dtype, itemShape }) =>
      record({
        dtype: fc.constant(dtype.descr),
        itemShape: fc.constant(itemShape),
        pool: fc.array(anyCell(dtype, itemShape), { minLength: 1, maxLength: 4 }),
      }),
    );
  return {
    at,
    range,
    content,
    name: fc.constantFrom(...NAMES),
    rows: fc.array(at, { maxLength: 6 }),
    layout: fc.constantFrom<FileLayout | undefined>(undefined, undefined, "npy", "raw"),
    columnForm: fc.constantFrom(...COLUMN_FORMS),
    rowForm: fc.constantFrom(...STEP_ROW_FORMS),
    attr: anyAttr(),
  };
}

function innerSteps(): ByKind<InnerStep> {
  const fc = fastCheck();
  const { at, range, content, name, rows, layout, columnForm, rowForm, attr } = parts();
  const kind = <K extends Step["kind"]>(value: K): fc.Arbitrary<K> => fc.constant(value);
  const add = {
    kind: kind("add"),
    name,
    layout,
    content,
    attr,
    overwrite: fc.boolean(),
    fill: fc.constantFrom("zeros" as const, "fill" as const, "data" as const, "data" as const),
    form: columnForm,
    at,
  };
  const append = {
    kind: kind("append"),
    count: fc.nat({ max: 5 }),
    form: fc.constantFrom(...ROW_FORMS, "take" as const, "slice" as const),
    at,
  };
  const attribute = {
    kind: kind("attr"),
    of: fc.constantFrom("table" as const, "column" as const, "group" as const),
    at,
    attr,
  };
  const assign = {
    kind: kind("assign"),
    to: fc.constantFrom("all" as const, "slice" as const, "values" as const, "fill" as const),
    at,
    range,
    form: columnForm,
    from: at,
  };
  const set = { kind: kind("set"), at, row: at, negative: fc.boolean(), from: at };
  const put = { kind: kind("put"), at, mask: fc.boolean(), rows, form: columnForm, from: at };
  const columns = fc.option(fc.array(at, { minLength: 1, maxLength: 3 }), { nil: undefined });
  const assignRows = { kind: kind("assignRows"), range, columns, form: rowForm, from: at };
  const putRows = { kind: kind("putRows"), mask: fc.boolean(), rows, form: rowForm, from: at };
  const held = fc.constantFrom(
    "column" as const,
    "slice" as const,
    "values" as const,
    "rows" as const,
    "select" as const,
  );
  return {
    add: { weight: 4, arbitrary: record(add) },
    copy: { weight: 2, arbitrary: record({ kind: kind("copy"), at, name, overwrite: fc.boolean() }) },
    rename: { weight: 2, arbitrary: record({ kind: kind("rename"), at, name }) },
    remove: { weight: 2, arbitrary: record({ kind: kind("remove"), at }) },
    resize: { weight: 3, arbitrary: record({ kind: kind("resize"), rows: fc.nat({ max: 20 }) }) },
    append: { weight: 3, arbitrary: record(append) },
    attr: { weight: 2, arbitrary: record(attribute) },
    assign: { weight: 3, arbitrary: record(assign) },
    set: { weight: 1, arbitrary: record(set) },
    put: { weight: 2, arbitrary: record(put) },
    assignRows: { weight: 2, arbitrary: record(assignRows) },
    putRows: { weight: 2, arbitrary: record(putRows) },
    setRow: { weight: 1, arbitrary: record({ kind: kind("setRow"), row: at, from: at }) },
    read: {
      weight: 1,
      arbitrary: record({ kind: kind("read"), range, rows, columns: fc.array(at, { maxLength: 3 }) }),
    },
    hold: { weight: 2, arbitrary: record({ kind: kind("hold"), what: held, at, range }) },
    mistake: {
      weight: 3,
      arbitrary: record({ kind: kind("mistake"), what: fc.constantFrom(...MISTAKES), at }),
    },
  };
}

function outerSteps(inner: fc.Arbitrary<InnerStep> | undefined): ByKind<OuterStep> {
  const fc = fastCheck();
  const { at, content, name, layout, attr } = parts();
  const kind = <K extends Step["kind"]>(value: K): fc.Arbitrary<K> => fc.constant(value);
  const steps = inner === undefined ? fc.constant([]) : fc.array(inner, { maxLength: 7 });
  const mode = fc.constantFrom("r" as const, "r+" as const, "r+" as const, "a" as const);
  const how = fc.constantFrom("open" as const, "create" as const);
  const replace = { kind: kind("replace"), rows: fc.nat({ max: 5 }), how, attr };
  return {
    transaction: {
      weight: 4,
      arbitrary: record({ kind: kind("transaction"), steps, throws: fc.boolean() }),
    },
    flush: { weight: 1, arbitrary: record({ kind: kind("flush") }) },
    refresh: { weight: 1, arbitrary: record({ kind: kind("refresh") }) },
    reopen: {
      weight: 2,
      arbitrary: record({ kind: kind("reopen"), mode, layout, scribble: fc.boolean() }),
    },
    replace: { weight: 1, arbitrary: record(replace) },
    outside: { weight: 1, arbitrary: record({ kind: kind("outside"), name, content, at }) },
  };
}

function oneOf<S extends Step>(steps: ByKind<S>, kinds: readonly string[] | undefined) {
  const fc = fastCheck();
  const chosen = (Object.entries(steps) as [string, Weighted<S>][]).filter(
    ([kind]) => kinds === undefined || kinds.includes(kind),
  );
  return chosen.length === 0 ? undefined : fc.oneof(...chosen.map(([, weighted]) => weighted));
}

/**
 * Sequences of everything that can be done to a table, mistakes and reopening included: plain data for
 * {@link runSteps}, of which every part is a sequence too.
 *
 * ```ts
 * fc.assert(fc.property(anySteps(), (steps) => runSteps(fresh(), steps)));
 * ```
 *
 * @throws UnsupportedError where fast-check is not installed
 */
export function anySteps(options: StepsOptions = {}): fc.Arbitrary<Step[]> {
  const fc = fastCheck();
  const { maxSteps = 24, kinds } = options;
  const inner = oneOf(innerSteps(), kinds);
  const outer = oneOf(outerSteps(inner), kinds);
  const choices: Weighted<Step>[] = [];
  if (inner !== undefined) choices.push({ weight: 2, arbitrary: inner });
  if (outer !== undefined) choices.push({ weight: 1, arbitrary: outer });
  if (choices.length === 0) throw new Error(`there are no steps of the kinds ${String(kinds)}`);
  return fc.array(fc.oneof(...choices), { minLength: 1, maxLength: maxSteps, size: "max" });
}
