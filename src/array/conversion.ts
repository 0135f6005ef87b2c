import { findStridedUntruth, findUntruth } from "../compute/index.js";
import { structureProblem } from "../dtype/cast.js";
import {
  type Casting,
  codecOf,
  type DType,
  elementCaster,
  type Field,
  kindProblem,
  showValue,
  sizeOf,
} from "../dtype/index.js";
import { CastError } from "../errors.js";
import { blocks } from "./blocks.js";
import { convertNumbers, convertsByNumber, firstOutside, swapElements, swapsBytes } from "./convert.js";
import { copyElements } from "./copy.js";
import { forEachElement } from "./elements.js";
import { fieldOf } from "./field.js";
import { dataView, type Strided } from "./strided.js";
import { type Copy, copyAll } from "./together.js";

/** An element that does not go in: its place in C order, and why. */
export interface Misfit {
  readonly position: number;
  readonly problem: string;
}

/** How elements of one dtype go into another. Judging and storing hold a block of memory at most. */
export interface Conversion {
  /** An element that does not go in, the first one (of records, the first one of a field); undefined if all do. */
  readonly check: (from: Strided) => Misfit | undefined;
  /** Stores elements that have been found good into an array of the same shape that shares no memory with theirs. */
  readonly store: (from: Strided, to: Strided) => void;
}

/**
 * The conversion between two dtypes: bytes move where they are equal, records go field by field, numbers block by
 * block, and everything else element by element.
 *
 * @returns a message where the kinds, or the names of the fields, do not go together
 */
export function conversionOf(from: DType, to: DType, casting: Casting): Conversion | string {
  const problem = casting === "checked" ? kindProblem(from, to) : structureProblem(from, to);
  return problem ?? conversion(from, to, casting);
}

function conversion(from: DType, to: DType, casting: Casting): Conversion {
  const checked = casting === "checked";
  if (from.kind === "b" && to.kind === "b") {
    return checked ? { check: untruth, store: copyElements } : byElement(from, to, casting);
  }
  if (from.equals(to)) return { check: all, store: copyElements };
  if (to.fields !== undefined) return byField(from, to.fields, casting);
  if (swapsBytes(from, to)) return { check: all, store: swapElements };
  if (!convertsByNumber(from, to)) return byElement(from, to, casting);
  return { check: checked ? (array) => outside(array, to) : all, store: convertNumbers };
}

const all = () => undefined;

/** Bytes that come from outside may be other than 0 and 1, which must not reach a file of booleans. */
function untruth(from: Strided): Misfit | undefined {
  const [count, ...inner] = from.layout.shape;
  const [stride] = from.layout.strides;
  if (inner.length === 0 && count !== undefined && stride !== undefined && stride !== 1) {
    const { bytes, layout } = from;
    const position = findStridedUntruth(bytes, layout.offset, stride, count);
    return position < 0 ? undefined : noBoolean(position, bytes[layout.offset + position * stride]);
  }
  let before = 0;
  for (const values of blocks(from)) {
    const at = values instanceof Uint8Array ? findUntruth(values) : -1;
    if (at >= 0) return noBoolean(before + at, values[at]);
    before += values.length;
  }
  return undefined;
}

function noBoolean(position: number, byte: unknown): Misfit {
  return { position, problem: `the byte ${byte} is no boolean (0 or 1)` };
}

function outside(from: Strided, to: DType): Misfit | undefined {
  const found = firstOutside(from, to);
  if (found === undefined) return undefined;
  const { position, value } = found;
  return { position, problem: codecOf(to).problem(value) ?? `${showValue(value)} does not fit ${to}` };
}

function byElement(from: DType, to: DType, casting: Casting): Conversion {
  const { read } = codecOf(from);
  const caster = elementCaster(from, to, casting);
  return {
    check: ({ layout, bytes }) => {
      const view = dataView(bytes);
      let misfit: Misfit | undefined;
      forEachElement(layout, layout, (offset, _, position) => {
        const problem = problemIn(() => caster.problem(read(view, offset)));
        if (problem !== undefined) misfit = { position, problem };
        return misfit !== undefined;
      });
      return misfit;
    },
    store: (array, target) => {
      const [source, view] = [dataView(array.bytes), dataView(target.bytes)];
      forEachElement(array.layout, target.layout, (offset, targetOffset) => {
        caster.write(view, targetOffset, read(source, offset));
        return false;
      });
    },
  };
}

/** Reading throws where bytes are no such element. */
function problemIn(judge: () => string | undefined): string | undefined {
  try {
    return judge();
  } catch (error) {
    if (error instanceof CastError) return error.message;
    throw error;
  }
}

/** Records by the names of their fields, so that what a field holds never becomes a JavaScript object. */
function byField(from: DType, fields: readonly Field[], casting: Casting): Conversion {
  const parts = fields.map((field) => {
    const source = from.field(field.name) ?? field;
    return { field, source, inner: conversion(source.dtype, field.dtype, casting) };
  });
  return {
    check: (records) => {
      for (const { source, inner } of parts) {
        const misfit = inner.check(fieldOf(records, source));
        if (misfit === undefined) continue;
        const position = Math.floor(misfit.position / sizeOf(source.shape));
        return { position, problem: `field ${JSON.stringify(source.name)}: ${misfit.problem}` };
      }
      return undefined;
    },
    store: (records, target) => {
      const copies: Copy[] = [];
      for (const { field, source, inner } of parts) {
        const [part, place] = [fieldOf(records, source), fieldOf(target, field)];
        if (inner.store === copyElements) copies.push([part, place]);
        else inner.store(part, place);
      }
      copyAll(copies);
    },
  };
}
