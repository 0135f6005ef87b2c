import { isMemmapError } from "../../errors.js";
import { type Dialect, encodeArray, encodeTexts, encodeValue } from "../../remote/wire/index.js";
import type { ServedAttribute, ServedNode } from "../served/served.js";

/** Attributes as they are sent: how many, and the keys and values of their map. */
export interface AttributeEntries {
  readonly count: number;
  readonly entries: readonly Uint8Array[];
}

const DTYPE = "dtype";

/**
 * The attributes of a group or dataset as they are sent; those that have no place there, such as text with half of a
 * character, are left out. Where the classic dialect has no word for dates, one more says what they are.
 *
 * @throws what keeps them from being read
 */
export function attributeEntries(
  node: Extract<ServedNode, { kind: "group" | "dataset" }>,
  dialect: Dialect,
): AttributeEntries {
  const shown = [...node.attributes()];
  const date = node.kind === "dataset" && dialect === "classic" ? dateOf(node) : undefined;
  if (date !== undefined && shown.every(({ name }) => name !== DTYPE)) {
    shown.push({ name: DTYPE, value: { shape: [], items: [date] } });
  }
  const entries: Uint8Array[] = [];
  for (const attribute of shown) {
    const entry = encodeAttribute(attribute, dialect);
    if (entry !== undefined) entries.push(...entry);
  }
  return { count: entries.length / 2, entries };
}

/** The dtype of dates and durations, in NumPy's words. */
function dateOf({ element }: Extract<ServedNode, { kind: "dataset" }>): string | undefined {
  return element.kind === "fixed" && element.dtype.step !== undefined ? element.dtype.str : undefined;
}

function encodeAttribute(
  { name, value }: ServedAttribute,
  dialect: Dialect,
): [name: Uint8Array, value: Uint8Array] | undefined {
  try {
    const encoded = "items" in value ? encodeTexts(value, dialect) : encodeArray(value, dialect);
    return [encodeValue(name), encoded];
  } catch (error) {
    if (isMemmapError(error, "CAST")) return undefined;
    throw error;
  }
}
