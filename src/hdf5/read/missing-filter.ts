import { UnsupportedError } from "../../errors.js";
import { type H5Module, quietly } from "../h5wasm.js";

/** Whether the library says that it lacks a filter. */
export function isWithoutFilter(problem: string): boolean {
  return /plugin|required filter|can't open directory/.test(problem);
}

/** Says by its number and name which filter a dataset has that the library may lack. @param id of the file */
export function missingFilter(module: H5Module, id: bigint, file: string, dataset: string): UnsupportedError {
  const { value: filters = [] } = quietly(module, () => module.get_dataset_filters(id, dataset));
  const names = filters.map((filter) => `${filter.id} (${filter.name || "of no name"})`).join(", ");
  const why = `${dataset} was written with a filter that h5wasm does not have; its filters are ${names}`;
  return new UnsupportedError(`${file}: ${why}`, { path: file });
}
