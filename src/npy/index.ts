/**
 * The NPY format: NumPy's header of dtype, shape and order before the bare elements.
 *
 * Reading is strict and bounded: at most 64 KiB are read, nothing is allocated by the file's own numbers, nothing is
 * evaluated. Writing is byte for byte what NumPy writes.
 *
 * @module
 */
export { headerExtent } from "./extent.js";
export { formatHeader, type NpyDescription } from "./format.js";
export { dataBytes, isAligned, type NpyHeader, parseHeader } from "./header.js";
export { type OpenOptions, openRegular } from "./open.js";
export { readHeader } from "./read.js";
export { rewriteRows } from "./rewrite.js";
