import { codecOf, type DTypeLike, parseDType } from "../../src/dtype/index.js";

const MARGIN = 3;
const FILL = 0xa5;

/** The bytes, in hex, that a value becomes, stored where no typed array could; an error if anything else changes. */
export function encode(spec: DTypeLike, value: unknown): string {
  const dtype = parseDType(spec);
  const codec = codecOf(dtype);
  const problem = codec.problem(value);
  if (problem !== undefined) return problem;
  const buffer = new Uint8Array(8 + MARGIN + dtype.itemsize + MARGIN).fill(FILL);
  // A view that does not begin where its buffer does.
  const view = new DataView(buffer.buffer, 8);
  codec.write(view, MARGIN, value);
  const start = 8 + MARGIN;
  const around = [...buffer.subarray(0, start), ...buffer.subarray(start + dtype.itemsize)];
  if (around.some((byte) => byte !== FILL)) throw new Error(`bytes around ${dtype} were written`);
  return Buffer.from(buffer.subarray(start, start + dtype.itemsize)).toString("hex");
}

/** The element that lies in these bytes, read where no typed array could. */
export function decode(spec: DTypeLike, hex: string): unknown {
  const dtype = parseDType(spec);
  const bytes = Buffer.from(hex, "hex");
  if (bytes.length !== dtype.itemsize) throw new Error(`${bytes.length} bytes for ${dtype}`);
  const buffer = new Uint8Array(8 + MARGIN + dtype.itemsize + MARGIN).fill(FILL);
  buffer.set(bytes, 8 + MARGIN);
  return codecOf(dtype).read(new DataView(buffer.buffer, 8), MARGIN);
}

/** Why a value does not go into an element, or undefined. */
export function problemOf(spec: DTypeLike, value: unknown): string | undefined {
  return codecOf(parseDType(spec)).problem(value);
}
