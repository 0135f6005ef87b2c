import { describe, expect, it } from "vitest";
import {
  denseLayout,
  type IndexArray,
  type Selection,
  type SelectionPart,
  Slice,
  select,
  wrap,
} from "../../src/array/index.js";
import { nest, promote } from "../../src/dtype/index.js";
import { type ArrayView, type DType, type DTypeLike, isMemmapError, parseDType } from "../../src/index.js";
import { PLAIN, STRUCTURES } from "./dtypes.js";
import { Random } from "./random.js";
import { askScript, specOf } from "./support.js";

const numpy = (call: string, args: object) => askScript("selection.py", call, args);

/** A part of a selection as JSON has it. */
type WirePart =
  | number
  | null
  | "..."
  | { readonly slice: readonly (number | null)[] }
  | { readonly index: readonly number[]; readonly shape: readonly number[] }
  | { readonly mask: readonly boolean[]; readonly shape: readonly number[] };

interface Case {
  readonly dtype: DType["descr"];
  readonly shape: readonly number[];
  readonly order: "C" | "F";
  /** Slices that are taken first: arrays with strides. */
  readonly before: readonly WirePart[];
  readonly selection: readonly WirePart[];
}

type Answer =
  | { readonly error: string }
  | { readonly shape: readonly number[]; readonly hex: string; readonly shares: boolean | null };

const sizeOf = (shape: readonly number[]) => shape.reduce((size, axis) => size * axis, 1);

/** The array that the peer makes of the same case. */
function arrayOf({ dtype: descr, shape, order }: Case): ArrayView {
  const dtype = parseDType(descr as DTypeLike);
  const modulus = dtype.kind === "b" ? 2 : 251;
  const bytes = Uint8Array.from({ length: sizeOf(shape) * dtype.itemsize }, (_, place) => {
    return ((place * 37 + Math.floor(place / 251)) % 251) % modulus;
  });
  return wrap({ dtype, layout: denseLayout(shape, dtype.itemsize, order === "F"), bytes }, true);
}

const CARRIERS = ["lists", "Int32Array", "i2", ">u8", "strided"] as const;

/** A part as `select` takes it, indices and masks by one carrier or another. */
function partOf(part: WirePart, random: Random): SelectionPart {
  if (part === null || typeof part !== "object") return part;
  if ("slice" in part) return new Slice(...(part.slice as [number | null, number | null, number | null]));
  return "mask" in part
    ? carried(part.mask.map(Number), part.shape, random, "b1")
    : carried(part.index, part.shape, random);
}

function carried(
  numbers: readonly number[],
  shape: readonly number[],
  random: Random,
  dtype?: "b1",
): IndexArray {
  const carrier = CARRIERS[random.below(CARRIERS.length)];
  const isNegative = numbers.some((number) => number < 0);
  // Lists cannot say the shape of what is empty, and say true and false by themselves.
  if (carrier === "lists" && shape.length > 0 && numbers.length > 0) {
    return nest(shape, (i) => (dtype === "b1" ? numbers[i] === 1 : (numbers[i] ?? 0))) as IndexArray;
  }
  if (carrier === "Int32Array" && shape.length === 1 && dtype === undefined) return Int32Array.from(numbers);
  const type = parseDType(dtype ?? (carrier === ">u8" && !isNegative ? ">u8" : "i2"));
  const isStrided = carrier === "strided" && shape.length > 0;
  const [first = 0, ...rest] = shape;
  const whole = isStrided ? [2 * first, ...rest] : shape;
  const made = wrap<DTypeLike, "r+">(
    {
      dtype: type,
      layout: denseLayout(whole, type.itemsize),
      bytes: new Uint8Array(sizeOf(whole) * type.itemsize),
    },
    true,
  );
  const array = isStrided ? made.slice(null, null, -2) : made;
  if (numbers.length === 0) return array;
  const values = nest(shape.length === 0 ? [1] : shape, (i) =>
    dtype === "b1" ? numbers[i] === 1 : numbers[i],
  );
  array.assign(shape.length === 0 ? (values[0] as never) : values);
  return array;
}

/** A random selection of an array, most of them good ones. */
class Cases {
  readonly #random: Random;

  constructor(title: string) {
    this.#random = new Random(title);
  }

  #below(limit: number): number {
    return this.#random.below(limit);
  }

  make(dtype: string | DType["descr"]): Case {
    const rank = this.#below(5);
    const shape = Array.from({ length: rank }, () => (this.#below(12) === 0 ? 0 : 1 + this.#below(5)));
    const order = this.#below(3) === 0 ? "F" : "C";
    const before = this.#below(2) === 0 ? shape.map((): WirePart => this.#slice(5, [2, -1, -2, 1])) : [];
    const lengths = before.map((part, axis) => lengthOf(part, shape[axis] ?? 0));
    const left = before.length === 0 ? shape : lengths;
    return { dtype: dtype as DType["descr"], shape, order, before, selection: this.#selection(left) };
  }

  #slice(reach: number, steps: readonly number[]): WirePart {
    const bound = () => (this.#below(2) === 0 ? null : this.#below(2 * reach + 1) - reach);
    return { slice: [bound(), bound(), steps[this.#below(steps.length)] ?? 1] };
  }

  #selection(shape: readonly number[]): WirePart[] {
    const parts: WirePart[] = [];
    const common = Array.from({ length: this.#below(3) }, () => this.#below(4));
    let axis = 0;
    let isWhole = false;
    while (this.#below(6) > 0) {
      const length = shape[axis];
      const choice = this.#below(10);
      if (choice === 0) parts.push(null);
      else if (choice === 1 && !isWhole) {
        parts.push("...");
        isWhole = true;
        // As many axes as the rest of the parts leave: mostly too many are named then, now and then not.
        axis += this.#below(shape.length - axis + 1);
      } else if (length === undefined) {
        if (choice === 2) parts.push(this.#mask([]));
        else break;
      } else if (choice < 4) {
        parts.push(this.#position(length));
        axis += 1;
      } else if (choice < 6) {
        parts.push(this.#slice(length + 1, [1, 1, 2, -1, -3]));
        axis += 1;
      } else if (choice < 9) {
        parts.push(this.#index(length, common));
        axis += 1;
      } else {
        const lengths = shape.slice(axis, axis + 1 + this.#below(2));
        parts.push(this.#mask(lengths));
        axis += lengths.length;
      }
    }
    // A list of positions alone would be one index.
    return parts.every((part) => typeof part === "number") ? [...parts, "..."] : parts;
  }

  #position(length: number): number {
    const isWild = length === 0 || this.#below(30) === 0;
    return isWild ? this.#below(12) - 6 : this.#below(2 * length) - length;
  }

  #index(length: number, common: readonly number[]): WirePart {
    // Some have fewer axes, and some axes of length 1, which stretch.
    const shape = common
      .slice(this.#below(common.length + 1) > 0 ? 0 : this.#below(common.length + 1))
      .map((axis) => (this.#below(4) === 0 ? 1 : axis));
    const size = length === 0 ? 0 : sizeOf(shape);
    if (length === 0) return { index: [], shape: [0] };
    return { index: Array.from({ length: size }, () => this.#position(length)), shape };
  }

  #mask(lengths: readonly number[]): WirePart {
    const shape = this.#below(20) === 0 ? lengths.map((length) => length + 1) : lengths;
    return { mask: Array.from({ length: sizeOf(shape) }, () => this.#below(2) === 0), shape };
  }
}

/** What is selected; undefined where that is refused. */
function selectOf(view: ArrayView, selection: Selection): ArrayView | undefined {
  try {
    return select(view, selection);
  } catch (error) {
    if (isMemmapError(error, "INDEX") || isMemmapError(error, "SHAPE")) return undefined;
    throw error;
  }
}

function lengthOf(part: WirePart, length: number): number {
  const zeros = wrap<DTypeLike, "r">(
    { dtype: parseDType("u1"), layout: denseLayout([length], 1), bytes: new Uint8Array(length) },
    false,
  );
  return zeros.view(partOf(part, new Random("none")) as Slice).length;
}

const DTYPES = [
  ...["|b1", "<i2", ">f8", "<c16", ">U3", "|S5", "|V3", "<M8[us]"],
  specOf(STRUCTURES[4]?.fields ?? "i4"),
];

describe("NumPy's indexing", () => {
  it.each(DTYPES.map((dtype) => ({ title: String(dtype).slice(0, 10), dtype })))(
    "of $title",
    ({ title, dtype }) => {
      const making = new Cases(`selection ${title}`);
      const cases = Array.from({ length: 300 }, () => making.make(dtype));
      const answers = numpy("select", { cases }) as readonly Answer[];
      const random = new Random(`carriers ${title}`);
      let errors = 0;
      for (const [i, given] of cases.entries()) {
        const answer = answers[i];
        if (answer === undefined) throw new Error("NumPy has answered too few");
        const view = arrayOf(given).view(...given.before.map((part) => partOf(part, random) as Slice));
        const selection = given.selection.map((part) => partOf(part, random));
        const message = JSON.stringify(given);
        const found = selectOf(view, selection.length === 0 ? "..." : selection);
        if ("error" in answer) {
          errors += 1;
          expect(found, `${message}: ${answer.error}`).toBeUndefined();
          continue;
        }
        if (found === undefined) {
          // NumPy overlooks positions and masks that nothing comes of.
          expect(sizeOf(answer.shape), message).toBe(0);
          continue;
        }
        expect(found.shape, message).toEqual(answer.shape);
        const bytes = select(found, [null, "..."]).bytes(0);
        expect(Buffer.from(bytes).toString("hex"), message).toBe(answer.hex);
        if (answer.shares !== null) expect(found.storage === view.storage, message).toBe(answer.shares);
      }
      expect(errors).toBeLessThan(cases.length / 3);
    },
  );
});

/** What NumPy has a dtype for and this package has none: text of numbers, dates and durations of integers and each other. */
function isDeparture(dtypes: readonly DType[]): boolean {
  const kinds = new Set(dtypes.map(({ kind, fields }) => (fields === undefined ? kind : "record")));
  const has = (letters: string) => [...letters].some((letter) => kinds.has(letter as DType["kind"]));
  return (has("SU") && has("biufc")) || (has("m") && has("biuM")) || (has("SU") && has("mM"));
}

function expectPromoted(lists: readonly (readonly DType[])[]): void {
  const answers = numpy("promote", { lists: lists.map((list) => list.map(({ descr }) => descr)) });
  for (const [i, dtypes] of lists.entries()) {
    const said = (answers as readonly (DType["descr"] | null)[])[i];
    let found: DType["descr"] | null = null;
    try {
      found = promote(dtypes).descr;
    } catch (error) {
      if (!isMemmapError(error, "DTYPE")) throw error;
    }
    if (found === null && isDeparture(dtypes)) continue;
    expect(found, dtypes.map(String).join(" and ")).toEqual(said);
  }
}

describe("NumPy's result_type", () => {
  // NumPy's products of the largest multiple and a unit's length wrap at 64 bits.
  const all = PLAIN.filter((code) => !code.includes("2147483647")).map((code) => parseDType(code));

  it("of all pairs", () => {
    expectPromoted(all.flatMap((a) => all.map((b) => [a, b])));
  });

  it("of three", () => {
    const random = new Random("promote");
    const numbers = all.filter(({ kind }) => "biufc".includes(kind));
    const any = (from: readonly DType[]) => from[random.below(from.length)] ?? parseDType("b1");
    expectPromoted(numbers.flatMap((a) => numbers.map((b) => [a, b, any(numbers)])));
    const times = all.filter(({ kind }) => kind === "M");
    expectPromoted(times.map((a) => [a, any(times), any(times)]));
  });

  it("of records", () => {
    const records = [
      [["a", ">i4"]],
      [["a", "<f8"]],
      [["b", "<i4"]],
      [
        ["a", "<i4"],
        ["b", "|S3"],
      ],
      [
        ["a", "<u4"],
        ["b", "<U2"],
      ],
      [
        ["b", "<U2"],
        ["a", "<u4"],
      ],
      [["a", "<i4", [2]]],
      [["a", [["x", "<i2"]]]],
      [["a", [["x", ">f4"]]]],
      "|V4",
      "<i4",
    ].map((spec) => parseDType(spec as DTypeLike));
    expectPromoted(records.flatMap((a) => records.map((b) => [a, b])));
  });
});
