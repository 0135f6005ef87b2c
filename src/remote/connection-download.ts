import { CorruptError, IndexError, RemoteError, StaleError } from "../errors.js";
import { type Asked, oddBody } from "./connection-errors.js";
import type { Answer } from "./connection-exchange.js";
import type { Patience } from "./connection-patience.js";
import type { Transfer } from "./progress.js";
import { retryDelay, Setback } from "./retry.js";

/** The part of a file that is asked for. */
export interface DownloadRange {
  /** The first byte; 0 when left out. */
  readonly start?: number | undefined;
  /** The byte behind the last; to the end when left out. */
  readonly end?: number | undefined;
  /** Asks for the part only if the file is still this version, and else for the whole: a {@link DownloadHead.validator}. */
  readonly ifRange?: string | undefined;
}

/** What the head of an answer says of the file. */
export interface DownloadHead {
  /** Bytes of the whole file, where the server says so. */
  readonly size: number | undefined;
  /** The place in the file that the answer begins at: 0 where the server gives the whole although a part was asked for. */
  readonly offset: number;
  /** What names this version of the file in `ifRange`; undefined where the server gives nothing to tell versions by. */
  readonly validator: string | undefined;
  readonly etag: string | undefined;
  readonly status: number;
}

/** An answer, and what its head says. */
export interface Part {
  readonly answer: Answer;
  readonly head: DownloadHead;
}

/** @throws IndexError for places that no file has */
export function checkRange({ start = 0, end }: DownloadRange): void {
  const isPlace = (place: number): boolean => Number.isSafeInteger(place) && place >= 0;
  if (isPlace(start) && (end === undefined || (isPlace(end) && end >= start))) return;
  throw new IndexError(
    `a part of a file begins and ends at whole bytes from 0 on, not at ${start} and ${end}`,
  );
}

/** The headers that ask for a part. Of a part without bytes, which no header can say, one byte is asked for. */
export function rangeHeaders({ start = 0, end, ifRange }: DownloadRange): { [name: string]: string } {
  if (start === 0 && end === undefined) return {};
  const range = `bytes=${start}-${end === undefined ? "" : Math.max(end - 1, start)}`;
  return ifRange === undefined ? { range } : { range, "if-range": ifRange };
}

/** @throws RemoteError for a part that does not say which it is */
export function downloadHead(answer: Answer, asked: Asked): DownloadHead {
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

/** A download whose head has come. */
export interface Download extends DownloadHead {
  readonly body: ReadableStream<Uint8Array>;
}

/** How a download is gone on with. */
export interface DownloadFlow {
  readonly asked: Asked;
  readonly patience: Patience;
  readonly transfer: Transfer;
  readonly retries: number;
  /** Asks for what is left. */
  ask(range: DownloadRange): Promise<Part>;
}

/** Begins a download: what waits for it, and what tells of it, ends with its body. */
export async function openDownload(flow: DownloadFlow, range: DownloadRange): Promise<Download> {
  const end = (): void => {
    flow.transfer.end();
    flow.patience.end();
  };
  try {
    const first = await flow.ask(range);
    const { size, offset } = first.head;
    if (first.head.status === 206) requirePart(first.head, range, flow.asked);
    const start = range.ifRange === undefined ? (range.start ?? 0) : offset;
    const last = lastOf(range, size);
    const total = Number.isFinite(last) ? Math.max(last - start, 0) : undefined;
    const report = (bytes: number): void => flow.transfer.report(bytes, total);
    const body = streamOf(downloadPieces(flow, range, first, start), report, end);
    return { ...first.head, offset: start, body };
  } catch (error) {
    end();
    throw error;
  }
}

/** Pieces as a stream that reads ahead of nobody. */
function streamOf(
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
  report: (bytes: number) => void,
  end: () => void,
): ReadableStream<Uint8Array> {
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.next();
          if (!done) {
            bytes += value.length;
            report(bytes);
            return controller.enqueue(value);
          }
          end();
          controller.close();
        } catch (error) {
          end();
          throw error instanceof Setback ? error.error(1) : error;
        }
      },
      cancel() {
        end();
        void pieces.return().catch(() => {});
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * The bytes of a part of a file. After a connection that broke it is gone on with where it broke, if the server tells by
 * what it does so that it is of the same version.
 *
 * @param range what was asked for
 * @param first the answer to that
 * @param start the place of the first byte that is given
 * @throws StaleError where the file is another by now, CorruptError for more or fewer bytes than the server said
 */
async function* downloadPieces(
  { asked, patience, retries, ask }: DownloadFlow,
  range: DownloadRange,
  first: Part,
  start: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { size, validator } = first.head;
  const { end } = range;
  const last = lastOf(range, size);
  let { answer } = first;
  let at = first.head.offset;
  let given = start;
  let failed = 0;
  for (;;) {
    try {
      for await (const piece of answer.pieces()) {
        const from = Math.min(Math.max(given - at, 0), piece.length);
        const to = Math.min(Math.max((end ?? Infinity) - at, 0), piece.length);
        at += piece.length;
        if (size !== undefined && at > size) throw sizeError(asked, at, size);
        if (to > from) {
          // What was had before is no progress: a server may send it again and again.
          failed = 0;
          given += to - from;
          yield piece.subarray(from, to);
        }
        if (at > (end ?? Infinity)) return;
      }
      if (given < last && size !== undefined) throw sizeError(asked, at, size);
      return;
    } catch (error) {
      if (!(error instanceof Setback) || validator === undefined) throw error;
      failed += 1;
      const delay = failed > retries ? undefined : retryDelay(failed, error.retryAfter, Math.random());
      if (delay === undefined) throw error;
      await patience.sleep(delay);
    }
    const { head, ...part } = await ask({ start: given, end, ifRange: validator });
    if (head.validator !== validator) throw staleError(asked);
    requirePart(head, { start: given }, asked);
    at = head.offset;
    answer = part.answer;
  }
}

/** @throws StaleError for a part of another version than the one asked for, CorruptError for one that begins behind what was asked for */
function requirePart(
  { offset, validator }: DownloadHead,
  { start = 0, ifRange }: DownloadRange,
  asked: Asked,
) {
  // Not every server heeds the condition.
  if (ifRange !== undefined && validator !== ifRange) throw staleError(asked);
  if (offset <= start) return;
  throw oddBody(asked, `begins at byte ${offset}, where byte ${start} was asked for`);
}

function staleError({ what, url }: Asked): StaleError {
  return new StaleError(`${what} is another by now on ${url}`, { path: url });
}

/** Where a part ends; Infinity where neither the caller nor the server says. */
function lastOf({ end = Infinity }: DownloadRange, size = Infinity): number {
  return Math.min(end, size);
}

function sizeError(asked: Asked, bytes: number, size: number): CorruptError {
  return new CorruptError(`${asked.url} gives ${bytes} bytes${bytes > size ? " or more" : ""} of ${size}`, {
    path: asked.url,
  });
}
