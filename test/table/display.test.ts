import { describe, expect, it } from "vitest";
import { displayWidth } from "../../src/array/format-width.js";
import { type DTypeLike, parseDType } from "../../src/dtype/index.js";
import {
  type DisplayColumn,
  formatBytes,
  formatCount,
  formatPlural,
  formatTable,
  type TableDisplay,
} from "../../src/table/display.js";

function column(
  name: string,
  type: DTypeLike,
  text: (row: number) => string,
  itemShape: readonly number[] = [],
): DisplayColumn {
  return { name, dtype: parseDType(type), itemShape, text };
}

function pick(...texts: readonly string[]): (row: number) => string {
  return (row) => texts[row % texts.length] ?? "";
}

const flights: TableDisplay = {
  title: "MemmapTable",
  columns: [
    column("date", "M8[m]", (row) => `2001-01-0${1 + (row % 9)}T04:3${row % 10}`),
    column("delay", "i2", pick("14", "-11", "5", "107")),
    column("distance", "f4", pick("405.0", "2475.0", "1846.5")),
    column("airport/origin", "U3", pick("SMF", "SLC", "LAX", "ATL", "JFK")),
    column(
      "velocity",
      "f4",
      pick("[1.0, 2.0, 3.0]", "[0.33333334, 0.5, 1e-07]", "[-1.5, 0.0, 2.25]", "[100.0, nan, 0.0]"),
      [3],
    ),
  ],
  rows: 3_000_000,
  footer: ["3,000,000 rows × 5 columns · 77.2 MiB", "mode r+ · /data/flights"],
};

describe("a table in a terminal", () => {
  it("shows names, dtypes, the first and last rows, and what it is of", () => {
    expect(formatTable(flights)).toBe(
      `
MemmapTable
                     date  delay  …  airport/origin  velocity
                   <M8[m]    <i2  …  <U3             <f4 (3,)
      0  2001-01-01T04:30     14  …  SMF             [1.0, 2.0, 3.0]
      1  2001-01-02T04:31    -11  …  SLC             [0.33333334, 0.5, 1e-07]
      2  2001-01-03T04:32      5  …  LAX             [-1.5, 0.0, 2.25]
      3  2001-01-04T04:33    107  …  ATL             [100.0, nan, 0.0]
      4  2001-01-05T04:34     14  …  JFK             [1.0, 2.0, 3.0]
      …                 …      …  …  …               …
2999995  2001-01-08T04:35    107  …  SMF             [100.0, nan, 0.0]
2999996  2001-01-09T04:36     14  …  SLC             [1.0, 2.0, 3.0]
2999997  2001-01-01T04:37    -11  …  LAX             [0.33333334, 0.5, 1e-07]
2999998  2001-01-02T04:38      5  …  ATL             [-1.5, 0.0, 2.25]
2999999  2001-01-03T04:39    107  …  JFK             [100.0, nan, 0.0]
3,000,000 rows × 5 columns · 77.2 MiB
mode r+ · /data/flights`.slice(1),
    );
  });

  it("shows all columns where they fit exactly", () => {
    const shown = formatTable(flights, { width: 84, height: 2 });
    expect(shown).toBe(
      `
MemmapTable
                     date  delay  distance  airport/origin  velocity
                   <M8[m]    <i2       <f4  <U3             <f4 (3,)
      0  2001-01-01T04:30     14     405.0  SMF             [1.0, 2.0, 3.0]
      …                 …      …         …  …               …
2999999  2001-01-03T04:39    107    1846.5  JFK             [100.0, nan, 0.0]
3,000,000 rows × 5 columns · 77.2 MiB
mode r+ · /data/flights`.slice(1),
    );
    expect(formatTable(flights, { width: 77, height: 2 })).toBe(shown);
    expect(formatTable(flights, { width: 76, height: 2 })).not.toBe(shown);
  });

  it("keeps the first and the last column in a narrow one, cut if they must be", () => {
    expect(formatTable(flights, { width: 40, height: 3 })).toBe(
      `
MemmapTable
                     date  …  velocity
                   <M8[m]  …  <f4 (3,)
      0  2001-01-01T04:30  …  [1.0, 2.0…
      1  2001-01-02T04:31  …  [0.333333…
      …                 …  …  …
2999999  2001-01-03T04:39  …  [100.0, n…
3,000,000 rows × 5 columns · 77.2 MiB
mode r+ · /data/flights`.slice(1),
    );
    expect(formatTable({ ...flights, columns: flights.columns.slice(1) }, { width: 40, height: 2 })).toBe(
      `
MemmapTable
         delay  …  velocity
           <i2  …  <f4 (3,)
      0     14  …  [1.0, 2.0, 3.0]
      …      …  …  …
2999999    107  …  [100.0, nan, 0.0]
3,000,000 rows × 5 columns · 77.2 MiB
mode r+ · /data/flights`.slice(1),
    );
  });

  it("cuts texts rather than numbers", () => {
    const name = column("name", "U30", pick("a name of some length"));
    const count = column("count", "i8", pick("1234567890123456"));
    const show = (columns: readonly DisplayColumn[], width: number) =>
      formatTable({ title: "T", columns, rows: 1, footer: [] }, { width });
    expect(show([name, count], 32)).toBe(
      ["T", "   name                    count", "   <U30                      <i8"].join("\n") +
        "\n0  a name of …  1234567890123456",
    );
  });

  it("keeps the first alone where there is no room for two", () => {
    expect(formatTable({ ...flights, footer: [] }, { width: 15, height: 1 })).toBe(
      ["MemmapTable", "        date  …", "      <M8[m]  …", "0  2001-01-…  …", "…          …  …"].join("\n"),
    );
  });

  it("takes no more columns than the terminal has", () => {
    const wide = [
      ...flights.columns,
      column("名前", "U9", pick("東京国際空港", "👩‍👩‍👧", "e\u0301te\u0301")),
    ];
    for (let width = 16; width < 120; width++) {
      for (const columns of [wide, wide.slice(3), wide.slice(4), wide.slice(5)]) {
        const lines = formatTable({ ...flights, columns, footer: [] }, { width }).split("\n");
        expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
      }
    }
  });
});

describe("rows", () => {
  const numbers = (rows: number): TableDisplay => ({
    title: "TableView",
    columns: [column("n", "i4", String)],
    rows,
    footer: [],
  });
  const labels = (rows: number, height?: number) =>
    formatTable(numbers(rows), { height })
      .split("\n")
      .slice(3)
      .map((line) => line.trim().split(/ +/)[0]);

  it("are all shown up to the height, ten by default", () => {
    expect(labels(10)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    expect(labels(11)).toEqual(["0", "1", "2", "3", "4", "…", "6", "7", "8", "9", "10"]);
    expect(labels(3, 3)).toEqual(["0", "1", "2"]);
  });

  it("are shown from both ends beyond it, the larger part first", () => {
    expect(labels(100, 5)).toEqual(["0", "1", "2", "…", "98", "99"]);
    expect(labels(100, 4.5)).toEqual(["0", "1", "…", "98", "99"]);
    expect(labels(100, 1)).toEqual(["0", "…"]);
    expect(labels(100, 0)).toEqual(["0", "…"]);
  });

  it("may be none", () => {
    expect(formatTable({ ...flights, rows: 0, footer: ["0 rows × 5 columns"] })).toBe(
      `
MemmapTable
  date  delay  distance  airport/origin  velocity
<M8[m]    <i2       <f4  <U3             <f4 (3,)
0 rows × 5 columns`.slice(1),
    );
  });
});

describe("columns", () => {
  it("may be none", () => {
    const footer = ["100 rows × 0 columns"];
    expect(formatTable({ title: "MemmapTable", columns: [], rows: 100, footer })).toBe(
      "MemmapTable\n100 rows × 0 columns",
    );
  });

  it("are formatted only where they are shown, one at most beside them", () => {
    const asked = new Map<string, number[]>();
    const columns = Array.from({ length: 10_000 }, (_, i) =>
      column(`c${i}`, "i4", (row) => {
        asked.set(`c${i}`, [...(asked.get(`c${i}`) ?? []), row]);
        return "1234567";
      }),
    );
    const shown = formatTable({ title: "T", columns, rows: 1e9, footer: [] }, { width: 80, height: 4 });
    expect(shown).toBe(
      `
T
                c0       c1       c2       c3  …    c9997    c9998    c9999
               <i4      <i4      <i4      <i4  …      <i4      <i4      <i4
        0  1234567  1234567  1234567  1234567  …  1234567  1234567  1234567
        1  1234567  1234567  1234567  1234567  …  1234567  1234567  1234567
        …        …        …        …        …  …        …        …        …
999999998  1234567  1234567  1234567  1234567  …  1234567  1234567  1234567
999999999  1234567  1234567  1234567  1234567  …  1234567  1234567  1234567`.slice(1),
    );
    const names = ["c0", "c1", "c2", "c3", "c9997", "c9998", "c9999"];
    expect([...asked.keys()].filter((name) => !names.includes(name)).length).toBeLessThanOrEqual(1);
    for (const rows of asked.values()) expect(rows).toEqual([0, 1, 999_999_998, 999_999_999]);
  });

  it("are not formatted where their header does not fit", () => {
    const hidden = column("a name that is too wide for it", "i4", () => {
      throw new Error("formatted");
    });
    const columns = [column("a", "i4", String), hidden, column("b", "i4", String)];
    expect(formatTable({ title: "T", columns, rows: 2, footer: [] }, { width: 20 })).toBe(
      ["T", "     a  …    b", "   <i4  …  <i4", "0    0  …    0", "1    1  …    1"].join("\n"),
    );
  });
});

describe("cells", () => {
  const table = (columns: readonly DisplayColumn[], width = 80) =>
    formatTable({ title: "T", columns, rows: 3, footer: [] }, { width }).split("\n").slice(1).join("\n");

  it("line up numbers and times to the right, all else to the left", () => {
    expect(
      table([
        column("bool", "b1", pick("True", "False")),
        column("complex", "c16", pick("1+2j", "1.5-2j")),
        column("duration", "m8[D]", pick("5 days", "NaT")),
        column("bytes", "S4", pick("a", "bc")),
        column("void", "V1", pick(String.raw`b'\x00'`)),
        column("record", [["a", "i4"]], pick("(1,)", "(20,)")),
        column("cell", "i4", pick("[1, 2]", "[1, 20]"), [2]),
        column("n", "u1", pick("1")),
      ]),
    ).toBe(
      String.raw`
    bool  complex  duration  bytes  void     record         cell        n
     |b1     <c16    <m8[D]  |S4    |V1      [["a","<i4"]]  <i4 (2,)  |u1
0   True     1+2j    5 days  a      b'\x00'  (1,)           [1, 2]      1
1  False   1.5-2j       NaT  bc     b'\x00'  (20,)          [1, 20]     1
2   True     1+2j    5 days  a      b'\x00'  (1,)           [1, 2]      1`.slice(1),
    );
  });

  it("count wide characters as two columns and combining ones as none", () => {
    expect(
      table([
        column("名前", "U9", pick("東京", "e\u0301t", "👩‍👩‍👧🇯🇵1️⃣")),
        column("ｎ", "i4", pick("1", "20")),
      ]),
    ).toBe(
      [
        "   名前     ｎ",
        "   <U9     <i4",
        "0  東京      1",
        "1  e\u0301t       20",
        "2  👩‍👩‍👧🇯🇵1️⃣    1",
      ].join("\n"),
    );
  });

  it("are cut at thirty columns, and so are names and dtypes", () => {
    const long = "abcdefghijklmnopqrstuvwxyz0123456789";
    const fields: DTypeLike = [
      ["alpha", "i4"],
      ["beta", "f8"],
      ["gamma", "U12"],
    ];
    expect(table([column(long, fields, pick(long, "東".repeat(16), "x".repeat(30)), [2, 2])])).toBe(
      `
   abcdefghijklmnopqrstuvwxyz012…
   [["alpha","<i4"],["bet… (2, 2)
0  abcdefghijklmnopqrstuvwxyz012…
1  東東東東東東東東東東東東東東…
2  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`.slice(1),
    );
  });

  it("cannot break the table or command the terminal", () => {
    const shown = formatTable({
      title: "T\x1b[2J",
      columns: [column("a\nb", "U9", pick("line\nbreak", "\x1b[31m", "\u202eabc"))],
      rows: 3,
      footer: ["mode r · /data/\x07bell"],
    });
    expect(shown).toBe(
      String.raw`
T\x1b[2J
   a\nb
   <U9
0  line\nbreak
1  \x1b[31m
2  \u202eabc
mode r · /data/\x07bell`.slice(1),
    );
  });
});

describe("numbers in the footer", () => {
  it.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [1536, "1.5 KiB"],
    [1024 ** 2 - 1, "1.0 MiB"],
    [45_000_000, "42.9 MiB"],
    [1023.9 * 1024 ** 2, "1,023.9 MiB"],
    [5 * 1024 ** 3, "5.0 GiB"],
    [2 * 1024 ** 4, "2.0 TiB"],
    [2000 * 1024 ** 5, "2,000.0 PiB"],
  ])("prints %d bytes as %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("separates thousands, and knows one from many", () => {
    expect(formatCount(999)).toBe("999");
    expect(formatCount(3_000_000)).toBe("3,000,000");
    expect(formatPlural(0, "row")).toBe("0 rows");
    expect(formatPlural(1, "row")).toBe("1 row");
    expect(formatPlural(1234, "column")).toBe("1,234 columns");
  });
});
