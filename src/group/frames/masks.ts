import { denseLayout, wrap } from "../../array/index.js";
import { parseDType } from "../../dtype/index.js";
import { NameError } from "../../errors.js";
import type { FrameColumn } from "../column-source.js";

/** What the name of a column is followed by in that of the column which says where it is null. */
const SUFFIX = ".null";

/** The name of the column that says where another one is null. @throws NameError where one of the columns has it */
export function maskName(column: string, columns: readonly string[] = []): string {
  const name = `${column}${SUFFIX}`;
  if (!columns.includes(name)) return name;
  const [own, other] = [column, name].map((part) => JSON.stringify(part));
  throw new NameError(`column ${own} has nulls, but ${other}, which would say where, is another column`);
}

/** The column that says where another one is null. */
export function maskOf({ nulls = new Uint8Array(0) }: FrameColumn, name: string): FrameColumn {
  const array = wrap(
    { dtype: parseDType("b1"), layout: denseLayout([nulls.length], 1), bytes: nulls },
    false,
  );
  return { name, array, nulls: undefined };
}
