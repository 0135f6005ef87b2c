import { isMemmapError } from "../../errors.js";
import type { ServedFile } from "../served/served.js";

/**
 * Whether an error is that of one member, such as one that is damaged: then the others are shown all the same. What comes of a
 * writer in between, or of a file that is closed, is not.
 */
export function isFaultOf(error: unknown, file: Pick<ServedFile, "isIntact">): boolean {
  return isMemmapError(error) && error.code !== "STALE" && error.code !== "CLOSED" && file.isIntact();
}
