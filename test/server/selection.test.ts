import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type DTypeLike, parseDType, sizeOf } from "../../src/dtype/index.js";
import { formatHeader } from "../../src/npy/index.js";
import { type AxisSelection, decodeValue, encodeItem } from "../../src/remote/wire/index.js";
import { readSelection } from "../../src/server/selection/index.js";
import type { Box, ServedDataset, ServedItems } from "../../src/server/served/served.js";
import { openStoreFile, type StoreFile } from "../../src/server/served/store-file.js";
import { temporaryPaths } from "../support/temporary.js";

const path = temporaryPaths();

/** An array whose bytes count from 0 on, each element another. */
interface Sample {
  readonly name: string;
  readonly dtype: DTypeLike;
  readonly shape: readonly number[];
  readonly fortran?: boolean;
}

const PADDED = [
  ["a", "u1"],
  ["", "|V3"],
  ["b", ">i4"],
  [
    "c",
    [
      ["d", "i2"],
      ["", "|V2"],
    ],
    [2],
  ],
] as const;

const SAMPLES: readonly Sample[] = [
  { name: "line", dtype: "i4", shape: [97] },
  { name: "plane", dtype: "u2", shape: [13, 7] },
  { name: "block", dtype: "f8", shape: [5, 4, 6] },
  { name: "wide", dtype: "u1", shape: [3, 300] },
  { name: "across", dtype: "i4", shape: [13, 7], fortran: true },
  { name: "cube", dtype: "u2", shape: [4, 3, 5], fortran: true },
  { name: "swapped", dtype: ">i4", shape: [20, 3] },
  { name: "complex", dtype: ">c16", shape: [9] },
  { name: "padded", dtype: PADDED, shape: [11, 2] },
  { name: "large", dtype: "i4", shape: [60, 9000] },
  { name: "tall", dtype: "u2", shape: [40_000, 12], fortran: true },
  { name: "long", dtype: "i4", shape: [30_000, 3] },
  { name: "one", dtype: ">f8", shape: [] },
  { name: "nothing", dtype: "f8", shape: [0, 3] },
  { name: "none", dtype: "f8", shape: [3, 0] },
];

function bytesOf({ dtype, shape }: Sample): Buffer {
  const { itemsize } = parseDType(dtype);
  const bytes = Buffer.alloc(sizeOf(shape) * itemsize);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 7 + Math.floor(i / itemsize) * 31) & 0xff;
  return bytes;
}

/** The positions of each axis from the last on, of which the first runs fastest in Fortran's order. */
function inOrder(sample: Sample): Buffer {
  const { dtype, shape, fortran = false } = sample;
  const bytes = bytesOf(sample);
  if (!fortran) return bytes;
  const { itemsize } = parseDType(dtype);
  const stored = Buffer.alloc(bytes.length);
  for (let flat = 0; flat < sizeOf(shape); flat++) {
    let [rest, at, stride] = [flat, 0, sizeOf(shape)];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] ?? 1;
      stride /= length;
      at += (rest % length) * stride;
      rest = Math.floor(rest / length);
    }
    bytes.copy(stored, at * itemsize, flat * itemsize, (flat + 1) * itemsize);
  }
  return stored;
}

function write(root: string, sample: Sample): void {
  const { name, dtype, shape, fortran = false } = sample;
  const header = formatHeader({ dtype: parseDType(dtype), shape, fortranOrder: fortran });
  writeFileSync(join(root, `${name}.npy`), Buffer.concat([header, inOrder(sample)]));
}

const root = path();
mkdirSync(root);
for (const sample of SAMPLES) write(root, sample);
const file = openStoreFile(root);
afterAll(() => file.release());

function dataset(name: string, of: StoreFile = file): ServedDataset {
  const node = of.node(name);
  if (node?.kind !== "dataset") throw new Error(`${name} is no dataset`);
  return node;
}

const range = (start: number, count: number, step = 1): AxisSelection => ({
  kind: "range",
  start,
  count,
  step,
});
const indices = (...list: number[]): AxisSelection => ({ kind: "indices", indices: Float64Array.from(list) });
const runs = (...pairs: [number, number][]): AxisSelection => ({
  kind: "runs",
  starts: Float64Array.from(pairs, ([start]) => start),
  counts: Float64Array.from(pairs, ([, count]) => count),
});

/** What a selection of an axis means, position by position. */
function positions(selection: AxisSelection): number[] {
  switch (selection.kind) {
    case "range":
      return Array.from({ length: selection.count }, (_, k) => selection.start + k * selection.step);
    case "indices":
      return [...selection.indices];
    case "runs":
      return [...selection.starts].flatMap((start, i) =>
        Array.from({ length: selection.counts[i] ?? 0 }, (_, k) => start + k),
      );
    default:
      return selection satisfies never;
  }
}

/** The numbers of the elements that are selected, in the order of C. */
function selected(shape: readonly number[], selection: readonly AxisSelection[]): number[] {
  return selection.reduce<number[]>(
    (flat, part, axis) => flat.flatMap((base) => positions(part).map((at) => base * (shape[axis] ?? 1) + at)),
    [0],
  );
}

interface Reading {
  readonly bytes: Buffer;
  readonly pieces: number[];
}

async function read(
  from: ServedDataset,
  selection: readonly AxisSelection[],
  chunkBytes?: number,
  dialect: "classic" | "numpy" = "numpy",
): Promise<Reading> {
  const parts: Buffer[] = [];
  for await (const piece of readSelection(from, selection, { dialect, chunkBytes })) {
    // A copy: its memory is used again.
    parts.push(Buffer.from(piece));
    await null;
  }
  return { bytes: Buffer.concat(parts), pieces: parts.map(({ length }) => length) };
}

function expected(sample: Sample, selection: readonly AxisSelection[]): Buffer {
  const { itemsize } = parseDType(sample.dtype);
  const bytes = bytesOf(sample);
  return Buffer.concat(
    selected(sample.shape, selection).map((at) => bytes.subarray(at * itemsize, (at + 1) * itemsize)),
  );
}

function sampleOf(name: string): Sample {
  const sample = SAMPLES.find((known) => known.name === name);
  if (sample === undefined) throw new Error(`there is no ${name}`);
  return sample;
}

/** Whatever may be selected along an axis. */
function anyAxis(length: number, isFirst: boolean): fc.Arbitrary<AxisSelection> {
  if (length === 0) return fc.constantFrom(range(0, 0), indices());
  const at = fc.integer({ min: 0, max: length - 1 });
  const step = fc.integer({ min: -length, max: length }).filter((value) => value !== 0);
  const stepped = fc.record({ start: at, step, share: fc.double({ min: 0, max: 1, noNaN: true }) });
  const cuts = fc.array(fc.integer({ min: 0, max: length }), { maxLength: 12 });
  return fc.oneof(
    fc.constant(range(0, length)),
    stepped.map(({ start, step: by, share }) => {
      const most = Math.floor((by > 0 ? length - 1 - start : start) / Math.abs(by)) + 1;
      return range(start, Math.round(share * most), by);
    }),
    fc.array(at, { maxLength: 20 }).map((list) => indices(...list)),
    ...(isFirst
      ? [
          cuts.map((bounds) => {
            const sorted = [...bounds].sort((one, other) => one - other);
            const pairs = sorted.map((start, i): [number, number] => [
              start,
              (sorted[i + 1] ?? length) - start,
            ]);
            return runs(...pairs.filter((_, i) => i % 3 !== 1));
          }),
        ]
      : []),
  );
}

describe("readSelection", () => {
  it("gives what NumPy's indices give of any array, in pieces of any length", async () => {
    const cases = fc
      .constantFrom(...SAMPLES.filter(({ shape, name }) => sizeOf(shape) < 2000 && name !== "padded"))
      .chain((sample) =>
        fc.record({
          sample: fc.constant(sample),
          selection: fc.tuple(...sample.shape.map((length, axis) => anyAxis(length, axis === 0))),
          chunkBytes: fc.constantFrom(1, 8, 24, 100, 1000, 1 << 18),
        }),
      );
    await fc.assert(
      fc.asyncProperty(cases, async ({ sample, selection, chunkBytes }) => {
        const { bytes, pieces } = await read(dataset(sample.name), selection, chunkBytes);
        expect(bytes).toEqual(expected(sample, selection));
        const { itemsize } = parseDType(sample.dtype);
        for (const piece of pieces) expect(piece).toBeLessThanOrEqual(Math.max(chunkBytes, itemsize));
        expect(pieces).not.toContain(0);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["a step that skips much", "large", [range(3, 50), range(7, 3, 4000)]],
    ["a step down", "large", [range(59, 30, -2), range(8999, 900, -10)]],
    ["positions far apart in no order", "large", [indices(50, 2, 2, 31), indices(8000, 1, 4000, 3999)]],
    ["positions near one another in no order", "large", [indices(50, 2, 2, 31), indices(5, 1, 9, 3)]],
    ["runs with gaps", "large", [runs([0, 2], [9, 1], [40, 20]), range(10, 8000)]],
    [
      "runs that are near, touch, or are empty",
      "long",
      [runs([0, 30], [30, 0], [30, 20], [61, 40], [101, 9]), range(0, 3)],
    ],
    ["runs that are far apart", "long", [runs([5, 20], [900, 30], [29_000, 1], [29_999, 1]), range(0, 3)]],
    [
      "runs longer than a piece, between short ones",
      "long",
      [runs([0, 1], [3, 200], [203, 28_000], [29_000, 12]), range(0, 3)],
    ],
    [
      "empty runs before others, and behind",
      "long",
      [runs([0, 0], [9000, 0], [9100, 50], [9160, 50], [30_000, 0]), range(0, 3)],
    ],
    ["runs of a part of each row", "long", [runs([10, 60], [80, 60]), range(1, 2)]],
    ["runs of columns that lie as such", "tall", [runs([10, 60], [80, 60], [30_000, 7]), range(0, 12)]],
    ["columns that lie as such", "tall", [range(0, 40_000), range(3, 2, 5)]],
    ["rows across them", "tall", [range(5, 4000, 10), range(0, 12)]],
    ["a part of them", "tall", [range(100, 20_000), indices(11, 0, 5)]],
  ] as const)("gives %s", async (_, name, selection) => {
    const sample = sampleOf(name);
    for (const chunk of [999, 1 << 18]) {
      const { bytes, pieces } = await read(dataset(name), selection, chunk);
      expect(bytes.equals(expected(sample, selection))).toBe(true);
      expect(Math.max(...pieces)).toBeLessThanOrEqual(chunk);
    }
  });

  it("gives scalars, and nothing of nothing", async () => {
    expect((await read(dataset("one"), [])).bytes).toEqual(bytesOf(sampleOf("one")));
    expect((await read(dataset("nothing"), [range(0, 0), range(0, 3)])).pieces).toEqual([]);
    expect((await read(dataset("none"), [range(0, 3), range(0, 0)])).pieces).toEqual([]);
    expect((await read(dataset("line"), [runs([3, 0], [5, 0])])).pieces).toEqual([]);
  });

  it("swaps numbers for clients that know one order, and packs records for all", async () => {
    const swapped = bytesOf(sampleOf("swapped"));
    expect((await read(dataset("swapped"), [range(0, 20), range(0, 3)], 50, "classic")).bytes).toEqual(
      Buffer.from(swapped).swap32(),
    );
    const complex = bytesOf(sampleOf("complex")).subarray(16, 32);
    expect((await read(dataset("complex"), [range(1, 1)], 1, "classic")).bytes).toEqual(
      Buffer.from(complex).swap64(),
    );
    const records = bytesOf(sampleOf("padded"));
    const packed = Array.from({ length: 22 }, (_, i) => {
      const record = records.subarray(i * 16, (i + 1) * 16);
      return [record.subarray(0, 1), record.subarray(4, 10), record.subarray(12, 14)];
    });
    for (const chunk of [1, 40, 1000]) {
      const { bytes } = await read(dataset("padded"), [range(0, 11), range(0, 2)], chunk, "classic");
      expect(bytes).toEqual(Buffer.concat(packed.flat()));
    }
  });

  it("gives text as items of its own to clients that know no other", async () => {
    const texts = ["Ada", "", "Ω≈ç√", "🙂🙂", "a\0b", "12345678"];
    const header = formatHeader({ dtype: parseDType(">U8"), shape: [6] });
    const points = Buffer.alloc(6 * 32);
    for (const [i, text] of texts.entries()) {
      for (const [k, character] of [...text].entries()) {
        points.writeUInt32BE(character.codePointAt(0) ?? 0, 32 * i + 4 * k);
      }
    }
    const other = path();
    mkdirSync(other);
    writeFileSync(join(other, "names.npy"), Buffer.concat([header, points]));
    const store = openStoreFile(other);
    try {
      const order = [5, 0, 2, 2, 3, 4, 1];
      for (const chunk of [1, 64, 1 << 18]) {
        const { bytes } = await read(dataset("names", store), [indices(...order)], chunk, "classic");
        const items = order.map((at) => encodeItem(texts[at] ?? "", "classic"));
        expect(bytes).toEqual(Buffer.concat(items));
      }
      const numpy = await read(dataset("names", store), [range(0, 6)]);
      expect(numpy.bytes).toEqual(points);
    } finally {
      store.release();
    }
  });

  it("gives texts of any length, whatever is selected of them", async () => {
    const shape = [40, 5];
    const textAt = (flat: number) => "x".repeat(flat % 7) + flat;
    const boxes: Box[] = [];
    const texts: ServedDataset = {
      kind: "dataset",
      path: "/texts",
      element: { kind: "text" },
      shape,
      attributes: () => [],
      readBox: () => {
        throw new Error("texts have no fixed size");
      },
      readItems: (box): Promise<ServedItems> => {
        boxes.push(box);
        const parts = box.start.map((start, axis) => range(start, box.count[axis] ?? 0));
        return Promise.resolve({ shape: box.count, items: selected(shape, parts).map(textAt) });
      },
    };
    const selections = fc.tuple(anyAxis(40, true), anyAxis(5, false));
    await fc.assert(
      fc.asyncProperty(selections, fc.constantFrom(1, 30, 1 << 18), async (selection, chunkBytes) => {
        const { bytes } = await read(texts, selection, chunkBytes, "classic");
        const items = selected(shape, selection).map((flat) => encodeItem(textAt(flat), "classic"));
        expect(bytes).toEqual(Buffer.concat(items));
      }),
      { numRuns: 60 },
    );
    expect(Math.max(...boxes.map(({ count }) => sizeOf(count)))).toBeLessThanOrEqual(1024);
    expect(decodeValue(encodeItem(textAt(3), "classic"), {})).toBe("xxx3");
  });

  it("reads few boxes for what lies together, and no more than it must for what lies apart", async () => {
    const counted = (length: number): { dataset: ServedDataset; boxes: Box[] } => {
      const boxes: Box[] = [];
      return {
        boxes,
        dataset: {
          kind: "dataset",
          path: "/counted",
          element: { kind: "fixed", dtype: parseDType("f8") },
          shape: [length],
          attributes: () => [],
          readBox: (box) => {
            boxes.push(box);
          },
          readItems: () => Promise.reject(new Error("these are no items")),
        },
      };
    };
    const whole = counted(1 << 20);
    await read(whole.dataset, [range(0, 1 << 20)]);
    expect(whole.boxes).toHaveLength(32);
    const near = counted(1 << 20);
    await read(near.dataset, [range(0, 1 << 15, 2)]);
    expect(near.boxes.length).toBeLessThanOrEqual(16);
    const far = counted(1 << 30);
    await read(far.dataset, [range(0, 1000, 1 << 20)]);
    expect(far.boxes.map(({ count }) => count[0])).toEqual(new Array(1000).fill(1));
    const joined = counted(1 << 20);
    await read(joined.dataset, [runs([0, 10], [10, 20], [30, 5])]);
    expect(joined.boxes).toEqual([{ start: [0], count: [35] }]);
    const runsNear = counted(1 << 20);
    await read(runsNear.dataset, [
      runs(...Array.from({ length: 1000 }, (_, i): [number, number] => [i * 400, 100])),
    ]);
    expect(runsNear.boxes.length).toBeLessThanOrEqual(50);
    const runsFar = counted(1 << 20);
    await read(runsFar.dataset, [runs([0, 100], [5000, 100], [5100, 100], [9000, 70_000])]);
    expect(runsFar.boxes.map(({ start, count }) => [start[0], count[0]])).toEqual([
      [0, 100],
      [5000, 200],
      [9000, 32_768],
      [41_768, 32_768],
      [74_536, 4464],
    ]);
    const mixed = counted(1 << 20);
    await read(mixed.dataset, [indices(...Array.from({ length: 5000 }, (_, i) => (i * 7919) % 50_000))]);
    expect(mixed.boxes.length).toBeLessThanOrEqual(50);
  });

  it("stops when it is told to, and waits for what is being read", async () => {
    const events: string[] = [];
    const slow: ServedDataset = {
      kind: "dataset",
      path: "/slow",
      element: { kind: "fixed", dtype: parseDType("u1") },
      shape: [100],
      attributes: () => [],
      readBox: async () => {
        events.push("begin");
        await new Promise((resolve) => setTimeout(resolve, 1));
        events.push("end");
      },
      readItems: () => Promise.reject(new Error("these are no items")),
    };
    for await (const _ of readSelection(slow, [range(0, 100)], { dialect: "numpy", chunkBytes: 10 })) break;
    expect(events).toEqual(["begin", "end", "begin", "end"]);
    const controller = new AbortController();
    const reason = new Error("enough");
    const pieces = readSelection(slow, [range(0, 100)], {
      dialect: "numpy",
      chunkBytes: 10,
      signal: controller.signal,
    });
    await pieces.next();
    controller.abort(reason);
    await pieces.next();
    await expect(pieces.next()).rejects.toBe(reason);
  });

  it("tells what fails when it is its turn", async () => {
    let count = 0;
    const failing: ServedDataset = {
      kind: "dataset",
      path: "/failing",
      element: { kind: "fixed", dtype: parseDType("u1") },
      shape: [30],
      attributes: () => [],
      readBox: async () => {
        count += 1;
        if (count === 2) throw new Error("the disk is gone");
      },
      readItems: () => Promise.reject(new Error("these are no items")),
    };
    const pieces = readSelection(failing, [range(0, 30)], { dialect: "numpy", chunkBytes: 10 });
    expect((await pieces.next()).value).toHaveLength(10);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(pieces.next()).rejects.toThrow("the disk is gone");
  });
});
