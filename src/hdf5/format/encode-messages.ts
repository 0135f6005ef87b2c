import { ByteWriter, UNDEFINED_ADDRESS } from "./encode-bytes.js";

/** The kinds of messages that object headers are written with. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillValue: 0x05,
  link: 0x06,
  layout: 0x08,
  groupInfo: 0x0a,
  filters: 0x0b,
  attribute: 0x0c,
  attributeInfo: 0x15,
} as const;

/** Bytes of one message at most. */
export const MAX_MESSAGE = 65_535;

/** A part of an object header. */
export interface Message {
  readonly kind: (typeof MESSAGE)[keyof typeof MESSAGE];
  readonly bytes: Uint8Array;
  /** Whether it never changes. */
  readonly isConstant?: boolean;
  /** Its place among the attributes, counted from 0. */
  readonly order?: number;
}

const SCALAR = 0;
const SIMPLE = 1;
const NULL = 2;

/** The axes of a dataset or attribute; null for one without a value. */
export function encodeDataspace(shape: readonly number[] | null): Uint8Array {
  const type = shape === null ? NULL : shape.length === 0 ? SCALAR : SIMPLE;
  const writer = new ByteWriter().u8(2, shape?.length ?? 0, 0, type);
  for (const axis of shape ?? []) writer.u64(axis);
  return writer.done();
}

/** Zeros fill what was never written. */
export function encodeFillValue(isChunked: boolean): Uint8Array {
  // Written if one is set; space is taken chunk by chunk, or late.
  return Uint8Array.of(3, 0x08 | (isChunked ? 3 : 2));
}

/** Elements one behind the other. @param address undefined where there are none */
export function encodeContiguous(address: number | undefined, length: number): Uint8Array {
  return new ByteWriter()
    .u8(3, 1)
    .u64(address ?? UNDEFINED_ADDRESS)
    .u64(length)
    .done();
}

/** Elements in chunks. @param index the address of the tree that finds them */
export function encodeChunked(index: number, chunk: readonly number[], itemsize: number): Uint8Array {
  const writer = new ByteWriter().u8(3, 2, chunk.length + 1).u64(index);
  for (const axis of [...chunk, itemsize]) writer.u32(axis);
  return writer.done();
}

/** What is done to the bytes of chunks, in the order of writing. */
export interface ChunkFilters {
  readonly shuffle: boolean;
  /** The level of deflate, 0 to 9; undefined without. */
  readonly gzip: number | undefined;
}

const DEFLATE = 1;
const SHUFFLE = 2;

/** The filters of chunks, each of which may have been left out for one. */
export function encodeFilters({ shuffle, gzip }: ChunkFilters, itemsize: number): Uint8Array {
  const filters: (readonly [id: number, value: number])[] = [];
  if (shuffle) filters.push([SHUFFLE, itemsize]);
  if (gzip !== undefined) filters.push([DEFLATE, gzip]);
  const writer = new ByteWriter().u8(2, filters.length);
  for (const [id, value] of filters) writer.u16(id).u16(1).u16(1).u32(value);
  return writer.done();
}

/** The value of an attribute: its type, its axes (null where there is no value), and its bytes. */
export interface EncodedAttribute {
  readonly name: string;
  readonly datatype: Uint8Array;
  readonly shape: readonly number[] | null;
  readonly data: Uint8Array;
}

/** An attribute. It may be longer than a message can be. */
export function encodeAttribute({ name, datatype, shape, data }: EncodedAttribute): Uint8Array {
  const dataspace = encodeDataspace(shape);
  const nameBytes = Buffer.byteLength(name) + 1;
  const writer = new ByteWriter(16 + nameBytes + datatype.length + dataspace.length + data.length);
  // The name is in UTF-8.
  writer.u8(3, 0).u16(nameBytes).u16(datatype.length).u16(dataspace.length).u8(1);
  return writer.text(name).bytes(datatype).bytes(dataspace).bytes(data).done();
}

/** Orders of creation are kept, and can be asked for. */
const ORDERED = 3;

/** What says that attributes are in the header itself. @param count how many there are */
export function encodeAttributeInfo(count: number): Uint8Array {
  const none = UNDEFINED_ADDRESS;
  return new ByteWriter().u8(0, ORDERED).u16(count).u64(none).u64(none).u64(none).done();
}

/** What says that links are in the header itself. @param count how many there are */
export function encodeLinkInfo(count: number): Uint8Array {
  const none = UNDEFINED_ADDRESS;
  return new ByteWriter().u8(0, ORDERED).u64(count).u64(none).u64(none).u64(none).done();
}

/** What a group is to be like when it grows: as usual. */
export function encodeGroupInfo(): Uint8Array {
  return Uint8Array.of(0, 0);
}

/** A link to an object header. @param order its place among the group's links, counted from 0 */
export function encodeLink(name: string, header: number, order: number): Uint8Array {
  const bytes = Buffer.from(name);
  const width = bytes.length < 2 ** 8 ? 0 : 1;
  // With the order of creation, and the character set: UTF-8.
  return new ByteWriter(24 + bytes.length)
    .u8(1, 0x14 | width)
    .u64(order)
    .u8(1)
    .unsigned(bytes.length, 1 << width)
    .bytes(bytes)
    .u64(header)
    .done();
}
