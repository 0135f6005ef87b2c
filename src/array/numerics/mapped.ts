import { type DType, plainCaster, sizeOf } from "../../dtype/index.js";
import { CastError } from "../../errors.js";
import { dataView, type Strided, zeros } from "../strided.js";
import { eachElement } from "./elements.js";

/** A new array of what a function gives for each element, each judged as an assignment. */
export function mapped(
  array: Strided,
  fn: (element: unknown, index: number) => unknown,
  dtype: DType,
  label: string,
): Strided {
  const { shape } = array.layout;
  const result = zeros(dtype, shape);
  const view = dataView(result.bytes);
  const { problem, write } = plainCaster(dtype, [], "checked");
  const perRow = Math.max(1, sizeOf(shape.slice(1)));
  eachElement(array, (element, index) => {
    const value = fn(element, index);
    const found = problem(value);
    if (found !== undefined) {
      throw new CastError(`map of ${label}, row ${Math.floor(index / perRow)}: ${found}`);
    }
    write(view, index * dtype.itemsize, value);
  });
  return result;
}
