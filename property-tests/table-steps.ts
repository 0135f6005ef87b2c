/**
 * Random steps for a table. They are plain data that say which column by a number, so that any part of a sequence is
 * a sequence too, and shrinking keeps what matters.
 *
 * @module
 */

import fc from "fast-check";

import { anyCell, anyDType } from "./arbitraries.js";

const at = fc.nat({ max: 30 });
const bound = fc.option(fc.integer({ min: -12, max: 12 }), { nil: null, freq: 3 });
const step = fc.constantFrom(1, 1, 1, 2, -1, -2, 3);

/** Names that collide with one another now and then. */
const name = fc.constantFrom(
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
);

export const anyAttr: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant(null),
  fc.jsonValue({ maxDepth: 2 }),
  fc.bigInt(),
  fc.double(),
  fc.date({ noInvalidDate: true }),
  fc.float64Array({ maxLength: 3 }),
  fc.bigInt64Array({ maxLength: 3 }),
);

/** How the cells of a column are handed over. */
export const COLUMN_FORMS = ["list", "typed", "view", "strided", "swapped", "field"] as const;
/** How rows are handed over. */
export const ROW_FORMS = ["rows", "object", "map", "records", "take", "slice"] as const;

const columnForm = fc.constantFrom(...COLUMN_FORMS);
const rowForm = fc.constantFrom(...ROW_FORMS);
const layout = fc.constantFrom(undefined, undefined, "npy" as const, "raw" as const);
const range = fc.record({ start: bound, stop: bound, step });
const itemShape = fc.oneof(
  { weight: 5, arbitrary: fc.constant<readonly number[]>([]) },
  { weight: 3, arbitrary: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }) },
  // Nested lists of no cells say their shape only where the last axis is the empty one.
  {
    weight: 1,
    arbitrary: fc
      .array(fc.integer({ min: 1, max: 2 }), { maxLength: 2 })
      .map((axes): readonly number[] => [...axes, 0]),
  },
);

/** What a new column holds, and cells for it. */
const content = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: anyDType({ maxWidth: 6 }) },
      { weight: 2, arbitrary: anyDType({ maxWidth: 6, nesting: 0, byteorders: ["<"] }) },
    ),
    itemShape,
  )
  // Bytes nested in lists of lists can be an element or an array of one.
  .map(([dtype, shape]) => [dtype, dtype.kind === "V" && !dtype.fields ? shape.slice(0, 1) : shape] as const)
  .chain(([dtype, shape]) =>
    fc.record({
      dtype: fc.constant(dtype),
      itemShape: fc.constant(shape),
      pool: fc.array(anyCell(dtype, shape), { minLength: 1, maxLength: 4 }),
    }),
  );

const columnRecord = { kind: fc.constant("add" as const), name, layout, content, attr: anyAttr };
const add = fc.record({
  ...columnRecord,
  overwrite: fc.boolean(),
  fill: fc.constantFrom("zeros" as const, "fill" as const, "data" as const, "data" as const),
  form: columnForm,
  at,
});
const copy = fc.record({ kind: fc.constant("copy" as const), at, name, overwrite: fc.boolean() });
const rename = fc.record({ kind: fc.constant("rename" as const), at, name });
const remove = fc.record({ kind: fc.constant("remove" as const), at });
const resize = fc.record({ kind: fc.constant("resize" as const), rows: fc.nat({ max: 20 }) });
const append = fc.record({
  kind: fc.constant("append" as const),
  count: fc.nat({ max: 5 }),
  form: fc.constantFrom(...ROW_FORMS, "iterator" as const),
  at,
});
const attr = fc.record({
  kind: fc.constant("attr" as const),
  of: fc.constantFrom("table" as const, "column" as const, "group" as const),
  at,
  attr: anyAttr,
});
const assign = fc.record({
  kind: fc.constant("assign" as const),
  to: fc.constantFrom("all" as const, "slice" as const, "values" as const, "fill" as const),
  at,
  range,
  form: columnForm,
  from: at,
});
const set = fc.record({ kind: fc.constant("set" as const), at, row: at, negative: fc.boolean(), from: at });
const put = fc.record({
  kind: fc.constant("put" as const),
  at,
  mask: fc.boolean(),
  rows: fc.array(at, { maxLength: 6 }),
  form: columnForm,
  from: at,
});
const assignRows = fc.record({
  kind: fc.constant("assignRows" as const),
  range,
  columns: fc.option(fc.array(at, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  form: rowForm,
  from: at,
});
const putRows = fc.record({
  kind: fc.constant("putRows" as const),
  mask: fc.boolean(),
  rows: fc.array(at, { maxLength: 6 }),
  form: rowForm,
  from: at,
});
const setRow = fc.record({ kind: fc.constant("setRow" as const), row: at, from: at });
const read = fc.record({
  kind: fc.constant("read" as const),
  range,
  rows: fc.array(at, { maxLength: 6 }),
  columns: fc.array(at, { maxLength: 3 }),
});
const hold = fc.record({
  kind: fc.constant("hold" as const),
  what: fc.constantFrom(
    "column" as const,
    "slice" as const,
    "values" as const,
    "rows" as const,
    "select" as const,
  ),
  at,
  range,
});

/** What must fail, and change nothing. */
export const MISTAKES = [
  "name",
  "exists",
  "dtype",
  "fill",
  "data",
  "both",
  "unknown",
  "renameOver",
  "cast",
  "castRow",
  "castAppend",
  "lacks",
  "extra",
  "shape",
  "index",
  "rows",
  "huge",
  "attr",
  "group",
  "putIndex",
  "mask",
  "nested",
  "refresh",
] as const;
const mistake = fc.record({ kind: fc.constant("mistake" as const), what: fc.constantFrom(...MISTAKES), at });

/** Steps that a transaction may hold. */
const inner = fc.oneof(
  { weight: 4, arbitrary: add },
  { weight: 2, arbitrary: copy },
  { weight: 2, arbitrary: rename },
  { weight: 2, arbitrary: remove },
  { weight: 3, arbitrary: resize },
  { weight: 3, arbitrary: append },
  { weight: 2, arbitrary: attr },
  { weight: 3, arbitrary: assign },
  { weight: 1, arbitrary: set },
  { weight: 2, arbitrary: put },
  { weight: 2, arbitrary: assignRows },
  { weight: 2, arbitrary: putRows },
  { weight: 1, arbitrary: setRow },
  { weight: 1, arbitrary: read },
  { weight: 2, arbitrary: hold },
  { weight: 3, arbitrary: mistake },
);

const transaction = fc.record({
  kind: fc.constant("transaction" as const),
  steps: fc.array(inner, { maxLength: 7 }),
  throws: fc.boolean(),
});
const flush = fc.record({ kind: fc.constant("flush" as const) });
const refresh = fc.record({ kind: fc.constant("refresh" as const) });
const reopen = fc.record({
  kind: fc.constant("reopen" as const),
  mode: fc.constantFrom("r" as const, "r+" as const, "r+" as const, "a" as const),
  layout,
  scribble: fc.boolean(),
});
const replace = fc.record({
  kind: fc.constant("replace" as const),
  rows: fc.nat({ max: 5 }),
  how: fc.constantFrom("open" as const, "create" as const),
  attr: anyAttr,
});
const outside = fc.record({ ...columnRecord, kind: fc.constant("outside" as const), at });

export type InnerStep = typeof inner extends fc.Arbitrary<infer T> ? T : never;
export type Step =
  | InnerStep
  | (typeof transaction extends fc.Arbitrary<infer T> ? T : never)
  | (typeof flush extends fc.Arbitrary<infer T> ? T : never)
  | (typeof refresh extends fc.Arbitrary<infer T> ? T : never)
  | (typeof reopen extends fc.Arbitrary<infer T> ? T : never)
  | (typeof replace extends fc.Arbitrary<infer T> ? T : never)
  | (typeof outside extends fc.Arbitrary<infer T> ? T : never);
export type StepOf<K extends Step["kind"]> = Extract<Step, { kind: K }>;

export const anySteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: inner },
    { weight: 4, arbitrary: transaction },
    { weight: 1, arbitrary: flush },
    { weight: 1, arbitrary: refresh },
    { weight: 2, arbitrary: reopen },
    { weight: 1, arbitrary: replace },
    { weight: 1, arbitrary: outside },
  ),
  { minLength: 1, maxLength: 24, size: "max" },
);
