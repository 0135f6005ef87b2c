import { hash } from "node:crypto";
import type { BlockStatistics } from "../../array/index.js";
import { parseDType } from "../../dtype/index.js";
import { bootId, type FileStamp } from "../../platform/index.js";

/** What a column's file was when its blocks were read, and what was found in them. */
export interface SideFile {
  /** The file's stamp, from before it was read until after. */
  readonly stamp: FileStamp;
  /** The run of the system in which that was. */
  readonly boot: string;
  /** Bytes of the file before the data. */
  readonly dataOffset: number;
  readonly rows: number;
  readonly statistics: BlockStatistics;
}

/*
 * A magic string of 8 bytes, SHA-256 of all that follows; then 8 bytes each, in this machine's byte order as it never leaves this
 * machine: five integers of the stamp and four numbers; two texts padded with NUL; then least, greatest, and missing of each block.
 */
const MAGIC = Buffer.from("mmstats1", "latin1");
const SUM = 8;
const NUMBERS = 40;
const BOOT = 112;
const DTYPE = 152;
const TEXT = 40;
const BLOCKS = 192;

/** The longest that is read: of four billion rows, some hundred thousand blocks. */
export const MAX_SIDE_FILE = 64 * 2 ** 20;

/** A side file's bytes; undefined where there are more blocks, or the dtype has a longer name, than it has room for. */
export function formatSideFile({
  stamp,
  boot,
  dataOffset,
  rows,
  statistics,
}: SideFile): Uint8Array | undefined {
  const { dtype, length, blockLength, least, greatest, missing } = statistics;
  const bytes = Buffer.alloc(BLOCKS + 3 * missing.byteLength);
  if (bytes.length > MAX_SIDE_FILE || dtype.str.length > TEXT || boot.length > TEXT) return undefined;
  const { dev, ino, size, mtimeNs, ctimeNs } = stamp;
  integersOf(bytes).set([dev, ino, size, mtimeNs, ctimeNs].map((each) => BigInt.asIntN(64, each)));
  numbersOf(bytes).set([dataOffset, rows, length, blockLength]);
  bytes.write(boot, BOOT, "latin1");
  bytes.write(dtype.str, DTYPE, "latin1");
  [least, greatest, missing].forEach(({ buffer, byteOffset, byteLength }, i) => {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), BLOCKS + i * missing.byteLength);
  });
  bytes.set(MAGIC);
  bytes.set(sumOf(bytes), SUM);
  return bytes;
}

/** Reads a side file; undefined for what is none, or is damaged. @param bytes the whole file, in memory of its own */
export function parseSideFile(bytes: Uint8Array): SideFile | undefined {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (whole.length < BLOCKS || bytes.byteOffset % 8 > 0 || !whole.subarray(0, SUM).equals(MAGIC))
    return undefined;
  if (!sumOf(whole).equals(whole.subarray(SUM, NUMBERS))) return undefined;
  const [dev = 0n, ino = 0n, size = 0n, mtimeNs = 0n, ctimeNs = 0n] = integersOf(whole);
  const [dataOffset = 0, rows = 0, length = 0, blockLength = 0] = numbersOf(whole);
  const dtype = parseDType(textAt(whole, DTYPE));
  const count = (whole.length - BLOCKS) / 24;
  const Values =
    dtype.itemsize < 8 || dtype.kind === "f"
      ? Float64Array
      : dtype.kind === "u"
        ? BigUint64Array
        : BigInt64Array;
  const block = <T>(Kind: new (buffer: ArrayBufferLike, at: number, length: number) => T, i: number) =>
    new Kind(whole.buffer, whole.byteOffset + BLOCKS + 8 * i * count, count);
  return {
    stamp: { dev: BigInt.asUintN(64, dev), ino: BigInt.asUintN(64, ino), size, mtimeNs, ctimeNs },
    boot: textAt(whole, BOOT),
    dataOffset,
    rows,
    statistics: {
      dtype,
      length,
      blockLength,
      least: block<Float64Array | BigInt64Array | BigUint64Array>(Values, 0),
      greatest: block<Float64Array | BigInt64Array | BigUint64Array>(Values, 1),
      missing: block(Float64Array, 2),
    },
  };
}

function integersOf({ buffer, byteOffset }: Buffer): BigInt64Array {
  return new BigInt64Array(buffer, byteOffset + NUMBERS, 5);
}

function numbersOf({ buffer, byteOffset }: Buffer): Float64Array {
  return new Float64Array(buffer, byteOffset + NUMBERS + 40, 4);
}

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString("latin1", at, at + TEXT).replace(/\0+$/, "");
}

function sumOf(bytes: Buffer): Buffer {
  return hash("sha256", bytes.subarray(NUMBERS), "buffer");
}

/** Whether a file's blocks were read in this run of the system: after a loss of power, bytes may be newer than their stamp. */
export function isOfThisBoot({ boot }: SideFile): boolean {
  return boot !== "" && boot === bootId();
}
