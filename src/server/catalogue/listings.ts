import { isMemmapError } from "../../errors.js";
import type { Files } from "../../platform/files.js";
import { type FileIdentity, identityOf, isSameFile } from "../../platform/index.js";
import { CONTROL } from "../../store/paths.js";
import { Lasting } from "./lasting.js";
import { isInPlace, type Place } from "./place.js";

/** Names that are kept in all. */
const MAX_NAMES = 200_000;
/** The coarsest clock of a file system, in milliseconds: a change within one tick of it leaves no mark. */
const TICK = 2000;

/** What a real directory holds that is shown. */
export interface Listing {
  /** Names of files and directories by code points; each is found under itself. */
  readonly names: ReadonlyMap<string, string>;
  /** Whether a control directory is among what is not shown: it may be a store. */
  readonly hasControl: boolean;
}

interface Taken extends Listing {
  readonly identity: FileIdentity;
  readonly changed: number;
  /** Whether it was listed so soon after a change that a later one need not show. */
  readonly isEarly: boolean;
}

const NOTHING: Listing = { names: new Map(), hasControl: false };

/**
 * What directories hold, read again when one has changed. Links, names that begin with a dot, names that are
 * no text, and what is neither file nor directory are left out.
 */
export class Listings {
  readonly #files: Files;
  readonly #taken = new Lasting<Taken>(MAX_NAMES);

  constructor(files: Files) {
    this.#files = files;
  }

  /**
   * @param wanted a name that should be there: when it is not, a change that the directory's time does not
   * show is looked for
   * @throws DiskError where the directory cannot be read
   */
  of(place: Place, wanted?: string): Listing {
    const known = this.#taken.get(place.path);
    if (known !== undefined) {
      const { value, isFresh } = known;
      const isSame = isSameFile(value.identity, place.identity);
      if (isSame && (isFresh || isCurrent(value, place, wanted))) return value;
    }
    return this.#list(place) ?? NOTHING;
  }

  /** What the last listing said, if it still does. */
  known(place: Place): Listing | undefined {
    const value = this.#taken.get(place.path)?.value;
    const isGood =
      value !== undefined && isSameFile(value.identity, place.identity) && isCurrent(value, place);
    return isGood ? value : undefined;
  }

  #list(place: Place): Listing | undefined {
    const { path, identity } = place;
    const stat = this.#files.look(path);
    if (stat === undefined || !isSameFile(identityOf(stat), identity)) return undefined;
    const isEarly = Date.now() - stat.mtimeMs < TICK;
    const listing = this.#read(path);
    // What was listed may have been something else, where a link stood for a moment.
    if (listing === undefined || !isInPlace(place, this.#files)) return undefined;
    const { names } = listing;
    const taken = { ...listing, identity, changed: stat.mtimeMs, isEarly };
    this.#taken.set(path, taken, names.size, names.size + 1);
    return listing;
  }

  #read(path: string): Listing | undefined {
    try {
      const entries = this.#files.list(path);
      const shown = entries.filter(({ kind, name }) => kind !== "link" && kind !== "other" && isShown(name));
      const names = inOrder(shown.map(({ name }) => name));
      const hasControl = entries.some(({ kind, name }) => kind === "directory" && name === CONTROL);
      return { names: new Map(names.map((name) => [name, name])), hasControl };
    } catch (error) {
      if (isMemmapError(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  }
}

function isCurrent(taken: Taken, { mtimeMs }: Place, wanted?: string): boolean {
  if (mtimeMs !== taken.changed) return false;
  return !taken.isEarly || (wanted !== undefined && taken.names.has(wanted));
}

/** Whether a name is one that is shown. */
export function isShown(name: string): boolean {
  return !name.startsWith(".") && !/\p{Cs}/u.test(name);
}

/** By code points: as by their units, but where some are written as two. */
function inOrder(names: string[]): string[] {
  const hasPairs = names.some((name) => /[\ud800-\udfff]/.test(name));
  return hasPairs
    ? names.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    : names.sort();
}
