import { describe, expect, it } from "vitest";
import { ClosedError, MemmapTable, ReadOnlyError } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const temporary = temporaryPaths();

describe("a table that was opened for reading", () => {
  it("says that it is read-only while it is open, and that it is closed after that", () => {
    const path = temporary();
    MemmapTable.create(path, { rows: 2, columns: { a: "i4" }, durability: "process" }).close();
    const table = MemmapTable.open(path);
    const column = table.column("a");
    const stores = [() => column.set(0, 1), () => column.assign(1), () => column.put([0], 1)] as const;
    for (const store of stores) expect(store).toThrow(ReadOnlyError);
    table.close();
    for (const store of stores) expect(store).toThrow(ClosedError);
  });
});
