import type { ByteReader } from "./byte-reader.js";
import { type ChunkIndex, type ChunkVisitor, type IndexedChunks, slots } from "./chunk-index.js";
import { bitAt, Kept, readStart, type SlotFormat, slotFormat, visitSlot } from "./chunk-slots.js";

/** What the head of the array says. */
interface Head {
  readonly format: SlotFormat;
  readonly count: number;
  /** Slots of a page, where there are pages. */
  readonly perPage: number;
  /** Where the slots are; undefined before the first chunk is written. */
  readonly block: number | undefined;
}

/** The index of datasets that are bounded along each axis: an array of slots, in pages where there are many. */
export class FixedArrayIndex implements ChunkIndex {
  readonly #chunks: IndexedChunks;
  readonly #slotOf: (number: number) => number;
  readonly #parts = new Kept<ByteReader>();
  #head: Head | undefined;

  constructor(chunks: IndexedChunks) {
    this.#chunks = chunks;
    this.#slotOf = slots(chunks, undefined);
  }

  /** @throws CorruptError where the array is none */
  visit(from: number, to: number, visitor: ChunkVisitor): void {
    this.#head ??= this.#readHead();
    const { format, count, perPage, block } = this.#head;
    if (block === undefined) return;
    for (let number = from; number < to; number++) {
      const slot = this.#slotOf(number);
      if (slot >= count) throw this.#corrupt(`has ${count} slots, too few for chunk ${number}`);
      if (count <= perPage) {
        visitSlot(format, this.#whole(block, this.#head), slot, number, visitor);
        continue;
      }
      const page = Math.floor(slot / perPage);
      const reader = this.#page(block, page, this.#head);
      if (reader !== undefined) visitSlot(format, reader, slot % perPage, number, visitor);
    }
  }

  #corrupt(problem: string): Error {
    const { file, address } = this.#chunks;
    return file.read(address, 0, "the index of chunks").corrupt(problem);
  }

  #readHead(): Head {
    const { file, address } = this.#chunks;
    const length = 8 + file.lengthSize + file.offsetSize + 4;
    const reader = file.readChecked(address, length, "the index of chunks");
    const isFiltered = readStart(reader, "FAHD");
    const format = slotFormat(this.#chunks, reader.u8(), isFiltered, reader);
    const perPage = 2 ** reader.u8();
    const count = reader.uint(file.lengthSize);
    return { format, count, perPage, block: reader.optional(file.offsetSize) };
  }

  get #prefix(): number {
    return 6 + this.#chunks.file.offsetSize;
  }

  /** All slots, where there are no pages. */
  #whole(block: number, { format, count }: Head): ByteReader {
    return this.#parts.get(block, () => {
      const length = this.#prefix + count * format.size + 4;
      const reader = this.#chunks.file.readChecked(block, length, "the block of a chunk index");
      readStart(reader, "FADB");
      reader.skip(this.#chunks.file.offsetSize);
      return reader.part(count * format.size);
    });
  }

  /** The slots of a page; undefined where none of them was ever used. */
  #page(block: number, page: number, { format, count, perPage }: Head): ByteReader | undefined {
    const { file } = this.#chunks;
    const bitmap = Math.ceil(Math.ceil(count / perPage) / 8);
    const used = this.#parts.get(block, () => {
      const reader = file.readChecked(block, this.#prefix + bitmap + 4, "the block of a chunk index");
      readStart(reader, "FADB");
      reader.skip(file.offsetSize);
      return reader.part(bitmap);
    });
    if (!bitAt(used.bytes, page)) return undefined;
    const at = block + this.#prefix + bitmap + 4 + page * (perPage * format.size + 4);
    const held = Math.min(perPage, count - page * perPage);
    return this.#parts.get(at, () =>
      file.readChecked(at, held * format.size + 4, "the page of a chunk index"),
    );
  }
}
