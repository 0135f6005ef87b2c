import { describe, expect, it } from "vitest";
import {
  type ArrayView,
  CastError,
  type Complex,
  count,
  DTypeError,
  first,
  groupBy,
  join,
  last,
  MemmapTable,
  max,
  mean,
  min,
  NameError,
  NotFoundError,
  nunique,
  ShapeError,
  saveTable,
  std,
  sum,
  UnsupportedError,
} from "../../src/index.js";
import { temporaryPaths } from "../support/temporary.js";

const path = temporaryPaths();

const QUICK = { durability: "process" } as const;

function flights() {
  const table = MemmapTable.create(path("flights"), {
    ...QUICK,
    columns: {
      origin: "U3",
      day: "M8[D]",
      carrier: "u1",
      delay: "f8",
      seats: "i4",
      spot: { dtype: "f4", itemShape: [2] },
      bytes: "V2",
      wave: "c8",
      id: "u8",
    },
  });
  table.append([
    row("SFO", 10n, 2, 5, 100, 1n),
    row("AMS", 11n, 1, Number.NaN, 200, 2n),
    row("SFO", 10n, 1, 7, 300, 3n),
    row("AMS", null, 1, 1, -5, 4n),
    row("", null, 2, -0, 7, 5n),
  ]);
  return table;
}

function row(origin: string, day: bigint | null, carrier: number, delay: number, seats: number, id: bigint) {
  const spot = Float32Array.of(seats, delay);
  return {
    origin,
    day,
    carrier,
    delay,
    seats,
    spot,
    bytes: Uint8Array.of(1, 2),
    wave: { re: seats, im: 1 },
    id,
  };
}

describe("groupBy", () => {
  it("has a row for each key, in ascending order", () => {
    const result = groupBy(flights(), "origin").agg({ n: count(), seats: sum("seats"), late: mean("delay") });
    expect(result.columnNames).toEqual(["origin", "n", "seats", "late"]);
    expect([...result]).toEqual([
      { origin: "", n: 1n, seats: 7n, late: 0 },
      { origin: "AMS", n: 2n, seats: 195n, late: Number.NaN },
      { origin: "SFO", n: 2n, seats: 400n, late: 6 },
    ]);
    expect(result.dtype.descr).toEqual([
      ["origin", "<U3"],
      ["n", "<i8"],
      ["seats", "<i8"],
      ["late", "<f8"],
    ]);
  });

  it("puts missing keys last, or leaves them out", () => {
    const table = flights();
    const all = groupBy(table, "day").agg({ n: count() });
    expect([...all]).toEqual([
      { day: 10n, n: 2n },
      { day: 11n, n: 1n },
      { day: null, n: 2n },
    ]);
    const some = groupBy(table, ["day", "carrier"], { skipNaN: true }).agg({ n: count() });
    expect(some.toColumns().get("day")).toEqual(all.slice(0, 2).take([0, 0, 1]).toColumns().get("day"));
    expect([...some.column("carrier")]).toEqual([1, 2, 1]);
    expect([...groupBy(table, "delay").agg({ n: count() }).column("delay")]).toEqual([
      -0,
      1,
      5,
      7,
      Number.NaN,
    ]);
  });

  it("leaves out what is missing, when asked", () => {
    const result = groupBy(flights(), "origin").agg({
      n: count("delay"),
      sum: sum("delay", { skipNaN: true }),
      max: max("delay", { skipNaN: true }),
      first: first("delay", { skipNaN: true }),
      last: last("delay"),
      std: std("delay", { skipNaN: true, ddof: 1 }),
      day: min("day"),
      known: min("day", { skipNaN: true }),
      days: nunique("day"),
    });
    expect([...result]).toEqual([
      row9("", 1n, 0, -0, -0, -0, Number.NaN, null, null, 0n),
      row9("AMS", 1n, 1, 1, 1, 1, Number.NaN, null, 11n, 1n),
      row9("SFO", 2n, 12, 7, 5, 7, Math.SQRT2, 10n, 10n, 1n),
    ]);
    function row9(origin: string, ...values: readonly unknown[]) {
      const names = ["n", "sum", "max", "first", "last", "std", "day", "known", "days"];
      return { origin, ...Object.fromEntries(names.map((name, i) => [name, values[i]])) };
    }
  });

  it("leaves out complex numbers of which a part is missing", () => {
    const table = MemmapTable.create(path(), { ...QUICK, columns: { k: "i1", wave: "c8" } });
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
    const waves = [nan, 0, 3, inf, -inf, inf, 1, nan];
    table.append(
      Array.from({ length: 4 }, (_, i) => ({ k: 1, wave: { re: waves[2 * i], im: waves[2 * i + 1] } })),
    );
    table.append([{ k: 2, wave: { re: nan, im: 7 } }]);
    const skipNaN = { skipNaN: true };
    const result = groupBy(table, "k").agg({
      n: count("wave"),
      first: first("wave", skipNaN),
      last: last("wave", skipNaN),
      end: last("wave"),
    });
    expect([...result]).toEqual([
      { k: 1, n: 2n, first: { re: 3, im: inf }, last: { re: -inf, im: inf }, end: { re: 1, im: nan } },
      { k: 2, n: 0n, first: { re: nan, im: 7 }, last: { re: nan, im: 7 }, end: { re: nan, im: 7 } },
    ]);
  });

  it("tells apart keys of many bytes", () => {
    const rows = ["a", "b", "a"].map((k, i) => ({ k, x: i }));
    const table = MemmapTable.create(path(), { ...QUICK, columns: { k: "S100000", x: "i1" } });
    table.append(rows);
    expect([
      ...groupBy(table, ["k", "x"])
        .agg({ n: nunique("k") })
        .column("n"),
    ]).toEqual([1n, 1n, 1n]);
    expect([...join(table, table, { on: "k" }).column("x_right")]).toEqual([0, 2, 1, 0, 2]);
  });

  it("takes columns of every kind where elements are only picked, or counted", () => {
    const result = groupBy(flights(), "carrier").agg({
      spot: first("spot"),
      bytes: last("bytes"),
      n: count("spot"),
      wave: sum("wave"),
      high: max("origin"),
      ids: max("id"),
    });
    expect(result.column("spot").shape).toEqual([2, 2]);
    expect([...result.column("high")]).toEqual(["SFO", "SFO"]);
    expect([...result.column("ids")]).toEqual([4n, 5n]);
    expect([...result.column("wave")]).toEqual([
      { re: 495, im: 3 },
      { re: 107, im: 2 },
    ]);
  });

  it("knows what columns its result has", () => {
    const result = groupBy(flights(), ["origin", "day"]).agg({
      n: count(),
      low: min("carrier"),
      s: sum("seats"),
    });
    const low: ArrayView<"u1", "r+"> = result.column("low");
    const bigs: BigInt64Array = result.column("s").values;
    const row = groupBy(flights(), "origin").agg({
      late: mean("delay"),
      seats: mean("seats"),
      wave: mean("wave"),
      spread: std("delay"),
      waves: std("wave"),
      spot: first("spot"),
    });
    const numbers: [number, number, number, number] = [
      row.at(0).late,
      row.at(0).seats,
      row.at(0).spread,
      row.at(0).waves,
    ];
    const wave: Complex = row.at(0).wave;
    const spread: ArrayView<"f8", "r+"> = row.column("spread");
    const waves: ArrayView<"f4", "r+"> = row.column("waves");
    expect([...numbers, wave.re, spread.dtype.str, waves.dtype.str]).toEqual([0, 7, 0, 0, 7, "<f8", "<f4"]);
    expect(low.dtype.str).toBe("|u1");
    expect(bigs).toHaveLength(4);
    // @ts-expect-error: there is no such column
    expect(() => groupBy(flights(), "orgin")).toThrow('did you mean "origin"');
    // @ts-expect-error: there is no such column
    expect(() => groupBy(flights(), "origin").agg({ n: sum("seat") })).toThrow(NotFoundError);
  });

  it("gives an empty view for no rows", () => {
    const result = groupBy(flights().slice(0, 0), ["origin", "day"]).agg({
      n: count(),
      s: sum("id"),
      m: max("day"),
      t: min("origin"),
      u: nunique("delay"),
      f: first("spot"),
    });
    expect(result.length).toBe(0);
    expect(result.dtype.descr).toEqual([
      ["origin", "<U3"],
      ["day", "<M8[D]"],
      ["n", "<i8"],
      ["s", "<u8"],
      ["m", "<M8[D]"],
      ["t", "<U3"],
      ["u", "<i8"],
      ["f", "<f4", [2]],
    ]);
  });

  it("adds integers exactly, and says which sum leaves 64 bits", () => {
    const table = MemmapTable.create(path(), {
      ...QUICK,
      rows: 4,
      columns: { k: "i1", v: "u8", d: "m8[s]" },
    });
    table.column("v").assign([2n ** 64n - 1n, 1n, 2n ** 63n, 2n ** 63n - 1n]);
    table.column("k").assign([-1, 0, -1, 0]);
    expect(() => groupBy(table, "k").agg({ v: sum("v") })).toThrow(CastError);
    expect(() => groupBy(table, "k").agg({ v: sum("v") })).toThrow(
      /column "v".*row 0 is 27670116110564327423.*<u8/,
    );
    expect([
      ...groupBy(table, "k")
        .agg({ v: mean("v") })
        .column("v"),
    ]).toEqual([13835058055282163712, 2 ** 62]);
    expect([
      ...groupBy(table.slice(1), "k")
        .agg({ v: sum("v") })
        .column("v"),
    ]).toEqual([2n ** 63n, 2n ** 63n]);
    table.column("d").assign([3n, null, 4n, -5n]);
    const durations = groupBy(table, "k").agg({ mean: mean("d"), some: sum("d", { skipNaN: true }) });
    expect([...durations]).toEqual([
      { k: -1, mean: 3n, some: 7n },
      { k: 0, mean: null, some: -5n },
    ]);
  });

  it("adds floats with what rounding takes", () => {
    const table = MemmapTable.create(path(), { ...QUICK, rows: 3 * 40_000, columns: { k: "i4", v: "f8" } });
    table
      .column("v")
      .assign(Float64Array.from({ length: table.length }, (_, i) => [1, 2 ** 60, -(2 ** 60)][i % 3] ?? 0));
    const result = groupBy(table, "k").agg({ s: sum("v"), m: mean("v") });
    expect([...result]).toEqual([{ k: 0, s: 40_000, m: 1 / 3 }]);
    table
      .column("v")
      .assign(
        Float64Array.from({ length: table.length }, (_, i) => (i === 5 ? Number.POSITIVE_INFINITY : 1e308)),
      );
    expect(
      groupBy(table, "k")
        .agg({ s: sum("v") })
        .column("s")
        .at(0),
    ).toBe(Number.POSITIVE_INFINITY);
  });

  it("refuses what cannot be grouped or gathered", () => {
    const table = flights();
    expect(() => groupBy(table, "wave")).toThrow(DTypeError);
    expect(() => groupBy(table, "bytes")).toThrow(DTypeError);
    expect(() => groupBy(table, "spot")).toThrow(/one element a row/);
    expect(() => groupBy(table, [])).toThrow(ShapeError);
    expect(() => groupBy(table, ["origin", "origin"])).toThrow(NameError);
    const byOrigin = groupBy(table, "origin");
    expect(() => byOrigin.agg({ origin: count() })).toThrow(NameError);
    expect(() => byOrigin.agg({ "../x": count() })).toThrow(NameError);
    expect(() => byOrigin.agg({ x: sum("origin") })).toThrow(DTypeError);
    expect(() => byOrigin.agg({ x: mean("day") })).toThrow(DTypeError);
    expect(() => byOrigin.agg({ x: nunique("bytes") })).toThrow(DTypeError);
    expect(() => byOrigin.agg({ x: max("spot") })).toThrow(DTypeError);
    expect(() => byOrigin.agg({ x: "sum" as never })).toThrow(DTypeError);
    for (const wrong of [
      { kind: "median", column: "id", options: {} },
      { kind: "sum", column: "id" },
    ]) {
      expect(() => byOrigin.agg({ x: wrong as never })).toThrow(DTypeError);
    }
    for (const ddof of [Number.NaN, "1", null]) {
      expect(() => byOrigin.agg({ x: std("delay", { ddof: ddof as never }) })).toThrow(/ddof of "x"/);
    }
    expect(() => byOrigin.agg(null as never)).toThrow(UnsupportedError);
    expect(() => groupBy(table, "origin", null as never)).toThrow(UnsupportedError);
    expect(() => groupBy(null as never, "origin")).toThrow(CastError);
    for (const name of [undefined, null, 5]) {
      expect(() => groupBy(table, name as never)).toThrow(NotFoundError);
    }
    expect(byOrigin.agg(new Map([["7", count()]])).columnNames).toEqual(["origin", "7"]);
  });

  it("becomes a table", () => {
    const where = path("saved");
    saveTable(where, groupBy(flights(), "origin").agg({ n: count(), day: max("day") }), {
      ...QUICK,
      attr: "by origin",
    }).close();
    using table = MemmapTable.open(where);
    expect(table.attr).toBe("by origin");
    expect([...table]).toEqual([
      { origin: "", n: 1n, day: null },
      { origin: "AMS", n: 2n, day: null },
      { origin: "SFO", n: 2n, day: 10n },
    ]);
  });
});
