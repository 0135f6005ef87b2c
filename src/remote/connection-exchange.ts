import { LimitError } from "../errors.js";
import { type Asked, brokenConnection, oddAnswer, presentable, statusError } from "./connection-errors.js";
import type { Patience } from "./connection-patience.js";
import { parseRetryAfter, Setback } from "./retry.js";
import { decodeValue, MEDIA_TYPE } from "./wire/index.js";

/** A request as it goes out. */
export interface Question {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: Uint8Array | undefined;
}

/** What an error says of itself is read this far. */
const MOST_OF_AN_ERROR = 65_536;

/** An answer whose head has come. */
export class Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly #response: Response;
  readonly #patience: Patience;
  readonly #asked: Asked;

  constructor(response: Response, patience: Patience, asked: Asked) {
    this.status = response.status;
    this.headers = response.headers;
    this.#response = response;
    this.#patience = patience;
    this.#asked = asked;
  }

  get etag(): string | undefined {
    return this.headers.get("etag") ?? undefined;
  }

  /** The bytes of the body, where its head says so and nobody packed it on its way. */
  get length(): number | undefined {
    const length = this.headers.get("content-length");
    if (length === null || !/^\d+$/.test(length) || this.headers.has("content-encoding")) return undefined;
    return Number(length);
  }

  /** Of the `Content-Type`, without its parameters, in lower case. */
  get mediaType(): string {
    return (this.headers.get("content-type") ?? "").split(";", 1).join("").trim().toLowerCase();
  }

  /** @throws RemoteError for a body that is not MessagePack */
  requireMessage(): void {
    if (this.mediaType !== MEDIA_TYPE) throw oddAnswer(this.#asked, this.mediaType, MEDIA_TYPE);
  }

  /** The body, piece by piece as it comes. @throws a Setback where the connection breaks, or nothing comes for too long */
  async *pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    const reader = this.#response.body?.getReader();
    if (reader === undefined) return;
    let isDone = false;
    try {
      while (!isDone) {
        const read = await reaching(
          () => reader.read(),
          this.#patience,
          this.#asked,
          "broke off before its answer was whole",
        );
        isDone = read.done;
        if (read.value !== undefined) yield read.value;
      }
    } finally {
      // Not waited for: a body that does not come does not end either.
      if (!isDone) void reader.cancel().catch(() => {});
    }
  }

  /**
   * The whole body.
   *
   * @param limit bytes that it may have
   * @param onBytes told how many have come
   * @throws LimitError
   */
  async bytes(limit: number, onBytes?: (bytes: number) => void): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of this.pieces()) {
      bytes += piece.length;
      if (bytes > limit) {
        throw new LimitError(
          `${this.#asked.url}: the answer has more than ${limit} bytes; the option maxMapBytes allows more`,
          { path: this.#asked.url },
        );
      }
      pieces.push(piece);
      onBytes?.(bytes);
    }
    return Buffer.concat(pieces, bytes);
  }
}

/**
 * What names the version of a file in the ETag of an answer: servers of this package have it before the first dot, behind which
 * is how the answer is shown and packed. Of other servers nothing is known but that strong ones are of equal bytes.
 */
export function versionOf(etag: string | undefined, isExtended: boolean): string | undefined {
  const own = isExtended ? /^(?:W\/)?("[^".]+\.)/.exec(etag ?? "")?.[1] : undefined;
  if (own !== undefined) return `${own}"`;
  return etag?.startsWith("W/") === true ? undefined : etag;
}

/**
 * Makes one attempt at a request.
 *
 * @returns its answer, which is a success
 * @throws a Setback where another attempt may help; what a status means that is no success
 */
export async function exchange(
  fetcher: typeof fetch,
  question: Question,
  patience: Patience,
  asked: Asked,
): Promise<Answer> {
  const { method, url, headers, body } = question;
  const signal = patience.begin();
  const response = await reaching(
    async () =>
      // Redirects are not followed: what goes with a request is for this server alone.
      fetcher(url, { method, headers, body: body ?? null, redirect: "manual", signal }),
    patience,
    asked,
    "was not reached",
  );
  const answer = new Answer(response, patience, asked);
  if (response.status === 200 || response.status === 206) return answer;
  const location = response.headers.get("location");
  const said =
    location === null ? await saidBy(answer, patience) : `it sends on to ${addressOf(location, url)}`;
  const retryAfter = parseRetryAfter(response.headers.get("retry-after"), Date.now());
  throw statusError(asked, response.status, said, retryAfter);
}

/** Waits for a step of a request. */
async function reaching<T>(
  step: () => Promise<T>,
  patience: Patience,
  asked: Asked,
  otherwise: string,
): Promise<T> {
  try {
    return await patience.step(step());
  } catch (cause) {
    if (patience.isOver || cause instanceof Setback) throw cause;
    throw brokenConnection(asked, otherwise, cause);
  }
}

/** The words of an error; those of a web page are for people who look at it, and are left out. */
async function saidBy(answer: Answer, patience: Patience): Promise<string | undefined> {
  if (answer.mediaType !== MEDIA_TYPE) return undefined;
  try {
    const body = decodeValue(await answer.bytes(MOST_OF_AN_ERROR));
    const said = body instanceof Map ? body.get("error") : undefined;
    return typeof said === "string" ? said : undefined;
  } catch (error) {
    if (patience.isOver) throw error;
    // The status says enough.
    return undefined;
  }
}

/** Where a redirect leads, without what is secret in an address. */
function addressOf(location: string, from: string): string {
  try {
    const { origin, pathname } = new URL(location, from);
    return presentable(`${origin}${pathname}`);
  } catch {
    return "an address that does not parse";
  }
}
