import * as aq from "arquero";
import { describe, expect, it } from "vitest";
import { MemmapTable } from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const path = temporaryPaths();

const AIRPORTS = ["BOS", "JFK", "SFO"];

function flights(rows: number) {
  const table = MemmapTable.create(path(), {
    rows,
    columns: { origin: "U3", delay: "i2", distance: "f8", id: "i8", date: "M8[D]", late: "b1" },
    durability: "process",
  });
  const each = <T>(value: (row: number) => T) => Array.from({ length: rows }, (_, row) => value(row));
  table.assign({
    origin: each((row) => AIRPORTS[row % 3]),
    delay: each((row) => (row % 7) - 2),
    distance: each((row) => row * 1.5),
    id: each((row) => 2n ** 53n + BigInt(row)),
    date: each((row) => BigInt(row)),
    late: each((row) => row % 7 > 4),
  });
  return table;
}

/** What Arquero makes of a view. */
const frame = (view: { columns(): Iterable<readonly [string, unknown]> }) =>
  aq.table(Object.fromEntries(view.columns()) as never);

describe("Arquero takes the columns of a table, and of a slice, as they are", () => {
  it("without copying them", () => {
    using table = flights(12);
    const before = frame(table);
    table.column("delay").set(0, 99);
    expect(before.get("delay", 0)).toBe(99);
    expect(before.numRows()).toBe(12);
    expect(before.columnNames()).toEqual([...table.columnNames]);
  });

  it("groups, and rolls up", () => {
    using table = flights(21);
    for (const [view, count] of [
      [table, 7],
      [table.slice(0, 9), 3],
      [table.slice(null, null, 3), 7],
    ] as const) {
      const rolled = frame(view)
        .groupby("origin")
        .rollup({ flights: aq.op.count(), sum: aq.op.sum("delay"), far: aq.op.max("distance") })
        .orderby("origin");
      const origins = [...new Set(view.column("origin"))].sort();
      expect(rolled.array("origin")).toEqual(origins);
      expect(rolled.array("flights")).toEqual(origins.map(() => count));
      const rows = Array.from(view);
      expect(rolled.objects()).toEqual(
        origins.map((origin) => {
          const own = rows.filter((row) => row.origin === origin);
          return {
            origin,
            flights: own.length,
            sum: own.reduce((sum, row) => sum + Number(row.delay), 0),
            far: Math.max(...own.map((row) => Number(row.distance))),
          };
        }),
      );
    }
  });

  it("filters, derives and sorts, strings, bigints and booleans too", () => {
    using table = flights(14);
    const late = frame(table)
      .filter((row: { late: boolean; origin: string }) => row.late && row.origin !== "JFK")
      .derive({ twice: (row: { delay: number }) => row.delay * 2 })
      .orderby(aq.desc("id"));
    expect(late.objects().map((row) => Reflect.get(row, "id"))).toEqual(
      Array.from(table)
        .filter((row) => row.late === true && row.origin !== "JFK")
        .map((row) => row.id)
        .reverse(),
    );
    expect(late.array("twice")).toEqual(Array.from(late.array("delay"), (delay) => Number(delay) * 2));
  });

  it("joins", () => {
    using table = flights(6);
    using airports = MemmapTable.create(path(), {
      rows: 2,
      columns: { code: "U3", city: "U8" },
      durability: "process",
    });
    airports.assign({ code: ["BOS", "SFO"], city: ["Boston", "SF"] });
    const joined = frame(table).join(frame(airports), ["origin", "code"]).orderby("id");
    expect(joined.array("city")).toEqual(["Boston", "SF", "Boston", "SF"]);
  });

  it("sees dates as counts, which toArray makes dates of where they are wanted", () => {
    using table = flights(3);
    expect(frame(table).array("date")).toEqual([0n, 1n, 2n]);
  });

  it("sums bigints as bigints", () => {
    using table = flights(3);
    const { total } = frame(table)
      .rollup({ total: aq.op.sum("id") })
      .object() as { total: unknown };
    expect(total).toBe(3n * 2n ** 53n + 3n);
  });
});
