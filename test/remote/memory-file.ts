import { type ArrayView, RecordArray, select, slice, wrap, zeros } from "../../src/array/index.js";
import { type DType, parseDType, structOf } from "../../src/dtype/index.js";
import { NotFoundError, StaleError, UnsupportedError } from "../../src/errors.js";
import type {
  ObjectRequests,
  ReadingLimits,
  RequestOptions,
  SliceExpectation,
  SliceQuery,
} from "../../src/remote/requests.js";
import {
  type AxisSelection,
  checkSelection,
  decodeMessage,
  encodeArray,
  encodeBody,
  encodeTexts,
  parseBody,
  readArray,
  wireElement,
  wireType,
} from "../../src/remote/wire/index.js";

type Attributes = { readonly [name: string]: ArrayView | string };

/** What a file in memory is made of. */
export type MemoryNode =
  | {
      readonly kind: "group";
      readonly members: { readonly [name: string]: MemoryNode };
      readonly attrs?: Attributes;
      readonly attr?: string;
      readonly table?: readonly string[];
    }
  | { readonly kind: "array"; readonly data: ArrayView; readonly attrs?: Attributes; readonly attr?: string }
  | { readonly kind: "texts"; readonly shape: readonly number[]; readonly items: readonly string[] }
  | { readonly kind: "lists"; readonly items: readonly ArrayView[] }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "odd"; readonly map: ReadonlyMap<string, unknown> };

export interface MemoryOptions {
  /** Whether it takes what goes beyond the protocol. */
  readonly isExtended?: boolean;
  /** Whether groups tell of no member, as for groups with more than 20 of them. */
  readonly isTerse?: boolean;
}

/** A server's answers out of memory: what was asked is written down, and checked by the rules of the protocol. */
export class MemoryFile implements ObjectRequests {
  /** The version of now; none where it is undefined. */
  etag: string | undefined = '"1"';
  readonly asked: string[] = [];
  readonly slices: SliceQuery[] = [];
  /** Called before each slice is answered. */
  before: () => void = () => undefined;
  root: MemoryNode;
  readonly #options: MemoryOptions;

  constructor(root: MemoryNode, options: MemoryOptions = {}) {
    this.root = root;
    this.#options = options;
  }

  hasExtensions(): boolean {
    return this.#options.isExtended !== false;
  }

  #node(path: string, root: MemoryNode = this.root): MemoryNode {
    let here = root;
    const parts = path.split("/").filter((part) => part !== "");
    for (const [i, part] of parts.entries()) {
      const next = here.kind === "group" ? here.members[part] : undefined;
      if (next === undefined) throw new NotFoundError("Failed to open object");
      const above = parts.slice(0, i).join("/");
      here =
        next.kind === "link"
          ? this.#node(next.target.startsWith("/") ? next.target : `${above}/${next.target}`)
          : next;
    }
    return here;
  }

  async requestObject(_file: string, object: string, limits: Partial<ReadingLimits> = {}) {
    const { maxDepth = 0, dataSizeLimit = 0 } = limits;
    this.asked.push(`${object} ${maxDepth}`);
    return { value: this.#map(this.#node(object), 0, maxDepth, dataSizeLimit), etag: this.etag };
  }

  #map(node: MemoryNode, depth: number, maxDepth: number, limit: number): ReadonlyMap<string, unknown> {
    if (node.kind === "odd") return node.map;
    if (node.kind === "link")
      return new Map([
        ["hdf5_object", "soft_link"],
        ["target", node.target],
      ]);
    const attributes = new Map<string, unknown>();
    if ("attrs" in node) {
      for (const [name, value] of Object.entries(node.attrs ?? {}))
        attributes.set(name, this.#decoded(value));
    }
    const map = new Map<string, unknown>([
      ["hdf5_object", node.kind === "group" ? "group" : "dataset"],
      ["attributes", attributes],
    ]);
    if ("attr" in node) map.set("attr", node.attr);
    if (node.kind === "group") {
      const isHidden = depth > 0 && (this.#options.isTerse === true || depth >= maxDepth);
      const members = Object.entries(node.members).map(([name, member]) => {
        const isNil = isHidden || (member.kind === "group" && depth >= maxDepth);
        return [name, isNil ? null : this.#map(member, depth + 1, maxDepth, limit)] as const;
      });
      map.set("members", new Map(members));
      if (node.table !== undefined)
        map.set(
          "table",
          new Map<string, unknown>([
            ["rows", this.#columns(node, node.table)[0]?.[1].length],
            ["columns", [...node.table]],
          ]),
        );
      return map;
    }
    if (node.kind === "array") {
      const element = wireElement(node.data.dtype, this.#dialect);
      const { type, kind } = element.kind === "fixed" ? wireType(element.dtype) : { type: "str", kind: "" };
      map
        .set("type", type)
        .set("kind", kind)
        .set("shape", [...node.data.shape]);
      if (node.data.nbytes <= limit) map.set("data", this.#decoded(node.data));
      return map;
    }
    const isTexts = node.kind === "texts";
    const shape = isTexts ? node.shape : [node.items.length];
    map
      .set("type", isTexts ? "str" : node.items[0]?.dtype.str)
      .set("kind", isTexts ? "" : "V")
      .set("shape", [...shape]);
    if (node.items.length * 16 <= limit)
      map.set("data", decodeMessage(encodeTexts({ shape, items: node.items }, this.#dialect)));
    return map;
  }

  get #dialect() {
    return this.hasExtensions() ? "numpy" : "classic";
  }

  #decoded(value: ArrayView | string): unknown {
    const bytes =
      typeof value === "string"
        ? encodeTexts({ shape: [], items: [value] }, this.#dialect)
        : encodeArray(value, this.#dialect);
    return decodeMessage(bytes);
  }

  async requestSlice(
    _file: string,
    query: SliceQuery,
    expectation: SliceExpectation,
    { signal, onProgress }: RequestOptions = {},
  ) {
    this.slices.push(query);
    this.before();
    signal?.throwIfAborted();
    const { ifMatch } = expectation;
    if (ifMatch !== undefined && ifMatch !== this.etag) throw new StaleError("the file is another version");
    const body = parseBody(encodeBody(query));
    const selection = body.slice ?? [];
    if (!this.hasExtensions() && !selection.every(isClassic)) throw new UnsupportedError("400");
    const bytes = this.#answer(query, selection, this.#node(query.object));
    const array = await readArray(halves(bytes), {
      ...expectation,
      onBytes: (bytes, total) => onProgress?.({ bytes, total }),
    });
    return { array, etag: this.etag };
  }

  #answer(query: SliceQuery, selection: readonly AxisSelection[], node: MemoryNode): Uint8Array {
    if (node.kind === "array") {
      checkSelection(selection, node.data.shape);
      return encodeArray(outer(node.data, selection), this.#dialect);
    }
    if (node.kind === "texts" || node.kind === "lists") {
      const shape = node.kind === "texts" ? node.shape : [node.items.length];
      checkSelection(selection, shape);
      const numbers = Int32Array.from({ length: node.items.length }, (_, i) => i);
      const dtype = parseDType("<i4");
      const places = outer(
        wrap({ ...zeros(dtype, shape), bytes: new Uint8Array(numbers.buffer) }, false),
        selection,
      );
      const items = flat(places).map((place) => node.items[place] ?? "");
      return encodeTexts({ shape: places.shape, items }, this.#dialect);
    }
    if (node.kind !== "group" || node.table === undefined || !this.hasExtensions())
      throw new UnsupportedError("400");
    const columns = this.#columns(node, query.columns ?? node.table);
    const [first] = columns;
    checkSelection(selection, [first?.[1].length ?? 0]);
    const records = RecordArray.zeros<DType>(
      structOf(columns.map(([name, { dtype, shape }]) => [name, dtype, shape.slice(1)])),
      first?.[1].length ?? 0,
    );
    for (const [name, column] of columns) records.field(name).assign(column as never);
    const chosen = outer(records as unknown as ArrayView, selection);
    if (query.where === undefined) return encodeArray(chosen, "numpy");
    // The one condition that this server understands: a column above a number.
    const [name = "", bound] = query.where.split(" > ");
    return encodeArray(chosen.filter(chosen.field(name).gt(Number(bound) as never)), "numpy");
  }

  #columns(group: MemoryNode, names: readonly string[]): [string, ArrayView][] {
    return names.flatMap((name) => {
      const node = this.#node(name, group);
      return node.kind === "array" ? [[name, node.data]] : [];
    });
  }
}

export function group(
  members: { readonly [name: string]: MemoryNode },
  more: { attrs?: Attributes; attr?: string; table?: readonly string[] } = {},
): MemoryNode {
  return { kind: "group", members, ...more };
}

export function array(data: ArrayView, more: { attrs?: Attributes; attr?: string } = {}): MemoryNode {
  return { kind: "array", data, ...more };
}

export function link(target: string): MemoryNode {
  return { kind: "link", target };
}

export const UNKNOWN: MemoryNode = { kind: "odd", map: new Map([["hdf5_object", "unknown"]]) };

/** Elements one after another. */
function flat(view: ArrayView): number[] {
  return view.ndim === 0
    ? [Number(view.at())]
    : view.ndim === 1
      ? Array.from(view, Number)
      : Array.from({ length: view.length }, (_, i) => flat(view.view(i))).flat();
}

function isClassic(axis: AxisSelection): boolean {
  return axis.kind === "runs" || (axis.kind === "range" && axis.step === 1);
}

/** Axis by axis, as servers select. */
function outer(view: ArrayView, selection: readonly AxisSelection[]): ArrayView {
  return selection.reduce<ArrayView>(
    (result, axis, k) => select(result, [...Array.from({ length: k }, () => slice()), positions(axis)]),
    view,
  );
}

/** What an axis selects, one by one. */
export function positions(axis: AxisSelection): Float64Array {
  if (axis.kind === "indices") return axis.indices;
  if (axis.kind === "range")
    return Float64Array.from({ length: axis.count }, (_, i) => axis.start + i * axis.step);
  return Float64Array.from(
    Array.from(axis.starts).flatMap((start, k) =>
      Array.from({ length: axis.counts[k] ?? 0 }, (_, i) => start + i),
    ),
  );
}

async function* halves(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const half = bytes.length >> 1;
  yield bytes.subarray(0, half);
  yield bytes.subarray(half);
}
