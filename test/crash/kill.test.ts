import { expect, it } from "vitest";
import { crashRun } from "../support/crash-run.js";

it("nothing that was acknowledged is lost when writers are killed at random moments", {
  timeout: 300_000,
}, () => {
  const { code, output } = crashRun("--only", "kill", "--kills", "12");
  expect(code, output).toBe(0);
  expect(output).toMatch(
    /^kill: 12 kills of \d tables' writers, [1-9]\d* changes acknowledged, .*; 0 violations/,
  );
});

it("a journal that cannot be read is noticed", { timeout: 300_000 }, () => {
  const { code, output } = crashRun("--only", "kill", "--kills", "60", "--break", "record");
  expect(output).toMatch(/VIOLATION: .*\n[^]*replay: node test\/crash\/run.mjs --only kill --seed \d+/);
  expect(code).toBe(1);
});
