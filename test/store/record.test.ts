import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CorruptError, FormatError } from "../../src/errors.js";
import { parseLast } from "../../src/store/last.js";
import { type CommitRecord, formatCommit, parseCommit } from "../../src/store/record.js";

const RECORD: Omit<CommitRecord, "sha256"> = {
  version: 1,
  generation: 5,
  txid: "five",
  prev: "four",
  order: ["a", "g/b", "__proto__"],
  rows: 3,
  durability: "full",
  control: "18446744073709551615",
  stage: "stage-5",
  operations: [
    { op: "mkdir", path: "g" },
    { op: "put", path: "g/b.attr", from: "0000", ino: "12", size: 15 },
    { op: "header", path: "a.npy", ino: "13", header: "k05VTVBZAQ==" },
    { op: "punch", path: "a.npy", ino: "13", from: 140 },
    { op: "delete", path: "old.npy", ino: "14" },
    { op: "rmdir", path: "h" },
  ],
};

describe("a redo record", () => {
  it("is read as it was written", () => {
    const { sha256, ...members } = parseCommit(formatCommit(RECORD), "commit-5");
    expect(members).toEqual(RECORD);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    const first = { ...RECORD, generation: 1, prev: null, stage: null, operations: [], rows: null };
    expect(parseCommit(formatCommit(first), "commit-1")).toMatchObject(first);
  });

  it("is the record of the last transaction when it is applied", () => {
    expect(parseLast(formatCommit(RECORD), "last")).toMatchObject({ generation: 5, txid: "five", rows: 3 });
  });

  it("carries the digest of everything else in Python's order of keys", () => {
    const { sha256, ...members } = JSON.parse(Buffer.from(formatCommit(RECORD)).toString());
    const sorted = (value: unknown): string => {
      if (Array.isArray(value)) return `[${value.map(sorted).join(", ")}]`;
      if (typeof value !== "object" || value === null) return JSON.stringify(value);
      const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
      return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}: ${sorted(inner)}`).join(", ")}}`;
    };
    expect(createHash("sha256").update(sorted(members)).digest("hex")).toBe(sha256);
  });

  it("is void when any byte of it is another, or the end is missing", () => {
    const bytes = formatCommit(RECORD);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      let read: CommitRecord | undefined;
      try {
        read = parseCommit(changed, "commit-5");
      } catch (error) {
        expect(error instanceof FormatError || error instanceof CorruptError).toBe(true);
      }
      // A space in another place, or another spelling of the same, is no damage.
      if (read !== undefined) expect(read).toMatchObject(RECORD);
      expect(() => parseCommit(bytes.subarray(0, at), "commit-5")).toThrow();
    }
    const zeros = Uint8Array.from(bytes).fill(0, 100);
    expect(() => parseCommit(zeros, "commit-5")).toThrow(FormatError);
  });

  it.each([
    ["another version", { version: 2 }],
    ["generation 0", { generation: 0 }],
    ["no number of a generation", { generation: 1.5 }],
    ["a stage elsewhere", { stage: "../stage-5" }],
    ["an unknown operation", { operations: [{ op: "chmod", path: "a" }] }],
    [
      "a staged file elsewhere",
      { operations: [{ op: "put", path: "a.npy", from: "../x", ino: "1", size: 1 }] },
    ],
    ["an inode that is none", { operations: [{ op: "delete", path: "a.npy", ino: "-1" }] }],
    ["a hole from nowhere", { operations: [{ op: "punch", path: "a.npy", ino: "1", from: -1 }] }],
    ["a header that is no base64", { operations: [{ op: "header", path: "a.npy", ino: "1", header: "\n" }] }],
    ["a name twice", { order: ["a", "a"] }],
    ["__proto__ twice", { order: ["__proto__", "__proto__"] }],
  ])("is refused with %s", (_, change) => {
    expect(() => formatCommit({ ...RECORD, ...(change as object) })).toThrow(FormatError);
  });
});
