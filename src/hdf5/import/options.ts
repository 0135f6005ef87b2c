import { showValue } from "../../dtype/index.js";
import { LimitError, UnsupportedError } from "../../errors.js";
import { checkOptions, type StoreSettings } from "../../table/index.js";
import { checkCallbacks, checkKnown } from "../options.js";

/** What an import leaves out. */
export interface SkippedNode {
  /** The path in the HDF5 file. */
  readonly path: string;
  /** The attribute, where it is one. */
  readonly attribute?: string | undefined;
  /** Why, in words. */
  readonly reason: string;
}

/** How far an import has come. */
export interface ImportProgress {
  /** Bytes of datasets that are written, as HDF5 counts them. */
  readonly bytes: number;
  /** All that are to be written. */
  readonly total: number;
  /** The path in the HDF5 file of the dataset that was written to last. */
  readonly path: string;
}

/** Options of {@link importHdf5}. */
export interface ImportHdf5Options extends StoreSettings {
  /**
   * What to import: paths in the HDF5 file, a group's with all below it; or a predicate, which is asked for each group and
   * dataset, and for links that lead to none. Groups that only lead there come without their attributes. All when left out.
   */
  readonly only?: string | readonly string[] | ((path: string) => boolean) | undefined;
  /** What compound datasets become: a group of columns (the default), or one structured array. */
  readonly compounds?: "columns" | "records" | undefined;
  /**
   * What to do about names that no node can have here: `"error"` (the default), or `"encode"`, which writes what they may not
   * have as `%` and two digits and keeps the name as the node's attribute `name`.
   */
  readonly names?: "error" | "encode" | undefined;
  /**
   * Told of what is left out. Links that lead nowhere, into another file or in a circle are left out in any case, and so are
   * named types. Data and attributes that have no place here, names that are no UTF-8 and filters that h5wasm lacks are an error,
   * unless this is there to be told of them. What only shows when data are read, such as damage, ends the import in any case.
   */
  readonly onSkip?: ((skipped: SkippedNode) => void) | undefined;
  /** Told after each step. What it throws ends the import. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Ends the import, which comes to nothing then. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How many worker threads read and write; 0 for this thread alone. When left out, one less than there are processors, at
   * least 1. What is less than 8 MiB in all is imported by this thread.
   */
  readonly workers?: number | undefined;
}

const OPTIONS: ReadonlySet<string> = new Set<keyof ImportHdf5Options>([
  "only",
  "compounds",
  "names",
  "onSkip",
  "onProgress",
  "signal",
  "workers",
  "locking",
  "durability",
  "timeout",
  "layout",
]);

/** Checks options before anything is done with them. @throws UnsupportedError, LimitError */
export function checkImport(options: ImportHdf5Options): void {
  checkKnown(options, OPTIONS, "importHdf5");
  checkCallbacks(options, ["onSkip", "onProgress"]);
  checkOptions(options);
  oneOf(options.compounds, ["columns", "records"], "compounds");
  oneOf(options.names, ["error", "encode"], "names");
  const { only, workers } = options;
  const isOnly = only === undefined || typeof only === "function" || [only].flat().every(isText);
  if (!isOnly) {
    throw new UnsupportedError(`only is a path, a list of paths or a predicate, not ${showValue(only)}`);
  }
  if (workers === undefined || (Number.isSafeInteger(workers) && workers >= 0)) return;
  throw new LimitError(`workers is a whole number from 0, not ${showValue(workers)}`);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function oneOf(value: unknown, known: readonly string[], name: string): void {
  if (value === undefined || known.some((choice) => choice === value)) return;
  const list = known.map((choice) => JSON.stringify(choice)).join(" or ");
  throw new UnsupportedError(`${name} is ${list}, not ${showValue(value)}`);
}

/** What is left out, and who is told. */
export class Skips {
  readonly #onSkip: ((skipped: SkippedNode) => void) | undefined;

  constructor({ onSkip }: Pick<ImportHdf5Options, "onSkip">) {
    this.#onSkip = onSkip;
  }

  /** Leaves something out that holds no data of the file. */
  link(path: string, reason: string): void {
    this.#onSkip?.({ path, reason });
  }

  /** Leaves something out that has no place here. @throws the error where nobody would be told of it */
  orThrow(error: Error, path: string, attribute?: string): void {
    if (this.#onSkip === undefined) throw error;
    this.#onSkip({ path, attribute, reason: error.message });
  }
}
