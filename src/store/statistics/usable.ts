import { type FileStamp, isMappedWritable, isSameStamp } from "../../platform/index.js";
import type { ColumnState } from "../catalog.js";
import { isOfThisBoot, type SideFile } from "./side-file.js";

/** Why the index of a column does not count now; undefined where it does. @param stamp of what has the column's name now */
export function unusableBecause(
  index: SideFile,
  { file, rows, dataOffset, dtype }: ColumnState,
  stamp: FileStamp | undefined,
): string | undefined {
  if (!isOfThisBoot(index)) return "the system was started anew since it was built";
  if (stamp === undefined || Number(stamp.ino) !== file.ino || Number(stamp.dev) !== file.dev) {
    return "the column's file was renamed or replaced";
  }
  if (!isSameStamp(index.stamp, stamp)) return "the column's file was changed since it was built";
  if (index.rows !== rows || index.dataOffset !== dataOffset || !index.statistics.dtype.equals(dtype)) {
    return "it is of other rows than this table shows; call refresh()";
  }
  if (isMappedWritable(file)) return "this process has the column open for writing; close that table";
  return undefined;
}
