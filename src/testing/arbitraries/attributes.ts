import type fc from "fast-check";
import { fastCheck } from "../fast-check.js";

/**
 * Attributes of a column, a group or a table: JSON, and the dates, bigints, numbers and typed arrays that attributes
 * take beside it.
 *
 * @throws UnsupportedError where fast-check is not installed
 */
export function anyAttr(): fc.Arbitrary<unknown> {
  const fc = fastCheck();
  return fc.oneof(
    fc.constant(null),
    fc.jsonValue({ maxDepth: 2 }),
    fc.bigInt(),
    fc.double(),
    fc.date({ noInvalidDate: true }),
    fc.float64Array({ maxLength: 3 }),
    fc.bigInt64Array({ maxLength: 3 }),
  );
}
