import {
  BLOCK_BYTES,
  byteBlocks,
  dtypeOf,
  isTypedArray,
  isViewable,
  planAssign,
  STRIDED,
  type Strided,
  showShape,
  split,
  type TypedArray,
  viewTyped,
  zeros,
} from "../array/index.js";
import { type DType, type DTypeLike, parseDType, sizeOf } from "../dtype/index.js";
import { CastError, ShapeError } from "../errors.js";
import { plainColumn } from "./plain-column.js";

/** More axes no array has; a list that holds itself would have no end of them. */
const MAX_AXES = 32;

/** What an array is to be, where the data do not say. */
export interface ArrayOptions<D extends DTypeLike = DTypeLike> {
  /** What one element is; that of the data when left out. */
  readonly dtype?: D | undefined;
  /** The lengths of the axes, `[]` for one element; those of the data when left out. */
  readonly shape?: readonly number[] | undefined;
}

/** An array on its way into a file. */
export interface ArrayInput {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The bytes of all elements in C order. Values are judged as they come. */
  readonly bytes: Iterable<Uint8Array>;
}

/**
 * What data are as an array: a typed array, an array of this package, lists nested as deep as there are axes, or one value,
 * which fills the shape.
 *
 * @param label the array, for messages
 * @throws ShapeError where the data do not fill the shape, CastError naming the value that does not fit, DTypeError
 */
export function arrayInput(data: unknown, options: ArrayOptions, label: string): ArrayInput {
  const dtype = options.dtype === undefined ? undefined : parseDType(options.dtype);
  const array = arrayOf(data, dtype, options.shape, label);
  if (array === undefined) return valueInput(data, dtype, options.shape ?? [], label);
  const own = array.layout.shape;
  const { shape = own } = options;
  requireShape(shape, label);
  if (sizeOf(shape) !== sizeOf(own)) {
    const given = `${sizeOf(own)} elements of shape ${showShape(own)}`;
    throw new ShapeError(`${label}: ${given} do not fill shape ${showShape(shape)}`);
  }
  // Bytes of a typed array can be other than 0 and 1, which booleans are not.
  const isJudged = dtype?.kind === "b" && isTypedArray(data);
  const isSame = dtype === undefined || (array.dtype.equals(dtype) && !isJudged);
  return {
    dtype: dtype ?? array.dtype,
    shape: [...shape],
    bytes: isSame ? byteBlocks(array) : converted(array, dtype, label),
  };
}

/** The array that data are; undefined for one plain value. */
function arrayOf(
  data: unknown,
  dtype: DType | undefined,
  shape: readonly number[] | undefined,
  label: string,
): Strided | undefined {
  if (isViewable(data)) return data[STRIDED]();
  if (isTypedArray(data)) {
    if (dtype?.kind === "S" && shape?.length === 0) return undefined;
    const target = dtype ?? dtypeOf(data);
    return viewTyped(data, { dtype: target, shape: shape ?? [countOf(data, target, label)] });
  }
  if (!Array.isArray(data)) return undefined;
  if (dtype === undefined) return judgedList(data, label);
  const whole = zeros(dtype, shapeOf(data, dtype));
  planAssign(whole, data, { label })();
  return whole;
}

/** How many elements a typed array is. @throws ShapeError for numbers that are no pairs, where complex ones are wanted */
function countOf(data: TypedArray, { kind, itemsize }: DType, label: string): number {
  const count = data.byteLength / itemsize;
  if (kind === "c" && !Number.isInteger(count) && 2 * data.BYTES_PER_ELEMENT === itemsize) {
    throw new ShapeError(`${label}: ${data.length} numbers are no pairs of real and imaginary part`);
  }
  return "cSUV".includes(kind) && Number.isInteger(count) ? count : data.length;
}

/** Lists that say by themselves what they hold. */
function judgedList(data: readonly unknown[], label: string): Strided {
  const { array, nulls } = plainColumn(label, data);
  if (nulls !== undefined && !"fcMm".includes(array.dtype.kind)) {
    throw new CastError(
      `${label}, row ${nulls.indexOf(1)}: there is no value, and ${array.dtype} has nothing that stands for none`,
    );
  }
  return array[STRIDED]();
}

/** The shape of nested lists, by the first part of each. */
function shapeOf(data: readonly unknown[], { kind, fields }: DType): readonly number[] {
  const shape: number[] = [];
  let part: unknown = data;
  for (; Array.isArray(part) && shape.length <= MAX_AXES; part = part[0]) shape.push(part.length);
  if (isViewable(part)) return [...shape, ...part[STRIDED]().layout.shape];
  const isElement = "SV".includes(kind) && fields === undefined;
  return isTypedArray(part) && !isElement ? [...shape, part.length] : shape;
}

/** One value everywhere. */
function valueInput(
  value: unknown,
  dtype: DType | undefined,
  shape: readonly number[],
  label: string,
): ArrayInput {
  requireShape(shape, label);
  const one = zeros(dtype ?? plainColumn(label, [value]).array.dtype, []);
  planAssign(one, value, { label })();
  return { dtype: one.dtype, shape: [...shape], bytes: repeated(one.bytes, sizeOf(shape)) };
}

function* repeated(element: Uint8Array, count: number): Generator<Uint8Array> {
  const perBlock = Math.max(1, Math.min(count, Math.floor(BLOCK_BYTES / element.length)));
  const block = new Uint8Array(perBlock * element.length);
  for (let at = 0; at < block.length; at += element.length) block.set(element, at);
  for (let done = 0; done < count; done += perBlock) {
    yield block.subarray(0, Math.min(perBlock, count - done) * element.length);
  }
}

/** The bytes of an array in another dtype, block by block. */
function* converted(array: Strided, dtype: DType, label: string): Generator<Uint8Array> {
  const limit = Math.max(1, Math.floor(BLOCK_BYTES / Math.max(dtype.itemsize, array.dtype.itemsize)));
  const perRow = sizeOf(array.layout.shape.slice(1));
  let done = 0;
  for (const layout of split(array.layout, limit)) {
    const block = zeros(dtype, layout.shape);
    const part = { [STRIDED]: () => ({ ...array, layout }) };
    planAssign(block, part, { label, firstRow: Math.floor(done / Math.max(perRow, 1)) })();
    done += sizeOf(layout.shape);
    yield block.bytes;
  }
}

/** @throws ShapeError for anything but a list of whole numbers from 0, at most 32 of them */
export function requireShape(shape: unknown, label: string): asserts shape is readonly number[] {
  const isShape =
    Array.isArray(shape) &&
    shape.length <= MAX_AXES &&
    shape.every((axis) => typeof axis === "number" && Number.isSafeInteger(axis) && axis >= 0);
  if (isShape) return;
  throw new ShapeError(`${label}: a shape is a list of at most 32 whole numbers from 0, such as [2, 3]`);
}
