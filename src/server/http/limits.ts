import { showValue } from "../../dtype/index.js";
import { UnsupportedError } from "../../errors.js";
import { requireKeys } from "../checks.js";

/** What a server does at most. Each has an answer of its own, and a default that suits a machine of a few GiB. */
export interface ServeLimits {
  /** Bytes of the elements of one slice; 1 GiB. More is answered by 413, which says how many rows may be asked for. */
  readonly sliceBytes: number;
  /** Slices in one request; 16,777,216. More is answered by 400. */
  readonly slices: number;
  /** Bytes of all the data that come with one answer about groups; 256 MiB. The data of further datasets are left out. */
  readonly inlineBytes: number;
  /** Bytes of the columns that one `where` reads; 64 GiB. More is answered by 413. */
  readonly scanBytes: number;
  /** Bytes of a request's body; 16 MiB, which are some millions of slices. More is answered by 413. */
  readonly bodyBytes: number;
  /** Bytes of a URL; 16 KiB. More is answered by 414. */
  readonly urlBytes: number;
  /** Requests of one client, a user or an address, that are worked on at once; 8. */
  readonly requests: number;
  /** Further requests of one client that wait; 512. More is answered by 503 with `Retry-After`. */
  readonly queue: number;
  /** Seconds that a request waits for its turn; 30. Then it is answered by 503 with `Retry-After`. */
  readonly queueTimeout: number;
  /**
   * Answers that wait for slow clients, of all clients; 256. They do not count among `requests`, and each holds some 100 KiB, or a
   * few MiB in Arrow.
   */
  readonly stalled: number;
  /** Connections of all clients; 2048. More are answered by 503 and closed. */
  readonly connections: number;
  /** Seconds until the head of a request has come; 10. Then the answer is 408, and the connection is closed. */
  readonly headerTimeout: number;
  /** Seconds until a request's body has come; 60. Then the answer is 408, and the connection is closed. */
  readonly requestTimeout: number;
  /** Seconds that a connection without a request stays open; 60. */
  readonly idleTimeout: number;
  /** Bytes in a second that a client takes at least, on average over an answer; 16 KiB. Who is slower is disconnected; 0 for never. */
  readonly throughput: number;
  /** Seconds that a client may take longer than that; 10. */
  readonly throughputGrace: number;
  /** Seconds that `close()` waits for what is being answered; 10. */
  readonly closeTimeout: number;
}

const DEFAULTS: ServeLimits = {
  sliceBytes: 2 ** 30,
  slices: 16_777_216,
  inlineBytes: 2 ** 28,
  scanBytes: 2 ** 36,
  bodyBytes: 2 ** 24,
  urlBytes: 2 ** 14,
  requests: 8,
  queue: 512,
  queueTimeout: 30,
  stalled: 256,
  connections: 2048,
  headerTimeout: 10,
  requestTimeout: 60,
  idleTimeout: 60,
  throughput: 2 ** 14,
  throughputGrace: 10,
  closeTimeout: 10,
};

/** Those that are seconds need not be whole. */
const SECONDS = /Timeout$|Grace$/;
/** What timers of Node can wait for, in seconds; they take more for none at all. */
const LONGEST = 2_147_483;
/** Without any of these nothing is answered, and times of 0 mean to Node that there is no limit. */
const POSITIVE: ReadonlySet<string> = new Set<keyof ServeLimits>([
  "slices",
  "bodyBytes",
  "urlBytes",
  "requests",
  "connections",
  "headerTimeout",
  "requestTimeout",
  "idleTimeout",
]);

/** @throws UnsupportedError for limits that are not known, and for values that are no limits */
export function limitsOf(given: Partial<ServeLimits> = {}): ServeLimits {
  requireKeys(given, "limits", Object.keys(DEFAULTS));
  const limits: { [name: string]: number } = { ...DEFAULTS };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    requireLimit(name, value);
    limits[name] = value;
  }
  return limits as unknown as ServeLimits;
}

function requireLimit(name: string, value: unknown): void {
  const isSeconds = SECONDS.test(name);
  const isPositive = POSITIVE.has(name);
  const most = isSeconds ? LONGEST : Number.MAX_SAFE_INTEGER;
  const isNumber = typeof value === "number" && value >= 0 && value <= most;
  if (isNumber && (isSeconds || Number.isInteger(value)) && (value > 0 || !isPositive)) return;
  const kind = isSeconds ? "a number of seconds" : "a whole number";
  const least = isPositive ? (isSeconds ? "above 0" : "of at least 1") : "of at least 0";
  throw new UnsupportedError(
    `the limit ${name} is ${kind} ${least} and at most ${most}, not ${showValue(value)}`,
  );
}
