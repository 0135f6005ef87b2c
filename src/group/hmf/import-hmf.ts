import { showValue } from "../../dtype/index.js";
import { ExistsError, FormatError, NotFoundError, UnsupportedError } from "../../errors.js";
import { currentFiles } from "../../platform/files.js";
import { type Draft, type FileLayout, isVacant, locate } from "../../store/index.js";
import { checkOptions, openStore, Session, type StoreSettings } from "../../table/index.js";
import { MemmapFile } from "../memmap-file.js";
import { type ImportPlan, type PlannedArray, planImport } from "./plan.js";
import { readHmfMap } from "./read-map.js";
import type { NamesOption } from "./sibling-names.js";
import { SourceArray } from "./source-file.js";

/** Options of {@link importHmf}. */
export interface ImportHmfOptions extends StoreSettings {
  /**
   * What to do about names that no node can have here: `"error"` (the default), or `"encode"`, which writes what they may
   * not have as `%` and two digits and keeps the name as the node's attribute `name`.
   */
  readonly names?: NamesOption;
}

/**
 * Imports a directory that Python's HMF wrote into a new file. The directory is only read, wherever it was moved to, and
 * nothing that its pickled map asks for is run.
 *
 * Groups, arrays and attributes stay what they are. Data frames, arrays with names for their columns, become groups of columns;
 * groups of rows are those of the frame, and `groupNames` and the like answer as HMF does, with the elements of the key's dtype.
 * Arrays are copied block by block; a dtype without byte order is read as of this machine. All is one transaction: where it
 * fails nothing is left at `root`, unless it is committed already, and whole when it is opened next.
 *
 * ```ts
 * using file = importHmf("experiment_hmf", "experiment");
 * file.getArray("/group_1/arrayA").mean();
 * ```
 *
 * @param directory what HMF wrote
 * @param root the new file: there is nothing of that name, or an empty directory
 * @returns the file, open for reading
 * @throws NotFoundError where there is no directory, map or file of an array; ExistsError for `root`; FormatError for a map that
 * would run something in Python, naming it, that is damaged, or that leads out of the directory; DTypeError naming an array of
 * Python's objects; CorruptError for a file that is shorter than its array; NameError; CastError naming an attribute; LimitError,
 * DiskError, LockedError
 */
export function importHmf(directory: string, root: string, options: ImportHmfOptions = {}): MemmapFile<"r"> {
  const { names = "error", ...settings } = options;
  checkOptions(settings);
  if (names !== "error" && names !== "encode") {
    throw new UnsupportedError(`names is "error" or "encode", not ${showValue(names)}`);
  }
  const source = sourceOf(directory);
  const plan = planImport(readHmfMap(source), names);
  write(plan, source, root, settings);
  return MemmapFile.open(root, { ...settings, mode: "r" });
}

/** The directory's path, without links. */
function sourceOf(directory: string): string {
  const files = currentFiles();
  const real = files.realPath(directory);
  if (real === undefined) {
    throw new NotFoundError(`${directory}: there is no directory of this name to import`, {
      path: directory,
    });
  }
  if (files.look(real)?.isDirectory() === true) return real;
  throw new FormatError(`${directory}: this is no directory; HMF writes directories`, { path: directory });
}

/** Writes all of it by the transaction that makes the file. */
function write({ groups, arrays }: ImportPlan, source: string, root: string, settings: StoreSettings): void {
  const { layout = "npy" } = settings;
  const files = currentFiles();
  if (!isVacant(locate(root, files), files)) {
    throw new ExistsError(`${root}: something is there already; an import makes a new file`, { path: root });
  }
  const { store, isToBeMade } = openStore(root, "a", settings, "tree");
  try {
    if (!isToBeMade) {
      throw new ExistsError(`${root}: another writer made a file of this name meanwhile`, { path: root });
    }
    const session = new Session(store);
    session.change((draft) => {
      draft.clear(null);
      for (const { name, attr } of groups) {
        if (name !== "") draft.addGroup(name, attr);
        else if (attr !== null) draft.setGroupAttr(name, attr);
      }
      for (const array of arrays) writeArray(draft, array, source, layout);
    });
    session.close();
  } catch (error) {
    store.abandon();
    throw error;
  }
}

function writeArray(
  draft: Draft,
  { name, attr, path, source: said, column }: PlannedArray,
  source: string,
  layout: FileLayout,
): void {
  using array = new SourceArray(source, path, said);
  const isWhole = column === undefined;
  const [rows = 1, ...itemShape] = isWhole ? array.shape : array.shape.slice(0, 1);
  draft.add(name, {
    dtype: array.dtype,
    itemShape,
    rows,
    ...(array.shape.length === 0 ? { isScalar: true } : {}),
    layout,
    attr,
    overwrite: false,
    content: isWhole ? array.bytes() : array.columnBytes(column),
  });
}
