import { type DType, parseDType, sizeOf } from "../../dtype/index.js";
import type { DatasetInfo } from "../describe.js";
import type { TypeInfo } from "../h5wasm.js";
import { elementType, enumNames, isTextual, libraryType } from "../types.js";
import { exportedDType, isOpaqueExport } from "./exported-dtype.js";
import { type TextPlace, textPlaces } from "./text-places.js";

/** What of each element of a dataset goes into an array of its own. */
export interface DatasetPart {
  /** The field of a compound that it is; all of the element when undefined. */
  readonly field: string | undefined;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Where in the element it begins. */
  readonly offset: number;
  readonly size: number;
  /** Where an export wrote UTF-8 for code points. */
  readonly places: readonly TextPlace[];
  /** What becomes text, whose dtype is found out when all of it was read. */
  readonly text?: TypeInfo | undefined;
  /** The integers of an enumeration by their names. */
  readonly names: Readonly<Record<string, number>> | undefined;
}

/** What the width of texts is not known to be yet. */
const SOME_TEXT = parseDType("U1");

/**
 * The parts that a dataset is imported in: one, but for a compound that becomes columns.
 *
 * @param said the dtype that an export says it was
 * @param isSplit whether compounds become columns
 * @returns undefined for what no array here can hold
 */
export function partsOf(
  info: DatasetInfo,
  said: string | undefined,
  isSplit: boolean,
): readonly DatasetPart[] | undefined {
  const { dtype, space, innerShape, type, oddity } = info;
  const outer = space ?? [0];
  if (oddity !== undefined) return undefined;
  if (dtype === undefined) return textParts(type, outer, isSplit);
  const meant = exportedDType(dtype, said);
  const isExact = isOpaqueExport(dtype);
  if (meant.fields === undefined || !isSplit || isExact || innerShape.length > 0) {
    const places = isExact ? [] : textPlaces(meant, 0, innerShape);
    const shape = [...outer, ...innerShape];
    const names = enumNames(type);
    return [{ field: undefined, dtype: meant, shape, offset: 0, size: type.size, places, names }];
  }
  const members = new Map(type.compound_type?.members.map((member) => [member.name, member]));
  return meant.fields.map((field) => {
    const member = members.get(field.name);
    return {
      field: field.name,
      dtype: field.dtype,
      shape: [...outer, ...field.shape],
      offset: field.offset,
      size: field.dtype.itemsize * sizeOf(field.shape),
      places: textPlaces(field.dtype, 0, field.shape),
      names: member && enumNames(member),
    };
  });
}

/** Parts of elements that have no dtype: text, and compounds with fields of text. */
function textParts(
  type: TypeInfo,
  shape: readonly number[],
  isSplit: boolean,
): readonly DatasetPart[] | undefined {
  const text = (field: string | undefined, offset: number, info: TypeInfo): DatasetPart => {
    const { size } = info;
    return { field, dtype: SOME_TEXT, shape, offset, size, places: [], text: info, names: undefined };
  };
  if (isTextual(type)) return [text(undefined, 0, type)];
  const members = isSplit ? libraryType(type).compound_type?.members : undefined;
  const parts = members?.map((member): DatasetPart | undefined => {
    const { name, offset, size } = member;
    if (isTextual(member)) return text(name, offset, member);
    const element = elementType(member);
    if (element.dtype === undefined) return undefined;
    const axes = [...shape, ...element.shape];
    const names = enumNames(member);
    return { field: name, dtype: element.dtype, shape: axes, offset, size, places: [], names };
  });
  const known = parts?.filter((part) => part !== undefined);
  const isWhole = known !== undefined && known.length > 0 && known.length === parts?.length;
  return isWhole && new Set(known.map(({ field }) => field)).size === known.length ? known : undefined;
}
