import { ByteWriter, UNDEFINED_ADDRESS } from "./encode-bytes.js";

/** Where the chunks of a dataset are, in C order. */
export interface ChunkTable {
  readonly addresses: Float64Array;
  /** Bytes of each in the file. */
  readonly lengths: Uint32Array;
}

/** The chunks of a dataset: how many along each axis, the shape of each, and the bytes of an element. */
export interface ChunkGrid {
  readonly grid: readonly number[];
  readonly chunk: readonly number[];
  readonly itemsize: number;
}

/** What takes the nodes of an index. */
export interface NodeTarget {
  /** Room for so many bytes. @returns its address */
  allocate(length: number): number;
  write(bytes: Uint8Array, address: number): void;
}

/** Children of a node at most: as many as HDF5 takes them to have in files with this superblock. */
const FANOUT = 64;

/** The first element of a chunk. */
export function chunkOffset({ grid, chunk }: Pick<ChunkGrid, "grid" | "chunk">, index: number): number[] {
  const offset = new Array<number>(grid.length);
  let rest = index;
  for (let axis = grid.length - 1; axis >= 0; axis--) {
    const count = grid[axis] ?? 1;
    offset[axis] = (rest % count) * (chunk[axis] ?? 1);
    rest = Math.floor(rest / count);
  }
  return offset;
}

/**
 * Writes the B-tree, version 1, that finds the chunks of a dataset, level by level from its leaves.
 *
 * @param table at least one chunk
 * @returns the root's address
 */
export function writeChunkIndex(table: ChunkTable, grid: ChunkGrid, target: NodeTarget): number {
  const total = table.addresses.length;
  const nodeBytes = 24 + FANOUT * 8 + (FANOUT + 1) * (16 + 8 * grid.grid.length);
  /** Chunks below one child. */
  let span = 1;
  let addressOf = (child: number) => table.addresses[child] ?? 0;
  for (let level = 0, children = total; ; level++) {
    const count = Math.ceil(children / FANOUT);
    const base = target.allocate(count * nodeBytes);
    for (let node = 0; node < count; node++) {
      const writer = new ByteWriter(nodeBytes).bytes(Buffer.from("TREE"));
      const end = Math.min((node + 1) * FANOUT, children);
      writer.u8(1, level).u16(end - node * FANOUT);
      writer.u64(node === 0 ? UNDEFINED_ADDRESS : base + (node - 1) * nodeBytes);
      writer.u64(node === count - 1 ? UNDEFINED_ADDRESS : base + (node + 1) * nodeBytes);
      for (let child = node * FANOUT; child < end; child++) {
        writeKey(writer, table, grid, child * span);
        writer.u64(addressOf(child));
      }
      writeKey(writer, table, grid, end * span);
      target.write(writer.zeros(nodeBytes - writer.length).done(), base + node * nodeBytes);
    }
    if (count === 1) return base;
    addressOf = (child) => base + child * nodeBytes;
    children = count;
    span *= FANOUT;
  }
}

/** What tells the chunks before it from those after it; behind the last, a place beyond all. */
function writeKey(writer: ByteWriter, table: ChunkTable, grid: ChunkGrid, index: number): void {
  const isChunk = index < table.addresses.length;
  // No filter is left out of any chunk: the library forgets to say so no more where it writes such a chunk again.
  writer.u32(table.lengths[index] ?? 0).u32(0);
  const offset = chunkOffset(grid, isChunk ? index : table.addresses.length - 1);
  for (const [axis, at] of offset.entries()) writer.u64(isChunk ? at : at + (grid.chunk[axis] ?? 1));
  writer.u64(isChunk ? 0 : grid.itemsize);
}
