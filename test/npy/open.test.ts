import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DiskError, FormatError, NotFoundError } from "../../src/errors.js";
import { openRegular } from "../../src/npy/index.js";
import { temporaryDirectory } from "./support.js";

vi.mock("node:fs", async (original) => {
  const actual = await original<typeof fs>();
  return {
    ...actual,
    openSync: vi.fn(actual.openSync),
    closeSync: vi.fn(actual.closeSync),
    fstatSync: vi.fn(actual.fstatSync),
  };
});

const openSync = vi.mocked(fs.openSync);
const closeSync = vi.mocked(fs.closeSync);
const directory = temporaryDirectory();
const at = (name: string) => join(directory, name);
const posix = process.platform !== "win32";

/** Descriptors that were opened and not closed. */
function leaked(): number {
  const opened = openSync.mock.results.filter(({ type }) => type === "return").map(({ value }) => value);
  const closed = closeSync.mock.calls.map(([fd]) => fd);
  expect(opened.slice(0, closed.length)).toEqual(closed);
  return opened.length - closed.length;
}

beforeEach(() => {
  fs.writeFileSync(at("a.npy"), "content");
  openSync.mockClear();
  closeSync.mockClear();
});
afterEach(() => {
  for (const name of fs.readdirSync(directory)) fs.rmSync(at(name), { recursive: true, force: true });
});

describe("openRegular", () => {
  it("opens a regular file for reading", () => {
    const fd = openRegular(at("a.npy"), "r");
    expect(fs.readFileSync(fd, "utf8")).toBe("content");
    expect(() => fs.writeSync(fd, "x")).toThrow();
    fs.closeSync(fd);
  });

  it("opens a regular file for reading and writing, without truncating it", () => {
    const fd = openRegular(at("a.npy"), "r+");
    fs.writeSync(fd, "C", 0);
    fs.closeSync(fd);
    expect(fs.readFileSync(at("a.npy"), "utf8")).toBe("Content");
  });

  it("follows links among the directories", () => {
    fs.mkdirSync(at("real"));
    fs.writeFileSync(at("real/b.npy"), "content");
    fs.symlinkSync("real", at("link"));
    fs.closeSync(openRegular(at("link/b.npy"), "r"));
  });

  it.each(["r", "r+"] as const)("does not create a missing file (%s)", (flags) => {
    expect(() => openRegular(at("missing.npy"), flags)).toThrow(NotFoundError);
    expect(() => openRegular(at("a.npy/b.npy"), flags)).toThrow(NotFoundError);
    expect(fs.readdirSync(directory)).toEqual(["a.npy"]);
  });

  it("says which file, and keeps the system's error", () => {
    expect(() => openRegular(at("missing.npy"), "r")).toThrow(
      expect.objectContaining({
        path: at("missing.npy"),
        cause: expect.objectContaining({ code: "ENOENT" }),
      }),
    );
  });
});

describe("rule 11: what is no regular file", () => {
  const refused = (name: string, options?: { follow: boolean }) => {
    for (const flags of ["r", "r+"] as const) {
      const call = () => openRegular(name.startsWith("/") ? name : at(name), flags, options);
      expect(call).toThrow(FormatError);
      expect(call).toThrow("regular file");
    }
    expect(leaked()).toBe(0);
  };

  it("refuses a directory", () => {
    fs.mkdirSync(at("d.npy"));
    refused("d.npy");
  });

  it.skipIf(!posix)("refuses a FIFO without waiting for its other end", () => {
    execFileSync("mkfifo", [at("f.npy")]);
    refused("f.npy");
    fs.symlinkSync("f.npy", at("l.npy"));
    refused("l.npy", { follow: true });
  });

  it.skipIf(!posix)("refuses a device", () => {
    refused("/dev/null");
    refused("/dev/zero");
  });

  it.skipIf(!posix)("refuses a socket", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at("s.npy"), resolve));
    try {
      refused("s.npy");
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("refuses a symbolic link unless it is to be followed", () => {
    fs.symlinkSync("a.npy", at("l.npy"));
    for (const flags of ["r", "r+"] as const) {
      expect(() => openRegular(at("l.npy"), flags)).toThrow(FormatError);
      expect(() => openRegular(at("l.npy"), flags)).toThrow("symbolic link");
      const fd = openRegular(at("l.npy"), flags, { follow: true });
      expect(fs.fstatSync(fd).ino).toBe(fs.statSync(at("a.npy")).ino);
      fs.closeSync(fd);
    }
    expect(leaked()).toBe(0);
  });

  it("refuses links that lead nowhere or in circles", () => {
    fs.symlinkSync("nowhere", at("broken.npy"));
    fs.symlinkSync("circle.npy", at("circle.npy"));
    expect(() => openRegular(at("broken.npy"), "r")).toThrow(FormatError);
    expect(() => openRegular(at("broken.npy"), "r", { follow: true })).toThrow(NotFoundError);
    expect(() => openRegular(at("circle.npy"), "r")).toThrow(FormatError);
    expect(() => openRegular(at("circle.npy"), "r", { follow: true })).toThrow("too many symbolic links");
  });
});

describe("what the system refuses", () => {
  it.each(["EACCES", "EMFILE", "EROFS", "ENAMETOOLONG"])("is a DiskError (%s)", (code) => {
    const cause = Object.assign(new Error(code), { code });
    openSync.mockImplementationOnce(() => {
      throw cause;
    });
    const call = () => openRegular(at("a.npy"), "r");
    expect(call).toThrow(expect.objectContaining({ code: "DISK", path: at("a.npy"), cause }));
  });

  it.each(["ENXIO", "ENODEV", "EOPNOTSUPP", "EISDIR", "EMLINK"])(
    "is a FormatError where it tells a kind (%s)",
    (code) => {
      const cause = Object.assign(new Error(code), { code });
      openSync.mockImplementationOnce(() => {
        throw cause;
      });
      const call = () => openRegular(at("a.npy"), "r");
      expect(call).toThrow(expect.objectContaining({ code: "FORMAT", path: at("a.npy"), cause }));
    },
  );

  it("is a DiskError for a name that no file can have", () => {
    expect(() => openRegular(at("a\0b.npy"), "r")).toThrow(DiskError);
    expect(() => openRegular(at("x".repeat(5000)), "r")).toThrow(DiskError);
  });

  it("leaves no descriptor open when the file cannot be looked at", () => {
    const cause = Object.assign(new Error("EIO"), { code: "EIO" });
    vi.mocked(fs.fstatSync).mockImplementationOnce(() => {
      throw cause;
    });
    expect(() => openRegular(at("a.npy"), "r")).toThrow(expect.objectContaining({ code: "DISK", cause }));
    expect(openSync).toHaveBeenCalledTimes(1);
    expect(leaked()).toBe(0);
  });
});
