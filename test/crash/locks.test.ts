import { expect, it } from "vitest";
import { crashRun } from "../support/crash-run.js";

it("one of eight processes writes, and gives way when it is killed", { timeout: 120_000 }, () => {
  const { code, output } = crashRun("--only", "locks", "--rounds", "5");
  expect(code, output).toBe(0);
  expect(output).toMatch(/^locks: 5 races of 8 processes, .*; 0 violations/);
});

// Processes cannot be stopped and continued on Windows.
it.skipIf(process.platform === "win32")(
  "a writer whose lease was taken over while it stood still changes nothing more",
  {
    timeout: 120_000,
  },
  () => {
    const { code, output } = crashRun("--only", "leases", "--rounds", "5");
    expect(code, output).toBe(0);
    expect(output).toMatch(/^leases: 5 leases taken over, .*; 0 violations/);
  },
);
