import { renameSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { setTimeout as after } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { MappedFiles } from "../../src/array/mapped-files.js";
import { CorruptError } from "../../src/errors.js";
import { identityOf } from "../../src/platform/index.js";
import { thrown } from "../support/snapshot.js";
import { temporaryPaths } from "../support/temporary.js";

const fresh = temporaryPaths();
const files = new MappedFiles();
afterEach(() => files.close());

function written(fill: number): { readonly path: string; open(): Uint8Array | undefined } {
  const path = fresh("mapped");
  writeFileSync(path, Buffer.alloc(100, fill));
  const identity = identityOf(statSync(path));
  return { path, open: () => files.bytes(path, identity, 100) };
}

describe("files that a thread has mapped", () => {
  it("are few, those that were read last", () => {
    const opened = Array.from({ length: 33 }, (_, i) => written(i).open());
    expect(opened.map((bytes) => bytes?.length)).toEqual([0, ...new Array(32).fill(100)]);
  });

  it("are all that are opened while they are held, however long", async () => {
    files.hold();
    const opened = Array.from({ length: 40 }, (_, i) => written(i).open());
    await after(600);
    expect(opened.map((bytes) => bytes?.[99])).toEqual(Array.from({ length: 40 }, (_, i) => i));
    files.letGo();
    expect(opened.filter((bytes) => bytes?.length === 100)).toHaveLength(32);
  });

  it("stay good while they are held, also where another has their name", () => {
    const [one, other] = [written(1), written(2)];
    files.hold();
    const bytes = one.open();
    renameSync(other.path, one.path);
    expect(one.open()).toBeUndefined();
    expect(bytes?.[0]).toBe(1);
    files.letGo();
    expect(bytes).toHaveLength(0);
  });

  it("are looked at again before they are used", () => {
    const one = written(1);
    expect(one.open()?.[0]).toBe(1);
    truncateSync(one.path, 50);
    expect(thrown(() => one.open())).toBeInstanceOf(CorruptError);
  });
});
