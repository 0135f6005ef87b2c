import type { IncomingHttpHeaders } from "node:http";
import { contentDisposition, type Download, parseRange } from "../download/index.js";
import { etagOf } from "../http/etag.js";
import { Problem } from "../http/problem.js";
import type { Answer } from "../http/respond.js";

const SHOWN = "file";

/**
 * The answer of a file or a tar, or of the range of it that is asked for. A range that lies outside is a Problem 416 when its
 * pieces are asked for: conditions of the request come first.
 */
export function downloadAnswer(download: Download, headers: IncomingHttpHeaders): Answer {
  const { length, contentType, filename, lastModified, pin } = download;
  const range = isWanted(headers["if-range"]?.toString(), download)
    ? parseRange(headers.range, length)
    : undefined;
  const isOutside = range === "unsatisfiable";
  const isPart = range !== undefined && !isOutside;
  const { start, end } = isPart ? range : { start: 0, end: length };
  return {
    contentType,
    length: end - start,
    pin,
    shown: SHOWN,
    status: isPart ? 206 : 200,
    headers: {
      "accept-ranges": "bytes",
      "content-disposition": contentDisposition(filename),
      "last-modified": new Date(lastModified).toUTCString(),
      ...(isPart ? { "content-range": `bytes ${start}-${end - 1}/${length}` } : {}),
    },
    pieces: () => {
      if (!isOutside) return download.open(start, end);
      throw new Problem(416, `the file has ${length} bytes`, { "content-range": `bytes */${length}` });
    },
    isIntact: () => true,
    release: () => undefined,
  };
}

/** Whether a range is still of the file that it was asked for of: without `If-Range`, of any. */
function isWanted(ifRange: string | undefined, { pin, lastModified }: Download): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"')) return ifRange === etagOf(pin, SHOWN);
  // A date has whole seconds, within which a file may have changed again.
  return Date.parse(ifRange) === Math.floor(lastModified / 1000) * 1000 && Date.now() - lastModified > 2000;
}
