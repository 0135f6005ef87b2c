import "./seed.js";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ArrayView,
  denseLayout,
  type IndexArray,
  type SelectionPart,
  STRIDED,
  select,
  slice,
  wrap,
} from "../src/array/index.js";
import { contiguousBytes } from "../src/array/strided.js";
import { type DType, parseDType, sizeOf } from "../src/dtype/index.js";
import { exportHdf5 } from "../src/hdf5/index.js";
import { type AttrInput, isMemmapError, type MemmapColumn, MemmapFile, type NodeInfo } from "../src/index.js";
import { connect, type RemoteDirectory, type RemoteNodeInfo } from "../src/remote/index.js";
import { decodeMessage, encodeArray, isWireArray, viewOf } from "../src/remote/wire/index.js";
import { serve, type TableServer } from "../src/server/index.js";
import { anyAttr, anyColumnName, anyDType } from "../src/testing/index.js";
import { temporaryPaths } from "../test/support/temporary.js";

const QUICK = { durability: "process", mode: "a" } as const;
const directory = temporaryPaths()("served");
let server: TableServer;
/** One that gets small arrays with their group, and one that asks for each selection. */
let clients: readonly RemoteDirectory[];
let count = 0;

beforeAll(async () => {
  mkdirSync(directory);
  server = await serve({ data: directory }, { port: 0 });
  clients = await Promise.all(
    [0, 2 ** 20].map((dataSizeLimit) => connect(server.url, { dataSizeLimit, maxDepth: 2, progress: false })),
  );
});

afterAll(async () => {
  for (const client of clients) client.close();
  await server.close();
});

/** Asks as a client that knows of the protocol alone, and so is answered. */
const plainly: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  headers.set("accept", "*/*");
  return fetch(input, { ...init, headers });
};

/** The bytes of a selection in C order. */
function bytesOf(array: ArrayView): Buffer {
  const strided = array[STRIDED]();
  const dense = contiguousBytes(strided);
  if (dense !== undefined) return Buffer.from(dense);
  return Buffer.concat(Array.from({ length: array.length }, (_, row) => array.bytes(row)));
}

/** An array as it comes: records without gaps between their fields. */
function asSent(array: ArrayView): ArrayView {
  const sent = decodeMessage(encodeArray(array, "numpy"));
  if (!isWireArray(sent)) throw new Error(`${array} is not sent as an array`);
  return viewOf(sent);
}

/** An array of such bytes as make a difference for each element. */
function arrayOf(dtype: DType, shape: readonly number[], salt: number): ArrayView {
  const { itemsize } = dtype;
  const bytes = Uint8Array.from({ length: sizeOf(shape) * itemsize }, (_, i) =>
    dtype.kind === "b" ? (i + salt) % 2 : (i * 7 + salt) % 120,
  );
  return wrap({ dtype, layout: denseLayout(shape, itemsize), bytes }, false);
}

const anyShape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 });
const anyPosition = fc.oneof(fc.integer({ min: -2, max: 1 }), fc.integer({ min: -6, max: 5 }));
const anyBound = fc.option(fc.integer({ min: -6, max: 6 }));
const anySlice = fc
  .tuple(anyBound, anyBound, fc.constantFrom(null, 1, 2, 3, -1, -2))
  .map(([start, stop, step]) => slice(start, stop, step));
const anyPart: fc.Arbitrary<SelectionPart> = fc.oneof(
  { weight: 3, arbitrary: anyPosition },
  { weight: 5, arbitrary: anySlice },
  { weight: 3, arbitrary: fc.array(anyPosition, { minLength: 1, maxLength: 5 }) },
  { weight: 1, arbitrary: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(anyPosition, anyPosition).map((row) => [row, row] as unknown as IndexArray),
  },
  { weight: 1, arbitrary: fc.constantFrom<SelectionPart>(null, "...") },
);
const anyParts = fc.array(anyPart, { minLength: 1, maxLength: 4 });

/** What comes of a selection: an array, or the code of an error. */
async function outcome(read: () => ArrayView | Promise<ArrayView>): Promise<ArrayView | string> {
  try {
    return await read();
  } catch (error) {
    if (isMemmapError(error)) return error.code;
    throw error;
  }
}

/** What HDF5 has as it is: not UTF-32, no fields without elements, and no names with NUL. */
const anyStored = fc.oneof(
  { weight: 4, arbitrary: anyDType({ kinds: "biufcSVMm", nesting: 0 }) },
  fc.constant(
    parseDType([
      ["x", ">f8", [2]],
      [
        "y",
        [
          ["when", ">M8[us]"],
          ["z", "<c8"],
        ],
      ],
      ["__proto__", "S3"],
    ]),
  ),
);

/** Arrays of any dtype and shape in a file, with selections of them. */
const anyArrays = (dtypes: fc.Arbitrary<DType>) =>
  fc.array(fc.tuple(dtypes, anyShape, fc.array(anyParts, { minLength: 2, maxLength: 4 })), {
    minLength: 1,
    maxLength: 4,
  });

function fill(
  file: MemmapFile<"r+">,
  arrays: readonly (readonly [DType, readonly number[], unknown])[],
): void {
  file.transaction(() => {
    for (const [i, [dtype, shape]] of arrays.entries()) file.setArray(`g/a${i}`, arrayOf(dtype, shape, i));
  });
}

interface AnyNode {
  readonly name: string;
  readonly attr: unknown;
  readonly dtype: DType | null;
  readonly copies: number;
}

/** Puts a group or array into a file, or several of one name; what cannot be there is left out. */
function plant(file: MemmapFile<"r+">, { name, attr, dtype, copies }: AnyNode): void {
  for (let i = 0; i < copies; i++) {
    const path = copies === 1 ? name : `${name}/${i}`;
    try {
      if (dtype === null) file.setGroup(path).attr = attr as AttrInput;
      else file.setArray(path, arrayOf(dtype, [2], i)).attr = attr as AttrInput;
    } catch (error) {
      if (!isMemmapError(error)) throw error;
    }
  }
}

/** What a walk tells of a group or array. */
function said(info: NodeInfo | RemoteNodeInfo): unknown[] {
  if (info.kind !== "array") return [info.kind, info.path];
  return [info.kind, info.path, info.dtype?.descr, info.shape, info.nbytes];
}

function attrAt(file: MemmapFile, { kind, path }: NodeInfo): unknown {
  if (kind === "group") return path === "/" ? file.attr : file.getGroup(path).attr;
  return (file.getArray(path) as unknown as MemmapColumn).attr;
}

async function compare(
  path: string,
  local: MemmapFile,
  selections: readonly (readonly SelectionPart[][])[],
  asking = clients,
) {
  for (const client of asking) {
    const root = (await client.file(`data/${path}`)).root();
    for (const [i, wanted] of selections.entries()) {
      const array = local.getArray(`g/a${i}`);
      const remote = await root.getArray(`g/a${i}`);
      expect(remote.shape).toEqual(array.shape);
      expect(remote.dtype.descr).toEqual(asSent(array).dtype.descr);
      const asked = wanted.map((parts) => [parts, outcome(() => remote.read(parts))] as const);
      for (const [parts, answer] of asked) {
        const what = `${array} [${parts.map(String).join(", ")}]`;
        const [got, expected] = [
          await answer,
          await outcome(() => asSent(select(array, parts as SelectionPart[]))),
        ];
        if (typeof expected === "string" || typeof got === "string") {
          expect(got, what).toBe(expected);
          continue;
        }
        expect(got.shape, what).toEqual(expected.shape);
        expect(got.dtype.descr, what).toEqual(expected.dtype.descr);
        expect(bytesOf(got).equals(bytesOf(expected)), what).toBe(true);
      }
    }
  }
}

describe("what a server sends and its client reads", () => {
  it("is what is selected of a hierarchy, of any dtype and shape", async () => {
    await fc.assert(
      fc.asyncProperty(anyArrays(anyDType()), async (arrays) => {
        const path = `store${count++}`;
        using file = MemmapFile.open(join(directory, path), QUICK);
        fill(file, arrays);
        await compare(
          path,
          file,
          arrays.map(([, , selections]) => selections),
        );
      }),
      { numRuns: 10 },
    );
  });

  it("is what is selected where there is no more than the protocol", async () => {
    const client = await connect(server.url, { fetch: plainly, dataSizeLimit: 0, progress: false });
    const dtypes = anyDType({ kinds: "biufcSV", byteorders: ["<"] });
    await fc.assert(
      fc.asyncProperty(anyArrays(dtypes), async (arrays) => {
        const path = `store${count++}`;
        using file = MemmapFile.open(join(directory, path), QUICK);
        fill(file, arrays);
        const selections = arrays.map(([, , wanted]) => wanted);
        await compare(path, file, selections, [client]);
      }),
      { numRuns: 15 },
    );
    client.close();
  });

  it("is what is selected of an HDF5 file", async () => {
    await fc.assert(
      fc.asyncProperty(anyArrays(anyStored), async (arrays) => {
        const path = `store${count++}`;
        using file = MemmapFile.open(join(directory, path), QUICK);
        fill(file, arrays);
        await exportHdf5(file, join(directory, `${path}.h5`), { workers: 0 });
        await compare(
          `${path}.h5`,
          file,
          arrays.map(([, , selections]) => selections),
        );
      }),
      { numRuns: 10 },
    );
  });

  it("is all that a hierarchy has: groups, arrays, attributes", async () => {
    const anyNode = fc.record({
      name: anyColumnName(),
      attr: anyAttr(),
      dtype: fc.option(anyDType({ nesting: 0 })),
      copies: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.constant(22)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyNode, { maxLength: 8 }), anyAttr(), async (nodes, attr) => {
        const path = `tree${count++}`;
        using file = MemmapFile.open(join(directory, path), QUICK);
        file.transaction(() => {
          file.attr = attr as AttrInput;
          for (const node of nodes) plant(file, node);
        });
        const expected = Array.from(file.walk(), (info) => [...said(info), attrAt(file, info)]);
        for (const client of clients) {
          const root = (await client.file(`data/${path}`)).root();
          const found: unknown[] = [];
          for await (const info of root.walk()) {
            const at =
              info.kind === "array" ? await root.getArray(info.path) : await root.getGroup(info.path);
            found.push([...said(info), await at.attr]);
          }

          expect(found).toEqual(expected);
          if (client !== clients[0]) continue;
          using copy = MemmapFile.open(join(directory, `copy${count++}`), QUICK);
          const { skipped } = await root.copyTo(copy);
          expect(skipped).toEqual([]);
          expect(Array.from(copy.walk(), (info) => [...said(info), attrAt(copy, info)])).toEqual(expected);
          for (const { kind, path: at } of file.walk()) {
            if (kind === "array")
              expect(bytesOf(copy.getArray(at)).equals(bytesOf(file.getArray(at)))).toBe(true);
          }
        }
      }),
      { numRuns: 8 },
    );
  });
});
