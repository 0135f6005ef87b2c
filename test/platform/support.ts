import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { Mapping, Platform } from "../../src/platform/platform.js";
import { portablePlatform } from "../../src/platform/portable.js";
import { posixPlatform } from "../../src/platform/posix.js";

/** One way to map files, or why it is not there. */
export interface Implementation {
  readonly title: string;
  /** As the children in `children/` know it. */
  readonly id: "posix" | "portable" | "portable-copy";
  readonly platform: Platform | undefined;
}

function implementation(id: Implementation["id"], make: () => Platform): Implementation {
  try {
    return { title: id, id, platform: make() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { title: `${id}, which does not load here: ${reason}`, id, platform: undefined };
  }
}

export const implementations: readonly Implementation[] = [
  implementation("posix", posixPlatform),
  implementation("portable", () => portablePlatform({ copyPrivate: false })),
  implementation("portable-copy", () => portablePlatform({ copyPrivate: true })),
];

/** A directory of this test file, removed at its end. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "memmap-platform-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A file of `length` bytes, all of them `byte`. */
export function fileOf(path: string, length: number, byte: number): string {
  writeFileSync(path, Buffer.alloc(length, byte));
  return path;
}

/** Opens, does, closes. */
export function withFile<Result>(path: string, flags: string, use: (fd: number) => Result): Result {
  const fd = openSync(path, flags);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

/** Maps the whole of a file by its name. */
export function mapPath(
  platform: Platform,
  path: string,
  { shared = true, length = readFileSync(path).length }: { shared?: boolean; length?: number } = {},
): Mapping {
  return withFile(path, shared ? "r+" : "r", (fd) => platform.map(fd, length, { shared, path }));
}

/** Whether all of `bytes` are `byte`. Much faster than comparing them through `expect`. */
export function isAll(bytes: Uint8Array, byte: number): boolean {
  return bytes.every((each) => each === byte);
}

/** What a function throws. */
export function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Named pipes block whoever reads them until somebody writes: the way to hold a request in flight. */
export const hasPipes = process.platform !== "win32" && existsSync("/usr/bin/mkfifo");
export const hasProc = existsSync("/proc/self/maps");

export function namedPipe(path: string): string {
  execFileSync("/usr/bin/mkfifo", [path]);
  return path;
}

/** Runs `children/<name>.ts` under this very Node and gives what it printed, parsed. */
export function runChild(name: string, args: readonly string[], flags: readonly string[] = []): unknown {
  const script = fileURLToPath(new URL(`./children/${name}.ts`, import.meta.url));
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, "--import", import.meta.resolve("tsx"), script, ...args],
    { encoding: "utf8", maxBuffer: 2 ** 24 },
  );
  if (status !== 0) throw new Error(`${name} ended with ${status ?? signal}: ${stderr}`);
  return JSON.parse(stdout);
}
