/** The changes of a random workload: each is a list of operations, several of which are one transaction. */
import { allGroups, follow } from "./model.mjs";
import { randomOf } from "./random.mjs";
import { ARRAYS } from "./values.mjs";

const NAMES = ["a", "b", "c", "d", "g/a", "g/b", "h/a", "h/k/a", "h/k/b"];
const MOST_COLUMNS = 7;

/** How often each kind of operation is tried. */
const KINDS = Object.entries({
  add: 4,
  overwrite: 3,
  copy: 2,
  rename: 3,
  delete: 2,
  grow: 3,
  shrink: 3,
  append: 4,
  attr: 2,
  groupAttr: 2,
}).flatMap(([kind, weight]) => Array(weight).fill(kind));

/** Tags of one operation's values: an append gives each column one of its own. */
const TAGS = 16;

/**
 * The change that the workload of a seed makes to a state. Every one is of at least one operation that is not undone by
 * those after it, so that each raises the generation.
 */
export function changeAfter(seed, state) {
  const random = randomOf(seed, state.step, 1);
  const tag = (state.step * 8 + 1) * TAGS;
  if (!random.chance(0.25)) return [operation(random, state, tag, false)];
  const change = [];
  let pending = state;
  const count = 2 + random.below(4);
  for (let i = 0; i < count; i += 1) {
    const next = operation(random, pending, tag + i * TAGS, true);
    change.push(next);
    pending = follow(seed, pending, [next]);
  }
  change.push({ kind: "groupAttr", group: "", attr: attrOf(random, tag + 7 * TAGS) ?? { tag } });
  return change;
}

/** A change that is begun, and then thrown away. */
export function vainChangeAfter(seed, state) {
  return [operation(randomOf(seed, state.step, 2), state, (state.step * 8 + 5) * TAGS, true)];
}

function attrOf(random, tag) {
  if (random.chance(0.15)) return null;
  return {
    tag,
    note: "n".repeat(random.chance(0.2) ? random.below(6000) : random.below(30)),
    list: [tag, 0.5],
  };
}

/** Few rows or many pages of them. */
function rowsOf(random) {
  return random.chance(0.6) ? random.below(200) : random.below(3000);
}

function operation(random, state, tag, isGrouped) {
  for (;;) {
    const made = MAKERS[random.oneOf(KINDS)](random, state, tag, isGrouped);
    if (made !== undefined) return made;
  }
}

function freeName(random, { columns }) {
  const free = NAMES.filter((name) => !columns.has(name));
  return columns.size < MOST_COLUMNS && free.length > 0 ? random.oneOf(free) : undefined;
}

const usedName = (random, { columns }) => random.oneOf([...columns.keys()]);

function newColumn(random, tag, name, overwrite, isGrouped) {
  if (name === undefined) return undefined;
  const source = random.oneOf(["data", "data", "fill", "none", isGrouped ? "later" : "data"]);
  return {
    kind: "add",
    name,
    dtype: random.oneOf(Object.keys(ARRAYS)),
    perRow: random.chance(0.2) ? 3 : 1,
    layout: random.chance(0.3) ? "raw" : "npy",
    attr: attrOf(random, tag),
    source,
    tag,
    overwrite,
  };
}

const MAKERS = {
  add: (random, state, tag, isGrouped) => newColumn(random, tag, freeName(random, state), false, isGrouped),
  overwrite: (random, state, tag, isGrouped) =>
    newColumn(random, tag, usedName(random, state), true, isGrouped),
  copy(random, state) {
    const from = usedName(random, state);
    const overwrite = random.chance(0.3) && state.columns.size > 1;
    const to = overwrite
      ? random.oneOf([...state.columns.keys()].filter((name) => name !== from))
      : freeName(random, state);
    return from === undefined || to === undefined ? undefined : { kind: "copy", from, to, overwrite };
  },
  rename(random, state) {
    const [from, to] = [usedName(random, state), freeName(random, state)];
    return from === undefined || to === undefined ? undefined : { kind: "rename", from, to };
  },
  delete(random, state) {
    const name = usedName(random, state);
    return name === undefined ? undefined : { kind: "delete", name };
  },
  grow(random, { rows }) {
    if (rows > 6000) return undefined;
    return { kind: "resize", rows: rows + 1 + rowsOf(random) };
  },
  shrink(random, { rows }, _tag, isGrouped) {
    if (rows === 0) return undefined;
    // Within a transaction the rows are not cut off yet, and assignments are not undone.
    const stain = random.chance(0.5) && !isGrouped;
    return { kind: "resize", rows: random.chance(0.1) ? 0 : random.below(rows), stain };
  },
  append(random, { columns, rows }, tag) {
    if (columns.size === 0 || rows > 6000) return undefined;
    return { kind: "append", count: 1 + (random.chance(0.7) ? random.below(50) : rowsOf(random)), tag };
  },
  attr(random, state, tag) {
    const name = usedName(random, state);
    return name === undefined ? undefined : { kind: "attr", name, attr: attrOf(random, tag) ?? { tag } };
  },
  groupAttr(random, state, tag) {
    const group = random.oneOf(["", ...allGroups(state)]);
    return { kind: "groupAttr", group, attr: attrOf(random, tag) ?? { tag } };
  },
};
