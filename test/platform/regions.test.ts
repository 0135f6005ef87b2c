import { fstatSync, openSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ClosedError, DiskError, LimitError, systemCode, UnsupportedError } from "../../src/errors.js";
import { addressLimit } from "../../src/platform/address-limit.js";
import { systemConstants } from "../../src/platform/constants.js";
import type { LibC } from "../../src/platform/libc.js";
import { MapCount } from "../../src/platform/map-count.js";
import type { Region } from "../../src/platform/region.js";
import { Regions } from "../../src/platform/regions.js";
import { fileOf, scratchDirectory, thrown } from "./support.js";

const path = fileOf(join(scratchDirectory(), "file"), 100, 1);
const { ENOMEM, ENODEV, EIO, EINVAL } = constants.errno;

const SHARED = "shared";
const PRIVATE = "private|noreserve";
const PLACEHOLDER = "private|fixed|noreserve";
const ZEROS = "private|fixed|noreserve|anonymous";
const NAMES = new Map([
  [0x1, SHARED],
  [0x4002, PRIVATE],
  [0x4012, PLACEHOLDER],
  [0x4032, ZEROS],
]);

/** A C library that keeps a diary and maps nothing. */
class FakeLibC implements LibC {
  readonly syncfs = undefined;
  readonly exchange = undefined;
  readonly calls: string[] = [];
  /** Errors of the coming calls, by the name in the diary; each is used once. */
  readonly failures = new Map<string, number[]>();
  readonly pageSize = 4_096;
  readonly space = undefined;
  readonly pending: ((errno: number) => void)[] = [];
  #next = 0x10000n;

  addressOf(): bigint {
    return 0n;
  }

  get constants() {
    const found = systemConstants("linux", "x64");
    if (found === undefined) throw new Error("Linux is known");
    return found;
  }

  #did(call: string): number {
    this.calls.push(call);
    return this.failures.get(call)?.shift() ?? 0;
  }

  mmap(address: bigint | null, length: number, flags: number, fd: number): bigint {
    const file = fd === -1 ? "" : ` fd ${fd}`;
    const errno = this.#did(
      `mmap ${NAMES.get(flags) ?? flags}${address === null ? "" : ` at ${address}`}${file}`,
    );
    if (errno > 0) return BigInt(-errno);
    const found = address ?? this.#next;
    if (address === null) this.#next += BigInt(Math.ceil(length / 4_096)) * 4_096n;
    return found;
  }
  munmap(address: bigint): number {
    return this.#did(`munmap ${address}`);
  }
  msync(address: bigint): number {
    return this.#did(`msync ${address}`);
  }
  msyncAsync(address: bigint): Promise<number> {
    this.#did(`msync ${address}`);
    return new Promise((resolve) => this.pending.push(resolve));
  }
  madvise(): number {
    return 0;
  }
  mincore(): number {
    return 0;
  }
  madviseAsync(address: bigint): Promise<number> {
    this.#did(`madvise ${address}`);
    return new Promise((resolve) => this.pending.push(resolve));
  }
  view(): ArrayBuffer {
    if (this.#did("view") > 0) throw new Error("no external memory");
    return new ArrayBuffer(8);
  }
}

let libc: FakeLibC;
let count: MapCount;
let regions: Regions;

beforeEach(() => {
  libc = new FakeLibC();
  count = new MapCount(4_000, new Int32Array(1));
  regions = new Regions(libc, count, Number.POSITIVE_INFINITY);
});

const map = (shared = true, length = 4_096): Region => regions.map(3, length, shared, path);
const since = (calls: number): string[] => libc.calls.slice(calls);

describe("mapping", () => {
  it("asks for no memory to be set aside where the map is private", () => {
    map(true);
    map(false);
    expect(libc.calls).toEqual([`mmap ${SHARED} fd 3`, "view", `mmap ${PRIVATE} fd 3`, "view"]);
  });

  it("unmaps what the engine does not take", () => {
    libc.failures.set("view", [1]);
    expect(thrown(() => map())).toBeInstanceOf(UnsupportedError);
    expect(libc.calls.at(-1)).toBe(`munmap ${0x10000}`);
  });

  it("frees the quarantine, oldest first, where the address space is full", () => {
    const [first, second] = [map(), map()];
    for (const region of [first, second]) regions.close(region, path);
    libc.failures.set(`mmap ${SHARED} fd 3`, [ENOMEM]);
    expect(map().state).toBe("open");
    expect([first.state, second.state]).toEqual(["released", "quarantined"]);
  });

  it("names the limits that a full address space may come from", () => {
    libc.failures.set(`mmap ${SHARED} fd 3`, [ENOMEM]);
    const error = thrown(() => map());
    expect(error).toBeInstanceOf(LimitError);
    expect(String(error)).toMatch(/ulimit -v.*ulimit -d.*vm\.overcommit_memory/);
  });

  it("tells a file system that cannot map from other refusals", () => {
    libc.failures.set(`mmap ${SHARED} fd 3`, [ENODEV, EINVAL]);
    expect(thrown(() => map())).toBeInstanceOf(UnsupportedError);
    const error = thrown(() => map());
    expect(error).toBeInstanceOf(DiskError);
    expect(error).toMatchObject({ path, cause: { code: "EINVAL", syscall: "mmap" } });
  });

  it("refuses one map too many, but gives up quarantined ones first", () => {
    count.add(3_998);
    const [first] = [map(), map()];
    expect(thrown(() => map())).toBeInstanceOf(LimitError);
    regions.close(first as Region, path);
    expect(map().state).toBe("open");
    expect(first?.state).toBe("released");
    expect(thrown(() => map())).toBeInstanceOf(LimitError);
  });
});

describe("closing", () => {
  it("leaves a private range as it is", () => {
    const region = map(false);
    const { length } = libc.calls;
    regions.close(region, path, () => {
      throw new Error("is not asked for a descriptor");
    });
    expect(since(length)).toEqual([]);
    expect(region).toMatchObject({ state: "quarantined", buffer: undefined });
  });

  it("covers a shared range by the same file, and closes the descriptor", () => {
    const region = map();
    const { length } = libc.calls;
    const fd = openSync(path, "r");
    regions.close(region, path, () => fd);
    expect(since(length)).toEqual([`mmap ${PLACEHOLDER} at ${region.address} fd ${fd}`]);
    expect(systemCode(thrown(() => fstatSync(fd)))).toBe("EBADF");
  });

  it("covers it by zeros where there is no descriptor, or the system refuses it", () => {
    const region = map();
    regions.close(region, path);
    expect(libc.calls.at(-1)).toBe(`mmap ${ZEROS} at ${region.address}`);

    const other = map();
    const fd = openSync(path, "r");
    libc.failures.set(`mmap ${PLACEHOLDER} at ${other.address} fd ${fd}`, [ENOMEM]);
    regions.close(other, path, () => fd);
    expect(libc.calls.at(-1)).toBe(`mmap ${ZEROS} at ${other.address}`);
    expect(systemCode(thrown(() => fstatSync(fd)))).toBe("EBADF");
  });

  it("keeps the old map where even zeros are refused", () => {
    const region = map();
    libc.failures.set(`mmap ${ZEROS} at ${region.address}`, [ENOMEM]);
    regions.close(region, path);
    expect(region.state).toBe("quarantined");
    expect(libc.calls.some((call) => call.startsWith("munmap"))).toBe(false);
  });

  it("does nothing the second time", () => {
    const region = map();
    regions.close(region, path);
    const { length } = libc.calls;
    regions.close(region, path);
    expect(since(length)).toEqual([]);
  });

  it("touches nothing where the bytes were moved away", () => {
    const region = map();
    const { length } = libc.calls;
    structuredClone(region.buffer, { transfer: region.buffer === undefined ? [] : [region.buffer] });
    expect(thrown(() => regions.close(region, path))).toBeInstanceOf(ClosedError);
    expect(region.state).toBe("moved");
    regions.closeAll(true);
    expect(since(length)).toEqual([]);
  });

  it("unmaps the oldest of more than 1,024 ranges, once", () => {
    const all = Array.from({ length: 1_026 }, () => map());
    for (const region of all) regions.close(region, path);
    const unmapped = libc.calls.filter((call) => call.startsWith("munmap"));
    expect(unmapped).toEqual([`munmap ${all[0]?.address}`, `munmap ${all[1]?.address}`]);
    expect(all[2]?.state).toBe("quarantined");
  });

  it("unmaps the oldest of more than 1 TiB, but never the one just closed", () => {
    const [first, second, huge] = [map(true, 2 ** 39), map(true, 2 ** 39), map(true, 2 ** 41)];
    for (const region of [first, second]) regions.close(region, path);
    expect([first.state, second.state]).toEqual(["quarantined", "quarantined"]);
    regions.close(huge, path);
    expect([first.state, second.state, huge.state]).toEqual(["released", "released", "quarantined"]);
    const next = map();
    regions.close(next, path);
    expect([huge.state, next.state]).toEqual(["released", "quarantined"]);
  });

  it("keeps counting a range that cannot be unmapped", () => {
    const region = map();
    libc.failures.set(`munmap ${region.address}`, [ENOMEM]);
    count.add(3_999);
    regions.close(region, path);
    expect(thrown(() => map())).toBeInstanceOf(LimitError);
    expect(region.state).toBe("moved");
  });
});

describe("a process with limits", () => {
  beforeEach(() => {
    regions = new Regions(libc, count, 2 ** 30);
  });

  it("keeps no more in quarantine, new maps included, than a quarter of what it may have", () => {
    const all = Array.from({ length: 4 }, () => map(false, 2 ** 27));
    for (const region of all) regions.close(region, path);
    expect(all.map(({ state }) => state)).toEqual(["released", "released", "quarantined", "quarantined"]);
    map(false, 2 ** 27);
    expect(all.map(({ state }) => state).slice(2)).toEqual(["released", "quarantined"]);
    map(false, 2 ** 28);
    expect(all[3]?.state).toBe("released");
  });

  it("covers no shared range by a private one that is longer than that", () => {
    const region = map(true, 2 ** 28 + 1);
    const { length } = libc.calls;
    const fd = openSync(path, "r");
    regions.close(region, path, () => fd);
    expect(since(length)).toEqual([]);
    expect(region.state).toBe("quarantined");
    expect(systemCode(thrown(() => fstatSync(fd)))).toBe("EBADF");
  });

  it("reads them from the system", () => {
    const limits = (data: string, space: string): string =>
      `Limit                     Soft Limit           Hard Limit           Units     \n` +
      `Max data size             ${data.padEnd(20)} unlimited            bytes     \n` +
      `Max stack size            8388608              unlimited            bytes     \n` +
      `Max address space         ${space.padEnd(20)} unlimited            bytes     \n`;
    const read = (files: Record<string, string>) => addressLimit((name) => files[name] ?? "");
    expect(read({})).toBe(Number.POSITIVE_INFINITY);
    expect(read({ "self/limits": limits("unlimited", "unlimited") })).toBe(Number.POSITIVE_INFINITY);
    expect(read({ "self/limits": limits("3584000000", "unlimited") })).toBe(3_584_000_000);
    expect(read({ "self/limits": limits("3584000000", "1000000") })).toBe(1_000_000);
    const memory = "MemTotal:       24618352 kB\nCommitLimit:    12309176 kB\nCommitted_AS:     900000 kB\n";
    expect(read({ meminfo: memory, "sys/vm/overcommit_memory": "0\n" })).toBe(Number.POSITIVE_INFINITY);
    expect(read({ meminfo: memory, "sys/vm/overcommit_memory": "2\n" })).toBe(12_309_176 * 1024);
  });
});

describe("a sync in flight", () => {
  it("holds the placeholder back, so that it writes what was stored", async () => {
    const region = map();
    const { buffer } = region;
    const syncs = [regions.sync(region), regions.sync(region)];
    const { length } = libc.calls;
    const fd = openSync(path, "r");
    regions.close(region, path, () => fd);
    expect(region.state).toBe("closing");
    expect(buffer?.byteLength).toBe(0);
    libc.pending[0]?.(0);
    expect(await syncs[0]).toBe(0);
    expect(since(length)).toEqual([]);
    libc.pending[1]?.(EIO);
    expect(await syncs[1]).toBe(EIO);
    expect(since(length)).toEqual([`mmap ${PLACEHOLDER} at ${region.address} fd ${fd}`]);
    expect(region.state).toBe("quarantined");
    expect(systemCode(thrown(() => fstatSync(fd)))).toBe("EBADF");
  });
});

describe("the end of a worker", () => {
  it("unmaps everything once where nothing can be in flight", () => {
    const [open, closed] = [map(), map()];
    const { buffer } = open;
    regions.close(closed, path);
    const { length } = libc.calls;
    regions.closeAll(true);
    expect(since(length)).toEqual([`munmap ${open.address}`, `munmap ${closed.address}`]);
    expect(buffer?.byteLength).toBe(0);
    regions.close(open, path);
    expect(since(length).length).toBe(2);
  });

  it("else keeps the addresses, but no file", () => {
    const [open, closed] = [map(), map(false)];
    const { buffer } = open;
    regions.close(closed, path);
    const { length } = libc.calls;
    regions.closeAll(false);
    expect(since(length)).toEqual([`mmap ${ZEROS} at ${open.address}`, `mmap ${ZEROS} at ${closed.address}`]);
    expect(buffer?.byteLength).toBe(0);
  });
});
