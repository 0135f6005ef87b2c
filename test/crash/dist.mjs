/**
 * The build that is under test: the one of this package, or that of the directory in `MEMMAP_TABLE_DIST`. Children
 * inherit the variable.
 */
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const directory = process.env.MEMMAP_TABLE_DIST ?? fileURLToPath(new URL("../../dist", import.meta.url));
const load = (file) => import(pathToFileURL(resolve(directory, file)).href);

export const { check, MemmapFile, MemmapTable, isMemmapError } = await load("index.js");
export const { isNotice } = await load("store/index.js");
export const { nodeFiles, withFiles } = await load("platform/files.js");
