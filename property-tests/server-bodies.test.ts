import "./seed.js";
import { mkdirSync } from "node:fs";
import { Agent } from "node:http";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { MemmapTable } from "../src/index.js";
import { ask, MSGPACK, pack, startServer, unpack } from "../test/server/support/http.js";
import { temporaryPaths } from "../test/support/temporary.js";

const fresh = temporaryPaths();
const root = fresh("data");
mkdirSync(root);
{
  using table = MemmapTable.create(`${root}/t`, { rows: 100, columns: { x: "i4", y: "U4", "g/z": ">f8" } });
  table.addColumn("p", "f4", { itemShape: [3] });
}
const server = await startServer({ data: root });
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
afterAll(() => agent.destroy());

const position = fc.oneof(
  fc.integer({ min: -2, max: 120 }),
  fc.maxSafeInteger(),
  fc.double(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
);
const list = fc.array(position, { maxLength: 4 });
const axis = fc.oneof(
  fc.tuple(position, position),
  fc.tuple(position, position, position),
  fc.tuple(list, fc.oneof(list, position)),
  fc.record({ index: list }),
  fc.anything({ maxDepth: 2 }),
);
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(..."0123456789:,;[] -") }),
  fc.string({
    unit: fc.constantFrom(
      "x",
      "y",
      "<",
      "=",
      "1",
      "'",
      "(",
      ")",
      " and ",
      " or ",
      " not ",
      " in ",
      "g/z",
      ".",
      "-",
    ),
  }),
);
const key = fc.constantFrom("object", "slice", "max_depth", "data_size_limit", "columns", "where");
const value = fc.oneof(
  fc.constantFrom("/", "/x", "/y", "/g/z", "/p", "x", "", "/none"),
  fc.array(axis, { maxLength: 4 }),
  fc.array(fc.constantFrom("x", "y", "g/z", "p", "q"), { maxLength: 4 }),
  position,
  text,
);
/** Requests as they may be, some of them good. */
const request = fc.oneof(
  fc.record(
    {
      object: fc.constantFrom("/", "/x", "/y", "/g/z", "/p"),
      slice: fc.oneof(fc.array(axis, { maxLength: 2 }), text),
      columns: fc.array(fc.constantFrom("x", "y", "g/z", "p", "q"), { maxLength: 4 }),
      where: text,
      max_depth: position,
    },
    { requiredKeys: ["object"] },
  ),
  fc.array(fc.tuple(fc.oneof(key, fc.string()), value), { maxLength: 7 }).map((entries) => new Map(entries)),
  value,
);

/** The bytes of a request, some of them changed, left out or put in. */
const mutated = fc
  .tuple(
    request,
    fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom("set", "cut", "put", "end")), { maxLength: 4 }),
  )
  .map(([whole, changes]) => {
    let bytes = packed(whole);
    for (const [at, byte, kind] of changes) {
      const place = at % (bytes.length + 1);
      const rest = bytes.subarray(kind === "put" ? place : place + 1);
      if (kind === "end") bytes = bytes.subarray(0, place);
      else
        bytes = Buffer.concat([bytes.subarray(0, place), ...(kind === "cut" ? [] : [Buffer.of(byte)]), rest]);
    }
    return bytes;
  });

/** What the packer does not take is sent as something else. */
function packed(whole: unknown): Buffer {
  try {
    return pack(whole);
  } catch {
    return Buffer.of(0xc1);
  }
}

const STATUSES = new Set([200, 400, 404, 413]);

it("any body is answered by what it asks for, or by why it asks for nothing", async () => {
  const seen = new Map<number, number>();
  const body = fc.oneof({ weight: 4, arbitrary: mutated }, fc.uint8Array({ maxLength: 60 }));
  await fc.assert(
    fc.asyncProperty(
      body,
      fc.constantFrom("/msgpack/data/t", "/msgpack/data", "/msgpack/"),
      async (bytes, path) => {
        const reply = await ask(server, path, { body: bytes, agent });
        seen.set(reply.status, (seen.get(reply.status) ?? 0) + 1);
        expect(STATUSES).toContain(reply.status);
        expect(reply.headers["content-type"]).toBe(MSGPACK);
        expect(unpack(reply.body)).toBeInstanceOf(Map);
        expect(reply.body.includes(root)).toBe(false);
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 2000), examples: [[Buffer.alloc(0), "/msgpack/data/t"]] },
  );
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 400]));
});

it.each([
  ["arrays in arrays", (size: number) => Buffer.alloc(size, 0x91)],
  ["maps in maps", (size: number) => Buffer.alloc(size, 0x81)],
  ["a list of many empty lists", (size: number) => listOf(size, Buffer.of(0x90))],
  ["a list of many maps", (size: number) => listOf(size, Buffer.of(0x80))],
  ["a list that is not there", () => Buffer.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
  [
    "many lists that are not there",
    (size: number) => Buffer.alloc(size, Buffer.of(0xdd, 0xff, 0xff, 0xff, 0xff)),
  ],
  ["a text that is not there", () => Buffer.of(0xdb, 0xff, 0xff, 0xff, 0xff)],
  ["bytes that are not there", () => Buffer.of(0xc6, 0xff, 0xff, 0xff, 0xff)],
  ["a map that is not there", () => Buffer.of(0xdf, 0xff, 0xff, 0xff, 0xff)],
  ["a slice of one axis after another", (size: number) => sliceOf(listOf(size, pack([0, 1])))],
  [
    "slices of nothing",
    (size: number) =>
      sliceOf(Buffer.concat([Buffer.of(0x91, 0x92), listOf(size, Buffer.of(0)), Buffer.of(0)])),
  ],
  ["a condition in brackets", (size: number) => pack({ object: "/", where: "(".repeat(size) })],
  ["a condition of nots", (size: number) => pack({ object: "/", where: "not ".repeat(size / 4) })],
  ["a slice of colons", (size: number) => pack({ object: "/x", slice: ":".repeat(size) })],
  ["a slice of semicolons", (size: number) => pack({ object: "/x", slice: ";".repeat(size) })],
  ["a slice of spaces", (size: number) => pack({ object: "/x", slice: " ".repeat(size) })],
  [
    "columns without end",
    (size: number) => pack({ object: "/", columns: Array.from({ length: size / 2 }, () => "x") }),
  ],
])("%s take no more memory than their bytes", async (_, make) => {
  const bytes = make(1 << 18);
  const status = async () => (await ask(server, "/msgpack/data/t", { body: bytes, agent })).status;
  expect([400, 404, 200]).toContain(await status());
  const before = process.memoryUsage();
  for (let i = 0; i < 4; i++) await status();
  const after = process.memoryUsage();
  // Some tens of bytes for each byte, whatever the bytes claim; a claim of 4 GiB would show.
  expect(after.heapTotal + after.external - before.heapTotal - before.external).toBeLessThan(2 ** 27);
});

function listOf(count: number, item: Buffer): Buffer {
  const head = Buffer.of(0xdd, 0, 0, 0, 0);
  head.writeUInt32BE(count, 1);
  return Buffer.concat([head, ...Array.from({ length: count }, () => item)]);
}

function sliceOf(slice: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x82), pack("object"), pack("/x"), pack("slice"), slice]);
}
