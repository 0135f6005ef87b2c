import { describe, expect, it } from "vitest";
import { crashRun } from "../support/crash-run.js";
import { isPosix } from "../support/platform.js";
import { mayMount } from "../support/small-disk.js";

describe.skipIf(!isPosix || !mayMount())("on a disk that is full at any step (needs root, and Linux)", () => {
  it("every change is refused whole, and made once there is room", { timeout: 300_000 }, () => {
    const { code, output } = crashRun("--only", "disk", "--disks", "tmpfs");
    expect(code, output).toBe(0);
    expect(output).toMatch(
      /^disk: (\d+) of \1 changes on full disks, \d+ tries: [1-9]\d* refused, .*; 0 violations/,
    );
  });
});
