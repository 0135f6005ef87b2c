import type { Catalogue } from "../catalogue/index.js";
import { gathered, readPieces } from "./pieces.js";
import { BLOCK, type TarHeaders } from "./tar-header.js";
import type { PlacedMember, TarPlan } from "./tar-plan.js";
import { readUnchanged } from "./unchanged.js";

/** A tar that is made as it is read, from any byte to any other, with one file open at a time. */
export class Tar {
  readonly #catalogue: Catalogue;
  readonly #plan: TarPlan;
  readonly #headers: TarHeaders;

  constructor(catalogue: Catalogue, plan: TarPlan, headers: TarHeaders) {
    this.#catalogue = catalogue;
    this.#plan = plan;
    this.#headers = headers;
  }

  /** @throws StaleError where a file is no longer what it was when the tar was planned, CorruptError, DiskError */
  read(start: number, end: number): AsyncIterable<Uint8Array> {
    return gathered(this.#pieces(start, end));
  }

  async *#pieces(start: number, end: number): AsyncGenerator<Uint8Array> {
    const { members, length } = this.#plan;
    let at = start;
    for (let index = this.#indexAt(start); index < members.length && at < end; index += 1) {
      const member = members[index];
      if (member === undefined) break;
      const memberEnd = members[index + 1]?.offset ?? endOf(member);
      const stop = Math.min(end, memberEnd);
      if (at < stop) yield* this.#member(member, at - member.offset, stop - member.offset);
      at = Math.max(at, stop);
    }
    yield* zeros(Math.min(end, length) - at);
  }

  /** The last member that begins at or before a byte; the first where none does. */
  #indexAt(byte: number): number {
    const { members } = this.#plan;
    let [low, high] = [0, members.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((members[middle]?.offset ?? 0) <= byte) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Bytes of one member, from its header on. */
  async *#member(member: PlacedMember, start: number, end: number): AsyncGenerator<Uint8Array> {
    const { headerLength, size } = member;
    if (start < headerLength) {
      const header = await this.#headers.encode(member);
      yield header.subarray(start, end);
    }
    const from = Math.max(0, start - headerLength);
    const to = Math.min(size, end - headerLength);
    if (from < to) yield* this.#bytes(member, from, to);
    yield* zeros(end - Math.max(start, headerLength + size));
  }

  async *#bytes(member: PlacedMember, from: number, to: number): AsyncGenerator<Uint8Array> {
    const { realPath: path, size, mtimeMs, guard } = member;
    const { files } = this.#catalogue;
    const { fd } = this.#catalogue.openEntry(member);
    try {
      if (guard === undefined) {
        yield* readUnchanged({ fd, path, size, mtimeMs }, from, to, files);
        return;
      }
      // A file of a store may have been assigned to, and have grown for a change that is yet to come.
      guard.requireIntact();
      for await (const piece of readPieces({ fd, path }, from, to, files)) {
        guard.requireIntact();
        yield piece;
      }
    } finally {
      files.close(fd);
    }
  }
}

function endOf({ offset, headerLength, size }: PlacedMember): number {
  return offset + headerLength + Math.ceil(size / BLOCK) * BLOCK;
}

const ZEROS = new Uint8Array(BLOCK);

function* zeros(count: number): Generator<Uint8Array> {
  for (let left = count; left > 0; left -= BLOCK) yield ZEROS.subarray(0, left);
}
