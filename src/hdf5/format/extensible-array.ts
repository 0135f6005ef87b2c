import type { ByteReader } from "./byte-reader.js";
import { type ChunkIndex, type ChunkVisitor, type IndexedChunks, slots } from "./chunk-index.js";
import { bitAt, Kept, readStart, type SlotFormat, slotFormat, visitSlot } from "./chunk-slots.js";

/** What the head of the array says. */
interface Head {
  readonly format: SlotFormat;
  /** Bytes of a number that says where a block begins, in slots. */
  readonly offsetBytes: number;
  /** Slots in the first block itself. */
  readonly inFirst: number;
  /** Slots of the smallest data block. */
  readonly smallest: number;
  /** Groups of data blocks that the first block points at, one block after another. */
  readonly direct: number;
  /** All groups that there may be. */
  readonly groups: number;
  /** Slots of a page, in data blocks that have more. */
  readonly perPage: number;
  /** Where the first block is; undefined before the first chunk is written. */
  readonly first: number | undefined;
}

interface First {
  readonly slots: ByteReader;
  /** Where data blocks are, then where groups are. */
  readonly blocks: readonly (number | undefined)[];
  readonly groups: readonly (number | undefined)[];
}

/** Data blocks that were made together, all of one size. */
interface Group {
  readonly pages: Uint8Array;
  readonly blocks: readonly (number | undefined)[];
}

/** Where a slot is: the group of data blocks, the block in it, the slot in that. */
interface Place {
  readonly group: number;
  readonly block: number;
  readonly slot: number;
  /** Data blocks of the group, and slots of each of them. */
  readonly blocks: number;
  readonly held: number;
}

/** The index of datasets that grow without bound along one axis: blocks of slots, which double in number and in size by turns. */
export class ExtensibleArrayIndex implements ChunkIndex {
  readonly #chunks: IndexedChunks;
  readonly #slotOf: (number: number) => number;
  readonly #firsts = new Kept<First>();
  readonly #groups = new Kept<Group>();
  readonly #parts = new Kept<ByteReader>();
  #head: Head | undefined;

  constructor(chunks: IndexedChunks) {
    this.#chunks = chunks;
    this.#slotOf = slots(chunks, chunks.most.indexOf(Number.POSITIVE_INFINITY));
  }

  /** @throws CorruptError where the array is none */
  visit(from: number, to: number, visitor: ChunkVisitor): void {
    const head = (this.#head ??= this.#readHead());
    if (head.first === undefined) return;
    const first = this.#readFirst(head.first, head);
    for (let number = from; number < to; number++) {
      const slot = this.#slotOf(number);
      if (!Number.isSafeInteger(slot))
        throw first.slots.corrupt("is of a dataset that grows along several axes");
      if (slot < head.inFirst) {
        visitSlot(head.format, first.slots, slot, number, visitor);
        continue;
      }
      const place = placeOf(slot, head);
      const found = this.#find(first, place, head);
      if (found !== undefined) visitSlot(head.format, found.slots, found.slot, number, visitor);
    }
  }

  #readHead(): Head {
    const { file, address } = this.#chunks;
    const length = 12 + 6 * file.lengthSize + file.offsetSize + 4;
    const reader = file.readChecked(address, length, "the index of chunks");
    const isFiltered = readStart(reader, "EAHD");
    const format = slotFormat(this.#chunks, reader.u8(), isFiltered, reader);
    const bits = reader.u8();
    const inFirst = reader.u8();
    const smallest = reader.u8();
    const pointers = reader.u8();
    const perPage = 2 ** reader.u8();
    if (bits > 64 || !isPower(smallest) || !isPower(pointers))
      throw reader.corrupt("claims blocks that cannot be");
    reader.skip(6 * file.lengthSize);
    return {
      format,
      offsetBytes: Math.ceil(bits / 8),
      inFirst,
      smallest,
      direct: 2 * Math.log2(pointers),
      groups: 1 + bits - Math.log2(smallest),
      perPage,
      first: reader.optional(file.offsetSize),
    };
  }

  #readFirst(address: number, { format, inFirst, direct, groups }: Head): First {
    return this.#firsts.get(address, () => {
      const { file } = this.#chunks;
      const blocks = 2 * (2 ** (direct / 2) - 1);
      const others = Math.max(0, groups - direct);
      const length = 6 + file.offsetSize + inFirst * format.size + (blocks + others) * file.offsetSize + 4;
      const reader = file.readChecked(address, length, "the first block of a chunk index");
      readStart(reader, "EAIB");
      reader.skip(file.offsetSize);
      return {
        slots: reader.part(inFirst * format.size),
        blocks: this.#addresses(reader, blocks),
        groups: this.#addresses(reader, others),
      };
    });
  }

  #addresses(reader: ByteReader, count: number): (number | undefined)[] {
    return Array.from({ length: count }, () => reader.optional(this.#chunks.file.offsetSize));
  }

  /** The slots that a place is among; undefined where none of them was ever used. */
  #find(
    first: First,
    place: Place,
    head: Head,
  ): { readonly slots: ByteReader; readonly slot: number } | undefined {
    const { group, block, slot, held } = place;
    if (group < head.direct) {
      const address = first.blocks[blocksBefore(group) + block];
      return address === undefined ? undefined : { slots: this.#dataBlock(address, held, head), slot };
    }
    const there = first.groups[group - head.direct];
    if (there === undefined) return undefined;
    const { pages, blocks } = this.#readGroup(there, place, head);
    const address = blocks[block];
    if (address === undefined) return undefined;
    if (held <= head.perPage) return { slots: this.#dataBlock(address, held, head), slot };
    const page = Math.floor(slot / head.perPage);
    if (!bitAt(pages, block * (held / head.perPage) + page)) return undefined;
    return { slots: this.#page(address, page, head), slot: slot % head.perPage };
  }

  #readGroup(address: number, { blocks, held }: Place, head: Head): Group {
    return this.#groups.get(address, () => {
      const bitmap = held > head.perPage ? blocks * pageBytes(held, head) : 0;
      const length = this.#prefix(head) + bitmap + blocks * this.#chunks.file.offsetSize + 4;
      const reader = this.#chunks.file.readChecked(address, length, "the block of a chunk index");
      readStart(reader, "EASB");
      reader.at = this.#prefix(head);
      return { pages: reader.take(bitmap), blocks: this.#addresses(reader, blocks) };
    });
  }

  #prefix({ offsetBytes }: Head): number {
    return 6 + this.#chunks.file.offsetSize + offsetBytes;
  }

  #dataBlock(address: number, held: number, head: Head): ByteReader {
    return this.#parts.get(address, () => {
      const length = this.#prefix(head) + held * head.format.size + 4;
      const reader = this.#chunks.file.readChecked(address, length, "the block of a chunk index");
      readStart(reader, "EADB");
      reader.at = this.#prefix(head);
      return reader.part(held * head.format.size);
    });
  }

  #page(block: number, page: number, head: Head): ByteReader {
    const length = head.perPage * head.format.size + 4;
    const address = block + this.#prefix(head) + 4 + page * length;
    return this.#parts.get(address, () =>
      this.#chunks.file.readChecked(address, length, "the page of a chunk index"),
    );
  }
}

function isPower(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}

/** Group n has 2^⌊n/2⌋ blocks, of 2^⌈n/2⌉ times as many slots as the smallest. */
function placeOf(slot: number, { inFirst, smallest }: Head): Place {
  const after = slot - inFirst;
  const group = Math.floor(Math.log2(Math.floor(after / smallest) + 1));
  const held = 2 ** Math.ceil(group / 2) * smallest;
  const within = after - (2 ** group - 1) * smallest;
  return {
    group,
    block: Math.floor(within / held),
    slot: within % held,
    blocks: 2 ** Math.floor(group / 2),
    held,
  };
}

/** Blocks of all groups before one. */
function blocksBefore(group: number): number {
  let blocks = 0;
  for (let each = 0; each < group; each++) blocks += 2 ** Math.floor(each / 2);
  return blocks;
}

/** Bytes that say which pages of a data block were used; their bits are counted over all blocks of a group. */
function pageBytes(held: number, { perPage }: Head): number {
  return Math.ceil(held / perPage / 8);
}
