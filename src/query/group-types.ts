import type { ExtremumDTypeOf, MeanDTypeOf, SumDTypeOf } from "../array/index.js";
import type { DTypeLike } from "../dtype/index.js";
import type { ColumnSpec, Schema } from "../table/index.js";
import type { Aggregate, AggregateKind } from "./aggregates.js";

/** Aggregates by the names of the columns that they make. */
export type AggregatesOf<S extends Schema> = {
  readonly [name: string]: Aggregate<AggregateKind, (keyof S & string) | undefined>;
};

/** The dtype of a column, however it was said. */
type DTypeOf<C> = C extends ColumnSpec<infer D> ? D : C extends DTypeLike ? C : DTypeLike;

/** Means are doubles, but those of durations and complex numbers. */
type GroupMeanOf<Mean> = Mean extends "f2" | "f4" ? "f8" : Mean;

type GroupStdOf<Mean> = DTypeLike extends Mean ? "f4" | "f8" : Mean extends "c8" ? "f4" : "f8";

type OfColumn<Kind extends AggregateKind, C> = Kind extends "sum"
  ? SumDTypeOf<DTypeOf<C>>
  : Kind extends "min" | "max"
    ? ExtremumDTypeOf<DTypeOf<C>>
    : Kind extends "first" | "last"
      ? Extract<C, DTypeLike | ColumnSpec>
      : Kind extends "mean"
        ? GroupMeanOf<MeanDTypeOf<DTypeOf<C>>>
        : Kind extends "std"
          ? GroupStdOf<MeanDTypeOf<DTypeOf<C>>>
          : DTypeLike;

/** What an aggregate of a view's columns makes. */
type ResultOf<S extends Schema, A> =
  A extends Aggregate<infer Kind, infer Column>
    ? Kind extends "count" | "nunique"
      ? "i8"
      : Column extends keyof S
        ? OfColumn<Kind, S[Column]>
        : DTypeLike
    : DTypeLike;

/** The columns of a group-by's result: the keys, and what the aggregates make. */
export type GroupedSchema<S extends Schema, K extends keyof S, A> = {
  readonly [Name in K | keyof A]: Name extends keyof A
    ? ResultOf<S, A[Name]>
    : Name extends keyof S
      ? S[Name]
      : DTypeLike;
};
