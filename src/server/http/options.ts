import type { FastifyServerOptions } from "fastify";
import { showValue } from "../../dtype/index.js";
import { UnsupportedError } from "../../errors.js";
import { didYouMean } from "../../store/index.js";
import type { AuthOptions } from "./auth.js";
import type { ServeLimits } from "./limits.js";

/** Options of {@link serve}. */
export interface ServeOptions {
  /** The address to listen at; `"127.0.0.1"` when left out. Any that others can reach needs `auth`. */
  readonly host?: string | undefined;
  /** The port; a free one for 0. 8080 when left out. */
  readonly port?: number | undefined;
  /** What all paths begin with, such as `"/hdfstream"`; nothing when left out. */
  readonly prefix?: string | undefined;
  readonly auth?: AuthOptions | undefined;
  /** Key and certificate in PEM, for HTTPS. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer } | undefined;
  /** The names that clients may call this server by; any address in digits and `localhost` when left out. */
  readonly hosts?: readonly string[] | undefined;
  /** The origins whose pages may read, such as `"https://viewer.example"`; none when left out. */
  readonly cors?: { readonly origins: readonly string[] } | undefined;
  /** Whether `Accept-Encoding` is heeded; true when left out. */
  readonly compression?: boolean | undefined;
  /** Whether `/metrics` is there; when left out, where `prom-client` is installed. */
  readonly metrics?: boolean | undefined;
  /** Whether `/openapi.json` is there; when left out, where `@fastify/swagger` is installed. */
  readonly openapi?: boolean | undefined;
  /** Whether requests are logged to the standard output, or options of pino; false when left out. */
  readonly logger?: FastifyServerOptions["logger"];
  readonly limits?: Partial<ServeLimits> | undefined;
}

const KNOWN: ReadonlySet<string> = new Set<keyof ServeOptions>([
  "host",
  "port",
  "prefix",
  "auth",
  "tls",
  "hosts",
  "cors",
  "compression",
  "metrics",
  "openapi",
  "logger",
  "limits",
]);

/** @throws UnsupportedError for options that are not known, with a guess at what was meant, and for a port that is none */
export function requireOptions(options: ServeOptions): void {
  const other = Object.keys(options).find((name) => !KNOWN.has(name));
  if (other !== undefined) {
    throw new UnsupportedError(`serve has no option "${other}"${didYouMean(other, [...KNOWN])}`);
  }
  const { port = 0 } = options;
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return;
  throw new UnsupportedError(`a port is a whole number from 0 to 65535, not ${showValue(port)}`);
}
