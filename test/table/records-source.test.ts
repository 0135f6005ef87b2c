import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { MemmapTable, parseDType, RecordArray } from "../../src/index.js";

const directory = mkdtempSync(join(tmpdir(), "records-source-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("records as rows, whatever the compiler knows of their dtype", () => {
  const fields = [
    ["id", "u8"],
    ["pos", "f4", [2]],
  ] as const;
  const rows = [
    { id: 1n, pos: [1, 2] },
    { id: 2n, pos: [3, 4] },
  ];

  it.each([
    // Not one array of both: each has its own type, which must do for the compiler.
    ["all fields", (table: MemmapTable) => table.append(RecordArray.from(rows, fields))],
    [
      "that it is structured",
      (table: MemmapTable) => table.append(RecordArray.from(rows, parseDType(fields))),
    ],
    [
      "all fields, to put",
      (table: MemmapTable) => withRows(table, 2).put([0, 1], RecordArray.from(rows, fields)),
    ],
    [
      "all fields, to assign",
      (table: MemmapTable) => withRows(table, 2).assign(RecordArray.from(rows, fields)),
    ],
  ])("%s", (title, store) => {
    const path = join(directory, title.replaceAll(/\W/g, "-"));
    using table = MemmapTable.create(path, {
      durability: "process",
      columns: { id: "u8", pos: { dtype: "f4", itemShape: [2] } },
    });
    store(table as unknown as MemmapTable);
    expect(Array.from(table.column("id").values)).toEqual([1n, 2n]);
    expect(Array.from(table.column("pos").values)).toEqual([1, 2, 3, 4]);
  });
});

function withRows(table: MemmapTable, rows: number): MemmapTable {
  table.resize(rows);
  return table;
}
