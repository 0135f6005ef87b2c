import { CastError } from "../errors.js";
import type { DType } from "./dtype.js";
import type { Codec } from "./element.js";
import { showValue } from "./show.js";
import {
  codePointLength,
  hasLoneSurrogate,
  readCodePoints,
  readUtf8,
  utf8Length,
  writeCodePoints,
  writeUtf8,
} from "./text.js";

/** `S`: UTF-8, or bytes that are given as such. */
export function bytesStrings({ itemsize, str }: DType): Codec {
  return {
    read: (view, at) => {
      const text = readUtf8(view, at, itemsize);
      if (text === undefined)
        throw new CastError(`the bytes of this ${str} are not UTF-8; bytes(i) gives them`);
      return text;
    },
    problem: (value) => {
      if (value instanceof Uint8Array) {
        return value.length <= itemsize ? undefined : `${value.length} bytes are too long for ${str}`;
      }
      if (typeof value !== "string") return `${showValue(value)} is no string, which ${str} needs`;
      const surrogate = textProblem(value);
      if (surrogate !== undefined) return surrogate;
      const length = utf8Length(value);
      return length <= itemsize ? undefined : `${showValue(value)} is too long for ${str} (${length} bytes)`;
    },
    write: (view, at, value) => {
      if (value instanceof Uint8Array) {
        const target = new Uint8Array(view.buffer, view.byteOffset + at, itemsize);
        target.fill(0, value.length);
        target.set(value);
      } else writeUtf8(view, at, itemsize, String(value));
    },
  };
}

function textProblem(text: string): string | undefined {
  if (text.endsWith("\0")) return `${showValue(text)} ends in NUL, which reading could not tell from padding`;
  return hasLoneSurrogate(text)
    ? `${showValue(text)} has an unpaired surrogate, which is no character`
    : undefined;
}

/** `U`: code points. */
export function unicodeStrings({ itemsize, str }: DType, little: boolean): Codec {
  const width = itemsize / 4;
  return {
    read: (view, at) => {
      const text = readCodePoints(view, at, width, little);
      if (text === undefined) {
        throw new CastError(
          `the code points of this ${str} are not all Unicode characters; bytes(i) gives them`,
        );
      }
      return text;
    },
    problem: (value) => {
      if (typeof value !== "string") return `${showValue(value)} is no string, which ${str} needs`;
      const surrogate = textProblem(value);
      if (surrogate !== undefined) return surrogate;
      if (value.length <= width) return undefined;
      const length = codePointLength(value);
      return length <= width
        ? undefined
        : `${showValue(value)} is too long for ${str} (${length} characters)`;
    },
    write: (view, at, value) => writeCodePoints(view, at, width, String(value), little),
  };
}
