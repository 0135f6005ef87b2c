import type { AnyElement } from "./infer.js";

/** Reading, judging and storing one element of a dtype, wherever its bytes lie. */
export interface Codec {
  /** @throws CastError where the bytes are no such element (text that is not Unicode) */
  readonly read: (view: DataView, at: number) => AnyElement;
  /** Why a value cannot be stored exactly, or undefined if it can. */
  readonly problem: (value: unknown) => string | undefined;
  /** Stores a value that has no problem. */
  readonly write: (view: DataView, at: number, value: unknown) => void;
}
