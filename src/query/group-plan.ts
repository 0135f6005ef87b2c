import { type ArrayView, reductionOf, showShape } from "../array/index.js";
import { type DType, showValue } from "../dtype/index.js";
import { DTypeError, NameError, NotFoundError, ShapeError } from "../errors.js";
import { checkName, didYouMean } from "../store/index.js";
import type { TableView } from "../table/index.js";
import { type Aggregate, checkAggregate } from "./aggregates.js";
import { distinctCounts } from "./distinct-counts.js";
import { reducedRuns } from "./group-runs.js";
import { checkKey } from "./key-rows.js";
import {
  countOf,
  durationMean,
  elementsAt,
  extremeOf,
  floatSum,
  integerSum,
  type Make,
  type Missing,
  meanOf,
  stdOf,
} from "./outputs.js";
import type { Part, PartKind } from "./part-rule.js";

/** How groups are made and what of them. */
export interface GroupPlan {
  readonly keys: readonly string[];
  /** Columns that parts are gathered of. */
  readonly columns: readonly string[];
  readonly parts: readonly Part[];
  /** Whether some output needs to know the group of each row. */
  readonly wantsGroups: boolean;
  readonly outputs: readonly { readonly name: string; readonly make: Make }[];
  /** A column by its name, always the one that it was when the plan was made. */
  column(name: string): ArrayView;
}

/** The column of that name. @throws NotFoundError with a guess at what was meant */
export function columnOf(view: TableView, name: unknown): ArrayView {
  if (typeof name === "string" && view.has(name)) return view.column(name);
  const guess = typeof name === "string" ? didYouMean(name, view.columnNames) : "";
  throw new NotFoundError(`there is no column ${showValue(name)}${guess}`);
}

/**
 * The keys of a group-by.
 *
 * @throws NotFoundError, DTypeError for columns that cannot group rows, NameError for one that is named twice, ShapeError without
 * any
 */
export function checkKeys(view: TableView, keys: readonly string[]): void {
  if (keys.length === 0) throw new ShapeError("rows are grouped by one column at least");
  for (const [i, name] of keys.entries()) {
    const { dtype, shape } = columnOf(view, name);
    checkKey(name, dtype, shape, "group rows");
    if (keys.indexOf(name) < i) throw new NameError(`the keys have ${JSON.stringify(name)} twice`);
  }
}

/**
 * Plans aggregates.
 *
 * @throws NotFoundError, DTypeError for aggregates that a dtype does not have, NameError for names that no column can have, and those
 * that keys have
 */
export function planGroups(
  view: TableView,
  keys: readonly string[],
  aggregates: Iterable<readonly [name: string, aggregate: Aggregate]>,
): GroupPlan {
  const planner = new Planner(view);
  const names = new Set(keys);
  const outputs = Array.from(aggregates, ([name, aggregate]) => {
    checkName(name, "column");
    if (names.has(name)) {
      throw new NameError(
        `there are two columns ${JSON.stringify(name)} in the result; name one differently`,
      );
    }
    names.add(name);
    return { name, make: planner.plan(name, aggregate) };
  });
  const { columns, parts, wantsGroups } = planner;
  for (const key of keys) planner.column(key);
  return { keys, columns, parts, wantsGroups, outputs, column: (name) => planner.column(name) };
}

/** Finds the parts that aggregates are made of, each once. */
class Planner {
  readonly columns: string[] = [];
  readonly parts: Part[] = [];
  wantsGroups = false;
  readonly #view: TableView;
  readonly #found = new Map<string, ArrayView>();

  constructor(view: TableView) {
    this.#view = view;
  }

  column(name: string): ArrayView {
    const column = this.#found.get(name) ?? columnOf(this.#view, name);
    this.#found.set(name, column);
    return column;
  }

  plan(name: string, aggregate: Aggregate): Make {
    const { kind, column, options } = checkAggregate(name, aggregate);
    if (column === undefined) {
      if (kind === "count") return countOf(this.#part("count"));
      throw new NotFoundError(`${kind} is of a column: ${kind}("name")`);
    }
    const { dtype, shape } = this.column(column);
    const { skipNaN = false, ddof = 0 } = options;
    const canMiss = "fc".includes(dtype.kind) || dtype.step !== undefined;
    if (kind === "first" || kind === "last") {
      const skips = skipNaN && canMiss && shape.length === 1;
      if (kind === "first" && !skips) return elementsAt(column, undefined);
      return elementsAt(column, skips ? this.#part(kind, column, true) : this.#part(kind));
    }
    if (kind === "count") {
      return countOf(canMiss && shape.length === 1 ? this.#part("count", column, true) : this.#part("count"));
    }
    if (shape.length > 1) {
      throw new DTypeError(
        `column ${JSON.stringify(column)} of shape ${showShape(shape)} has no ${kind}: that takes one element a row`,
      );
    }
    if (kind === "nunique") {
      this.wantsGroups = true;
      return distinctCounts(column, dtype);
    }
    return this.#reduced(kind, column, dtype, { skipNaN, ddof });
  }

  #reduced(
    kind: "sum" | "mean" | "min" | "max" | "std",
    column: string,
    source: DType,
    options: { readonly skipNaN: boolean; readonly ddof: number },
  ): Make {
    const label = `column ${JSON.stringify(column)}`;
    const reduction = reductionOf(kind, source, options, label);
    if ("cSU".includes(source.kind)) {
      this.wantsGroups = true;
      return reducedRuns(column, reduction);
    }
    const skips = options.skipNaN && source.kind === "f";
    const { dtype } = reduction;
    switch (kind) {
      case "sum": {
        if (source.kind === "f") return floatSum(this.#part("sum", column, skips), dtype);
        const missing = this.#missing(column, source, options.skipNaN);
        return integerSum(this.#part("sum", column, missing !== undefined), source, dtype, missing, label);
      }
      case "mean": {
        const missing = this.#missing(column, source, options.skipNaN);
        if (source.step !== undefined && missing !== undefined) {
          return durationMean(this.#part("sum", column, true), source, dtype, missing);
        }
        const counts = skips ? this.#part("count", column, true) : this.#part("count");
        return meanOf(this.#part("sum", column, skips), source, counts);
      }
      case "std":
        return stdOf(this.#part("moments", column, skips), options.ddof);
      case "min":
      case "max": {
        const missing = this.#missing(column, source, options.skipNaN);
        const omits = skips || source.step !== undefined;
        return extremeOf(this.#part(kind, column, omits), dtype, omits ? missing : undefined);
      }
      default:
        return kind satisfies never;
    }
  }

  /** How it is known which results of a column are missing. */
  #missing(column: string, { kind, step }: DType, skipNaN: boolean): Missing | undefined {
    if (step === undefined && !(kind === "f" && skipNaN)) return undefined;
    const there = this.#part("count", column, true);
    return { there, rows: skipNaN ? undefined : this.#part("count") };
  }

  #part(kind: PartKind, name?: string, skips = false): number {
    const column = name === undefined ? undefined : indexIn(this.columns, name);
    const found = this.parts.findIndex(
      (part) => part.kind === kind && part.column === column && part.skips === skips,
    );
    return found >= 0 ? found : this.parts.push({ kind, column, skips }) - 1;
  }
}

function indexIn(names: string[], name: string): number {
  const found = names.indexOf(name);
  return found >= 0 ? found : names.push(name) - 1;
}
