import type { ErrorCode } from "../../errors.js";
import type { FileLayout } from "../../store/index.js";
import type { MemmapTable } from "../../table/memmap-table.js";
import type { Held } from "./held.js";
import { refused } from "./refused.js";
import type { RunModel } from "./run-model.js";

/** A table beside its model, and what is held of it. */
export interface RunState {
  readonly path: string;
  readonly model: RunModel;
  readonly held: Held[];
  table: MemmapTable;
  layout: FileLayout;
}

/** Changes both, or requires an error and changes none. */
export function change(
  { model }: RunState,
  problem: ErrorCode | undefined,
  act: () => unknown,
  update: () => void,
): void {
  const expected = model.writable ? problem : "READ_ONLY";
  if (expected !== undefined) {
    refused(expected, act);
    return;
  }
  act();
  update();
}
