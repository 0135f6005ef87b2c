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
 * @throws CastError for what is no UTF-8
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
    for (let element = offset; element < elements.length; element += itemsize) {
      for (let at = element; at < element + count * bytes; at += bytes) {
        const text = elements.slice(at, at + bytes);
        const zero = text.indexOf(0);
        elements.fill(0, at, at + bytes);
        const length = decodePoints(zero === -1 ? text : text.subarray(0, zero), (index, point) =>
          view.setUint32(at + 4 * index, point, isLittle),
        );
        if (length >= 0) continue;
        const row = Math.floor(at / itemsize);
        throw new CastError(`${what}: element ${row} of a block is no text in UTF-8`);
      }
    }
  }
}
