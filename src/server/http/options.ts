import type { FastifyServerOptions } from "fastify";
import { showValue } from "../../dtype/index.js";
import { UnsupportedError } from "../../errors.js";
import { excerpt } from "../../npy/excerpt.js";
import { requireFlag, requireKeys, requireRecord, requireText, requireTexts } from "../checks.js";
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
  /** Key and certificate for HTTPS: PEM, or names of files of it. */
  readonly tls?: { readonly key: string | Buffer; readonly cert: string | Buffer } | undefined;
  /**
   * The names that clients may call this server by, without ports, beside `host`; any address in digits and `localhost` when
   * left out.
   */
  readonly hosts?: readonly string[] | undefined;
  /** The origins whose pages may read, as browsers say them, such as `"https://viewer.example"`; none when left out. */
  readonly cors?: { readonly origins: readonly string[] } | undefined;
  /** Whether `Accept-Encoding` is heeded; true when left out. */
  readonly compression?: boolean | undefined;
  /**
   * Whether `/metrics` is there; when left out, where `prom-client` is installed. It is for the role `metrics`, and for whoever
   * asks from this machine, proxies left out that say so (`Via`, `Forwarded`, `X-Forwarded-For`).
   */
  readonly metrics?: boolean | undefined;
  /** Whether `/openapi.json` is there; when left out, where `@fastify/swagger` is installed. */
  readonly openapi?: boolean | undefined;
  /** Whether requests are logged to the standard output, or options of pino; false when left out. */
  readonly logger?: FastifyServerOptions["logger"];
  readonly limits?: Partial<ServeLimits> | undefined;
}

const KNOWN: readonly (keyof ServeOptions)[] = [
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
];

/** @throws UnsupportedError for options that are not known, with a guess at what was meant, and for values of other types */
export function requireOptions(options: ServeOptions): void {
  requireKeys(options, "serve", KNOWN);
  const { host, port = 0, prefix, cors, logger } = options;
  requireText(host, "host");
  if (host === "") throw new UnsupportedError("host is the address to listen at, or its name, and not empty");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new UnsupportedError(`a port is a whole number from 0 to 65535, not ${showValue(port)}`);
  }
  requireText(prefix, "prefix");
  requireTexts(options.hosts, "hosts", "data.example.org");
  for (const name of ["compression", "metrics", "openapi"] as const) requireFlag(options[name], name);
  if (logger !== undefined && typeof logger !== "boolean") requireRecord(logger, "logger");
  if (cors !== undefined) requireCors(cors);
}

function requireCors(cors: NonNullable<ServeOptions["cors"]>): void {
  requireKeys(cors, "cors", ["origins"]);
  const { origins } = cors;
  if (origins === undefined) throw new UnsupportedError("cors has origins, the pages that may read");
  requireTexts(origins, "origins of cors", "https://viewer.example");
  for (const origin of origins) requireOrigin(origin);
}

/** Origins are compared by their letters with what browsers say. */
function requireOrigin(origin: string): void {
  const { origin: said = "null" } = URL.canParse(origin) ? new URL(origin) : {};
  // Schemes of applications have origins that only they know.
  if (said === origin || (said === "null" && /^[a-z][a-z\d+.-]*:\/\/[^/?#@\s]+$/.test(origin))) return;
  throw new UnsupportedError(
    `an origin is a scheme and a name, such as "https://viewer.example", not ${showValue(origin)}` +
      (said === "null" ? "" : `; did you mean "${excerpt(said)}"?`),
  );
}
