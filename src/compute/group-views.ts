/** Memory as typed arrays over all of it; addresses are multiples of what they are of. */
export interface Views {
  readonly u1: Uint8Array;
  readonly u4: Uint32Array;
  readonly i4: Int32Array;
  readonly f8: Float64Array;
  readonly i8: BigInt64Array;
}

/** Bytes that addresses are of, which may move to other memory between two calls. */
export interface PlainMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Typed arrays over the memory as it is when they are asked for. */
export function viewsOver(memory: PlainMemory): () => Views {
  let known: Views | undefined;
  return () => {
    const { buffer } = memory.bytes;
    if (known?.u1.buffer === buffer) return known;
    known = {
      u1: new Uint8Array(buffer),
      u4: new Uint32Array(buffer),
      i4: new Int32Array(buffer),
      f8: new Float64Array(buffer),
      i8: new BigInt64Array(buffer),
    };
    return known;
  };
}
