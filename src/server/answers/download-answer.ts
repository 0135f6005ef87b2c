import type { IncomingHttpHeaders } from "node:http";
import { contentDisposition, type Download, parseRange } from "../download/index.js";
import { etagOf } from "../http/etag.js";
import { Problem } from "../http/problem.js";
import type { Answer } from "../http/respond.js";

const SHOWN = "file";

/** The answer of a file or a tar, or of the range of it that is asked for. @throws Problem 416 */
export function downloadAnswer(download: Download, headers: IncomingHttpHeaders): Answer {
  const { length, contentType, filename, lastModified, pin } = download;
  const range = isWanted(headers["if-range"]?.toString(), download)
    ? parseRange(headers.range, length)
    : undefined;
  if (range === "unsatisfiable")
    throw new Problem(416, `the file has ${length} bytes`, { "content-range": `bytes */${length}` });
  const { start, end } = range ?? { start: 0, end: length };
  const isPart = range !== undefined;
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
    pieces: () => download.open(start, end),
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
