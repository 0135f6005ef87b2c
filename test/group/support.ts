import { expect } from "vitest";
import {
  type AttrValue,
  type FileOptions,
  MemmapColumn,
  MemmapFile,
  type MemmapGroup,
  type Mode,
} from "../../src/index.js";
import { nested } from "../array/support.js";

/** What waits for nothing: losing power is tested elsewhere. */
export const quick = { durability: "process" } as const;

/** A file that is open for writing, made where there is none. */
export function openQuick<const M extends Mode = "a">(root: string, options: FileOptions<M> = {}) {
  return MemmapFile.open(root, { mode: "a" as M, ...quick, ...options });
}

/** An array as a test sees it. */
export interface SeenArray {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: unknown;
  readonly attr: AttrValue;
}

/** All that is in a group, by paths: arrays with their elements, groups by their attribute. */
export function contents(group: MemmapGroup): Record<string, SeenArray | { readonly group: AttrValue }> {
  const seen: Record<string, SeenArray | { readonly group: AttrValue }> = {};
  for (const { kind, path } of group.walk()) {
    if (kind === "group") {
      seen[path] = { group: group.getGroup(path).attr };
      continue;
    }
    const array = group.getArray(path);
    if (!(array instanceof MemmapColumn)) throw new Error(`${path} is no column`);
    const { dtype, shape, attr } = array;
    seen[path] = { dtype: String(dtype), shape, values: nested(array), attr };
  }
  return seen;
}

/** What a file shows, which is also what it shows when it is opened for reading. */
export function stored(file: MemmapFile): ReturnType<typeof contents> {
  const seen = contents(file);
  using reader = MemmapFile.open(file.root);
  expect(contents(reader)).toEqual(seen);
  expect(reader.generation).toBe(file.generation);
  return seen;
}

/** The elements of an array, in nested lists. */
export function values(group: MemmapGroup, path: string): unknown {
  return nested(group.getArray(path));
}
