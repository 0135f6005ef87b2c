import { expect } from "vitest";
import { type DType, sizeOf } from "../src/dtype/index.js";
import type { MemmapFile } from "../src/index.js";
import { isSame } from "../src/testing/index.js";

/** An array of the model: its elements in C order. */
export interface ModelArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly elements: readonly unknown[];
  readonly attr: unknown;
}

export const parentOf = (name: string): string => name.slice(0, Math.max(name.lastIndexOf("/"), 0));
const isBelow = (name: string, group: string) => group === "" || name.startsWith(`${group}/`);

/** A tree in plain Maps, by names without a slash in front; `""` is the root. */
export class TreeModel {
  arrays = new Map<string, ModelArray>();
  /** Groups that stay when nothing is in them, with their attributes. */
  kept = new Map<string, unknown>();

  copy(): TreeModel {
    const copy = new TreeModel();
    copy.arrays = new Map(this.arrays);
    copy.kept = new Map(this.kept);
    return copy;
  }

  /** Arrays and groups below a group, implied ones included. */
  below(group: string): Set<string> {
    const found = new Set<string>();
    for (const name of [...this.arrays.keys(), ...this.kept.keys()]) {
      for (let at = name; at !== "" && at !== group && isBelow(at, group); at = parentOf(at)) found.add(at);
    }
    return found;
  }

  kindOf(name: string): "array" | "group" | undefined {
    if (this.arrays.has(name)) return "array";
    return name === "" || this.below("").has(name) ? "group" : undefined;
  }

  /** All nodes in one order, the root first. */
  get names(): string[] {
    return ["", ...[...this.below("")].sort()];
  }

  /** Whether an array is where a group would have to be. */
  isBlocked(name: string): boolean {
    for (let at = parentOf(name); at !== ""; at = parentOf(at)) if (this.arrays.has(at)) return true;
    return false;
  }

  attrOf(name: string): unknown {
    return this.arrays.get(name)?.attr ?? this.kept.get(name) ?? null;
  }

  setAttr(name: string, attr: unknown): void {
    const array = this.arrays.get(name);
    if (array === undefined) this.kept.set(name, attr);
    else this.arrays.set(name, { ...array, attr });
  }

  keep(group: string): void {
    if (group !== "" && !this.kept.has(group)) this.kept.set(group, null);
  }

  delete(name: string): void {
    for (const each of [name, ...this.below(name)]) {
      this.arrays.delete(each);
      this.kept.delete(each);
    }
  }

  duplicate(from: string, to: string): void {
    for (const each of [from, ...this.below(from)]) {
      const array = this.arrays.get(each);
      if (array !== undefined) this.arrays.set(to + each.slice(from.length), array);
      if (this.kept.has(each)) this.kept.set(to + each.slice(from.length), this.kept.get(each));
    }
  }

  /** The rows that all arrays below a group have; `"none"` where there are none of these, undefined where they differ. */
  rowsOf(group: string): number | "none" | undefined {
    const shapes = this.columnsOf(group).map(([, { shape }]) => shape);
    const [first] = shapes;
    if (first === undefined) return "none";
    return shapes.every((shape) => shape.length > 0 && shape[0] === first[0]) ? first[0] : undefined;
  }

  columnsOf(group: string): [name: string, array: ModelArray][] {
    return [...this.arrays].filter(([name]) => isBelow(name, group));
  }

  /** What can be seen without the elements. */
  get outline(): Record<string, string> {
    return Object.fromEntries(
      this.names.map((name) => {
        const array = this.arrays.get(name);
        return [`/${name}`, array === undefined ? "group" : `${array.dtype} [${array.shape.join()}]`];
      }),
    );
  }
}

/** The same of a file. */
export function outlineOf(file: MemmapFile): Record<string, string> {
  return Object.fromEntries(
    Array.from(file.walk(), (node) => [
      node.path,
      node.kind === "group" ? "group" : `${node.dtype} [${node.shape.join()}]`,
    ]),
  );
}

/** The place of an element in an array of a shape. */
export function indexOf(at: number, shape: readonly number[]): number[] {
  let rest = at;
  return shape
    .toReversed()
    .map((length) => {
      const place = rest % length;
      rest = Math.floor(rest / length);
      return place;
    })
    .reverse();
}

/** Whether an attribute has keys. */
export function isObject(attr: unknown): attr is { readonly [key: string]: unknown } {
  return typeof attr === "object" && attr !== null && Object.getPrototypeOf(attr) === Object.prototype;
}

/** Expects a file to be what the model is: nodes, dtypes, shapes, every element, every attribute. */
export function compareTree(file: MemmapFile, model: TreeModel): void {
  expect(outlineOf(file)).toEqual(model.outline);
  for (const name of model.names) {
    const attr = model.attrOf(name);
    const node = model.arrays.has(name) ? file.getArray(`/${name}`) : file.getGroup(`/${name}`);
    const found: unknown = Reflect.get(node, "attr");
    if (!isSame(found, attr)) expect(found, `the attribute of /${name}`).toEqual(attr);
    if (isObject(attr)) expect(isSame(Object.fromEntries(file.attrs(`/${name}`)), attr)).toBe(true);
    const array = model.arrays.get(name);
    if (array === undefined) continue;
    const { shape, elements } = array;
    for (let at = 0; at < sizeOf(shape); at++) {
      const element = file.getArray(`/${name}`).at(...indexOf(at, shape));
      if (!isSame(element, elements[at])) expect(element, `/${name} at ${at}`).toEqual(elements[at]);
    }
  }
}
