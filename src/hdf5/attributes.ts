import { type ArrayView, denseLayout, wrap } from "../array/index.js";
import { isComplex, ownEntry, sizeOf } from "../dtype/index.js";
import { CastError, LimitError } from "../errors.js";
import { excerpt } from "../npy/excerpt.js";
import type { AttrInput } from "../store/index.js";
import { MAX_JSON_BYTES } from "../store/json.js";
import { attributeFacts } from "./attribute-facts.js";
import { attributeType, withAttribute } from "./attribute-memory.js";
import type { TypeInfo } from "./h5wasm.js";
import type { Handle } from "./handle.js";
import { decodeText, stringEnd } from "./text.js";
import { elementType, hasPointers, libraryType, TYPE_CLASS } from "./types.js";

/** The library is a program of 32 bits: an address in its memory has so many bytes. */
const POINTER = 4;

/** Finds the path of the object that a reference is to. */
export type ReferenceReader = (reference: Uint8Array) => string | null;

/**
 * The value of an attribute:
 *
 * | HDF5 | value |
 * | --- | --- |
 * | integer, float | number; bigint beyond what a number holds exactly |
 * | one axis of them | typed array; several axes: lists of typed arrays |
 * | enumeration of `FALSE` and `TRUE` | boolean; other enumerations as their integers |
 * | string of either kind | string |
 * | complex | `{ re, im }` |
 * | opaque | `Uint8Array` |
 * | compound | object |
 * | list of variable length | list, or typed array |
 * | reference to an object | its path; null for none |
 * | null dataspace | null |
 *
 * @throws CastError naming it for what has no value here: references to regions, text that is no UTF-8, floats of 16 bytes and numbers of other formats;
 * LimitError for more than 16 MiB; CorruptError
 */
export function readAttribute(
  handle: Handle,
  path: string,
  name: string,
  reference: ReferenceReader,
): AttrInput {
  return new AttributeReader(handle, path, name, reference).read();
}

/** Where a reference leads, as HDF5 finds it: by a search of the file. */
export function referenceReader(handle: Handle): ReferenceReader {
  return (reference) => {
    if (reference.every((byte) => byte === 0)) return null;
    const { value } = handle.try((module, id): string | null =>
      module.get_referenced_name(id, [...reference] as unknown as Uint8Array, true),
    );
    return value ?? null;
  };
}

class AttributeReader {
  readonly #handle: Handle;
  readonly #path: string;
  readonly #name: string;
  readonly #reference: ReferenceReader;

  constructor(handle: Handle, path: string, name: string, reference: ReferenceReader) {
    this.#handle = handle;
    this.#path = path;
    this.#name = name;
    this.#reference = reference;
  }

  get #what(): string {
    return `${this.#handle.path}: the attribute "${excerpt(this.#name)}" of "${excerpt(this.#path)}"`;
  }

  #refuse(problem: string): never {
    throw new CastError(`${this.#what} ${problem}, for which attributes have no place here`, {
      path: this.#handle.path,
    });
  }

  read(): AttrInput {
    const type = attributeType(this.#handle, this.#path, this.#name);
    if (type === undefined) this.#refuse("has a name that is no text in UTF-8");
    const info = libraryType(type);
    const { shape } = info;
    if (shape === null) return null;
    const oddity = attributeFacts(this.#handle, this.#path).get(this.#name)?.oddity;
    if (oddity !== undefined) this.#refuse(`has ${oddity}`);
    const bytes = info.size * info.total_size;
    if (bytes > MAX_JSON_BYTES) {
      throw new LimitError(`${this.#what} has ${bytes} bytes, where ${MAX_JSON_BYTES} are the most`, {
        path: this.#handle.path,
      });
    }
    return withAttribute(this.#handle, this.#path, this.#name, bytes, hasPointers(info), (address) =>
      this.#decode(info, address, shape),
    );
  }

  #bytes(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#handle.module.HEAPU8.slice(address, address + length));
  }

  #decode(info: TypeInfo, address: number, shape: readonly number[]): AttrInput {
    const { array_type, type, size } = info;
    if (array_type !== undefined) {
      return this.#decode(array_type, address, [...shape, ...(array_type.shape ?? [])]);
    }
    const { dtype, problem } = elementType(info);
    if (dtype !== undefined && type !== TYPE_CLASS.string && dtype.fields === undefined) {
      const bytes = this.#bytes(address, sizeOf(shape) * size);
      return this.#array(wrap({ dtype, layout: denseLayout(shape, size), bytes }, false));
    }
    const read = this.#elementReader(info, problem);
    const flat = Array.from({ length: sizeOf(shape) }, (_, i) => read(address + i * size));
    return nested(flat, shape);
  }

  /** What reads one element of the types that no typed array holds. */
  #elementReader(info: TypeInfo, problem: string | undefined): (address: number) => AttrInput {
    switch (info.type) {
      case TYPE_CLASS.string:
        return (address) => this.#text(this.#textBytes(info, address), info);
      case TYPE_CLASS.reference:
        if (info.ref_type !== "object") break;
        return (address) => this.#reference(this.#bytes(address, info.size));
      case TYPE_CLASS.variableLength:
        return (address) => this.#list(info, address);
      case TYPE_CLASS.compound:
        return (address) => this.#object(info, address);
    }
    return this.#refuse(`has ${problem ?? "elements of no known type"}`);
  }

  #textBytes({ vlen, size, strpad }: TypeInfo, address: number): Uint8Array {
    if (vlen) {
      const heap = this.#handle.module.HEAPU8;
      const start = this.#pointer(address);
      return heap.subarray(start, stringEnd(heap, start));
    }
    const bytes = this.#bytes(address, size);
    const zero = bytes.indexOf(0);
    const end = zero === -1 ? size : zero;
    return bytes.subarray(0, strpad === SPACES ? bytes.subarray(0, end).findLastIndex(isNoSpace) + 1 : end);
  }

  #text(bytes: Uint8Array, { cset }: TypeInfo): string {
    return decodeText(bytes, cset) ?? this.#refuse("has text that is no UTF-8");
  }

  #pointer(address: number): number {
    const { HEAPU8 } = this.#handle.module;
    return new DataView(HEAPU8.buffer).getUint32(address, true);
  }

  #list({ vlen_type }: TypeInfo, address: number): AttrInput {
    if (vlen_type === undefined) return this.#refuse("has lists of no known type");
    const length = this.#pointer(address);
    return this.#decode(vlen_type, this.#pointer(address + POINTER), [length]);
  }

  #object({ compound_type }: TypeInfo, address: number): AttrInput {
    const object: { [key: string]: AttrInput } = {};
    for (const member of compound_type?.members ?? []) {
      ownEntry(object, member.name, this.#decode(member, address + member.offset, []));
    }
    return object;
  }

  #array(array: ArrayView): AttrInput {
    if (array.ndim === 0) return this.#element(array.at());
    if (array.ndim > 1) return Array.from({ length: array.length }, (_, row) => this.#array(array.view(row)));
    const elements: unknown = array.dtype.kind === "V" ? [...array] : array.toArray();
    if (ArrayBuffer.isView(elements)) return elements as AttrInput;
    return Array.from(elements as Iterable<unknown>, (element) => this.#element(element));
  }

  #element(element: unknown): AttrInput {
    if (typeof element === "bigint") {
      return Number.isSafeInteger(Number(element)) ? Number(element) : element;
    }
    return isComplex(element) ? { re: element.re, im: element.im } : (element as AttrInput);
  }
}

/** HDF5's number for strings that are filled up with spaces. */
const SPACES = 2;

function isNoSpace(byte: number): boolean {
  return byte !== 0x20;
}

/** A list as lists within lists. */
function nested(flat: readonly AttrInput[], shape: readonly number[]): AttrInput {
  const [length, ...inner] = shape;
  if (length === undefined) return flat[0] ?? null;
  if (inner.length === 0) return flat;
  const step = sizeOf(inner);
  return Array.from({ length }, (_, i) => nested(flat.slice(i * step, (i + 1) * step), inner));
}
