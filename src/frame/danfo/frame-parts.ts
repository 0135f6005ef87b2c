import { showValue } from "../../dtype/index.js";
import { CastError } from "../../errors.js";
import { danfo } from "./partner.js";

/** What a frame or series consists of. */
export interface FrameParts {
  /** The columns' names. */
  readonly names: readonly string[];
  /** danfo's words for what they hold. */
  readonly dtypes: readonly (string | undefined)[];
  readonly labels: readonly unknown[];
  readonly length: number;
  /** The cells of a column, rows `start` to before `end`. */
  cells(column: number, start: number, end: number): unknown[];
}

/**
 * Takes a frame apart. Columns may hide the frame's own properties, so that these are asked of its class.
 *
 * @throws CastError for what is no frame of danfojs-node, or one whose rows are hidden by a column
 */
export function framePartsOf(frame: unknown): FrameParts {
  if (!(frame instanceof danfo.NDframe)) {
    throw new CastError(
      `a frame is a DataFrame or Series of the package danfojs-node that this program loads, not ${showValue(frame)}`,
    );
  }
  const values = list(frame, "values");
  const dtypes = list(frame, "dtypes");
  const labels = list(frame, "index");
  const names = list(frame, "columns").map(String);
  const { length } = values;
  const isSeries = Reflect.get(frame, "$isSeries") === true;
  const cells = isSeries
    ? (_column: number, start: number, end: number) => values.slice(start, end)
    : (column: number, start: number, end: number) => {
        const block: unknown[] = [];
        for (let row = start; row < end; row++) block.push((values[row] as readonly unknown[])[column]);
        return block;
      };
  return { names, dtypes: dtypes.map((dtype) => String(dtype)), labels, length, cells };
}

function list(frame: object, name: string): readonly unknown[] {
  const value: unknown = Reflect.get(danfo.NDframe.prototype, name, frame);
  if (Array.isArray(value)) return value;
  throw new CastError(
    `the ${name} of this frame are hidden by a column of danfo's own name for them; rename the column before the frame is made`,
  );
}
