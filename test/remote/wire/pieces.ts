import { encodeValue } from "../../../src/remote/wire/index.js";

/** The bytes in pieces of the given lengths by turns, all in one without any, each in memory that the next one overwrites. */
export async function* pieces(bytes: Uint8Array, ...lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  const memory = new Uint8Array(Math.max(lengths.length === 0 ? bytes.length : 1, ...lengths));
  for (let at = 0, k = 0; at < bytes.length; k++) {
    const piece = bytes.subarray(at, at + (lengths[k % lengths.length] ?? bytes.length));
    memory.fill(0xff);
    memory.set(piece);
    yield memory.subarray(0, piece.length);
    at += piece.length;
  }
}

/** An encoded array of these keys, also of such as no server should send. */
export function encodedKeys(keys: Readonly<Record<string, unknown>>): Uint8Array {
  return encodeValue({ nd: true, type: "<i4", kind: "", shape: [3], nbytes: 12, ...keys });
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function unhex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}
