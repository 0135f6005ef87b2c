import { closeSync, fstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import { type NpyHeader, openRegular, readHeader } from "../../src/npy/index.js";
import { formatDescr } from "../../src/npy/repr.js";
import { formatShape } from "../../src/npy/size.js";
import { dictionary, npyFile, temporaryDirectory } from "./support.js";

interface Verdict {
  readonly file: string;
  readonly case: string;
  readonly numpy: "accepts" | "refuses";
  /** Legal for NumPy, and nothing that NumPy writes. */
  readonly odd?: boolean;
  /** The dtype and shape that NumPy reads. */
  readonly reads?: string;
}

const CASES = fileURLToPath(new URL("cases/", import.meta.url));
const verdicts = JSON.parse(readFileSync(join(CASES, "verdicts.json"), "utf8")) as readonly Verdict[];
const directory = temporaryDirectory();

/** The odd files that this package reads all the same. */
const READ_THOUGH_ODD = new Set(["header not 64-aligned", "non-latin utf8 in v1", "bool data 0x02"]);

function read(path: string): NpyHeader {
  const fd = openRegular(path, "r");
  try {
    return readHeader(fd, fstatSync(fd).size, path);
  } finally {
    closeSync(fd);
  }
}

function locate(verdict: Verdict): string {
  if (verdict.case !== "header 60000 spaces v1") return join(CASES, verdict.file);
  const path = join(directory, verdict.file);
  writeFileSync(path, npyFile(`${dictionary()}${" ".repeat(60_000)}\n`));
  return path;
}

describe("files judged by NumPy", () => {
  it("are all here", () => {
    const present = readdirSync(CASES).filter((name) => name.endsWith(".npy"));
    const missing = verdicts.filter(({ file }) => !present.includes(file)).map((verdict) => verdict.case);
    expect(missing).toEqual(["header 60000 spaces v1"]);
    expect(verdicts.length).toBe(44);
  });

  it.each(verdicts)("$file $case: NumPy $numpy", (verdict) => {
    const accepted =
      verdict.numpy === "accepts" && (verdict.odd !== true || READ_THOUGH_ODD.has(verdict.case));
    if (accepted) {
      const { dtype, shape } = read(locate(verdict));
      const printed = typeof dtype.descr === "string" ? dtype.descr : formatDescr(dtype.descr);
      expect(`${printed} ${formatShape(shape)}`).toBe(verdict.reads);
    } else {
      expect(() => read(locate(verdict))).toThrow(FormatError);
    }
  });
});
