import { execFileSync } from "node:child_process";
import { describe, expect, it, vi } from "vitest";
import { UnsupportedError } from "../../src/errors.js";
import { choosePlatform, platform } from "../../src/platform/choose.js";
import { systemConstants } from "../../src/platform/constants.js";
import { detach, detachAndKeep } from "../../src/platform/transfer.js";
import { implementations, thrown } from "./support.js";

const loaded = implementations.filter((each) => each.platform !== undefined).map(({ id }) => id);

describe("the platform", () => {
  it("is chosen once, the C library's before mmap-io's", () => {
    expect(platform()).toBe(platform());
    if (loaded.includes("posix")) expect(choosePlatform().name).toBe("posix");
  });

  it.each(["posix", "portable"] as const)("is the one that is forced: %s", (name) => {
    if (loaded.includes(name)) expect(choosePlatform(name).name).toBe(name);
    else expect(thrown(() => choosePlatform(name))).toBeInstanceOf(UnsupportedError);
  });

  it("is not a name that nobody knows", () => {
    const error = thrown(() => choosePlatform("windows"));
    expect(error).toBeInstanceOf(UnsupportedError);
    expect(String(error)).toContain('"posix" or "portable", not "windows"');
  });

  it("says what to install where native modules do not load", () => {
    const code = `
      import { choosePlatform } from ${JSON.stringify(new URL("../../src/platform/choose.ts", import.meta.url).href)};
      try { choosePlatform(); } catch (error) { console.log(error.code, error.message); }`;
    const flags = [
      "--no-addons",
      "--import",
      import.meta.resolve("tsx"),
      "--input-type=module",
      "--eval",
      code,
    ];
    const said = execFileSync(process.execPath, flags, { encoding: "utf8" });
    expect(said).toMatch(/^UNSUPPORTED .*npm install koffi.*npm install @riaskov\/mmap-io/);
  });

  it("is not taken from the C library on a system whose numbers are not known", () => {
    expect(systemConstants("linux", "mips")).toBeUndefined();
    expect(systemConstants("win32", "x64")).toBeUndefined();
    expect(systemConstants("darwin", "arm64")).toMatchObject({ mapAnonymous: 0x1000, mapNoReserve: 0x40 });
  });
});

describe("detaching", () => {
  it("empties the buffer, and the memory lives on only where that is asked", () => {
    const [one, two] = [new ArrayBuffer(8), new ArrayBuffer(8)];
    detach(one);
    const kept = detachAndKeep(two);
    expect([one.byteLength, two.byteLength]).toEqual([0, 0]);
    expect(kept).toMatchObject({ byteLength: 8 });
  });

  it("leaves the flags of the process as they were", async () => {
    const { runInNewContext } = await import("node:vm");
    const before = typeof Reflect.get(ArrayBuffer.prototype, "transfer");
    vi.resetModules();
    const again = await import("../../src/platform/transfer.js");
    again.assertTransfer();
    expect(runInNewContext("typeof ArrayBuffer.prototype.transfer")).toBe(before);
  });
});
