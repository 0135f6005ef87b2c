import { readFile, rm, writeFile } from "node:fs/promises";
import { DiskError } from "../errors.js";

/** What a file beside a partial one says of it. */
export interface PartNote {
  /** The server, and the path on it. */
  readonly url: string;
  readonly path: string;
  /** What names the version that it is part of. */
  readonly validator: string;
  /** Bytes of the whole. */
  readonly size: number | undefined;
}

/** The note, where there is one of that very file; whatever else is there says nothing. */
export async function readNote(
  notePath: string,
  { url, path }: Pick<PartNote, "url" | "path">,
): Promise<PartNote | undefined> {
  let note: unknown;
  try {
    note = JSON.parse(await readFile(notePath, "utf8"));
  } catch {
    return undefined;
  }
  return isNote(note) && note.url === url && note.path === path ? note : undefined;
}

/** Writes the note; takes an old one away where there is none to write. @throws DiskError */
export async function writeNote(notePath: string, note: PartNote | undefined): Promise<void> {
  try {
    if (note === undefined) await rm(notePath, { force: true });
    else await writeFile(notePath, JSON.stringify(note));
  } catch (cause) {
    throw new DiskError(`cannot write ${notePath}`, { path: notePath, cause });
  }
}

function isNote(note: unknown): note is PartNote {
  if (typeof note !== "object" || note === null) return false;
  const { url, path, validator, size } = note as { readonly [key: string]: unknown };
  const isSize = size === undefined || (typeof size === "number" && Number.isSafeInteger(size) && size >= 0);
  return (
    typeof url === "string" &&
    typeof path === "string" &&
    typeof validator === "string" &&
    /^[\x20-\x7e]+$/.test(validator) &&
    isSize
  );
}
