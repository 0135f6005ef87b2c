import { isMemmapError, type MemmapError } from "../../errors.js";

/** What is wrong with the records of a store: with what lies in `.memmap`. */
export type RecordFinding =
  /** There is no table, or what is left of one that never came to be. */
  | "no-table"
  /** `.memmap`, `lock` or `last` is not what it has to be: a directory, a file. */
  | "bad-control"
  /** `last` cannot be read: malformed, or with another checksum. */
  | "bad-last"
  /** There is no `last`: of a directory of arrays that never was changed as a table, nothing is amiss. A notice. */
  | "no-last"
  /** A committed change is not applied. */
  | "unapplied-record"
  /** A committed change cannot be applied: it does not fit the files, or could do harm. */
  | "bad-record"
  /** A record that never was committed, or of another history. */
  | "void-record"
  /** A stage that no committed record needs. */
  | "leftover-stage"
  /** The last change did not wait for the disk. A notice. */
  | "unsynced"
  /** A column that `last` names has no file. A notice. */
  | "missing-column"
  /** `last` says another number of rows than all columns have. A notice. */
  | "outdated-rows"
  /** Something that this package did not put into `.memmap`. A notice. */
  | "foreign-file"
  /** A writer changed the store all the time while it was looked at. A notice. */
  | "busy";

/** What is wrong with the columns and groups of a store. */
export type ColumnFinding =
  /** A column has another number of rows than the others. */
  | "unequal-rows"
  /** A file has fewer bytes than its header or sidecar promises. */
  | "short-file"
  /** A file's header is malformed. */
  | "bad-header"
  /** A dtype that this package does not read. */
  | "bad-dtype"
  /** An array without axes, which has no rows. */
  | "no-rows"
  /** A sidecar is malformed, or describes no array that there can be. */
  | "bad-sidecar"
  /** A sidecar describes a file without header, but the file has one. */
  | "two-descriptions"
  /** A sidecar beside no array. */
  | "orphan-sidecar"
  /** A file without header and without a sidecar that describes it. */
  | "headerless"
  /** A name that breaks the rules: what has it is no column. */
  | "bad-name"
  /** Two names that some systems take for one, or a column and a group of one name. */
  | "name-collision"
  /** A symbolic link that leads to another place within the table: it can only be read. */
  | "link"
  /** A symbolic link that leads outside. */
  | "outside-link"
  /** A symbolic link that leads nowhere. */
  | "dangling-link"
  /** A directory or device that has the name of an array or sidecar. */
  | "no-file"
  /** A table of its own within the table, or around it. */
  | "nested-table"
  /** A directory with nothing in it. A notice. */
  | "empty-group"
  /** Two columns whose names lead to one file. */
  | "shared-file"
  /** The system refuses to read it. */
  | "unreadable"
  /** The system refuses to write to it. A notice. */
  | "unwritable";

/** What is wrong, in one word. */
export type FindingCode = RecordFinding | ColumnFinding;

/** Something about a store that is not as it should be. */
export interface Finding {
  readonly code: FindingCode;
  /** The file or directory that it is about: an absolute path. */
  readonly path: string;
  /** What is wrong. */
  readonly what: string;
  /** What `repair` does about it; undefined where it is for somebody who knows the data to decide. */
  readonly repair: string | undefined;
}

const NOTICES: ReadonlySet<FindingCode> = new Set<FindingCode>([
  "no-last",
  "unsynced",
  "missing-column",
  "outdated-rows",
  "foreign-file",
  "busy",
  "empty-group",
  "unwritable",
]);

/** Whether a finding is worth knowing and no more: the table can be read and changed as it is. */
export function isNotice({ code }: Finding): boolean {
  return NOTICES.has(code);
}

/** A finding. Its sentence is what follows the path in an error's message. */
export function finding(code: FindingCode, path: string, what: string, repair?: string): Finding {
  const prefix = `${path}: `;
  return Object.freeze({
    code,
    path,
    what: what.startsWith(prefix) ? what.slice(prefix.length) : what,
    repair,
  });
}

/** Findings by their paths, those of one path by their codes. */
export function inOrder(findings: readonly Finding[]): Finding[] {
  const key = ({ path, code, what }: Finding): string => `${path}\0${code}\0${what}`;
  return [...findings].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

/**
 * The result of what may meet with anything on disk.
 *
 * @param refused is told of the error of this package; others are no faults of a store
 */
export function attempt<T>(work: () => T, refused: (error: MemmapError) => void): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!isMemmapError(error)) throw error;
    refused(error);
    return undefined;
  }
}
