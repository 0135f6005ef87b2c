import { randomFill } from "node:crypto";
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  read,
  readFileSync,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import { markAsUntransferable } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import {
  ClosedError,
  CorruptError,
  DiskError,
  IndexError,
  LimitError,
  systemCode,
  UnsupportedError,
} from "../../src/errors.js";
import { type Advice, MAP_UNIT, type Platform } from "../../src/platform/platform.js";
import {
  fileOf,
  hasPipes,
  hasProc,
  type Implementation,
  implementations,
  isAll,
  mapPath,
  namedPipe,
  runChild,
  scratchDirectory,
  thrown,
  withFile,
} from "./support.js";

const directory = scratchDirectory();
let files = 0;
/** A name that no other test uses. */
const fresh = (): string => join(directory, `file-${(files += 1)}`);
const fileWith = (length: number, byte = 1): string => fileOf(fresh(), length, byte);

const readInto = promisify(read);
const fillRandomly = promisify<Uint8Array, Uint8Array>(randomFill);

for (const { title, id, platform } of implementations) {
  if (platform === undefined) describe.skip(title, () => it("keeps the contract", () => {}));
  else describe(title, () => contract(platform, id));
}

/** What every platform does. */
function contract(platform: Platform, id: Implementation["id"]): void {
  describe("map", () => {
    it("shows the file's bytes, and a shared map's stores reach the file and its other maps", () => {
      const path = fileWith(10_000);
      const one = mapPath(platform, path);
      const two = mapPath(platform, path);
      const bytes = new Uint8Array(one.buffer);
      expect(one).toMatchObject({ length: 10_000, shared: true, closed: false });
      expect(one.buffer).toBe(one.buffer);
      expect(bytes.length).toBe(10_000);
      expect(isAll(bytes, 1)).toBe(true);

      bytes[9_999] = 7;
      expect(readFileSync(path)[9_999]).toBe(7);
      expect(new Uint8Array(two.buffer)[9_999]).toBe(7);
      withFile(path, "r+", (fd) => writeSync(fd, Buffer.from([9]), 0, 1, 5_000));
      expect(bytes[5_000]).toBe(9);
      one.close();
      two.close();
    });

    it("keeps a private map's stores from the file", () => {
      const path = fileWith(10_000);
      const mapping = mapPath(platform, path, { shared: false });
      const bytes = new Uint8Array(mapping.buffer);
      expect(isAll(bytes, 1)).toBe(true);
      bytes.fill(2);
      mapping.sync();
      expect(isAll(bytes, 2)).toBe(true);
      expect(isAll(readFileSync(path), 1)).toBe(true);
      mapping.close();
      expect(isAll(readFileSync(path), 1)).toBe(true);
    });

    it("outlives its descriptor and its file's name", () => {
      const path = fileWith(5_000, 3);
      for (const shared of [true, false]) {
        const mapping = mapPath(platform, path, { shared });
        if (!shared) unlinkSync(path);
        expect(isAll(new Uint8Array(mapping.buffer), 3)).toBe(true);
        mapping.close();
      }
    });

    it("maps a part from the start", () => {
      const mapping = mapPath(platform, fileWith(10_000), { length: 5_001 });
      expect(mapping.buffer.byteLength).toBe(5_001);
      mapping.close();
    });

    it("gives an empty buffer for no bytes, even of an empty file", async () => {
      const path = fileWith(0);
      for (const shared of [true, false]) {
        const mapping = mapPath(platform, path, { shared });
        expect(mapping.buffer.byteLength).toBe(0);
        mapping.sync();
        mapping.advise("random");
        await mapping.syncAsync();
        mapping.close();
        mapping.close();
        expect(mapping.closed).toBe(true);
        expect(() => mapping.buffer).toThrow(ClosedError);
      }
    });

    it("refuses a file that is shorter than asked, and names both sizes", () => {
      const path = fileWith(4_000);
      const error = thrown(() => mapPath(platform, path, { length: 4_001 }));
      expect(error).toBeInstanceOf(CorruptError);
      expect(error).toMatchObject({ path, message: expect.stringMatching(/4000.*4001/) });
    });

    it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])("refuses the length %d", (length) => {
      expect(thrown(() => mapPath(platform, fileWith(10), { length }))).toBeInstanceOf(LimitError);
    });

    it("maps as much as it says, and refuses more before it is tried", () => {
      const path = fileWith(0);
      const length = Math.min(platform.maxMapLength, 5 * 2 ** 30);
      withFile(path, "r+", (fd) => ftruncateSync(fd, length + 4_096));
      // Shared: the private copy of Windows would take that much memory.
      const mapping = mapPath(platform, path, { length });
      const last = new Uint8Array(mapping.buffer, length - 1);
      last[0] = 5;
      withFile(path, "r", (fd) => {
        const byte = Buffer.alloc(1);
        readSync(fd, byte, 0, 1, length - 1);
        expect(byte[0]).toBe(5);
      });
      mapping.close();
      if (length < platform.maxMapLength) return;
      const more = platform.maxMapLength + 4_096;
      expect(thrown(() => mapPath(platform, path, { length: more }))).toBeInstanceOf(LimitError);
    });

    it("reports a closed descriptor and one that may not be written as the system's refusal", () => {
      const path = fileWith(100);
      const readOnly = thrown(() =>
        withFile(path, "r", (fd) => platform.map(fd, 100, { shared: true, path })),
      );
      expect(readOnly).toBeInstanceOf(DiskError);
      expect(readOnly).toMatchObject({ path, cause: { code: "EACCES" } });
      const fd = openSync(path, "r+");
      closeSync(fd);
      expect(thrown(() => platform.map(fd, 100, { shared: true, path }))).toBeInstanceOf(DiskError);
    });
  });

  describe("close", () => {
    it.each([true, false])("empties every kind of view at once (shared: %s)", (shared) => {
      const mapping = mapPath(platform, fileWith(8_192), { shared });
      const { buffer } = mapping;
      const views = [
        new Int8Array(buffer),
        new Uint8Array(buffer, 4_097),
        new Uint8ClampedArray(buffer),
        new Int16Array(buffer),
        new Uint16Array(buffer),
        new Int32Array(buffer, 8),
        new Uint32Array(buffer),
        new Float32Array(buffer),
        new Float64Array(buffer, 4_096, 2),
        new BigInt64Array(buffer),
        new BigUint64Array(buffer),
        Buffer.from(buffer),
        Buffer.from(buffer, 100, 10),
        new Uint8Array(buffer).subarray(10, 20),
      ];
      const dataView = new DataView(buffer);
      const bytes = new Uint8Array(buffer);
      mapping.close();
      expect(mapping.closed).toBe(true);
      expect(mapping.length).toBe(8_192);
      expect(views.map(({ length }) => length)).toEqual(views.map(() => 0));
      expect(buffer.byteLength).toBe(0);
      expect(bytes[0]).toBeUndefined();
      bytes[0] = 3; // ignored
      expect(() => dataView.getInt8(0)).toThrow(TypeError);
    });

    it("may be called twice, and every other use afterwards is a ClosedError", async () => {
      const path = fileWith(100);
      const mapping = mapPath(platform, path);
      mapping.close();
      mapping.close();
      const uses = [() => mapping.buffer, () => mapping.sync(), () => mapping.advise("normal")];
      for (const use of uses) {
        const error = thrown(use);
        expect(error).toBeInstanceOf(ClosedError);
        expect(error).toMatchObject({ path });
      }
      await expect(mapping.syncAsync()).rejects.toBeInstanceOf(ClosedError);
      expect(thrown(() => mapping.prefetch(0, 1))).toBeInstanceOf(ClosedError);
    });

    it("keeps what was stored", () => {
      const path = fileWith(10_000);
      const mapping = mapPath(platform, path);
      new Uint8Array(mapping.buffer).fill(4);
      mapping.close(() => openSync(path, "r"));
      expect(isAll(readFileSync(path), 4)).toBe(true);
    });

    it("closes the descriptor that it was given", () => {
      const path = fileWith(100);
      const given: number[] = [];
      mapPath(platform, path).close(() => {
        given.push(openSync(path, "r"));
        return given[0];
      });
      for (const fd of given) expect(systemCode(thrown(() => fstatSync(fd)))).toBe("EBADF");
      expect(given.length).toBe(id === "posix" ? 1 : 0);
    });

    it("does without a descriptor where none can be had", () => {
      const path = fileWith(100);
      const ways = [
        () => undefined,
        () => {
          throw new Error("no such file");
        },
        () => -1,
        () => openSync(directory, "r"),
      ];
      for (const reopen of ways) {
        const mapping = mapPath(platform, path);
        const bytes = new Uint8Array(mapping.buffer);
        mapping.close(reopen);
        expect(bytes.length).toBe(0);
      }
    });

    it("never unmaps bytes that their taker moved to another ArrayBuffer", async () => {
      const path = fileWith(8_192, 6);
      const mapping = mapPath(platform, path);
      const moved = await moveAway(new Uint8Array(mapping.buffer));
      expect(mapping.closed).toBe(false);
      expect(() => mapping.buffer).toThrow(ClosedError);
      expect(thrown(() => mapping.close())).toMatchObject({ code: "CLOSED", path });
      expect(mapping.closed).toBe(true);
      mapping.close();
      const others = [mapPath(platform, fileWith(8_192)), mapPath(platform, fileWith(8_192))];
      expect(isAll(moved, 6)).toBe(true);
      moved[0] = 5;
      expect(readFileSync(path)[0]).toBe(5);
      for (const other of others) other.close();
    });

    it("never unmaps bytes that cannot be detached", () => {
      const path = fileWith(8_192, 6);
      const mapping = mapPath(platform, path);
      const bytes = new Uint8Array(mapping.buffer);
      markAsUntransferable(mapping.buffer);
      const error = thrown(() => mapping.close());
      expect(mapping.closed).toBe(true);
      mapping.close();
      // Node 26 keeps to the mark; earlier ones detach all the same.
      if (error === undefined) return expect(bytes.length).toBe(0);
      expect(error).toBeInstanceOf(UnsupportedError);
      const other = mapPath(platform, fileWith(8_192));
      expect(isAll(bytes, 6)).toBe(true);
      other.close();
    });

    it("closes 20,000 maps in one synchronous loop", () => {
      const path = fileWith(4_097, 8);
      withFile(path, "r+", (fd) => {
        for (let round = 0; round < 20_000; round += 1) {
          const mapping = platform.map(fd, 4_097, { shared: round % 2 === 0, path });
          if (new Uint8Array(mapping.buffer)[4_096] !== 8) throw new Error(`wrong byte in round ${round}`);
          mapping.close();
        }
      });
    });
  });

  describe.skipIf(!hasPipes)("a request in flight", () => {
    /** Closes a map that a blocked read goes into, maps another file, lets the read go on. */
    async function closeUnder(shared: boolean, reopen: boolean): Promise<{ own: Buffer; other: Buffer }> {
      const own = fileWith(8_192, 1);
      const other = fileWith(8_192, 2);
      const pipe = openSync(namedPipe(fresh()), "r+");
      try {
        const mapping = mapPath(platform, own, { shared });
        const reading = readInto(pipe, new Uint8Array(mapping.buffer), 0, 8_192, null);
        mapping.close(reopen ? () => openSync(own, "r") : undefined);
        const maps = Array.from({ length: 4 }, () => mapPath(platform, other));
        writeSync(pipe, Buffer.alloc(8_192, 0xff));
        expect((await reading).bytesRead).toBe(8_192);
        for (const each of maps) {
          expect(isAll(new Uint8Array(each.buffer), 2)).toBe(true);
          each.close();
        }
        return { own: readFileSync(own), other: readFileSync(other) };
      } finally {
        closeSync(pipe);
      }
    }

    it.each([
      { shared: true, reopen: false },
      { shared: true, reopen: true },
      { shared: false, reopen: false },
    ])("never reaches another file's map ($shared, $reopen)", async ({ shared, reopen }) => {
      for (let round = 0; round < 10; round += 1) {
        const { own, other } = await closeUnder(shared, reopen);
        expect(isAll(other, 2)).toBe(true);
        // mmap-io tells no address, so a placeholder cannot take the file from under its maps.
        if (id === "posix" || !shared) expect(isAll(own, 1)).toBe(true);
      }
    });

    it("never reaches another file's map in many rounds of reading files", async () => {
      const source = fileWith(2 ** 19, 0xff);
      const length = 2 ** 19;
      const other = fileWith(length, 2);
      const own = fileWith(length, 1);
      const fd = openSync(source, "r");
      for (let round = 0; round < 60; round += 1) {
        const mapping = mapPath(platform, own, { shared: round % 2 === 0 });
        const bytes = new Uint8Array(mapping.buffer);
        const reading = Promise.all([
          readInto(fd, bytes, 0, length, 0),
          fillRandomly(bytes.subarray(length / 2)),
        ]);
        if (round % 3 === 0) await turn();
        mapping.close(round % 4 === 0 ? () => openSync(own, "r") : undefined);
        const next = mapPath(platform, other);
        await reading;
        expect(isAll(new Uint8Array(next.buffer), 2)).toBe(true);
        next.close();
      }
      closeSync(fd);
      expect(isAll(readFileSync(other), 2)).toBe(true);
    });
  });

  describe("sync", () => {
    it("takes any part of the mapping and waits", async () => {
      const path = fileWith(20_000);
      const mapping = mapPath(platform, path);
      new Uint8Array(mapping.buffer).fill(2);
      mapping.sync();
      mapping.sync(4_097);
      mapping.sync(5_000, 1);
      mapping.sync(20_000);
      mapping.sync(8_191, 0);
      await mapping.syncAsync();
      mapping.close();
      expect(isAll(readFileSync(path), 2)).toBe(true);
    });

    it("refuses a part that is not mapped", () => {
      const mapping = mapPath(platform, fileWith(10_000));
      for (const [offset, length] of [[10_001], [0, 10_001], [9_999, 2]] as const) {
        expect(thrown(() => mapping.sync(offset, length))).toBeInstanceOf(IndexError);
        expect(thrown(() => mapping.advise("normal", offset, length))).toBeInstanceOf(IndexError);
      }
      expect(thrown(() => mapping.sync(0.5))).toBeInstanceOf(LimitError);
      mapping.close();
    });

    it("does nothing on a private mapping", async () => {
      const mapping = mapPath(platform, fileWith(10_000), { shared: false });
      mapping.sync();
      await mapping.syncAsync();
      mapping.close();
    });

    it("may be closed while it is under way, and dropped", async () => {
      const path = fileWith(2 ** 22);
      const syncs: Promise<void>[] = [];
      for (let round = 0; round < 10; round += 1) {
        const mapping = mapPath(platform, path);
        const bytes = new Uint8Array(mapping.buffer).fill(round);
        syncs.push(mapping.syncAsync(), mapping.syncAsync());
        if (round % 3 === 0) continue;
        mapping.close(round % 3 === 1 ? () => openSync(path, "r") : undefined);
        expect(bytes.length).toBe(0);
      }
      await Promise.all(syncs);
      expect(isAll(readFileSync(path), 9)).toBe(true);
    });
  });

  describe("an offset", () => {
    it("is where the map begins", async () => {
      const path = fileWith(MAP_UNIT * 3 + 100);
      withFile(path, "r+", (fd) => writeSync(fd, Uint8Array.of(1, 2, 3), 0, 3, 2 * MAP_UNIT));
      for (const shared of [true, false]) {
        const mapping = withFile(path, "r+", (fd) =>
          platform.map(fd, MAP_UNIT + 100, { shared, path, offset: 2 * MAP_UNIT }),
        );
        const bytes = new Uint8Array(mapping.buffer);
        expect([...bytes.subarray(0, 3)]).toEqual([1, 2, 3]);
        expect(mapping.length).toBe(MAP_UNIT + 100);
        bytes[MAP_UNIT + 99] = 7;
        mapping.sync();
        expect(readFileSync(path).at(-1)).toBe(shared ? 7 : 0);
        await mapping.prefetch(0, mapping.length);
        mapping.close(() => openSync(path, "r+"));
        withFile(path, "r+", (fd) => writeSync(fd, Uint8Array.of(0), 0, 1, 3 * MAP_UNIT + 99));
      }
    });

    it("is a multiple of MAP_UNIT, and within the file", () => {
      const path = fileWith(MAP_UNIT + 100);
      const at = (offset: number, length = 1) =>
        thrown(() => withFile(path, "r", (fd) => platform.map(fd, length, { shared: false, path, offset })));
      for (const offset of [1, 4096, -MAP_UNIT, 0.5]) expect(at(offset)).toBeInstanceOf(LimitError);
      expect(at(MAP_UNIT, 101)).toBeInstanceOf(CorruptError);
    });
  });

  describe("prefetch", () => {
    it("changes no byte", async () => {
      for (const shared of [true, false]) {
        const mapping = mapPath(platform, fileWith(100_000, 3), { shared });
        const bytes = new Uint8Array(mapping.buffer);
        bytes[5_000] = 4;
        await mapping.prefetch(0, 100_000);
        await mapping.prefetch(5_001, 50_003);
        await mapping.prefetch(100_000, 0);
        expect(bytes[5_000]).toBe(4);
        expect(isAll(bytes.subarray(5_001), 3)).toBe(true);
        expect(thrown(() => mapping.prefetch(99_999, 2))).toBeInstanceOf(IndexError);
        mapping.close();
      }
    });

    it("may meet a file that became shorter, and a mapping that is closed meanwhile", async () => {
      const path = fileWith(2 ** 22);
      const mapping = mapPath(platform, path, { shared: false });
      withFile(path, "r+", (fd) => ftruncateSync(fd, 4_096));
      await mapping.prefetch(0, 2 ** 22);
      const late = mapping.prefetch(0, 2 ** 22);
      mapping.close();
      await late;
      expect(mapping.closed).toBe(true);
    });
  });

  describe("advise", () => {
    const all: Advice[] = ["normal", "sequential", "random", "willneed", "hugepage"];
    it.each(all)("takes the hint %s and changes no byte", (advice) => {
      for (const shared of [true, false]) {
        const mapping = mapPath(platform, fileWith(20_000, 3), { shared });
        const bytes = new Uint8Array(mapping.buffer);
        bytes[19_999] = 4;
        mapping.advise(advice);
        mapping.advise(advice, 5_001, 7_003);
        mapping.advise(advice, 20_000, 0);
        expect(isAll(bytes.subarray(0, -1), 3)).toBe(true);
        expect(bytes[19_999]).toBe(4);
        mapping.close();
      }
    });
  });

  describe("extend", () => {
    /** The file's bytes after growing, and its size before and after. */
    const extended = (path: string, from: number, to: number): Buffer => {
      withFile(path, "r+", (fd) => platform.extend(fd, from, to, path));
      return readFileSync(path);
    };

    it("grows a file by zeros, which have blocks of the disk", () => {
      const path = fileWith(1_000, 7);
      const bytes = extended(path, 1_000, 1_000_003);
      expect(bytes.length).toBe(1_000_003);
      expect(isAll(bytes.subarray(0, 1_000), 7)).toBe(true);
      expect(isAll(bytes.subarray(1_000), 0)).toBe(true);
      expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(1_000_003);
    });

    it.each([
      [5_000, 9_000],
      [5_000, 20_000],
      [5_000, 20_001],
      [4_096, 8_192],
      [19_999, 70_000],
      [20_000, 20_000],
      [0, 1],
      [5_000, 5_000],
    ])("turns what is behind the start into zeros and keeps the rest (%d to %d of 20,000)", (from, to) => {
      const bytes = extended(fileWith(20_000, 7), from, to);
      expect(bytes.length).toBe(Math.max(to, 20_000));
      expect(isAll(bytes.subarray(0, from), 7)).toBe(true);
      expect(isAll(bytes.subarray(from, to), 0)).toBe(true);
      expect(isAll(bytes.subarray(to), 7)).toBe(true);
    });

    it("fills a hole that the file has, and grows past a gap", () => {
      const path = fileWith(100, 7);
      withFile(path, "r+", (fd) => ftruncateSync(fd, 2 ** 20));
      expect(isAll(extended(path, 100, 2 ** 20).subarray(100), 0)).toBe(true);
      expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(2 ** 20);
      const gapped = extended(fileWith(100, 7), 9_000, 9_001);
      expect(gapped.length).toBe(9_001);
      expect(isAll(gapped.subarray(100), 0)).toBe(true);
    });

    it("makes an empty range a size", () => {
      expect(extended(fileWith(10, 7), 4_096, 4_096).length).toBe(4_096);
      expect(extended(fileWith(0), 0, 0).length).toBe(0);
    });

    it("leaves live maps valid: the old one and a new one are the same bytes", () => {
      const path = fileWith(5_000, 7);
      const old = mapPath(platform, path);
      extended(path, 5_000, 50_000);
      const grown = mapPath(platform, path);
      new Uint8Array(grown.buffer)[4_999] = 1;
      expect(new Uint8Array(old.buffer)[4_999]).toBe(1);
      new Uint8Array(old.buffer)[0] = 2;
      old.close();
      expect(new Uint8Array(grown.buffer)[0]).toBe(2);
      grown.close();
    });

    it("refuses what no disk can hold, and leaves the file as it was", () => {
      const path = fileWith(5_000, 7);
      const before = statSync(path);
      const error = thrown(() => extended(path, 4_000, 2 ** 52));
      expect(error).toBeInstanceOf(DiskError);
      expect(error).toMatchObject({ path, cause: { code: "ENOSPC" } });
      const after = statSync(path);
      expect([after.size, after.blocks]).toEqual([before.size, before.blocks]);
      expect(isAll(readFileSync(path), 7)).toBe(true);
    });

    it("refuses descriptors that may not be written, and ranges that are none", () => {
      const path = fileWith(100, 7);
      expect(thrown(() => withFile(path, "r", (fd) => platform.extend(fd, 50, 5_000, path)))).toBeInstanceOf(
        DiskError,
      );
      expect(thrown(() => platform.extend(2 ** 20, 0, 1, path))).toBeInstanceOf(DiskError);
      expect(thrown(() => extended(path, 50, 49))).toBeInstanceOf(IndexError);
      expect(thrown(() => extended(path, 50, 51.5))).toBeInstanceOf(LimitError);
      expect(isAll(readFileSync(path), 7)).toBe(true);
    });
  });

  describe("punch", () => {
    const punched = (path: string, from: number, length: number): Buffer => {
      withFile(path, "r+", (fd) => platform.punch(fd, from, length, path));
      return readFileSync(path);
    };

    it.each([
      [0, 20_000],
      [5_000, 4_000],
      [4_096, 8_192],
      [19_999, 1],
      [15_000, 100_000],
      [20_000, 5],
      [30_000, 5],
      [100, 0],
    ])("makes zeros and keeps the size (from %d, %d bytes of 20,000)", (from, length) => {
      const bytes = punched(fileWith(20_000, 7), from, length);
      expect(bytes.length).toBe(20_000);
      expect(isAll(bytes.subarray(0, from), 7)).toBe(true);
      expect(isAll(bytes.subarray(from, from + length), 0)).toBe(true);
      expect(isAll(bytes.subarray(from + length), 7)).toBe(true);
    });

    it("shows through live maps at once", () => {
      const path = fileWith(20_000, 7);
      const mapping = mapPath(platform, path);
      punched(path, 5_000, 10_000);
      expect(isAll(new Uint8Array(mapping.buffer, 5_000, 10_000), 0)).toBe(true);
      mapping.close();
    });

    it("refuses descriptors that may not be written", () => {
      const path = fileWith(100, 7);
      expect(thrown(() => withFile(path, "r", (fd) => platform.punch(fd, 0, 10, path)))).toBeInstanceOf(
        DiskError,
      );
      expect(thrown(() => punched(path, -1, 10))).toBeInstanceOf(LimitError);
      expect(isAll(readFileSync(path), 7)).toBe(true);
    });
  });

  describe.skipIf(!hasProc)("garbage collection", () => {
    it("releases maps that were dropped or closed, but never under a living view", () => {
      const found = runChild("collect", [id, fileWith(10_000, 5)], ["--expose-gc"]);
      expect(found).toEqual({ before: 300, withViews: 30, right: 30, after: 0 });
    });

    it("never releases what a request in flight reaches", () => {
      const args = [id, fileWith(10_000, 1), fileWith(10_000, 2), namedPipe(fresh())];
      expect(runChild("in-flight", args, ["--expose-gc"])).toEqual({ read: 10_000, untouched: true });
    });

    it("refuses one map too many, in a loop that never yields, and goes on once some are closed", () => {
      const found = runChild("too-many", [id, fileWith(100, 5)]);
      expect(found).toMatchObject({ code: "LIMIT", again: 5 });
    });
  });
}

/** Byte streams take the memory of what they are given: these are the same bytes under another ArrayBuffer. */
async function moveAway(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new ReadableStream({
    type: "bytes",
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
  const { value } = await stream.getReader().read();
  if (!(value instanceof Uint8Array)) throw new Error("the stream gave no bytes");
  return value;
}
