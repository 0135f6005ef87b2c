import { RemoteError } from "../errors.js";
import type { Asked } from "./connection-errors.js";
import type { Answer } from "./connection-exchange.js";

/** The part of a file that is asked for. */
export interface DownloadRange {
  /** The first byte; 0 when left out. */
  readonly start?: number | undefined;
  /** The byte behind the last; to the end when left out. */
  readonly end?: number | undefined;
  /** Asks for the part only if the file is still this one, and else for the whole: an ETag, or a date of `Last-Modified`. */
  readonly ifRange?: string | undefined;
}

/** A download whose head has come. */
export interface Download {
  readonly body: ReadableStream<Uint8Array>;
  /** Bytes of the whole file, where the server says so. */
  readonly size: number | undefined;
  /** The place in the file that the body begins at: 0 where the server gives the whole although a part was asked for. */
  readonly offset: number;
  /** What names this version of the file in `ifRange`; undefined where the server gives nothing to tell versions by. */
  readonly validator: string | undefined;
  readonly etag: string | undefined;
  readonly status: number;
}

/** The headers that ask for a part. */
export function rangeHeaders({ start = 0, end, ifRange }: DownloadRange): { [name: string]: string } {
  if (start === 0 && end === undefined) return {};
  const range = `bytes=${start}-${end === undefined ? "" : end - 1}`;
  return ifRange === undefined ? { range } : { range, "if-range": ifRange };
}

/**
 * What the head of an answer says of the part that comes.
 *
 * @throws RemoteError for a part that does not say which it is
 */
export function downloadHead(answer: Answer, asked: Asked): Omit<Download, "body"> {
  const { status, etag } = answer;
  // Weak ones say that two versions mean the same, not that their bytes are equal.
  const isStrong = etag !== undefined && !etag.startsWith("W/");
  const validator = isStrong ? etag : (answer.headers.get("last-modified") ?? undefined);
  if (status !== 206) return { status, etag, validator, offset: 0, size: answer.length };
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers.get("content-range") ?? "");
  if (range === null) {
    throw new RemoteError(`${asked.url} gives a part, and does not say which`, { path: asked.url, status });
  }
  const size = range[2] === "*" ? undefined : Number(range[2]);
  return { status, etag, validator, offset: Number(range[1]), size };
}
