import { rmSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ExportHdf5Options, exportHdf5, importHdf5 } from "../src/hdf5/index.js";
import { type AttrInput, MemmapFile } from "../src/index.js";
import { anyAttr, anyCell, anyDType, isSame } from "../src/testing/index.js";
import { temporaryPaths } from "../test/support/temporary.js";

const numRuns = process.env.RUNS === undefined ? 28 : Number(process.env.RUNS);
const fresh = temporaryPaths();

const anyShape = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }) },
  fc.constant([]),
);

const anyArray = fc
  .tuple(anyDType(), anyShape)
  .chain(([dtype, shape]) =>
    fc.record({ dtype: fc.constant(dtype), shape: fc.constant(shape), cell: anyCell(dtype, shape) }),
  );

const anyPath = fc
  .array(fc.constantFrom("a", "b", "é", "x y", "__proto__"), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("/"));

const anyNode = fc.record({
  path: anyPath,
  array: fc.option(anyArray, { nil: undefined }),
  attr: fc.oneof(
    anyAttr(),
    fc.dictionary(
      fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom("attr", "memmap_table_dtype")),
      anyAttr(),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
});

const anyOptions: fc.Arbitrary<ExportHdf5Options> = fc.record(
  {
    chunks: fc.oneof(
      fc.constant(true),
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
    ),
    gzip: fc.oneof(fc.boolean(), fc.integer({ min: 0, max: 9 })),
    shuffle: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** Makes the nodes that can be made. */
function fill(
  file: MemmapFile<"r+">,
  nodes: readonly (typeof anyNode extends fc.Arbitrary<infer T> ? T : never)[],
): void {
  file.transaction(() => {
    for (const { path, array, attr } of nodes) {
      const isTaken = (name: string) => file.has(`/${name}`);
      const parents = path
        .split("/")
        .map((_, i, parts) => parts.slice(0, i).join("/"))
        .filter((name) => name !== "");
      if (isTaken(path) || parents.some((name) => isTaken(name) && !isGroup(file, name))) continue;
      if (array === undefined) file.setGroup(`/${path}`).attr = attr as AttrInput;
      else {
        const { dtype, shape, cell } = array;
        const column = file.setArray(`/${path}`, cell, { dtype, shape });
        column.attr = attr as AttrInput;
      }
    }
  });
}

function isGroup(file: MemmapFile, name: string): boolean {
  return [...file.walk()].some(({ kind, path }) => kind === "group" && path === `/${name}`);
}

/** All that a file holds. */
function contentOf(file: MemmapFile): unknown[] {
  return [...file.walk()].map((node) => {
    if (node.kind === "group") return [node.path, file.getGroup(node.path).attr];
    const array = file.getArray(node.path);
    return [
      node.path,
      String(array.dtype),
      array.shape,
      Buffer.from(array.storage.bytes()).toString("hex"),
      Reflect.get(array, "attr"),
    ];
  });
}

describe("exportHdf5", () => {
  it("writes what importHdf5 reads back: every node, element and attribute", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyNode, { maxLength: 5 }), anyOptions, async (nodes, options) => {
        const [root, path, copy] = [fresh(), fresh(), fresh()];
        try {
          using file = MemmapFile.open(root, { mode: "w+", durability: "process" });
          fill(file, nodes);
          await exportHdf5(file, path, options);
          using read = await importHdf5(path, copy, { compounds: "records", durability: "process" });
          const [before, after] = [contentOf(file), contentOf(read)];
          if (!isSame(before, after)) expect(after).toEqual(before);
          expect(isSame(after, before)).toBe(true);
        } finally {
          for (const each of [root, path, copy]) rmSync(each, { recursive: true, force: true });
        }
      }),
      { numRuns },
    );
  }, 60_000);
});
