import { ExistsError } from "../errors.js";
import { currentFiles } from "../platform/files.js";
import { isStore, isVacant, locate, Store, type StoreKind } from "../store/index.js";
import type { Mode, StoreSettings } from "./options.js";

/** A store, and whether a table is to be made in it, in place of whatever it holds. */
export interface OpenedStore {
  readonly store: Store;
  readonly isToBeMade: boolean;
}

/** What to do about something that is there already. */
export type Existing = "refuse" | "replace" | "open";

/** Opens the store that a mode of opening asks for. @throws as {@link Store.open} and {@link Store.create} */
export function openStore(
  path: string,
  mode: Mode,
  settings: StoreSettings,
  kind: StoreKind = "table",
): OpenedStore {
  if (mode === "w+") return makeStore(path, "replace", settings, kind);
  // Only where there is nothing that could be lost: a directory that holds something else is not to be a table.
  if (mode === "a" && isVacant(locate(path, currentFiles()), currentFiles()))
    return makeStore(path, "open", settings, kind);
  return { store: Store.open(path, { ...settings, kind, writable: mode !== "r" }), isToBeMade: false };
}

/**
 * Opens the store of a table that is to be made.
 *
 * @throws ExistsError where something is there that is not to be replaced, or is no table
 */
export function makeStore(
  path: string,
  existing: Existing,
  settings: StoreSettings,
  kind: StoreKind = "table",
): OpenedStore {
  if (existing === "refuse" && currentFiles().look(path) !== undefined) {
    throw new ExistsError(
      `${path}: there is something of this name already; say overwrite: true to replace a table`,
      { path },
    );
  }
  // Of what is replaced, nothing needs to be a table.
  const options = { ...settings, kind: existing === "replace" ? "tree" : kind } as const;
  const store = isStore(path, currentFiles())
    ? Store.open(path, { ...options, writable: true })
    : Store.create(path, options);
  // Another writer may have made a table while this one waited for the lock.
  if (store.isNew || existing === "replace") return { store, isToBeMade: true };
  if (existing === "open") return { store, isToBeMade: false };
  store.close();
  throw new ExistsError(`${path}: another writer made a table of this name meanwhile`, { path });
}
