import { spawnSync } from "node:child_process";
import { closeSync, ftruncateSync, openSync, read, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { compareScalar, FloatSum, maskCount } from "../../src/compute/index.js";
import { engineOver } from "../../src/compute/kernels/engine.js";
import { ClosedError } from "../../src/errors.js";
import { addressLimit } from "../../src/platform/address-limit.js";
import { type Host, hostOf } from "../../src/platform/arenas.js";
import { collectGarbage } from "../../src/platform/collect.js";
import { loadLibC } from "../../src/platform/libc.js";
import type { Mapping } from "../../src/platform/platform.js";
import { posixPlatform } from "../../src/platform/posix.js";
import {
  fileOf,
  hasPipes,
  hasProc,
  implementations,
  isAll,
  mapPath,
  namedPipe,
  runChild,
  scratchDirectory,
  thrown,
  withFile,
} from "./support.js";

/** Whether files are mapped into arenas here: where kernels work and there is no limit, on systems on which that was tried. */
const hasArenas =
  process.platform === "linux" &&
  implementations.some(({ id, platform }) => id === "posix" && platform !== undefined) &&
  addressLimit() === Number.POSITIVE_INFINITY &&
  process.env.MEMMAP_KERNELS !== "plain" &&
  "WebAssembly" in globalThis;

const MIB = 2 ** 20;
const LENGTH = MIB + 1_000;
const directory = scratchDirectory();
let files = 0;
const fresh = (): string => join(directory, `file-${(files += 1)}`);
const fileWith = (length: number, byte = 1): string => fileOf(fresh(), length, byte);
/** A file that takes no room, whatever its length. */
function sparse(length: number): string {
  const path = fileWith(0);
  withFile(path, "r+", (fd) => ftruncateSync(fd, length));
  return path;
}

function hosted({ buffer }: Mapping): Host {
  const host = hostOf(buffer);
  if (host === undefined) throw new Error("it is not in an arena");
  return host;
}
const inMemory = ({ memory, offset }: Host, length: number): Uint8Array =>
  new Uint8Array(memory.buffer, offset, length);

/** Collects until something is as it will be once nothing holds what was dropped. */
async function collectUntil(isSo: () => boolean): Promise<void> {
  for (let round = 0; round < 500; round += 1) {
    if (isSo()) return;
    collectGarbage();
    await wait(5);
  }
  throw new Error("what was dropped is still held");
}

/** Ways in which the same bytes come to be under another ArrayBuffer. */
const MOVES = new Map<string, (buffer: ArrayBuffer) => Promise<Uint8Array>>([["by a stream", byStream]]);
const transfer: unknown = Reflect.get(ArrayBuffer.prototype, "transfer");
if (typeof transfer === "function") {
  MOVES.set("by transfer", async (buffer) => new Uint8Array(Reflect.apply(transfer, buffer, [])));
}

const maps = (): readonly string[] => readFileSync("/proc/self/maps", "utf8").split("\n");
const areas = (path: string): number => maps().filter((line) => line.endsWith(path)).length;

describe.skipIf(!hasArenas || !hasProc)("a file in an arena", () => {
  it.each([true, false])("shows the same bytes to views, kernels and itself (shared: %s)", (shared) => {
    const path = fileWith(LENGTH, 3);
    const mapping = mapPath(posixPlatform(), path, { shared });
    const seen = inMemory(hosted(mapping), LENGTH);
    const bytes = new Uint8Array(mapping.buffer);
    expect(isAll(seen, 3)).toBe(true);
    bytes[0] = 7;
    bytes[LENGTH - 1] = 8;
    expect([seen[0], seen[LENGTH - 1]]).toEqual([7, 8]);
    withFile(path, "r+", (fd) => writeSync(fd, Uint8Array.of(9), 0, 1, 500_000));
    expect([seen[500_000], bytes[500_000]]).toEqual([9, 9]);
    expect(readFileSync(path)[0]).toBe(shared ? 7 : 3);

    const doubles = new Float64Array(mapping.buffer, 8, 100_000);
    doubles.fill(0.25);
    doubles[7] = 100;
    const sum = new FloatSum();
    sum.add(doubles, 0, doubles.length);
    expect(sum.result()).toBe(0.25 * 99_999 + 100);
    const above = new Uint8Array(doubles.length);
    compareScalar("gt", doubles, 0, doubles.length, 1, above, 0);
    expect(maskCount(above)).toBe(1);
    expect(readFileSync(path).readDoubleLE(8)).toBe(
      shared ? 0.25 : new Float64Array(Uint8Array.of(3, 3, 3, 3, 3, 3, 3, 3).buffer)[0],
    );
    mapping.close();
  });

  it("is one of a mebibyte or more, and of what fits into memory for kernels", () => {
    const platform = posixPlatform();
    const isHosted = (length: number): boolean => {
      const mapping = mapPath(platform, sparse(length), { length });
      const bytes = new Uint8Array(mapping.buffer);
      bytes[length - 1] = 5;
      const isThere = hostOf(mapping.buffer) !== undefined;
      if (isThere) expect(inMemory(hosted(mapping), length)[length - 1]).toBe(5);
      mapping.close();
      return isThere;
    };
    expect([MIB - 1, MIB, 3 * 2 ** 30, 2 ** 32 - 8 * MIB].map(isHosted)).toEqual([false, true, true, true]);
    const long = [2 ** 32 - 1, 2 ** 32, 5 * 2 ** 30].filter((length) => length <= platform.maxMapLength);
    expect(long.map(isHosted)).toEqual(long.map(() => false));
  });

  it("is seen by kernels to its last element, wherever in memory that is", () => {
    const path = sparse(2 ** 32 - 8 * MIB);
    const mapping = mapPath(posixPlatform(), path, { length: statSync(path).size });
    const last = new Float64Array(mapping.buffer, mapping.length - 8_008, 1_001);
    last.forEach((_, i) => {
      last[i] = i;
    });
    const sum = new FloatSum();
    sum.add(last, 1, 1_001);
    expect(sum.result()).toBe(500_500);
    const above = new Uint8Array(1_000);
    compareScalar("ge", last, 1, 1_001, 500, above, 0);
    expect(maskCount(above)).toBe(501);
    mapping.close();
  });

  it("begins at an offset of the file", () => {
    const path = fileWith(2 * MIB, 1);
    withFile(path, "r+", (fd) => writeSync(fd, Buffer.alloc(MIB, 2), 0, MIB, MIB));
    const mapping = withFile(path, "r", (fd) =>
      posixPlatform().map(fd, MIB, { shared: false, path, offset: MIB }),
    );
    expect(isAll(inMemory(hosted(mapping), MIB), 2)).toBe(true);
    mapping.close();
  });

  it("may fill its pages, and the one behind it be shorter than it was: kernels look a bit too far", () => {
    const platform = posixPlatform();
    const path = fileWith(MIB, 1);
    // As many as fill the first arena, of which each but the first begins where the one before it ends.
    const all = Array.from({ length: 70 }, () => mapPath(platform, path));
    const memories = new Set(all.map((mapping) => hosted(mapping).memory));
    expect(memories.size).toBe(2);
    const short = fileWith(MIB, 2);
    const behind = Array.from({ length: 3 }, () => [mapPath(platform, path), mapPath(platform, short)]);
    withFile(short, "r+", (fd) => ftruncateSync(fd, 0));
    const before = behind.flatMap(([one]) => (one === undefined ? [] : [one]));
    for (const mapping of [...all, ...before]) {
      for (const values of [
        new Float64Array(mapping.buffer, MIB - 8_000, 1_000),
        new Uint8Array(mapping.buffer, MIB - 1_000),
      ]) {
        const marks = new Uint8Array(999);
        compareScalar("ne", values, 1, 1_000, 0, marks, 0);
        expect(maskCount(marks)).toBe(999);
      }
    }
    for (const mapping of [...all, ...behind.flat()]) mapping.close();
  });

  it("is gone from memory once it is closed and nothing reaches it, and so are its maps", async () => {
    const platform = posixPlatform();
    for (const shared of [true, false]) {
      const path = fileWith(LENGTH, 6);
      const host = (() => {
        const mapping = mapPath(platform, path, { shared });
        const found = hosted(mapping);
        mapping.close(() => openSync(path, "r"));
        return found;
      })();
      const seen = inMemory(host, LENGTH);
      await collectUntil(() => areas(path) === 0);
      expect(isAll(seen, 0)).toBe(true);
      seen.fill(9);
      expect(isAll(readFileSync(path), 6)).toBe(true);
      seen.fill(0);
    }
  });

  it("leaves no map of the system behind, of whatever length it was", async () => {
    const platform = posixPlatform();
    const path = fileWith(1_200_000, 1);
    const long = fileWith(2_400_000, 1);
    const kept = mapPath(platform, path);
    const { memory } = hosted(kept);
    const from = loadLibC().addressOf(new Uint8Array(memory.buffer));
    const to = from + BigInt(memory.buffer.byteLength);
    // Of the arena alone: the engine's own come and go.
    const within = (line: string) => {
      const [start, end] = line.split(/[- ]/, 2).map((digits) => BigInt(`0x${digits || "0"}`));
      return start !== undefined && end !== undefined && start < to && end > from;
    };
    const ofArena = () => maps().filter(within).length;
    const before = ofArena();
    let mappings = Array.from({ length: 16 }, (_, i) => mapPath(platform, i % 2 === 0 ? long : path));
    expect(ofArena()).toBeGreaterThanOrEqual(before + 16);
    for (const mapping of mappings) mapping.close();
    mappings = [];
    await collectUntil(() => ofArena() <= before + 2);
    kept.close();
  });

  it.each([true, false])(
    "is out of reach of what stores to its place after it was closed (reopened: %s)",
    (reopened) => {
      const path = fileWith(LENGTH, 6);
      const mapping = mapPath(posixPlatform(), path);
      const seen = inMemory(hosted(mapping), LENGTH);
      mapping.close(reopened ? () => openSync(path, "r") : undefined);
      expect(isAll(seen, reopened ? 6 : 0)).toBe(true);
      seen.fill(9);
      expect(isAll(readFileSync(path), 6)).toBe(true);
    },
  );

  it("is not what kernels see of a closed one, whose elements are none", () => {
    const platform = posixPlatform();
    const mapping = mapPath(platform, fileWith(LENGTH, 6), { shared: false });
    const values = new Float64Array(mapping.buffer, 0, 1_000);
    const running = engineOver(values);
    mapping.close();
    const marks = new Uint8Array(1_000);
    const compare = () => compareScalar("ne", values, 0, 1_000, 0, marks, 0);
    expect(running).toBeDefined();
    expect(thrown(compare)).toBeInstanceOf(TypeError);
    expect(isAll(marks, 0)).toBe(true);
  });

  it.skipIf(!hasPipes)("keeps its range while a request is in flight, and no longer", async () => {
    const platform = posixPlatform();
    const [own, other] = [fileWith(LENGTH, 1), fileWith(LENGTH, 2)];
    const pipe = openSync(namedPipe(fresh()), "r+");
    /** Nothing but the request holds the view when this returns. */
    const closeUnder = (): { reading: Promise<{ bytesRead: number }>; host: Host } => {
      const mapping = mapPath(platform, own);
      const host = hosted(mapping);
      const reading = promisify(read)(pipe, new Uint8Array(mapping.buffer), 0, 8_192, null);
      mapping.close();
      return { reading, host };
    };
    const inFlight = async (): Promise<Host> => {
      const { reading, host } = closeUnder();
      for (let round = 0; round < 4; round += 1) {
        collectGarbage();
        await wait(2);
      }
      const others = Array.from({ length: 4 }, () => mapPath(platform, other));
      expect(others.map((mapping) => hosted(mapping).memory)).toEqual(others.map(() => host.memory));
      expect(others.map((mapping) => hosted(mapping).offset)).not.toContain(host.offset);
      writeSync(pipe, Buffer.alloc(8_192, 0xff));
      expect((await reading).bytesRead).toBe(8_192);
      for (const { buffer } of others) expect(isAll(new Uint8Array(buffer), 2)).toBe(true);
      for (const mapping of others) mapping.close();
      return host;
    };
    const { offset, memory } = await inFlight();
    closeSync(pipe);
    expect(isAll(readFileSync(own), 1)).toBe(true);
    expect(isAll(readFileSync(other), 2)).toBe(true);
    const isFree = (): boolean => {
      const mapping = mapPath(platform, other);
      const host = hosted(mapping);
      mapping.close();
      return host.memory === memory && host.offset === offset;
    };
    await collectUntil(isFree);
  });

  it.each([...MOVES])("that was moved (%s) keeps its range for good, and its arena", async (_, moveAway) => {
    const platform = posixPlatform();
    const path = fileWith(LENGTH, 6);
    const move = async (): Promise<{ moved: Uint8Array; offset: number }> => {
      const mapping = mapPath(platform, path);
      const { offset } = hosted(mapping);
      const moved = await moveAway(mapping.buffer);
      expect(hostOf(moved.buffer)).toBeUndefined();
      expect(thrown(() => mapping.close())).toBeInstanceOf(ClosedError);
      return { moved, offset };
    };
    const { moved, offset } = await move();
    for (let round = 0; round < 5; round += 1) {
      collectGarbage();
      await wait(2);
      const other = mapPath(platform, fileWith(LENGTH, round));
      expect(hosted(other).offset).not.toBe(offset);
      other.close();
    }
    expect(isAll(moved, 6)).toBe(true);
    moved.fill(5);
    expect(isAll(readFileSync(path), 5)).toBe(true);
    expect(areas(path)).toBe(1);
  });

  it("gives its range back when its owner is dropped, but not under a living view", async () => {
    const platform = posixPlatform();
    const path = fileWith(LENGTH, 4);
    const drop = (): number => hosted(mapPath(platform, path)).offset;
    const view = ((): Uint8Array => new Uint8Array(mapPath(platform, path).buffer, 100))();
    const first = hostOf(view.buffer)?.offset;
    const second = drop();
    const taken = (): number => {
      const mapping = mapPath(platform, fileWith(LENGTH, 9));
      const { offset } = hosted(mapping);
      mapping.close();
      return offset;
    };
    const offsets = new Set<number | undefined>();
    await collectUntil(() => {
      const offset = taken();
      offsets.add(offset);
      return offset === second;
    });
    expect(offsets.has(first)).toBe(false);
    expect(isAll(view, 4)).toBe(true);
  });

  it("may come and go thousands of times: neither maps nor addresses pile up", async () => {
    const platform = posixPlatform();
    const path = fileWith(LENGTH, 8);
    const fd = openSync(path, "r+");
    const other = sparse(40 * MIB);
    const others = openSync(other, "r+");
    const cycles = (rounds: number): void => {
      for (let round = 0; round < rounds; round += 1) {
        const isLarge = round % 50 === 0;
        const mapping = isLarge
          ? platform.map(others, 40 * MIB, { shared: true, path: other })
          : platform.map(fd, LENGTH, { shared: round % 2 === 0, path });
        if (new Uint8Array(mapping.buffer)[LENGTH - 1] !== (isLarge ? 0 : 8))
          throw new Error(`round ${round}`);
        mapping.close(round % 3 === 0 ? () => openSync(path, "r") : undefined);
      }
    };
    const size = (): number =>
      Number(/^VmSize:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
    const before = { maps: maps().length, size: size() };
    cycles(3_000);
    // Of at most 1,024 that are in quarantine, each may part two others.
    expect(maps().length - before.maps).toBeLessThan(2_300);
    // One arena after the other is as long as all before it, and is reserved with the ten gigabytes that 32 bits reach.
    expect(size() - before.size).toBeLessThan(10 * 11 * 2 ** 20);
    await collectUntil(() => maps().length < before.maps + 50);
    await collectUntil(() => size() - before.size < 2 * 11 * 2 ** 20);
    closeSync(fd);
    closeSync(others);
  });

  it("leaves its arena as one map of the system, however many came and went", async () => {
    const platform = posixPlatform();
    const path = fileWith(LENGTH, 8);
    const held = mapPath(platform, path);
    const before = maps().length;
    const comeAndGo = (): void => {
      const all = Array.from({ length: 40 }, () => mapPath(platform, path));
      for (const mapping of all) mapping.close();
    };
    comeAndGo();
    await collectUntil(() => maps().length < before + 20);
    held.close();
  });

  it("is not, where memory for kernels cannot be had", () => {
    const path = fileWith(LENGTH, 3);
    vi.stubGlobal(
      "WebAssembly",
      new Proxy(Reflect.get(globalThis, "WebAssembly"), {
        get: (found, name) => {
          if (name === "Memory") throw new RangeError("no memory");
          return Reflect.get(found, name);
        },
      }),
    );
    try {
      const platform = posixPlatform();
      for (const shared of [true, false]) {
        const mapping = mapPath(platform, path, { shared });
        expect(hostOf(mapping.buffer)).toBeUndefined();
        expect(isAll(new Uint8Array(mapping.buffer), 3)).toBe(true);
        mapping.close();
      }
    } finally {
      vi.unstubAllGlobals();
    }
  });
});

describe.skipIf(!hasArenas || !hasProc)("processes with files in arenas", () => {
  it("end, and so do their workers, in whatever way", () => {
    const path = fileWith(2 * MIB + 5, 5);
    expect(runChild("arena", [path, "workers"])).toEqual({
      ends: { natural: [true, 0], exit: [true, 0], throw: [true, 1], terminate: [true, 1] },
      // Nothing of what was in an arena; but the bytes that were handed over.
      left: 1,
      handed: true,
      right: true,
      // Each takes two of the system's maps: it parts its arena.
      many: { code: "LIMIT", half: true, first: 5, again: 5 },
    });
    expect(isAll(readFileSync(path), 5)).toBe(true);
  });

  it("do without them where addresses are limited", () => {
    const path = fileWith(2 * MIB, 5);
    const child = fileURLToPath(new URL("./children/arena.ts", import.meta.url));
    const flags = ["--import", import.meta.resolve("tsx"), child, path, "alone"];
    // What loads the program takes much itself.
    const limited = ["-c", 'ulimit -v 60000000 && exec "$0" "$@"', process.execPath, ...flags];
    const { status, stdout, stderr } = spawnSync("/bin/sh", limited, { encoding: "utf8" });
    expect({ status, why: status === 0 ? "" : stderr }).toEqual({ status: 0, why: "" });
    expect(JSON.parse(stdout)).toEqual({ hosted: false, sum: 10 * MIB, after: 0 });
  });

  it("do without them where there is no WebAssembly", () => {
    const path = fileWith(2 * MIB, 5);
    expect(runChild("arena", [path, "alone"], ["--jitless"])).toEqual({
      hosted: false,
      sum: 10 * MIB,
      after: 0,
    });
  });
});

async function byStream(buffer: ArrayBuffer): Promise<Uint8Array> {
  const stream = new ReadableStream({
    type: "bytes",
    start(controller) {
      controller.enqueue(new Uint8Array(buffer));
      controller.close();
    },
  });
  const { value } = await stream.getReader().read();
  if (!(value instanceof Uint8Array)) throw new Error("the stream gave no bytes");
  return value;
}
