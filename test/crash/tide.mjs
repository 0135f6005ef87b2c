/**
 * A table that says of itself what it holds. The attribute of the table describes its generation: the rows, and for
 * each column the attribute and which generation wrote which rows. Every element carries the generation that wrote it
 * and its row. So whoever reads it can tell whether all that he sees is of one generation.
 */

export const MOST_ROWS = 4000;
const ROWS = 4096;

/** The element of a row that a generation wrote; zero where no one has written. */
export const elementOf = (generation, row) => (generation === 0 ? 0 : generation * ROWS + row);

/** Which generation wrote an element of a row: 0 for no one; undefined where it is none of that row. */
export function writerOf(element, row) {
  if (element === 0) return 0;
  return Number.isInteger(element) && element % ROWS === row ? Math.floor(element / ROWS) : undefined;
}

/** Adds rows to what a column is described to hold. */
export function withRows(parts, to, generation) {
  const from = parts.at(-1)?.[1] ?? 0;
  return to > from ? [...parts, [from, to, generation]] : parts;
}

/** Takes rows away from what a column is described to hold. */
export function cutTo(parts, rows) {
  return parts
    .filter(([from]) => from < rows)
    .map(([from, to, writer]) => [from, Math.min(to, rows), writer]);
}

/**
 * @param table open for reading
 * @param fate what may have become of rows since: the fewest rows of any later generation
 * @returns what is wrong, in words; undefined where all is of one generation
 */
export function mixture(table, fate) {
  const { generation, attr } = table;
  if (attr?.generation !== generation) return `attribute of generation ${attr?.generation} in ${generation}`;
  const names = Object.keys(attr.columns);
  if (names.join() !== table.columnNames.join()) return `columns ${table.columnNames} in place of ${names}`;
  if (table.length !== attr.rows) return `${table.length} rows in place of ${attr.rows}`;
  for (const name of names) {
    const column = table.column(name);
    const { tag, parts } = attr.columns[name];
    if (column.attr?.tag !== tag)
      return `column ${name}: attribute of ${column.attr?.tag} in place of ${tag}`;
    const { values } = column;
    if (values.length !== attr.rows) return `column ${name}: ${values.length} rows in place of ${attr.rows}`;
    const problem = strangeRow(values, parts, generation, fate);
    if (problem !== undefined) return `generation ${generation}, column ${name}: ${problem}`;
  }
  return undefined;
}

function strangeRow(values, parts, generation, fate) {
  for (const [from, to, writer] of parts) {
    for (let row = from; row < to; row += 1) {
      const element = values[row];
      if (element === elementOf(writer, row)) continue;
      // Rows that were cut off since read as zeros, or as what was put there later.
      const found = writerOf(element, row);
      const isLater = found === 0 || (found !== undefined && found > generation);
      if (isLater && fate(generation) <= row) continue;
      return `row ${row} is ${element} of generation ${found}, in place of generation ${writer}`;
    }
  }
  return undefined;
}
