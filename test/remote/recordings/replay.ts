import { Buffer } from "node:buffer";
import { decodeValue } from "../../../src/remote/wire/index.js";

/** A request and its answer, in words that JSON has. */
export interface Exchange {
  readonly method: string;
  readonly url: string;
  /** In base64, as the answer's. */
  readonly body: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: string;
}

/** Headers that are of the connection they came by, or that `fetch` has taken off. */
const PASSING = ["connection", "keep-alive", "date", "transfer-encoding", "content-encoding"];

/** What a body asks for, but for how deep: clients may differ in that. */
export function askedOf(body: string): string {
  if (body === "") return "nothing";
  const map = decodeValue(Buffer.from(body, "base64"));
  const entries = map instanceof Map ? [...map].filter(([key]) => key !== "max_depth") : [["body", map]];
  return JSON.stringify(Object.fromEntries(entries));
}

function requestOf(input: string | URL | Request, init: RequestInit | undefined) {
  const { method = "GET", body } = init ?? {};
  const bytes = body instanceof Uint8Array ? body : new Uint8Array(0);
  return { method, url: String(input), body: Buffer.from(bytes).toString("base64") };
}

/** A `fetch` that writes down all that goes through it. */
export class Recorder {
  readonly exchanges: Exchange[] = [];

  readonly fetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    const bytes = Buffer.from(await response.arrayBuffer());
    const headers = Object.fromEntries([...response.headers].filter(([name]) => !PASSING.includes(name)));
    this.exchanges.push({
      ...requestOf(input, init),
      status: response.status,
      headers,
      answer: bytes.toString("base64"),
    });
    return new Response(bytes, { status: response.status, headers });
  };
}

/**
 * A `fetch` that gives recorded answers, each once: the first to the method, the address and what the body asks for. What was
 * asked before is answered again. Anything else is a difference, and gets the first answer to its method and address.
 */
export class Replay {
  readonly differences: string[] = [];
  /** Questions that were answered more often than they are recorded. */
  again = 0;
  readonly #given: Exchange[] = [];
  readonly #left: Exchange[];

  constructor(exchanges: readonly Exchange[]) {
    this.#left = [...exchanges];
  }

  /** Answers that nobody asked for. */
  get left(): readonly Exchange[] {
    return this.#left;
  }

  readonly fetch: typeof fetch = async (input, init) => {
    init?.signal?.throwIfAborted();
    const asked = requestOf(input, init);
    const there = this.#left.filter(({ method, url }) => method === asked.method && url === asked.url);
    const isSame = (other: Exchange): boolean =>
      other.method === asked.method && other.url === asked.url && askedOf(other.body) === askedOf(asked.body);
    const same = there.find(isSame) ?? this.#given.findLast(isSame);
    const found = same ?? there[0];
    const what = `${asked.method} ${asked.url} ${askedOf(asked.body)}`;
    if (found === undefined) {
      this.differences.push(`not recorded: ${what}`);
      throw new TypeError(`not recorded: ${what}`);
    }
    if (same === undefined) this.differences.push(`${what}, where ${askedOf(found.body)} is recorded`);
    const place = this.#left.indexOf(found);
    if (place >= 0) this.#given.push(...this.#left.splice(place, 1));
    else this.again += 1;
    const { status, headers, answer } = found;
    return new Response(Buffer.from(answer, "base64"), { status, headers });
  };
}
