/**
 * An HDF5 file as it is, for what hands it on to others: links that are not followed, attributes in their own dtypes, boxes of
 * datasets.
 *
 * @module
 */
export { addressOf, type DatasetInfo, describeDataset } from "../describe.js";
export { ChunkGrid, type Layout } from "../format/index.js";
export { Handle } from "../handle.js";
export { childPath, follow, type Link, linkIn, namesIn } from "../links.js";
export { readChunkBox } from "../read/chunk-box.js";
export { fillWith } from "../read/chunk-copy.js";
export { type Box, type ByteSource, readFlatBox } from "../read/flat-box.js";
export { hasBitfield, libraryType } from "../types.js";
export { flattened, type RawAttribute, rawAttributes } from "./attributes.js";
export { type ItemReader, itemReader, type RawItems } from "./items.js";
export { readLibraryBox, readLibraryItems } from "./library.js";
