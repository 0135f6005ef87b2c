import { expect, it } from "vitest";
import { crashRun } from "../support/crash-run.js";

it("a frame is there whole or not at all when its writer is killed, whatever its workers were doing", {
  timeout: 300_000,
}, () => {
  const { code, output } = crashRun("--only", "frames", "--kills", "2");
  expect(code, output).toBe(0);
  expect(output).toMatch(
    /^frames: writers killed after \d+ calls and at \d+ moments, [1-9]\d* times midway, .*; 0 violations/,
  );
});
