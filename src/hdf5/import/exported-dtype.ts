import { DType, dtypeFromDescr, type Field } from "../../dtype/index.js";
import { isMemmapError } from "../../errors.js";

/**
 * The dtype of a dataset that an export wrote, where HDF5 has no type for it: code points are UTF-8 of as many bytes there,
 * and what HDF5 cannot say at all is opaque. What was edited since counts as it is.
 *
 * @param dtype what the dataset's bytes are
 * @param said what the export says: a type string, or NumPy's descr as JSON
 */
export function exportedDType(dtype: DType, said: string | undefined): DType {
  const meant = said === undefined ? undefined : parse(said);
  return meant === undefined ? dtype : merge(dtype, meant);
}

/** Whether an export's elements are opaque: bytes as they were. */
export function isOpaqueExport(dtype: DType): boolean {
  return dtype.kind === "V" && dtype.fields === undefined;
}

function merge(dtype: DType, meant: DType): DType {
  if (dtype.itemsize !== meant.itemsize) return dtype;
  if (dtype.kind === "S" && meant.kind === "U") return meant;
  if (isOpaqueExport(dtype)) return meant;
  const { fields } = dtype;
  const others = meant.fields;
  if (fields === undefined || others === undefined || fields.length !== others.length) return dtype;
  const merged = fields.map((field, i): Field => {
    const other = others[i];
    const isSame = other !== undefined && other.name === field.name && other.offset === field.offset;
    return isSame ? Object.freeze({ ...field, dtype: merge(field.dtype, other.dtype) }) : field;
  });
  const { kind, byteorder, itemsize } = dtype;
  return new DType({ kind, byteorder, itemsize, fields: Object.freeze(merged) });
}

function parse(said: string): DType | undefined {
  try {
    return dtypeFromDescr(said.startsWith("[") ? JSON.parse(said) : said);
  } catch (error) {
    if (isMemmapError(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
