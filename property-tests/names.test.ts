import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix, win32 } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NameError } from "../src/errors.js";
import { checkName, foldPart, groupsOf, isValidName, NameTree } from "../src/store/names.js";

/** Parts that break rules, and parts that nearly do. */
const part = fc.oneof(
  fc.string({ minLength: 1, maxLength: 6 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 6 }),
  fc.string({
    unit: fc.constantFrom("a", "É", "e", "\u0301", "ß", "ſ", "😀", "日"),
    minLength: 1,
    maxLength: 130,
  }),
  fc.constantFrom("", ".", "..", "a.", "a ", ".a", "a\\b", "a\0", "x.npy", "x.ATTR", "C:", "c:x", "\ud800"),
  fc.constantFrom("con", "CON.x", "lpt1", "com²", "com0", "console", "npy", "__proto__", "constructor"),
  fc.integer({ min: 245, max: 257 }).map((length) => "n".repeat(length)),
);
const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));

describe("names", () => {
  it("are accepted, or refused with a NameError that shows them", () => {
    fc.assert(
      fc.property(name, fc.constantFrom("column" as const, "group" as const), (tried, what) => {
        let error: unknown;
        try {
          checkName(tried, what);
        } catch (thrown) {
          error = thrown;
        }
        expect(isValidName(tried, what)).toBe(error === undefined);
        if (error === undefined) return;
        expect(error).toBeInstanceOf(NameError);
        expect(String(error)).toMatch(new RegExp(`is no ${what} name: .`));
        expect(String(error)).not.toMatch(/[\p{Cc}\p{Cs}]/u);
      }),
    );
  });

  it("that are accepted are files of their own below the root, here and on Windows", () => {
    const root = mkdtempSync(join(tmpdir(), "memmap-names-"));
    try {
      fc.assert(
        fc.property(
          name.filter((tried) => isValidName(tried)),
          (accepted) => {
            expect(posix.normalize(accepted)).toBe(accepted);
            expect(win32.resolve("C:\\t", accepted)).toBe(`C:\\t\\${accepted.replaceAll("/", "\\")}`);
            expect(groupsOf(accepted).every((group) => isValidName(group, "group"))).toBe(true);
            for (const suffix of [".npy", ".attr"]) {
              const path = join(root, accepted + suffix);
              mkdirSync(dirname(path), { recursive: true });
              writeFileSync(path, "");
              expect(existsSync(path)).toBe(true);
            }
            rmSync(join(root, accepted.split("/")[0] ?? ""), { recursive: true, force: true });
          },
        ),
      );
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("are folded once and for all, the same for both normal forms", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (const other of [foldPart(text), text.normalize("NFC"), text.normalize("NFD")]) {
          expect(foldPart(other)).toBe(foldPart(text));
        }
      }),
    );
  });
});

/** What a tree should say, from the definition: slow, and plainly right. */
class Model {
  readonly columns = new Set<string>();
  readonly kept = new Set<string>();

  groups(): Set<string> {
    const all = new Set<string>();
    for (const column of this.columns) for (const group of groupsOf(column)) all.add(group);
    for (const group of this.kept) for (const inner of [...groupsOf(group), group]) all.add(inner);
    return all;
  }

  /** Everything that a new column or group would collide with, groups with a slash. */
  conflicts(name: string, what: "column" | "group"): string[] {
    const groups = this.groups();
    const there = [
      ...[...this.columns].map((path) => ({ path, shown: path })),
      ...[...groups].map((path) => ({ path, shown: `${path}/` })),
    ];
    const steps = [...groupsOf(name).map((path) => ({ path, what: "group" })), { path: name, what }];
    return steps.flatMap((step) =>
      there
        .filter(({ path, shown }) => {
          if (dirname(path) !== dirname(step.path)) return false;
          if (path === step.path) return step.what === "column" ? shown.endsWith("/") : !shown.endsWith("/");
          return foldPart(path) === foldPart(step.path);
        })
        .map(({ shown }) => shown),
    );
  }
}

describe("NameTree", () => {
  const short = fc
    .array(fc.constantFrom("a", "A", "b", "é", "e\u0301", "É", "__proto__"), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join("/"));
  const step = fc.tuple(fc.constantFrom("add", "add", "delete", "addGroup", "deleteGroup"), short);

  it("says what its definition says, after any changes", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 25 }),
        fc.array(short, { maxLength: 5 }),
        fc.boolean(),
        (steps, asked, lawful) => {
          const tree = new NameTree();
          const model = new Model();
          for (const [change, path] of steps) {
            // Half the runs keep the rules as a table does; the others are a directory made by other software.
            const what = change === "add" ? "column" : "group";
            if (lawful && change.startsWith("add") && model.conflicts(path, what).length > 0) continue;
            if (change === "add") {
              tree.add(path);
              model.columns.add(path);
            } else if (change === "addGroup") {
              tree.addGroup(path);
              model.kept.add(path);
            } else if (change === "delete") {
              expect(tree.delete(path)).toBe(model.columns.delete(path));
            } else {
              expect(tree.deleteGroup(path)).toBe(model.kept.delete(path));
            }
          }
          const groups = model.groups();
          for (const path of [...asked, ...model.columns, ...groups]) {
            expect(tree.has(path)).toBe(model.columns.has(path));
            expect(tree.hasGroup(path)).toBe(groups.has(path));
            for (const what of ["column", "group"] as const) {
              const expected = model.conflicts(path, what);
              const found = tree.conflict(path, what);
              if (expected.length === 0) expect(found).toBeUndefined();
              else
                expect([...expected, ...expected.map((other) => other.replace(/\/$/, ""))]).toContain(found);
            }
          }
          const anyConflict =
            [...model.columns].some((path) => model.conflicts(path, "column").length > 0) ||
            [...groups].some((path) => model.conflicts(path, "group").length > 0);
          expect(tree.conflicts().length > 0).toBe(anyConflict);
          if (lawful) expect(tree.conflicts()).toEqual([]);
        },
      ),
    );
  });
});
