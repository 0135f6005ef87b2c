import { isAttrObject } from "../../group/node-attributes.js";
import type { AttrValue } from "../../store/index.js";
import { isNameable } from "../format/encode-datatype.js";
import type { GlobalHeap } from "../format/encode-global-heap.js";
import { encodeAttribute, MAX_MESSAGE } from "../format/encode-messages.js";
import { type AttributeKind, encodeJson, encodeValue } from "./attribute-value.js";

/** What the names of attributes begin with that say what HDF5 has no place for. */
const RESERVED = "memmap_table_";

/** The attribute of a dataset that says its dtype. */
const DTYPE = `${RESERVED}dtype`;

/** The attribute that says what attributes are which HDF5 has no type for: JSON. */
const KINDS = `${RESERVED}attrs`;

/** What an attribute that has no keys is called. */
const WHOLE = "attr";

/** Bytes of a name, with which it has room beside its value. */
const MAX_NAME = 32_768;

/** So many have an order. */
const MAX_COUNT = 65_000;

/** What {@link KINDS} says. */
interface Marks {
  /** The attribute here is no object: it is the value of the attribute "attr". */
  readonly whole?: true;
  readonly kinds?: { readonly [name: string]: AttributeKind };
}

/**
 * The attributes of HDF5 for the attribute of a node, encoded: one for each key, or one called `attr` where it has none, and
 * such as say what HDF5 cannot.
 *
 * @param dtype what says the dtype of a dataset, where HDF5 has no type for it
 */
export function encodeAttributes(attr: AttrValue, dtype: string | undefined, heap: GlobalHeap): Uint8Array[] {
  const object = attr !== null && isAttrObject(attr) ? Object.entries(attr) : undefined;
  const isSplit = object !== undefined && object.length <= MAX_COUNT && object.every(([key]) => isName(key));
  const entries = isSplit ? object : attr === null ? [] : ([[WHOLE, attr]] as const);
  const kinds = new Map<string, AttributeKind>();
  const encoded = entries.map(([name, value]) => encodeEntry(name, value, kinds, heap));
  const marks: Marks = {
    ...(isSplit || attr === null ? {} : { whole: true as const }),
    ...(kinds.size === 0 ? {} : { kinds: Object.fromEntries(kinds) }),
  };
  const mark = (name: string, value: string) => encodeAttribute({ name, ...encodeValue(value, heap) });
  // An object without keys is not the same as nothing.
  const isEmpty = isSplit && entries.length === 0;
  if (isEmpty || Object.keys(marks).length > 0) encoded.push(mark(KINDS, JSON.stringify(marks)));
  if (dtype !== undefined) encoded.push(mark(DTYPE, dtype));
  return encoded;
}

/** Whether an attribute can have the name. */
function isName(name: string): boolean {
  return name !== "" && isNameable(name) && Buffer.byteLength(name) <= MAX_NAME && !name.startsWith(RESERVED);
}

/** What is too long for the object header is JSON text, which is kept elsewhere. */
function encodeEntry(
  name: string,
  value: AttrValue,
  kinds: Map<string, AttributeKind>,
  heap: GlobalHeap,
): Uint8Array {
  const encode = ({ kind, ...parts }: ReturnType<typeof encodeValue>) => {
    if (kind !== undefined) kinds.set(name, kind);
    return encodeAttribute({ name, ...parts });
  };
  const bytes = encode(encodeValue(value, heap));
  return bytes.length <= MAX_MESSAGE ? bytes : encode(encodeJson(value, heap));
}
