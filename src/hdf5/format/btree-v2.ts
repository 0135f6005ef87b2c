import type { ByteReader } from "./byte-reader.js";
import { comparePositions } from "./chunk-grid.js";
import type { ChunkIndex, ChunkVisitor, IndexedChunks } from "./chunk-index.js";
import { Kept } from "./chunk-slots.js";

/** Kinds of records: of chunks without filters, of chunks with filters. */
const UNFILTERED = 10;
const FILTERED = 11;

/** More levels than any tree has. */
const MOST_LEVELS = 32;

/** Bytes of a node beside its records and children. */
const NODE_OVERHEAD = 10;

interface Head {
  readonly isFiltered: boolean;
  readonly recordBytes: number;
  /** Bytes that count the records of a node, and those of all nodes below one, by level. */
  readonly countBytes: number;
  readonly allBytes: readonly number[];
  readonly root: Child | undefined;
  readonly depth: number;
}

interface Child {
  readonly address: number;
  /** Records in the node. */
  readonly count: number;
}

interface Node {
  readonly count: number;
  /** Positions in the grid, axis by axis. */
  readonly keys: Float64Array;
  readonly offsets: Float64Array;
  readonly sizes: Float64Array;
  readonly masks: Float64Array;
  /** One more than there are records; none in leaves. */
  readonly children: readonly Child[];
}

/** The index of datasets that grow without bound along several axes: a tree whose inner nodes have chunks, too. */
export class BTree2Index implements ChunkIndex {
  readonly #chunks: IndexedChunks;
  readonly #rank: number;
  readonly #nodes = new Kept<Node>();
  #head: Head | undefined;

  constructor(chunks: IndexedChunks) {
    this.#chunks = chunks;
    this.#rank = chunks.grid.counts.length;
  }

  /** @throws CorruptError where the tree is none */
  visit(from: number, to: number, visitor: ChunkVisitor): void {
    if (from >= to) return;
    const head = (this.#head ??= this.#readHead());
    if (head.root === undefined) return;
    const { grid, file } = this.#chunks;
    const first = grid.positionOf(from);
    const last = grid.positionOf(to - 1);
    // In a tree each node on the way has a chunk in the range, or is at one of its ends.
    let left = (to - from + 2) * (head.depth + 1) * 2;
    const walk = (child: Child, level: number): void => {
      left -= 1;
      if (left < 0) throw file.read(child.address, 0, "the node of a chunk tree").corrupt("is in no tree");
      const node = this.#node(child, level, head);
      for (let index = 0; index <= node.count; index++) {
        const isLast = index === node.count;
        const next = node.children[index];
        if (next !== undefined && (isLast || comparePositions(node.keys, index, first) > 0))
          walk(next, level - 1);
        if (isLast || comparePositions(node.keys, index, last) > 0) return;
        this.#put(node, index, from, to, visitor);
      }
    };
    walk(head.root, head.depth);
  }

  #put(node: Node, index: number, from: number, to: number, visitor: ChunkVisitor): void {
    const position = node.keys.subarray(index * this.#rank, (index + 1) * this.#rank);
    const number = this.#chunks.grid.numberOf([...position]);
    if (number === undefined || number < from || number >= to) return;
    visitor(number, node.offsets[index] ?? 0, node.sizes[index] ?? 0, node.masks[index] ?? 0);
  }

  #readHead(): Head {
    const { file, address } = this.#chunks;
    const length = 16 + file.offsetSize + 2 + file.lengthSize + 4;
    const reader = file.readChecked(address, length, "the index of chunks");
    reader.signature("BTHD");
    const version = reader.u8();
    const type = reader.u8();
    const nodeBytes = reader.u32();
    const recordBytes = reader.u16();
    const depth = reader.u16();
    reader.skip(2);
    const root = reader.optional(file.offsetSize);
    const count = reader.u16();
    const isFiltered = type === FILTERED;
    const sizeBytes = recordBytes - file.offsetSize - 8 * this.#rank - 4;
    const isRight = isFiltered ? sizeBytes >= 1 && sizeBytes <= 8 : type === UNFILTERED && sizeBytes === -4;
    if (version !== 0 || !isRight || depth > MOST_LEVELS) throw reader.corrupt("is of no known kind");
    const counted = countSizes(nodeBytes, recordBytes, file.offsetSize, depth);
    return {
      isFiltered,
      recordBytes,
      ...counted,
      root: root === undefined ? undefined : { address: root, count },
      depth,
    };
  }

  #node({ address, count }: Child, level: number, head: Head): Node {
    return this.#nodes.get(address, () => {
      const { file } = this.#chunks;
      const allBytes = level > 1 ? (head.allBytes[level - 1] ?? 0) : 0;
      const childBytes = file.offsetSize + head.countBytes + allBytes;
      const length = 6 + count * head.recordBytes + (level > 0 ? (count + 1) * childBytes : 0) + 4;
      const reader = file.readChecked(address, length, "the node of a chunk tree");
      reader.signature(level > 0 ? "BTIN" : "BTLF");
      reader.skip(2);
      const records = this.#records(reader, count, head);
      const children: Child[] = [];
      while (level > 0 && children.length <= count) {
        children.push({ address: reader.uint(file.offsetSize), count: reader.uint(head.countBytes) });
        reader.skip(allBytes);
      }
      return { count, ...records, children };
    });
  }

  #records(
    reader: ByteReader,
    count: number,
    { isFiltered, recordBytes }: Head,
  ): Omit<Node, "count" | "children"> {
    const { file, chunkBytes } = this.#chunks;
    const keys = new Float64Array(count * this.#rank);
    const offsets = new Float64Array(count);
    const sizes = new Float64Array(count).fill(chunkBytes);
    const masks = new Float64Array(count);
    for (let index = 0; index < count; index++) {
      offsets[index] = file.base + reader.uint(file.offsetSize);
      if (isFiltered) {
        sizes[index] = reader.uint(recordBytes - file.offsetSize - 8 * this.#rank - 4);
        masks[index] = reader.u32();
      }
      for (let axis = 0; axis < this.#rank; axis++) keys[index * this.#rank + axis] = reader.uint(8);
    }
    return { keys, offsets, sizes, masks };
  }
}

/** How many bytes numbers of records take, which follows from how many a node can have. */
function countSizes(
  nodeBytes: number,
  recordBytes: number,
  offsetSize: number,
  depth: number,
): Pick<Head, "countBytes" | "allBytes"> {
  const inLeaf = Math.floor((nodeBytes - NODE_OVERHEAD) / recordBytes);
  const countBytes = bytesFor(inLeaf);
  const allBytes = [0];
  let all = inLeaf;
  for (let level = 1; level <= depth; level++) {
    const child = offsetSize + countBytes + (allBytes[level - 1] ?? 0);
    const held = Math.floor((nodeBytes - NODE_OVERHEAD - child) / (recordBytes + child));
    all = (held + 1) * all + held;
    allBytes.push(bytesFor(all));
  }
  return { countBytes, allBytes };
}

/** Bytes that numbers up to `most` take. */
function bytesFor(most: number): number {
  return most < 1 ? 1 : Math.min(8, Math.floor(Math.log2(most) / 8) + 1);
}
