import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { writeIPC } from "../../../src/frame/arrow/index.js";
import {
  CastError,
  ExistsError,
  MemmapTable,
  NotFoundError,
  ShapeError,
  UnsupportedError,
} from "../../../src/index.js";
import { openBelow, refuses } from "../../support/snapshot.js";
import { temporaryPaths } from "../../support/temporary.js";

const path = temporaryPaths();

function numbers(rows: number): MemmapTable {
  const table = MemmapTable.create(path(), { rows, columns: { a: "i4", t: "M8[D]" }, durability: "process" });
  table.column("a").assign(Int32Array.from({ length: rows }, (_, row) => row));
  return table as unknown as MemmapTable;
}

describe("IPC files", () => {
  it.each(["file", "stream"] as const)("as a %s have batches of so many rows", (format) => {
    using table = numbers(10);
    const file = path("ipc");
    writeIPC(table.slice(1), file, { format, rows: 4 });
    const arrow = tableFromIPC(readFileSync(file));
    expect(arrow.batches.map(({ numRows }) => numRows)).toEqual([4, 4, 1]);
    expect(arrow.getChild("a")?.toArray()).toEqual(Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
    expect(openBelow(dirname(file)).filter((name) => name.includes("ipc"))).toEqual([]);
  });

  it("of no rows have columns", () => {
    using table = numbers(0);
    for (const format of ["file", "stream"] as const) {
      const file = path("ipc");
      writeIPC(table, file, { format });
      expect(tableFromIPC(readFileSync(file)).schema.names).toEqual(["a", "t"]);
    }
  });

  it("replace one of their name when they are whole", () => {
    using table = numbers(3);
    const file = path("ipc");
    writeFileSync(file, "before");
    writeIPC(table, file);
    expect(tableFromIPC(readFileSync(file)).numRows).toBe(3);
  });

  it("leave everything as it was where they fail", () => {
    using table = numbers(100);
    const folder = path("folder");
    mkdirSync(folder);
    const file = `${folder}/a.arrow`;
    writeFileSync(file, "before");
    table.column("t").set(99, 2n ** 40n);
    refuses(folder, CastError, /column "t", row 99: 1099511627776 days do not fit/, () =>
      writeIPC(table, file, { rows: 10 }),
    );
    refuses(folder, ShapeError, /at least 1/, () => writeIPC(table, file, { rows: 0 }));
    refuses(folder, UnsupportedError, /"file" or "stream"/, () =>
      writeIPC(table, file, { format: "json" as never }),
    );
    refuses(folder, ExistsError, /is a directory/, () => writeIPC(table.slice(0, 1), folder));
    refuses(folder, NotFoundError, /there is no directory/, () =>
      writeIPC(table.slice(0, 1), `${folder}/no/a.arrow`),
    );
    expect([existsSync(file), readdirSync(folder)]).toEqual([true, ["a.arrow"]]);
  });
});
