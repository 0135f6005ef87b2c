import { planAssign, type Strided, zeros } from "../../array/index.js";
import { parseDType } from "../../dtype/index.js";
import { codePointLength } from "../../dtype/text.js";
import { CorruptError, LimitError } from "../../errors.js";

/** Bytes that texts may take as wide as the longest of them. */
const MAX_BYTES = 2 ** 31;

/**
 * Texts as an array of `U`, as wide as the longest. Trailing NULs fall away, as in NumPy.
 *
 * @throws CorruptError for what is no text, LimitError where one long text makes all of them too wide
 */
export function textArray(items: readonly unknown[], shape: readonly number[], label: string): Strided {
  const texts = items.map((item) => {
    if (typeof item === "string") return withoutNuls(item);
    throw new CorruptError(`${label}: the answer has something else than texts`);
  });
  const width = texts.reduce((widest, text) => Math.max(widest, codePointLength(text)), 1);
  const bytes = texts.length * width * 4;
  if (bytes > MAX_BYTES) {
    const hint = "select fewer of them at a time";
    throw new LimitError(
      `${label}: ${texts.length} texts of up to ${width} characters take ${bytes} bytes as an array; ${hint}`,
    );
  }
  const array = zeros(parseDType(`U${width}`), [texts.length]);
  planAssign(array, texts, { label })();
  return { ...zeros(array.dtype, shape), bytes: array.bytes };
}

function withoutNuls(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end--;
  return text.slice(0, end);
}
