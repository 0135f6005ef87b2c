import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CrashOptions, type Files, MemoryFiles } from "../../../src/testing/files/index.js";
import {
  anyStep,
  brief,
  closeAll,
  contentOf,
  everything,
  exchangeStep,
  memorySide,
  outcome,
} from "./both.js";

/** What is below `/`, names with contents, as one line. */
function shown(files: Files): string {
  const walk = (directory: string): string[] =>
    files
      .list(directory)
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .flatMap(({ name, kind }) => {
        const path = `${directory === "/" ? "" : directory}/${name}`;
        if (kind === "directory") return [`${path}/`, ...walk(path)];
        return [`${path}=${brief(contentOf(files, path))}`];
      });
  return walk("/").join(" ");
}

const statesOf = (files: MemoryFiles, options?: CrashOptions) =>
  Array.from(files.crashStates(options), shown).sort();

function put(files: Files, path: string, value: number, length: number, at = 0): void {
  const fd = files.look(path) === undefined ? files.create(path) : files.open(path, "r+");
  files.write(fd, new Uint8Array(length).fill(value), at, path);
  files.close(fd);
}

function sync(files: Files, path: string): void {
  const fd = files.open(path, "r+");
  files.sync(fd, path);
  files.close(fd);
}

/** A file system of which everything is on the disk. */
function settled(prepare: (files: MemoryFiles) => void = () => undefined): MemoryFiles {
  const files = new MemoryFiles();
  prepare(files);
  files.syncAll("/");
  return files;
}

describe("after a loss of power", () => {
  it("everything that was synced is there", () => {
    const files = settled((each) => {
      each.mkdir("/d");
      put(each, "/d/a", 1, 3);
    });
    expect(statesOf(files)).toEqual(["/d/ /d/a=1x3"]);
    const [state] = files.crashStates();
    expect(state?.look("/d/a")?.ino).toBe(files.look("/d/a")?.ino);
    expect(state?.look("/d")?.ino).toBe(files.look("/d")?.ino);
  });

  it("a new file has its name or not, and its bytes or not", () => {
    const files = settled();
    put(files, "/a", 1, 3);
    expect(statesOf(files)).toEqual(["", "/a=", "/a=0x3", "/a=1x3"]);
    const nameless = files.killState();
    sync(nameless, "/a");
    expect(statesOf(nameless)).toEqual(["", "/a=1x3"]);
    const named = files.killState();
    named.syncDirectory("/");
    expect(statesOf(named)).toEqual(["/a=", "/a=0x3", "/a=1x3"]);
  });

  it("names come and go one by one", () => {
    const files = settled((each) => {
      put(each, "/a", 1, 1);
      put(each, "/b", 2, 1);
    });
    files.unlink("/a");
    files.unlink("/b");
    expect(statesOf(files)).toEqual(["", "/a=1x1", "/a=1x1 /b=2x1", "/b=2x1"]);
    files.syncDirectory("/");
    expect(statesOf(files)).toEqual([""]);
  });

  it("what was moved is under the old name, the new one or both, never lost", () => {
    const files = settled((each) => {
      each.mkdir("/d");
      put(each, "/a", 1, 1);
      put(each, "/d/b", 2, 1);
    });
    files.rename("/a", "/d/b");
    const expected = ["/a=1x1 /d/ /d/b=1x1", "/a=1x1 /d/ /d/b=2x1", "/d/ /d/b=1x1"];
    expect(statesOf(files)).toEqual(expected);
    const there = files.killState();
    there.syncDirectory("/d");
    expect(statesOf(there)).toEqual([expected[0], expected[2]]);
    // The old name is not gone without the new one.
    files.syncDirectory("/");
    expect(statesOf(files)).toEqual([expected[2]]);
  });

  it("what changed names has changed both or none", () => {
    const files = settled((each) => {
      each.mkdir("/d");
      put(each, "/a", 1, 1);
      put(each, "/d/b", 2, 1);
    });
    expect(files.exchange("/a", "/d/b")).toBe(true);
    expect(statesOf(files)).toEqual(["/a=1x1 /d/ /d/b=2x1", "/a=2x1 /d/ /d/b=1x1"]);
    expect(statesOf(files.killState())).toEqual(statesOf(files));
    files.syncDirectory("/d");
    expect(statesOf(files)).toEqual(["/a=2x1 /d/ /d/b=1x1"]);
  });

  it("a chain of moves loses nothing", () => {
    const files = settled((each) => {
      for (const name of ["/x", "/y", "/z"]) each.mkdir(name);
      put(each, "/x/a", 1, 1);
    });
    files.rename("/x/a", "/y/a");
    files.rename("/y/a", "/z/a");
    const states = statesOf(files);
    expect(states.length).toBe(7);
    for (const state of states) expect(state).toContain("/a=1x1");
  });

  it("what is in a directory goes with it", () => {
    const files = settled((each) => put(each, "/a", 1, 1));
    files.mkdir("/d");
    files.rename("/a", "/d/a");
    files.syncDirectory("/d");
    expect(statesOf(files)).toContain("");
    files.syncDirectory("/");
    expect(statesOf(files)).toEqual(["/d/ /d/a=1x1"]);
  });

  it("a write is torn between sectors, and writes between one another", () => {
    const files = settled((each) => put(each, "/a", 0, 1024));
    put(files, "/a", 1, 1024);
    expect(statesOf(files)).toEqual(["/a=0x1024", "/a=0x512+1x512", "/a=1x1024", "/a=1x512+0x512"]);
    const twice = settled((each) => put(each, "/a", 0, 8));
    put(twice, "/a", 1, 2);
    put(twice, "/a", 2, 2, 4);
    expect(statesOf(twice)).toEqual(["/a=0x4+2x2+0x2", "/a=0x8", "/a=1x2+0x2+2x2+0x2", "/a=1x2+0x6"]);
    const long = settled((each) => put(each, "/a", 0, 512 * 50));
    put(long, "/a", 1, 512 * 50);
    expect(statesOf(long).length).toBe(8);
  });

  it("growing and shrinking, size and bytes come apart", () => {
    const files = settled((each) => put(each, "/a", 1, 4));
    put(files, "/a", 2, 4, 2);
    expect(statesOf(files)).toEqual(["/a=1x2+2x2", "/a=1x2+2x4", "/a=1x4", "/a=1x4+0x2"]);
    const grown = settled((each) => put(each, "/a", 1, 600));
    const fd = grown.open("/a", "r+");
    grown.extend(fd, 500, 700, "/a");
    expect(statesOf(grown)).toEqual([
      "/a=1x500+0x100",
      "/a=1x500+0x12+1x88+0x100",
      "/a=1x500+0x200",
      "/a=1x512+0x188",
      "/a=1x600",
      "/a=1x600+0x100",
    ]);
    const punched = settled((each) => put(each, "/a", 1, 1024));
    const other = punched.open("/a", "r+");
    punched.punch(other, 100, 924, "/a");
    expect(statesOf(punched)).toEqual([
      "/a=1x100+0x412+1x512",
      "/a=1x100+0x924",
      "/a=1x1024",
      "/a=1x512+0x512",
    ]);
    punched.truncate(other, 0, "/a");
    punched.sync(other, "/a");
    expect(statesOf(punched)).toEqual(["/a="]);
  });

  it("files that are one under two names stay one", () => {
    const files = settled((each) => put(each, "/a", 1, 1));
    files.link("/a", "/b");
    put(files, "/b", 2, 1);
    expect(statesOf(files)).toEqual(["/a=1x1", "/a=1x1 /b=1x1", "/a=2x1", "/a=2x1 /b=2x1"]);
  });

  it("all states come up to a limit, and beyond it a sample that a seed gives again", () => {
    const files = settled();
    for (let i = 0; i < 12; i++) put(files, `/${String.fromCharCode(97 + i)}`, 1, 1);
    for (let i = 0; i < 12; i++) sync(files, `/${String.fromCharCode(97 + i)}`);
    expect(new Set(statesOf(files)).size).toBe(4096);
    const sample = statesOf(files, { limit: 50, seed: 3 });
    expect(new Set(sample).size).toBe(50);
    expect(statesOf(files, { limit: 50, seed: 3 })).toEqual(sample);
    expect(statesOf(files, { limit: 50, seed: 4 })).not.toEqual(sample);
    expect(sample).toContain("");
    expect(sample).toContain(shown(files));
  });

  it("descriptors and locks are gone, and changing a state leaves the others alone", () => {
    const files = settled((each) => put(each, "/a", 1, 1));
    const fd = files.open("/a", "r+");
    files.lock(fd, "/a");
    put(files, "/a", 2, 1);
    const states = [...files.crashStates()];
    for (const state of [...states, files.killState()]) {
      expect(state.openCount).toBe(0);
      const own = state.open("/a", "r+");
      expect(state.lock(own, "/a")).toBe(true);
      state.write(own, Uint8Array.of(9, 9), 0, "/a");
      put(state, "/new", 3, 1);
    }
    expect(shown(files)).toBe("/a=2x1");
    expect(statesOf(files)).toEqual(["/a=1x1", "/a=2x1"]);
    expect(new Set([...files.crashStates()].map((state) => state.look("/new")))).toEqual(
      new Set([undefined]),
    );
  });
});

describe("after the end of the process", () => {
  it("everything is there, and what was not synced may yet be lost", () => {
    const files = settled((each) => put(each, "/a", 1, 1));
    put(files, "/a", 2, 1);
    files.rename("/a", "/b");
    const killed = files.killState();
    expect(shown(killed)).toBe("/b=2x1");
    expect(statesOf(killed)).toEqual(statesOf(files));
    killed.syncDirectory("/");
    sync(killed, "/b");
    expect(statesOf(killed)).toEqual(["/b=2x1"]);
    expect(statesOf(files).length).toBeGreaterThan(1);
  });
});

const steps = fc.oneof({ weight: 20, arbitrary: anyStep }, { weight: 1, arbitrary: exchangeStep });

describe("whatever was done", () => {
  it("the old state and the new one are among those after a crash, and after syncing there is one", () => {
    fc.assert(
      fc.property(
        fc.array(steps, { maxLength: 20, size: "max" }),
        fc.array(steps, { maxLength: 12, size: "max" }),
        (before, after) => {
          const memory = new MemoryFiles();
          const side = memorySide(memory);
          for (const step of before) outcome(step, side);
          memory.syncAll("/");
          const old = everything(memory, "/m");
          for (const step of after) outcome(step, side);
          closeAll(side);
          const now = everything(memory, "/m");
          expect(everything(memory.killState(), "/m")).toEqual(now);
          const states = Array.from(memory.crashStates({ limit: 40 }), (state) => everything(state, "/m"));
          expect(states).toContainEqual(now);
          // Unless it was synced on the way.
          if (!after.some((step) => String(step).startsWith("sync"))) expect(states).toContainEqual(old);
          const again = memory.killState();
          again.syncAll("/");
          expect(Array.from(again.crashStates(), (state) => everything(state, "/m"))).toEqual([now]);
        },
      ),
    );
  });
});
