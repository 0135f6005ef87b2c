import { byteSwap } from "../../compute/index.js";
import { codecOf, type DType, sizeOf } from "../../dtype/index.js";

/**
 * Makes elements as they are in a file into those that are sent, in place: swapped, and records without their padding.
 *
 * @param bytes whole elements, without gaps between them
 * @param from their dtype in the file
 * @param to the dtype that `wireElement` gave for it
 * @returns the bytes to send: the beginning of `bytes`
 */
export function transcode(bytes: Uint8Array, from: DType, to: DType): Uint8Array {
  if (from.fields !== undefined) return pack(bytes, from, to.itemsize);
  if (from.byteorder !== to.byteorder) byteSwap(bytes, from.itemsize, from.alignment);
  return bytes;
}

/** Moves what is no padding to the front of each record, and the records together. */
function pack(bytes: Uint8Array, from: DType, itemsize: number): Uint8Array {
  const pieces = from.itemsize === itemsize ? [] : piecesOf(from);
  if (pieces.length === 0) return bytes;
  let end = 0;
  for (let record = 0; record < bytes.length; record += from.itemsize) {
    for (const { offset, length } of pieces) {
      bytes.copyWithin(end, record + offset, record + offset + length);
      end += length;
    }
  }
  return bytes.subarray(0, end);
}

interface Piece {
  readonly offset: number;
  length: number;
}

/** The bytes of a record that are no padding, neighbours joined. */
function piecesOf(dtype: DType): readonly Piece[] {
  const pieces: Piece[] = [];
  const add = (offset: number, length: number) => {
    const last = pieces.at(-1);
    if (last !== undefined && last.offset + last.length === offset) last.length += length;
    else if (length > 0) pieces.push({ offset, length });
  };
  const walk = ({ fields, itemsize }: DType, base: number) => {
    if (fields === undefined) add(base, itemsize);
    for (const { dtype: member, offset, shape } of fields ?? []) {
      const count = sizeOf(shape);
      if (isPacked(member)) add(base + offset, count * member.itemsize);
      else for (let k = 0; k < count; k++) walk(member, base + offset + k * member.itemsize);
    }
  };
  walk(dtype, 0);
  return pieces;
}

function isPacked({ fields, itemsize }: DType): boolean {
  if (fields === undefined) return true;
  const bytes = fields.reduce((sum, { dtype, shape }) => sum + sizeOf(shape) * dtype.itemsize, 0);
  return bytes === itemsize && fields.every(({ dtype }) => isPacked(dtype));
}

/**
 * The texts of `U` elements one after another, trailing NULs dropped: what is sent of them in the classic dialect.
 *
 * @throws CastError where code points are no characters
 */
export function textsOf(bytes: Uint8Array, dtype: DType): string[] {
  const { read } = codecOf(dtype);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / dtype.itemsize }, (_, k) =>
    String(read(view, k * dtype.itemsize)),
  );
}
