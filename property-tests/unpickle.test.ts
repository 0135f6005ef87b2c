import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isMemmapError } from "../src/errors.js";
import { parseMap } from "../src/group/hmf/map-structure.js";
import { unpickle } from "../src/group/hmf/pickle/unpickle.js";
import { planImport } from "../src/group/hmf/plan.js";
import { dict, int64s, pickle, Tuple, type Writable } from "../test/group/hmf/pickle-writer.js";
import { PYTHON_PICKLES } from "../test/group/hmf/python-pickles.js";

const LIMIT = 1 << 24;

/** Reads what may be anything: an error of this package's, or all that an import would write. */
function survive(bytes: Uint8Array): void {
  try {
    planImport(parseMap(unpickle(bytes, "map", LIMIT), "map"), "encode");
  } catch (error) {
    if (!isMemmapError(error)) throw error;
    expect(["FORMAT", "LIMIT", "CAST", "CORRUPT", "NAME"]).toContain(error.code);
    expect(error.path).toBe("map");
    expect(error.message.length).toBeLessThan(1000);
  }
}

/** A map with all that one has. */
const map = pickle(
  dict({
    dirpath: "somewhere",
    node_type: "root",
    attributes: dict({ key: [1, 2.5, "text"], array: int64s([1]) }),
    nodes: dict({
      a: dict({
        node_type: "group",
        attributes: dict({}),
        dirpath: "a",
        nodes: dict({
          D: dict({
            node_type: "array",
            attributes: dict({}),
            nodes: dict({}),
            dirpath: "a__D",
            dtype: "float64",
            shape: new Tuple(1, 2),
          }),
        }),
      }),
    }),
    dataframe_colnames: dict({ __specialHMF__dataFrameNumber_0: dict({ D: ["x", "y"] }) }),
    grouped: dict({ __specialHMF__dataFrameNumber_0: true }),
    group_sizes: dict({ __specialHMF__dataFrameNumber_0: int64s([1, 2]) }),
    group_names: dict({ __specialHMF__dataFrameNumber_0: ["a", null] }),
    group_items: dict({
      __specialHMF__dataFrameNumber_0: [new Tuple("a", int64s([0, 1])), new Tuple(null, int64s([1, 3]))],
    }),
    multi_pdfs: false,
  }),
);

const seeds = [map, ...Array.from(PYTHON_PICKLES.values(), (text) => Buffer.from(text, "base64"))];

const mutation = fc.oneof(
  fc.record({ kind: fc.constant("set" as const), at: fc.nat(), byte: fc.nat(255) }),
  fc.record({ kind: fc.constant("insert" as const), at: fc.nat(), byte: fc.nat(255) }),
  fc.record({ kind: fc.constant("remove" as const), at: fc.nat(), byte: fc.nat(40) }),
  fc.record({ kind: fc.constant("double" as const), at: fc.nat(), byte: fc.nat(255) }),
);

type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Uint8Array, { kind, at, byte }: Mutation): Uint8Array {
  const start = at % (bytes.length + 1);
  const [before, after] = [bytes.subarray(0, start), bytes.subarray(start)];
  switch (kind) {
    case "set":
      return Buffer.concat([before, Buffer.of(byte), after.subarray(1)]);
    case "insert":
      return Buffer.concat([before, Buffer.of(byte), after]);
    case "remove":
      return Buffer.concat([before, after.subarray(byte)]);
    case "double":
      return Buffer.concat([before, after.subarray(0, byte), after]);
    default:
      return kind satisfies never;
  }
}

/** Bytes that are instructions more often than not. */
const instruction = fc.constantFrom(
  ..."N\x88\x89K\x01M\x01\0)\x85\x86\x87t]lae}dsu\x8f\x90\x91(012h\0q\0\x94R\x81b\x93",
);
const program = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: instruction },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          "cbuiltins\ndict\n",
          "cnumpy\ndtype\n",
          "\x8c\x02i8",
          "C\x01a",
          "\x8a\x01a",
        ),
      },
    ),
    { maxLength: 60 },
  )
  .map((parts) => Buffer.from(`\x80\x04${parts.join("")}.`, "latin1"));

const { value } = fc.letrec<{ value: Writable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.bigInt().map((number) => (Number.isSafeInteger(Number(number)) ? Number(number) : number)),
    fc.double(),
    fc.string({ unit: "grapheme" }),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.array(fc.tuple(fc.string(), tie("value")), { maxLength: 5 }).map((entries) => new Map(entries)),
  ),
}));

describe("pickles", () => {
  it("give what was written", () => {
    fc.assert(
      fc.property(value, fc.constantFrom(2, 3, 4, 5), (written, protocol) => {
        expect(unpickle(pickle(written, protocol), "map")).toEqual(written);
      }),
    );
  });

  it("that are whole are maps", () => {
    const { arrays } = planImport(parseMap(unpickle(map, "map"), "map"), "error");
    expect(arrays.map(({ name }) => name)).toEqual(["a/D/x", "a/D/y"]);
  });

  it("that are damaged are values or errors, soon and in little memory", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(mutation, { minLength: 1, maxLength: 6 }),
        (whole, mutations) => {
          survive(mutations.reduce<Uint8Array>(mutate, whole));
        },
      ),
      { numRuns: 20 * (fc.readConfigureGlobal().numRuns ?? 100) },
    );
  });

  it("of any instructions are values or errors", () => {
    fc.assert(fc.property(program, survive), {
      numRuns: 20 * (fc.readConfigureGlobal().numRuns ?? 100),
    });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), survive));
  });
});
