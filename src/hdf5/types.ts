import { DType, dtypeFromDescr, type Field, parseDType } from "../dtype/index.js";
import { isMemmapError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import type { TypeInfo } from "./h5wasm.js";

/** HDF5's classes of types, by the numbers that h5wasm says. */
export const TYPE_CLASS = {
  integer: 0,
  float: 1,
  time: 2,
  string: 3,
  bitfield: 4,
  opaque: 5,
  compound: 6,
  reference: 7,
  enumeration: 8,
  variableLength: 9,
  array: 10,
  complex: 11,
} as const;

/** What elements of a type of HDF5 are here. */
export type ElementType =
  /** `shape` is that of an array type, which adds axes. */
  | { readonly dtype: DType; readonly shape: readonly number[]; readonly problem?: undefined }
  /** Why no dtype has such elements. */
  | { readonly dtype?: undefined; readonly problem: string };

/**
 * The dtype of a type of HDF5:
 *
 * | HDF5 | dtype |
 * | --- | --- |
 * | integers and floats of 1, 2, 4 and 8 bytes | `i`, `u`, `f`, in their byte order |
 * | bit fields | `u` |
 * | strings of a fixed length | `S<n>`, padding as it is |
 * | enumeration of `FALSE` and `TRUE` over one byte | `b1` |
 * | other enumerations | their integers |
 * | compound of two equal floats `r` and `i`; HDF5's own complex numbers | `c8`, `c16` |
 * | other compounds | structured, with their offsets and size |
 * | array | the dtype of its elements, and axes |
 * | opaque | `V<n>`; what its tag says where that is `NUMPY:` and a type string, as h5py writes dates |
 *
 * References, strings and lists of variable length, times and floats of other sizes have none.
 *
 * @param tags of the opaque types in it, in their order, which h5wasm does not say
 */
export function elementType(info: TypeInfo, tags: readonly string[] = []): ElementType {
  return new Converter(tags).element(info);
}

/**
 * A type as h5wasm reads it: HDF5's library makes numbers little-endian where all of them are big-endian, one after another,
 * and gives up at the first enumeration.
 */
export function libraryType(info: TypeInfo): TypeInfo {
  if (orderOf(info) !== ">") return info;
  let isSwapping = true;
  const swapped = <T extends TypeInfo>(type: T): T => {
    if (type.type === TYPE_CLASS.enumeration) isSwapping = false;
    const { array_type, vlen_type, compound_type } = type;
    return {
      ...type,
      ...(array_type && { array_type: swapped(array_type) }),
      ...(vlen_type && { vlen_type: swapped(vlen_type) }),
      ...(compound_type && {
        compound_type: { ...compound_type, members: compound_type.members.map(swapped) },
      }),
      littleEndian: isSwapping || type.littleEndian,
    };
  };
  return swapped(info);
}

/** Whether an enumeration is h5py's bool. */
export function isBoolean({ type, size, enum_type }: TypeInfo): boolean {
  if (type !== TYPE_CLASS.enumeration || size !== 1 || enum_type === undefined) return false;
  const { nmembers, members } = enum_type;
  return nmembers === 2 && members["FALSE"] === 0 && members["TRUE"] === 1;
}

/** Whether an element holds addresses of memory that is HDF5's: strings or lists of variable length. */
export function hasPointers(info: TypeInfo): boolean {
  return contains(info, ({ type, vlen }) => type === TYPE_CLASS.variableLength || vlen);
}

/** Whether an element has bits that are no numbers. */
export function hasBitfield(info: TypeInfo): boolean {
  return contains(info, ({ type }) => type === TYPE_CLASS.bitfield);
}

/** Whether elements become text: strings of variable length, and references to objects. */
export function isTextual({ type, vlen, ref_type }: TypeInfo): boolean {
  return type === TYPE_CLASS.string ? vlen : type === TYPE_CLASS.reference && ref_type === "object";
}

function contains(info: TypeInfo, isSuch: (info: TypeInfo) => boolean): boolean {
  const { array_type, compound_type } = info;
  if (isSuch(info) || (array_type !== undefined && contains(array_type, isSuch))) return true;
  return compound_type?.members.some((member) => contains(member, isSuch)) ?? false;
}

type Order = "<" | ">" | "mixed" | "|";

/** The byte order of a type as a whole, as HDF5's H5Tget_order has it. */
function orderOf({ type, vlen, littleEndian, compound_type, array_type, vlen_type }: TypeInfo): Order {
  const inner = array_type ?? vlen_type;
  if (inner !== undefined) return orderOf(inner);
  if (compound_type === undefined) {
    const isPlain = type === TYPE_CLASS.opaque || type === TYPE_CLASS.reference;
    if (isPlain || (type === TYPE_CLASS.string && !vlen)) return "|";
    return littleEndian ? "<" : ">";
  }
  let order: Order = "|";
  for (const member of compound_type.members) {
    const other = orderOf(member);
    if (other === "|") continue;
    if (order !== "|" && other !== order) return "mixed";
    order = other;
  }
  return order;
}

class Converter {
  /** Those that are not used up. */
  readonly #tags: string[];

  constructor(tags: readonly string[]) {
    this.#tags = [...tags];
  }

  element(info: TypeInfo): ElementType {
    const { array_type } = info;
    if (array_type === undefined) return this.#single(info);
    const inner = this.element(array_type);
    if (inner.dtype === undefined) return inner;
    return { dtype: inner.dtype, shape: [...(array_type.shape ?? []), ...inner.shape] };
  }

  #single(info: TypeInfo): ElementType {
    const { type, size } = info;
    switch (type) {
      case TYPE_CLASS.integer:
        return this.#number(info.signed ? "i" : "u", [1, 2, 4, 8], info);
      case TYPE_CLASS.bitfield:
        return this.#number("u", [1, 2, 4, 8], info);
      case TYPE_CLASS.float:
        return this.#number("f", [2, 4, 8], info);
      case TYPE_CLASS.complex:
        return this.#number("c", [8, 16], info);
      case TYPE_CLASS.enumeration:
        return this.#enumeration(info);
      case TYPE_CLASS.string:
        if (info.vlen) return { problem: "strings of variable length" };
        return size > 0 ? dense(parseDType(`S${size}`)) : { problem: "strings of no bytes" };
      case TYPE_CLASS.opaque:
        return dense(tagged(this.#tags.shift(), size) ?? parseDType(`V${size}`));
      case TYPE_CLASS.compound:
        return this.#compound(info);
      case TYPE_CLASS.reference:
        return { problem: info.ref_type === "object" ? "references to objects" : "references to regions" };
      case TYPE_CLASS.variableLength:
        return { problem: "lists of variable length" };
      case TYPE_CLASS.time:
        return { problem: "HDF5's times" };
      default:
        return { problem: `elements of HDF5's class ${type}` };
    }
  }

  #number(
    kind: "i" | "u" | "f" | "c",
    sizes: readonly number[],
    { size, littleEndian }: TypeInfo,
  ): ElementType {
    if (!sizes.includes(size)) {
      const what = kind === "f" ? "floats" : kind === "c" ? "complex numbers" : "integers";
      return { problem: `${what} of ${size} bytes` };
    }
    const order = littleEndian ? "<" : ">";
    return dense(parseDType(`${size === 1 ? "" : order}${kind}${size}`));
  }

  #enumeration(info: TypeInfo): ElementType {
    if (isBoolean(info)) return dense(parseDType("b1"));
    if (info.enum_type?.type !== TYPE_CLASS.integer)
      return { problem: "enumerations of other than integers" };
    return this.#number(info.signed ? "i" : "u", [1, 2, 4, 8], info);
  }

  #compound({ size, compound_type }: TypeInfo): ElementType {
    const members = compound_type?.members ?? [];
    const fields: Field[] = [];
    const names = new Set<string>();
    for (const member of members) {
      const { name, offset } = member;
      const shown = `field "${excerpt(name)}"`;
      if (name === "") return { problem: "compounds with a field without a name" };
      if (names.has(name)) return { problem: `compounds with two fields "${excerpt(name)}"` };
      names.add(name);
      const inner = this.element(member);
      if (inner.dtype === undefined) return { problem: `compounds whose ${shown} has ${inner.problem}` };
      const { dtype, shape } = inner;
      fields.push(Object.freeze({ name, dtype, shape: Object.freeze([...shape]), offset }));
    }
    if (fields.length === 0) return { problem: "compounds without fields" };
    const complex = complexOf(fields, size);
    if (complex !== undefined) return dense(complex);
    fields.sort((a, b) => a.offset - b.offset);
    return dense(new DType({ kind: "V", byteorder: "|", itemsize: size, fields: Object.freeze(fields) }));
  }
}

const NO_AXES: readonly number[] = Object.freeze([]);

function dense(dtype: DType): ElementType {
  return { dtype, shape: NO_AXES };
}

/** A compound as h5py and PyTables write complex numbers. */
function complexOf(fields: readonly Field[], size: number): DType | undefined {
  const [re, im] = fields;
  if (re === undefined || im === undefined || fields.length !== 2) return undefined;
  const isNamed = re.name === "r" && im.name === "i" && re.offset === 0 && im.offset === re.dtype.itemsize;
  const isPair =
    re.dtype.kind === "f" && re.dtype.equals(im.dtype) && re.shape.length + im.shape.length === 0;
  if (!isNamed || !isPair || size !== 2 * re.dtype.itemsize || re.dtype.itemsize < 4) return undefined;
  return parseDType(`${re.dtype.byteorder}c${size}`);
}

/** What `NUMPY:<M8[us]` says. */
function tagged(tag: string | undefined, size: number): DType | undefined {
  const text = /^NUMPY:(.*)$/.exec(tag ?? "")?.[1];
  if (text === undefined) return undefined;
  try {
    const dtype = dtypeFromDescr(text);
    return dtype.itemsize === size ? dtype : undefined;
  } catch (error) {
    if (isMemmapError(error)) return undefined;
    throw error;
  }
}

/** h5wasm hands integers of 32 bits on: what is larger is cut off there. */
const MOST_NAMED = 2 ** 31 - 1;

/**
 * The integers of an enumeration by their names; undefined for what is none, for bools, and where they are larger than h5wasm
 * can say.
 */
export function enumNames(info: TypeInfo): Readonly<Record<string, number>> | undefined {
  if (info.array_type !== undefined) return enumNames(info.array_type);
  if (info.type !== TYPE_CLASS.enumeration || isBoolean(info)) return undefined;
  const members = info.enum_type?.members ?? {};
  const isCut = Object.values(members).some((value) => value >= MOST_NAMED || value <= -MOST_NAMED);
  return isCut ? undefined : members;
}
