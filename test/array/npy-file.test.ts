import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  type ArraySource,
  type ArrayView,
  BLOCK_BYTES,
  NpyArray,
  openNpy,
  RecordArray,
  STRIDED,
  saveNpy,
  slice,
  type Viewable,
} from "../../src/array/index.js";
import { parseDType } from "../../src/dtype/index.js";
import {
  ClosedError,
  CorruptError,
  DiskError,
  DTypeError,
  ExistsError,
  FormatError,
  NotFoundError,
  ReadOnlyError,
  ShapeError,
  StaleError,
  UnsupportedError,
} from "../../src/errors.js";
import { formatHeader } from "../../src/npy/index.js";
import { nodeFiles } from "../../src/platform/files.js";
import { isPosix } from "../support/platform.js";
import { openBelow, snapshot } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { arrayOf, counting, nested } from "./support.js";

const path = temporaryPaths();

/** A new file of these elements. */
function saved(array: Viewable): string {
  const name = path("array.npy");
  saveNpy(name, array);
  return name;
}

afterEach(() => vi.restoreAllMocks());

describe("saveNpy", () => {
  // numpy: np.save of the same arrays, in hex.
  const header = (dictionary: string, length = 118) =>
    `\x93NUMPY\x01\x00${String.fromCharCode(length)}\x00${dictionary.padEnd(length - 1)}\n`;

  it("writes NumPy's bytes, in C order", () => {
    const strided = counting("<i2", [2, 3]).view(slice(), slice(null, null, -1));
    const expected = Buffer.concat([
      Buffer.from(header("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }"), "latin1"),
      Buffer.from("020001000000050004000300", "hex"),
    ]);
    expect(readFileSync(saved(strided))).toEqual(expected);
    const scalar = Buffer.concat([
      Buffer.from(header("{'descr': '<f8', 'fortran_order': False, 'shape': (), }"), "latin1"),
      Buffer.from("0000000000001640", "hex"),
    ]);
    expect(readFileSync(saved(arrayOf("<f8", [1], [5.5]).view(0)))).toEqual(scalar);
  });

  it("takes typed arrays", () => {
    const name = path("typed.npy");
    saveNpy(name, Float32Array.of(1, 2).subarray(1));
    expect([openNpy(name).dtype.str, nested(openNpy(name))]).toEqual(["<f4", [2]]);
    saveNpy(name, new BigUint64Array(new SharedArrayBuffer(8)));
    expect([openNpy(name).dtype.str, nested(openNpy(name))]).toEqual(["<u8", [0n]]);
    saveNpy(name, Buffer.of(7));
    expect(nested(openNpy(name))).toEqual([7]);
  });

  it.each<[string, readonly number[], unknown[]]>([
    ["b1", [2], [true, false]],
    [">i4", [2, 1], [1, -1]],
    ["u8", [1], [2n ** 64n - 1n]],
    ["f2", [2], [0.5, Number.NaN]],
    [">c16", [1], [{ re: 1, im: -0 }]],
    ["S3", [2], ["é", ""]],
    [">U2", [2], ["😀", "ab"]],
    ["M8[10ns]", [2], [1n, null]],
    ["m8", [1], [-1n]],
    ["V5", [1], [Uint8Array.of(1, 2, 3, 4, 5)]],
    ["f8", [], [0.1]],
    ["f8", [0], []],
    ["f8", [3, 0, 2], []],
    ["i1", [2, 1, 2], [1, 2, 3, 4]],
  ])("comes back as it was: %s %j", (dtype, shape, elements) => {
    const array = arrayOf(dtype, shape, elements);
    const back = openNpy(saved(array));
    expect([back.dtype.str, back.shape]).toEqual([array.dtype.str, shape]);
    expect(nested(back)).toEqual(nested(array));
    back.close();
  });

  it("keeps records, their padding and hard names", () => {
    const dtype = [
      ["__proto__", "i1"],
      ["", "V3"],
      ["b", "<f8", [2]],
      ["ü", [["x", "S1"]]],
    ] as const;
    const row = Object.defineProperty({ b: [1, 2], ü: { x: "y" } }, "__proto__", {
      value: 5,
      enumerable: true,
    });
    const records = RecordArray.from([row as never], dtype);
    const back = openNpy(saved(records));
    expect(back.dtype.equals(records.dtype)).toBe(true);
    expect(back.bytes(0)).toEqual(records.bytes(0));
    expect(back.field("__proto__").at(0)).toBe(5);
  });

  it("replaces a file of that name, which stays as it was for those who have it open", () => {
    const name = saved(counting("i4", [3]));
    const before = openNpy(name);
    expect(before.at(2)).toBe(2);
    saveNpy(name, counting("u1", [5]));
    expect(nested(openNpy(name))).toEqual([0, 1, 2, 3, 4]);
    expect(nested(before)).toEqual([0, 1, 2]);
    expect(readdirSync(dirname(name)).filter((entry) => entry.endsWith(".tmp"))).toEqual([]);
  });

  it("saves an array over the file that it is", () => {
    const name = saved(counting("i4", [2, 3]));
    const array = openNpy(name, { mode: "r+" });
    saveNpy(name, array.view("...", slice(null, null, -2)));
    expect(nested(openNpy(name))).toEqual([
      [2, 0],
      [5, 3],
    ]);
    expect(nested(array)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it("writes more than one block of strided elements", () => {
    const long = counting("f8", [BLOCK_BYTES / 4]).slice(null, null, -1);
    const back = openNpy(saved(long));
    expect(back.length).toBe(long.length);
    expect(back.toArray()).toEqual(long.toArray());
  });

  it("takes names as long as the system does", () => {
    const name = join(dirname(path()), `${"n".repeat(251)}.npy`);
    saveNpy(name, counting("u1", [2]));
    expect(nested(openNpy(name))).toEqual([0, 1]);
  });

  it("leaves the old file, and none of its own, where the source fails", () => {
    const name = saved(counting("i4", [3]));
    const directory = dirname(name);
    const before = snapshot(directory);
    const closed = openNpy(saved(counting("f8", [3])));
    closed.close();
    const withSource = snapshot(directory);
    expect(() => saveNpy(name, closed)).toThrow(ClosedError);
    const lying = {
      [STRIDED]: () => ({
        dtype: parseDType("f8"),
        layout: { shape: [9, 2], strides: [999, 8], offset: 0 },
        bytes: new Uint8Array(8),
      }),
    };
    expect(() => saveNpy(name, lying)).toThrow(RangeError);
    expect(() => Reflect.apply(saveNpy, undefined, [name, [1, 2]])).toThrow(
      new DTypeError("an array or a typed array is saved, not an array of 2"),
    );
    expect(snapshot(directory)).toEqual(withSource);
    expect(Object.entries(withSource)).toEqual(expect.arrayContaining(Object.entries(before)));
  });

  it.each(["create", "write", "sync", "rename"] as const)(
    "leaves the old file where the disk fails: %s",
    (call) => {
      const name = saved(counting("i4", [3]));
      const directory = dirname(name);
      const [before, open] = [snapshot(directory), openBelow(directory)];
      vi.spyOn(nodeFiles, call).mockImplementation(() => {
        throw new DiskError("the disk is full");
      });
      expect(() => saveNpy(name, counting("f8", [9]))).toThrow(new DiskError("the disk is full"));
      vi.restoreAllMocks();
      expect([snapshot(directory), openBelow(directory)]).toEqual([before, open]);
    },
  );

  it("is on the disk before it has its name, and its name is before it returns", () => {
    const calls: string[] = [];
    const name = path("order.npy");
    for (const call of ["create", "write", "close", "sync", "rename", "syncDirectory"] as const) {
      const real = nodeFiles[call] as (...given: unknown[]) => unknown;
      vi.spyOn(nodeFiles, call).mockImplementation((...given: unknown[]) => {
        calls.push(call);
        return real(...given) as never;
      });
    }
    saveNpy(name, counting("f8", [2]));
    expect(calls).toEqual(["create", "write", "write", "close", "sync", "close", "rename", "syncDirectory"]);
  });

  it("names what is in the way", () => {
    const missing = join(path("missing"), "a.npy");
    expect(() => saveNpy(missing, counting("f8", [1]))).toThrow(
      `${missing}: there is no directory ${dirname(missing)}`,
    );
    expect(() => saveNpy(missing, counting("f8", [1]))).toThrow(NotFoundError);
    const directory = path("directory");
    mkdirSync(directory);
    expect(() => saveNpy(directory, counting("f8", [1]))).toThrow(ExistsError);
    expect(() => saveNpy(directory, counting("f8", [1]))).toThrow(
      `${directory}: this is a directory, which a file cannot replace`,
    );
    const below = join(saved(counting("f8", [1])), "a.npy");
    expect(() => saveNpy(below, counting("f8", [1]))).toThrow(NotFoundError);
  });
});

describe("openNpy", () => {
  it("opens for reading: private stores never reach the file", () => {
    const name = saved(counting("i4", [3]));
    const before = readFileSync(name);
    const array = openNpy<"i4">(name);
    expect([array.readonly, array.length]).toEqual([true, 3]);
    expect(array).toBeInstanceOf(NpyArray);
    expect(() => array.set(0, 1)).toThrow(
      `${name} is read-only; open it with mode "r+", or copy it, to assign to it`,
    );
    expect(() => array.assign(1)).toThrow(ReadOnlyError);
    expect(() => array.slice(1).fill(1)).toThrow(ReadOnlyError);
    const values = array.values as unknown as Int32Array;
    values[0] = 99;
    expect([array.at(0), openNpy(name).at(0)]).toEqual([99, 0]);
    array.flush();
    array.close();
    expect(readFileSync(name)).toEqual(before);
  });

  it("opens for assigning: stores reach the file, through the API and the typed array", () => {
    const name = saved(counting("i4", [4]));
    const array = openNpy<"i4", "r+">(name, { mode: "r+" });
    expect(array.readonly).toBe(false);
    array.set(0, 10);
    array.values[1] = 11;
    array.slice(2).assign([12, 13]);
    array.flush();
    expect(readFileSync(name).subarray(128)).toEqual(Buffer.from(Int32Array.of(10, 11, 12, 13).buffer));
    expect(nested(openNpy(name))).toEqual([10, 11, 12, 13]);
    array.close();
    expect(nested(openNpy(name, { mode: "r" }))).toEqual([10, 11, 12, 13]);
  });

  it("opens Fortran order as strides", () => {
    const name = path("fortran.npy");
    const header = formatHeader({ dtype: parseDType("<i2"), shape: [2, 3], fortranOrder: true });
    writeFileSync(name, Buffer.concat([header, Buffer.from(Int16Array.of(0, 3, 1, 4, 2, 5).buffer)]));
    const array = openNpy<"<i2", "r+">(name, { mode: "r+" });
    expect([array.shape, array.strides]).toEqual([
      [2, 3],
      [2, 4],
    ]);
    expect(nested(array)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(() => array.values).toThrow(ShapeError);
    expect(array.view("...", 1).values).toEqual(Int16Array.of(1, 4));
    array.set([0, 2], 20);
    expect(readFileSync(name).readInt16LE(128 + 8)).toBe(20);
    saveNpy(name, array);
    expect(openNpy(name).strides).toEqual([6, 2]);
  });

  it("opens data that begin anywhere, and bytes behind them", () => {
    // A header of NumPy 1.0 style, padded to 16 bytes by hand, then to an odd length.
    const text = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }".padEnd(60);
    const start = Buffer.concat([
      Buffer.from("\x93NUMPY\x01\x00", "latin1"),
      Buffer.from([text.length + 1, 0]),
      Buffer.from(`${text}\n`),
    ]);
    const name = path("odd.npy");
    writeFileSync(
      name,
      Buffer.concat([start, Buffer.from(Float64Array.of(0.5, 1.5).buffer), Buffer.from("behind")]),
    );
    expect(start.length % 8).not.toBe(0);
    const array = openNpy<"<f8", "r+">(name, { mode: "r+" });
    expect(nested(array)).toEqual([0.5, 1.5]);
    expect(() => array.values).toThrow(/does not begin on a multiple of 8 bytes; toArray\(\) makes a copy$/);
    expect(array.toArray()).toEqual(Float64Array.of(0.5, 1.5));
    array.assign([1, 2]);
    array.slice(0, 1).assign(array.slice(1));
    array.set(-1, 3);
    expect(array.sum?.()).toBe(5);
    array.close();
    const bytes = readFileSync(name);
    expect([bytes.readDoubleLE(start.length), bytes.readDoubleLE(start.length + 8)]).toEqual([2, 3]);
    expect(bytes.subarray(start.length + 16).toString()).toBe("behind");
  });

  it("opens what a link leads to, wherever the working directory is then", () => {
    const name = saved(counting("i4", [2]));
    const link = path("link.npy");
    symlinkSync(name, link);
    expect(openNpy(link).at(1)).toBe(1);
    const script = `
      import { openNpy } from ${JSON.stringify(new URL("../../src/array/index.ts", import.meta.url).href)};
      process.chdir(${JSON.stringify(dirname(name))});
      const array = openNpy(${JSON.stringify(name.slice(dirname(name).length + 1))});
      process.chdir("/");
      console.log(array.at(1));
    `;
    const output = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      encoding: "utf8",
    });
    expect(output.trim()).toBe("1");
  });

  it("refuses what is no such file", () => {
    const [missing, directory, text] = [path("missing.npy"), path("directory"), path("text.npy")];
    mkdirSync(directory);
    writeFileSync(text, "hello");
    expect(() => openNpy(missing)).toThrow(NotFoundError);
    expect(() => openNpy(directory)).toThrow(FormatError);
    expect(() => openNpy(text)).toThrow(FormatError);
    const short = saved(counting("f8", [10]));
    truncateSync(short, 200);
    expect(() => openNpy(short)).toThrow(FormatError);
    for (const mode of ["w+", "a", "w", "", null, 1]) {
      expect(() => Reflect.apply(openNpy, undefined, [short, { mode }])).toThrow(UnsupportedError);
    }
    expect(() => Reflect.apply(openNpy, undefined, [short, { mode: "w+" }])).toThrow(
      'an array\'s mode is "r" or "r+", not "w+"',
    );
    expect(openBelow(dirname(short)).filter((line) => line.includes("short"))).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)("refuses files that may not be read", () => {
    const name = saved(counting("f8", [1]));
    chmodSync(name, 0o200);
    expect(() => openNpy(name)).toThrow(DiskError);
  });

  it("notices that the file was replaced or cut before it was mapped", () => {
    const name = saved(counting("f8", [10]));
    const array = openNpy(name);
    renameSync(saved(counting("f8", [10])), name);
    expect(() => array.at(0)).toThrow(StaleError);
    expect(array.shape).toEqual([10]);
    const cut = openNpy(name);
    truncateSync(name, 150);
    expect(() => cut.at(0)).toThrow(CorruptError);
    const gone = saved(counting("f8", [10]));
    const lost = openNpy(gone);
    renameSync(gone, `${gone}.elsewhere`);
    expect(() => lost.at(0)).toThrow(NotFoundError);
  });

  it("maps nothing before its bytes are needed", () => {
    const name = saved(counting("f8", [10]));
    const array = openNpy(name, { mode: "r+" });
    const open = () =>
      openBelow(dirname(name)).filter((line) => line.includes(name.slice(dirname(name).length)));
    expect([array.shape, array.dtype.str, array.slice(2).length, array.nbytes]).toEqual([[10], "<f8", 8, 80]);
    expect(open()).toEqual([]);
    array.at(0);
    if (existsSync("/proc/self/maps") && isPosix)
      expect(open()).toEqual([`map ${name.slice(dirname(name).length)}`]);
    array.close();
    expect(open()).toEqual([]);
  });
});

describe("close", () => {
  it("empties typed arrays, and further use throws", () => {
    for (const mode of ["r", "r+"] as const) {
      const name = saved(counting("i4", [3]));
      const array = openNpy<"i4">(name, { mode } as { mode: "r" });
      const part = array.slice(1);
      const { values } = array;
      expect([values.length, part.values.length, part.at(0)]).toEqual([3, 2, 1]);
      array.close();
      expect(values.length).toBe(0);
      const message = `${name}: the array is closed`;
      for (const use of [
        () => array.at(0),
        () => part.at(0),
        () => array.values,
        () => array.length,
        () => part.shape,
        () => array.toArray(),
        () => [...array],
        () => array.bytes(0),
        () => array.slice(0),
        () => array.take([0]),
        () => array.flush(),
      ]) {
        expect(use).toThrow(ClosedError);
        expect(use).toThrow(message);
      }
      if (mode === "r+") expect(() => (array as ArrayView).assign(1 as ArraySource)).toThrow(ClosedError);
      expect(`${array}`).toBe(`<${message}>`);
      array.close();
    }
  });

  it("is what `using` does", () => {
    const name = saved(counting("i4", [3]));
    let kept: ArrayView;
    {
      using array = openNpy(name);
      kept = array;
      expect(kept.at(0)).toBe(0);
    }
    expect(() => kept.at(0)).toThrow(ClosedError);
  });

  it("of an array that was never mapped, or is empty, does nothing else", () => {
    const array = openNpy(saved(counting("i4", [3])));
    array.close();
    expect(() => array.at(0)).toThrow(ClosedError);
    const none = openNpy(saved(arrayOf("f8", [0, 2])), { mode: "r+" });
    expect(none.values).toEqual(new Float64Array(0));
    none.flush();
    none.close();
    expect(() => none.values).toThrow(ClosedError);
  });

  it.skipIf(!existsSync("/proc/self/maps"))("leaves no descriptor and no mapping behind", async () => {
    const name = saved(counting("f8", [1000]));
    const mapped = () =>
      readFileSync("/proc/self/maps", "utf8")
        .split("\n")
        .filter((line) => line.endsWith(name)).length;
    const descriptors = () => openBelow(dirname(name)).filter((line) => line.startsWith("fd"));
    const openAndClose = (mode: "r" | "r+") => {
      const array = openNpy<"f8">(name, { mode } as { mode: "r" });
      expect(array.values).toHaveLength(1000);
      array.close();
    };
    for (let round = 0; round < 50; round++) openAndClose(round % 2 === 0 ? "r" : "r+");
    expect(descriptors()).toEqual([]);
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    // Addresses are kept until nothing can reach them.
    for (let turn = 0; turn < 50 && mapped() > 0; turn++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(mapped()).toBe(0);
  });
});
