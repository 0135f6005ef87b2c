import type { ColumnState } from "../catalog.js";
import { groupsOf, NameTree } from "../names.js";
import { arrayFile, type StorePaths } from "../paths.js";
import { type Finding, finding } from "./findings.js";
import type { Survey } from "./tree.js";

/** What the records say of the columns, as far as it can be read. */
export interface Known {
  readonly order: readonly string[];
  /** Null where the root is no table, and columns have rows of their own; undefined where nothing says. */
  readonly rows: number | null | undefined;
  /** What the names in `order` have before those of the columns: other than `""` in a part of a store. */
  readonly prefix: string;
  /** The file that says so. */
  readonly path: string;
}

/** What is wrong with the columns of a table together, where each is well by itself. */
export function checkTogether(survey: Survey, known: Known, paths: StorePaths): Finding[] {
  return [
    ...unequalRows(survey.columns, known, paths),
    ...missing(survey, known, paths),
    ...collisions(survey, paths),
    ...shared(survey, paths),
    ...unwritable(survey, paths),
  ];
}

/** The rows that a table has: what its record says, if any column agrees, or what most columns have. */
export function rowsOf(
  columns: ReadonlyMap<string, ColumnState>,
  known: number | undefined,
): number | undefined {
  const counts = new Map<number, number>();
  for (const { rows } of columns.values()) counts.set(rows, (counts.get(rows) ?? 0) + 1);
  if (known !== undefined && counts.has(known)) return known;
  const [most] = [...counts].sort(([, one], [, other]) => other - one);
  return most?.[0] ?? known;
}

function unequalRows(
  columns: ReadonlyMap<string, ColumnState>,
  { rows, path }: Known,
  paths: StorePaths,
): Finding[] {
  if (rows === null) return [];
  const right = rowsOf(columns, rows);
  const [example] = [...columns].find(([, column]) => column.rows === right) ?? [];
  const others = [...columns].filter(([, column]) => column.rows !== right);
  if (others.length === 0 && rows !== undefined && right !== rows) {
    return [
      finding(
        "outdated-rows",
        path,
        `this says ${rows} rows, and every column has ${right}; the columns count`,
      ),
    ];
  }
  const withRight = columns.size - others.length;
  return others.map(([name, column]) =>
    finding(
      "unequal-rows",
      paths.column(name),
      `the column has ${column.rows} rows, where ${withRight} of ${columns.size} columns have ${right}, such as ${example}.npy${right === rows ? ", as the last transaction left them" : ""}`,
    ),
  );
}

function missing({ names, findings }: Survey, { order, prefix, path }: Known, paths: StorePaths): Finding[] {
  const there = new Set(names);
  // What cannot be looked into may hold it.
  const unseen = new Set(findings.filter(({ code }) => code !== "empty-group").map((found) => found.path));
  const isUnseen = (name: string): boolean =>
    [arrayFile(name), ...groupsOf(name)].some((at) => unseen.has(paths.file(at)));
  return order
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .filter((name) => !there.has(name) && !isUnseen(name))
    .map((name) =>
      finding(
        "missing-column",
        path,
        `the last transaction left a column ${JSON.stringify(name)}, and there is no file of it now`,
      ),
    );
}

function collisions({ names, groups }: Survey, paths: StorePaths): Finding[] {
  const tree = new NameTree(names);
  for (const group of groups) if (group !== "") tree.addGroup(group);
  return tree.conflicts().map(([one, other]) => {
    const path = other.endsWith("/") ? paths.file(other.slice(0, -1)) : paths.column(other);
    const what = `${JSON.stringify(one)} and ${JSON.stringify(other)} would be one on some systems; the table can only be read`;
    return finding("name-collision", path, what);
  });
}

function shared({ columns, linked }: Survey, paths: StorePaths): Finding[] {
  const first = new Map<string, string>();
  const findings: Finding[] = [];
  for (const name of [...columns.keys()].sort()) {
    const column = columns.get(name);
    if (column === undefined || linked.has(name)) continue;
    const file = `${column.file.dev} ${column.file.ino}`;
    const other = first.get(file);
    if (other === undefined) first.set(file, name);
    else {
      const what = `this is the same file as ${other}.npy (a hard link): what is written to one column changes the other`;
      findings.push(finding("shared-file", paths.column(name), what));
    }
  }
  return findings;
}

function unwritable({ columns, unwritable: names, linked }: Survey, paths: StorePaths): Finding[] {
  if (names.length > 1 && names.length === columns.size - linked.size) {
    const what = `this process may write to none of the ${names.length} columns; the table can only be read`;
    return [finding("unwritable", paths.root, what)];
  }
  return names.map((name) =>
    finding("unwritable", paths.column(name), "this process may not write to this file, only read it"),
  );
}
