import { basename, dirname } from "node:path";
import { type FileCall, type Files, interceptFiles, isChanging } from "../../src/testing/files/index.js";

/** Whose calls are wrapped: those of a change, or of an opening that may have to recover. */
export type Phase = "change" | "recovery";

/** What went before a call. */
interface Progress {
  readonly phase: Phase;
  /** Whether a record was made, and is not yet `last`. */
  readonly isCommitting: boolean;
  /** The changing call before; undefined for the first. */
  readonly before: FileCall["name"] | undefined;
}

const isControl = (path: string) => basename(path) === ".memmap";
const isInControl = (path: string) => path.includes("/.memmap");
const isWhole = ({ name }: FileCall) => name === "syncAll";
const isRecord = ({ name, path }: FileCall) => name === "sync" && basename(path).startsWith("commit-");
const isArray = ({ name, path }: FileCall) => name === "sync" && path.endsWith(".npy") && !isInControl(path);

/** Every barrier of the protocol, by the syncs that make it up. */
export const BARRIERS: Readonly<Record<string, (call: FileCall, progress: Progress) => boolean>> = {
  "staged files": (call) => call.name === "sync" && basename(dirname(call.path)).startsWith("stage-"),
  "grown tails": (call, { phase, isCommitting }) => isArray(call) && phase === "change" && !isCommitting,
  "the stage": ({ name, path }) => name === "syncDirectory" && basename(path).startsWith("stage-"),
  ".memmap before the record": ({ name, path }, { phase, isCommitting }) =>
    name === "syncDirectory" && isControl(path) && phase === "change" && !isCommitting,
  "the record": (call, { phase }) => isRecord(call) && phase === "change",
  ".memmap after the record": ({ name, path }, { phase, isCommitting }) =>
    name === "syncDirectory" && isControl(path) && phase === "change" && isCommitting,
  headers: (call, { phase, isCommitting }) => isArray(call) && (phase === "recovery" || isCommitting),
  "touched directories": ({ name, path }, { before }) =>
    name === "syncDirectory" && !isInControl(path) && before !== "mkdir",
  "parents of new directories": ({ name, path }, { before }) =>
    name === "syncDirectory" && !isInControl(path) && before === "mkdir",
  "all that is staged, or behind what was there": (call, { phase, isCommitting }) =>
    isWhole(call) && phase === "change" && !isCommitting,
  "all parents of new directories": (call, { before }) => isWhole(call) && before === "mkdir",
  "all headers": (call, { isCommitting, before }) => isWhole(call) && isCommitting && before === "write",
  "all touched directories": (call, { isCommitting, before }) =>
    isWhole(call) && isCommitting && before !== "mkdir" && before !== "write",
  "the record, in recovery": (call, { phase }) => isRecord(call) && phase === "recovery",
  ".memmap first of all in recovery": ({ name, path }, { phase, before }) =>
    name === "syncDirectory" &&
    isControl(path) &&
    phase === "recovery" &&
    (before === undefined || before === "sync"),
};

/** A file system on which one kind of barrier does nothing. */
export function without(barrier: string | undefined, files: Files, phase: Phase): Files {
  const isLeftOut = barrier === undefined ? undefined : BARRIERS[barrier];
  if (isLeftOut === undefined) return files;
  let isCommitting = false;
  let before: FileCall["name"] | undefined;
  return interceptFiles(files, (call, proceed) => {
    const progress = { phase, isCommitting, before };
    // Signing the lock is no part of the protocol.
    if (isChanging(call.name) && basename(call.path) !== "lock") before = call.name;
    if (basename(call.path).startsWith("commit-")) {
      if (call.name === "create") isCommitting = true;
      if (call.name === "rename") isCommitting = false;
    }
    if (!isLeftOut(call, progress)) return proceed();
    // What should have been done at once is not to be done one by one.
    return isWhole(call) ? true : undefined;
  });
}
