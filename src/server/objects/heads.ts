/** The bytes before the first of as many keys of a map. */
export function mapHead(keys: number): Uint8Array {
  if (keys < 16) return Uint8Array.of(0x80 | keys);
  const isShort = keys < 2 ** 16;
  const bytes = Buffer.alloc(isShort ? 3 : 5, isShort ? 0xde : 0xdf);
  bytes.writeUIntBE(keys, 1, isShort ? 2 : 4);
  return bytes;
}

/** Null, which stands for what has to be asked for again. */
export const NIL = Uint8Array.of(0xc0);
