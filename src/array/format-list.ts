import { displayWidth } from "./format-width.js";

/** A text, and whether nothing of it was left out. */
export interface Piece {
  readonly text: string;
  readonly whole: boolean;
}

/**
 * One item of a list.
 *
 * @param room columns that are left for it
 * @param first whether it is shown in any case, so that it should shrink to the room rather than be left out
 */
export type Item = (i: number, room: number, first: boolean) => Piece;

/** Items in brackets on one line; those at the end that do not fit into `room` columns become `…`. */
export function fitList(brackets: "[]" | "()", count: number, item: Item, room: number): Piece {
  const [open, end] = brackets;
  // Python tells a tuple of one from parentheses by a comma.
  const close = brackets === "()" && count === 1 ? `,${end}` : `${end}`;
  let text = `${open}`;
  let used = 1;
  for (let i = 0; i < count; i++) {
    const comma = i === 0 ? "" : ", ";
    const behind = close.length + (i === count - 1 ? 0 : ", …".length);
    const left = room - used - comma.length - behind;
    const piece = left > 0 ? item(i, left, i === 0) : { text: "…", whole: false };
    const width = displayWidth(piece.text);
    if (left <= 0 || (i > 0 && !(piece.whole && width <= left))) {
      return { text: `${text}${comma}…${close}`, whole: false };
    }
    text += comma + piece.text;
    used += comma.length + width;
    if (!piece.whole) return { text: `${text}${i === count - 1 ? "" : ", …"}${close}`, whole: false };
  }
  return { text: text + close, whole: true };
}

/**
 * An element by the position that strides lead to.
 *
 * @param width columns that it should take at most
 */
export type Leaf = (position: number, width: number) => string;

/** Columns of one element that has the line for itself. */
export const ELEMENT_WIDTH = 75;

/**
 * A cell of any shape on one line, in nested brackets; what does not fit into `room` columns becomes `…`.
 *
 * @param first as for an {@link Item}
 */
export function fitNested(
  { shape, strides, offset }: { shape: readonly number[]; strides: readonly number[]; offset: number },
  leaf: Leaf,
  room: number,
  first = true,
): Piece {
  const [length, ...inner] = shape;
  if (length === undefined) return { text: leaf(offset, first ? room : ELEMENT_WIDTH), whole: true };
  const [stride = 0, ...steps] = strides;
  const item: Item = (i, left, isFirst) =>
    fitNested({ shape: inner, strides: steps, offset: offset + i * stride }, leaf, left, first && isFirst);
  return fitList("[]", length, item, room);
}
