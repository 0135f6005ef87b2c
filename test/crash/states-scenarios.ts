import { type DTypeLike, parseDType } from "../../src/dtype/index.js";
import { type ColumnState, rowBytes } from "../../src/store/catalog.js";
import type { Draft } from "../../src/store/draft.js";
import type { JsonValue } from "../../src/store/json-value.js";
import type { Store } from "../../src/store/store.js";

export type Layout = "npy" | "raw";

/** One committed change: all that a transaction does. */
export type Change = (draft: Draft, store: Store) => void;

/** Changes of a store, each committed and acknowledged by itself. */
export interface Scenario {
  readonly name: string;
  /** What the store holds before; undefined where the first of the changes makes it. */
  readonly base: Change | undefined;
  readonly changes: readonly Change[];
}

/** So many fields that NumPy's header takes more than one sector. */
const WIDE: DTypeLike = Array.from({ length: 24 }, (_, i) => [`measurement_${i}`, "<i2"] as [string, string]);

/** Bytes of which no two columns and rows have the same, and none is zero. */
function bytesFor(name: string, from: number, length: number): Uint8Array {
  const start = [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7);
  return Uint8Array.from({ length }, (_, i) => 1 + ((start + (from + i) * 37) % 251));
}

interface Added {
  readonly dtype?: DTypeLike;
  readonly itemShape?: readonly number[];
  readonly attr?: JsonValue;
  readonly layout: Layout;
  readonly overwrite?: boolean;
}

/** Adds a column of data. */
function add(draft: Draft, { files }: Store, name: string, added: Added): ColumnState {
  const { dtype = "<i4", itemShape = [], attr = null, layout, overwrite = false } = added;
  const column = draft.add(name, { dtype: parseDType(dtype), itemShape, layout, attr, overwrite });
  const fd = files.open(column.path, "r+");
  try {
    files.write(fd, bytesFor(name, 0, column.rows * rowBytes(column)), column.dataOffset, column.path);
  } finally {
    files.close(fd);
  }
  return column;
}

/** Appends rows in as many blocks. */
function append(draft: Draft, rows: number, blocks = 1): void {
  const from = draft.rows ?? 0;
  draft.append(
    Array.from({ length: blocks }, (_, block) => ({
      count: rows / blocks,
      bytesOf: (name: string, column: ColumnState) => {
        const size = rowBytes(column);
        const each = rows / blocks;
        return [bytesFor(name, (from + block * each) * size, each * size)];
      },
    })),
  );
}

/** What the store holds before a scenario: columns in a group and not, one with a long header, attributes. */
export function baseChange(layout: Layout): Change {
  return (draft, store) => {
    draft.clear(3);
    add(draft, store, "a", { layout, attr: "of a" });
    add(draft, store, "g/b", { layout, dtype: "<i2", itemShape: [2] });
    add(draft, store, "wide", { layout, dtype: WIDE, attr: { unit: "m" } });
    draft.setGroupAttr("", "of the table");
    draft.setGroupAttr("g", "of g");
  };
}

const ring: Change = (draft) => {
  draft.rename("a", "t");
  draft.rename("wide", "a");
  draft.rename("t", "wide");
};

function changesFor(layout: Layout): Record<string, Change> {
  return {
    add: (draft, store) => add(draft, store, "c", { layout, attr: 1 }),
    "add in new groups": (draft, store) => add(draft, store, "x/y/c", { layout, attr: [1, 2] }),
    overwrite: (draft, store) => add(draft, store, "a", { layout, dtype: "<f8", overwrite: true }),
    copy: (draft) => draft.copy("wide", "h/copy"),
    rename: (draft) => draft.rename("a", "h/a"),
    "rename in a ring": ring,
    delete: (draft) => draft.remove("g/b"),
    "delete more": (draft) => {
      draft.remove("a");
      draft.remove("g/b");
    },
    grow: (draft) => draft.resize((draft.rows ?? 0) + 40),
    shrink: (draft) => draft.resize(1),
    "shrink and grow at once": (draft) => {
      draft.resize(1);
      draft.resize(5);
    },
    append: (draft) => append(draft, 2),
    "append much": (draft) => append(draft, 60, 3),
    "set a column's attribute": (draft) => draft.setColumnAttr("a", { unit: "s" }),
    "set attributes": (draft) => {
      draft.setColumnAttr("g/b", "b");
      draft.setGroupAttr("g", null);
      draft.setGroupAttr("", [1]);
    },
    replace: (draft, store) => {
      draft.clear(2);
      add(draft, store, "a", { layout, dtype: "<i8" });
      add(draft, store, "n/m", { layout });
    },
    "do a lot at once": (draft, store) => {
      add(draft, store, "x/c", { layout, attr: 1 });
      draft.rename("a", "z");
      draft.remove("g/b");
      append(draft, 2);
      draft.copy("wide", "x/wide");
      draft.setGroupAttr("", 2);
    },
    "rename after a growth that was taken back": (draft, store) => {
      const other = store.begin();
      other.resize(90);
      store.rollback(other);
      draft.rename("a", "h/a");
    },
    "grow, rename and shrink": (draft) => {
      draft.resize(6);
      draft.rename("a", "h/a");
      draft.resize(2);
    },
  };
}

/** So many that they are waited for at once, in as many directories. */
const MANY = Array.from({ length: 17 }, (_, i) => `m${i}/n/c`);

/** Adds columns whose bytes are at hand, and as the last one whose bytes are written before the commit. */
function addMany(draft: Draft, { files }: Store, layout: Layout): void {
  const added = { dtype: parseDType("<i4"), itemShape: [], layout, attr: null, overwrite: false };
  for (const name of MANY) draft.add(name, { ...added, content: bytesFor(name, 0, (draft.rows ?? 0) * 4) });
  const { path, dataOffset, rows } = draft.add("later", { ...added, isFilled: true });
  const fd = files.open(path, "r+");
  files.write(fd, bytesFor("later", 0, rows * 4), dataOffset, path);
  files.close(fd);
}

/** Changes that follow one another, by their names above. */
const SEQUENCES = [
  ["append", "append"],
  ["append much", "append", "append"],
  ["shrink", "append"],
  ["shrink", "grow"],
  ["grow", "shrink"],
  ["grow", "append much"],
  ["append", "rename in a ring"],
  ["rename in a ring", "append", "rename in a ring"],
  ["add", "append"],
  ["add in new groups", "replace"],
  ["copy", "shrink", "append"],
  ["delete", "grow"],
  ["replace", "append"],
  ["overwrite", "shrink and grow at once"],
  ["set attributes", "delete"],
  ["do a lot at once", "append"],
] as const;

/** Each change by itself, then changes one after the other, in both layouts. */
export function scenarios(): Scenario[] {
  return (["npy", "raw"] as const).flatMap((layout) => {
    const changes = changesFor(layout);
    const sequences = [...Object.keys(changes).map((name) => [name]), ...SEQUENCES];
    const base = baseChange(layout);
    const made = {
      name: `${layout}: create, then append`,
      base: undefined,
      changes: [base, changes.append ?? base],
    };
    return [
      made,
      ...sequences.map((names) => ({
        name: `${layout}: ${names.join(", then ")}`,
        base,
        changes: names.flatMap((name) => changes[name] ?? []),
      })),
    ];
  });
}

/** Changes of more files and directories than are waited for one by one. Each has many calls, and states. */
export function manyScenarios(): Scenario[] {
  const add: Change = (draft, store) => addMany(draft, store, "npy");
  const base: Change = (draft, store) => {
    draft.clear(3);
    add(draft, store);
  };
  const changes: Record<string, Change> = {
    append: (draft) => append(draft, 2),
    shrink: (draft) => draft.resize(1),
    delete: (draft) => {
      for (const name of MANY) draft.remove(name);
    },
    rename: (draft) => {
      for (const name of MANY) draft.rename(name, `o${name}`);
    },
  };
  return [
    { name: "npy: add many", base: baseChange("npy"), changes: [add] },
    {
      name: "raw: add many",
      base: baseChange("raw"),
      changes: [(draft, store) => addMany(draft, store, "raw")],
    },
    ...Object.entries(changes).map(([name, change]) => ({
      name: `npy: ${name} many`,
      base,
      changes: [change],
    })),
  ];
}
