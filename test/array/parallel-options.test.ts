import { beforeAll, describe, expect, it } from "vitest";
import { type ArrayView, MemmapTable, UnsupportedError } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

let table: MemmapTable;
let column: ArrayView<"f8", "r+">;
let mask: ArrayView<"b1", "r+">;

beforeAll(() => {
  table = MemmapTable.create(fresh("t"), { rows: 10, durability: "process" });
  column = table.addColumn("x", "f8");
  mask = column.eq(0) as ArrayView<"b1", "r+">;
  return () => table.close();
});

/** Asynchronous forms by their names, with options of any kind. */
const FORMS: Readonly<Record<string, (options: never) => Promise<unknown>>> = {
  sumAsync: (options) => column.sumAsync(options),
  argminAsync: (options) => column.argminAsync(options),
  gtAsync: (options) => column.gtAsync(0, options),
  betweenAsync: (options) => column.betweenAsync(0, 1, options),
  isinAsync: (options) => column.isinAsync([1], options),
  isnanAsync: (options) => column.isnanAsync(options),
  andAsync: (options) => mask.andAsync(mask, options),
  notAsync: (options) => mask.notAsync(options),
  sortAsync: (options) => column.sortAsync(options),
  argsortAsync: (options) => column.argsortAsync(options),
  uniqueAsync: (options) => column.uniqueAsync(options),
  "takeAsync of a column": (options) => column.takeAsync([1], options),
  "filterAsync of a column": (options) => column.filterAsync(mask, options),
  "prefetch of a column": (options) => column.prefetch(undefined, options),
  takeAsync: (options) => table.takeAsync([1], options),
  filterAsync: (options) => table.filterAsync(mask, options),
  prefetch: (options) => table.prefetch(["x"], undefined, options),
  assignAsync: (options) => table.assignAsync({ x: new Float64Array(10) }, options),
  copyColumnAsync: (options) => table.copyColumnAsync("x", "y", options),
  toRecordsAsync: (options) => table.toRecordsAsync(options),
};

const BAD = [null, 5, "x", { signal: {} }, { signal: 5 }, { signal: null }];

describe("options of asynchronous forms", () => {
  it.each(Object.entries(FORMS))("of %s are refused by rejection", async (_, form) => {
    for (const bad of BAD) {
      const result = form(bad as never);
      await expect(result).rejects.toThrow(UnsupportedError);
      await expect(result).rejects.toThrow(/(options are an object|signal is an AbortSignal), .*not /);
    }
    expect(table.columnNames).toEqual(["x"]);
  });

  it("of the others are refused, too", () => {
    for (const bad of [null, 5, "x"] as never[]) {
      expect(() => column.sum(bad)).toThrow(UnsupportedError);
      expect(() => column.sort(bad)).toThrow(UnsupportedError);
      expect(() => column.argsort(bad)).toThrow(UnsupportedError);
      expect(() => column.unique(bad)).toThrow(UnsupportedError);
      expect(() => column.cumsum(bad)).toThrow(UnsupportedError);
    }
  });
});
