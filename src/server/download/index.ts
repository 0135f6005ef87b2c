export { contentDisposition } from "./disposition.js";
export { type Download, directoryDownload, fileDownload } from "./download.js";
export { type ByteRange, parseRange } from "./range.js";
