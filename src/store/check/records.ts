import { join } from "node:path";
import { isMemmapError, type MemmapError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { MAX_LAST_BYTES } from "../last.js";
import { type Look, latest, look } from "../look.js";
import { STAGE, type StorePaths } from "../paths.js";
import { readFile } from "../read-file.js";
import { type CommitRecord, MAX_COMMIT_BYTES, parseCommit } from "../record.js";
import { INDEX } from "../statistics/index-files.js";
import { attempt } from "./findings.js";
import { MOST_GENERATIONS, NOTHING, type Salvaged, salvage } from "./salvage.js";

/** Why `last` cannot be read. */
export interface Damage {
  readonly error: MemmapError;
  /** What it holds; undefined where the system refuses to read it, or it is no file. */
  readonly bytes: Uint8Array | undefined;
  readonly salvaged: Salvaged;
}

/** What a store's records say at one moment, however damaged. */
export interface Records {
  /** Where `last` is damaged, it is missing here, and what is pending is the one record that may follow it. */
  readonly look: Look;
  readonly damage: Damage | undefined;
  /** The record that may be the next, but that the system refuses to read. */
  readonly refused: MemmapError | undefined;
}

/** What lies in the control directory. */
export interface Contents {
  readonly records: readonly { readonly path: string; readonly generation: number }[];
  readonly stages: readonly { readonly path: string; readonly generation: number }[];
  readonly foreign: readonly string[];
}

const NONE: Look = { last: undefined, pending: undefined, bytes: undefined };
const OURS: readonly string[] = ["lock", "lock.lease", "last", INDEX];

/** Reads the records of a store; throws nothing for what is wrong with them. */
export function readRecords(paths: StorePaths, files: Files, before?: Records): Records {
  let refusal: MemmapError | undefined;
  const refuse = (error: MemmapError): void => {
    refusal = error;
  };
  const known = before?.damage === undefined ? before?.look : undefined;
  // Of what lies behind a link nothing is the store's.
  const found = attempt(
    () => (files.look(paths.control)?.isDirectory() === true ? look(paths, files, known) : NONE),
    refuse,
  );
  if (refusal === undefined) return { look: found ?? NONE, damage: undefined, refused: undefined };
  if (refusal.path !== undefined && refusal.path !== paths.last) {
    return { look: NONE, damage: undefined, refused: refusal };
  }
  const damage = damageOf(paths, files, refusal);
  refusal = undefined;
  const pending = attempt(() => follower(paths, files, damage), refuse);
  return { look: { ...NONE, pending }, damage, refused: refusal };
}

function damageOf(paths: StorePaths, files: Files, error: MemmapError): Damage {
  // What was refused once is not believed when it is granted the second time.
  const bytes =
    error.code === "DISK"
      ? undefined
      : attempt(
          () => readFile(paths.last, files, MAX_LAST_BYTES),
          () => {},
        );
  return { error, bytes, salvaged: bytes === undefined ? NOTHING : salvage(bytes) };
}

/**
 * The record that follows a `last` that cannot be read: the one whole record that there is, unless what can be read of
 * `last` says that it is of another time.
 *
 * @throws DiskError where the system refuses to read one
 */
function follower(paths: StorePaths, files: Files, { bytes, salvaged }: Damage): CommitRecord | undefined {
  if (bytes === undefined || salvaged.isNewer) return undefined;
  const fitting = contentsOf(paths, files).records.flatMap(({ path, generation }) => {
    const record = readRecord(path, files);
    return "prev" in record &&
      record.prev !== null &&
      record.generation === generation &&
      (salvaged.generation ?? generation - 1) === generation - 1 &&
      (salvaged.txid ?? record.prev) === record.prev
      ? [record]
      : [];
  });
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** A record, or why it is none. @throws DiskError where the system refuses to read it */
function readRecord(path: string, files: Files): CommitRecord | MemmapError {
  try {
    return parseCommit(readFile(path, files, MAX_COMMIT_BYTES), path);
  } catch (error) {
    if (isMemmapError(error) && error.code !== "DISK") return error;
    throw error;
  }
}

/** What lies in the control directory, each list by name. @throws DiskError where the system refuses to say */
export function contentsOf({ control }: StorePaths, files: Files): Contents {
  const records: { path: string; generation: number }[] = [];
  const stages: { path: string; generation: number }[] = [];
  const foreign: string[] = [];
  for (const { name, kind } of files.list(control)) {
    const path = join(control, name);
    const [, record] = /^commit-([1-9]\d*)$/.exec(name) ?? [];
    if (kind === "file" && record !== undefined) records.push({ path, generation: Number(record) });
    else if (kind === "directory" && name.startsWith(STAGE)) {
      stages.push({ path, generation: Number.parseInt(name.slice(STAGE.length), 10) || 0 });
    } else if (!OURS.includes(name)) foreign.push(path);
  }
  records.sort((one, other) => one.generation - other.generation);
  return { records, stages, foreign };
}

/** The highest generation that the names of records and stages speak of. */
export function highestGeneration({ records, stages }: Contents): number {
  const numbers = [...records, ...stages].map(({ generation }) => generation);
  return numbers.reduce((most, one) => (one <= MOST_GENERATIONS && one > most ? one : most), 1);
}

/** Why a record that lies in `.memmap` will not be applied. @throws DiskError where the system refuses to read it */
export function whyVoid(path: string, generation: number, { last }: Look, files: Files): string {
  const record = readRecord(path, files);
  if (!("prev" in record)) return `it is not whole: ${record.message.replace(`${path}: `, "")}`;
  if (record.generation !== generation) {
    return `it says that it is of generation ${record.generation}, and its name says ${generation}`;
  }
  if (record.generation !== (last?.generation ?? 0) + 1) {
    return `it is of generation ${generation}, and the last transaction is of ${last?.generation ?? 0}`;
  }
  return `it follows the transaction ${record.prev}, and the last one is ${last?.txid ?? null}`;
}

/** Whether two moments are of the same transaction, and nothing was applied between them. */
export function isSameMoment(one: Records, other: Records): boolean {
  return (
    latest(one.look)?.txid === latest(other.look)?.txid &&
    (one.look.pending === undefined) === (other.look.pending === undefined) &&
    Buffer.compare(one.damage?.bytes ?? new Uint8Array(0), other.damage?.bytes ?? new Uint8Array(0)) === 0
  );
}
