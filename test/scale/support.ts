import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const hasProc = existsSync("/proc/self/maps");
export const hasBash = existsSync("/bin/bash");
export const hasPipes = existsSync("/usr/bin/mkfifo");

/**
 * Runs `children/<name>.ts` under this very Node and gives what it printed, parsed.
 *
 * @param descriptors how many files the child may have open
 */
export function runChild(
  name: string,
  args: readonly string[],
  { descriptors, flags = [] }: { readonly descriptors?: number; readonly flags?: readonly string[] } = {},
): unknown {
  const script = fileURLToPath(new URL(`./children/${name}.ts`, import.meta.url));
  const node = [process.execPath, ...flags, "--import", import.meta.resolve("tsx"), script, ...args];
  const [command = "", ...rest] =
    descriptors === undefined
      ? node
      : ["/bin/bash", "-c", `ulimit -n ${descriptors} && exec "$@"`, "bash", ...node];
  const { status, signal, stdout, stderr } = spawnSync(command, rest, {
    encoding: "utf8",
    maxBuffer: 2 ** 24,
  });
  if (status !== 0) throw new Error(`${name} ended with ${status ?? signal}: ${stderr}`);
  return JSON.parse(stdout);
}
