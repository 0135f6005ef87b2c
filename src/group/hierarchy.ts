import { ExistsError, NameError, NotFoundError, UnsupportedError } from "../errors.js";
import { currentFiles, nodeFiles } from "../platform/files.js";
import {
  type AttrInput,
  type AttrValue,
  type Catalog,
  type ColumnState,
  type Draft,
  decodeAttr,
  didYouMean,
  encodeAttr,
  type FileLayout,
  type JsonValue,
  type NewColumn,
} from "../store/index.js";
import type { MemmapColumn, Mode, Session } from "../table/index.js";
import type { ArrayInput } from "./array-input.js";
import { parentOf, showPath } from "./node-path.js";
import { TreeIndex } from "./tree-index.js";

/** What is in an open file, by the names in the store: what its groups have in common. */
export class Hierarchy {
  readonly session: Session;
  readonly mode: Mode;
  readonly layout: FileLayout;
  /** Whether files are the system's, which other threads see as well. */
  readonly usesNodeFiles: boolean;
  #known: { readonly revision: unknown; readonly index: TreeIndex } | undefined;

  constructor(session: Session, mode: Mode, layout: FileLayout) {
    this.session = session;
    this.mode = mode;
    this.layout = layout;
    this.usesNodeFiles = currentFiles() === nodeFiles;
  }

  get root(): string {
    return this.session.store.paths.root;
  }

  /** @throws ClosedError */
  get catalog(): Catalog {
    return this.session.catalog;
  }

  get index(): TreeIndex {
    const { catalog } = this;
    const { revision } = this.session;
    if (this.#known !== undefined && this.#known.revision === revision) return this.#known.index;
    const index = new TreeIndex(catalog);
    this.#known = { revision, index };
    return index;
  }

  kindOf(name: string): "group" | "array" | undefined {
    if (this.catalog.columns.has(name)) return "array";
    if (name === "" || this.catalog.groups.has(name)) return "group";
    const { draft } = this.session;
    // Of a transaction, each change would make the index anew.
    if (draft !== undefined) return draft.hasGroup(name) ? "group" : undefined;
    return this.index.kindOf(name);
  }

  #missing(name: string, what: string): NotFoundError {
    const others = this.index.childrenOf(parentOf(name)).map(showPath);
    const path = showPath(name);
    return new NotFoundError(`there is no ${what} ${path} in ${this.root}${didYouMean(path, others)}`, {
      path: this.session.store.paths.file(name),
    });
  }

  /** @throws NotFoundError, with a guess at what was meant */
  requireNode(name: string): "group" | "array" {
    const kind = this.kindOf(name);
    if (kind === undefined) throw this.#missing(name, "node");
    return kind;
  }

  /** @throws NotFoundError where there is none; UnsupportedError where it is an array */
  requireGroup(name: string): void {
    const kind = this.kindOf(name);
    if (kind === undefined) throw this.#missing(name, "group");
    if (kind === "group") return;
    throw new UnsupportedError(`${showPath(name)} is an array, not a group; getArray() reads it`);
  }

  /** @throws NotFoundError where there is none; UnsupportedError where it is a group */
  array(name: string): MemmapColumn {
    const state = this.catalog.columns.get(name);
    if (state !== undefined) return this.columnFor(name, state);
    if (this.kindOf(name) === undefined) throw this.#missing(name, "array");
    throw new UnsupportedError(`${showPath(name)} is a group, not an array; getGroup() opens it`);
  }

  columnFor(name: string, state: ColumnState): MemmapColumn {
    return this.session.live.columnFor(name, state);
  }

  change<T>(work: (draft: Draft) => T): T {
    return this.session.change(work);
  }

  /** Makes a group, and those that it lies in, where they are missing. */
  setGroup(name: string): void {
    this.session.store.requireWritable();
    if (name === "" || this.catalog.groups.has(name)) return;
    this.change((draft) => {
      if (!draft.groups.has(name)) draft.addGroup(name, null);
    });
  }

  /** Writes an array anew, in place of one of that name, whose attribute it keeps where none is given. */
  setArray(
    name: string,
    { bytes, ...input }: ArrayInput,
    attr: JsonValue | undefined,
    overwrite: boolean,
  ): MemmapColumn {
    this.#requireArrayName(name);
    return this.change((draft) => {
      const kept = attr ?? draft.find(name)?.attr ?? null;
      return this.#add(name, input, { attr: kept, overwrite, content: bytes }, draft);
    });
  }

  /** A new array of zeros. @throws ExistsError */
  createArray(
    name: string,
    input: Pick<ArrayInput, "dtype" | "shape">,
    attr: JsonValue | undefined,
  ): MemmapColumn {
    this.#requireArrayName(name);
    if (this.catalog.columns.has(name)) {
      throw new ExistsError(`there is an array ${showPath(name)} already; setArray() replaces it`, {
        path: this.session.store.paths.column(name),
      });
    }
    return this.change((draft) => this.#add(name, input, { attr: attr ?? null, overwrite: false }, draft));
  }

  #add(
    name: string,
    { dtype, shape }: Pick<ArrayInput, "dtype" | "shape">,
    more: Pick<NewColumn, "attr" | "overwrite" | "content">,
    draft: Draft,
  ): MemmapColumn {
    this.#refuseGroup(name, draft);
    const [rows = 1, ...itemShape] = shape;
    const isScalar = shape.length === 0;
    const state = draft.add(name, { dtype, itemShape, rows, isScalar, layout: this.layout, ...more });
    return this.columnFor(name, state);
  }

  /** @throws NameError for the root */
  #requireArrayName(name: string): void {
    this.session.store.requireWritable();
    if (name === "") throw new NameError("/ is the root, which is a group, not an array");
  }

  /** @throws ExistsError where a group has the name */
  #refuseGroup(name: string, draft: Draft): void {
    if (!draft.hasGroup(name)) return;
    throw new ExistsError(`${showPath(name)} is a group; delete it first, or take another name`, {
      path: this.session.store.paths.file(name),
    });
  }

  attrOf(name: string): AttrValue {
    this.requireNode(name);
    const { columns, groups } = this.catalog;
    return decodeAttr(columns.get(name)?.attr ?? groups.get(name) ?? null);
  }

  setAttr(name: string, attr: AttrInput): void {
    this.session.store.requireWritable();
    const kind = this.requireNode(name);
    const json = encodeAttr(attr);
    this.change((draft) => {
      if (kind === "array") draft.setColumnAttr(name, json);
      else draft.setGroupAttr(name, json);
    });
  }
}
