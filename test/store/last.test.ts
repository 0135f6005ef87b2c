import { describe, expect, it } from "vitest";
import { isMemmapError } from "../../src/errors.js";
import { type JsonObject, stringifyJson } from "../../src/store/json.js";
import { formatLast, type LastRecord, parseLast, recordChecksum } from "../../src/store/last.js";

const record = {
  version: 1,
  generation: 7,
  txid: "abc-1",
  order: ["b", "a/é", "__proto__"],
  rows: 10,
  durability: "full",
} as const;

/** What Python's hashlib gives for `json.dumps(record, sort_keys=True)`. */
const SHA256 = "479c9f0bb887d23178977bf64e431c8ac2562575e0589272c20d328b0ba6cfe1";

const parse = (text: string) => parseLast(Buffer.from(text), "t/.memmap/last");
const format = (changes: Partial<Omit<LastRecord, "sha256">> = {}) =>
  Buffer.from(formatLast({ ...record, ...changes })).toString();

/** A record of any members, with the checksum that fits them. */
function signed(members: JsonObject): string {
  return stringifyJson({ ...members, sha256: recordChecksum(members) });
}

function refusal(act: () => unknown, code: "FORMAT" | "CORRUPT" = "FORMAT"): string {
  try {
    act();
  } catch (error) {
    if (isMemmapError(error, code)) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("the record of the last transaction", () => {
  it("is JSON with a checksum that other software can compute", () => {
    expect(format()).toBe(
      '{"version": 1, "generation": 7, "txid": "abc-1", "order": ["b", "a/\\u00e9", "__proto__"], "rows": 10, ' +
        `"durability": "full", "sha256": "${SHA256}"}`,
    );
    expect(parse(format())).toStrictEqual({ ...record, sha256: SHA256 });
  });

  it.each<Partial<Omit<LastRecord, "sha256">>>([
    { rows: null },
    { rows: 0, order: [] },
    { generation: 0 },
    { generation: Number.MAX_SAFE_INTEGER, rows: Number.MAX_SAFE_INTEGER },
    { durability: "process" },
    { txid: "9b2f4f0e-8a37-4d0b-a2c5-1a2b3c4d5e6f" },
    { order: ["constructor", "__proto__/x", "😀", "1", "0"] },
  ])("comes back: %j", (changes) => {
    const { sha256, ...back } = parse(format(changes));
    expect(back).toStrictEqual({ ...record, ...changes });
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("reads the same whatever the spaces and the order of keys", () => {
    const { version, order, ...rest } = JSON.parse(format());
    const text = JSON.stringify({ ...rest, order, version }, null, 2);
    expect(parse(text)).toStrictEqual({ ...record, sha256: SHA256 });
  });

  it("covers members that it does not know by its checksum, and leaves them out", () => {
    const members = { ...record, prev: "abc-0", operations: [{ put: "x.npy" }] };
    const { sha256, ...back } = parse(signed(members));
    expect(back).toStrictEqual(record);
    expect(sha256).not.toBe(SHA256);
    expect(refusal(() => parse(signed(members).replace("abc-0", "abc-9")), "CORRUPT")).toContain("checksum");
  });

  it.each([
    ['"generation": 7', '"generation": 8'],
    ['"txid": "abc-1"', '"txid": "abc-2"'],
    ['"b", "a/', '"c", "a/'],
    ['"rows": 10', '"rows": 11'],
    ['"rows": 10', '"rows": null'],
    ['"full"', '"process"'],
    ['"sha256": "4', '"sha256": "5'],
    ['"version": 1', '"version": 1, "more": 0'],
  ])("is corrupt where %s has become %s", (from, to) => {
    const text = format();
    expect(text).toContain(from);
    const message = refusal(() => parse(text.replace(from, to)), "CORRUPT");
    expect(message).toMatch(/^t\/\.memmap\/last: the checksum does not fit/);
  });

  it.each<[string, JsonObject]>([
    ["version must be 1, not 2", { version: 2 }],
    ["generation must be >= 0, not -1", { generation: -1 }],
    ["generation must be a whole number, not 1.5", { generation: 1.5 }],
    ['generation must be a whole number, not "7"', { generation: "7" }],
    ["generation must be a whole number, not 9007199254740993n", { generation: 2n ** 53n + 1n }],
    ["txid must match pattern", { txid: "" }],
    ["txid must match pattern", { txid: "../x" }],
    ["txid must match pattern", { txid: "x".repeat(65) }],
    ['order must be a list, not "b"', { order: "b" }],
    ["order[1] must be a string, not 5", { order: ["a", 5] }],
    ["order must NOT have duplicate items", { order: ["a", "b", "a"] }],
    ['order has the name "__proto__" twice', { order: ["__proto__", "b", "__proto__"] }],
    ["rows must be >= 0, not -1", { rows: -1 }],
    ['rows must be a whole number or null, not "10"', { rows: "10" }],
    ['durability must be "full" or "process", not "none"', { durability: "none" }],
  ])("is refused although the checksum fits: %s", (message, changes) => {
    const said = refusal(() => parse(signed({ ...record, ...changes })));
    expect(said).toMatch(/^t\/\.memmap\/last: /);
    expect(said).toContain(message);
  });

  it.each(["version", "generation", "txid", "order", "rows", "durability"])(
    "is refused without %s",
    (key) => {
      const members: Record<string, never> = JSON.parse(format());
      delete members.sha256;
      delete members[key];
      expect(refusal(() => parse(signed(members)))).toContain(
        `the record must have required property '${key}'`,
      );
    },
  );

  it("is refused without a checksum, or with one that is none", () => {
    expect(refusal(() => parse(stringifyJson({ ...record })))).toContain(
      "must have required property 'sha256'",
    );
    expect(refusal(() => parse(stringifyJson({ ...record, sha256: "x" })))).toContain(
      "sha256 must match pattern",
    );
    expect(refusal(() => parse(stringifyJson({ ...record, sha256: null })))).toContain(
      "sha256 must be a string",
    );
  });

  it("is refused where it is cut off anywhere", () => {
    const text = format();
    for (let length = 0; length < text.length; length++) {
      expect(refusal(() => parse(text.slice(0, length)))).toContain("t/.memmap/last: ");
    }
    expect(refusal(() => parse("\0".repeat(200)))).toContain("t/.memmap/last: ");
    expect(refusal(() => parse("[]"))).toContain("the record must be an object");
  });

  it("is not written where it could not be read", () => {
    expect(refusal(() => format({ order: ["a", "a"] }))).toContain("must NOT have duplicate items");
    expect(refusal(() => format({ order: ["__proto__", "__proto__"] }))).toContain("twice");
    expect(refusal(() => format({ generation: -1 }))).toContain("generation must be >= 0");
    expect(refusal(() => format({ txid: "a/b" }))).toContain("txid must match pattern");
  });

  it("holds ten thousand names", () => {
    const order = Array.from({ length: 10_000 }, (_, index) => `group ${index % 100}/é${index}`);
    expect(parse(format({ order })).order).toStrictEqual(order);
  });
});
