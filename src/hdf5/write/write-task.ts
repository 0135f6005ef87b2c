import { type Layout, openBytes, type SharedBytes } from "../../array/index.js";
import { type Descr, parseDType } from "../../dtype/index.js";
import { nodeFiles as files } from "../../platform/files.js";
import type { TaskContext } from "../../workers/index.js";
import { type FileEnd, FileTarget } from "./file-target.js";
import { type JobResult, type WriteJob, writeJob } from "./write-job.js";

/** A job for a worker. */
export interface WriteTask {
  readonly source: SharedBytes;
  readonly descr: Descr;
  readonly layout: Layout;
  readonly label: string;
  readonly job: WriteJob;
  /** The file that is written. */
  readonly path: string;
  readonly end: FileEnd;
}

/** Does a job in this thread. Between chunks it looks whether it shall stop. */
export function writePart(task: WriteTask, context: TaskContext): JobResult {
  const { source, descr, layout, label, job, path, end } = task;
  const bytes = openBytes(source);
  const fd = files.open(path, "r+");
  try {
    const target = new FileTarget(fd, path, files, end, () => context.stopped);
    return writeJob({ dtype: parseDType(descr), layout, bytes }, job, target, label);
  } finally {
    files.close(fd);
  }
}
