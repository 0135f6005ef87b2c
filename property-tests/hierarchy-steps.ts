import fc from "fast-check";
import { expect } from "vitest";
import { type DType, sizeOf } from "../src/dtype/index.js";
import { type AttrInput, type ErrorCode, isMemmapError, type MemmapFile } from "../src/index.js";
import { anyAttr, anyCell, anyDType } from "../src/testing/index.js";
import { zeroOf } from "../src/testing/model/column.js";
import { arrayOf } from "../test/array/support.js";
import { snapshot } from "../test/support/snapshot.js";
import { indexOf, isObject, type ModelArray, parentOf, type TreeModel } from "./hierarchy-model.js";

/** Elements of some dtype, which are repeated to fill any shape. */
interface Content {
  readonly dtype: DType;
  readonly pool: readonly unknown[];
}

/** One step within a transaction, or by itself. Nodes are picked by number, since which there are is not known before. */
export type InnerStep =
  | { readonly kind: "group"; readonly path: string }
  | {
      readonly kind: "array" | "create";
      readonly path: string;
      readonly shape: readonly number[];
      readonly content: Content;
      readonly attrs: { readonly [key: string]: unknown } | undefined;
    }
  | { readonly kind: "delete"; readonly pick: number; readonly recursive: boolean }
  | { readonly kind: "rename" | "copy"; readonly pick: number; readonly path: string }
  | { readonly kind: "attr"; readonly pick: number; readonly key: string; readonly value: unknown }
  | { readonly kind: "unset"; readonly pick: number; readonly key: string }
  | { readonly kind: "whole"; readonly pick: number; readonly value: unknown }
  | { readonly kind: "table"; readonly pick: number; readonly act: TableAct }
  | { readonly kind: "mistake"; readonly pick: number; readonly which: number };

type TableAct =
  | { readonly kind: "append" | "resize"; readonly rows: number }
  | { readonly kind: "add"; readonly path: string; readonly content: Content }
  | { readonly kind: "rename"; readonly pick: number; readonly path: string }
  | { readonly kind: "delete"; readonly pick: number };

export type Step =
  | InnerStep
  | { readonly kind: "transaction"; readonly steps: readonly InnerStep[]; readonly fails: boolean }
  | {
      readonly kind: "frame";
      readonly name: string;
      readonly keys: readonly (number | null)[];
      readonly how: "commit" | "close" | "fail";
    }
  | { readonly kind: "reopen"; readonly mode: "r" | "r+" }
  | { readonly kind: "look" };

const PARTS = ["a", "b", "c", "é", "x y"];
const KEYS = ["k", "unit", "__proto__"];

const pick = fc.nat({ max: 50 });
const path = fc
  .array(fc.constantFrom(...PARTS), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("/"));
const shape = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<readonly number[]>([2], [2], [3], []) },
  { weight: 1, arbitrary: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }) },
);
const content: fc.Arbitrary<Content> = anyDType({ nesting: 1, maxWidth: 4 }).chain((dtype) =>
  fc.array(anyCell(dtype), { minLength: 1, maxLength: 3 }).map((pool) => ({ dtype, pool })),
);
const attrs = fc.option(fc.dictionary(fc.constantFrom(...KEYS), anyAttr(), { noNullPrototype: true }), {
  nil: undefined,
});

const tableAct: fc.Arbitrary<TableAct> = fc.oneof(
  fc.record({ kind: fc.constantFrom("append" as const, "resize" as const), rows: fc.nat({ max: 4 }) }),
  fc.record({ kind: fc.constant("add" as const), path, content }),
  fc.record({ kind: fc.constant("rename" as const), pick, path }),
  fc.record({ kind: fc.constant("delete" as const), pick }),
);

const innerStep: fc.Arbitrary<InnerStep> = fc.oneof(
  fc.record({ kind: fc.constant("group" as const), path }),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("array" as const, "create" as const),
      path,
      shape,
      content,
      attrs,
    }),
  },
  fc.record({ kind: fc.constant("delete" as const), pick, recursive: fc.boolean() }),
  fc.record({ kind: fc.constantFrom("rename" as const, "copy" as const), pick, path }),
  fc.record({ kind: fc.constant("attr" as const), pick, key: fc.constantFrom(...KEYS), value: anyAttr() }),
  fc.record({ kind: fc.constant("unset" as const), pick, key: fc.constantFrom(...KEYS) }),
  fc.record({ kind: fc.constant("whole" as const), pick, value: anyAttr() }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("table" as const), pick, act: tableAct }) },
  fc.record({ kind: fc.constant("mistake" as const), pick, which: pick }),
);

export const anyTreeStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: innerStep },
  fc.record({
    kind: fc.constant("transaction" as const),
    steps: fc.array(innerStep, { maxLength: 4 }),
    fails: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("frame" as const),
    name: fc.constantFrom("a", "f", "g"),
    keys: fc.array(fc.option(fc.nat({ max: 2 })), { maxLength: 6 }),
    how: fc.constantFrom("commit" as const, "close" as const, "fail" as const),
  }),
  fc.record({
    kind: fc.constant("reopen" as const),
    mode: fc.constantFrom("r" as const, "r+" as const, "r+" as const),
  }),
  fc.constant({ kind: "look" as const }),
);

/** A file that is open, and the tree that it has to be. */
export interface Pair {
  readonly file: MemmapFile<"r+">;
  readonly model: TreeModel;
  readonly isWritable: boolean;
}

/** Does a change; or, where it must be refused, expects that and that nothing has changed. @returns whether it was done */
export function changes(
  { file, isWritable }: Pair,
  problem: readonly ErrorCode[] | undefined,
  act: () => unknown,
): boolean {
  const codes = isWritable ? problem : ([...(problem ?? []), "READ_ONLY"] as const);
  if (codes === undefined) {
    act();
    return true;
  }
  const { generation } = file;
  const before = snapshot(file.root);
  expect(codes).toContain(codeOf(act));
  expect({ generation: file.generation, files: snapshot(file.root) }).toEqual({ generation, files: before });
  return false;
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isMemmapError(error)) return error.code;
    throw error;
  }
  return "nothing thrown";
}

const CONFLICT: readonly ErrorCode[] = ["EXISTS", "NAME"];

/** What keeps a node from having a name. */
function conflictAt(model: TreeModel, name: string): readonly ErrorCode[] | undefined {
  return model.isBlocked(name) ? CONFLICT : undefined;
}

function elementsFor({ pool }: Content, count: number): unknown[] {
  return Array.from({ length: count }, (_, i) => pool[i % pool.length]);
}

/** Takes one step with both. */
export function carryOut(step: InnerStep, pair: Pair): void {
  const { file, model } = pair;
  const name = "pick" in step ? (model.names[step.pick % model.names.length] ?? "") : "";
  switch (step.kind) {
    case "group": {
      const problem = model.arrays.has(step.path) ? CONFLICT : conflictAt(model, step.path);
      if (changes(pair, problem, () => file.setGroup(`/${step.path}`))) model.keep(step.path);
      return;
    }
    case "array":
    case "create":
      putArray(step, pair);
      return;
    case "delete": {
      const isFull = model.below(name).size > 0 && !step.recursive;
      const problem: ErrorCode | undefined = name === "" ? "NAME" : isFull ? "UNSUPPORTED" : undefined;
      const act = () => file.deleteNode(`/${name}`, { recursive: step.recursive });
      if (!changes(pair, problem && [problem], act)) return;
      model.keep(parentOf(name));
      model.delete(name);
      return;
    }
    case "rename":
    case "copy":
      move(step.kind, name, step.path, pair);
      return;
    case "attr":
    case "unset": {
      const attr = model.attrOf(name) ?? {};
      const isThere = isObject(attr) && Object.hasOwn(attr, step.key);
      if (step.kind === "unset" && !isThere && isObject(attr)) {
        expect(file.attrs(`/${name}`).delete(step.key)).toBe(false);
        return;
      }
      const act = () =>
        step.kind === "attr"
          ? file.setNodeAttr(`/${name}`, step.key, step.value as AttrInput)
          : file.attrs(`/${name}`).delete(step.key);
      if (!changes(pair, isObject(attr) ? undefined : ["SHAPE"], act)) return;
      const entries = Object.entries(attr).filter(([key]) => key !== step.key);
      if (step.kind === "attr") entries.push([step.key, step.value]);
      model.setAttr(name, Object.fromEntries(entries));
      return;
    }
    case "whole": {
      const node = model.arrays.has(name) ? file.getArray(`/${name}`) : file.getGroup(`/${name}`);
      if (changes(pair, undefined, () => Reflect.set(node, "attr", step.value)))
        model.setAttr(name, step.value);
      return;
    }
    case "table":
      if (model.kindOf(name) === "group") changeTable(step.act, name, pair);
      return;
    case "mistake":
      makeMistake(step.which, name, pair);
      return;
    default:
      step satisfies never;
  }
}

function putArray(
  { kind, path: name, shape: axes, content: filling, attrs: given }: InnerStep & { kind: "array" | "create" },
  pair: Pair,
): void {
  const { file, model } = pair;
  const before = model.arrays.get(name);
  const elements = elementsFor(filling, sizeOf(axes));
  const isTaken = kind === "array" ? model.kindOf(name) === "group" : model.kindOf(name) !== undefined;
  const problem = isTaken ? (["EXISTS"] as const) : conflictAt(model, name);
  const options = { attrs: given as { [key: string]: AttrInput } | undefined };
  const act = () => {
    if (kind === "array") {
      const data = arrayOf(filling.dtype, axes, elements);
      expect(file.setArray(`/${name}`, data, options).shape).toEqual(axes);
      return;
    }
    const created = file.createArray(`/${name}`, filling.dtype, axes, options);
    for (const [at, element] of elements.entries()) {
      created.view(...indexOf(at, axes), "...").fill(element as never);
    }
  };
  if (!changes(pair, problem, act)) return;
  const attr = given ?? (kind === "array" ? before?.attr : undefined) ?? null;
  model.arrays.set(name, { dtype: filling.dtype, shape: axes, elements, attr });
}

function moveProblem(from: string, to: string, model: TreeModel): readonly ErrorCode[] | undefined {
  if (from === "" || to.startsWith(`${from}/`)) return ["NAME"];
  return model.kindOf(to) === undefined ? conflictAt(model, to) : ["EXISTS"];
}

function move(kind: "rename" | "copy", from: string, to: string, pair: Pair): void {
  const { file, model } = pair;
  const isSame = kind === "rename" && from === to;
  const problem = isSame ? undefined : moveProblem(from, to, model);
  const act = () => (kind === "rename" ? file.renameNode(`/${from}`, to) : file.copyNode(`/${from}`, to));
  if (!changes(pair, problem, act) || isSame) return;
  model.duplicate(from, to);
  if (kind === "copy") return;
  model.keep(parentOf(from));
  model.delete(from);
}

function changeTable(act: TableAct, group: string, pair: Pair): void {
  const { file, model } = pair;
  const rows = model.rowsOf(group);
  if (rows === undefined) {
    expect(codeOf(() => file.getGroup(`/${group}`).table())).toBe("SHAPE");
    return;
  }
  const prefix = group === "" ? "" : `${group}/`;
  const table = file.getGroup(`/${group}`).table();
  const columns = model.columnsOf(group);
  expect(table.columnNames.map((name) => prefix + name).sort()).toEqual(columns.map(([name]) => name).sort());
  if (rows !== "none") expect(table.length).toBe(rows);
  const [chosen] = "pick" in act ? (columns[act.pick % Math.max(columns.length, 1)] ?? []) : [];
  switch (act.kind) {
    case "add": {
      const name = prefix + act.path;
      const problem = model.kindOf(name) === undefined ? conflictAt(model, name) : CONFLICT;
      const elements = elementsFor(act.content, table.length);
      const { dtype } = act.content;
      const shape = [table.length];
      const data = arrayOf(dtype, shape, elements);
      if (!changes(pair, problem, () => table.addColumn(act.path, dtype, { data }))) return;
      model.arrays.set(name, { dtype, shape, elements, attr: null });
      return;
    }
    case "append":
    case "resize":
      if (rows !== "none") resizeTable(act, rows, columns, pair, table, prefix);
      return;
    case "rename": {
      if (chosen === undefined) return;
      const name = prefix + act.path;
      const own = chosen.slice(prefix.length);
      const trial = model.copy();
      trial.arrays.delete(chosen);
      const isTaken = trial.kindOf(name) !== undefined;
      const problem = isTaken ? CONFLICT : conflictAt(trial, name);
      if (!changes(pair, problem, () => table.renameColumn(own, act.path))) return;
      const array = model.arrays.get(chosen);
      model.arrays.delete(chosen);
      if (array !== undefined) model.arrays.set(name, array);
      return;
    }
    case "delete":
      if (chosen === undefined) return;
      if (!changes(pair, undefined, () => table.deleteColumn(chosen.slice(prefix.length)))) return;
      model.arrays.delete(chosen);
      if (model.kindOf(group) === undefined) model.keep(group);
      return;
    default:
      act satisfies never;
  }
}

function resizeTable(
  { kind, rows: count }: TableAct & { kind: "append" | "resize" },
  rows: number,
  columns: readonly [name: string, array: ModelArray][],
  pair: Pair,
  table: ReturnType<MemmapFile<"r+">["table"]>,
  prefix: string,
): void {
  const after = kind === "append" ? rows + count : count;
  const grown = columns.map(([name, array]): [string, ModelArray] => {
    const { dtype, elements, shape } = array;
    const [, ...itemShape] = shape;
    const size = sizeOf(itemShape);
    const zero = zeroOf({ dtype, itemShape: [] });
    const added = Array.from({ length: Math.max(after - rows, 0) * size }, (_, i) =>
      kind === "append" && elements.length > 0 ? elements[i % elements.length] : zero,
    );
    const all = [...elements, ...added].slice(0, after * size);
    return [name, { ...array, shape: [after, ...itemShape], elements: all }];
  });
  const source = new Map(
    grown.map(([name, { dtype, shape, elements }]) => {
      const [, ...itemShape] = shape;
      const added = elements.slice(rows * sizeOf(itemShape));
      return [name.slice(prefix.length), arrayOf(dtype, [count, ...itemShape], added)] as const;
    }),
  );
  const act = () => (kind === "append" ? table.append(source as never) : table.resize(after));
  if (!changes(pair, undefined, act)) return;
  for (const [name, array] of grown) pair.model.arrays.set(name, array);
}

const BAD_PATHS = [
  "",
  "//",
  "/a/",
  "a//b",
  "../a",
  "/a/..",
  ".",
  "a.npy",
  "nul",
  "a\\b",
  "a\0",
  "/.memmap",
  "É/x\u0000",
];

/** Calls that nobody's tree allows. */
function makeMistake(which: number, name: string, pair: Pair): void {
  const { file, model } = pair;
  const bad = BAD_PATHS[which % BAD_PATHS.length] ?? "";
  const path = `/${name}`;
  const isArray = model.arrays.has(name);
  const mistakes: readonly (readonly [codes: readonly ErrorCode[], act: () => unknown])[] = [
    [["NAME"], () => file.setArray(bad, 1)],
    [["NAME"], () => file.setGroup(bad)],
    [["NAME"], () => file.renameNode(path, bad)],
    [["NAME"], () => file.has(bad)],
    [["NAME", "EXISTS"], () => file.setGroup("A")],
    [["NOT_FOUND"], () => file.deleteNode("/nothing")],
    [["NOT_FOUND"], () => file.renameNode("/nothing", "x")],
    [["NOT_FOUND"], () => file.copyNode("nothing", "x")],
    [["NOT_FOUND"], () => file.setNodeAttr("/nothing", "a", 1)],
    [["CAST", "SHAPE"], () => file.setNodeAttr(path, "a", (() => 1) as never)],
    [["CAST"], () => file.setArray("/new", [1, 300], { dtype: "u1" })],
    [["SHAPE"], () => file.setArray("/new", [1, 2, 3], { shape: [2, 2] })],
    [["SHAPE"], () => file.createArray("/new", "f8", [-1])],
    [["LIMIT", "DISK"], () => file.createArray("/new", "f8", [2 ** 50])],
    [["DTYPE"], () => file.createArray("/new", "O" as never, [1])],
    [["UNSUPPORTED", "NOT_FOUND"], () => (isArray ? file.getGroup(path) : file.getArray("/nothing"))],
    [["UNSUPPORTED"], () => file.transaction(() => file.transaction(() => 1))],
    [["SHAPE", "NOT_FOUND"], () => file.fromDataFrame({ a: [1], b: [1, 2] })],
  ];
  const [codes, act] = mistakes[which % mistakes.length] ?? [[], () => undefined];
  // What is wrong only beside another node.
  if (which % mistakes.length === 4 && model.kindOf("a") === undefined) return;
  changes(pair, codes, act);
}
