import { showValue } from "../dtype/index.js";
import { CastError, UnsupportedError } from "../errors.js";
import { TableView } from "../table/index.js";

/** @throws CastError for what is no table and no view of one @param where the function that was given it */
export function requireView(view: unknown, where: string): void {
  if (view instanceof TableView) return;
  throw new CastError(`${where} is of a table or a view of one, not ${showValue(view)}`);
}

/** @throws UnsupportedError for options that are no object @param like what would be right */
export function requireOptions(options: unknown, where: string, like: string): void {
  if (typeof options === "object" && options !== null) return;
  throw new UnsupportedError(
    `the options of ${where} are an object such as ${like}, not ${showValue(options)}`,
  );
}
