import { expect, it } from "vitest";
import { crashRun } from "../support/crash-run.js";

it("six readers of a table that changes all the time never see two generations at once", {
  timeout: 120_000,
}, () => {
  const { code, output } = crashRun("--only", "readers", "--seconds", "2");
  expect(code, output).toBe(0);
  expect(output).toMatch(
    /^readers: [1-9]\d* snapshots by 6 readers .* of [1-9]\d* generations; 0 violations/,
  );
});
