import { type DType, sizeOf } from "../../dtype/index.js";
import { CastError } from "../../errors.js";
import { decodePoints } from "./code-points.js";

/** Texts within an element that lie one after another: bytes from its start, code points of each, how many. */
export interface TextPlace {
  readonly offset: number;
  readonly width: number;
  readonly count: number;
  readonly isLittle: boolean;
}

/** Where an element of a dtype has `U`: there, an export wrote UTF-8. */
export function textPlaces(dtype: DType, offset = 0, shape: readonly number[] = []): TextPlace[] {
  const { kind, fields, itemsize, width, byteorder } = dtype;
  const count = sizeOf(shape);
  if (kind === "U") return [{ offset, width, count, isLittle: byteorder === "<" }];
  if (fields === undefined) return [];
  const inner = fields.flatMap((field) => textPlaces(field.dtype, field.offset, field.shape));
  if (inner.length === 0) return [];
  return Array.from({ length: count }, (_, i) =>
    inner.map((place) => ({ ...place, offset: offset + i * itemsize + place.offset })),
  ).flat();
}

/**
 * Makes code points of the UTF-8 within elements, in place: as many code points as fit take four bytes each, so the bytes of
 * UTF-8 have room in any case.
 *
 * @param what what they are of, for messages
 * @throws CastError for what is no UTF-8, and for more characters than there may be
 */
export function unfoldTexts(
  elements: Uint8Array,
  itemsize: number,
  places: readonly TextPlace[],
  what: string,
): void {
  const view = new DataView(elements.buffer, elements.byteOffset, elements.byteLength);
  for (const { offset, width, count, isLittle } of places) {
    const bytes = 4 * width;
    const points = new Uint32Array(width);
    for (let element = offset; element < elements.length; element += itemsize) {
      for (let at = element; at < element + count * bytes; at += bytes) {
        let end = at + bytes;
        while (end > at && elements[end - 1] === 0) end -= 1;
        const length = decodePoints(elements, at, end, points);
        if (length < 0 || length > width) {
          const problem = length < 0 ? "is no text in UTF-8" : `has more than ${width} characters`;
          throw new CastError(`${what}: element ${Math.floor(at / itemsize)} of a block ${problem}`);
        }
        for (let i = 0; i < width; i++) {
          view.setUint32(at + 4 * i, i < length ? (points[i] ?? 0) : 0, isLittle);
        }
      }
    }
  }
}
