import { describe, expect, it } from "vitest";
import { parseDType } from "../../src/dtype/index.js";
import { type Catalog, type ColumnState, nextId } from "../../src/store/catalog.js";
import type { JsonValue } from "../../src/store/json-value.js";
import { StorePaths } from "../../src/store/paths.js";
import { type Plan, planChanges } from "../../src/store/plan.js";

const paths = new StorePaths("/t");

/** A column of 3 rows as it is stored. */
function column(name: string, more: Partial<ColumnState> = {}): ColumnState {
  return {
    id: nextId(),
    layout: "npy",
    dtype: parseDType("i4"),
    itemShape: [],
    rows: 3,
    fortran: false,
    dataOffset: 128,
    header: undefined,
    path: paths.column(name),
    file: { dev: 1, ino: 1, born: 1 },
    staged: false,
    attr: null,
    sidecar: undefined,
    ...more,
  };
}

function catalog(
  columns: Record<string, ColumnState>,
  { rows = 3, groups = {} }: { rows?: number; groups?: Record<string, JsonValue> } = {},
): Catalog {
  return { rows, columns: new Map(Object.entries(columns)), groups: new Map(Object.entries(groups)) };
}

/** A plan in words, one a step. */
function words({ stage, changes }: Plan): string[] {
  return [
    ...stage.map((step) => {
      switch (step.kind) {
        case "sync":
          return `sync ${step.path}`;
        case "check":
          return `check ${step.column.path}${step.isNeeded ? "" : " if there"}`;
        case "finish":
          return `finish ${step.to} with ${step.column.rows}`;
        case "file":
          return `file ${step.to} ${Buffer.from(step.bytes)}`;
        case "link":
          return `link ${step.from} to ${step.to}`;
        case "reshape":
          return `reshape ${step.from} to ${step.to} [${step.shape}]`;
        default:
          return step satisfies never;
      }
    }),
    ...changes.map((change) =>
      change.op === "header" || change.op === "punch"
        ? `${change.op} ${change.path} ${change.column.rows}`
        : `${change.op} ${change.path}`,
    ),
  ];
}

const plan = (base: Catalog, next: Catalog) => words(planChanges(base, next, paths));

const staged = (more: Partial<ColumnState> = {}) =>
  column("", { path: "/t/.memmap/stage-1/0000", staged: true, ...more });

describe("what leads from one catalog to the next", () => {
  it("is nothing where nothing changed", () => {
    const a = column("a", { attr: Number.NaN, sidecar: "/t/a.attr" });
    const base = catalog({ a }, { groups: { "": Number.NaN, g: 1 } });
    expect(plan(base, catalog({ a: { ...a } }, { groups: { "": Number.NaN, g: 1 } }))).toEqual([]);
  });

  it("is a new file, its sidecar before it", () => {
    const a = column("a");
    expect(plan(catalog({ a }), catalog({ a, "g/h/b": staged({ attr: 1 }) }))).toEqual([
      'file g/h/b.attr {"attr": 1}',
      "finish g/h/b.npy with 3",
      "mkdir g",
      "mkdir g/h",
      "put g/h/b.attr",
      "put g/h/b.npy",
    ]);
  });

  it("is a file in another's place, whose sidecar goes where it has none", () => {
    const a = column("a", { attr: 1, sidecar: "/t/a.attr" });
    expect(plan(catalog({ a }), catalog({ a: staged() }))).toEqual([
      "finish a.npy with 3",
      "check /t/a.npy if there",
      "put a.npy",
      "delete a.attr",
    ]);
  });

  it("is a second name and the end of the first where a column was renamed", () => {
    const a = column("a", { attr: 1, sidecar: "/t/a.attr" });
    expect(plan(catalog({ a }), catalog({ "g/b": a }))).toEqual([
      "link /t/a.attr to g/b.attr",
      "check /t/a.npy",
      "link /t/a.npy to g/b.npy",
      "check /t/a.npy if there",
      "mkdir g",
      "put g/b.attr",
      "put g/b.npy",
      "delete a.npy",
      "delete a.attr",
    ]);
  });

  it("is one put for each name where columns change names in a ring", () => {
    const [a, b] = [column("a", { attr: 1, sidecar: "/t/a.attr" }), column("b")];
    expect(
      plan(catalog({ a, b }), catalog({ b: a, a: b })).filter((step) => !step.startsWith("check")),
    ).toEqual([
      "link /t/a.attr to b.attr",
      "link /t/a.npy to b.npy",
      "link /t/b.npy to a.npy",
      "put b.attr",
      "put b.npy",
      "put a.npy",
      "delete a.attr",
    ]);
  });

  it("is the end of files, and of directories that are left empty, the deepest first", () => {
    const a = column("a", { attr: 1, sidecar: "/t/a.attr" });
    const b = column("g/h/b");
    expect(plan(catalog({ a, "g/h/b": b }), catalog({}))).toEqual([
      "check /t/a.npy if there",
      "check /t/g/h/b.npy if there",
      "delete a.npy",
      "delete g/h/b.npy",
      "delete a.attr",
      "rmdir g/h",
      "rmdir g",
    ]);
  });

  it("is another header where rows were added, their bytes synced before", () => {
    const a = column("a");
    expect(plan(catalog({ a }), catalog({ a: { ...a, rows: 5 } }, { rows: 5 }))).toEqual([
      "check /t/a.npy",
      "sync /t/a.npy",
      "header a.npy 5",
    ]);
  });

  it("is another header and then a hole where rows were discarded", () => {
    const a = column("a", { itemShape: [2] });
    expect(plan(catalog({ a }), catalog({ a: { ...a, rows: 1 } }, { rows: 1 }))).toEqual([
      "check /t/a.npy",
      "header a.npy 1",
      "punch a.npy 1",
    ]);
  });

  it("is another shape in the sidecar of a raw column", () => {
    const a = column("a", { layout: "raw", dataOffset: 0, sidecar: "/t/a.attr", attr: 1 });
    expect(plan(catalog({ a }), catalog({ a: { ...a, rows: 5 } }, { rows: 5 }))).toEqual([
      "reshape /t/a.attr to a.attr [5]",
      "check /t/a.npy",
      "sync /t/a.npy",
      "put a.attr",
    ]);
    expect(plan(catalog({ a }), catalog({ a: { ...a, attr: 2 } }))).toEqual([
      'file a.attr {"dtype": "<i4", "shape": [3], "attr": 2}',
      "put a.attr",
    ]);
    expect(plan(catalog({ a }), catalog({ b: a })).filter((step) => step.includes("attr"))).toEqual([
      "link /t/a.attr to b.attr",
      "put b.attr",
      "delete a.attr",
    ]);
  });

  it("keeps the sidecar of a column whose file was staged anew", () => {
    const a = column("a", { attr: 1, sidecar: "/t/a.attr" });
    const grown = { ...a, ...staged(), id: a.id, attr: 1, sidecar: "/t/a.attr", rows: 9 };
    expect(plan(catalog({ a }), catalog({ a: grown }, { rows: 9 }))).toEqual([
      "finish a.npy with 9",
      "check /t/a.npy if there",
      "put a.npy",
    ]);
  });

  it("is a sidecar where an attribute was set or taken back", () => {
    const a = column("a");
    expect(plan(catalog({ a }), catalog({ a: { ...a, attr: [1] } }))).toEqual([
      'file a.attr {"attr": [1]}',
      "put a.attr",
    ]);
    const b = column("b", { attr: 1, sidecar: "/t/b.attr" });
    expect(plan(catalog({ b }), catalog({ b: { ...b, attr: null } }))).toEqual([
      'file b.attr {"attr": null}',
      "put b.attr",
    ]);
  });

  it("is the sidecar of a group, in a directory of its own, or its end", () => {
    const a = column("g/a");
    const base = catalog({ "g/a": a }, { groups: { "": 1, g: 2 } });
    expect(plan(base, catalog({ "g/a": a }, { groups: { "": 1, g: 3, h: 4 } }))).toEqual([
      'file g/.attr {"attr": 3}',
      'file h/.attr {"attr": 4}',
      "mkdir h",
      "put g/.attr",
      "put h/.attr",
    ]);
    expect(plan(base, catalog({}, { groups: {} }))).toEqual([
      "check /t/g/a.npy if there",
      "delete g/a.npy",
      "delete .attr",
      "delete g/.attr",
      "rmdir g",
    ]);
  });
});
