import { basename, dirname, join } from "node:path";
import type { DirectoryEntry, Files } from "../../platform/files.js";
import type { ColumnState } from "../catalog.js";
import { isWithin } from "../links.js";
import type { Overlay } from "../overlay.js";
import { ARRAY, CONTROL, SIDECAR, type StorePaths } from "../paths.js";
import { MAX_SIDECAR, readFile } from "../read-file.js";
import { parseSidecar, type Sidecar } from "../sidecar.js";
import { isStore } from "../vacancy.js";
import { isWritable, judgeColumn, nameProblem } from "./columns.js";
import { attempt, type ColumnFinding, type Finding, finding } from "./findings.js";

/** What was found below a root. */
export interface Survey {
  /** Columns that can be read, by name. */
  readonly columns: ReadonlyMap<string, ColumnState>;
  /** Names of all files that are meant to be columns, by which some system may take two for one. */
  readonly names: readonly string[];
  /** Groups with a sidecar; `""` is the root. */
  readonly groups: readonly string[];
  /** Columns that are read through symbolic links. */
  readonly linked: ReadonlySet<string>;
  /** Columns that this process may not write to. */
  readonly unwritable: readonly string[];
  readonly findings: readonly Finding[];
}

/**
 * Looks at everything below a root that is, or is meant to be, a part of the table. Throws nothing for what is wrong.
 *
 * @param takesScalars whether arrays without axes are columns
 */
export function survey(paths: StorePaths, files: Files, overlay: Overlay, takesScalars: boolean): Survey {
  const walk = new Walk(paths, files, overlay, takesScalars);
  walk.directory("");
  return walk;
}

/** What there is beside an array, or in a group: a sidecar that can be read, none, or one that cannot. */
type SidecarFound = { readonly sidecar: Sidecar | undefined; readonly path: string | undefined } | undefined;

class Walk implements Survey {
  readonly columns = new Map<string, ColumnState>();
  readonly names: string[] = [];
  readonly groups: string[] = [];
  readonly linked = new Set<string>();
  readonly unwritable: string[] = [];
  readonly findings: Finding[] = [];
  readonly #paths: StorePaths;
  readonly #files: Files;
  readonly #overlay: Overlay;
  readonly #takesScalars: boolean;

  constructor(paths: StorePaths, files: Files, overlay: Overlay, takesScalars: boolean) {
    this.#paths = paths;
    this.#files = files;
    this.#overlay = overlay;
    this.#takesScalars = takesScalars;
  }

  #find(code: ColumnFinding, path: string, what: string): void {
    this.findings.push(finding(code, path, what));
  }

  /** What the system refuses to read is a finding; what is gone meanwhile is none. */
  #attempt<T>(path: string, work: () => T): T | undefined {
    return attempt(work, (error) => {
      if (error.code === "NOT_FOUND") return;
      this.#find("unreadable", path, error.message);
    });
  }

  directory(group: string): void {
    const directory = join(this.#paths.root, group);
    const entries = this.#attempt(directory, () => this.#overlay.list(directory));
    if (entries === undefined) return;
    if (entries.size === 0 && group !== "") {
      this.#find("empty-group", directory, "there is nothing in this directory");
    }
    for (const entry of entries.values()) {
      const path = join(directory, entry.name);
      this.#attempt(path, () => this.#entry(group, path, entry, entries));
    }
  }

  #entry(
    group: string,
    path: string,
    { name, kind }: DirectoryEntry,
    entries: ReadonlyMap<string, DirectoryEntry>,
  ): void {
    if (name === CONTROL) {
      if (group !== "") this.#nested(path);
      return;
    }
    const isOurs = name.endsWith(ARRAY) || name.endsWith(SIDECAR);
    if (name.includes("\ufffd") && this.#files.look(path) === undefined) {
      if (isOurs) this.#find("bad-name", path, "the bytes of this name are no UTF-8; it is no column");
      return;
    }
    // A record may say of what it finds as a link that it will be a directory.
    const isLink =
      kind === "link" || (kind === "directory" && this.#files.look(path)?.isSymbolicLink() === true);
    const file = isLink ? this.#follow(path) : path;
    if (file === undefined) return;
    const inner = group === "" ? name : `${group}/${name}`;
    if (isOurs && !isLink && kind !== "file") {
      const what = kind === "directory" ? "a directory" : "a FIFO, socket or device";
      this.#find("no-file", path, `this has the name of an array or sidecar, and is ${what}`);
    } else if (name === SIDECAR) {
      if (this.#sidecar(path, file) !== undefined) this.groups.push(group);
    } else if (name.endsWith(ARRAY)) {
      this.#array(inner.slice(0, -ARRAY.length), path, file, entries);
    } else if (name.endsWith(SIDECAR)) {
      const array = `${name.slice(0, -SIDECAR.length)}${ARRAY}`;
      if (entries.has(array)) return;
      this.#find("orphan-sidecar", path, `this is the sidecar of ${array}, which is not there`);
    } else if (kind === "directory" && !isLink) {
      const problem = nameProblem(inner, "group");
      if (problem === undefined) this.directory(inner);
      else this.#misnamed(path, problem);
    }
  }

  /** A directory that is no group: that is worth a word only where somebody may look for columns in it. */
  #misnamed(path: string, problem: string): void {
    const isGroup = this.#files.list(path).some(({ name }) => name.endsWith(ARRAY) || name.endsWith(SIDECAR));
    if (isGroup) this.#find("bad-name", path, `${problem}; the arrays in it are no columns`);
  }

  #nested(path: string): void {
    const root = dirname(path);
    const what = isStore(root, this.#files)
      ? "this is a table of its own within the table; either can be read, and only this one written to"
      : "this is the control directory of a table that never came to be; while it is here, the table around it can only be read";
    this.#find("nested-table", path, what);
  }

  #follow(path: string): string | undefined {
    const { root } = this.#paths;
    const target = this.#files.realPath(path);
    if (target === undefined) {
      this.#find("dangling-link", path, "this symbolic link leads nowhere; the table can only be read");
    } else if (!isWithin(target, root)) {
      this.#find("outside-link", path, `this symbolic link leads outside the table, to ${target}`);
      return undefined;
    } else {
      this.#find("link", path, `this is a symbolic link to ${target}; the table can only be read`);
    }
    return target;
  }

  #array(name: string, path: string, file: string, entries: ReadonlyMap<string, DirectoryEntry>): void {
    const problem = nameProblem(name, "column");
    if (problem !== undefined) {
      this.#find("bad-name", path, `${problem}; this is no column`);
      return;
    }
    this.names.push(name);
    const found = this.#sidecarOf(path, entries);
    if (found === undefined) return;
    const header = this.#overlay.header(path);
    const verdict = this.#overlay.withFile(file, (at) =>
      judgeColumn(
        {
          path,
          file: at,
          header,
          later: undefined,
          isPending: false,
          sidecarPath: found.path,
          sidecar: found.sidecar,
          takesScalars: this.#takesScalars,
        },
        this.#files,
      ),
    );
    if (verdict.column === undefined) {
      this.#find(verdict.code, path, verdict.what);
      return;
    }
    this.columns.set(name, verdict.column);
    if (file !== path) this.linked.add(name);
    else if (!this.#overlay.withFile(file, (at) => isWritable(at, this.#files))) this.unwritable.push(name);
  }

  #sidecarOf(array: string, entries: ReadonlyMap<string, DirectoryEntry>): SidecarFound {
    const path = `${array.slice(0, -ARRAY.length)}${SIDECAR}`;
    const entry = entries.get(basename(path));
    const none = { sidecar: undefined, path: undefined };
    if (entry === undefined) return none;
    // What is no file is found by its own entry, and so is a link to nowhere.
    if (entry.kind !== "file" && entry.kind !== "link") return undefined;
    const file = entry.kind === "link" ? this.#files.realPath(path) : path;
    if (file === undefined) return none;
    if (!isWithin(file, this.#paths.root)) return undefined;
    const sidecar = this.#sidecar(path, file);
    return sidecar === undefined ? undefined : { sidecar, path };
  }

  /** Reads a sidecar; what is wrong with it is found. */
  #sidecar(path: string, file: string): Sidecar | undefined {
    return attempt(
      () => this.#overlay.withFile(file, (at) => parseSidecar(readFile(at, this.#files, MAX_SIDECAR), path)),
      (error) => {
        if (error.code === "NOT_FOUND") return;
        this.#find(error.code === "DISK" ? "unreadable" : "bad-sidecar", path, error.message);
      },
    );
  }
}
