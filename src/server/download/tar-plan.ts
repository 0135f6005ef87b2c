import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { LimitError, StaleError } from "../../errors.js";
import { identityOf } from "../../platform/index.js";
import { turn } from "../../platform/turns.js";
import {
  type Catalogue,
  type May,
  storeFiles,
  type VirtualEntry,
  type VirtualFile,
} from "../catalogue/index.js";
import { StoreGuard } from "./store-guard.js";
import { BLOCK, type TarHeaders, type TarSubject } from "./tar-header.js";

/** Files of one tar. */
const MAX_MEMBERS = 100_000;
/** A tar is written in records of so many bytes. */
const RECORD = 10_240;
/** How often a store that changes is looked at again, and the milliseconds before the first time. */
const TRIES = 5;
const PAUSE = 20;

/** A file of a tar, as it was when the tar was planned. */
export interface TarMember extends TarSubject, Pick<VirtualFile, "realPath" | "place" | "identity"> {
  /** Of the store that it is a part of. */
  readonly guard: StoreGuard | undefined;
}

/** A file and where it stands in the tar: its header, its bytes, and zeros up to a whole block. */
export interface PlacedMember extends TarMember {
  readonly offset: number;
  readonly headerLength: number;
}

export interface TarPlan {
  readonly members: readonly PlacedMember[];
  /** Bytes of the whole. */
  readonly length: number;
  /** Another one where any file is another, or was changed. */
  readonly pin: string;
  /** When the file that was changed last was: milliseconds since 1970. */
  readonly lastModified: number;
}

/**
 * Finds the files of a tar and where each will stand: those of a directory, then those of the directories in
 * it.
 *
 * @throws LimitError for more than 100,000 files, StaleError for a store whose changes do not end, DiskError
 */
export async function planTar(
  catalogue: Catalogue,
  entry: VirtualEntry,
  may: May,
  headers: TarHeaders,
): Promise<TarPlan> {
  const members: PlacedMember[] = [];
  const hash = createHash("sha256");
  let offset = 0;
  let latest = 0;
  for await (const member of membersOf(catalogue, entry, may)) {
    if (members.length >= MAX_MEMBERS) {
      throw new LimitError(
        `one download holds ${MAX_MEMBERS} files at most, and this directory has more: download its parts`,
      );
    }
    const { name, size, mtimeMs, identity } = member;
    const headerLength = await headers.lengthOf(member);
    members.push({ ...member, offset, headerLength });
    offset += headerLength + Math.ceil(size / BLOCK) * BLOCK;
    latest = Math.max(latest, Math.floor(mtimeMs));
    hash.update(JSON.stringify([name, size, mtimeMs, identity.dev, identity.ino, identity.born]));
    await turn();
  }
  const length = Math.ceil((offset + 2 * BLOCK) / RECORD) * RECORD;
  return { members, length, pin: hash.digest("base64url"), lastModified: latest };
}

async function* membersOf(catalogue: Catalogue, entry: VirtualEntry, may: May): AsyncGenerator<TarMember> {
  if (entry.kind === "file") {
    if (entry.bytes !== undefined) yield fileMember(entry, entry.bytes);
    else yield* await storeMembers(catalogue, entry);
    return;
  }
  const inner: VirtualEntry[] = [];
  for (const child of catalogue.children(entry, may)) {
    if (child.kind === "directory") inner.push(child);
    else yield* membersOf(catalogue, child, may);
    await turn();
  }
  for (const directory of inner) yield* membersOf(catalogue, directory, may);
}

function fileMember({ path, mtimeMs, realPath, place, identity }: VirtualFile, size: number): TarMember {
  return { name: path, size, mtimeMs, realPath, place, identity, guard: undefined };
}

/** The files of a store, all of one generation. */
async function storeMembers(catalogue: Catalogue, { path, place }: VirtualFile): Promise<TarMember[]> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const guard = StoreGuard.of(place.path, catalogue.files);
    const members: TarMember[] = [];
    if (guard !== undefined) {
      for (const { name, path: realPath, place: inside, stat } of storeFiles(place, catalogue.files)) {
        const { size, mtimeMs } = stat;
        const identity = identityOf(stat);
        members.push({ name: `${path}/${name}`, size, mtimeMs, realPath, place: inside, identity, guard });
        await turn();
      }
      if (guard.isIntact()) return members;
    }
    await setTimeout(tries * PAUSE);
  }
  throw new StaleError(
    `${place.path}: a change of the table is being applied, or its writer died: opening it for writing completes it`,
    { path: place.path },
  );
}
