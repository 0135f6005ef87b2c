/** Groups by key, and joins. */

export * from "./group-codes";
export * from "./group-tables";
