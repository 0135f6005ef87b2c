import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  type AttrInput,
  CastError,
  LimitError,
  MemmapTable,
  NameError,
  NotFoundError,
  ReadOnlyError,
} from "../../src/index.js";
import { refuses } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const quick = { durability: "process" } as const;

function create(): MemmapTable {
  const table = MemmapTable.create(fresh(), { ...quick, rows: 1 });
  table.transaction(() => {
    table.addColumn("g/h/a", "i4");
    table.addColumn("b", "i4");
  });
  return table;
}

/** Every place of an attribute: set, and read. */
const PLACES = [
  [
    "a column",
    (table: MemmapTable, attr: AttrInput) => {
      table.column("g/h/a").attr = attr;
    },
    (table: MemmapTable) => table.column("g/h/a").attr,
  ],
  [
    "a group",
    (table: MemmapTable, attr: AttrInput) => table.setGroupAttr("g/h", attr),
    (table: MemmapTable) => table.groupAttr("g/h"),
  ],
  [
    "the table",
    (table: MemmapTable, attr: AttrInput) => {
      table.attr = attr;
    },
    (table: MemmapTable) => table.attr,
  ],
] as const;

const VALUES: AttrInput[] = [
  null,
  true,
  0,
  -0,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2n ** 70n,
  "text \ud83d\ude80",
  new Date(0),
  [1, [2, "x"], {}],
  { unit: "m", nested: { range: [0, null], when: new Date(1e12), exact: -1n } },
  Float64Array.of(0.5, Number.NaN),
  Uint8Array.of(1, 2),
  BigInt64Array.of(-1n),
  { $date: "no date" },
  JSON.parse('{"__proto__": 1, "2": 3}'),
];

describe.each(PLACES)("the attribute of %s", (_, set, get) => {
  it("is null until it is set", () => {
    using table = create();
    expect(get(table)).toBe(null);
  });

  it.each(VALUES.map((value) => ({ value })))("comes back: $value", ({ value }) => {
    const table = create();
    set(table, value);
    expect(get(table)).toEqual(value);
    expect(Object.is(get(table), -0)).toBe(Object.is(value, -0));
    table.close();
    using again = MemmapTable.open(table.root);
    expect(get(again)).toEqual(value);
  });

  it("is deeply frozen", () => {
    using table = create();
    set(table, { unit: "m", deep: [{ x: 1 }] });
    const attr = get(table) as { unit: string; deep: { x: number }[] };
    expect(() => {
      attr.unit = "km";
    }).toThrow(TypeError);
    expect(() => attr.deep.push({ x: 2 })).toThrow(TypeError);
    expect(() => {
      for (const part of attr.deep) part.x = 2;
    }).toThrow(TypeError);
    expect(get(table)).toEqual({ unit: "m", deep: [{ x: 1 }] });
  });

  it("is what it was when it was set, whatever becomes of the value", () => {
    using table = create();
    const value = { list: [1] };
    set(table, value);
    value.list.push(2);
    expect(get(table)).toEqual({ list: [1] });
  });

  it("is refused where it is none, and stays", () => {
    using table = create();
    set(table, "before");
    const ring: AttrInput[] = [];
    ring.push(ring);
    for (const bad of [undefined, () => 1, Symbol("x"), ring, new Map(), new Date(Number.NaN)]) {
      refuses(table.root, CastError, /attr/, () => set(table, bad as AttrInput));
    }
    let deep: AttrInput = 1;
    for (let i = 0; i < 129; i++) deep = [deep];
    refuses(table.root, LimitError, /too deep/, () => set(table, deep));
    refuses(table.root, LimitError, /too large/, () => set(table, "x".repeat(2 ** 24)));
    // Six bytes for each character, which only shows when it is written.
    refuses(table.root, LimitError, /too many/, () => set(table, "\u00e9".repeat(2.8e6)));
    expect(get(table)).toBe("before");
    set(table, "after");
    expect(get(table)).toBe("after");
  });

  it("is not written in mode r", () => {
    using table = create();
    set(table, 1);
    using reader = MemmapTable.open(table.root);
    refuses(table.root, ReadOnlyError, /mode "r\+"/, () => set(reader, 2));
    expect(get(reader)).toBe(1);
  });

  it("is not written again where it is the same", () => {
    using table = create();
    set(table, "same");
    const { generation } = table;
    expect(generation).toBe(3);
    set(table, "same");
    expect(table.generation).toBe(generation);
  });
});

describe("attributes of groups", () => {
  it("are of groups that have columns, or have one already", () => {
    using table = create();
    refuses(table.root, NotFoundError, /no group "x"/, () => table.setGroupAttr("x", 1));
    refuses(table.root, NotFoundError, /no group "b"/, () => table.setGroupAttr("b", 1));
    refuses(table.root, NotFoundError, /no group "g\/h\/a"/, () => table.groupAttr("g/h/a"));
    refuses(table.root, NameError, /group name/, () => table.groupAttr("../g"));
    expect(table.groupAttr("g")).toBe(null);
    table.setGroupAttr("g", 1);
    expect(readFileSync(join(table.root, "g", ".attr"), "utf8")).toBe('{"attr": 1}');
  });

  it("go where the group of a pending column comes to be", () => {
    using table = create();
    table.transaction(() => {
      table.addColumn("new/x", "i4");
      table.setGroupAttr("new", "pending");
      expect(table.groupAttr("new")).toBe("pending");
    });
    expect(table.groupAttr("new")).toBe("pending");
    table.transaction(() => {
      table.addColumn("other/x", "i4");
      table.setGroupAttr("other", "stays");
      table.deleteColumn("other/x");
    });
    table.close();
    using again = MemmapTable.open(table.root);
    expect(again.groupAttr("other")).toBe("stays");
  });
});

describe("the attribute of a column", () => {
  it("is the column's, under whatever name, and not another's that has its old name", () => {
    using table = create();
    const b = table.column("b");
    b.attr = "of b";
    table.renameColumn("b", "c");
    table.addColumn("b", "i4", { attr: "of another" });
    expect(b.attr).toBe("of b");
    b.attr = "changed";
    expect(b.attr).toBe("changed");
    expect(existsSync(join(table.root, "c.attr"))).toBe(true);
    expect(readFileSync(join(table.root, "b.attr"), "utf8")).toBe('{"attr": "of another"}');
    table.deleteColumn("c");
    expect(() => b.attr).toThrow(NotFoundError);
    expect(() => {
      b.attr = 1;
    }).toThrow(NotFoundError);
  });

  it("that is taken back leaves a sidecar that says so", () => {
    using table = create();
    const b = table.column("b");
    b.attr = 1;
    b.attr = null;
    expect(readFileSync(join(table.root, "b.attr"), "utf8")).toBe('{"attr": null}');
    expect(b.attr).toBe(null);
  });

  it("is pending in a transaction, and undone with it", () => {
    using table = create();
    const b = table.column("b");
    const { ino } = statSync(join(table.root, "b.npy"));
    expect(() =>
      table.transaction(() => {
        b.attr = 1;
        expect(b.attr).toBe(1);
        throw new RangeError("mine");
      }),
    ).toThrow(RangeError);
    expect(b.attr).toBe(null);
    expect(existsSync(join(table.root, "b.attr"))).toBe(false);
    table.transaction(() => {
      table.renameColumn("b", "c");
      b.attr = 2;
    });
    expect(table.column("c").attr).toBe(2);
    expect(statSync(join(table.root, "c.npy")).ino).toBe(ino);
  });
});
