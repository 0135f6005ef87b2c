export { type Files, withFiles } from "../../platform/files.js";
export {
  type CountedCall,
  type FailingFiles,
  type Failure,
  failingFiles,
  StoppedError,
} from "./failing-files.js";
export type { SystemCode } from "./failure.js";
export { type FileCall, type FilesCall, interceptFiles, isChanging } from "./intercept.js";
export type { CrashOptions } from "./memory/crash.js";
export { MemoryFiles, type MemoryOptions } from "./memory/memory-files.js";
export { type RecordingFiles, recordingFiles } from "./recording-files.js";
export { replay, type Trace, type TraceEvent } from "./trace.js";
