import { type ArrayView, denseLayout, wrap } from "../../../array/index.js";
import { type DType, isComplex, NATIVE_ORDER, parseDType } from "../../../dtype/index.js";
import { isMemmapError } from "../../../errors.js";
import { elementCount, sizeProblem } from "../../../npy/size.js";
import type { PickleMachine } from "./machine.js";
import {
  PickledArray,
  PickledDType,
  PickledGlobal,
  PickledTime,
  type PickleValue,
  plainInteger,
  tupleOf,
} from "./values.js";

/** Versions of the state of NumPy's dtypes: 4 has units of dates, 3 has none. */
const DTYPE_VERSIONS: readonly PickleValue[] = [3, 4];

const NO_AXES: readonly PickleValue[] = Object.freeze([]);

/** `numpy.dtype("i8", False, True)`: the letter and size. */
export function makeDType([code]: readonly PickleValue[], machine: PickleMachine): PickleValue {
  if (typeof code !== "string") return machine.reader.fail("a dtype of NumPy is not said by its code");
  return new PickledDType(code, parsed(code, machine));
}

function parsed(text: string, { reader }: PickleMachine): DType {
  try {
    return parseDType(text);
  } catch (cause) {
    if (!isMemmapError(cause)) throw cause;
    return reader.fail(cause.message, cause);
  }
}

/** `(version, byte order, subarray, names, fields, itemsize, alignment, flags[, (metadata, (unit, number, 1, 1))])`. */
export function buildDType(target: PickledDType, state: PickleValue, machine: PickleMachine): void {
  const [version = null, order, subarray, names, fields, , , , unit = null] = tupleOf(state) ?? [];
  if (!DTYPE_VERSIONS.includes(version) || typeof order !== "string") {
    machine.reader.fail("the state of a dtype is not one of NumPy's");
  }
  if (subarray !== null || names !== null || fields !== null) {
    machine.reader.fail("arrays of records are not read from attributes");
  }
  const prefix = order === "=" ? NATIVE_ORDER : order;
  target.dtype = parsed(`${prefix}${target.code}${unitOf(unit, machine)}`, machine);
}

/** `[25s]` of the state's last part. */
function unitOf(unit: PickleValue, { reader }: PickleMachine): string {
  if (unit === null) return "";
  const [name, number, divisor] = tupleOf(tupleOf(unit)?.[1]) ?? [];
  const text = name instanceof Uint8Array ? Buffer.from(name).toString("latin1") : name;
  if (typeof text !== "string" || typeof number !== "number" || divisor !== 1) {
    return reader.fail("the unit of a date of NumPy is none");
  }
  return text === "generic" ? "" : `[${number === 1 ? "" : number}${text}]`;
}

/** `_frombuffer(bytes, dtype, shape, order)`: how arrays are pickled by protocol 5. */
export function fromBuffer(
  [bytes, dtype, shape, order]: readonly PickleValue[],
  machine: PickleMachine,
): PickleValue {
  if (order !== "C" && order !== "F") return machine.reader.fail("an array's order is neither C nor F");
  return new PickledArray(arrayOf(bytes, dtype, shape, order === "F", machine));
}

/** `_reconstruct(numpy.ndarray, (0,), b"b")`: an array without elements, which its state gives it. */
export function reconstruct([type]: readonly PickleValue[], machine: PickleMachine): PickleValue {
  if (!(type instanceof PickledGlobal) || type.name !== "numpy.ndarray") {
    return machine.reader.fail("an array is of a class that is not NumPy's own");
  }
  return new PickledArray();
}

/** `(1, shape, dtype, whether in Fortran order, bytes)`. */
export function buildArray(target: PickledArray, state: PickleValue, machine: PickleMachine): void {
  const [version, shape, dtype, fortran, bytes] = tupleOf(state) ?? [];
  if (version !== 1 || typeof fortran !== "boolean") {
    machine.reader.fail("the state of an array is not one of NumPy's");
  }
  target.array = arrayOf(bytes, dtype, shape, fortran, machine);
}

/** An array over bytes of the pickle: nothing is copied, however often they come again. */
function arrayOf(
  bytes: PickleValue | undefined,
  said: PickleValue | undefined,
  lengths: PickleValue | undefined,
  fortran: boolean,
  { reader }: PickleMachine,
): ArrayView {
  const shape = shapeOf(lengths);
  if (!(bytes instanceof Uint8Array) || !(said instanceof PickledDType) || shape === undefined) {
    return reader.fail("an array is not made of bytes, a dtype and a shape");
  }
  const { dtype } = said;
  const problem = sizeProblem(shape, dtype.itemsize);
  if (problem !== undefined) reader.fail(`an array cannot be: ${problem}`);
  const needed = elementCount(shape) * dtype.itemsize;
  if (bytes.length !== needed) {
    reader.fail(
      `an array of ${dtype} of shape (${shape.join(", ")}) has ${bytes.length} bytes, not ${needed}`,
    );
  }
  return wrap({ dtype, layout: denseLayout(shape, dtype.itemsize, fortran), bytes }, false);
}

/** Whole numbers from 0 on; undefined for anything else. */
export function shapeOf(value: PickleValue | undefined): readonly number[] | undefined {
  const axes = tupleOf(value);
  const isShape = (all: readonly PickleValue[]): all is readonly number[] =>
    all.every((axis) => typeof axis === "number" && Number.isSafeInteger(axis) && axis >= 0);
  return axes !== undefined && isShape(axes) ? axes : undefined;
}

/** @throws FormatError for text that is none */
function elementOf(array: ArrayView, { reader }: PickleMachine): unknown {
  try {
    return array.at();
  } catch (cause) {
    if (!isMemmapError(cause)) throw cause;
    return reader.fail(cause.message, cause);
  }
}

/** `scalar(dtype, bytes)`: one element, whole numbers as Python's own. */
export function makeScalar([said, bytes]: readonly PickleValue[], machine: PickleMachine): PickleValue {
  const array = arrayOf(bytes, said, NO_AXES, false, machine);
  const { dtype } = array;
  if (dtype.kind === "V") return new PickledArray(array);
  const element = elementOf(array, machine);
  if (dtype.kind === "M" || dtype.kind === "m") {
    return typeof element === "bigint" ? new PickledTime(element, dtype) : null;
  }
  if (typeof element === "bigint") return plainInteger(element);
  if (typeof element === "boolean" || typeof element === "number" || typeof element === "string")
    return element;
  return isComplex(element) ? element : machine.reader.fail(`${dtype} has no such element`);
}
