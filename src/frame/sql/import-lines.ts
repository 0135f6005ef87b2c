import { createReadStream } from "node:fs";
import type { Transform } from "node:stream";
import * as zlib from "node:zlib";
import { DiskError, FormatError, systemCode, UnsupportedError } from "../../errors.js";

/** A line of a file, and what ends it. */
export interface Line {
  readonly text: string;
  /** `"\n"`, `"\r\n"` or `"\r"`; nothing at the file's end. */
  readonly end: string;
}

const DECODERS: ReadonlyMap<string, string> = new Map([
  ["utf-16", "utf-16le"],
  ["latin-1", "latin1"],
]);

/**
 * The lines of a file, decompressed where its name says that it is compressed. What is not in the encoding is replaced.
 *
 * @throws UnsupportedError where this Node has no Zstandard
 */
export async function* linesOf(path: string, encoding: string): AsyncGenerator<Line> {
  const decoder = new TextDecoder(DECODERS.get(encoding) ?? "utf-8");
  let rest = "";
  for await (const block of blocksOf(path)) {
    const text = rest + decoder.decode(block, { stream: true });
    let start = 0;
    for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) {
      // What follows may belong to it.
      if (end === "\r" && index === text.length - 1) break;
      yield { text: text.slice(start, index), end };
      start = index + end.length;
    }
    rest = text.slice(start);
  }
  const last = rest + decoder.decode();
  if (last === "") return;
  yield last.endsWith("\r") ? { text: last.slice(0, -1), end: "\r" } : { text: last, end: "" };
}

async function* blocksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path);
  const decompress = decompressorFor(path);
  try {
    if (decompress !== undefined) {
      file.on("error", (error) => decompress.destroy(error));
      file.pipe(decompress);
    }
    yield* (decompress ?? file) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    const message = `${path}: ${cause instanceof Error ? cause.message : String(cause)}`;
    if (systemCode(cause)?.startsWith("E") === true) throw new DiskError(message, { path, cause });
    throw new FormatError(message, { path, cause });
  } finally {
    file.destroy();
    decompress?.destroy();
  }
}

function decompressorFor(path: string): Transform | undefined {
  if (/\.gz$/i.test(path)) return zlib.createGunzip();
  if (!/\.zst$/i.test(path)) return undefined;
  if ("createZstdDecompress" in zlib && typeof zlib.createZstdDecompress === "function") {
    return zlib.createZstdDecompress() as Transform;
  }
  throw new UnsupportedError(`${path}: CSV that Zstandard has compressed is read by Node 22.15 and later`, {
    path,
  });
}
