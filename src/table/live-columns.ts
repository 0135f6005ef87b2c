import type { ArrayView } from "../array/index.js";
import type { Catalog, ColumnState } from "../store/index.js";
import { ColumnStorage, type StorageOwner } from "./column-storage.js";
import { inTurn } from "./in-turn.js";
import { type ColumnOwner, MemmapColumn } from "./memmap-column.js";

interface LiveColumn {
  readonly storage: ColumnStorage;
  /** By the groups that their names are without. */
  readonly columns: Map<string, MemmapColumn>;
}

/** The columns of one store that somebody has asked for, by the identity that renaming and growing keep. */
export class LiveColumns {
  readonly #store: StorageOwner;
  readonly #owner: ColumnOwner;
  readonly #live = new Map<number, LiveColumn>();

  constructor(store: StorageOwner, owner: ColumnOwner) {
    this.#store = store;
    this.#owner = owner;
  }

  /** The one object that stands for a column. @param prefix the groups that its name is without, for who has it from there */
  columnFor(name: string, state: ColumnState, prefix = ""): MemmapColumn {
    let live = this.#live.get(state.id);
    if (live === undefined) {
      live = { storage: new ColumnStorage(name, state, this.#store), columns: new Map() };
      this.#live.set(state.id, live);
    }
    const known = live.columns.get(prefix);
    if (known !== undefined) return known;
    const column = new MemmapColumn(live.storage, this.#owner, prefix);
    live.columns.set(prefix, column);
    return column;
  }

  /** The name that a column has now; undefined when it is gone. */
  nameOf(column: ArrayView): string | undefined {
    return column instanceof MemmapColumn ? column.currentName : undefined;
  }

  /**
   * Some columns take up what a catalog says. Typed arrays stay as they are.
   *
   * @param names by identity; undefined for those that are gone
   */
  follow(names: ReadonlyMap<number, string | undefined>, catalog: Catalog): void {
    for (const [id, name] of names) {
      const live = this.#live.get(id);
      if (live !== undefined) update(live.storage, id, name, catalog);
    }
  }

  /** After a commit or its undoing: all columns take up what the catalog says, and files that are no column's any more are let go. */
  settle(catalog: Catalog): void {
    if (this.#live.size === 0) return;
    const names = new Map<number, string>();
    for (const [name, { id }] of catalog.columns) names.set(id, name);
    for (const [id, { storage }] of this.#live) {
      update(storage, id, names.get(id), catalog);
      storage.settle();
      if (!names.has(id)) this.#live.delete(id);
    }
  }

  /** Waits until all assignments are on the disk. @throws DiskError, after having tried all */
  flush(): void {
    inTurn(this.#live.values(), ({ storage }) => storage.flush());
  }

  async flushAsync(): Promise<void> {
    await Promise.all(Array.from(this.#live.values(), ({ storage }) => storage.flushAsync()));
  }

  /** @throws ClosedError where the bytes of a typed array were moved elsewhere; all are closed that can be */
  close(): void {
    const all = [...this.#live.values()];
    this.#live.clear();
    inTurn(all, ({ storage }) => storage.close());
  }
}

function update(storage: ColumnStorage, id: number, name: string | undefined, catalog: Catalog): void {
  const state = name === undefined ? undefined : catalog.columns.get(name);
  if (name !== undefined && state?.id === id) storage.update(name, state);
  else storage.drop();
}
