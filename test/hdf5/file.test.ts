import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { loadH5wasm, quietly } from "../../src/hdf5/h5wasm.js";
import { type Hdf5File, openHdf5 } from "../../src/hdf5/hdf5-file.js";
import { importHdf5, readRows } from "../../src/hdf5/index.js";
import { openBelow } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";
import { makeHdf5, objectAt, patch, watchErrors } from "./import-support.js";

const fresh = temporaryPaths();

const made = makeHdf5(fresh("tree.h5"), (file) => {
  file.create_dataset({ name: "delay", data: Float64Array.from({ length: 100 }, (_, i) => i) });
  const group = file.create_group("run");
  group.create_dataset({
    name: "v",
    data: new Int16Array(12),
    shape: [4, 3],
    chunks: [2, 3],
    compression: 6,
  });
  group.create_dataset({ name: "names", data: ["a", "b"], dtype: "S" });
  file.create_soft_link("/run", "alias");
  file.create_soft_link("v", "run/again");
  file.create_soft_link("/alias/again", "far");
  file.create_soft_link("/nowhere", "dangling");
  file.create_soft_link("/two", "one");
  file.create_soft_link("/one", "two");
  file.create_hard_link("/delay", "run/hard");
  file.create_external_link("other.h5", "/x", "outside");
  file.create_attribute("title", "a tree");
  objectAt(file, "delay").create_attribute("unit", "min");
});

async function opened(): Promise<Hdf5File> {
  return openHdf5(await made);
}

/** What a call throws, as one line. */
function thrown(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return String(error);
  }
  return "nothing";
}

describe("an HDF5 file", () => {
  it("names what is in its groups, and says what it is", async () => {
    using file = await opened();
    expect(file.keys().sort()).toEqual(
      ["alias", "dangling", "delay", "far", "one", "outside", "run", "two"].sort(),
    );
    expect(file.keys("/run")).toEqual(file.keys("alias"));
    const kinds = [
      "/",
      "run",
      "delay",
      "/far",
      "run/again",
      "alias/hard",
      "dangling",
      "one",
      "outside",
      "nope",
      "delay/x",
      "outside/x",
    ];
    expect(kinds.map((path) => file.kind(path))).toEqual([
      "group",
      "group",
      "dataset",
      "dataset",
      "dataset",
      "dataset",
      "link",
      "link",
      "link",
      undefined,
      undefined,
      "link",
    ]);
    expect(["run", "dangling", "nope", "outside"].map((path) => file.has(path))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("follows soft links, and gives a dataset's own path", async () => {
    using file = await opened();
    const dataset = file.dataset("alias/again");
    expect(dataset.path).toBe("/run/v");
    expect(file.dataset("/far").path).toBe("/run/v");
    expect(dataset.dtype.str).toBe("<i2");
    expect(dataset.shape).toEqual([4, 3]);
    expect(dataset.chunkShape).toEqual([2, 3]);
    expect(dataset.length).toBe(4);
    expect(dataset.rowBytes).toBe(6);
    expect(dataset.filters.map(({ id }) => id)).toEqual([1]);
    expect(inspect(dataset)).toBe("<Hdf5Dataset /run/v: <i2 [4, 3]>");
  });

  it("says where contiguous rows lie, and reads rows", async () => {
    using file = await opened();
    const dataset = file.dataset("delay");
    expect(dataset.chunkShape).toBeUndefined();
    const at = dataset.locate(10, 20);
    const bytes = readFileSync(file.path).subarray(at, (at ?? 0) + 80);
    expect(new Float64Array(new Uint8Array(bytes).buffer)).toEqual(
      Float64Array.from({ length: 10 }, (_, i) => 10 + i),
    );
    const target = new Float64Array(3);
    await readRows(dataset.plan(Float64Array.of(99, 0, 50)), new Uint8Array(target.buffer));
    expect([...target]).toEqual([99, 0, 50]);
    expect(file.dataset("/run/v").locate(0, 2)).toBeUndefined();
    expect(thrown(() => dataset.plan([[0, 101]]))).toMatch(/^IndexError/);
    expect(thrown(() => dataset.locate(-1, 1))).toMatch(/^IndexError/);
  });

  it("has the attributes of its objects", async () => {
    using file = await opened();
    expect([...file.attrs()]).toEqual([["title", "a tree"]]);
    expect(file.dataset("run/hard").attrs.get("unit")).toBe("min");
  });

  it("guesses what was meant", async () => {
    using file = await opened();
    expect(thrown(() => file.dataset("dealy"))).toBe(
      `NotFoundError: ${file.path}: there is no dataset "dealy"; did you mean "delay"?`,
    );
    expect(thrown(() => file.dataset("/run/w"))).toMatch(/there is no dataset "\/run\/w"/);
    expect(thrown(() => file.keys("/ruin"))).toMatch(/did you mean "\/run"\?$/);
  });

  it("says which link leads out of it, or nowhere", async () => {
    using file = await opened();
    expect(thrown(() => file.dataset("outside"))).toMatch(/^UnsupportedError: .* another file, "other.h5"/);
    expect(thrown(() => file.attrs("outside/y"))).toMatch(/^UnsupportedError/);
    expect(thrown(() => file.dataset("dangling"))).toMatch(
      /^NotFoundError: .*leads to "\/nowhere", which is not there/,
    );
    expect(thrown(() => file.dataset("one"))).toMatch(/^NotFoundError: .*leads in a circle/);
  });

  it("refuses groups for datasets, and the reverse, and what has no dtype", async () => {
    using file = await opened();
    expect(thrown(() => file.dataset("run"))).toMatch(/^UnsupportedError: .*"run" is a group, not a dataset/);
    expect(thrown(() => file.keys("delay"))).toMatch(
      /^UnsupportedError: .*"delay" is a dataset, not a group/,
    );
    expect(thrown(() => file.dataset("run/names"))).toMatch(
      /^DTypeError: .*"\/run\/names" holds strings of variable/,
    );
  });

  it("is closed once, and nothing is read after that", async () => {
    const file = await opened();
    const other = await opened();
    const dataset = file.dataset("delay");
    file.close();
    file.close();
    expect(file.closed).toBe(true);
    for (const use of [
      () => file.keys(),
      () => file.has("delay"),
      () => file.attrs(),
      () => dataset.plan([[0, 1]]),
      () => dataset.locate(0, 1),
      () => dataset.filters,
    ]) {
      expect(thrown(use)).toMatch(/^ClosedError: .*the HDF5 file is closed/);
    }
    expect(other.dataset("delay").length).toBe(100);
    other.close();
  });
});

describe("opening", () => {
  it("refuses what is no HDF5 file, and leaves nothing open", async () => {
    const path = fresh("odd");
    mkdirSync(path);
    writeFileSync(join(path, "text"), "this is text");
    writeFileSync(join(path, "empty"), "");
    const whole = readFileSync(await made);
    writeFileSync(join(path, "short"), whole.subarray(0, whole.length - 600));
    writeFileSync(join(path, "signature"), whole.subarray(0, 8));
    const messages: string[] = [];
    for (const name of ["nothing", "", "text", "empty", "short", "signature"]) {
      messages.push(await openHdf5(join(path, name)).then(() => "nothing", String));
    }
    expect(messages).toEqual([
      expect.stringMatching(/^NotFoundError: .*there is no file/),
      expect.stringMatching(/^FormatError: .*a directory, not an HDF5 file/),
      expect.stringMatching(/^FormatError: .*no HDF5 file/),
      expect.stringMatching(/^FormatError: .*no HDF5 file/),
      expect.stringMatching(/^CorruptError: .*cannot open the file: truncated file/),
      expect.stringMatching(/^CorruptError/),
    ]);
    expect(openBelow(path)).toEqual([]);
  });

  it("prints nothing, and lets others print", async () => {
    const printed = watchErrors();
    await openHdf5(fresh("nothing")).catch(() => undefined);
    const path = fresh("bad.h5");
    writeFileSync(path, readFileSync(await made).subarray(0, 200));
    await openHdf5(path).catch(() => undefined);
    using file = await opened();
    file.has("delay/x");
    thrown(() => file.dataset("nope"));
    expect(printed()).toBe("");
    const { Module } = await loadH5wasm();
    const before = Reflect.get(Module.FS, "streams")[2];
    expect(quietly(Module, () => Module.open(path, 0, false, -1, -1)).problem).toMatch(/truncated|file/);
    expect(Reflect.get(Module.FS, "streams")[2]).toBe(before);
  });
});

describe("numbers of a format of their own", () => {
  const INT16 = "1008000002000000";
  const FLOAT32 = "11201f0004000000";

  it.each([
    ["12 bits", `${INT16}00001000`, `${INT16}00000c00`, /numbers of 12 bits from bit 0 of 2 bytes/],
    [
      "bits from the fourth on",
      `${INT16}00001000`,
      `${INT16}04000c00`,
      /numbers of 12 bits from bit 4 of 2 bytes/,
    ],
    [
      "the exponent of other floats",
      `${FLOAT32}00002000170800177f000000`,
      `${FLOAT32}00002000170800173f000000`,
      /floats of 4 bytes that are not those of IEEE 754/,
    ],
    [
      "the byte order of a VAX",
      `${FLOAT32}0000200017080017`,
      `${FLOAT32.replace("1120", "1161")}0000200017080017`,
      /floats of 4 bytes that are not/,
    ],
  ])("are refused: %s", async (_, usual, odd, problem) => {
    const path = await makeHdf5(fresh("odd.h5"), (file) => {
      file.create_dataset({ name: "i", data: Int16Array.of(1, 2, 3) });
      file.create_dataset({ name: "f", data: Float32Array.of(1, 2, 3) });
      file.create_dataset({ name: "d", data: Float64Array.of(1, 2, 3) });
    });
    patch(path, Buffer.from(usual, "hex"), Buffer.from(odd, "hex"));
    const name = usual.startsWith(INT16) ? "i" : "f";
    using file = await openHdf5(path);
    expect(thrown(() => file.dataset(name))).toMatch(problem);
    expect(file.dataset("d").dtype.str).toBe("<f8");
    await expect(importHdf5(path, fresh("import"))).rejects.toMatchObject({
      code: "DTYPE",
      message: expect.stringMatching(problem),
    });
  });
});

it("has nothing by a path with a NUL, or with half of a character, nor by what is no path", async () => {
  using file = await opened();
  for (const path of ["delay\0", "delay\0x", "run\0/v", "delay\ud800"]) {
    expect([file.has(path), file.kind(path)]).toEqual([false, undefined]);
    expect(thrown(() => file.dataset(path))).toMatch(/^NotFoundError/);
    expect(thrown(() => file.attrs(path))).toMatch(/^NotFoundError/);
  }
  for (const path of [undefined, 5, null] as never[]) {
    expect(thrown(() => file.dataset(path))).toMatch(/^UnsupportedError.* a path in the file is a string/);
    expect(thrown(() => file.kind(path))).toMatch(/^UnsupportedError/);
  }
  for (const path of [undefined, "", "a\0b"] as never[]) {
    await expect(openHdf5(path)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  }
});

it("keeps to itself what h5wasm says by the console", async () => {
  const { Module } = await loadH5wasm();
  const printed = watchErrors();
  expect(quietly(Module, () => process.stderr.write("warning: Invalid UTF-8"))).toEqual({
    value: true,
    problem: undefined,
  });
  expect(printed()).toBe("");
  process.stderr.write("as before");
  expect(printed()).toBe("as before");
});

it("says what it is, and when it is closed", async () => {
  const file = await opened();
  const dataset = file.dataset("delay");
  expect(inspect(file)).toBe(`<Hdf5File ${file.path}>`);
  file.close();
  expect(inspect([file, dataset])).toBe(
    `[\n  <closed Hdf5File ${file.path}>,\n  <closed Hdf5Dataset /delay: <f8 [100]>\n]`,
  );
});

it("plans no rows that are none", async () => {
  using file = await opened();
  const dataset = file.dataset("delay");
  for (const rows of [undefined, null, 5, [5], [null], new Int32Array(2)] as never[]) {
    expect(thrown(() => dataset.plan(rows))).toMatch(/^IndexError.* rows are ranges such as/);
  }
});
