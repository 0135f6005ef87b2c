import { describe, expect, it } from "vitest";
import { dtypeFromDescr } from "../../src/dtype/index.js";
import { FormatError, LimitError, ShapeError } from "../../src/errors.js";
import { formatHeader, parseHeader, rewriteRows } from "../../src/npy/index.js";
import { dictionary, npyFile } from "./support.js";

const ROWS = [0, 1, 9, 10, 99, 100, 12_345, 2 ** 32, 10 ** 15];
const text = (header: Uint8Array | undefined) => Buffer.from(header ?? []).toString("latin1");

describe("rewriteRows", () => {
  it.each([
    ["<f8", [10]],
    ["|u1", [0]],
    [">i2", [999, 2]],
    [[["a", "<i4"]], [1]],
    [[["it's", "<i2", [2]]], [7]],
    [[["日本", "|u1"]], [3]],
    [[["naïve", "|u1"]], [3]],
  ] as const)("gives the bytes that NumPy writes for that number: %j %j", (descr, shape) => {
    const dtype = dtypeFromDescr(descr);
    const original = formatHeader({ dtype, shape });
    const others = shape.slice(1);
    for (const rows of ROWS) {
      const expected = formatHeader({ dtype, shape: [rows, ...others] });
      expect(rewriteRows(original, rows, "a.npy")).toEqual(expected);
      expect(rewriteRows(expected, shape[0], "a.npy")).toEqual(original);
    }
  });

  it("does not change the header it was given, nor look behind it", () => {
    const original = formatHeader({ dtype: dtypeFromDescr("<f8"), shape: [10] });
    const file = Uint8Array.from([...original, ...Array(80).fill(255)]);
    const copy = Uint8Array.from(file);
    expect(rewriteRows(file, 5, "a.npy")).toEqual(formatHeader({ dtype: dtypeFromDescr("<f8"), shape: [5] }));
    expect(file).toEqual(copy);
  });

  it("reads where its bytes are, not where their buffer begins", () => {
    const original = formatHeader({ dtype: dtypeFromDescr("<f8"), shape: [10] });
    const pool = new Uint8Array(original.length + 5).fill(1);
    pool.set(original, 5);
    expect(rewriteRows(pool.subarray(5), 5, "a.npy")).toEqual(rewriteRows(original, 5, "a.npy"));
  });

  it("keeps another writer's version, order of keys and spelling", () => {
    const header = npyFile("{\"shape\": ( 10 ,4),'fortran_order':False, 'descr':'<f8'}    \n", {
      version: 2,
      data: 0,
    });
    expect(text(rewriteRows(header, 123, "a.npy"))).toBe(
      text(
        npyFile("{\"shape\": ( 123 ,4),'fortran_order':False, 'descr':'<f8'}   \n", { version: 2, data: 0 }),
      ),
    );
    expect(text(rewriteRows(header, 7, "a.npy"))).toBe(
      text(
        npyFile("{\"shape\": ( 7 ,4),'fortran_order':False, 'descr':'<f8'}     \n", { version: 2, data: 0 }),
      ),
    );
  });

  it("gives the same bytes whatever a header was rewritten to before", () => {
    const headers = [
      npyFile("{\"shape\": ( 10 ,4),'fortran_order':False, 'descr':'<f8'}    \n", { version: 2, data: 0 }),
      formatHeader({ dtype: dtypeFromDescr([["日本", "|u1"]]), shape: [10] }),
      npyFile(`${dictionary()}              `, { data: 0 }),
    ];
    for (const header of headers) {
      let last: Uint8Array | undefined = header;
      for (let turn = 0; turn < 200; turn++) {
        const rows = (turn % 100) ** 2;
        last = rewriteRows(last ?? header, rows, "a.npy");
        expect(text(last)).toBe(text(rewriteRows(header, rows, "a.npy")));
        expect(parseHeader(last ?? header, { path: "a.npy" }).shape[0]).toBe(rows);
      }
      expect(text(rewriteRows(last ?? header, 10, "a.npy"))).toBe(text(rewriteRows(header, 10, "a.npy")));
    }
  });

  it("uses the last space there is, and says when there are too few", () => {
    const header = npyFile(`${dictionary()}  \n`, { data: 0 });
    const rewritten = rewriteRows(header, 1000, "a.npy");
    expect(text(rewritten)).toBe(text(npyFile(`${dictionary({ shape: "(1000,)" })}\n`, { data: 0 })));
    expect(rewriteRows(header, 10_000, "a.npy")).toBeUndefined();
    expect(rewriteRows(npyFile(dictionary(), { data: 0 }), 100, "a.npy")).toBeUndefined();
  });

  it("works on a header without a newline", () => {
    const header = npyFile(`${dictionary()}  `, { data: 0 });
    expect(text(rewriteRows(header, 1000, "a.npy"))).toBe(
      text(npyFile(dictionary({ shape: "(1000,)" }), { data: 0 })),
    );
  });

  it("takes Fortran order of one axis", () => {
    const header = formatHeader({ dtype: dtypeFromDescr("<f8"), shape: [3], fortranOrder: true });
    const rewritten = rewriteRows(header, 30, "a.npy") ?? new Uint8Array();
    expect(parseHeader(rewritten, { path: "a.npy" })).toMatchObject({ shape: [30], fortranOrder: true });
  });

  it("refuses Fortran order of more axes, and arrays without axes", () => {
    const dtype = dtypeFromDescr("<f8");
    const fortran = formatHeader({ dtype, shape: [3, 4], fortranOrder: true });
    expect(() => rewriteRows(fortran, 5, "a.npy")).toThrow(ShapeError);
    expect(() => rewriteRows(formatHeader({ dtype, shape: [] }), 5, "a.npy")).toThrow(ShapeError);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53])("refuses %d rows", (rows) => {
    const header = formatHeader({ dtype: dtypeFromDescr("<f8"), shape: [3] });
    expect(() => rewriteRows(header, rows, "a.npy")).toThrow(ShapeError);
  });

  it("refuses more rows than an array may have bytes", () => {
    const header = formatHeader({ dtype: dtypeFromDescr("<f8"), shape: [3] });
    expect(() => rewriteRows(header, 2 ** 50, "a.npy")).toThrow(LimitError);
    expect(rewriteRows(header, 2 ** 50 - 1, "a.npy")).toHaveLength(header.length);
  });

  it("refuses a malformed header", () => {
    const header = npyFile(dictionary({ shape: "(10, -1)" }), { data: 0 });
    expect(() => rewriteRows(header, 5, "dir/a.npy")).toThrow(FormatError);
    expect(() => rewriteRows(header, 5, "dir/a.npy")).toThrow("dir/a.npy: ");
  });
});
