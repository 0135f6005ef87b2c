import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { type ExportOptions, exportFile } from "../../../src/frame/sql/index.js";
import { ClosedError, MemmapTable } from "../../../src/index.js";
import { nodeFiles, withFiles } from "../../../src/platform/files.js";
import { temporaryPaths } from "../../support/temporary.js";
import { countingView, numbersTable, rowsOf, valueOf } from "./support.js";

const fresh = temporaryPaths();
const QUICK = { durability: "process" } as const;

/** The text of a file that is made of a view. */
async function textOf(
  view: Parameters<typeof exportFile>[0],
  ending: string,
  options?: ExportOptions,
): Promise<string> {
  const path = `${fresh("file")}${ending}`;
  await exportFile(view, path, options);
  return readFileSync(path, "utf8");
}

/** What is in the directory of the test's files beside tables. */
function unfinished(): string[] {
  return readdirSync(dirname(fresh())).filter((name) => name.startsWith(".memmap-"));
}

afterEach(() => {
  expect(unfinished()).toEqual([]);
});

describe("CSV", () => {
  it("has a header, quotes, and numbers that read as themselves", async () => {
    using table = MemmapTable.create(fresh(), {
      rows: 3,
      columns: {
        "a,b": "f8",
        h: "f2",
        f: "f4",
        i: "i8",
        u: "u8",
        t: "U12",
        b: "b1",
        d: "M8[D]",
        ns: "M8[ns]",
      },
      ...QUICK,
    });
    table.assign([
      {
        "a,b": -0,
        h: 0.5,
        f: 0.1,
        i: -(2n ** 63n),
        u: 2n ** 64n - 1n,
        t: 'a "q", b',
        b: true,
        d: 19782n,
        ns: 1n,
      },
      {
        "a,b": 0.1 + 0.2,
        h: 65504,
        f: 16777216,
        i: 2n ** 53n + 1n,
        u: 0n,
        t: "x\ny\r\n",
        b: false,
        d: null,
        ns: null,
      },
      {
        "a,b": Number.NaN,
        h: Number.NEGATIVE_INFINITY,
        f: Number.NaN,
        i: 0n,
        u: 1n,
        t: "",
        b: true,
        d: -719162n,
        ns: -1n,
      },
    ]);
    expect(await textOf(table, ".csv")).toBe(
      [
        '"a,b",h,f,i,u,t,b,d,ns',
        '-0.0,0.5,0.1,-9223372036854775808,18446744073709551615,"a ""q"", b",true,2024-02-29,1970-01-01 00:00:00.000000001',
        '0.30000000000000004,65504.0,16777216.0,9007199254740993,0,"x\ny\r\n",false,,',
        'nan,-inf,nan,0,1,"",true,0001-01-01,1969-12-31 23:59:59.999999999',
        "",
      ].join("\n"),
    );
  });

  it("keeps null and the empty string apart", async () => {
    using table = MemmapTable.create(fresh(), {
      rows: 2,
      columns: { t: "U3", "t.null": "b1", n: "i4" },
      ...QUICK,
    });
    table.column("t.null").set(1, true);
    expect(await textOf(table, ".csv", { masks: true })).toBe('t,n\n"",0\n,0\n');
    expect(await textOf(table, ".csv")).toBe('t,t.null,n\n"",false,0\n"",true,0\n');
  });

  it("of tabs is TSV", async () => {
    using table = MemmapTable.create(fresh(), { rows: 2, columns: { a: "U8", b: "i4" }, ...QUICK });
    table.assign({ a: ["x\ty", "a,b"], b: [1, 2] });
    expect(await textOf(table, ".tsv")).toBe('a\tb\n"x\ty"\t1\na,b\t2\n');
  });

  it("refuses columns that it has no text for by name", async () => {
    const refused = { z: "c16", s: [["x", "i4"]], v: "V2" } as const;
    for (const [name, dtype] of Object.entries(refused)) {
      using table = MemmapTable.create(fresh(), { rows: 1, columns: { ok: "i4", [name]: dtype }, ...QUICK });
      await expect(exportFile(table, `${fresh()}.csv`)).rejects.toThrow(`column "${name}" is`);
    }
    using table = MemmapTable.create(fresh(), { rows: 1, ...QUICK });
    table.addColumn("cells", "i4", { itemShape: [2] });
    await expect(exportFile(table, `${fresh()}.tsv`)).rejects.toMatchObject({ code: "DTYPE" });
  });
});

describe("JSON lines", () => {
  it("have cells, fields and null for NaN", async () => {
    using table = MemmapTable.create(fresh(), {
      rows: 2,
      columns: new Map<string, "f8" | "u8" | "c8" | "U4" | { dtype: "f4"; itemShape: number[] }>([
        ["x", "f8"],
        ["u", "u8"],
        ["z", "c8"],
        ["t", "U4"],
        ["c", { dtype: "f4", itemShape: [2] }],
      ]),
      ...QUICK,
    });
    table.assign([
      { x: -0, u: 2n ** 64n - 1n, z: { re: 1, im: Number.NaN }, t: 'é"\n', c: [0.5, Number.NaN] },
      { x: Number.NaN, u: 0n, z: { re: 0, im: -1 }, t: "", c: [1, 2] },
    ]);
    expect(await textOf(table, ".ndjson")).toBe(
      [
        '{"x":-0.0,"u":18446744073709551615,"z":{"re":1.0,"im":null},"t":"é\\"\\n","c":[0.5,null]}',
        '{"x":null,"u":0,"z":{"re":0.0,"im":-1.0},"t":"","c":[1.0,2.0]}',
        "",
      ].join("\n"),
    );
  });

  it("refuse infinities, naming the cell, and bytes", async () => {
    using table = MemmapTable.create(fresh(), { rows: 5000, columns: { x: "f4" }, ...QUICK });
    table.set(4321, { x: Number.NEGATIVE_INFINITY });
    const path = `${fresh()}.jsonl`;
    await expect(exportFile(table, path)).rejects.toThrow('column "x", row 4321: JSON has no -Infinity');
    expect(nodeFiles.look(path)).toBeUndefined();
    using bytes = MemmapTable.create(fresh(), { rows: 1, columns: { v: "V2" }, ...QUICK });
    await expect(exportFile(bytes, path)).rejects.toMatchObject({ code: "DTYPE" });
  });
});

describe("Parquet", () => {
  it("has the table's rows in their order, whatever the threads", async () => {
    using table = numbersTable(fresh(), 700_001);
    const path = `${fresh()}.parquet`;
    await exportFile(table, path, { threads: 4 });
    const read = `read_parquet('${path}', file_row_number = true)`;
    expect(await valueOf(`SELECT count(*) FROM ${read} WHERE a = file_row_number`, { files: true })).toBe(
      700_001n,
    );
  });

  it("has them in less memory, too", async () => {
    using table = numbersTable(fresh(), 300_000);
    const path = `${fresh()}.parquet`;
    await exportFile(table, path, { memoryLimit: 64 << 20 });
    const read = `read_parquet('${path}', file_row_number = true)`;
    expect(await valueOf(`SELECT count(*) FROM ${read} WHERE a = file_row_number`, { files: true })).toBe(
      300_000n,
    );
  });

  it.each([0, 1, 2047, 2049])("of %i rows", async (rows) => {
    using table = numbersTable(fresh(), rows);
    const path = `${fresh()}.parquet`;
    await exportFile(table, path);
    expect(await rowsOf(`SELECT count(*) AS n, sum(a) AS s FROM '${path}'`, { files: true })).toEqual([
      { n: BigInt(rows), s: rows === 0 ? null : BigInt((rows * (rows - 1)) / 2) },
    ]);
  });

  it("of wide rows", async () => {
    using table = MemmapTable.create(fresh(), { rows: 50, columns: { s: "S100000", i: "i4" }, ...QUICK });
    for (let i = 0; i < 50; i++) table.set(i, { s: String(i).repeat(20_000), i });
    const path = `${fresh()}.parquet`;
    await exportFile(table, path, { compression: "zstd" });
    const same = `SELECT count(*) FROM '${path}' WHERE s = repeat(i::VARCHAR, 20000)`;
    expect(await valueOf(same, { files: true })).toBe(50n);
  });

  it("holds what others cannot", async () => {
    using table = MemmapTable.create(fresh(), {
      rows: 3,
      columns: {
        z: "c16",
        s: [
          ["x", "i4"],
          ["y", "U3", [2]],
        ],
        v: "V2",
        d: "M8[ns]",
      },
      ...QUICK,
    });
    table.set(1, { z: { re: 1, im: -1 }, s: { x: 5, y: ["a", "bcd"] }, v: Uint8Array.of(1, 0), d: null });
    const path = `${fresh()}.parquet`;
    await exportFile(table, path);
    const [, row] = await rowsOf(`FROM '${path}'`, { files: true });
    expect(row).toEqual({
      z: { re: 1, im: -1 },
      s: { x: 5, y: ["a", "bcd"] },
      v: Uint8Array.of(1, 0),
      d: null,
    });
  });
});

describe("exportFile", () => {
  it("takes slices and selections", async () => {
    using table = MemmapTable.create(fresh(), { rows: 10, columns: { a: ">i4", b: "i4" }, ...QUICK });
    table.column("a").assign(Array.from({ length: 10 }, (_, i) => i));
    expect(await textOf(table.slice(null, 5, -2).select(["a"]), ".csv")).toBe("a\n9\n7\n");
  });

  it("takes the format and the packing by the name, or by options", async () => {
    using table = numbersTable(fresh(), 2);
    const path = `${fresh()}.CSV.gz`;
    await exportFile(table, path);
    expect(gunzipSync(readFileSync(path)).toString()).toBe("a\n0\n1\n");
    expect(await textOf(table, ".txt", { format: "csv" })).toBe("a\n0\n1\n");
    expect(await textOf(table, ".csv", { format: "jsonl" })).toBe('{"a":0}\n{"a":1}\n');
    for (const [name, options] of [
      ["data", {}],
      ["data.xlsx", {}],
      ["data.gz", {}],
      ["data.csv", { format: "excel" }],
      ["data.csv", { compression: "snappy" }],
    ] as const)
      await expect(
        exportFile(table, join(dirname(fresh()), name), options as ExportOptions),
      ).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  it("writes to any path", async () => {
    using table = numbersTable(fresh(), 1);
    const directory = fresh("it's *a* [dir] ?");
    mkdirSync(directory);
    const path = join(directory, "x'y\"*?[1] {a}.csv");
    await exportFile(table, path);
    expect(readFileSync(path, "utf8")).toBe("a\n0\n");
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it("replaces a file, and nothing else", async () => {
    using table = numbersTable(fresh(), 1);
    const path = `${fresh()}.csv`;
    writeFileSync(path, "old");
    await exportFile(table, path);
    expect(readFileSync(path, "utf8")).toBe("a\n0\n");
    const directory = `${fresh()}.csv`;
    mkdirSync(directory);
    await expect(exportFile(table, directory)).rejects.toMatchObject({ code: "EXISTS", path: directory });
    await expect(exportFile(table, join(fresh(), "x.csv"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(exportFile([] as never, path)).rejects.toMatchObject({ code: "DTYPE" });
  });

  it("leaves what was there where it fails", async () => {
    const { view, storages } = countingView({ a: ["i8", new BigInt64Array(2_000_000)] });
    const storage = storages.get("a");
    const mine = new Error("mine");
    if (storage !== undefined) {
      storage.onRead = () => {
        if (storage.reads === 4) throw mine;
      };
    }
    for (const ending of [".csv", ".parquet", ".jsonl"]) {
      const path = `${fresh()}${ending}`;
      writeFileSync(path, "old");
      if (storage !== undefined) storage.reads = 0;
      await expect(exportFile(view, path)).rejects.toBe(mine);
      expect(readFileSync(path, "utf8")).toBe("old");
    }
  });

  it("leaves nothing where the disk refuses", async () => {
    using table = numbersTable(fresh(), 10);
    const path = `${fresh()}.csv`;
    const failing = {
      ...nodeFiles,
      sync: () => {
        throw new Error("no disk");
      },
    };
    await expect(withFiles(failing, () => exportFile(table, path))).rejects.toThrow("no disk");
    expect(nodeFiles.look(path)).toBeUndefined();
  });

  it("ends with the table and with the signal", async () => {
    const table = numbersTable(fresh(), 3_000_000);
    const { view, storages } = countingView({ a: ["i8", new BigInt64Array(4_000_000)] });
    const path = `${fresh()}.parquet`;
    const controller = new AbortController();
    const storage = storages.get("a");
    if (storage !== undefined) {
      storage.onRead = () => {
        if (storage.reads === 3) controller.abort("stop");
      };
    }
    await expect(exportFile(view, path, { signal: controller.signal })).rejects.toBe("stop");
    await expect(exportFile(table, path, { signal: AbortSignal.abort("no") })).rejects.toBe("no");
    const closed = exportFile(table, path);
    table.close();
    await expect(closed).rejects.toBeInstanceOf(ClosedError);
    expect(nodeFiles.look(path)).toBeUndefined();
  });
});
