import { constants } from "node:buffer";
import { mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LimitError, MemmapTable, parseDType } from "../../src/index.js";
import { formatHeader } from "../../src/npy/index.js";
import { refuses } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;
const ROWS = 700_000_000;

/** A column of 5.6 GB, nearly all of it a hole, and a small one of as many rows. */
function sparse(): string {
  const path = fresh();
  mkdirSync(path);
  for (const [name, code] of [
    ["wide", "f8"],
    ["narrow", "u1"],
  ] as const) {
    const dtype = parseDType(code);
    const header = formatHeader({ dtype, shape: [ROWS] });
    writeFileSync(join(path, `${name}.npy`), header);
    truncateSync(join(path, `${name}.npy`), header.length + ROWS * dtype.itemsize);
  }
  return path;
}

/** Where one ArrayBuffer may have at most 4 GiB: on Node 20, and on machines of 32 bits. */
const isBounded = constants.MAX_LENGTH < ROWS * 8;

describe("a column that is too large for one ArrayBuffer", () => {
  it("opens, and can be described, renamed, shortened and deleted", () => {
    const path = sparse();
    using table = MemmapTable.open(path, { ...quick, mode: "r+" });
    expect(table.length).toBe(ROWS);
    const column = table.column("wide");
    expect(column.shape).toEqual([ROWS]);
    expect(column.nbytes).toBe(ROWS * 8);
    expect(table.nbytes).toBe(ROWS * 9);
    column.attr = "large";
    const { ino } = statSync(join(path, "wide.npy"));
    table.renameColumn("wide", "g/wider");
    expect(statSync(join(path, "g", "wider.npy")).ino).toBe(ino);
    expect(table.slice(5, 10).column("g/wider").shape).toEqual([5]);
    table.resize(ROWS - 1);
    expect(table.length).toBe(ROWS - 1);
    expect(statSync(join(path, "g", "wider.npy")).size).toBe(128 + ROWS * 8);
    table.deleteColumn("g/wider");
    expect(readdirSync(path).sort()).toEqual([".memmap", "narrow.npy"]);
  });

  it.runIf(isBounded)("is a LimitError where its bytes are wanted, and harms no other column", () => {
    const path = sparse();
    for (const mode of ["r", "r+"] as const) {
      using table = MemmapTable.open(path, { ...quick, mode, columns: { wide: "f8", narrow: "u1" } });
      const column = table.column("wide");
      table.column("narrow").at(0);
      for (const use of [
        () => column.at(0),
        () => column.values,
        () => column.slice(0, 1).at(0),
        () => column.bytes(0),
        () => table.at(0),
        () => table.toRecords(),
      ]) {
        refuses(path, LimitError, /wide\.npy|takes 6300000000 bytes/, use);
      }
      expect(table.select(["narrow"]).at(-1)).toEqual({ narrow: 0 });
      expect(table.column("narrow").at(ROWS - 1)).toBe(0);
    }
  });

  it.skipIf(isBounded)("is none where ArrayBuffers have no such bound", () => {
    const path = sparse();
    using table = MemmapTable.open(path, { ...quick, mode: "r+", columns: { wide: "f8", narrow: "u1" } });
    table.column("wide").set(ROWS - 1, 1.5);
    expect(table.at(-1)).toEqual({ wide: 1.5, narrow: 0 });
  });
});
