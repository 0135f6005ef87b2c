import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DiskError, ExistsError, isMemmapError, NotFoundError, systemCode } from "../../../src/errors.js";
import { MemmapTable } from "../../../src/index.js";
import { nodeFiles } from "../../../src/platform/files.js";
import {
  type FailingFiles,
  failingFiles,
  interceptFiles,
  StoppedError,
  type SystemCode,
  withFiles,
} from "../../../src/testing/files/index.js";
import { openBelow, thrown } from "../../support/snapshot.js";
import { temporaryPaths } from "../../support/temporary.js";

const fresh = temporaryPaths();
const CODES: SystemCode[] = ["EIO", "ENOSPC", "EDQUOT", "EMFILE", "EACCES"];
const bytes = (...values: number[]) => Uint8Array.from(values);

/** What a store does: a directory, files in it, their names. */
function work({ files }: FailingFiles, root: string): void {
  files.mkdir(root);
  const path = `${root}/a`;
  const fd = files.create(path);
  try {
    files.lock(fd, path);
    files.write(fd, bytes(1, 2, 3, 4), 0, path);
    files.extend(fd, 4, 100, path);
    files.punch(fd, 0, 2, path);
    files.reserve(fd, 100, path);
    files.truncate(fd, 50, path);
    files.stat(fd, path);
    files.read(fd, new Uint8Array(4), 0, path);
    files.sync(fd, path);
  } finally {
    files.close(fd);
  }
  files.copy(path, `${root}/b`);
  files.link(path, `${root}/c`);
  files.exchange(path, `${root}/b`);
  files.rename(`${root}/b`, `${root}/d`);
  files.close(files.open(`${root}/d`, "r"));
  files.look(`${root}/c`);
  files.realPath(root);
  files.list(root);
  files.touch(root, new Date(0));
  files.syncDirectory(root);
  files.syncAll(root);
  for (const name of ["a", "c", "d"]) files.unlink(`${root}/${name}`);
  files.rmdir(root);
}

describe("a file system that fails", () => {
  it("lets every call through and counts it", () => {
    const failing = failingFiles();
    work(failing, fresh());
    expect(failing.calls.length).toBe(28);
    expect(failing.calls.map(({ number }) => number)).toEqual(failing.calls.map((_, i) => i + 1));
    const { calls } = failing;
    expect(new Set(calls.map(({ name }) => name))).toEqual(new Set(Object.keys(nodeFiles)));
    for (const { path } of calls) expect(path).toMatch(/table-\d+(\/[abcd])?$/);
    expect([failing.hasFailed, failing.hasStopped]).toEqual([false, false]);
    failing.reset();
    expect(failing.calls).toEqual([]);
  });

  it("fails each call in turn with the error that the system's refusal makes, and no close", () => {
    const all = failingFiles();
    work(all, fresh());
    for (const { number } of all.calls) {
      const code = CODES[number % CODES.length] ?? "EIO";
      const failing = failingFiles();
      failing.failAt(number, { code });
      const root = fresh();
      const error = thrown(() => work(failing, root));
      expect(error).toBeInstanceOf(DiskError);
      expect(error.message).toContain(code);
      expect(systemCode(error.cause)).toBe(code);
      expect(isMemmapError(error) && error.path).toMatch(root);
      expect(openBelow(root)).toEqual([]);
      // After a call that failed come those that clean up.
      const failed = failing.calls.findIndex(({ name }, i) => i + 1 >= number && name !== "close");
      expect(failing.calls.slice(failed + 1).every(({ name }) => name === "close")).toBe(true);
    }
    const failing = failingFiles();
    failing.failAt(all.calls.length + 1);
    work(failing, fresh());
    expect(failing.hasFailed).toBe(false);
  });

  it("says it in the words of the real one", () => {
    const { files, failAt } = failingFiles();
    const refused = (code: SystemCode, act: () => unknown) => {
      failAt(1, { code });
      return thrown(act);
    };
    const path = fresh();
    for (const [code, act] of [
      ["ENOENT", () => files.open(path, "r")],
      ["ENOENT", () => files.list(path)],
      ["ENOENT", () => files.rename(path, `${path}-2`)],
      ["EISDIR", () => files.open("/", "r+")],
      ["EEXIST", () => files.mkdir("/")],
    ] as const) {
      const injected = refused(code, act);
      const real = thrown(act);
      expect(injected.constructor).toBe(real.constructor);
      expect(injected.message).toBe(real.message);
      expect(systemCode(injected.cause)).toBe(systemCode(real.cause));
    }
    expect(refused("ENOENT", () => files.unlink(path))).toBeInstanceOf(NotFoundError);
    expect(refused("EEXIST", () => files.create(path))).toBeInstanceOf(ExistsError);
    expect(refused("ENOSPC", () => files.create(path)).message).toMatch(/the disk is full/);
  });

  it("fails once, a few times, or from then on", () => {
    for (const times of [undefined, 3, Number.POSITIVE_INFINITY]) {
      const failing = failingFiles();
      failing.failAt(2, { times });
      const outcomes = Array.from({ length: 6 }, () => {
        try {
          failing.files.look("/");
          return "done";
        } catch {
          return "failed";
        }
      });
      const failures = Math.min(times ?? 1, 5);
      expect(outcomes).toEqual([
        "done",
        ...Array(failures).fill("failed"),
        ...Array(5 - failures).fill("done"),
      ]);
      expect(failing.calls.length).toBe(6);
    }
  });

  it("writes the first half of what it fails to write", () => {
    const failing = failingFiles();
    const path = fresh();
    const fd = failing.files.create(path);
    failing.failAt(1, { code: "ENOSPC", short: true });
    expect(() => failing.files.write(fd, bytes(1, 2, 3, 4, 5), 1, path)).toThrow(DiskError);
    expect([...readFileSync(path)]).toEqual([0, 1, 2]);
    failing.files.write(fd, bytes(9), 0, path);
    failing.files.close(fd);
    expect([...readFileSync(path)]).toEqual([9, 1, 2]);
  });
});

describe("a file system that stops", () => {
  it("carries the last call out, closes what is open, and refuses everything after", () => {
    const all = failingFiles();
    work(all, fresh());
    for (let last = 0; last < all.calls.length; last++) {
      const failing = failingFiles();
      failing.stopAfter(last);
      const root = fresh();
      expect(() => work(failing, root)).toThrow(StoppedError);
      expect(failing.hasStopped).toBe(true);
      expect(failing.calls.length).toBe(last);
      expect(openBelow(root)).toEqual([]);
      expect(() => failing.files.look(root)).toThrow(StoppedError);
      expect(nodeFiles.look(root) !== undefined).toBe(last >= 1);
      expect(nodeFiles.look(`${root}/a`) !== undefined).toBe(last >= 2 && last < 25);
    }
    const failing = failingFiles();
    failing.stopAfter(all.calls.length);
    work(failing, fresh());
    expect(failing.hasStopped).toBe(true);
  });

  it("frees locks", () => {
    const path = fresh();
    const failing = failingFiles();
    failing.stopAfter(2);
    const held = failing.files.create(path);
    const other = nodeFiles.open(path, "r+");
    expect(failing.files.lock(held, path)).toBe(true);
    expect(nodeFiles.lock(other, path)).toBe(true);
    nodeFiles.close(other);
    expect(() => failing.files.close(held)).toThrow(StoppedError);
  });
});

describe("wrapping", () => {
  it("shows every call with its arguments, and returns what the wrapper does", () => {
    const seen: unknown[] = [];
    const path = fresh();
    writeFileSync(path, "abc");
    const files = interceptFiles(nodeFiles, (call, proceed) => {
      seen.push([call.name, call.path, call.args.length]);
      return call.name === "sync" ? undefined : call.name === "realPath" ? "/elsewhere" : proceed();
    });
    const fd = files.open(path, "r+");
    files.sync(fd, path);
    expect(files.realPath(path)).toBe("/elsewhere");
    files.close(fd);
    expect(seen).toEqual([
      ["open", path, 2],
      ["sync", path, 2],
      ["realPath", path, 1],
      ["close", path, 1],
    ]);
  });

  it("is kept by tables that are opened within it", () => {
    const path = fresh();
    const failing = failingFiles();
    const table = withFiles(failing.files, () => MemmapTable.create(path, { rows: 2, columns: { a: "i4" } }));
    failing.failAt(1, { code: "EDQUOT" });
    expect(() => table.resize(3)).toThrow(DiskError);
    expect(failing.hasFailed).toBe(true);
    table.resize(3);
    failing.stopAfter(3);
    expect(() => table.addColumn("b", "i4")).toThrow();
    expect(() => table.close()).toThrow(StoppedError);
    // Its lock is free.
    using again = MemmapTable.open(path, { mode: "r+" });
    expect(again.shape).toEqual([3, 1]);
  });
});
