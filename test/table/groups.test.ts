import { describe, expect, it } from "vitest";
import { MemmapTable, NameError, NotFoundError } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

describe("groups without columns", () => {
  it("stay as long as they, or a group below them, have an attribute", () => {
    using table = MemmapTable.create(fresh(), { durability: "process" });
    table.addColumn("g/h/x", "i4");
    table.setGroupAttr("g/h", "kept");
    table.deleteColumn("g/h/x");
    expect(table.groupAttr("g/h")).toBe("kept");
    expect(table.groupAttr("g")).toBe(null);
    table.setGroupAttr("g", 1);
    expect(table.groupAttr("g")).toBe(1);
    expect(() => table.addColumn("g", "i4")).toThrow(NameError);
    expect(() => table.addColumn("G/x", "i4")).toThrow(NameError);
    expect(() => table.groupAttr("g/x")).toThrow(NotFoundError);
  });
});
