export { type ArrowOptions, toArrow } from "./to-arrow.js";
export { type IPCOptions, writeIPC } from "./write-ipc.js";
