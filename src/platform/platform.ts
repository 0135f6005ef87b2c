/** What a caller says about the accesses to come; see `madvise(2)`. */
export type Advice = "normal" | "sequential" | "random" | "willneed" | "hugepage";

/**
 * The bytes of a file in memory, from its start.
 *
 * A shared mapping is the file: stores reach it and every other map of it. A private one shows the file too, but a
 * store into it stays in this process.
 */
export interface Mapping {
  /**
   * The one ArrayBuffer over the whole mapping.
   *
   * @throws ClosedError after {@link close}, or where its bytes were moved to another ArrayBuffer by their taker
   */
  readonly buffer: ArrayBuffer;
  /** Bytes mapped; it stays the same after closing. */
  readonly length: number;
  readonly shared: boolean;
  readonly closed: boolean;

  /**
   * Writes the stores of a shared mapping back to the disk and waits for it; nothing on a private one.
   *
   * @param offset first byte; rounded down to the start of its page
   * @param length bytes; to the end when left out
   * @throws DiskError when the system could not write: the data may be lost, and another try proves nothing
   */
  sync(offset?: number, length?: number): void;

  /**
   * As {@link sync} over everything, off the main thread where the platform can. Closing meanwhile is allowed:
   * the promise still tells the truth.
   */
  syncAsync(): Promise<void>;

  /** A hint about coming accesses. What the system does not know is ignored. */
  advise(advice: Advice, offset?: number, length?: number): void;

  /**
   * Whether the page of one byte is in memory, so that a look at it waits for no disk; true where the system does not say.
   * It costs a call of the system.
   *
   * @throws ClosedError
   */
  holds(offset: number): boolean;

  /**
   * Reads a part into memory ahead of its use, off the main thread where the platform can, so that a first look at it
   * waits for no disk. It changes nothing else, so what fails is ignored. Closing meanwhile is allowed.
   *
   * @returns fulfilled when it is there; undefined where all of it is there already, and where the platform can only ask
   * for it
   * @throws ClosedError
   */
  prefetch(offset: number, length: number): Promise<void> | undefined;

  /**
   * Ends the mapping; a second call does nothing. Every typed array over it has length 0 from here on, and its
   * addresses are kept from other use until no request in flight can still reach them.
   *
   * @param reopen for a shared mapping: gives a descriptor of the same file (the caller answers for that, the mapping
   *   closes it), so that requests in flight still see the right bytes while what they store stays out of the
   *   file. Without it they see zeros.
   * @throws ClosedError when the bytes were moved to another ArrayBuffer (`transfer`, a byte stream), and
   *   UnsupportedError when the buffer was marked as untransferable: they then stay mapped under whoever has them. The
   *   mapping is closed all the same
   */
  close(reopen?: () => number | undefined): void;
}

/** How to map a file. */
export interface MapOptions {
  /** Whether stores reach the file; the descriptor must then be open for reading and writing. */
  readonly shared: boolean;
  /** The file's name, for messages only. */
  readonly path: string;
  /** The byte of the file to begin at: a multiple of {@link MAP_UNIT}; 0 when left out. */
  readonly offset?: number | undefined;
}

/** Maps begin at multiples of it: no system has larger pages, or coarser units. */
export const MAP_UNIT = 1 << 16;

/** What the operating system gives, behind one interface. Offsets and lengths are bytes. */
export interface Platform {
  readonly name: "posix" | "portable";
  /** The most bytes that one mapping can have on this Node. */
  readonly maxMapLength: number;

  /**
   * Maps `length` bytes of an open file, its first ones unless told otherwise. The descriptor may be closed right after.
   *
   * @throws CorruptError when the file is shorter than `length`
   * @throws LimitError when the length, the number of maps or the address space exceeds what this process may have
   * @throws DiskError when the system refuses for another cause
   */
  map(fd: number, length: number, options: MapOptions): Mapping;

  /**
   * Makes the bytes [from, to) zeros with blocks of the disk behind them, in a file of at least `to` bytes, so that
   * no later store through a mapping can meet a full disk. Bytes before `from` and behind `to` stay as they are.
   *
   * @throws DiskError when the disk is full or fails: the file then has its old size and, where holes can be
   *   punched, takes no more space than before; old bytes from `from` on may be zeros
   */
  extend(fd: number, from: number, to: number, path: string): void;

  /**
   * Gives the holes among the first `length` bytes blocks of the disk, so that no store through a mapping can meet
   * a full disk. No byte changes. Where the system cannot, nothing is done.
   *
   * @throws DiskError when the disk has no room for them
   */
  reserve(fd: number, length: number, path: string): void;

  /**
   * Makes `length` bytes zeros, as far as the file reaches, and gives their blocks back where the file system can.
   *
   * @throws DiskError when the system refuses
   */
  punch(fd: number, from: number, length: number, path: string): void;

  /**
   * Waits until everything of the file system that a file is on has reached the disk.
   *
   * @returns false where the system cannot do that: each file is to be synced by itself then
   * @throws DiskError when the system could not write
   */
  syncFileSystem(fd: number, path: string): boolean;

  /**
   * Exchanges the names of two files in one step.
   *
   * @returns false where the system or the file system cannot do that
   * @throws DiskError when the system refuses for another cause
   */
  exchange(one: string, other: string): boolean;
}
