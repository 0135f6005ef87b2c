import { ClosedError } from "../../errors.js";
import type { ServedFile, ServedNode } from "./served.js";

/** What kind of file is opened, and where it is. */
export interface ServedEntry {
  readonly kind: "store" | "hdf5";
  /** Where it is in the file system, without links. */
  readonly path: string;
  /** Throws where what was opened by its path just now may be another file. */
  readonly check?: (() => void) | undefined;
}

/** A file that the cache keeps. */
export interface KeptFile extends ServedFile {
  /** Whether one that is opened now would be the same; {@link ServedFile.isIntact} says so where it is left out. */
  isCurrent?(): boolean;
}

/** What opens files of each kind. */
export type Openers = Readonly<Record<ServedEntry["kind"], (path: string) => KeptFile | Promise<KeptFile>>>;

export interface CacheOptions {
  /** Files that are kept open; 32 unless given. More are open only while more are in use. */
  readonly most?: number | undefined;
  /** How long one is kept after its last use, in milliseconds; a minute unless given. */
  readonly idle?: number | undefined;
}

/** An open file, with those who use it. */
class Kept {
  readonly file: KeptFile;
  uses = 0;
  /** When it was last used. */
  used = 0;
  /** Whether it has been closed. */
  isGone = false;
  /** Whether the cache has dropped it: the last one who uses it closes it. */
  #isDropped = false;

  constructor(file: KeptFile) {
    this.file = file;
  }

  isCurrent(): boolean {
    try {
      return this.file.isCurrent?.() ?? this.file.isIntact();
    } catch {
      // Why, whoever opens it again is told.
      return false;
    }
  }

  drop(): void {
    this.#isDropped = true;
    this.#settle();
  }

  leave(): void {
    this.uses -= 1;
    this.used = performance.now();
    this.#settle();
  }

  #settle(): void {
    if (!this.#isDropped || this.uses > 0 || this.isGone) return;
    this.isGone = true;
    this.file.release();
  }
}

/** One user's hold on a file that others use as well. */
class SharedFile implements ServedFile {
  readonly pin: string;
  readonly #kept: Kept;
  #isReleased = false;

  constructor(kept: Kept) {
    this.#kept = kept;
    this.pin = kept.file.pin;
    kept.uses += 1;
    kept.used = performance.now();
  }

  node(path: string): ServedNode | undefined {
    return this.#kept.file.node(path);
  }

  isIntact(): boolean {
    return this.#kept.file.isIntact();
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#kept.leave();
  }
}

/**
 * Open files that requests share. Each request gets the file as it is when it asks: a file that is another by then is
 * opened again, while those who still read the one before go on with that.
 */
export class ServedFiles {
  readonly #openers: Openers;
  readonly #most: number;
  readonly #idle: number;
  /** The one that was used last at the end. */
  readonly #kept = new Map<string, Kept>();
  readonly #opening = new Map<string, Promise<Kept>>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(openers: Openers, { most = 32, idle = 60_000 }: CacheOptions = {}) {
    this.#openers = openers;
    this.#most = most;
    this.#idle = idle;
  }

  /** Files that are kept at the moment. */
  get size(): number {
    return this.#kept.size;
  }

  /**
   * A file as it is now, to be released by whoever asked.
   *
   * @throws ClosedError after closing, and what opening the file throws
   */
  async open(entry: ServedEntry): Promise<ServedFile> {
    const key = `${entry.kind} ${entry.path}`;
    for (let isFirst = true; ; isFirst = false) {
      this.#requireOpen(entry);
      const kept = this.#kept.get(key);
      if (kept !== undefined && kept.isCurrent()) {
        this.#kept.delete(key);
        this.#kept.set(key, kept);
        return new SharedFile(kept);
      }
      const shared = this.#opening.get(key);
      const opened = await (shared ?? this.#add(key, entry));
      // One whose opening had begun before may be of a moment before this request.
      const isGood = shared === undefined || !isFirst || opened.isCurrent();
      if (isGood && !opened.isGone) return new SharedFile(opened);
    }
  }

  #add(key: string, entry: ServedEntry): Promise<Kept> {
    const opening = this.#load(key, entry).finally(() => this.#opening.delete(key));
    this.#opening.set(key, opening);
    return opening;
  }

  async #load(key: string, { kind, path, check }: ServedEntry): Promise<Kept> {
    this.#drop(key);
    const kept = new Kept(await this.#openers[kind](path));
    try {
      check?.();
    } catch (error) {
      kept.drop();
      throw error;
    }
    if (this.#closed) {
      kept.drop();
      return kept;
    }
    kept.used = performance.now();
    this.#kept.set(key, kept);
    this.#makeRoom(key);
    this.#watch();
    return kept;
  }

  #drop(key: string): void {
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    kept?.drop();
  }

  /** Drops those that were not used for longest; such as are in use only where there are no others. */
  #makeRoom(newest: string): void {
    if (this.#kept.size <= this.#most) return;
    const others = [...this.#kept].filter(([key]) => key !== newest);
    const [oldest] = others.find(([, { uses }]) => uses === 0) ?? others[0] ?? [];
    if (oldest !== undefined) this.#drop(oldest);
  }

  /** Looks after those that nobody uses. */
  #watch(): void {
    this.#timer ??= setInterval(() => this.#sweep(), this.#idle / 4).unref();
  }

  #sweep(): void {
    const now = performance.now();
    for (const [key, { uses, used }] of this.#kept) {
      if (uses === 0 && now - used >= this.#idle) this.#drop(key);
    }
    if (this.#kept.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #requireOpen({ path }: ServedEntry): void {
    if (this.#closed) throw new ClosedError(`${path}: the server is closed`, { path });
  }

  /** Closes all files, those that are in use when they have been released. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const key of [...this.#kept.keys()]) this.#drop(key);
  }
}
