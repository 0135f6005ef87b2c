import type { Schema } from "../table/index.js";

/** What a join can be on. */
export type JoinOn<S extends Schema, T extends Schema> =
  | (keyof S & keyof T & string)
  | readonly (keyof S & keyof T & string)[]
  | { readonly [Left in keyof S & string]?: keyof T & string };

/** The right view's keys. */
export type RightKeys<On> = On extends string ? On : On extends readonly (infer Name)[] ? Name : On[keyof On];

/** The columns of a join's result, where the compiler knows those of both views. */
export type JoinedSchema<
  S extends Schema,
  T extends Schema,
  Keys,
  Suffix extends string,
  Indicator extends string,
> = string extends keyof S | keyof T
  ? Schema
  : S & {
      readonly [K in keyof T & string as K extends Keys
        ? never
        : K extends keyof S
          ? `${K}${Suffix}`
          : K]: T[K];
    } & { readonly [K in Indicator]: "b1" };
