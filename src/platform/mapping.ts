import { checkPart, closedError, movedError } from "./checks.js";
import type { Advice, Mapping } from "./platform.js";

/** What every mapping does the same way: checks before native calls, and nothing where there is nothing to do. */
export abstract class FileMapping implements Mapping {
  readonly length: number;
  readonly shared: boolean;
  protected readonly path: string;

  constructor(length: number, shared: boolean, path: string) {
    this.length = length;
    this.shared = shared;
    this.path = path;
  }

  abstract get closed(): boolean;
  abstract close(reopen?: () => number | undefined): void;

  /** The buffer of an open mapping, whether its bytes are still in it or not. */
  protected abstract get open(): ArrayBuffer | undefined;
  /** Writes back [offset, offset + length); the offset is a page's start, the length not 0. */
  protected abstract write(offset: number, length: number): void;
  protected abstract writeAsync(): Promise<void>;
  /** Gives a hint on [offset, offset + length) as {@link write} gets them; its failure is nobody's concern. */
  protected abstract hint(advice: Advice, offset: number, length: number): void;
  protected abstract get pageSize(): number;

  get buffer(): ArrayBuffer {
    const buffer = this.open;
    if (buffer === undefined) throw closedError(this.path);
    if (buffer.byteLength === 0 && this.length > 0) throw movedError(this.path);
    return buffer;
  }

  sync(offset = 0, length?: number): void {
    const part = this.#pages(offset, length);
    if (this.shared && part.length > 0) this.write(part.offset, part.length);
  }

  async syncAsync(): Promise<void> {
    if (this.closed) throw closedError(this.path);
    if (this.shared) await this.writeAsync();
  }

  advise(advice: Advice, offset = 0, length?: number): void {
    const part = this.#pages(offset, length);
    if (part.length > 0) this.hint(advice, part.offset, part.length);
  }

  holds(offset: number): boolean {
    const part = this.#pages(offset, 1);
    return this.isThere(part.offset, part.length);
  }

  /** Whether all of [offset, offset + length), as {@link write} gets them, is in memory, or nothing is known of it. */
  protected isThere(_offset: number, _length: number): boolean {
    return true;
  }

  prefetch(offset: number, length: number): Promise<void> | undefined {
    const part = this.#pages(offset, length);
    return part.length > 0 ? this.fetch(part.offset, part.length) : undefined;
  }

  /** Reads [offset, offset + length), as {@link write} gets them, into memory; undefined where that was only asked for. */
  protected fetch(offset: number, length: number): Promise<void> | undefined {
    this.hint("willneed", offset, length);
    return undefined;
  }

  /** A part of the mapping, from the start of its first page. */
  #pages(offset: number, length: number | undefined): { offset: number; length: number } {
    if (this.closed) throw closedError(this.path);
    const part = checkPart(offset, length, this.length, this.path);
    const behind = part.length === 0 ? 0 : part.offset % this.pageSize;
    return { offset: part.offset - behind, length: part.length + behind };
  }
}

/** No system maps nothing: a mapping of length 0 is an empty ArrayBuffer. */
export class EmptyMapping extends FileMapping {
  #buffer: ArrayBuffer | undefined = new ArrayBuffer(0);

  constructor(shared: boolean, path: string) {
    super(0, shared, path);
  }

  get closed(): boolean {
    return this.#buffer === undefined;
  }

  close(): void {
    this.#buffer = undefined;
  }

  protected get open(): ArrayBuffer | undefined {
    return this.#buffer;
  }
  protected get pageSize(): number {
    return 1;
  }
  protected write(): void {}
  protected async writeAsync(): Promise<void> {}
  protected hint(): void {}
}
