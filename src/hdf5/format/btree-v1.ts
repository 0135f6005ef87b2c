import type { ByteReader } from "./byte-reader.js";
import { comparePositions } from "./chunk-grid.js";
import type { ChunkIndex, ChunkVisitor, IndexedChunks } from "./chunk-index.js";

/** More levels than any tree of 2^53 chunks has. */
const MOST_LEVELS = 32;

/** Children of a node, unless the file was made with another number. */
const USUAL_CHILDREN = 64;

/** A node of the tree, parsed. */
interface Node {
  readonly level: number;
  readonly count: number;
  /** Positions in the grid, axis by axis: one for each child and one beyond the last. */
  readonly keys: Float64Array;
  readonly children: Float64Array;
  /** Of leaves: bytes of the chunk, and the filters that it is without. */
  readonly sizes: Uint32Array;
  readonly masks: Uint32Array;
}

/** The index of all files before HDF5 1.10, and of most since: a tree of chunks by where they are in the dataset. */
export class BTreeIndex implements ChunkIndex {
  readonly #chunks: IndexedChunks;
  readonly #rank: number;
  readonly #nodes = new Map<number, Node>();

  constructor(chunks: IndexedChunks) {
    this.#chunks = chunks;
    this.#rank = chunks.grid.counts.length;
  }

  /** @throws CorruptError where the tree is none */
  visit(from: number, to: number, visitor: ChunkVisitor): void {
    if (from >= to) return;
    const { grid, address } = this.#chunks;
    const first = grid.positionOf(from);
    const last = grid.positionOf(to - 1);
    const root = this.#node(address, undefined);
    // In a tree each node on the way has a chunk in the range, or is the one where it begins.
    let left = (to - from + 2) * (root.level + 1);
    const walk = (node: Node): void => {
      left -= 1;
      if (left < 0) throw this.#reader(address, 0).corrupt("is no tree");
      for (let child = this.#begin(node, first); child < node.count; child++) {
        if (comparePositions(node.keys, child, last) > 0) return;
        const there = node.children[child] ?? 0;
        if (node.level > 0) walk(this.#node(there, node.level - 1));
        else this.#put(node, child, from, to, visitor);
      }
    };
    walk(root);
  }

  #put(node: Node, child: number, from: number, to: number, visitor: ChunkVisitor): void {
    const { grid, file } = this.#chunks;
    const position = node.keys.subarray(child * this.#rank, (child + 1) * this.#rank);
    const number = grid.numberOf([...position]);
    // A chunk that is left over from before the dataset shrank is none.
    if (number === undefined || number < from || number >= to) return;
    const [offset, size, mask] = [node.children[child], node.sizes[child], node.masks[child]];
    visitor(number, file.base + (offset ?? 0), size ?? 0, mask ?? 0);
  }

  /** The last child that begins at a position or before it; the first where none does. */
  #begin(node: Node, position: readonly number[]): number {
    let low = 0;
    let high = node.count;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (comparePositions(node.keys, middle, position) <= 0) low = middle;
      else high = middle;
    }
    return low;
  }

  /** @param level of the node, where it is known */
  #node(address: number, level: number | undefined): Node {
    const known = this.#nodes.get(address);
    const node = known ?? this.#parse(address);
    if (level !== undefined && node.level !== level) {
      throw this.#reader(address, 0).corrupt(`is at level ${node.level}, where level ${level} should be`);
    }
    if (known === undefined) this.#nodes.set(address, node);
    return node;
  }

  #reader(address: number, length: number): ByteReader {
    return this.#chunks.file.read(address, length, "the node of a chunk tree");
  }

  #parse(address: number): Node {
    const { file } = this.#chunks;
    const head = 8 + 2 * file.offsetSize;
    const keyBytes = 8 + 8 * (this.#rank + 1);
    const each = keyBytes + file.offsetSize;
    const room = Math.max(0, file.size - file.base - address);
    let reader = this.#reader(address, Math.min(room, head + USUAL_CHILDREN * each + keyBytes));
    reader.signature("TREE");
    if (reader.u8() !== 1) throw reader.corrupt("is not about chunks");
    const level = reader.u8();
    if (level > MOST_LEVELS) throw reader.corrupt(`claims ${level} levels`);
    const count = reader.u16();
    if (count > USUAL_CHILDREN) reader = this.#reader(address, head + count * each + keyBytes);
    reader.at = head;
    return this.#entries(reader, level, count);
  }

  #entries(reader: ByteReader, level: number, count: number): Node {
    const { file, grid } = this.#chunks;
    const keys = new Float64Array((count + 1) * this.#rank);
    const children = new Float64Array(count);
    const sizes = new Uint32Array(count);
    const masks = new Uint32Array(count);
    for (let child = 0; child <= count; child++) {
      const size = reader.u32();
      const mask = reader.u32();
      for (const [axis, edge] of grid.chunkShape.entries()) {
        const at = reader.optional(8) ?? Number.POSITIVE_INFINITY;
        // The key beyond the last child is a bound only.
        if (child < count && at % edge !== 0) throw reader.corrupt("has a chunk that is off the grid");
        keys[child * this.#rank + axis] = Math.floor(at / edge);
      }
      reader.skip(8);
      if (child === count) break;
      children[child] = reader.uint(file.offsetSize);
      sizes[child] = size;
      masks[child] = mask;
    }
    return { level, count, keys, children, sizes, masks };
  }
}
