import {
  appendFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
} from "node:fs";
import { describe, expect, it } from "vitest";
import { ArrayView, denseLayout, wrap } from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import { exportHdf5 } from "../../src/hdf5/index.js";
import { Handle } from "../../src/hdf5/raw/index.js";
import { MemmapFile } from "../../src/index.js";
import { openHdf5File } from "../../src/server/served/hdf5-file.js";
import type { Box, ServedAttribute, ServedDataset } from "../../src/server/served/served.js";
import { makeHdf5, patch } from "../hdf5/import-support.js";
import { openBelow } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import {
  bytesOf,
  datasetAt,
  groupAt,
  kindsIn,
  makeNamedType,
  servedFile,
  servedHdf5,
} from "./hdf5-support.js";

const fresh = temporaryPaths();
const numbers = (count: number) => Float64Array.from({ length: count }, (_, i) => i);

describe("a group of an HDF5 file", () => {
  const tree = async () => {
    const path = await makeHdf5(fresh("tree.h5"), (h5) => {
      h5.create_dataset({ name: "x", data: numbers(6), shape: [2, 3] });
      const group = h5.create_group("α β 😀");
      group.create_dataset({ name: "y", data: Int32Array.of(1, 2) });
      h5.create_dataset({ name: "type", data: Int16Array.of(7) });
      h5.create_soft_link("/α β 😀", "alias");
      h5.create_soft_link("../no/such", "dangling");
      h5.create_soft_link("/two", "one");
      h5.create_soft_link("one", "two");
      h5.create_hard_link("/", "itself");
      h5.create_external_link("other.h5", "/x", "outside");
    });
    await makeNamedType(path, "type");
    return servedFile(path);
  };

  it("shows links as they are, and what it has no word for as unknown", async () => {
    const file = await tree();
    const root = groupAt(file, "/");
    expect(kindsIn(root)).toEqual({
      x: "dataset",
      "α β 😀": "group",
      type: "unknown",
      alias: "link",
      dangling: "link",
      one: "link",
      two: "link",
      itself: "link",
      outside: "unknown",
    });
    expect(root.member("dangling")).toEqual({ kind: "link", path: "/dangling", target: "../no/such" });
    expect(root.member("alias")).toMatchObject({ target: "/α β 😀" });
    expect(root.member("nope")).toBeUndefined();
    for (const name of ["", ".", "..", "alias/y", "x\0"]) {
      expect(["unknown", undefined]).toContain(root.member(name)?.kind);
    }
  });

  it("is found by paths, through soft links", async () => {
    const file = await tree();
    expect(datasetAt(file, "/α β 😀/y").path).toBe("/α β 😀/y");
    expect(datasetAt(file, "alias/y").path).toBe("/α β 😀/y");
    expect(datasetAt(file, "/itself/itself/x").path).toBe("/itself/itself/x");
    expect(groupAt(file, "alias").path).toBe("/α β 😀");
    expect(file.node("/type")).toMatchObject({ kind: "unknown" });
    for (const path of ["/nope", "/dangling", "/one", "/outside", "/x/y", "..", "/a\0b", "\ud800"]) {
      expect(file.node(path)).toBeUndefined();
    }
  });

  it("leaves out names that are no UTF-8", async () => {
    const path = await makeHdf5(fresh("latin.h5"), (h5) => {
      h5.create_dataset({ name: "cafe", data: Int32Array.of(1) });
      h5.create_dataset({ name: "thé", data: Int32Array.of(2) });
    });
    patch(path, Buffer.from("cafe"), Buffer.from("caf\xe9", "latin1"));
    const file = await servedFile(path);
    expect(groupAt(file, "/").names()).toEqual(["thé"]);
  });
});

describe("attributes of an HDF5 file", () => {
  /** A view's dtype, shape and elements, or the items. */
  function shown({ value }: ServedAttribute): unknown {
    if (!(value instanceof ArrayView)) return value;
    return [value.dtype.str, value.shape, value.ndim === 0 ? value.at() : value.toArray()];
  }

  it("have their own dtypes and shapes, in the order of their names", async () => {
    const file = await servedHdf5(fresh("attributes.h5"), (h5) => {
      h5.create_attribute("z", Int8Array.of(1, 2), [2]);
      h5.create_attribute("long", BigInt64Array.of(2n ** 60n), []);
      h5.create_attribute("two", Float32Array.of(1, 2, 3, 4), [2, 2]);
      h5.create_attribute("free", "Vega, α Lyrae");
      h5.create_attribute("fixed", "abc", [], "S5");
      h5.create_attribute("list", ["a", "bc", ""]);
      h5.create_attribute("none", new Float64Array(0), [0]);
    });
    const attributes = groupAt(file, "/").attributes();
    expect(attributes.map(({ name }) => name)).toEqual(["fixed", "free", "list", "long", "none", "two", "z"]);
    expect(Object.fromEntries(attributes.map((each) => [each.name, shown(each)]))).toEqual({
      fixed: ["|S5", [], "abc"],
      free: { shape: [], items: ["Vega, α Lyrae"] },
      list: { shape: [3], items: ["a", "bc", ""] },
      long: ["<i8", [], 2n ** 60n],
      none: ["<f8", [0], new Float64Array(0)],
      two: ["<f4", [2, 2], [Float32Array.of(1, 2), Float32Array.of(3, 4)]],
      z: ["|i1", [2], Int8Array.of(1, 2)],
    });
  });

  it("that cannot be shown are left out", async () => {
    const path = await makeHdf5(fresh("odd.h5"), (h5) => {
      h5.create_attribute("bits", Int32Array.of(5), []);
      h5.create_attribute("fine", Int16Array.of(5), []);
      h5.create_attribute("text", "abcd");
      h5.create_attribute("large", new Uint8Array((1 << 16) - 300));
    });
    // Its integer becomes a bit field; the text no UTF-8.
    patch(path, Buffer.from("1008000004000000", "hex"), Buffer.from("1400000004000000", "hex"));
    patch(path, Buffer.from("abcd"), Buffer.from("ab\xffd", "latin1"));
    const file = await servedFile(path);
    expect(
      groupAt(file, "/")
        .attributes()
        .map(({ name }) => name),
    ).toEqual(["fine", "large"]);
  });
});

describe("a dataset of an HDF5 file", () => {
  const SHAPE = [9, 10, 11];
  const SIZE = 990;

  /** A number of 31 bits after another, so that every run tries the same. */
  function* steps(): Generator<number, never> {
    for (let state = 12345; ; ) {
      state = (state * 1103515245 + 12345) % 2147483648;
      yield state / 2147483648;
    }
  }

  /** The same box of the whole in memory. */
  function boxIn(whole: Uint8Array, itemsize: number, { start, count }: Box): Buffer {
    const rows: Uint8Array[] = [];
    const [a = 0, b = 0, c = 0] = start;
    const [rowCount = 0, columns = 0, length = 0] = count;
    for (let i = a; i < a + rowCount; i++) {
      for (let j = b; j < b + columns; j++) {
        const at = ((i * 10 + j) * 11 + c) * itemsize;
        rows.push(whole.subarray(at, at + length * itemsize));
      }
    }
    return Buffer.concat(rows);
  }

  async function expectBoxes(dataset: ServedDataset, itemsize: number): Promise<void> {
    const whole = await bytesOf(dataset);
    const random = steps();
    for (let n = 0; n < 60; n++) {
      const start: number[] = [];
      const count = SHAPE.map((extent, axis) => {
        const isWhole = random.next().value < 0.3;
        start[axis] = isWhole ? 0 : Math.floor(random.next().value * extent);
        return isWhole ? extent : Math.floor(random.next().value * (extent - (start[axis] ?? 0) + 1));
      });
      const target = new Uint8Array(count.reduce((size, axis) => size * axis, itemsize)).fill(0xaa);
      await dataset.readBox({ start, count }, target);
      expect(boxIn(whole, itemsize, { start, count }).equals(target), `${start} ${count}`).toBe(true);
    }
  }

  it("gives any box, however it is stored", async () => {
    const data = numbers(SIZE);
    const chunks = [4, 3, 5];
    const file = await servedHdf5(fresh("boxes.h5"), (h5) => {
      h5.create_dataset({ name: "flat", data, shape: SHAPE });
      h5.create_dataset({ name: "chunks", data, shape: SHAPE, chunks });
      h5.create_dataset({ name: "rows", data, shape: SHAPE, chunks: [2, 10, 11], compression: 1 });
      h5.create_dataset({ name: "deflate", data, shape: SHAPE, chunks, compression: 1 });
      // Scale and offset, which only the library can undo.
      h5.create_dataset({
        name: "library",
        data: Int32Array.from(data),
        shape: SHAPE,
        chunks,
        compression: 6,
        compression_opts: [2, 0],
      });
    });
    for (const name of ["flat", "chunks", "rows", "deflate"]) {
      const dataset = datasetAt(file, name);
      expect(new Float64Array((await bytesOf(dataset)).buffer), name).toEqual(data);
      await expectBoxes(dataset, 8);
    }
    const library = datasetAt(file, "library");
    expect(library.chunkShape).toEqual(chunks);
    expect(new Int32Array((await bytesOf(library)).buffer)).toEqual(Int32Array.from(data));
    await expectBoxes(library, 4);
  });

  it("that is small and flat is read at once, and along wide rows without what is between", async () => {
    const file = await servedHdf5(fresh("wide.h5"), (h5) => {
      h5.create_dataset({ name: "x", data: numbers(1 << 16), shape: [16, 1 << 12] });
    });
    const dataset = datasetAt(file, "x");
    const target = new Uint8Array(16 * 8);
    expect(dataset.readBox({ start: [0, 5], count: [16, 1] }, target)).toBeUndefined();
    expect(new Float64Array(target.buffer)).toEqual(numbers(16).map((row) => row * 4096 + 5));
    const rows = new Uint8Array(1 << 19);
    await dataset.readBox({ start: [0, 0], count: [16, 1 << 12] }, rows);
    expect(new Float64Array(rows.buffer)).toEqual(numbers(1 << 16));
  });

  it("that nobody wrote to is its fill value", async () => {
    const file = await servedHdf5(fresh("empty.h5"), (h5) => {
      h5.create_dataset({
        name: "x",
        data: new Int16Array(0),
        shape: [0, 3],
        maxshape: [null, 3],
        chunks: [2, 3],
      });
      const grown = h5.create_dataset({
        name: "y",
        data: Int16Array.of(1, 2),
        maxshape: [null],
        chunks: [2],
      });
      grown.resize([7]);
    });
    expect(datasetAt(file, "x").shape).toEqual([0, 3]);
    expect(await bytesOf(datasetAt(file, "x"))).toEqual(new Uint8Array(0));
    const bytes = await bytesOf(datasetAt(file, "y"));
    expect([...new Int16Array(bytes.buffer)]).toEqual([1, 2, 0, 0, 0, 0, 0]);
  });

  it("of texts gives them as they are", async () => {
    const texts = ["Vega", "", "α Lyrae", "😀"];
    const many = Array.from({ length: 20_000 }, (_, i) => `text ${i}`);
    const file = await servedHdf5(fresh("texts.h5"), (h5) => {
      h5.create_dataset({ name: "texts", data: texts, shape: [2, 2] });
      h5.create_dataset({ name: "many", data: many });
      h5.create_dataset({ name: "one", data: "alone", shape: [] });
    });
    const dataset = datasetAt(file, "texts");
    expect(dataset.element).toEqual({ kind: "text" });
    expect(await dataset.readItems({ start: [0, 1], count: [2, 1] })).toEqual({
      shape: [2, 1],
      items: ["", "😀"],
    });
    const { items } = await datasetAt(file, "many").readItems({ start: [3], count: [19_990] });
    expect(items).toEqual(many.slice(3, 19_993));
    expect(await datasetAt(file, "one").readItems({ start: [], count: [] })).toEqual({
      shape: [],
      items: ["alone"],
    });
    expect((await dataset.readItems({ start: [0, 0], count: [0, 2] })).items).toEqual([]);
    expect(() => dataset.readBox({ start: [], count: [] }, new Uint8Array(4))).toThrow(/holds texts/);
  });

  it("whose elements have no place in the protocol is unknown", async () => {
    const path = await makeHdf5(fresh("odd.h5"), (h5) => {
      h5.create_dataset({ name: "bits", data: Int32Array.of(1, 2) });
      h5.create_dataset({ name: "number", data: Int16Array.of(1, 2) });
    });
    patch(path, Buffer.from("1008000004000000", "hex"), Buffer.from("1400000004000000", "hex"));
    expect(kindsIn(groupAt(await servedFile(path), "/"))).toEqual({ bits: "unknown", number: "dataset" });
  });

  it("that only the library can decode is not where its chunks are too large", async () => {
    const file = await servedHdf5(fresh("chunks.h5"), (h5) => {
      const one = {
        data: Int32Array.of(1),
        shape: [1],
        maxshape: [null],
        compression: 6,
        compression_opts: [2, 0],
      };
      h5.create_dataset({ name: "large", ...one, chunks: [2 ** 24 + 1] });
      h5.create_dataset({ name: "small", ...one, chunks: [2 ** 10] });
    });
    await expect(bytesOf(datasetAt(file, "large"))).rejects.toMatchObject({ code: "LIMIT" });
    expect([...(await bytesOf(datasetAt(file, "small")))]).toEqual([1, 0, 0, 0]);
  });

  it("of each dtype of a table comes as an export wrote it", async () => {
    const dtypes = [
      "b1",
      "u1",
      ">i4",
      "<f2",
      "c16",
      "S3",
      "M8[us]",
      "m8[3s]",
      "V5",
      [
        ["a", "i1"],
        ["b", ">f8"],
      ],
    ] as const;
    using file = MemmapFile.open(fresh(), { mode: "w+", durability: "process" });
    for (const [i, like] of dtypes.entries()) {
      const dtype = parseDType(like);
      const bytes = new Uint8Array(2 * dtype.itemsize).fill(1);
      file.setArray(`x${i}`, wrap({ dtype, layout: denseLayout([2], dtype.itemsize), bytes }, false));
    }
    const path = fresh("dtypes.h5");
    await exportHdf5(file, path);
    const served = await servedFile(path);
    for (const i of dtypes.keys()) {
      const array = file.getArray(`x${i}`);
      const dataset = datasetAt(served, `x${i}`);
      expect(dataset.element).toEqual({ kind: "fixed", dtype: array.dtype });
      expect(await bytesOf(dataset)).toEqual(new Uint8Array(array.nbytes).fill(1));
    }
  });
});

describe("an HDF5 file that is served", () => {
  const make = (name: string) =>
    makeHdf5(fresh(name), (h5) => {
      h5.create_dataset({ name: "flat", data: numbers(1 << 15) });
      h5.create_dataset({ name: "zip", data: numbers(4096), chunks: [512], compression: 1 });
    });

  it("that is cut short meanwhile is an answer", async () => {
    const path = await make("cut.h5");
    const file = await servedFile(path);
    const [flat, zip] = [datasetAt(file, "flat"), datasetAt(file, "zip")];
    expect(file.isIntact()).toBe(true);
    truncateSync(path, 4096);
    await expect(bytesOf(flat)).rejects.toMatchObject({ code: "CORRUPT" });
    await expect(bytesOf(zip)).rejects.toMatchObject({ code: "CORRUPT" });
    expect(file.isIntact()).toBe(false);
  });

  it("has another pin when it is written to or replaced, and reads on where another took its name", async () => {
    const path = await make("pinned.h5");
    const file = await servedFile(path);
    expect((await servedFile(path)).pin).toBe(file.pin);
    expect(file.isCurrent?.()).toBe(true);
    renameSync(await make("other.h5"), path);
    const other = await servedFile(path);
    expect(other.pin).not.toBe(file.pin);
    expect([file.isIntact(), file.isCurrent?.()]).toEqual([true, false]);
    expect(new Float64Array((await bytesOf(datasetAt(file, "zip"))).buffer)).toEqual(numbers(4096));
    utimesSync(path, 1, 1);
    expect([other.isIntact(), other.isCurrent?.()]).toEqual([false, false]);
    rmSync(path);
    expect(other.isCurrent?.()).toBe(false);
  });

  it("gives back what it holds when it is released, and not before what is being read", async () => {
    const path = await make("released.h5");
    const file = await openHdf5File(realpathSync(path));
    const bytes = new Uint8Array(8 << 15);
    const reading = datasetAt(file, "flat").readBox({ start: [0], count: [1 << 15] }, bytes);
    expect(reading).toBeInstanceOf(Promise);
    file.release();
    await reading;
    expect(new Float64Array(bytes.buffer)).toEqual(numbers(1 << 15));
    expect(openBelow(realpathSync(path))).toEqual([]);
    expect(file.isIntact()).toBe(false);
    expect(() => file.node("/flat")).toThrow(/closed/);
  });

  it("is the only one that the library opens for it", async () => {
    const secret = await make("secret.h5");
    const path = await makeHdf5(fresh("links.h5"), (h5) => {
      h5.create_external_link(secret, "/flat", "outside");
    });
    const look = (handle: Handle) =>
      handle.try((module, id) => module.get_dataset_metadata(id, "/outside")).value?.shape;
    for (const [isSealed, found] of [
      [false, [1 << 15]],
      [true, undefined],
      [false, [1 << 15]],
    ] as const) {
      const handle = await Handle.open(path, { isSealed });
      expect(look(handle)).toEqual(found);
      handle.close();
    }
  });

  it("must be one", async () => {
    const path = fresh("none.h5");
    appendFileSync(path, "no HDF5 file");
    await expect(openHdf5File(path)).rejects.toMatchObject({ code: "FORMAT" });
    await expect(openHdf5File(fresh("nothing.h5"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    const link = fresh("link.h5");
    symlinkSync(realpathSync(await make("target.h5")), link);
    await expect(openHdf5File(link)).rejects.toMatchObject({ code: "STALE" });
  });
});
