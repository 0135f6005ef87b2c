import { setImmediate } from "node:timers/promises";
import * as zlib from "node:zlib";
import { partner } from "../../frame/partner.js";

/** How a body is compressed on its way. */
export type Encoding = "zstd" | "gzip";

/** Transforms of Node's that are written to and read from. */
interface Compressor {
  write(piece: Uint8Array, done: (error?: Error | null) => void): boolean;
  end(): void;
  on(event: "data", listener: (piece: Uint8Array) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  destroy(): unknown;
}

/** Newer versions of Node have it. */
const { createZstdCompress } = zlib as { createZstdCompress?: () => Compressor };

const LEVEL = 1;
/** Bytes of a frame that is made here. */
const FRAME = 2 ** 16;
/** The beginning of a body, by which it is judged whether compressing it is worth it. */
const SAMPLE = 2 ** 15;
/** It is where at least a tenth is saved. */
const WORTH = 0.9;

/** Whether bytes that begin so become smaller: numbers without a pattern do not, and cost a hundred times what sending them does. */
export function isWorthwhile(begin: Uint8Array | undefined): boolean {
  const sample = begin?.subarray(0, SAMPLE) ?? new Uint8Array(0);
  return zlib.gzipSync(sample, { level: LEVEL }).length < WORTH * sample.length;
}

/** Compresses pieces; a piece may be used again as soon as the next one is asked for. */
export function compress(pieces: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncIterable<Uint8Array> {
  if (encoding === "gzip")
    return through(pieces, () => zlib.createGzip({ level: LEVEL, chunkSize: 1 << 16 }));
  return createZstdCompress === undefined ? frames(pieces) : through(pieces, createZstdCompress);
}

async function* through(
  pieces: AsyncIterable<Uint8Array>,
  create: () => Compressor,
): AsyncGenerator<Uint8Array> {
  const compressor = create();
  const output = new Output(compressor);
  try {
    for await (const piece of pieces) {
      let isTaken = false;
      compressor.write(piece, () => {
        isTaken = true;
        output.wake();
      });
      yield* output.until(() => isTaken);
    }
    compressor.end();
    yield* output.until(() => output.isOver);
  } finally {
    compressor.destroy();
  }
}

/** What comes out of a compressor. */
class Output {
  isOver = false;
  readonly #ready: Uint8Array[] = [];
  #failure: Error | undefined;
  #waiting: (() => void) | undefined;

  constructor(compressor: Compressor) {
    compressor.on("data", (piece) => {
      this.#ready.push(piece);
      this.wake();
    });
    compressor.on("end", () => {
      this.isOver = true;
      this.wake();
    });
    compressor.on("error", (error) => {
      this.#failure = error;
      this.wake();
    });
  }

  wake(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }

  /** All that comes until something is so. */
  async *until(isSo: () => boolean): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const next = this.#ready.shift();
      if (next !== undefined) yield next;
      else if (isSo()) return;
      else
        await new Promise<void>((resolve) => {
          this.#waiting = resolve;
        });
    }
  }
}

/** Zstandard where Node has none: a frame for each piece, which are one stream to whoever reads them. */
async function* frames(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const { Zstd } = await partner(
    "@hpcc-js/wasm-zstd",
    "zstd on this version of Node",
    () => import("@hpcc-js/wasm-zstd"),
  );
  const zstd = await Zstd.load();
  for await (const piece of pieces) {
    // This thread does it, so others have their turns in between.
    for (let at = 0; at < piece.length; at += FRAME) {
      yield zstd.compress(piece.subarray(at, at + FRAME), LEVEL);
      await setImmediate();
    }
  }
}

/** Whether bodies can be compressed so on this version of Node. */
async function canZstd(): Promise<boolean> {
  if (createZstdCompress !== undefined) return true;
  return import("@hpcc-js/wasm-zstd").then(
    () => true,
    () => false,
  );
}

/** What a server can do. */
export interface Encodings {
  readonly names: readonly Encoding[];
  /** The one of them that a client likes best; undefined where it likes none of them. */
  choose(header: string): string | undefined;
}

/** How the body for a client is compressed: only where it asks for it by name. */
export function encodingFor(header: string | undefined, encodings: Encodings): Encoding | undefined {
  if (header === undefined || header === "" || encodings.names.length === 0) return undefined;
  return encodings.names.find((name) => name === encodings.choose(header));
}

/** @param isOn whether bodies are compressed at all */
export async function openEncodings(isOn: boolean): Promise<Encodings> {
  if (!isOn) return { names: [], choose: () => undefined };
  const names: Encoding[] = (await canZstd()) ? ["zstd", "gzip"] : ["gzip"];
  const { default: Negotiator } = await partner(
    "negotiator",
    "memmap-table/server",
    () => import("negotiator"),
  );
  const known = new Map<string, string | undefined>();
  return {
    names,
    choose: (header) => {
      if (known.has(header)) return known.get(header);
      const headers = { "accept-encoding": header };
      // A star means what is not named, which may be the body as it is.
      const chosen = new Negotiator({ headers }).encoding([...names, "identity"]);
      const isNamed = chosen !== undefined && header.toLowerCase().includes(chosen);
      if (known.size >= 256) known.clear();
      known.set(header, isNamed ? chosen : undefined);
      return known.get(header);
    },
  };
}
