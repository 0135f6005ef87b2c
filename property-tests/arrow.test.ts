import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { fromArrow, toArrow, writeIPC } from "../src/frame/arrow/index.js";
import { arrowStep } from "../src/frame/arrow/time-units.js";
import {
  type DType,
  FormatError,
  isMemmapError,
  MemmapTable,
  parseDType,
  type TableView,
} from "../src/index.js";
import { anyRows, anySchema, type TestSchema } from "../src/testing/index.js";
import { openBelow } from "../test/support/snapshot.js";

const directory = mkdtempSync(join(tmpdir(), "memmap-table-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const numRuns = process.env.RUNS === undefined ? 25 : Number(process.env.RUNS);
const QUICK = { durability: "process" } as const;

/** Whether Arrow has a type for a dtype. */
function isArrows(dtype: DType): boolean {
  if (dtype.fields !== undefined) return dtype.fields.every((field) => isArrows(field.dtype));
  return !"mM".includes(dtype.kind) || arrowStep(dtype) !== undefined;
}

/** Schemas all of whose dtypes Arrow has types for. */
const schema: fc.Arbitrary<TestSchema> = anySchema().map(
  (columns) =>
    new Map(
      Array.from(columns, ([name, type]) =>
        isArrows(parseDType(type.dtype)) ? [name, type] : [name, { ...type, dtype: parseDType("M8[10us]") }],
      ),
    ),
);

/** Every element's bytes, padding within records aside. */
function content(view: TableView): unknown {
  return Array.from(view.columns(), ([name, column]) => [
    name,
    column.dtype.toString(),
    column.shape,
    column.dtype.fields === undefined
      ? Array.from({ length: column.length }, (_, row) => Buffer.from(column.bytes(row)).toString("hex"))
      : Array.from(column),
  ]);
}

/** NaNs of every payload: the floats' bytes become any bytes. */
function scramble(table: MemmapTable, noise: Uint8Array): void {
  for (const [, column] of table.columns()) {
    if (!"fc".includes(column.dtype.kind)) continue;
    const bytes = column.storage.bytes();
    for (let i = 0; i < bytes.length; i++) bytes[i] = (bytes[i] ?? 0) ^ (noise[i % noise.length] ?? 0);
  }
}

let count = 0;

/** Runs with paths of its own, and expects that nothing of them is open in the end. */
function withPaths(run: (path: (name: string) => string) => void): void {
  count += 1;
  const root = join(directory, `case-${count}`);
  try {
    run((name) => `${root}-${name}`);
  } finally {
    expect(openBelow(directory)).toEqual([]);
    for (const name of ["table", "again", "file", "stream", "from-file", "from-stream"]) {
      rmSync(`${root}-${name}`, { recursive: true, force: true });
    }
  }
}

/** A table, or undefined where values do not fit Arrow's types, which `toArrow` says. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (isMemmapError(error, "CAST") && /days do not fit|does not fit 64 bits/.test(error.message))
      return undefined;
    throw error;
  }
}

describe("tables come back from Arrow as they were, bit for bit", () => {
  it("by way of Arrow tables, IPC files and streams", () => {
    let held = 0;
    const cases = schema.chain((columns) =>
      fc.tuple(fc.constant(columns), anyRows(columns), fc.uint8Array({ minLength: 1, maxLength: 64 })),
    );
    fc.assert(
      fc.property(cases, fc.nat(), fc.integer({ min: 1, max: 5 }), ([columns, batch, noise], start, rows) =>
        withPaths((path) => {
          using table = MemmapTable.create(path("table"), { columns, ...QUICK });
          table.append(batch.source);
          scramble(table, noise);
          const view = table.slice(start % (table.length + 1));
          const expected = content(view);
          const shared = attempt(() => toArrow(view));
          if (shared === undefined) return;
          held += 1;
          using again = fromArrow(shared, path("again"), QUICK);
          expect(content(again)).toEqual(expected);
          writeIPC(view, path("file"), { rows });
          writeIPC(view, path("stream"), { rows, format: "stream" });
          using fromFile = fromArrow(readFileSync(path("file")), path("from-file"), QUICK);
          expect(content(fromFile)).toEqual(expected);
          using fromStream = fromArrow(
            pieces(readFileSync(path("stream")), rows * 7),
            path("from-stream"),
            QUICK,
          );
          expect(content(fromStream)).toEqual(expected);
        }),
      ),
      { numRuns },
    );
    expect(held).toBeGreaterThan(numRuns / 4);
  }, 600_000);
});

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("bytes that are no Arrow", () => {
  const bytesOf = (format: "file" | "stream"): Uint8Array => {
    const root = join(directory, `sample-${format}`);
    using table = MemmapTable.create(root, {
      columns: {
        a: "i4",
        b: "b1",
        s: "U5",
        d: "M8[D]",
        t: "M8[us]",
        r: [
          ["x", "f4"],
          ["y", "S3"],
        ],
        l: { dtype: "f8", itemShape: [2] },
      },
      rows: 9,
      overwrite: true,
      ...QUICK,
    });
    table.column("s").fill("é");
    table.column("t").set(3, null);
    writeIPC(table, `${root}.arrow`, { format, rows: 4 });
    return readFileSync(`${root}.arrow`);
  };

  it.each(["file", "stream"] as const)("of a %s give tagged errors, and leave nothing", (format) => {
    const good = bytesOf(format);
    const change = fc.record({ at: fc.nat({ max: good.length - 1 }), to: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 4 }),
        fc.oneof(fc.constant(good.length), fc.nat({ max: good.length })),
        (changes, length) =>
          withPaths((path) => {
            const bytes = new Uint8Array(good);
            for (const { at, to } of changes) bytes[at] = to;
            try {
              using _table = fromArrow(bytes.subarray(0, length), path("again"), QUICK);
            } catch (error) {
              expect(isMemmapError(error), String(error)).toBe(true);
              expect(() => MemmapTable.open(path("again"))).toThrow("there is no");
            }
          }),
      ),
      { numRuns },
    );
  });

  it("are noticed when they end early", () => {
    const good = bytesOf("stream");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: good.length - 9 }), (length) =>
        withPaths((path) => {
          const cut = good.subarray(0, length);
          let rows: number | undefined;
          try {
            using table = fromArrow(pieces(cut, 50), path("again"), QUICK);
            rows = table.length;
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
          // A stream may end after any of its messages.
          expect([undefined, 0, 4, 8, 9]).toContain(rows);
        }),
      ),
      { numRuns },
    );
  });
});
