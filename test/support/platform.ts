import { platform } from "../../src/platform/index.js";

/** Whether files are mapped by the C library: their maps end at closing, and rows cut off give their blocks back. */
export const isPosix = platform().name === "posix";
