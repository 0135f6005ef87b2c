import { showValue } from "../dtype/index.js";
import type { Validator } from "./validators.js";

/**
 * Why a validator refuses a value, in words: `shape[0] must be integer, not -1.5`. Undefined where it does not.
 *
 * @param whole what the value itself is called
 */
export function schemaProblem(validate: Validator, value: unknown, whole: string): string | undefined {
  if (validate(value)) return undefined;
  const [problem] = validate.errors ?? [];
  if (problem === undefined) return `${whole} is not as its schema says`;
  const keys = problem.instancePath.split("/").slice(1);
  const found = keys.reduce(childOf, value);
  const where = keys.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)).join("");
  const { allowedValue, allowedValues } = problem.params;
  const right =
    problem.keyword === "const" || problem.keyword === "enum"
      ? `must be ${[allowedValues ?? allowedValue].flat().map(showValue).join(" or ")}`
      : problem.message;
  const not = problem.keyword === "required" || problem.keyword === "dependentRequired" ? "" : `, not ${showValue(found)}`;
  return `${where === "" ? whole : where.replace(/^\./, "")} ${right}${not}`;
}

function childOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
