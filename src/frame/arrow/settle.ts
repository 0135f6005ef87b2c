import { wrap } from "../../array/index.js";
import { codecOf, type DType } from "../../dtype/index.js";
import { CastError } from "../../errors.js";
import { type ImportType, isTextKind } from "../options.js";
import { type Elements, isList } from "./elements.js";
import { rowName, type Where } from "./where.js";

/** What null is within a cell, by kind: only what a dtype has for it. */
const SUBSTITUTES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["f", Number.NaN],
  ["M", null],
  ["m", null],
]);

function isInteger({ kind }: DType): boolean {
  return kind === "i" || kind === "u";
}

function isFloat(target: ImportType): boolean {
  return !isTextKind(target) && target.kind === "f";
}

/**
 * Elements with zeros, or `""`, where their row is null, and with NaN or NaT where they alone are.
 *
 * @param missing 1 for elements that are null
 * @param hidden 1 for elements of rows that are null, whatever they are
 * @param target what they are to become: integers become plain values where they are to be floats, and so have NaN
 * @throws CastError naming the row of a null that nothing stands for
 */
export function settled(
  values: Elements["values"],
  missing: Uint8Array | undefined,
  hidden: Uint8Array | undefined,
  target: ImportType,
  where: Where,
): Elements["values"] {
  if (missing === undefined && hidden === undefined) return values;
  if (missing !== undefined && !isList(values) && isInteger(values.dtype) && isFloat(target)) {
    return Array.from(wrap(values, false), (value, i) =>
      hidden?.[i] === 1 ? 0 : missing[i] === 1 ? Number.NaN : value,
    );
  }
  const dtype = isList(values) ? undefined : values.dtype;
  const substitute = SUBSTITUTES.get(dtype?.kind ?? "");
  const bad = missing?.findIndex((flag, i) => flag === 1 && hidden?.[i] !== 1) ?? -1;
  if (bad >= 0 && substitute === undefined) {
    throw new CastError(
      `${rowName(where, bad)}: null within a cell does not go into ${dtype ?? "text"}; only floats and dates have a value for it`,
    );
  }
  if (isList(values)) return values.map((value, i) => (hidden?.[i] === 1 ? "" : value));
  const bytes = new Uint8Array(values.bytes);
  const view = new DataView(bytes.buffer);
  const { itemsize } = values.dtype;
  const { write } = codecOf(values.dtype);
  for (let i = 0; i * itemsize < bytes.length; i++) {
    if (hidden?.[i] === 1) bytes.fill(0, i * itemsize, (i + 1) * itemsize);
    else if (missing?.[i] === 1) write(view, i * itemsize, substitute);
  }
  return { ...values, bytes };
}
