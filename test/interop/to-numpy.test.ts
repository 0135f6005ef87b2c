import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type DType, type DTypeLike, MemmapTable, parseDType, saveNpy } from "../../src/index.js";
import { PLAIN, STRUCTURES } from "./dtypes.js";
import { startPeer } from "./peer.js";
import { Random } from "./random.js";
import { QUICK, scratchDirectory } from "./support.js";
import { nestedFromWire, type Wire } from "./wire.js";

const peer = startPeer();
const directory = scratchDirectory();

/** The item shapes of a dtype's columns; of dates, whose units are many, fewer. */
function itemShapesOf({ kind }: DType, rows: number): readonly (readonly number[])[] {
  if ("mM".includes(kind)) return [[]];
  return rows === 7 ? [[], [3], [2, 2], [0]] : [[], [2]];
}

/** A column of random rows: in words, and as plain values. */
interface Column {
  readonly name: string;
  readonly dtype: DType;
  readonly itemShape: readonly number[];
  readonly wires: readonly Wire[];
  readonly cells: readonly unknown[];
}

/** A column of each dtype in several item shapes. */
async function columnsOf(rows: number): Promise<Column[]> {
  const aligned = await Promise.all(
    STRUCTURES.map(({ fields, align = false }) =>
      align ? peer.call<DTypeLike>("descr_of", { dtype: { align: fields } }) : fields,
    ),
  );
  return [...PLAIN, ...aligned].map(parseDType).flatMap((dtype, i) =>
    itemShapesOf(dtype, rows).map((itemShape) => {
      const name = `c${i}-${itemShape.join("x")}`;
      const shape = [rows, ...itemShape];
      const size = shape.reduce((product, axis) => product * axis, 1);
      const wires = new Random(`${name} ${rows}`).wires(dtype, size);
      return {
        name,
        dtype,
        itemShape,
        wires,
        cells: nestedFromWire(dtype, shape, wires) as readonly unknown[],
      };
    }),
  );
}

describe.each([7, 1, 0])("%i rows of every dtype and item shape are what NumPy would have saved", (rows) => {
  let columns: readonly Column[] = [];
  beforeAll(async () => {
    columns = await columnsOf(rows);
  });

  const judge = (folder: string, exact: boolean, some = columns) =>
    peer.call("judge_all", {
      files: some.map(({ name, dtype, itemShape, wires }) => ({
        path: join(folder, `${name}.npy`),
        dtype: dtype.descr,
        shape: [rows, ...itemShape],
        values: wires,
        exact,
      })),
    });
  const create = (way: string, length = rows) =>
    MemmapTable.create(join(directory, `${way}-${rows}`), { rows: length, ...QUICK });
  // As in NumPy, an empty list says nothing of the axes behind its own, and does not go into them.
  const dataOf = ({ cells }: Column) => (rows > 0 ? { data: cells } : {});

  it("as data of new columns; from there, assigned to others; and saved by themselves", async () => {
    using table = create("data");
    table.transaction(() => {
      for (const column of columns)
        table.addColumn(column.name, column.dtype, { itemShape: column.itemShape, ...dataOf(column) });
    });
    expect(await judge(table.root, true)).toEqual([]);

    using copy = create("copies");
    copy.transaction(() => {
      for (const { name, dtype, itemShape } of columns) copy.addColumn(name, dtype, { itemShape });
    });
    copy.assign(table);
    expect(await judge(copy.root, true)).toEqual([]);

    const some = columns.filter(({ itemShape }) => rows === 7 && itemShape.length === 0);
    for (const { name } of some) saveNpy(join(directory, `${name}.npy`), table.column(name));
    expect(await judge(directory, true, some)).toEqual([]);
  });

  it("assigned: whole columns, and cell by cell", async () => {
    using table = create("assigned");
    table.transaction(() => {
      for (const { name, dtype, itemShape, cells } of columns) {
        const column = table.addColumn(name, dtype, { itemShape });
        if (rows > 0) column.assign(cells.map(() => cells[0]));
        cells.forEach((cell, row) => column.set(row, cell as never));
      }
    });
    expect(await judge(table.root, true)).toEqual([]);
  });

  it("appended, as rows and as columns", async () => {
    using table = create("appended", 0);
    table.transaction(() => {
      for (const { name, dtype, itemShape } of columns) table.addColumn(name, dtype, { itemShape });
    });
    const part = (start: number, end: number) =>
      new Map(columns.map(({ name, cells }) => [name, cells.slice(start, end)]));
    const row = (at: number) => Object.fromEntries(columns.map(({ name, cells }) => [name, cells[at]]));
    if (rows > 0) table.append([row(0)]);
    if (rows > 1) table.append(part(1, 4));
    if (rows > 1) table.append([row(4), row(5), row(6)]);
    expect(table.length).toBe(rows);
    expect(await judge(table.root, false)).toEqual([]);
  });
});

describe("headers of every length", () => {
  it("are padded as NumPy's", async () => {
    const rows = 100;
    using table = MemmapTable.create(join(directory, "headers"), { rows, ...QUICK });
    const files = table.transaction(() =>
      ["a", "é", "长"].flatMap((letter, i) =>
        Array.from({ length: 70 }, (_, length) => {
          const dtype = [[letter.repeat(length + 1), "|i1"]] as const;
          const name = `h${i}-${length}`;
          table.addColumn(name, dtype);
          const values = new Array(rows).fill(["0"]);
          return { path: join(table.root, `${name}.npy`), dtype, shape: [rows], values, exact: true };
        }),
      ),
    );
    expect(await peer.call("judge_all", { files })).toEqual([]);
  });
});
