import { copyStrided } from "../../compute/index.js";
import { type Files, nodeFiles } from "../../platform/files.js";
import type { TaskContext } from "../../workers/index.js";
import { type RowPlan, readRows } from "../read/index.js";
import { type TextPlace, unfoldTexts } from "./text-places.js";

/** A part of each element, which goes to a file of its own, one after another. */
export interface ImportPart {
  /** Where in the element it begins. */
  readonly offset: number;
  readonly size: number;
  readonly places: readonly TextPlace[];
  readonly path: string;
  /** Where in the file the first one goes. */
  readonly at: number;
}

/** Rows of a dataset that are read together. */
export interface ImportUnit {
  readonly plan: RowPlan;
  /** Bytes of one element. */
  readonly itemsize: number;
  readonly parts: readonly ImportPart[];
  /** What they are of, for messages. */
  readonly what: string;
}

/** Units of about one size together. */
export interface ImportJob {
  readonly units: readonly ImportUnit[];
}

/** Memory that is used again by one unit after another. */
export class ImportMemory {
  #elements = new Uint8Array(0);
  #part = new Uint8Array(0);

  elements(length: number): Uint8Array {
    if (this.#elements.length < length) this.#elements = new Uint8Array(length);
    return this.#elements.subarray(0, length);
  }

  part(length: number): Uint8Array {
    if (this.#part.length < length) this.#part = new Uint8Array(length);
    return this.#part.subarray(0, length);
  }
}

const memory = new ImportMemory();

/** Reads rows and writes them into files that are there. Between units it looks whether it shall stop. */
export async function importRows({ units }: ImportJob, context: TaskContext): Promise<void> {
  for (const unit of units) {
    if (context.stopped) return;
    await importUnit(unit, memory, nodeFiles, () => context.stopped);
  }
}

/** @throws as {@link readRows}; CastError for text that is no UTF-8, DiskError */
export async function importUnit(
  unit: ImportUnit,
  space: ImportMemory,
  files: Files,
  isStopped: () => boolean,
): Promise<void> {
  const { plan, itemsize, parts } = unit;
  const elements = space.elements(plan.length * plan.rowBytes);
  await readRows(plan, elements, isStopped);
  for (const part of parts) {
    if (isStopped()) return;
    const bytes = partOf(elements, itemsize, part, space);
    unfoldTexts(bytes, part.size, part.places, unit.what);
    const fd = files.open(part.path, "r+");
    try {
      files.write(fd, bytes, part.at, part.path);
    } finally {
      files.close(fd);
    }
  }
}

/** A part of each element, one after another; it lasts until the next one is taken. */
export function partOf(
  elements: Uint8Array,
  itemsize: number,
  { offset, size }: Pick<ImportPart, "offset" | "size">,
  space: ImportMemory,
): Uint8Array {
  if (size === itemsize) return elements;
  const count = elements.length / itemsize;
  const bytes = space.part(count * size);
  copyStrided(elements, offset, itemsize, bytes, 0, size, size, count);
  return bytes;
}
