import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { check, MemmapTable, saveNpy } from "../../src/index.js";
import { nodeFiles, overFiles, withFiles } from "../../src/platform/files.js";
import { failure } from "../../src/testing/files/failure.js";
import { temporaryPaths } from "../support/temporary.js";
import { crash, expectFound, expectOne, expectSettled, sample } from "./check-stores.js";

const fresh = temporaryPaths();

describe("a name", () => {
  const array = (path: string, name: string) => copyFileSync(join(path, "a.npy"), join(path, name));

  it("breaks the rules", () => {
    expectFound(fresh(), (path) => array(path, "con.npy"), "bad-name", "con.npy", /device CON/);
    expectFound(fresh(), (path) => array(path, ".npy"), "bad-name", ".npy", /empty/);
    expectFound(fresh(), (path) => array(path, "a\\b.npy"), "bad-name", "a\\b.npy", /backslash/);
    expectFound(
      fresh(),
      (path) => {
        mkdirSync(join(path, ".hidden"));
        array(path, ".hidden/x.npy");
      },
      "bad-name",
      ".hidden",
      /begins with a dot.*no columns/,
    );
  });

  it.runIf(process.platform === "linux")("is no text", () => {
    const path = sample(fresh());
    const name = Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0xff]), Buffer.from(".npy")]);
    copyFileSync(join(path, "a.npy"), name);
    expectOne(path, "bad-name", "\ufffd.npy", /no UTF-8/);
  });

  it.runIf(process.platform === "linux")("collides with another", () => {
    const both = (path: string, one: string, other: string) => {
      for (const name of [one, other]) array(path, name);
    };
    expectFound(fresh(), (path) => both(path, "x.npy", "X.npy"), "name-collision", "x.npy", /would be one/);
    expectFound(
      fresh(),
      (path) => both(path, "\u00e9.npy", "e\u0301.npy"),
      "name-collision",
      "\u00e9.npy",
      /would be one/,
    );
    expectFound(fresh(), (path) => array(path, "g.npy"), "name-collision", "g", /"g" and "g\/"/);
  });
});

describe("a symbolic link", () => {
  it("leads to a column, to another place, outside, nowhere", () => {
    expectFound(
      fresh(),
      (path) => symlinkSync("a.npy", join(path, "l.npy")),
      "link",
      "l.npy",
      /a\.npy; .*only be read/,
    );
    expectFound(fresh(), (path) => symlinkSync("g", join(path, "h")), "link", "h", /symbolic link/);
    expectFound(
      fresh(),
      (path) => symlinkSync("..", join(path, "up")),
      "outside-link",
      "up",
      /leads outside/,
    );
    expectFound(
      fresh(),
      (path) => symlinkSync("none", join(path, "x.npy")),
      "dangling-link",
      "x.npy",
      /nowhere/,
    );
  });

  it("leads outside for a sidecar or an array, which is not read", () => {
    const elsewhere = sample(fresh());
    const path = sample(fresh());
    for (const name of ["a.attr", "r.npy"]) {
      rmSync(join(path, name));
      symlinkSync(join(elsewhere, name), join(path, name));
    }
    expect(check(path).map(({ code }) => code)).toEqual(["outside-link", "outside-link"]);
  });

  it("to the table itself is followed", () => {
    const path = sample(fresh());
    writeFileSync(join(path, "x.attr"), "{}");
    const link = fresh();
    symlinkSync(path, link);
    expect(check(link)).toEqual(check(path));
  });
});

describe("a directory", () => {
  it("is a table of its own", () => {
    const path = sample(fresh());
    const inner = join(path, "inner");
    mkdirSync(inner);
    saveNpy(join(inner, "x.npy"), Int32Array.of(1, 2, 3));
    mkdirSync(join(inner, ".memmap"));
    expectOne(path, "nested-table", "inner/.memmap", /never came to be/);
    expectSettled(path);
    copyFileSync(join(path, ".memmap", "last"), join(inner, ".memmap", "last"));
    expectOne(path, "nested-table", "inner/.memmap", /table of its own within/);
    // Seen from within, it is a part of the other.
    const within = check(inner);
    expect(within.map(({ code }) => code)).toContain("nested-table");
    expect(within.every((one) => one.repair === undefined)).toBe(true);
    expect(within.find(({ code }) => code === "nested-table")?.what).toContain(path);
  });

  it("has nothing in it", () => {
    const path = expectFound(fresh(), (at) => mkdirSync(join(at, "e")), "empty-group", "e", /nothing/);
    mkdirSync(join(path, "e", "f"));
    expectOne(path, "empty-group", "e/f", /nothing/);
    // The group of a committed deletion is about to go.
    const other = sample(fresh());
    crash(other, (table) => table.deleteColumn("g/b"));
    rmSync(join(other, "g", "b.npy"));
    expect(check(other).map(({ code }) => code)).toEqual(["unapplied-record"]);
  });

  it("holds no table", () => {
    const path = fresh();
    mkdirSync(path);
    expectOne(path, "no-table", "", /no columns/);
    expectSettled(path);
    writeFileSync(join(path, "notes.txt"), "");
    expectOne(path, "no-table", "", /no columns/);
    expect(() => MemmapTable.open(path)).toThrow(/no table/);
  });
});

describe("where the system refuses", () => {
  /** A file system that refuses to open some files, as for a user who may not. */
  const refusing = (refuses: (path: string, flags: string) => boolean, code: "EACCES" | "EIO" = "EACCES") =>
    overFiles(nodeFiles, {
      open(at, flags) {
        if (refuses(at, flags)) throw failure("open", at, code);
        return nodeFiles.open(at, flags);
      },
      list(at) {
        if (refuses(at, "list")) throw failure("list", at, code);
        return nodeFiles.list(at);
      },
    });

  it.each([
    ["an array", "a.npy"],
    ["a sidecar", "r.attr"],
    ["a group", "g"],
    ["the last record", ".memmap/last"],
  ])("to read %s", (_, name) => {
    const path = sample(fresh());
    for (const code of ["EACCES", "EIO"] as const) {
      withFiles(
        refusing((at) => at === join(path, name), code),
        () => expect(expectOne(path, "unreadable", name, new RegExp(code)).repair).toBeUndefined(),
      );
    }
  });

  it("to read the record that follows", () => {
    const path = sample(fresh());
    crash(path, (table) => table.resize(5));
    withFiles(
      refusing((at) => at.includes("commit-")),
      () => expectOne(path, "unreadable", ".memmap/commit-5", /EACCES/),
    );
  });

  it("to write to one column, or to all", () => {
    const path = sample(fresh());
    const only = refusing((at, flags) => flags === "r+" && at.endsWith("b.npy"));
    withFiles(only, () => expectOne(path, "unwritable", "g/b.npy", /may not write/));
    const all = refusing((at, flags) => flags === "r+" && at.endsWith(".npy"));
    withFiles(all, () => expectOne(path, "unwritable", "", /none of the 3 columns/));
  });

  it("nothing that vanishes meanwhile is reported", () => {
    const path = sample(fresh());
    const files = overFiles(nodeFiles, {
      open(at, flags) {
        if (at.endsWith("b.npy")) renameSync(join(path, "g"), `${path}-gone`);
        return nodeFiles.open(at, flags);
      },
    });
    expect(withFiles(files, () => check(path))).toEqual([]);
  });
});
