import type { Descr } from "../../dtype/index.js";
import type { FileLayout } from "../../store/index.js";
import type { Cells } from "../model/column.js";
import type { ColumnForm, RowForm } from "../model/sources.js";

/**
 * Steps of a run: plain data. They say which column, row or cell by a number that is taken modulo how many there are,
 * so that any part of a sequence of steps is a sequence of steps, and shrinking keeps what matters.
 */
export type Step = InnerStep | OuterStep;

/** The steps of one kind. */
export type StepOf<K extends Step["kind"]> = Extract<Step, { kind: K }>;

/** Bounds of a slice, by Python's rules. */
export interface StepRange {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number;
}

/** What a new column holds, and cells that later steps store in it. */
export interface StepContent {
  readonly dtype: Descr;
  readonly itemShape: readonly number[];
  readonly pool: Cells;
}

/** How rows are handed over to views; `take` and `slice` are rows of the table itself. */
export const STEP_ROW_FORMS = ["rows", "object", "map", "records", "view", "take", "slice"] as const;
export type StepRowForm = (typeof STEP_ROW_FORMS)[number];

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
export type Mistake = (typeof MISTAKES)[number];

/** Steps that a transaction may hold. */
export type InnerStep =
  | {
      readonly kind: "add";
      readonly name: string;
      readonly layout: FileLayout | undefined;
      readonly content: StepContent;
      readonly attr: unknown;
      readonly overwrite: boolean;
      readonly fill: "zeros" | "fill" | "data";
      readonly form: ColumnForm;
      readonly at: number;
    }
  | { readonly kind: "copy"; readonly at: number; readonly name: string; readonly overwrite: boolean }
  | { readonly kind: "rename"; readonly at: number; readonly name: string }
  | { readonly kind: "remove"; readonly at: number }
  | { readonly kind: "resize"; readonly rows: number }
  | {
      readonly kind: "append";
      readonly count: number;
      readonly form: RowForm | StepRowForm;
      readonly at: number;
    }
  | {
      readonly kind: "attr";
      readonly of: "table" | "column" | "group";
      readonly at: number;
      readonly attr: unknown;
    }
  | {
      readonly kind: "assign";
      readonly to: "all" | "slice" | "values" | "fill";
      readonly at: number;
      readonly range: StepRange;
      readonly form: ColumnForm;
      readonly from: number;
    }
  | {
      readonly kind: "set";
      readonly at: number;
      readonly row: number;
      readonly negative: boolean;
      readonly from: number;
    }
  | {
      readonly kind: "put";
      readonly at: number;
      readonly mask: boolean;
      readonly rows: readonly number[];
      readonly form: ColumnForm;
      readonly from: number;
    }
  | {
      readonly kind: "assignRows";
      readonly range: StepRange;
      readonly columns: readonly number[] | undefined;
      readonly form: StepRowForm;
      readonly from: number;
    }
  | {
      readonly kind: "putRows";
      readonly mask: boolean;
      readonly rows: readonly number[];
      readonly form: StepRowForm;
      readonly from: number;
    }
  | { readonly kind: "setRow"; readonly row: number; readonly from: number }
  | {
      readonly kind: "read";
      readonly range: StepRange;
      readonly rows: readonly number[];
      readonly columns: readonly number[];
    }
  | {
      readonly kind: "hold";
      readonly what: "column" | "slice" | "values" | "rows" | "select";
      readonly at: number;
      readonly range: StepRange;
    }
  | { readonly kind: "mistake"; readonly what: Mistake; readonly at: number };

/** Steps that stand by themselves. */
export type OuterStep =
  | { readonly kind: "transaction"; readonly steps: readonly InnerStep[]; readonly throws: boolean }
  | { readonly kind: "flush" }
  | { readonly kind: "refresh" }
  | {
      readonly kind: "reopen";
      readonly mode: "r" | "r+" | "a";
      readonly layout: FileLayout | undefined;
      /** Whether the typed arrays of a table that is open for reading are stored into first. */
      readonly scribble: boolean;
    }
  /** Everything is replaced by a table without columns. */
  | {
      readonly kind: "replace";
      readonly rows: number;
      readonly how: "open" | "create";
      readonly attr: unknown;
    }
  /** Other software saves an array among the columns. */
  | { readonly kind: "outside"; readonly name: string; readonly content: StepContent; readonly at: number };
