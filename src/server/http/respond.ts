import type { FastifyReply, FastifyRequest } from "fastify";
import { isMemmapError } from "../../errors.js";
import { compress, type Encoding, isWorthwhile } from "./encoding.js";
import { etagOf, judge } from "./etag.js";
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
  /** Called when all of the answer has been given to Node. */
  readonly onEnd: () => void;
}

/** Answers up to this size are read whole before their head is sent, so that they can be read again where a writer came between. */
const WHOLE = 2 ** 20;
/** Of larger ones so much, by which it shows whether they can be read, and are worth compressing. */
const FIRST = 2 ** 12;
/** How often an answer is made anew for that reason. */
const TRIES = 5;
/** A body of so few bytes is given to the system at once, and is watched from there on. */
const AT_ONCE = 2 ** 16;
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
  const { pin, headers = {} } = answer;
  const verdict = judge(request.raw, {
    pin,
    etags: [etagOfAnswer(answer, undefined), etagOfAnswer(answer, responding.encoding)],
    lastModified: headers["last-modified"],
  });
  if (verdict === undefined) return sendBody(answer, responding);
  if (verdict === "other") {
    throw new Problem(412, "the file is another version than the one that was asked for");
  }
  const { "content-range": _part, ...head } = commonHead(answer, responding);
  writeHead(reply, 304, verdict.known === undefined ? head : { ...head, etag: verdict.known });
  reply.raw.end();
  responding.onEnd();
  return true;
}

type Head = { [name: string]: string };

function etagOfAnswer({ pin, shown }: Answer, encoding: Encoding | undefined): string | undefined {
  return pin === undefined ? undefined : etagOf(pin, encoding === undefined ? shown : `${shown}-${encoding}`);
}

function commonHead({ headers, isCompressible }: Answer, { request }: Responding): Head {
  const isPrivate = request.headers.authorization !== undefined;
  return {
    "cache-control": isPrivate ? "private, no-cache" : "no-cache",
    ...(isCompressible === true ? { vary: "Accept, Accept-Encoding" } : {}),
    ...headers,
  };
}

/** @param length of the body before it is compressed; undefined for one that is long, nobody knows how long */
function headOf(
  answer: Answer,
  length: number | undefined,
  responding: Responding,
): { readonly head: Head; readonly encoding: Encoding | undefined } {
  const isPacked = answer.isCompressible === true && (length === undefined || length >= MIN_COMPRESSED);
  const encoding = isPacked ? responding.encoding : undefined;
  const head: Head = { "content-type": answer.contentType, ...commonHead(answer, responding) };
  if (encoding !== undefined) head["content-encoding"] = encoding;
  else if (length !== undefined) head["content-length"] = String(length);
  const etag = etagOfAnswer(answer, encoding);
  if (etag !== undefined) head.etag = etag;
  return { head, encoding };
}

/** Sends the head, with what others have set of it, such as those for browsers of other origins. */
function writeHead(reply: FastifyReply, status: number, head: Head): void {
  reply.hijack();
  const others = reply.getHeaders() as Head;
  const vary = [others.vary, head.vary].filter((value) => value !== undefined).join(", ");
  reply.raw.writeHead(status, { ...others, ...head, ...(vary === "" ? {} : { vary }) });
}

/**
 * Sends head and body; small bodies are read whole before. The head alone is made in the same way, and is the same.
 *
 * @returns as `respondOnce`
 */
async function sendBody(answer: Answer, responding: Responding): Promise<boolean> {
  const { request, reply, metrics } = responding;
  const iterator = answer.pieces()[Symbol.asyncIterator]();
  let isHandedOn = false;
  try {
    // What cannot be read at all is an answer with a status.
    const begun = await gather(iterator, answer.length ?? 0);
    if (!answer.isIntact()) return false;
    if (reply.raw.destroyed) return true;
    const length = begun.isWhole ? begun.length : answer.length;
    const { head, encoding } = headOf(answer, length, {
      ...responding,
      encoding:
        responding.encoding !== undefined && isWorthwhile(begun.parts.at(-1))
          ? responding.encoding
          : undefined,
    });
    writeHead(reply, answer.status ?? 200, head);
    if (request.method === "HEAD") {
      reply.raw.end();
      responding.onEnd();
      return true;
    }
    if (begun.isWhole && encoding === undefined && begun.length <= AT_ONCE) {
      metrics.sent(begun.length);
      reply.raw.end(begun.parts.length === 1 ? begun.parts[0] : Buffer.concat(begun.parts));
      responding.onEnd();
      return true;
    }
    isHandedOn = true;
    const pieces = resumed(begun.parts, iterator);
    const isIntact = begun.isWhole ? () => true : () => answer.isIntact();
    await sendAll(encoding === undefined ? pieces : compress(pieces, encoding), responding, isIntact);
    return true;
  } finally {
    if (!isHandedOn) await iterator.return?.();
  }
}

interface Begun {
  readonly parts: readonly Uint8Array[];
  /** Bytes of the parts. */
  readonly length: number;
  readonly isWhole: boolean;
}

/** The whole of a small body; of a large one the beginning. @param announced its bytes; 0 where nobody knows */
async function gather(iterator: AsyncIterator<Uint8Array>, announced: number): Promise<Begun> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await iterator.next();
    if (done === true) return { parts, length, isWhole: true };
    length += value.length;
    // The last one is sent before the next is asked for.
    const isLast = length > WHOLE || (announced > WHOLE && length > FIRST);
    parts.push(isLast ? value : value.slice());
    if (isLast) return { parts, length, isWhole: false };
  }
}

/** What an iterator gave first, and the rest. */
async function* resumed(
  parts: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* parts;
    for (;;) {
      const { done, value } = await rest.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await rest.return?.();
  }
}

async function sendAll(
  pieces: AsyncIterable<Uint8Array>,
  { reply, pass, limits, metrics, onSlow, onEnd }: Responding,
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
    onEnd,
  });
}
