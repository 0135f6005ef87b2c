import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { TableModel } from "../model/table-model.js";
import { requireSame } from "../same.js";

/** Requires the files of a table that is closed, and no others. @throws Error naming those there and those expected */
export function compareFiles(root: string, model: TableModel): void {
  const files: string[] = [];
  const walk = (directory: string, prefix: string): void => {
    for (const name of readdirSync(directory)) {
      const path = join(directory, name);
      if (lstatSync(path).isDirectory()) {
        files.push(`${prefix}${name}/`);
        walk(path, `${prefix}${name}/`);
      } else files.push(prefix + name);
    }
  };
  walk(root, "");
  const expected = new Set([".memmap/", ".memmap/last", ".memmap/lock"]);
  const allowed = new Set<string>();
  for (const { name, layout, attr } of model.columns) {
    expected.add(`${name}.npy`);
    if (layout === "raw" || attr !== null) expected.add(`${name}.attr`);
    // An attribute that was taken back leaves a sidecar that says null.
    else allowed.add(`${name}.attr`);
  }
  for (const group of model.groupNames) expected.add(`${group}/`);
  for (const group of model.groupAttrs.keys()) expected.add(group === "" ? ".attr" : `${group}/.attr`);
  const found = files.filter((file) => !allowed.has(file)).sort();
  requireSame("the list of files below the table", found, [...expected].sort());
}
