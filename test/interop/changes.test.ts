import { appendFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { MemmapTable, openNpy, parseDType } from "../../src/index.js";
import { type Described, startPeer } from "./peer.js";
import { Random } from "./random.js";
import { QUICK, scratchDirectory, seed } from "./support.js";
import { elementFromWire, nestedFromWire, type Wire } from "./wire.js";

const peer = startPeer();
const directory = scratchDirectory();

const KINDS = [
  { dtype: parseDType("<f8"), itemShape: [] },
  { dtype: parseDType("|i1"), itemShape: [] },
  { dtype: parseDType(">i4"), itemShape: [3] },
  { dtype: parseDType("<U5"), itemShape: [] },
  { dtype: parseDType("|b1"), itemShape: [2, 2] },
  { dtype: parseDType("<M8[D]"), itemShape: [] },
  { dtype: parseDType("<f4"), itemShape: [0] },
  {
    dtype: parseDType([
      ["长", "<i2"],
      ["", "|V1"],
      ["b", "|S3", [2]],
    ]),
    itemShape: [],
  },
] as const;

/** A column as it should be. */
interface Model {
  readonly kind: (typeof KINDS)[number];
  readonly wires: readonly Wire[];
}

const eachOf = ({ itemShape }: (typeof KINDS)[number]) =>
  itemShape.reduce((size: number, axis) => size * axis, 1);

/** A table and what should be in it, changed side by side. */
class Pair {
  readonly root: string;
  readonly random: Random;
  readonly zeros: readonly Wire[];
  columns = new Map<string, Model>();
  rows: number;
  table: MemmapTable;
  #named = 0;

  constructor(root: string, rows: number, random: Random, zeros: readonly Wire[]) {
    this.root = root;
    this.rows = rows;
    this.random = random;
    this.zeros = zeros;
    this.table = this.open();
  }

  open(): MemmapTable {
    return MemmapTable.open(this.root, { mode: "r+", ...QUICK }) as MemmapTable;
  }

  /** The random rows of one column, as words. */
  wires(kind: (typeof KINDS)[number], rows: number): Wire[] {
    return this.random.wires(kind.dtype, rows * eachOf(kind));
  }

  name(): string {
    const group = ["", "g/", "g/h/", "k/"][this.random.below(4)] ?? "";
    return `${group}c${this.#named++}`;
  }

  any(): string {
    return [...this.columns.keys()][this.random.below(this.columns.size)] ?? "";
  }

  /** Makes one random change; says which. */
  change(): string {
    const { random, table, columns } = this;
    switch (random.below(9)) {
      case 0:
      case 1: {
        const rows = 1 + random.below(random.below(4) === 0 ? 200 : 4);
        const news = new Map([...columns].map(([name, { kind }]) => [name, this.wires(kind, rows)]));
        const source = new Map<string, unknown>();
        for (const [name, wires] of news) {
          const kind = columns.get(name)?.kind ?? KINDS[0];
          source.set(name, nestedFromWire(kind.dtype, [rows, ...kind.itemShape], wires));
        }
        if (random.below(2) === 0) table.append(source);
        else
          table.append(
            Array.from({ length: rows }, (_, row) =>
              Object.fromEntries(Array.from(source, ([name, cells]) => [name, (cells as unknown[])[row]])),
            ),
          );
        for (const [name, wires] of news) this.#update(name, (old) => [...old, ...wires]);
        this.rows += rows;
        return `append ${rows}`;
      }
      case 2:
      case 3: {
        const rows = random.below(random.below(3) === 0 ? 2 : this.rows + 20);
        table.resize(rows);
        for (const [name, { kind }] of columns) {
          const zero = this.zeros[KINDS.indexOf(kind)] ?? null;
          const size = rows * eachOf(kind);
          this.#update(name, (old) =>
            Array.from({ length: size }, (_, i) => (i < old.length ? (old[i] ?? null) : zero)),
          );
        }
        this.rows = rows;
        return `resize ${rows}`;
      }
      case 4: {
        const [from, to] = [this.any(), this.name()];
        table.renameColumn(from, to);
        this.columns = new Map(Array.from(columns, ([name, model]) => [name === from ? to : name, model]));
        return `rename ${from} ${to}`;
      }
      case 5: {
        const [from, to] = [this.any(), this.name()];
        table.copyColumn(from, to);
        const model = columns.get(from);
        if (model !== undefined) columns.set(to, model);
        return `copy ${from} ${to}`;
      }
      case 6: {
        if (columns.size < 3) return "nothing";
        const name = this.any();
        table.deleteColumn(name);
        columns.delete(name);
        return `delete ${name}`;
      }
      case 7: {
        const name = this.name();
        const kind = KINDS[random.below(KINDS.length)] ?? KINDS[0];
        const wires = this.wires(kind, this.rows);
        const column = table.addColumn(name, kind.dtype, { itemShape: kind.itemShape });
        if (this.rows > 0)
          column.assign(nestedFromWire(kind.dtype, [this.rows, ...kind.itemShape], wires) as never);
        columns.set(name, { kind, wires });
        return `add ${name}`;
      }
      default: {
        if (this.rows === 0) return "nothing";
        const name = this.any();
        const kind = columns.get(name)?.kind ?? KINDS[0];
        const row = random.below(this.rows);
        const wires = this.wires(kind, 1);
        table.column(name).set(row, nestedFromWire(kind.dtype, kind.itemShape, wires) as never);
        this.#update(name, (old) => [
          ...old.slice(0, row * eachOf(kind)),
          ...wires,
          ...old.slice((row + 1) * eachOf(kind)),
        ]);
        return `set ${name} ${row}`;
      }
    }
  }

  #update(name: string, change: (wires: readonly Wire[]) => readonly Wire[]): void {
    const model = this.columns.get(name);
    if (model !== undefined) this.columns.set(name, { ...model, wires: change(model.wires) });
  }

  /** What NumPy has to judge. */
  files(): object[] {
    return Array.from(this.columns, ([name, { kind, wires }]) => ({
      path: join(this.root, `${name}.npy`),
      dtype: kind.dtype.descr,
      shape: [this.rows, ...kind.itemShape],
      values: wires,
    }));
  }
}

describe("after any change NumPy reads what is there, from headers as its own", () => {
  it.each([1, 2, 3, 4])("sequence %i of random changes", async (number) => {
    const root = join(directory, `changes-${number}`);
    const random = new Random(`changes ${number}`);
    const zeros = await Promise.all(
      KINDS.map(
        async ({ dtype }) =>
          (await peer.call<Wire[]>("zeros", { dtype: dtype.descr, shape: [1] }))[0] ?? null,
      ),
    );
    const rows = 12;
    const saved = await Promise.all(
      KINDS.map(({ dtype, itemShape }, i) =>
        peer.call<Described>("save", {
          path: join(root, `n${i}.npy`),
          dtype: dtype.descr,
          shape: [rows, ...itemShape],
          seed,
        }),
      ),
    );
    const pair = new Pair(root, rows, random, zeros);
    KINDS.forEach((kind, i) => {
      pair.columns.set(`n${i}`, { kind, wires: saved[i]?.values ?? [] });
    });
    const history: string[] = [];
    for (let step = 0; step < 25; step++) {
      if (random.below(4) === 0) {
        pair.table.transaction(() => {
          history.push("transaction", pair.change(), pair.change(), pair.change());
        });
      } else history.push(pair.change());
      if (random.below(5) === 0) {
        pair.table.close();
        pair.table = pair.open();
        history.push("reopen");
      }
      const problems = await peer.call("judge_all", { files: pair.files() });
      expect(problems, history.join(", ")).toEqual([]);
      const found = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) =>
        path.endsWith(".npy"),
      );
      const names = found.map((path) => path.slice(0, -4).replaceAll(sep, "/"));
      expect(names.sort(), history.join(", ")).toEqual([...pair.columns.keys()].sort());
    }
    pair.table.close();
  });
});

describe("bytes behind the data", () => {
  it("that growth left are nothing to NumPy", async () => {
    const root = join(directory, "spare");
    const dtype = parseDType("<f8");
    const random = new Random("spare");
    const wires = random.wires(dtype, 1000);
    using table = MemmapTable.create(root, { rows: 0, columns: { x: "<f8" }, ...QUICK });
    for (let row = 0; row < wires.length; row += 10) {
      table.append({ x: wires.slice(row, row + 10).map((wire) => elementFromWire(dtype, wire)) });
    }
    const path = join(root, "x.npy");
    expect(statSync(path).size).toBeGreaterThan(128 + 8 * 1000);
    const judged = { path, dtype: "<f8", shape: [1000], values: wires };
    expect(await peer.call("judge", judged)).toEqual([]);
    table.resize(300);
    expect(statSync(path).size).toBeGreaterThan(128 + 8 * 300);
    expect(await peer.call("judge", { ...judged, shape: [300], values: wires.slice(0, 300) })).toEqual([]);
  });

  it("that other software left never become rows", async () => {
    const root = join(directory, "junk");
    const path = join(root, "x.npy");
    const said = await peer.call<Described>("save", { path, dtype: "<i4", shape: [10], seed });
    appendFileSync(path, Buffer.alloc(5000, 0xab));
    {
      using array = openNpy(path);
      expect(array.length).toBe(10);
    }
    using table = MemmapTable.open(root, { mode: "r+", ...QUICK });
    table.append([{ x: 7 }]);
    table.resize(500);
    const values = [...said.values, "7", ...new Array<Wire>(489).fill("0")];
    expect(await peer.call("judge", { path, dtype: "<i4", shape: [500], values })).toEqual([]);
    expect(
      readFileSync(path)
        .subarray(128 + 11 * 4, 128 + 500 * 4)
        .every((byte) => byte === 0),
    ).toBe(true);
  });
});
