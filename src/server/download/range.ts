/** Bytes of a file: from one on, up to but without another. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the header `Range` of a request, as RFC 9110 has it.
 *
 * @param header as it came; undefined where none did
 * @param length bytes of the whole
 * @returns undefined where the whole is to be sent: without a header, for several ranges, for other units and
 * for what is no range; `"unsatisfiable"` where a range begins behind the end, which is answered by 416
 */
export function parseRange(
  header: string | undefined,
  length: number,
): ByteRange | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header?.trim() ?? "") ?? [];
  if (first !== "") {
    const start = Number(first);
    const end = last === "" ? length : Math.min(Number(last) + 1, length);
    if (last !== "" && Number(last) < start) return undefined;
    return start < length ? { start, end } : "unsatisfiable";
  }
  if (last === "") return undefined;
  const count = Math.min(Number(last), length);
  return count > 0 ? { start: length - count, end: length } : "unsatisfiable";
}
