/** What the clients of the protocol take for a file of groups and datasets. */
export const HDF5_TYPE = "application/x-hdf5";

const OTHER_TYPE = "application/octet-stream";

/** By the ending of the name. Texts say their encoding: clients that read text need to know it. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ["yaml", "application/yaml"],
  ["yml", "application/yaml"],
  ["json", "application/json"],
  ["txt", "text/plain;charset=UTF-8"],
  ["md", "text/markdown;charset=UTF-8"],
  ["html", "text/html;charset=UTF-8"],
  ["htm", "text/html;charset=UTF-8"],
  ["csv", "text/csv;charset=UTF-8"],
]);

/** Endings of files that are HDF5, if their first bytes say so, too. */
const HDF5_NAMES: ReadonlySet<string> = new Set(["h5", "hdf5", "hdf", "he5", "nc", "nc4", "nxs", "h5ad"]);

function endingOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1).toLowerCase();
}

/** The media type of a file that is only served whole. */
export function mediaTypeOf(name: string): string {
  return TYPES.get(endingOf(name)) ?? OTHER_TYPE;
}

/** Whether it is worth a look into the file. */
export function isNamedHdf5(name: string): boolean {
  return HDF5_NAMES.has(endingOf(name));
}
