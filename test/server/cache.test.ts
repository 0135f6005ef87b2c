import { describe, expect, it } from "vitest";
import { ClosedError } from "../../src/errors.js";
import { type KeptFile, ServedFiles } from "../../src/server/served/cache.js";

/** A file that somebody may change, and all that were opened of it. */
class Changing {
  state = 1;
  readonly opened: { pin: string; released: number }[] = [];
  /** Called while one is being opened, after its state was read. */
  during: () => Promise<void> | void = () => undefined;

  async open(path: string): Promise<KeptFile> {
    const { state } = this;
    await this.during();
    const record = { pin: `${path}-${state}`, released: 0 };
    this.opened.push(record);
    return {
      pin: record.pin,
      node: () => undefined,
      isIntact: () => record.released === 0,
      isCurrent: () => state === this.state,
      release: () => {
        record.released += 1;
      },
    };
  }
}

function cacheOf(changing: Changing, options?: { most?: number; idle?: number }): ServedFiles {
  const open = (path: string): Promise<KeptFile> => changing.open(path);
  return new ServedFiles({ store: open, hdf5: open }, options);
}

const store = (path: string) => ({ kind: "store", path }) as const;

describe("ServedFiles", () => {
  it("opens a file once for all who ask while it stays as it is", async () => {
    const changing = new Changing();
    const cache = cacheOf(changing);
    const files = await Promise.all([cache.open(store("a")), cache.open(store("a")), cache.open(store("a"))]);
    files.push(await cache.open(store("a")));
    expect(changing.opened).toHaveLength(1);
    expect(new Set(files.map(({ pin }) => pin))).toEqual(new Set(["a-1"]));
    for (const file of files) file.release();
    for (const file of files) file.release();
    expect(changing.opened[0]?.released).toBe(0);
    cache.close();
    expect(changing.opened[0]?.released).toBe(1);
  });

  it("opens it again when it is another, while who reads the one before goes on", async () => {
    const changing = new Changing();
    const cache = cacheOf(changing);
    const before = await cache.open(store("a"));
    changing.state = 2;
    const after = await cache.open(store("a"));
    expect([before.pin, after.pin]).toEqual(["a-1", "a-2"]);
    expect(before.isIntact()).toBe(true);
    before.release();
    expect(changing.opened.map(({ released }) => released)).toEqual([1, 0]);
    after.release();
    expect(changing.opened.map(({ released }) => released)).toEqual([1, 0]);
    cache.close();
    expect(changing.opened.map(({ released }) => released)).toEqual([1, 1]);
  });

  it("gives nobody a file as it was before he asked", async () => {
    const changing = new Changing();
    const cache = cacheOf(changing);
    let go = (): void => undefined;
    changing.during = () =>
      new Promise((resolve) => {
        go = resolve;
      });
    const early = cache.open(store("a"));
    await null;
    changing.state = 2;
    const late = cache.open(store("a"));
    changing.during = () => undefined;
    go();
    expect((await early).pin).toBe("a-1");
    expect((await late).pin).toBe("a-2");
    cache.close();
  });

  it("keeps a few, and of those the last ones used", async () => {
    const changing = new Changing();
    const cache = cacheOf(changing, { most: 2 });
    const busy = await cache.open(store("a"));
    (await cache.open(store("b"))).release();
    (await cache.open(store("c"))).release();
    // The one in use stays, though it was used first.
    expect(changing.opened.map(({ released }) => released)).toEqual([0, 1, 0]);
    const other = await cache.open(store("d"));
    expect(changing.opened.map(({ released }) => released)).toEqual([0, 1, 1, 0]);
    const third = await cache.open(store("e"));
    expect(cache.size).toBe(2);
    expect(busy.isIntact()).toBe(true);
    for (const file of [busy, other, third]) file.release();
    expect(changing.opened.map(({ released }) => released)).toEqual([1, 1, 1, 0, 0]);
    cache.close();
  });

  it("closes what nobody has used for a while", async () => {
    const changing = new Changing();
    const cache = cacheOf(changing, { idle: 20 });
    const file = await cache.open(store("a"));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(changing.opened[0]?.released).toBe(0);
    file.release();
    while (cache.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(changing.opened[0]?.released).toBe(1);
    (await cache.open(store("a"))).release();
    expect(changing.opened).toHaveLength(2);
    cache.close();
  });

  it("tells all who wait why a file cannot be opened, and tries again for the next", async () => {
    const changing = new Changing();
    const cache = cacheOf(changing);
    changing.during = () => Promise.reject(new Error("no"));
    const both = await Promise.allSettled([cache.open(store("a")), cache.open(store("a"))]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    changing.during = () => undefined;
    (await cache.open(store("a"))).release();
    expect(cache.size).toBe(1);
    cache.close();
  });

  it("closes what is opened for nobody any more", async () => {
    const changing = new Changing();
    const cache = cacheOf(changing);
    const file = await cache.open(store("a"));
    const opening = cache.open(store("b"));
    cache.close();
    await expect(opening).rejects.toThrow(ClosedError);
    expect(changing.opened.map(({ released }) => released)).toEqual([0, 1]);
    file.release();
    expect(changing.opened.map(({ released }) => released)).toEqual([1, 1]);
    await expect(cache.open(store("a"))).rejects.toThrow(ClosedError);
  });
});
