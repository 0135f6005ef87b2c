import type { pack } from "tar-stream";
import { partner } from "../../frame/partner.js";

/** All that a tar says of a file. */
export interface TarSubject {
  /** With slashes, none before it. */
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Blocks that a tar consists of. */
export const BLOCK = 512;

/** A size that its field of octal digits no longer holds. */
const BIG = 2 ** 33;
/** The last second that the encoder writes. */
const LAST_SECOND = 2 ** 31 - 1;
/** A name that fits the field of the plain header. */
const PLAIN_NAME = /^[\x20-\x7e]{1,100}$/;

/** Encodes the headers of files: one block, or more where the name or the size does not fit into one. */
export class TarHeaders {
  readonly #pack: typeof pack;

  /** @throws UnsupportedError where tar-stream is not installed */
  static async load(): Promise<TarHeaders> {
    const { pack } = await partner("tar-stream", "memmap-table/server", () => import("tar-stream"));
    return new TarHeaders(pack);
  }

  private constructor(packing: typeof pack) {
    this.#pack = packing;
  }

  /** Bytes of a header. */
  async lengthOf(subject: TarSubject): Promise<number> {
    if (PLAIN_NAME.test(subject.name) && subject.size < BIG) return BLOCK;
    return (await this.encode(subject)).length;
  }

  /** The header alone: the packer is given the entry, and dropped before it wants its bytes. */
  async encode({ name, size, mtimeMs }: TarSubject): Promise<Uint8Array> {
    const packing = this.#pack();
    const seconds = Math.min(Math.max(0, Math.floor(mtimeMs / 1000)), LAST_SECOND);
    const pax = size < BIG ? {} : { pax: { size: String(size) } };
    const sink = packing.entry({ name, size, mtime: new Date(1000 * seconds), mode: 0o644, ...pax });
    // It misses the bytes.
    sink.on("error", () => undefined);
    packing.on("error", () => undefined);
    try {
      await new Promise<void>((resolve) => packing.once("readable", () => resolve()));
      const parts: Uint8Array[] = [];
      for (let part = packing.read(); part !== null; part = packing.read()) parts.push(part as Uint8Array);
      return Buffer.concat(parts);
    } finally {
      packing.destroy();
    }
  }
}
