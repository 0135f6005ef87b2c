import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { temporaryPaths } from "../support/temporary.js";

/** Makes directories with the given files. */
export type Tree = (files: Record<string, string | Buffer>) => string;

/** To be called once in a file of tests. */
export function trees(): Tree {
  const temporary = temporaryPaths();
  return (files) => {
    const root = temporary("tree");
    mkdirSync(root);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(join(root, name, ".."), { recursive: true });
      writeFileSync(join(root, name), content);
    }
    return root;
  };
}

/** All bytes of pieces, each of which is only valid until the next is asked for. */
export async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const piece of pieces) parts.push(Buffer.from(piece));
  return Buffer.concat(parts);
}

/** How many files below a directory this process has open; 0 where the system does not tell. */
export function descriptorsIn(root: string): number {
  if (process.platform !== "linux") return 0;
  const targets = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return "";
    }
  });
  return targets.filter((target) => target.startsWith(root + sep)).length;
}
