import type { FastifyReply, FastifyRequest } from "fastify";
import { isMemmapError } from "../../errors.js";
import { compress, type Encoding } from "./encoding.js";
import { etagOf, isKnown, isStillThere } from "./etag.js";
import type { Pass } from "./gate.js";
import type { ServeLimits } from "./limits.js";
import type { Metrics } from "./metrics.js";
import { Problem } from "./problem.js";
import { send } from "./send.js";

/** What is answered to a request. */
export interface Answer {
  readonly contentType: string;
  /** Of the body before it is compressed, where it is known beforehand. */
  readonly length?: number | undefined;
  /** What the answer is of: another one when it would be another answer. None for answers that are never the same. */
  readonly pin?: string | undefined;
  /** How it is shown, in letters: a part of the ETag. */
  readonly shown: string;
  readonly status?: number | undefined;
  readonly headers?: { readonly [name: string]: string } | undefined;
  /** Whether it may be compressed on its way. */
  readonly isCompressible?: boolean | undefined;
  pieces(): AsyncIterable<Uint8Array>;
  /** Whether all that was read so far is of the version that `pin` names. */
  isIntact(): boolean;
  /** Gives back what it holds. */
  release(): void;
}

/** What is needed to send one. */
export interface Responding {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly pass: Pass;
  readonly limits: ServeLimits;
  readonly metrics: Metrics;
  readonly encoding: Encoding | undefined;
  readonly onSlow: () => void;
}

/** Answers up to this size are read whole before their head is sent, so that they can be read again where a writer came between. */
const WHOLE = 2 ** 20;
/** How often an answer is made anew for that reason. */
const TRIES = 5;
/** Less is not worth compressing. */
const MIN_COMPRESSED = 1024;

/**
 * Sends an answer. It is made again as long as writers come between, some times.
 *
 * @throws Problem 409 where they do not stop, 412 where the client wanted another version; what reading throws
 */
export async function respond(make: () => Promise<Answer>, responding: Responding): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const answer = await make();
      try {
        if (await respondOnce(answer, responding)) return;
      } finally {
        answer.release();
      }
    } catch (error) {
      if (!isMemmapError(error, "STALE") || responding.reply.raw.headersSent) throw error;
    }
    if (tries >= TRIES) throw new Problem(409, "the file changes while it is read; ask again");
  }
}

/** @returns whether it was sent; false where a writer came between before the first byte */
async function respondOnce(answer: Answer, responding: Responding): Promise<boolean> {
  const { request, reply } = responding;
  const head = headOf(answer, responding);
  const { headers } = request;
  if (answer.pin !== undefined) {
    const wanted = headers["if-match"];
    if (wanted !== undefined && !isStillThere(wanted, answer.pin)) {
      throw new Problem(412, "the file is another version than the one that was asked for");
    }
    const known = headers["if-none-match"];
    const isReading = request.method === "GET" || request.method === "HEAD";
    if (isReading && known !== undefined && isKnown(known, head.etag ?? "")) {
      delete head["content-length"];
      delete head["content-type"];
      writeHead(reply, 304, head);
      reply.raw.end();
      return true;
    }
  }
  if (request.method === "HEAD") {
    if (!answer.isIntact()) return false;
    writeHead(reply, answer.status ?? 200, head);
    reply.raw.end();
    return true;
  }
  const { length } = answer;
  const isSmall = length !== undefined && length <= WHOLE;
  return isSmall ? sendWhole(answer, head, responding) : sendPieces(answer, head, responding);
}

type Head = { [name: string]: string };

function headOf(answer: Answer, { encoding, request }: Responding): Head {
  const { length, pin, shown, contentType } = answer;
  const head: Head = { "content-type": contentType, "cache-control": "no-cache", ...answer.headers };
  if (request.headers.authorization !== undefined) head["cache-control"] = "private, no-cache";
  const isPacked =
    encoding !== undefined &&
    answer.isCompressible === true &&
    (length === undefined || length >= MIN_COMPRESSED);
  if (answer.isCompressible === true) head.vary = "Accept, Accept-Encoding";
  if (isPacked) head["content-encoding"] = encoding;
  else if (length !== undefined) head["content-length"] = String(length);
  if (pin !== undefined) head.etag = etagOf(pin, isPacked ? `${shown}-${encoding}` : shown);
  return head;
}

/** Sends the head, with what others have set of it, such as those for browsers of other origins. */
function writeHead(reply: FastifyReply, status: number, head: Head): void {
  reply.hijack();
  const others = reply.getHeaders() as Head;
  const vary = [others.vary, head.vary].filter((value) => value !== undefined).join(", ");
  reply.raw.writeHead(status, { ...others, ...head, ...(vary === "" ? {} : { vary }) });
}

async function sendWhole(answer: Answer, head: Head, responding: Responding): Promise<boolean> {
  const parts: Uint8Array[] = [];
  for await (const piece of answer.pieces()) parts.push(piece.slice());
  if (!answer.isIntact()) return false;
  const { reply } = responding;
  if (reply.raw.destroyed) return true;
  const encoding = encodingIn(head);
  writeHead(reply, answer.status ?? 200, head);
  if (encoding === undefined && parts.length <= 1 && (parts[0]?.length ?? 0) <= 2 ** 16) {
    const body = parts[0] ?? new Uint8Array(0);
    responding.metrics.sent(body.length);
    reply.raw.end(body);
    return true;
  }
  await sendAll(packed(each(parts), encoding), responding, () => true);
  return true;
}

async function* each(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

function encodingIn(head: Head): Encoding | undefined {
  return head["content-encoding"] as Encoding | undefined;
}

function packed(
  pieces: AsyncIterable<Uint8Array>,
  encoding: Encoding | undefined,
): AsyncIterable<Uint8Array> {
  return encoding === undefined ? pieces : compress(pieces, encoding);
}

async function sendPieces(answer: Answer, head: Head, responding: Responding): Promise<boolean> {
  const { reply } = responding;
  const iterator = packed(answer.pieces(), encodingIn(head))[Symbol.asyncIterator]();
  let isStarted = false;
  try {
    // What cannot be read at all is an answer with a status.
    const first = await iterator.next();
    if (!answer.isIntact()) return false;
    if (reply.raw.destroyed) return true;
    writeHead(reply, answer.status ?? 200, head);
    isStarted = true;
    await sendAll(resumed(first, iterator), responding, () => answer.isIntact());
    return true;
  } finally {
    if (!isStarted) await iterator.return?.();
  }
}

/** What an iterator gave first, and the rest. */
function resumed(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  let isFirst = true;
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        if (!isFirst) return rest.next();
        isFirst = false;
        return first;
      },
      return: async () => {
        await rest.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}

async function sendAll(
  pieces: AsyncIterable<Uint8Array>,
  { reply, pass, limits, metrics, onSlow }: Responding,
  isIntact: () => boolean,
): Promise<void> {
  await send({
    response: reply.raw,
    pieces,
    pass,
    pace: { throughput: limits.throughput, grace: limits.throughputGrace },
    isIntact,
    onBytes: (count) => metrics.sent(count),
    onSlow,
  });
}
