import type { DType, Kind } from "./dtype.js";
import { showValue } from "./show.js";

/**
 * How values are judged before they are stored. `"checked"`, the default, refuses whatever would not come back as
 * it was (except that floats round); `"unsafe"` is NumPy's `astype(casting="unsafe")`: integers wrap, fractions and
 * strings are cut, numbers and dates become text and text numbers and dates. Fields go by name under both.
 */
export type Casting = "checked" | "unsafe";

/** Which kinds go into which under `"checked"`; values are judged after that. */
const ALLOWED: Readonly<Record<Kind, string>> = {
  b: "biufc",
  i: "iufc",
  u: "iufc",
  f: "fc",
  c: "c",
  S: "SU",
  U: "SU",
  M: "M",
  m: "m",
  V: "V",
};

/** Why arrays of one dtype do not go into another under `"checked"`, by their kinds; undefined if they do. */
export function kindProblem(from: DType, to: DType): string | undefined {
  if (!ALLOWED[from.kind].includes(to.kind)) {
    const hint = from.kind === "f" && "iu".includes(to.kind) ? '; round it, or say casting: "unsafe"' : "";
    return `${from} does not go into ${to}${hint}`;
  }
  if (from.kind !== "V") return undefined;
  if (from.fields !== undefined || to.fields !== undefined) return fieldsProblem(from, to, kindProblem);
  return from.itemsize === to.itemsize ? undefined : `${from} does not go into ${to}`;
}

/** Why records do not go into others, by the names and shapes of their fields; undefined if they do. */
export function structureProblem(from: DType, to: DType): string | undefined {
  return from.fields === undefined && to.fields === undefined
    ? undefined
    : fieldsProblem(from, to, structureProblem);
}

function fieldsProblem(from: DType, to: DType, inner: typeof kindProblem): string | undefined {
  if (from.fields === undefined || to.fields === undefined) return `${from} does not go into ${to}`;
  const sources = new Map(from.fields.map((field) => [field.name, field]));
  for (const { name, dtype, shape } of to.fields) {
    const source = sources.get(name);
    if (source === undefined) return `the records lack the field ${showValue(name)}`;
    sources.delete(name);
    if (source.shape.join() !== shape.join())
      return `field ${showValue(name)} has shape [${source.shape.join(", ")}], not [${shape.join(", ")}]`;
    const problem = inner(source.dtype, dtype);
    if (problem !== undefined) return `field ${showValue(name)}: ${problem}`;
  }
  const [extra] = sources.keys();
  return extra === undefined ? undefined : `there is no field ${showValue(extra)}`;
}
