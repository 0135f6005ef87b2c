import type { Connection } from "./connection.js";
import {
  DOUBLE,
  isRight,
  looksWhole,
  NANOSECONDS,
  TEXT,
  type TextType,
  tooLarge,
  UBIGINT,
} from "./import-cast.js";
import { type CsvSource, cellsOf } from "./import-csv-source.js";
import { queryRows } from "./import-query.js";

/** Questions that are asked together: DuckDB takes a millisecond to understand each. */
const TOGETHER = 100;

/** Something that is so in all rows of the sample, or not. */
interface Question {
  readonly key: string;
  readonly sql: string;
}

/**
 * Looks at the rows again that types were guessed from: what a guess would change on the way stays text, integers beyond
 * `i8` are `u8`, and times as fine as that are `M8[ns]`.
 *
 * @param isAsked the columns of which the options say nothing
 * @throws DTypeError for integers that no dtype holds
 */
export async function settleGuesses(
  connection: Connection,
  source: CsvSource,
  guessed: readonly TextType[],
  isAsked: readonly boolean[],
): Promise<TextType[]> {
  const answers = await answersTo(
    connection,
    source,
    source.columns.flatMap(({ cell }, i) => questionsOf(cell, guessed[i] ?? TEXT)),
  );
  return source.columns.map(({ cell, name }, i) => {
    const type = guessed[i] ?? TEXT;
    const is = (what: string) => answers.get(`${what} ${cell}`) === true;
    if (is("whole")) {
      if (is("u8")) return UBIGINT;
      if (isAsked[i] === true) throw tooLarge(name);
    }
    if (type === TEXT || is("right")) return type;
    return is("ns") ? NANOSECONDS : TEXT;
  });
}

function questionsOf(cell: string, type: TextType): Question[] {
  if (type === TEXT) return [];
  const right = { key: `right ${cell}`, sql: `coalesce(bool_and(${isRight(type, cell)}), true)` };
  if (type === DOUBLE) {
    return [
      right,
      { key: `whole ${cell}`, sql: `coalesce(bool_and(${looksWhole(cell)}), false)` },
      { key: `u8 ${cell}`, sql: `bool_and(${isRight(UBIGINT, cell)})` },
    ];
  }
  if (type.sql !== "TIMESTAMP") return [right];
  return [right, { key: `ns ${cell}`, sql: `bool_and(${isRight(NANOSECONDS, cell)})` }];
}

async function answersTo(
  connection: Connection,
  source: CsvSource,
  questions: readonly Question[],
): Promise<Map<string, unknown>> {
  const { sampleRows } = source.dialect;
  const limit = sampleRows === Number.POSITIVE_INFINITY ? "" : ` LIMIT ${sampleRows}`;
  const answers = new Map<string, unknown>();
  for (let start = 0; start < questions.length; start += TOGETHER) {
    const some = questions.slice(start, start + TOGETHER);
    const [row] = await queryRows(
      connection,
      `SELECT ${some.map(({ sql }) => sql).join(", ")} FROM (FROM ${cellsOf(source)}${limit})`,
    );
    some.forEach(({ key }, i) => {
      answers.set(key, row?.[i]);
    });
  }
  return answers;
}
