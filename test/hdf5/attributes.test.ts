import { describe, expect, it } from "vitest";
import { importHdf5, openHdf5 } from "../../src/hdf5/index.js";
import type { AttrInput } from "../../src/store/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { type H5File, makeHdf5, nextAddress, objectAt, patch } from "./import-support.js";

const fresh = temporaryPaths();

type NewAttribute = Parameters<H5File["create_attribute"]>;

/** What comes back of attributes that h5wasm wrote. */
async function attrsOf(...attributes: NewAttribute[]): Promise<ReadonlyMap<string, AttrInput>> {
  const path = await makeHdf5(fresh("attributes.h5"), (file) => {
    for (const attribute of attributes) file.create_attribute(...attribute);
  });
  using file = await openHdf5(path);
  return file.attrs();
}

describe("attributes", () => {
  it("are numbers where numbers hold them, and bigints beyond", async () => {
    const attrs = await attrsOf(
      ["int", 7],
      ["float", 1.5],
      ["long", BigInt64Array.of(5n), []],
      ["longer", BigInt64Array.of(2n ** 60n), []],
      ["most", BigUint64Array.of(2n ** 64n - 1n), []],
      ["single", Float32Array.of(0.5), []],
    );
    expect([...attrs]).toEqual([
      ["float", 1.5],
      ["int", 7],
      ["long", 5],
      ["longer", 2n ** 60n],
      ["most", 2n ** 64n - 1n],
      ["single", 0.5],
    ]);
  });

  it("are typed arrays along one axis, and lists of them along several", async () => {
    const attrs = await attrsOf(
      ["one", Float64Array.of(1, 2)],
      ["none", new Float64Array(0), [0]],
      ["two", Int16Array.of(1, 2, 3, 4, 5, 6), [2, 3]],
      ["long", BigInt64Array.of(1n)],
    );
    expect(Object.fromEntries(attrs)).toEqual({
      one: Float64Array.of(1, 2),
      none: new Float64Array(0),
      two: [Int16Array.of(1, 2, 3), Int16Array.of(4, 5, 6)],
      long: BigInt64Array.of(1n),
    });
  });

  it("are text of a fixed and of variable length, in lists too", async () => {
    const attrs = await attrsOf(
      ["free", "Vega, α Lyrae"],
      ["fixed", "abc", [], "A5"],
      ["utf8", "é", [], "S4"],
      ["empty", "", [], "S"],
      ["list", ["a", "bc", ""]],
      ["table", ["a", "b", "c", "d"], [2, 2], "S1"],
    );
    expect(Object.fromEntries(attrs)).toEqual({
      free: "Vega, α Lyrae",
      fixed: "abc",
      utf8: "é",
      empty: "",
      list: ["a", "bc", ""],
      table: [
        ["a", "b"],
        ["c", "d"],
      ],
    });
  });

  it("take what says that it is ASCII, and is not, for Latin-1", async () => {
    const path = await makeHdf5(fresh("latin.h5"), (file, { Module }) => {
      file.create_attribute("ascii", "xxxx", [], "A4");
      file.create_attribute("broken", "xxxx", [], "S4");
      for (const [name, cset] of [
        ["ascii", 0],
        ["broken", 1],
      ] as const) {
        const address = Module._malloc(4);
        Module.HEAPU8.set([0x63, 0x61, 0x66, 0xe9], address);
        const { maxshape, ...type } = Module.get_attribute_metadata(file.file_id, "/", name);
        Module.delete_attribute(file.file_id, "/", name);
        Module.create_attribute(file.file_id, "/", name, BigInt(address), {
          ...type,
          cset,
          shape: [],
          maxshape: [],
        });
        Module._free(address);
      }
    });
    using file = await openHdf5(path);
    // What says that it is UTF-8, and is not, has no value.
    expect([...file.attrs()]).toEqual([["ascii", "café"]]);
  });

  it("are paths where they refer to objects", async () => {
    const path = await makeHdf5(fresh("references.h5"), (file) => {
      file.create_group("g").create_dataset({ name: "x", data: [1, 2, 3] });
      const reference = objectAt(file, "g/x").create_reference();
      file.create_attribute("one", reference);
      file.create_attribute("list", [reference, objectAt(file, "g").create_reference()]);
    });
    using file = await openHdf5(path);
    expect(Object.fromEntries(file.attrs())).toEqual({ one: "/g/x", list: ["/g/x", "/g"] });
  });

  it("leave nothing in the library's memory", async () => {
    const path = await makeHdf5(fresh("memory.h5"), (file) => {
      file.create_attribute(
        "text",
        Array.from({ length: 50 }, (_, i) => `${i}`.repeat(100)),
      );
    });
    using file = await openHdf5(path);
    file.attrs();
    const before = await nextAddress();
    for (let i = 0; i < 200; i++) file.attrs();
    expect(await nextAddress()).toBe(before);
  });
});

it("refuses numbers of a format of their own, and leaves them out where all are asked for", async () => {
  const path = await makeHdf5(fresh("odd.h5"), (h5) => {
    h5.create_attribute("odd", Int16Array.of(1, 2));
    h5.create_attribute("usual", Int32Array.of(1, 2));
  });
  patch(path, Buffer.from("100800000200000000001000", "hex"), Buffer.from("100800000200000004000c00", "hex"));
  using file = await openHdf5(path);
  expect([...file.attrs()]).toEqual([["usual", Int32Array.of(1, 2)]]);
  await expect(importHdf5(path, fresh("store"))).rejects.toThrow(
    /"odd" of "\/" has numbers of 12 bits from bit 4 of 2 bytes/,
  );
});
