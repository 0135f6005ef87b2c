import type { FastifyReply, FastifyRequest } from "fastify";
import { errorBody, MEDIA_TYPE } from "../../remote/wire/index.js";
import { chooseRepresentation } from "../represent/index.js";
import { BusyProblem, problemOf } from "./problem.js";

/**
 * Answers by an error: in MessagePack; in HTML where the protocol has it so, which is for 401 and 403 and for downloads; in
 * JSON for those who ask for it.
 */
export function answerProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { challenges, isDownload }: { readonly challenges: readonly string[]; readonly isDownload: boolean },
): void {
  const problem = problemOf(error);
  const { status, message } = problem;
  if (status >= 500 && !(problem instanceof BusyProblem)) request.log.error({ err: error }, "failed");
  void reply.code(status).headers({ ...problem.headers, "cache-control": "no-store" });
  if (status === 401) void reply.header("www-authenticate", challenges);
  if (chooseRepresentation(request.headers.accept) === "json") {
    void reply.type("application/json").send(JSON.stringify({ error: message }));
  } else if (isDownload || status === 401 || status === 403) {
    void reply.type("text/html; charset=utf-8").send(htmlOf(status, message));
  } else {
    void reply.header("content-type", MEDIA_TYPE).send(Buffer.from(errorBody(message)));
  }
}

function htmlOf(status: number, message: string): string {
  const text = message.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<!doctype html><meta charset="utf-8"><title>${status}</title><h1>${status}</h1><p>${text}</p>\n`;
}
