import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/platform/files.js";
import { isSyncedWhole } from "../../src/platform/sync-reach.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();

describe.runIf(process.platform === "linux")("one wait for a whole file system", () => {
  it("is as good as one for each file on some file systems, of kernels that report what failed", () => {
    const path = fresh();
    mkdirSync(path);
    const isHere = isSyncedWhole(path);
    expect(isSyncedWhole(path, "6.1.0-18-amd64")).toBe(isHere);
    expect(isSyncedWhole(path, "5.8.0")).toBe(isHere);
    expect(isSyncedWhole(path, "5.10.0")).toBe(isHere);
    for (const old of ["5.7.19", "4.18.0-553.el8_10.x86_64", "3.10.0"]) {
      expect(isSyncedWhole(path, old)).toBe(false);
    }
    expect(isSyncedWhole("/proc")).toBe(false);
    expect(nodeFiles.syncAll("/proc")).toBe(false);
  });
});
