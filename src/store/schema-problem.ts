import { showValue } from "../dtype/index.js";
import type { SchemaProblem, Validator } from "./validators.js";

/** The types of JSON Schema, as they are called in a message. */
const TYPES: ReadonlyMap<unknown, string> = new Map([
  ["array", "a list"],
  ["integer", "a whole number"],
  ["null", "null"],
  ["object", "an object"],
  ["string", "a string"],
]);

/**
 * Why a validator refuses a value, in words: `shape[0] must be a whole number, not 1.5`. Undefined where it does not.
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
  const not =
    problem.keyword === "required" || problem.keyword === "dependentRequired"
      ? ""
      : `, not ${showValue(found)}`;
  return `${where === "" ? whole : where.replace(/^\./, "")} ${rightOf(problem)}${not}`;
}

/** What would be right, for the keywords of the schemas at hand; Ajv's words for the others. */
function rightOf({ keyword, params, message = "is not as its schema says" }: SchemaProblem): string {
  const { allowedValue, allowedValues, type } = params;
  switch (keyword) {
    case "const":
    case "enum":
      return `must be ${[allowedValues ?? allowedValue].flat().map(showValue).join(" or ")}`;
    case "type":
      return `must be ${[type]
        .flat()
        .map((name) => TYPES.get(name) ?? name)
        .join(" or ")}`;
    default:
      return message;
  }
}

function childOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
