import { ClosedError, CorruptError, FormatError, LockedError, NotFoundError, StaleError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import { currentFiles, type Files } from "../platform/files.js";
import { type FileIdentity, identityOf, isSameFile } from "../platform/index.js";
import { SIGNATURE } from "./format/superblock.js";
import { type H5Module, loadH5wasm, type Outcome, quietly, required, sealed } from "./h5wasm.js";

/** The places that a signature is looked for at end here: no file has a longer block of its user's before it. */
const MAX_USER_BLOCK = 2 ** 40;

interface Opened {
  readonly module: H5Module;
  readonly id: bigint;
  readonly files: Files;
  readonly fd: number;
}

export interface HandleOptions {
  /** Whether HDF5's library may open no file but this one: for files of people who are not the ones that open them. */
  readonly isSealed?: boolean;
}

/** Files that were forgotten are closed. */
const forgotten = new FinalizationRegistry<Opened>(release);

/** A file that is open for reading: by HDF5's library, and by a descriptor for its bytes. */
export class Handle {
  /** Its path, without links. */
  readonly path: string;
  readonly identity: FileIdentity;
  readonly #isSealed: boolean;
  #opened: Opened | undefined;

  /**
   * @throws NotFoundError; FormatError for a directory and for what is no HDF5 file; CorruptError for one that HDF5 cannot read;
   * LockedError for one that is open for writing; UnsupportedError where h5wasm is missing
   */
  static async open(path: string, options: HandleOptions = {}): Promise<Handle> {
    const files = currentFiles();
    const { Module } = await loadH5wasm();
    return new Handle(path, Module, files, options);
  }

  private constructor(said: string, module: H5Module, files: Files, { isSealed = false }: HandleOptions) {
    this.#isSealed = isSealed;
    const path = files.realPath(said);
    if (path === undefined) throw new NotFoundError(`${said}: there is no file of this name`, { path: said });
    this.path = path;
    requireFile(path, files);
    const fd = files.open(path, "r");
    try {
      this.identity = identityOf(files.stat(fd, path));
      requireSignature(fd, path, files);
      this.#opened = {
        module,
        id: openFile(
          path,
          this.#call(module, (): bigint => openReading(module, path)),
        ),
        files,
        fd,
      };
      forgotten.register(this, this.#opened, this);
      const there = files.look(path);
      if (there === undefined || !isSameFile(identityOf(there), this.identity)) {
        throw new StaleError(`${path}: the file was replaced while it was opened`, { path });
      }
    } catch (error) {
      if (this.#opened === undefined) files.close(fd);
      else this.close();
      throw error;
    }
  }

  get closed(): boolean {
    return this.#opened === undefined;
  }

  /** @throws ClosedError */
  requireOpen(): Opened {
    if (this.#opened !== undefined) return this.#opened;
    throw new ClosedError(`${this.path}: the HDF5 file is closed`, { path: this.path });
  }

  get module(): H5Module {
    return this.requireOpen().module;
  }

  get id(): bigint {
    return this.requireOpen().id;
  }

  get fd(): number {
    return this.requireOpen().fd;
  }

  /** Asks HDF5's library about an object of this file. @throws CorruptError naming it; ClosedError */
  ask<T>(object: string, work: (module: H5Module, id: bigint) => T): T {
    return required(this.try(work), (problem) => this.corrupt(object, problem));
  }

  /** The same where a failure is an answer. @throws ClosedError */
  try<T>(work: (module: H5Module, id: bigint) => T): Outcome<T> {
    const { module, id } = this.requireOpen();
    return this.#call(module, () => work(module, id));
  }

  #call<T>(module: H5Module, work: () => T): Outcome<T> {
    return quietly(module, this.#isSealed ? () => sealed(module, this.path, work) : work);
  }

  /** What is wrong with an object of this file. */
  corrupt(object: string, problem: string): CorruptError {
    const { path } = this;
    return new CorruptError(`${path}: "${excerpt(object)}" cannot be read: ${problem}`, { path });
  }

  close(): void {
    if (this.#opened === undefined) return;
    forgotten.unregister(this);
    release(this.#opened);
    this.#opened = undefined;
  }
}

function release({ module, id, files, fd }: Opened): void {
  quietly(module, () => module.close_file(id));
  files.close(fd);
}

function requireFile(path: string, files: Files): void {
  if (files.look(path)?.isFile() === true) return;
  const what = files.look(path)?.isDirectory() === true ? "a directory" : "no regular file";
  throw new FormatError(`${path}: this is ${what}, not an HDF5 file`, { path });
}

function requireSignature(fd: number, path: string, files: Files): void {
  const found = Buffer.alloc(SIGNATURE.length);
  const { size } = files.stat(fd, path);
  for (let at = 0; at < size && at < MAX_USER_BLOCK; at = at === 0 ? 512 : 2 * at) {
    const count = files.read(fd, found, at, path);
    if (count === SIGNATURE.length && found.equals(SIGNATURE)) return;
  }
  throw new FormatError(`${path}: this is no HDF5 file: the signature of the format is nowhere`, { path });
}

function openReading(module: H5Module, path: string): bigint {
  return module.open(path, module.H5F_ACC_RDONLY, false, -1, -1);
}

/** The file that the library opened. @throws LockedError, CorruptError */
function openFile(path: string, { value, problem }: Outcome<bigint>): bigint {
  if (value !== undefined && value >= 0n) return value;
  const why = problem ?? "HDF5 does not say why";
  if (/already open for (write|swmr)|unable to lock/i.test(why)) {
    throw new LockedError(`${path}: the HDF5 file is open for writing, or was when its writer died: ${why}`, {
      path,
    });
  }
  throw new CorruptError(`${path}: HDF5 cannot open the file: ${why}`, { path });
}
