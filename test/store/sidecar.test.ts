import { describe, expect, it } from "vitest";
import { isMemmapError, LimitError } from "../../src/errors.js";
import type { JsonValue } from "../../src/store/json.js";
import { formatSidecar, parseSidecar, reshapeSidecar, type Sidecar } from "../../src/store/sidecar.js";

const parse = (text: string) => parseSidecar(Buffer.from(text), "t/x.attr");
const format = (sidecar: Sidecar) => Buffer.from(formatSidecar(sidecar)).toString();
const reshape = (text: string, shape: readonly number[]) =>
  Buffer.from(reshapeSidecar(Buffer.from(text), shape, "t/x.attr")).toString();

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (isMemmapError(error, "FORMAT")) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

describe("parseSidecar", () => {
  it.each<[string, Sidecar]>([
    ['{"attr": {"unit": "m"}}', { attr: { unit: "m" } }],
    ['{"attr": null}', { attr: null }],
    ["{}", { attr: null }],
    ['{"dtype": "<f8", "shape": [100], "attr": "x"}', { attr: "x", raw: { dtype: "<f8", shape: [100] } }],
    ['{"shape": [], "dtype": "|b1"}', { attr: null, raw: { dtype: "|b1", shape: [] } }],
    ['{"dtype": "<i4", "shape": [10.0, -0, 3]}', { attr: null, raw: { dtype: "<i4", shape: [10, 0, 3] } }],
    [
      '{"dtype": [["a", "<i4"], ["b", [["c", "<f8", [2, 3]]]], ["", "|V3"]], "shape": [0]}',
      {
        attr: null,
        raw: {
          dtype: [
            ["a", "<i4"],
            ["b", [["c", "<f8", [2, 3]]]],
            ["", "|V3"],
          ],
          shape: [0],
        },
      },
    ],
    ['{"attr": 1, "written by": "something else", "__proto__": {"dtype": 5}}', { attr: 1 }],
    ['{"attr": 1, "attr": {"attr": 2}}', { attr: { attr: 2 } }],
    ['{"attr": {"dtype": 5, "shape": 5}}', { attr: { dtype: 5, shape: 5 } }],
    ['\ufeff{"attr": [NaN, 9007199254740993]}', { attr: [Number.NaN, 9007199254740993n] }],
  ])("reads %s", (text, sidecar) => {
    expect(parse(text)).toStrictEqual(sidecar);
  });

  it("leaves the attribute in JSON", () => {
    expect(parse('{"attr": {"$date": "2024-01-31T00:00:00.000Z"}}').attr).toStrictEqual({
      $date: "2024-01-31T00:00:00.000Z",
    });
  });

  it.each([
    ["[]", "the sidecar must be an object, not an array of 0"],
    ["5", "the sidecar must be an object, not 5"],
    ["null", "the sidecar must be an object, not null"],
    ['"attr"', 'the sidecar must be an object, not "attr"'],
    ['{"dtype": "<f8"}', "the sidecar must have property shape when property dtype is present"],
    ['{"shape": [1], "attr": 1}', "the sidecar must have property dtype when property shape is present"],
    ['{"dtype": 5, "shape": [1]}', "dtype must be a string or a list, not 5"],
    ['{"dtype": null, "shape": null}', "dtype must be a string or a list, not null"],
    ['{"dtype": "<f8", "shape": 5}', "shape must be a list, not 5"],
    ['{"dtype": "<f8", "shape": ["1"]}', 'shape[0] must be a whole number, not "1"'],
    ['{"dtype": "<f8", "shape": [1, 1.5]}', "shape[1] must be a whole number, not 1.5"],
    ['{"dtype": "<f8", "shape": [-1]}', "shape[0] must be >= 0, not -1"],
    ['{"dtype": "<f8", "shape": [NaN]}', "shape[0] must be a whole number, not NaN"],
    ['{"dtype": "<f8", "shape": [1e400]}', "shape[0] must be a whole number, not Infinity"],
    ['{"dtype": "<f8", "shape": [9007199254740992]}', "shape[0] must be <= 9007199254740991"],
    [
      '{"dtype": "<f8", "shape": [9007199254740993]}',
      "shape[0] must be a whole number, not 9007199254740993n",
    ],
    ['{"dtype": [5], "shape": [1]}', "dtype[0] must be a list, not 5"],
    ['{"dtype": [["a"]], "shape": [1]}', "dtype[0] must NOT have fewer than 2 items"],
    ['{"dtype": [["a", "<i4", [1], 2]], "shape": [1]}', "dtype[0] must NOT have more than 3 items"],
    ['{"dtype": [["a", [["b", 5]]]], "shape": [1]}', "dtype[0][1][0][1] must be a string or a list, not 5"],
    ['{"dtype": [["a", "<i4", [0.5]]], "shape": [1]}', "dtype[0][2][0] must be a whole number, not 0.5"],
    ["", "line 1, column 1, where the text ends"],
    ['{"attr": 1', "a comma or } follows a value"],
    ["\0".repeat(100), "a value is a string"],
  ])("refuses %j: %s", (text, message) => {
    const said = refusal(() => parse(text));
    expect(said).toMatch(/^t\/x\.attr: /);
    expect(said).toContain(message);
    if (message.includes(" must ")) expect(said).toContain('{"dtype": "<f8", "shape": [100], "attr": …}');
  });

  it("takes an attribute 128 deep, and none that is deeper", () => {
    expect(JSON.stringify(parse(`{"attr": ${nested(128)}}`).attr)).toBe(nested(128));
    expect(refusal(() => parse(`{"attr": ${nested(129)}}`))).toContain("nested more than");
    expect(refusal(() => parse(`{"attr": ${nested(1_000_000)}}`))).toContain("nested more than");
  });

  it("refuses a file of over 16 MiB", () => {
    const size = 16 * 2 ** 20;
    const padded = (length: number) => `{"attr": 1}${" ".repeat(length - 11)}`;
    expect(parse(padded(size)).attr).toBe(1);
    expect(refusal(() => parse(padded(size + 1)))).toBe(
      "t/x.attr: 16777217 bytes of JSON are too many; the most are 16777216",
    );
  });
});

describe("formatSidecar", () => {
  it.each<[string, Sidecar]>([
    ['{"attr": null}', { attr: null }],
    ['{"attr": {"unit": "\\u00b5m"}}', { attr: { unit: "µm" } }],
    [
      '{"dtype": "<f8", "shape": [100, 3], "attr": ["x", 1.5, true]}',
      { attr: ["x", 1.5, true], raw: { dtype: "<f8", shape: [100, 3] } },
    ],
    [
      '{"dtype": [["a", "<i4"], ["b", "<f8", [2]]], "shape": [], "attr": null}',
      {
        attr: null,
        raw: {
          dtype: [
            ["a", "<i4"],
            ["b", "<f8", [2]],
          ],
          shape: [],
        },
      },
    ],
    [
      '{"dtype": "|S3", "shape": [0], "attr": [NaN, 9007199254740993]}',
      { attr: [Number.NaN, 9007199254740993n], raw: { dtype: "|S3", shape: [0] } },
    ],
  ])("writes %s as mmaptable does", (text, sidecar) => {
    expect(format(sidecar)).toBe(text);
    expect(parse(text)).toStrictEqual(sidecar);
  });

  it("writes nothing that could not be read again", () => {
    const raw = { dtype: "<f8", shape: [-1] };
    expect(refusal(() => formatSidecar({ attr: 1, raw }, "t/x.attr"))).toContain(
      "t/x.attr: shape[0] must be >= 0",
    );
    expect(refusal(() => formatSidecar({ attr: 1, raw: { ...raw, shape: [0.5] } }))).toMatch(
      /^shape\[0\] must be/,
    );
    const most = 16 * 2 ** 20 - '{"attr": ""}'.length;
    expect(format({ attr: "x".repeat(most) })).toHaveLength(16 * 2 ** 20);
    expect(() => formatSidecar({ attr: "x".repeat(most + 1) }, "t/x.attr")).toThrow(LimitError);
    expect(() => formatSidecar({ attr: "é".repeat(2_800_000) }, "t/x.attr")).toThrow(
      /^t\/x\.attr: 16800012 bytes/,
    );
  });
});

describe("reshapeSidecar", () => {
  it("changes the shape and no other byte", () => {
    expect(reshape('{"dtype": "<f8", "shape": [100], "attr": {"x": 1.0, "n": 1e400}}', [2, 3])).toBe(
      '{"dtype": "<f8", "shape": [2, 3], "attr": {"x": 1.0, "n": 1e400}}',
    );
    expect(reshape('{ "shape":[ 1 ],\n"attr":{"shape":[1]}, "more":"é", "dtype":"<f8"\n}\n', [])).toBe(
      '{ "shape":[],\n"attr":{"shape":[1]}, "more":"é", "dtype":"<f8"\n}\n',
    );
    expect(reshape('{"shape": [1], "dtype": "<f8", "shape": [2]}', [7])).toBe(
      '{"shape": [1], "dtype": "<f8", "shape": [7]}',
    );
  });

  it("refuses what has no shape to change, and a shape that is none", () => {
    expect(refusal(() => reshape('{"attr": 1}', [1]))).toContain("property dtype");
    expect(refusal(() => reshape('{"attr": 1, "dtype": "<f8"}', [1]))).toContain("property shape");
    expect(refusal(() => reshape("[1]", [1]))).toContain("must be an object");
    expect(refusal(() => reshape('{"dtype": "<f8", "shape": [1]}', [-1]))).toContain("shape[0] must be >= 0");
    const full = `{"dtype": "<f8", "shape": [1]}`.padEnd(16 * 2 ** 20);
    expect(() => reshape(full, [10])).toThrow(LimitError);
  });

  it("changes what parseSidecar reads", () => {
    const attr: JsonValue = { a: [1, 2] };
    const text = format({ attr, raw: { dtype: "<f8", shape: [1] } });
    expect(parse(reshape(text, [5, 2]))).toStrictEqual({ attr, raw: { dtype: "<f8", shape: [5, 2] } });
  });
});
