import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { FastifyHttpOptions, FastifyInstance, FastifyServerOptions } from "fastify";
import { DiskError, UnsupportedError } from "../../errors.js";
import { partner } from "../../frame/partner.js";
import { Answers } from "../answers/answers.js";
import type { Roots } from "../catalogue/index.js";
import { addDescription, addRoutes } from "./app.js";
import { Authenticator } from "./auth.js";
import { openEncodings } from "./encoding.js";
import { answerProblem } from "./error-answer.js";
import { Gate } from "./gate.js";
import { HostList, isLoopback } from "./hosts.js";
import { limitsOf, type ServeLimits } from "./limits.js";
import { openMetrics } from "./metrics.js";
import type { ServeOptions } from "./options.js";
import { requireOptions } from "./options.js";
import { readCredentials } from "./tls.js";

const SUBPATH = "memmap-table/server";

/** Beside the URL, a request's head may have so many bytes. */
const HEADER_BYTES = 2 ** 14;

/** How often connections that are done are closed while the server stops, in milliseconds. */
const SWEEP = 20;

/** Long bodies of one client that are taken at once. */
const MOST_BODIES = 2;

/** A server that listens. */
export class TableServer implements AsyncDisposable {
  /** Where clients find it, prefix included: what `connect()` takes. */
  readonly url: string;
  readonly port: number;
  readonly #app: FastifyInstance;
  readonly #answers: Answers;
  readonly #sockets: ReadonlySet<Socket>;
  readonly #timeout: number;
  #closing: Promise<void> | undefined;

  /** @internal Made by {@link serve}. */
  constructor(
    app: FastifyInstance,
    answers: Answers,
    sockets: ReadonlySet<Socket>,
    url: string,
    timeout: number,
  ) {
    this.#app = app;
    this.#answers = answers;
    this.#sockets = sockets;
    this.#timeout = timeout;
    this.url = url;
    this.port = (app.server.address() as AddressInfo).port;
  }

  /**
   * Takes no further requests, waits for what is being answered, at most for `limits.closeTimeout` seconds, and closes
   * all files. A second call waits for the first.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { server } = this.#app;
    // All of them: those that have not yet agreed on keys no server of HTTP knows.
    const cut = (): void => this.#sockets.forEach((socket) => void socket.destroy());
    const timer = setTimeout(cut, this.#timeout * 1000);
    // Those whose last answer has ended would stay for others that do not come.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP);
    try {
      await this.#app.close();
    } finally {
      clearTimeout(timer);
      clearInterval(sweep);
      this.#answers.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * Serves directories of tables, hierarchies and HDF5 files over HTTP, for reading.
 *
 * ```ts
 * await using server = await serve({ flights: "data/flights", "eagle/snapshots": "/data/eagle" });
 * console.log(server.url);   // http://127.0.0.1:8080
 * ```
 *
 * It speaks the protocol of hdfstream, so that its Python client reads from it; and answers by JSON or Arrow to those who
 * ask for it. README has its routes.
 *
 * @param roots what is shown, by its name there: a directory, a table, a hierarchy, an HDF5 file, any other file, or an object
 * with `path` and who may see it
 * @throws UnsupportedError for options that are not known or of another type, for an address that others can reach without
 * `auth`, and where fastify is not installed; NameError for names of roots that cannot be asked for; NotFoundError for roots, keys
 * and certificates that are not there; FormatError for passwords and tokens that are no hashes, and for what is no key or
 * certificate; DiskError where the port is taken or not allowed
 */
export async function serve(roots: Roots, options: ServeOptions = {}): Promise<TableServer> {
  requireOptions(options);
  const { host = "127.0.0.1", port = 8080, auth, tls } = options;
  const prefix = prefixOf(options.prefix);
  if (!isLoopback(host) && auth === undefined) {
    throw new UnsupportedError(
      `others can reach ${host}: say by auth who may read, or by auth: { anonymous: true } that everybody may`,
    );
  }
  const limits = limitsOf(options.limits);
  const hosts = new HostList(options.hosts, host);
  const authenticator = new Authenticator(auth, isLoopback(host));
  const { default: fastify, LogController } = await partner("fastify", SUBPATH, () => import("fastify"));
  const answers = new Answers(roots, limits);
  try {
    const app = fastify({
      ...(await appOptions(options, limits)),
      rewriteUrl: ({ url = "" }) => originForm(url),
      // What is no percent encoding comes to no route.
      frameworkErrors: (error, request, reply) => {
        const isDownload = request.raw.url?.startsWith(`${prefix}/download`) === true;
        answerProblem(error, request, reply, { challenges: authenticator.challenges, isDownload });
      },
      // One line for each answer is written by the routes, without credentials.
      logController: new LogController({ disableRequestLogging: true }),
    }) as unknown as FastifyInstance;
    const crowd = { running: limits.requests, waiting: limits.queue, timeout: limits.queueTimeout };
    const gate = new Gate({ ...crowd, stalled: limits.stalled });
    const sockets = limitSockets(app, limits.connections);
    const metrics = await openMetrics(options.metrics, {
      running: () => gate.running,
      waiting: () => gate.waiting,
      connections: () => sockets.size,
      openFiles: () => answers.openFiles,
    });
    // Bodies and parameters are judged by the code of the protocol, whose answers are exact.
    app.setValidatorCompiler(() => () => true);
    app.setSerializerCompiler(() => (value) => JSON.stringify(value));
    await allowOrigins(app, options.cors?.origins);
    await addDescription(app, { isWanted: options.openapi, prefix, version: await ownVersion() });
    addRoutes(app, {
      answers,
      authenticator,
      gate,
      // What long bodies say takes eight times their memory.
      bodies: new Gate({ ...crowd, running: Math.min(crowd.running, MOST_BODIES) }),
      hosts,
      limits,
      metrics,
      encodings: await openEncodings(options.compression ?? true),
      prefix,
    });
    await listen(app, host, port);
    const address = app.server.address() as AddressInfo;
    const name = host.includes(":") ? `[${host}]` : host;
    const url = `${tls === undefined ? "http" : "https"}://${name}:${address.port}${prefix}`;
    return new TableServer(app, answers, sockets, url, limits.closeTimeout);
  } catch (error) {
    answers.close();
    throw error;
  }
}

/** The path and query of a URL, which comes with its scheme and host where a proxy asks. */
function originForm(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, "");
  return path.startsWith("/") ? path : `/${path}`;
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DiskError(`cannot listen at ${host}, port ${port}: ${why}`, { cause });
  }
}

/** @throws UnsupportedError for what is no beginning of a path */
function prefixOf(prefix = ""): string {
  const bare = prefix.replace(/\/+$/, "");
  if (bare === "" || /^(\/[\w.~-]+)+$/.test(bare)) return bare;
  throw new UnsupportedError(`a prefix is a path such as "/hdfstream", not "${prefix}"`);
}

/** Whole ones, as Node wants them; none at all would mean that there is no limit. */
function milliseconds(seconds: number): number {
  return Math.max(1, Math.round(1000 * seconds));
}

async function appOptions(
  { tls, logger }: ServeOptions,
  limits: ServeLimits,
): Promise<FastifyHttpOptions<Server>> {
  const requestTimeout = milliseconds(limits.requestTimeout);
  const timing = {
    headersTimeout: Math.min(milliseconds(limits.headerTimeout), requestTimeout),
    connectionsCheckingInterval: Math.min(1000, milliseconds(limits.headerTimeout / 2)),
    maxHeaderSize: limits.urlBytes + HEADER_BYTES,
  };
  const common = {
    logger: loggerOf(logger) ?? false,
    bodyLimit: limits.bodyBytes,
    requestTimeout,
    keepAliveTimeout: milliseconds(limits.idleTimeout),
    forceCloseConnections: "idle",
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: limits.urlBytes },
  } as const;
  if (tls === undefined) return { ...common, http: timing };
  const https = { ...timing, handshakeTimeout: timing.headersTimeout, ...(await readCredentials(tls)) };
  return { ...common, https } as FastifyHttpOptions<Server>;
}

/** Logs have neither credentials nor what was asked for in a query. */
function loggerOf(logger: ServeOptions["logger"]): FastifyServerOptions["logger"] {
  if (logger === undefined || logger === false) return false;
  const given = logger === true ? { level: "info" } : logger;
  const { redact = [] } = given;
  const paths = [
    "req.headers",
    "*.authorization",
    "*.headers",
    "*.rawPacket",
    ...(Array.isArray(redact) ? redact : redact.paths),
  ];
  return { ...given, redact: Array.isArray(redact) ? paths : { ...redact, paths } };
}

/** The version of this package. */
async function ownVersion(): Promise<string> {
  const text = await readFile(new URL("../../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** Closes connections beyond a number, with a word of why where they are not encrypted. */
function limitSockets(app: FastifyInstance, most: number): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  app.server.on("connection", (socket: Socket) => {
    if (sockets.size >= most) {
      const isPlain = !("setSecureContext" in app.server);
      const answer =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
      if (isPlain) socket.end(answer, () => socket.destroy());
      else socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return sockets;
}

/** Lets pages of other origins read. */
async function allowOrigins(app: FastifyInstance, origins: readonly string[] | undefined): Promise<void> {
  if (origins === undefined) return;
  const { default: cors } = await partner(
    "@fastify/cors",
    "cors of memmap-table/server",
    () => import("@fastify/cors"),
  );
  await app.register(cors, {
    origin: [...origins],
    methods: ["GET", "HEAD", "POST"],
    allowedHeaders: [
      "Accept",
      "Authorization",
      "Content-Type",
      "If-Match",
      "If-None-Match",
      "If-Range",
      "Range",
    ],
    exposedHeaders: ["Accept-Ranges", "Content-Disposition", "Content-Range", "ETag", "Retry-After"],
    maxAge: 600,
  });
}
