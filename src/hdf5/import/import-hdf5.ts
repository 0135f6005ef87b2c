import { ExistsError } from "../../errors.js";
import { MemmapFile } from "../../group/index.js";
import { currentFiles, type Files, nodeFiles, withFiles } from "../../platform/files.js";
import { type Draft, isVacant, locate, type Store } from "../../store/index.js";
import { openStore, Session, type StoreSettings } from "../../table/index.js";
import { canStartWorkers, defaultWorkers } from "../../workers/index.js";
import { type ReferenceReader, referenceReader } from "../attributes.js";
import { Handle } from "../handle.js";
import { checkPath } from "../options.js";
import { checkImport, type ImportHdf5Options, Skips } from "./options.js";
import { type ImportPlan, planImport } from "./plan.js";
import { addressIn } from "./read-texts.js";
import { selectionOf } from "./selection.js";
import { Turns } from "./turns.js";
import { type Tree, walkTree } from "./walk.js";
import { JOB_BYTES, writeImport } from "./write.js";

/**
 * Imports an HDF5 file into a new {@link MemmapFile}: groups, datasets and attributes. It needs the package `h5wasm`. The file
 * must not be written to meanwhile.
 *
 * What datasets become:
 *
 * | HDF5 | here |
 * | --- | --- |
 * | integers, floats, complex numbers, enumeration of `FALSE` and `TRUE` | `i`, `u`, `f`, `c`, `b1`, in their byte order |
 * | other enumerations | their integers; the names are the attribute `enum`, unless one is beyond 32 bits |
 * | strings of a fixed length | `S<n>` |
 * | strings of variable length | `U<n>`, as wide as the longest: `4n` bytes each, however short |
 * | compound | a group of columns, or a structured array; only columns where a field is of variable length or refers |
 * | opaque | `V<n>`, or the dtype that h5py's tag says |
 * | references to objects | `U<n>`, their paths in the HDF5 file; empty for none |
 * | null dataspace | an array without elements |
 *
 * Attributes are as {@link Hdf5File.attrs} has them. What `exportHdf5` wrote becomes what it was. A dataset or group that several
 * links lead to is imported by each of them. Data are copied block by block, by workers, of chunked datasets a row at least; all is one transaction: where it fails
 * nothing is left at `root`, unless it is committed already, and whole when it is opened next.
 *
 * ```ts
 * using file = await importHdf5("experiment.h5", "experiment", { only: "/run1" });
 * file.getArray("/run1/voltage").mean();
 * ```
 *
 * @param file the path of the HDF5 file
 * @param root the new file: there is nothing of that name, or an empty directory
 * @returns the file, open for reading
 * @throws NotFoundError where there is no file, and for a path of `only` that is not in it; ExistsError for `root`; FormatError for
 * what is no HDF5 file; DTypeError naming a dataset that has no place here: lists of variable length, references to regions,
 * floats of 16 bytes, compounds of these; CastError naming an attribute, and a text that is no UTF-8; CorruptError naming the
 * dataset and what is damaged; NameError, LimitError, DiskError, LockedError; UnsupportedError where `h5wasm` is missing, or lacks a filter, and for options; the
 * signal's reason, and what a callback throws
 */
export async function importHdf5(
  file: string,
  root: string,
  options: ImportHdf5Options = {},
): Promise<MemmapFile<"r">> {
  checkImport(options);
  checkPath(file, "file");
  checkPath(root, "root");
  const { only, signal } = options;
  const files = currentFiles();
  requireVacant(root, files);
  signal?.throwIfAborted();
  const handle = await Handle.open(file);
  try {
    const turns = new Turns(signal);
    const tree = await walkTree(handle, selectionOf(handle, only), new Skips(options), turns);
    const reference = referenceWithin(tree, handle);
    const plan = await planImport(handle, tree.root, reference, options, turns);
    return await write(plan, { handle, reference, turns, files }, root, options);
  } finally {
    handle.close();
  }
}

function settingsOf({ locking, durability, timeout, layout }: StoreSettings): StoreSettings {
  return {
    ...(locking && { locking }),
    ...(durability && { durability }),
    ...(timeout !== undefined && { timeout }),
    ...(layout && { layout }),
  };
}

function requireVacant(root: string, files: Files): void {
  if (isVacant(locate(root, files), files)) return;
  throw new ExistsError(`${root}: something is there already; an import makes a new file`, { path: root });
}

/** Finds where references lead: to what was met on the way, or else by a search. */
function referenceWithin({ paths }: Tree, handle: Handle): ReferenceReader {
  const search = referenceReader(handle);
  return (reference) => paths.get(addressIn(reference)) ?? search(reference);
}

interface Source {
  readonly handle: Handle;
  readonly reference: ReferenceReader;
  readonly turns: Turns;
  readonly files: Files;
}

/** Writes all of it by the transaction that makes the file. */
async function write(
  plan: ImportPlan,
  source: Source,
  root: string,
  options: ImportHdf5Options,
): Promise<MemmapFile<"r">> {
  const { files } = source;
  const { layout = "npy", onProgress = () => {}, signal, workers = defaultWorkers() } = options;
  const isHere = workers === 0 || plan.total < JOB_BYTES || files !== nodeFiles || !canStartWorkers();
  const settings = settingsOf(options);
  const store = withFiles(files, () => newStore(root, settings));
  try {
    const session = new Session(store);
    const work = async (draft: Draft) => {
      draft.clear(null);
      const context = { ...source, draft, layout, onProgress, signal };
      await writeImport(plan, context, isHere ? 0 : workers);
      signal?.throwIfAborted();
    };
    await session.changeAsync(work, () => {});
    session.close();
  } catch (error) {
    store.abandon();
    throw error;
  }
  return withFiles(files, () => MemmapFile.open(root, { ...settings, mode: "r" }));
}

/** The store of a file that is to be made. @throws ExistsError */
function newStore(root: string, settings: StoreSettings): Store {
  requireVacant(root, currentFiles());
  const { store, isToBeMade } = openStore(root, "a", settings, "tree");
  if (isToBeMade) return store;
  store.close();
  throw new ExistsError(`${root}: another writer made a file of this name meanwhile`, { path: root });
}
