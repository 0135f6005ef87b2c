import type { Files } from "../../platform/files.js";
import type { ColumnState, Draft, FileLayout } from "../../store/index.js";
import type { ReferenceReader } from "../attributes.js";
import type { Handle } from "../handle.js";
import type { ImportProgress } from "./options.js";
import type { PlannedArray } from "./plan.js";
import type { Turns } from "./turns.js";

/** What writing an import needs to know. */
export interface ImportContext {
  readonly handle: Handle;
  readonly draft: Draft;
  readonly files: Files;
  readonly layout: FileLayout;
  readonly reference: ReferenceReader;
  readonly turns: Turns;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: ImportProgress) => void;
}

/** Makes the file of an array, whose elements the caller writes. @throws NameError, ExistsError, DiskError */
export function addArray(
  { name, attr, dtype, shape }: Pick<PlannedArray, "name" | "attr" | "dtype" | "shape">,
  { draft, layout }: ImportContext,
): ColumnState {
  const [rows = 1, ...itemShape] = shape;
  return draft.add(name, {
    dtype,
    itemShape,
    rows,
    ...(shape.length === 0 ? { isScalar: true } : {}),
    layout,
    attr,
    overwrite: false,
    isFilled: true,
  });
}
