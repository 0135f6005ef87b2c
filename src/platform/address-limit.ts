import { readFileSync } from "node:fs";

/** `/proc/self/limits`: `Max data size  <soft>  <hard>  bytes`; what is unlimited is no number. */
const LIMITS = /^Max (?:data size|address space) +(\d+) /gm;

/**
 * The bytes of addresses that this process may have for writing, as the shell's `ulimit -d` and `-v` and the system's
 * strict accounting (`vm.overcommit_memory=2`) set them; Infinity where nothing does.
 *
 * V8 needs its memory from the same allowance, and aborts where it gets none.
 *
 * @param proc the text of a file below `/proc`, or "" where there is none
 */
export function addressLimit(proc: (name: string) => string = readProc): number {
  const limits = [...proc("self/limits").matchAll(LIMITS)].map(([, soft]) => Number(soft));
  if (proc("sys/vm/overcommit_memory").trim() === "2") {
    const [, kilobytes] = /^CommitLimit: +(\d+) kB$/m.exec(proc("meminfo")) ?? [];
    if (kilobytes !== undefined) limits.push(Number(kilobytes) * 1024);
  }
  return Math.min(Number.POSITIVE_INFINITY, ...limits);
}

function readProc(name: string): string {
  try {
    return readFileSync(`/proc/${name}`, "latin1");
  } catch {
    return "";
  }
}
