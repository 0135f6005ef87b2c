import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { UnsupportedError } from "../../errors.js";
import { partner } from "../../frame/partner.js";
import { MEDIA_TYPE, parseBody, parseQuery, type Query } from "../../remote/wire/index.js";
import type { Answers } from "../answers/answers.js";
import type { Authenticator, Identity } from "./auth.js";
import { type Encodings, encodingFor } from "./encoding.js";
import { answerProblem } from "./error-answer.js";
import type { Gate, Pass } from "./gate.js";
import { Gone } from "./gone.js";
import { clientOf, type HostList, isLoopback } from "./hosts.js";
import type { ServeLimits } from "./limits.js";
import type { Metrics } from "./metrics.js";
import { Problem } from "./problem.js";
import { requestPath } from "./request-path.js";
import { type Answer, respond } from "./respond.js";
import { DOWNLOAD, HEALTH, MESSAGE, METRICS, OPENAPI, QUERY } from "./schemas.js";
import { watchEnd } from "./send.js";

/** What the routes are made of. */
export interface Parts {
  readonly answers: Answers;
  readonly authenticator: Authenticator;
  readonly gate: Gate;
  /** For those whose bodies are long, and come before they are let in to be worked on. */
  readonly bodies: Gate;
  readonly hosts: HostList;
  readonly limits: ServeLimits;
  readonly metrics: Metrics;
  readonly encodings: Encodings;
  readonly prefix: string;
}

/** What is known of a request before its handler begins. */
interface Visit {
  readonly identity: Identity;
  /** Among those that are worked on. */
  pass: Pass | undefined;
  /** Among those whose bodies are long: to the end of the answer where what the body says takes much memory. */
  body: Pass | undefined;
  /** Says when the connection is closed. */
  readonly gone: Gone;
}

/** Those that any route has. */
const METHODS = ["GET", "HEAD", "POST"] as const;
/** The routes whose requests wait for a place. */
const WORK: ReadonlySet<string> = new Set(["/msgpack", "/download"]);
/** Bytes of a body that is taken at once, from whomever it comes. */
const SHORT_BODY = 2 ** 16;
/** Bytes of a body beyond which what it says, such as slices, is too much to be kept for many. */
const HEAVY_BODY = 2 ** 20;

/** Adds hooks and routes. */
export function addRoutes(app: FastifyInstance, parts: Parts): void {
  const { prefix } = parts;
  const visits = new WeakMap<FastifyRequest, Visit>();
  const messages = `${prefix}/msgpack`;
  const downloads = `${prefix}/download`;
  const pathOf = ({ raw: { url = "" } }: FastifyRequest): string => url.replace(/\?.*$/s, "");
  const routeOf = (request: FastifyRequest): string =>
    request.routeOptions.url?.slice(prefix.length).replace(/\/\*$/, "") ?? "none";

  const known = ["/msgpack", "/download", "/health", "/metrics", "/openapi.json"].map((url) => prefix + url);
  /** What is said where there is no route, or none of this method. */
  const noRoute = (request: FastifyRequest): Problem => {
    const path = pathOf(request);
    const url = [messages, downloads].find((route) => path.startsWith(`${route}/`)) ?? path;
    const allowed = METHODS.filter((method) => known.includes(url) && app.hasRoute({ url, method }));
    if (allowed.length === 0 || allowed.some((method) => method === request.method)) {
      return new Problem(404, "there is no such route");
    }
    const allow = allowed.join(", ");
    return new Problem(405, `this is asked for by ${allow}`, { allow });
  };

  app.addHook("onRequest", async (request, reply) => {
    const begun = performance.now();
    const gone = new Gone();
    reply.raw.once("close", () => {
      // Most often nobody listens any more, and the reason of an abort costs more than a small answer.
      if (!reply.raw.writableFinished) gone.leave();
      const visit = visits.get(request);
      visit?.pass?.leave();
      visit?.body?.leave();
      const status = reply.raw.statusCode;
      const milliseconds = performance.now() - begun;
      parts.metrics.answered(routeOf(request), status, milliseconds / 1000);
      request.log.info(
        {
          method: request.method,
          path: pathOf(request),
          status,
          milliseconds,
          user: visit?.identity.name,
          address: request.ip,
          isWhole: reply.raw.writableFinished,
        },
        "answered",
      );
    });
    if ((request.raw.url ?? "").length > parts.limits.urlBytes) {
      throw new Problem(414, `the URL has more than ${parts.limits.urlBytes} bytes`);
    }
    requireOneHost(request.raw);
    parts.hosts.require(request.headers.host);
    const route = routeOf(request);
    if (route === "/health") return;
    const identity = await parts.authenticator.identify(request.headers.authorization, request.ip);
    // Before a body is taken that nobody wants.
    if (request.is404) throw noRoute(request);
    if (request.method === "POST" && request.headers["content-type"] !== MEDIA_TYPE) {
      throw new Problem(415, `the Content-Type of a request is ${MEDIA_TYPE}`);
    }
    const visit: Visit = { identity, pass: undefined, body: undefined, gone };
    visits.set(request, visit);
    // Who sends a body slowly keeps nobody waiting whose request is there.
    if (isLongerThan(SHORT_BODY, request)) visit.body = await enter(parts.bodies, visit, request);
  });

  const onSlow = (): void => parts.metrics.cut();
  /** When there is nothing left to do but to wait for the client. */
  const leave = (request: FastifyRequest, { raw }: FastifyReply): void => {
    visits.get(request)?.pass?.leave();
    const { throughput, throughputGrace: grace } = parts.limits;
    watchEnd({ response: raw, pace: { throughput, grace }, onSlow });
  };
  // Short answers of the framework, errors among them.
  app.addHook("onSend", async (request, reply) => leave(request, reply));

  app.addHook("preHandler", async (request) => {
    const visit = visits.get(request);
    if (visit === undefined || !WORK.has(routeOf(request))) return;
    const isHeavy = isLongerThan(HEAVY_BODY, request);
    if (!isHeavy) visit.body?.leave();
    const pass = await enter(parts.gate, visit, request);
    visit.pass = isHeavy ? { ...pass, pause: () => undefined } : pass;
  });

  app.setErrorHandler((error, request, reply) => {
    answerProblem(error, request, reply, {
      challenges: parts.authenticator.challenges,
      isDownload: pathOf(request).startsWith(downloads),
    });
  });
  app.setNotFoundHandler((request) => {
    throw noRoute(request);
  });

  /** Handles a route by an answer that is made of each request. */
  const handle =
    (prepare: (request: FastifyRequest, visit: Visit) => () => Promise<Answer>, isPacked: boolean) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const visit = visits.get(request);
      if (visit?.pass === undefined) throw new Problem(500, "the server failed");
      const encoding = isPacked
        ? encodingFor(request.headers["accept-encoding"], parts.encodings)
        : undefined;
      try {
        await respond(prepare(request, visit), {
          request,
          reply,
          pass: visit.pass,
          limits: parts.limits,
          metrics: parts.metrics,
          encoding,
          onSlow,
          onEnd: () => leave(request, reply),
        });
      } catch (error) {
        if (!reply.sent) throw error;
        request.log.warn({ err: error, path: pathOf(request) }, "broken off");
      }
    };

  const limits = { maxSlices: parts.limits.slices };
  const message = handle((request, { identity, gone }) => {
    const { segments, query } = requestPath(request.raw.url ?? "", messages);
    const asked: Query =
      request.method === "POST" ? parseBody(bodyOf(request), limits) : parseQuery(query, limits);
    // Of slices without number, the bytes are not needed any more.
    request.body = undefined;
    return () => parts.answers.message(segments, asked, request.headers.accept, identity, gone);
  }, true);
  const download = handle((request, { identity }) => {
    const { segments } = requestPath(request.raw.url ?? "", downloads);
    // A part has no head of its own.
    const { range, ...headers } = request.headers;
    const asked = request.method === "HEAD" || range === undefined ? headers : { ...headers, range };
    return () => parts.answers.download(segments, asked, identity);
  }, false);

  // Of all bodies the bytes are taken; what they are, the hook has judged.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  for (const url of [messages, `${messages}/*`]) {
    app.route({ method: ["GET", "HEAD"], url, schema: QUERY, handler: message });
    app.route({ method: "POST", url, schema: MESSAGE, handler: message });
  }
  for (const url of [downloads, `${downloads}/*`]) {
    app.route({ method: ["GET", "HEAD"], url, schema: DOWNLOAD, handler: download });
  }
  app.route({
    method: ["GET", "HEAD"],
    url: `${prefix}/health`,
    schema: HEALTH,
    handler: (_request, reply) => reply.header("cache-control", "no-store").send({ status: "ok" }),
  });
  const { registry } = parts.metrics;
  if (registry === undefined) return;
  app.route({
    method: ["GET", "HEAD"],
    url: `${prefix}/metrics`,
    schema: METRICS,
    handler: async (request, reply) => {
      const isAllowed = isHere(request) || visits.get(request)?.identity.roles.has("metrics") === true;
      if (!isAllowed) throw new Problem(404, "there is no such route");
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  });
}

/** Whether somebody on this machine asks, for himself and not as a proxy for others. */
function isHere({ ip, headers }: FastifyRequest): boolean {
  const { "x-forwarded-for": client, forwarded, via } = headers;
  return isLoopback(ip) && client === undefined && forwarded === undefined && via === undefined;
}

async function enter(gate: Gate, { identity, gone }: Visit, { ip }: FastifyRequest): Promise<Pass> {
  const pass = await gate.enter(identity.name === undefined ? clientOf(ip) : `user ${identity.name}`, gone);
  if (gone.isGone) pass.leave();
  return pass;
}

/** Of two names one might be judged here, and the other by whoever stands between. @throws Problem 400 */
function requireOneHost({ rawHeaders }: IncomingMessage): void {
  const isHost = (name: string, at: number): boolean =>
    at % 2 === 0 && name.length === 4 && name.toLowerCase() === "host";
  if (rawHeaders.filter(isHost).length > 1) throw new Problem(400, "a request has one Host");
}

/** Whether the body of a request has more bytes, or may. */
function isLongerThan(bytes: number, { method, headers }: FastifyRequest): boolean {
  return method === "POST" && !(Number(headers["content-length"]) <= bytes);
}

function bodyOf({ body }: FastifyRequest): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array(0);
}

/**
 * Adds a description of all routes, which have to be added afterwards.
 *
 * @param isWanted when left out, it is there where the package is
 */
export async function addDescription(
  app: FastifyInstance,
  {
    isWanted,
    prefix,
    version,
  }: { readonly isWanted: boolean | undefined; readonly prefix: string; readonly version: string },
): Promise<void> {
  if (isWanted === false) return;
  const { default: swagger } = await partner(
    "@fastify/swagger",
    "openapi of memmap-table/server",
    () => import("@fastify/swagger"),
  ).catch((error: unknown) => {
    if (isWanted === true || !(error instanceof UnsupportedError)) throw error;
    return { default: undefined };
  });
  if (swagger === undefined) return;
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "memmap-table",
        version,
        description: "Tables and HDF5 files, of which parts are read. Paths may have any number of parts.",
      },
      components: {
        securitySchemes: {
          basic: { type: "http", scheme: "basic" },
          bearer: { type: "http", scheme: "bearer" },
        },
      },
    },
  });
  app.route({
    method: ["GET", "HEAD"],
    url: `${prefix}/openapi.json`,
    schema: OPENAPI,
    handler: () => app.swagger(),
  });
}
