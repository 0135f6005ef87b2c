import { describe, expect, it } from "vitest";
import { wrap } from "../../src/array/array-view.js";
import { type ArrayView, denseLayout, RecordArray, zeros } from "../../src/array/index.js";
import { type DTypeLike, parseDType } from "../../src/dtype/index.js";
import {
  CorruptError,
  DTypeError,
  FormatError,
  IndexError,
  LimitError,
  NameError,
  NotFoundError,
  ShapeError,
} from "../../src/errors.js";
import { planRows, type RowsOptions } from "../../src/server/tables/index.js";
import { collect, type FakeTable, fakeTable } from "./served-fake.js";

function column(dtype: DTypeLike, shape: readonly number[], value: (i: number) => unknown): ArrayView {
  const array: ArrayView = wrap(zeros(parseDType(dtype), shape), true);
  for (let i = 0; i < (shape[0] ?? 0); i++) array.slice(i, i + 1).fill(value(i) as never);
  return array;
}

/** The records that a plan gives, as objects, and its names and number. */
async function read({ file, group }: FakeTable, options: RowsOptions = {}) {
  const plan = await planRows(file, group, options);
  const bytes = await collect(plan.pieces());
  expect(bytes.length).toBe(plan.count * plan.dtype.itemsize);
  const layout = denseLayout([plan.count], plan.dtype.itemsize);
  const records = RecordArray.over({ dtype: plan.dtype, layout, bytes });
  return { plan, records, rows: records.toArray() as unknown as Record<string, unknown>[] };
}

const ROWS = 1000;
const columns = {
  id: column("<i4", [ROWS], (i) => i),
  "air/time": column(">f8", [ROWS], (i) => i / 8),
  name: column("U3", [ROWS], (i) => `n${i % 10}`),
  pair: column("<u2", [ROWS, 2], (i) => i % 100),
  ok: column("b1", [ROWS], (i) => i % 3 === 0),
  when: column("M8[us]", [ROWS], (i) => (i === 7 ? null : BigInt(i) * 1_000_000n)),
};
const table = (options = {}) => fakeTable(columns, options);

const ids = (rows: readonly Record<string, unknown>[]) => rows.map(({ id }) => id);

describe("rows of tables", () => {
  it("are packed records of the columns, in the byte order of their files", async () => {
    const { plan, records, rows } = await read(table());
    expect(plan.count).toBe(ROWS);
    expect(plan.dtype.descr).toEqual([
      ["id", "<i4"],
      ["air/time", ">f8"],
      ["name", "<U3"],
      ["pair", "<u2", [2]],
      ["ok", "|b1"],
      ["when", "<M8[us]"],
    ]);
    expect(rows[13]).toEqual({
      id: 13,
      "air/time": 13 / 8,
      name: "n3",
      pair: Uint16Array.of(13, 13),
      ok: false,
      when: 13_000_000n,
    });
    expect(records.field("when").at(7)).toBeNull();
  });

  it("have the columns that are asked for, in that order, and read no others", async () => {
    const fake = table({ path: "/a/b" });
    const { plan, rows } = await read(fake, {
      columns: ["ok", "id"],
      rows: { kind: "range", start: 3, count: 2, step: 1 },
    });
    expect(plan.columns).toEqual(["ok", "id"]);
    expect(rows).toEqual([
      { ok: true, id: 3 },
      { ok: false, id: 4 },
    ]);
    expect(fake.reads).toEqual(["ok 3+2", "id 3+2"]);
  });

  it.each([false, true])("come by ranges, indices and runs; late: %s", async (late) => {
    const fake = table({ late });
    const of = async (rows: RowsOptions["rows"]) =>
      ids((await read(fake, { rows, columns: ["id"], pieceBytes: 12 })).rows);
    expect(await of({ kind: "range", start: 5, count: 4, step: 1 })).toEqual([5, 6, 7, 8]);
    expect(await of({ kind: "range", start: 5, count: 3, step: 300 })).toEqual([5, 305, 605]);
    expect(await of({ kind: "range", start: 9, count: 4, step: -3 })).toEqual([9, 6, 3, 0]);
    expect(await of({ kind: "range", start: 999, count: 0, step: 1 })).toEqual([]);
    const indices = Float64Array.of(5, 999, 5, 0, 7, 6, 5);
    expect(await of({ kind: "indices", indices })).toEqual([...indices]);
    expect([...indices]).toEqual([5, 999, 5, 0, 7, 6, 5]);
    expect(await of({ kind: "indices", indices: new Float64Array(0) })).toEqual([]);
    const runs = {
      kind: "runs",
      starts: Float64Array.of(2, 10, 10, 990),
      counts: Float64Array.of(2, 0, 5, 10),
    } as const;
    const expected = [2, 3, 10, 11, 12, 13, 14, 990, 991, 992, 993, 994, 995, 996, 997, 998, 999];
    expect(await of(runs)).toEqual(expected);
    const { rows } = await read(fake, { rows: { kind: "indices", indices }, pieceBytes: 1 });
    expect(rows.map(({ name }) => name)).toEqual(["n5", "n9", "n5", "n0", "n7", "n6", "n5"]);
  });

  it("read neighbours together, and what is far apart by itself", async () => {
    const wide = fakeTable({ x: column("V4096", [100], (i) => new Uint8Array(4096).fill(i)) });
    await read(wide, { rows: { kind: "indices", indices: Float64Array.of(1, 2, 3, 5, 5, 50, 52, 90) } });
    expect(wide.reads).toEqual(["x 1+5", "x 50+3", "x 90+1"]);
  });

  it("fulfil a condition, for which its columns alone are read first", async () => {
    const fake = table();
    const { rows } = await read(fake, { columns: ["name", "id"], where: `ok and "air/time" < 2 and id > 2` });
    expect(rows).toEqual([3, 6, 9, 12, 15].map((id) => ({ name: `n${id % 10}`, id })));
    expect(fake.reads).toEqual(["ok 0+1000", "air/time 0+1000", "id 0+1000", "name 3+13", "id 3+13"]);
  });

  it("fulfil a condition among the rows that are asked for, in their order", async () => {
    const where = "ok";
    expect(
      ids((await read(table(), { where, rows: { kind: "range", start: 10, count: 10, step: -1 } })).rows),
    ).toEqual([9, 6, 3]);
    const indices = Float64Array.of(4, 9, 3, 9, 5);
    expect(ids((await read(table(), { where, rows: { kind: "indices", indices } })).rows)).toEqual([9, 3, 9]);
    expect((await read(table(), { where: "id < 0" })).plan.count).toBe(0);
  });

  it("can be read more than once, in pieces of whole records", async () => {
    const { file, group } = table();
    const plan = await planRows(file, group, { where: "id >= 10", columns: ["id"], pieceBytes: 41 });
    for (const _ of [1, 2]) {
      const sizes: number[] = [];
      for await (const piece of plan.pieces()) sizes.push(piece.length);
      expect(sizes).toEqual(new Array(99).fill(40));
    }
  });

  it("go through blocks of more rows than one", async () => {
    const n = 150_000;
    const values = Uint32Array.from({ length: n }, (_, i) => (i * 7919) % n);
    const array: ArrayView = wrap(
      { dtype: parseDType("u4"), layout: denseLayout([n], 4), bytes: new Uint8Array(values.buffer) },
      false,
    );
    const many = fakeTable({ x: array });
    const { records } = await read(many, { where: "x < 10 or x = 149999" });
    expect([...(records.field("x").toArray() as Uint32Array)]).toEqual([
      ...values.filter((x) => x < 10 || x === n - 1),
    ]);
    expect(many.reads.slice(0, 3)).toEqual(["x 0+32768", "x 32768+32768", "x 65536+32768"]);
  });

  it("have no gaps where their columns' records have", async () => {
    const padded = parseDType([
      ["a", "u1"],
      ["", "|V3"],
      [
        "b",
        [
          ["c", "u1"],
          ["", "|V1"],
          ["d", ">i2", [2]],
        ],
      ],
      ["", "|V2"],
    ] as never);
    const array: ArrayView = wrap(zeros(padded, [4, 2]), true);
    const cell = (i: number, k: number) => ({ a: i, b: { c: k, d: [i, -k] } });
    for (let i = 0; i < 4; i++) array.set(i, [cell(i, 0), cell(i, 1)] as never);
    const fake = fakeTable({ r: array, x: column("u1", [4], (i) => i) });
    const { plan, rows } = await read(fake, { rows: { kind: "range", start: 3, count: 2, step: -2 } });
    expect(plan.dtype.itemsize).toBe(2 * 6 + 1);
    expect(rows[0]?.x).toBe(3);
    expect(rows[0]?.r).toEqual([
      { a: 3, b: { c: 0, d: [3, 0] } },
      { a: 3, b: { c: 1, d: [3, -1] } },
    ]);
  });

  it("of a table without rows are none", async () => {
    const { plan } = await read(fakeTable({ x: column("f8", [0], () => 0) }), { where: "x > 5" });
    expect(plan.count).toBe(0);
  });
});

describe("what cannot be read of a table", () => {
  const fails = async (options: RowsOptions, error: unknown) => {
    const fake = table();
    await expect(planRows(fake.file, fake.group, options)).rejects.toThrow(error as string);
    expect(fake.reads).toEqual([]);
  };

  it("is told before anything is read", async () => {
    await fails({ columns: ["nam"] }, NotFoundError);
    await fails({ columns: ["nam"] }, 'there is no column "nam"; did you mean "name"?');
    await fails({ columns: ["zzzzzz"] }, 'columns are "id", "air/time"');
    await fails({ columns: ["id", "id"] }, NameError);
    await fails({ columns: [] }, FormatError);
    await fails({ where: "idd = 5" }, 'did you mean "id"?');
    await fails({ where: "" }, FormatError);
    await fails({ where: "name > 5" }, DTypeError);
    await fails({ where: "name > 5" }, 'column "name" of <U3 cannot be compared with 5 by gt');
    await fails({ where: "pair > 5" }, ShapeError);
    await fails({ where: "id = pair" }, ShapeError);
    await fails({ rows: { kind: "range", start: 990, count: 11, step: 1 } }, IndexError);
    await fails({ rows: { kind: "range", start: 3, count: 5, step: -1 } }, IndexError);
    await fails({ rows: { kind: "indices", indices: Float64Array.of(0, 1000) } }, IndexError);
    await fails(
      { rows: { kind: "runs", starts: Float64Array.of(995), counts: Float64Array.of(6) } },
      IndexError,
    );
    await fails({ columns: ["id"], resultBytes: 3999 }, LimitError);
    await fails({ where: "id > 5", scanBytes: 3999 }, LimitError);
  });

  it("is more than one answer may have", async () => {
    const { file, group } = table();
    const options = { columns: ["id"], where: "id >= 990" };
    await expect(planRows(file, group, { ...options, resultBytes: 39 })).rejects.toThrow("more than 9 rows");
    expect((await planRows(file, group, { ...options, resultBytes: 40, scanBytes: 4000 })).count).toBe(10);
  });

  it("is no table, and columns that are not as the table says", async () => {
    const { file, group } = table();
    await expect(planRows(file, { ...group, table: undefined })).rejects.toThrow(DTypeError);
    const short = fakeTable({ x: column("f8", [3], () => 0) }, { rows: 4 });
    await expect(planRows(short.file, short.group)).rejects.toThrow(CorruptError);
    await expect(planRows({ ...file, node: () => undefined }, group)).rejects.toThrow(CorruptError);
    const none = fakeTable({});
    await expect(planRows(none.file, none.group)).rejects.toThrow(FormatError);
    const huge = fakeTable({ x: column("u1", [0, 2 ** 26], () => 0) });
    await expect(planRows(huge.file, huge.group)).rejects.toThrow(LimitError);
    const empty = fakeTable({ x: column("u1", [2, 0], () => 0) });
    await expect(planRows(empty.file, empty.group)).rejects.toThrow(DTypeError);
  });

  it("ends with the reason of the signal", async () => {
    const { file, group } = table({ late: true });
    const reason = new Error("gone");
    const aborted = AbortSignal.abort(reason);
    await expect(planRows(file, group, { where: "id > 5", signal: aborted })).rejects.toBe(reason);
    const control = new AbortController();
    const plan = await planRows(file, group, { signal: control.signal, pieceBytes: 100 });
    const pieces = plan.pieces();
    expect((await pieces.next()).done).toBe(false);
    control.abort(reason);
    await expect(pieces.next()).rejects.toBe(reason);
  });
});
