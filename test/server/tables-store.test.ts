import { tableFromIPC } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { MemmapFile, MemmapTable } from "../../src/index.js";
import { arrowOf, jsonOf, type Result } from "../../src/server/represent/index.js";
import { openStoreFile } from "../../src/server/served/store-file.js";
import { planRows, type RowsOptions } from "../../src/server/tables/index.js";
import { temporaryPaths } from "../support/temporary.js";
import { collect } from "./served-fake.js";

const path = temporaryPaths();
const ROWS = 70_000;

function flights(root: string): void {
  using table = MemmapTable.create(root, {
    rows: ROWS,
    columns: { delay: "i2", "airport/origin": "S3", when: ">M8[s]", late: "b1" },
  });
  const xyz = table.addColumn("xyz", "f4", { itemShape: [3] });
  const delay = Int16Array.from({ length: ROWS }, (_, i) => (i * 31) % 500);
  table.column("delay").assign(delay);
  table.column("airport/origin").assign(Array.from(delay, (x) => (x % 2 === 0 ? "SFO" : "LAX")));
  table.column("when").assign(BigInt64Array.from(delay, (x) => BigInt(x) * 86_400n));
  table.column("late").assign(Array.from(delay, (x) => x > 15));
  xyz.assign(Float32Array.from({ length: 3 * ROWS }, (_, i) => i));
}

/** Rows of a group of a store, as they would be sent. */
async function read(
  root: string,
  group: string,
  options: RowsOptions,
): Promise<Result & { kind: "fixed"; bytes: Uint8Array }> {
  const file = openStoreFile(root);
  try {
    const node = file.node(group);
    if (node?.kind !== "group") throw new Error("no group");
    const plan = await planRows(file, node, options);
    const bytes = await collect(plan.pieces());
    const pieces = (async function* () {
      yield bytes;
    })();
    return { kind: "fixed", dtype: plan.dtype, shape: [plan.count], pieces, bytes };
  } finally {
    file.release();
  }
}

describe("rows of tables on the disk", () => {
  const root = path();
  flights(root);
  const where = `late and airport/origin = 'SFO' and when < '1970-02-01T12:00' or delay in (0, 499)`;
  const columns = ["when", "airport/origin", "xyz", "delay"];

  it("are the records that the table gives", async () => {
    using table = MemmapTable.open(root);
    const origin = table.column("airport/origin").eq("SFO");
    const mask = table
      .column("late")
      .and(origin)
      .and(table.column("when").le(new Date("1970-02-01T12:00Z")))
      .or(table.column("delay").isin([0, 499]));
    const expected = table.select(columns).filter(mask).toRecords();
    const found = await read(root, "/", { where, columns });
    expect(found.dtype.descr).toEqual(expected.dtype.descr);
    expect(Buffer.compare(found.bytes, expected.bytes())).toBe(0);
    const backwards = await read(root, "/", {
      columns,
      rows: { kind: "range", start: ROWS - 1, count: 1000, step: -7 },
    });
    const same = table.select(columns).slice(null, null, -7).slice(0, 1000).toRecords();
    expect(Buffer.compare(backwards.bytes, same.bytes())).toBe(0);
  });

  it("are shown as JSON and Arrow", async () => {
    const rows = { kind: "range", start: 1, count: 40, step: 1 } as const;
    const options = { where: "delay = 31", columns, rows };
    const json: unknown = JSON.parse(
      Buffer.from(await collect(jsonOf(await read(root, "/", options)))).toString(),
    );
    expect(json).toEqual({
      dtype: [
        ["when", ">M8[s]"],
        ["airport/origin", "|S3"],
        ["xyz", "<f4", [3]],
        ["delay", "<i2"],
      ],
      shape: [1],
      data: [{ when: "1970-02-01T00:00:00", "airport/origin": "LAX", xyz: [3, 4, 5], delay: 31 }],
    });
    const arrow = tableFromIPC(await collect(await arrowOf(await read(root, "/", options))));
    expect(arrow.toArray().map((row) => ({ ...row.toJSON(), xyz: [...row.xyz] }))).toEqual([
      { when: 31 * 86_400_000, "airport/origin": "LAX", xyz: [3, 4, 5], delay: 31 },
    ]);
  });

  it("of a group within a file", async () => {
    const deep = path();
    {
      using file = MemmapFile.open(deep, { mode: "a" });
      file.setArray("a/b/x", Int32Array.of(5, 6, 7));
      file.setArray("a/b/c/y", Float64Array.of(0.5, Number.NaN, 2.5));
    }
    const { dtype, bytes } = await read(deep, "/a/b", { where: "c/y is not null and x > 5" });
    expect(dtype.fields?.map(({ name }) => name).sort()).toEqual(["c/y", "x"]);
    expect(bytes.length).toBe(12);
  });
});
