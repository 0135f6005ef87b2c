import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { type FieldSpec, MemmapTable, openNpy, parseDType, RecordArray, saveNpy } from "../../src/index.js";
import { PLAIN, STRUCTURES } from "./dtypes.js";
import { type Described, startPeer } from "./peer.js";
import { Random } from "./random.js";
import { expectSame, QUICK, scratchDirectory, seed } from "./support.js";
import { elementFromWire, nestedFromWire, type Wire } from "./wire.js";

const peer = startPeer();
const directory = scratchDirectory();
let count = 0;
let root = "";
beforeEach(() => {
  root = join(directory, `records-${count++}`);
});

type Fields = readonly (readonly [name: string, dtype: string, shape?: readonly number[]])[];

/** Sets of columns, as the fields of their rows. */
const TABLES: readonly { readonly title: string; readonly fields: Fields }[] = [
  {
    title: "numbers side by side, unaligned",
    fields: [
      ["a", "|i1"],
      ["b", "<f8"],
      ["c", "<u2"],
      ["d", ">i4"],
    ],
  },
  {
    title: "groups and cells",
    fields: [
      ["id", "<u8"],
      ["pos/x", "<f4", [3]],
      ["pos/deep/m", "|b1", [2, 2]],
      ["e", "<f8", [0]],
    ],
  },
  {
    title: "text and dates",
    fields: [
      ["name", "<U5"],
      ["tag", "|S3"],
      ["when", "<M8[us]"],
      ["long", ">m8[h]"],
      ["raw", "|V3"],
    ],
  },
  {
    title: "names beyond ASCII",
    fields: [
      ["größe", "<f8"],
      ["长度", "<i2"],
      ["__proto__", "<i4"],
      ["🙂", "<c8"],
      ["it's", "<f2"],
    ],
  },
  { title: "every dtype", fields: PLAIN.map((dtype, i) => [`c${i}`, dtype]) },
];

const itemShape = (shape: readonly number[] | undefined) => shape ?? [];
const sizeOf = (shape: readonly number[] | undefined) =>
  itemShape(shape).reduce((size, axis) => size * axis, 1);

/** A table of random rows; and its rows in words. */
function fill(fields: Fields, rows: number, title: string): Wire[][] {
  const random = new Random(title);
  using table = MemmapTable.create(root, { rows, ...QUICK });
  const columns = table.transaction(() =>
    fields.map(([name, code, shape]) => {
      const dtype = parseDType(code);
      const wires = random.wires(dtype, rows * sizeOf(shape));
      const data = nestedFromWire(dtype, [rows, ...itemShape(shape)], wires) as never;
      table.addColumn(name, dtype, { itemShape: itemShape(shape), ...(rows > 0 ? { data } : {}) });
      return wires;
    }),
  );
  return Array.from({ length: rows }, (_, row) =>
    fields.map(([, , shape], i): Wire => {
      const each = sizeOf(shape);
      const wires = columns[i] ?? [];
      return shape === undefined ? (wires[row] ?? null) : wires.slice(row * each, (row + 1) * each);
    }),
  );
}

describe.each(TABLES)("rows of $title", ({ title, fields }) => {
  it.each([23, 1, 0])("%i of them are NumPy's packed records", async (rows) => {
    const values = fill(fields, rows, title);
    using table = MemmapTable.open(root);
    const records = table.toRecords();
    const path = join(directory, "records.npy");
    const judged = { path, dtype: fields, shape: [rows], exact: true };
    saveNpy(path, records);
    expect(await peer.call("judge", { ...judged, values })).toEqual([]);
    const { packed, hex } = await peer.call<{ packed: boolean; hex: string }>("describe_records", {
      path,
      fields,
    });
    expect(packed).toBe(true);
    expect(Buffer.from(records.bytes()).toString("hex")).toBe(hex);

    saveNpy(path, table.slice(null, null, -2).toRecords());
    const chosen = values.filter((_, row) => (rows - 1 - row) % 2 === 0).reverse();
    expect(await peer.call("judge", { ...judged, shape: [chosen.length], values: chosen })).toEqual([]);

    const names = fields.map(([name]) => name).reverse();
    saveNpy(
      path,
      table
        .select(names)
        .take(rows > 0 ? [rows - 1, 0] : [])
        .toRecords(),
    );
    const ends = rows > 0 ? [values.at(-1), values[0]] : [];
    const backwards = ends.map((row) => [...(row ?? [])].reverse());
    const dtype = [...fields].reverse();
    expect(await peer.call("judge", { ...judged, dtype, shape: [ends.length], values: backwards })).toEqual(
      [],
    );
  });

  it.each([{ align: false }, { align: true }])(
    "come back from NumPy's records, align=$align",
    async ({ align }) => {
      const rows = 11;
      const path = `${root}.npy`;
      const random = new Random(`${title} back`);
      const structure = parseDType(
        fields.map(([name, code, shape]): FieldSpec => [name, code, itemShape(shape)]),
      );
      const values = random.wires(structure, rows);
      await peer.call("save", { path, dtype: align ? { align: fields } : fields, shape: [rows], values });
      using theirs = openNpy(path);
      fill(fields, rows, `${title} before`);
      const judge = (found: readonly Wire[]) =>
        peer.call("judge_all", {
          files: fields.map(([name, dtype, shape], i) => ({
            path: join(root, `${name}.npy`),
            dtype,
            shape: [found.length, ...itemShape(shape)],
            values: found.flatMap((row) => part(row, i, shape)),
          })),
        });
      using table = MemmapTable.open(root, { mode: "r+", ...QUICK });
      table.assign(theirs);
      expect(await judge(values)).toEqual([]);

      table.append(theirs.slice(2, 9, 3));
      expect(await judge([...values, ...[2, 5, 8].map((row) => values[row] ?? null)])).toEqual([]);

      table.resize(rows);
      table.slice(0, 4).assign(theirs.slice(-4));
      table.put([10, 9], theirs.slice(0, 2));
      const mixed = [...values.slice(-4), ...values.slice(4, 9), values[1] ?? null, values[0] ?? null];
      expect(await judge(mixed)).toEqual([]);

      // As a RecordArray in memory, and back into a table.
      const records = RecordArray.zeros(structure, rows).assign(theirs);
      saveNpy(`${root}-own.npy`, records);
      expect(
        await peer.call("judge", {
          path: `${root}-own.npy`,
          dtype: fields,
          shape: [rows],
          values,
          exact: true,
        }),
      ).toEqual([]);
      table.assign(records);
      expect(await judge(values)).toEqual([]);
    },
  );
});

/** The elements of one field of a record in words. */
function part(row: Wire, i: number, shape: readonly number[] | undefined): readonly Wire[] {
  const record = Array.isArray(row) ? (row as readonly Wire[]) : [];
  const cell = record[i] ?? null;
  return shape !== undefined && Array.isArray(cell) ? cell : [cell];
}

describe("records of any structured dtype", () => {
  it.each(STRUCTURES)("$title: NumPy's are a column, ours are NumPy's", async ({ title, fields, align }) => {
    const folder = root;
    const path = join(folder, "a.npy");
    const dtype = align === true ? { align: fields } : fields;
    const said = await peer.call<Described>("save", { path, dtype, shape: [9], seed });
    const descr = parseDType(said.descr as readonly FieldSpec[]);
    const plain = said.values.map(
      (wire) => elementFromWire(descr, wire) as { readonly [name: string]: never },
    );
    using table = MemmapTable.open(folder, { mode: "r+", ...QUICK });
    const column = table.column("a");
    expectSame(column, said);
    table.addColumn("b", column.dtype, { data: column });
    table.addColumn("c", column.dtype).assign(plain);
    saveNpy(join(folder, "d.npy"), RecordArray.from(plain, descr));
    const judged = (name: string, content: object) => ({
      path: join(folder, `${name}.npy`),
      dtype,
      shape: [9],
      exact: true,
      ...content,
    });
    // What goes by value has one NaN; bytes keep all of them.
    const { hex, values } = said;
    const files = [judged("b", { hex }), judged("c", { values }), judged("d", { values })];
    expect(await peer.call("judge_all", { files }), title).toEqual([]);
  });
});
