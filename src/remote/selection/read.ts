import { contiguousBytes, STRIDED, type Strided, zeros } from "../../array/index.js";
import { type DType, parseDType, sizeOf } from "../../dtype/index.js";
import { DTypeError, UnsupportedError } from "../../errors.js";
import type { DatasetFacts } from "../remote-facts.js";
import { isWireTexts, type WireArray } from "../wire/index.js";
import { assembled } from "./assemble.js";
import { type BoxAxis, planBox, wholeBox } from "./box.js";
import { type FetchOptions, fetchBox, fetchItems, type Origin, pinned, type Version } from "./fetch.js";
import type { Frame } from "./frame.js";
import { type Cluster, clusters, placed } from "./scattered.js";
import { textArray } from "./text-array.js";
import { planUses, type Uses } from "./uses.js";

/** A dataset that is read. */
export interface DatasetSource extends Origin {
  readonly facts: DatasetFacts;
}

/** What is read of a dataset: what a selection uses, and the box that is asked for. */
export interface ReadPlan {
  readonly uses: Uses;
  readonly box: readonly BoxAxis[];
}

/** The dtype of elements of a fixed size. @throws DTypeError for texts and lists, UnsupportedError for what has no name here */
export function dtypeOf({ facts, label }: DatasetSource): DType {
  const { element } = facts;
  switch (element.kind) {
    case "fixed":
      return element.dtype;
    case "text":
      throw new DTypeError(
        `${label} holds texts of any length; what is read of them is U, as wide as the longest`,
      );
    case "list":
      throw new DTypeError(`${label} holds lists of any length of ${element.dtype}; lists() reads them`);
    case "opaque":
      throw new UnsupportedError(`${label} holds elements that this package has no dtype for`);
    default:
      return element satisfies never;
  }
}

/** @throws what a selection throws, before anything is asked */
export function planRead(source: DatasetSource, frame: Frame, parts: readonly unknown[]): ReadPlan {
  const uses = planUses(frame, parts, source.label);
  return { uses, box: boxOf(source, uses) };
}

/** The box for a selection: all there is, where it is here already. */
export function boxOf({ facts, requests }: DatasetSource, { axes }: Pick<Uses, "axes">): readonly BoxAxis[] {
  const { shape, sliceable, data, element } = facts;
  if (data !== undefined) return wholeBox(shape);
  const itemsize = element.kind === "fixed" ? element.dtype.itemsize : 1;
  return planBox(axes, { shape, sliceable, itemsize, hasExtensions: requests.hasExtensions() === true });
}

/** What was read, and the version that it is of, where the server tells. */
export interface ReadResult<T> {
  readonly value: T;
  readonly etag: string | undefined;
}

/** Reads elements of a fixed size, or texts as `U`. Nothing is asked where nothing is selected. */
export async function readPlan(
  source: DatasetSource,
  plan: ReadPlan,
  options: FetchOptions = {},
  into?: Uint8Array,
): Promise<ReadResult<Strided>> {
  if (source.facts.element.kind === "text") {
    const { value, etag } = await readItems(source, plan, options);
    return { value: textArray(value, plan.uses.shape, source.label), etag };
  }
  const dtype = dtypeOf(source);
  const { uses, box } = plan;
  if (sizeOf(uses.shape) === 0) return { value: zeros(dtype, uses.shape), etag: undefined };
  const { data, sliceable, shape } = source.facts;
  if (data !== undefined && !isWireTexts(data)) {
    const bytes = contiguousBytes(data[STRIDED]()) ?? new Uint8Array(0);
    return { value: assembled(uses, box, { dtype, bytes }), etag: source.facts.etag };
  }
  const lengths = box.map(({ length }) => length);
  const boxBytes = sizeOf(lengths) * dtype.itemsize;
  const parts = clusters(uses, dtype.itemsize, boxBytes, source.limits.maxBytes);
  if (parts !== undefined) return readClusters(source, uses, parts, options);
  const target = into ?? zeros(dtype, lengths).bytes;
  const element = { dtype, shape: shape.slice(sliceable) };
  const asked = box.slice(0, sliceable).map(({ selection }) => selection);
  const { bytes, etag } = await fetchBox(source, asked, element, target, options);
  return { value: assembled(uses, box, { dtype, bytes }), etag };
}

function readClusters(
  source: DatasetSource,
  { shape }: Uses,
  parts: readonly Cluster[],
  options: FetchOptions,
): Promise<ReadResult<Strided>> {
  const dtype = dtypeOf(source);
  const plans = parts.map(({ uses, places }) => ({ places, plan: { uses, box: boxOf(source, uses) } }));
  const bytes = plans.reduce((sum, { plan }) => sum + sizeOf(plan.box.map(({ length }) => length)), 0);
  const read = async (version: Version) => {
    const value = zeros(dtype, shape);
    for (const { plan, places } of plans) {
      const part = await readPlan(source, plan, version.options);
      version.note(part.etag);
      placed(contiguousBytes(part.value) ?? new Uint8Array(0), places, value);
    }
    return { value, etag: version.etag };
  };
  return pinned(source, options, read, bytes * dtype.itemsize);
}

/** Whether what is selected lies in the box as it is to lie in the result. */
export function isStraight({ uses, box }: ReadPlan): boolean {
  const size = box.reduce((product, { length }) => product * length, 1);
  const isForward = uses.axes.every(
    (use) => use.kind === "fixed" || (use.kind === "kept" && use.range.step > 0),
  );
  return isForward && size === sizeOf(uses.shape);
}

/** Reads texts or lists, in C order of the result. @throws UnsupportedError */
export async function readItems(
  source: DatasetSource,
  { uses, box }: ReadPlan,
  options: FetchOptions = {},
): Promise<ReadResult<readonly (string | WireArray)[]>> {
  if (sizeOf(uses.shape) === 0) return { value: [], etag: undefined };
  const { data } = source.facts;
  const asked = box.map(({ selection }) => selection);
  const isHere = data !== undefined && isWireTexts(data);
  const { items, etag } = isHere
    ? { items: data.items, etag: source.facts.etag }
    : await fetchItems(source, asked, options);
  const dtype = parseDType("f8");
  const numbers = Float64Array.from({ length: items.length }, (_, i) => i);
  const places = assembled(uses, box, { dtype, bytes: new Uint8Array(numbers.buffer) });
  const dense = contiguousBytes(places) ?? new Uint8Array(0);
  const order = new Float64Array(dense.buffer, dense.byteOffset, sizeOf(uses.shape));
  return { value: Array.from(order, (place) => items[place] ?? ""), etag };
}
