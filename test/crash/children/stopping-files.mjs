import { nodeFiles } from "../dist.mjs";

/** The calls that change what is stored, or when it is. */
const CHANGING = [
  "create",
  "write",
  "truncate",
  "sync",
  "syncDirectory",
  "rename",
  "exchange",
  "link",
  "unlink",
  "mkdir",
  "rmdir",
  "copy",
  "extend",
  "punch",
  "reserve",
  "syncAll",
];

/**
 * The real file system, which counts its changing calls and tells `reached` after each. A write counts twice: when half
 * of it is there, and when all of it is.
 */
export function countingFiles(reached) {
  let count = 0;
  const pass = (what) => {
    count += 1;
    reached(count, what);
  };
  const files = { ...nodeFiles };
  for (const name of CHANGING) {
    files[name] = (...args) => {
      if (name === "write") {
        const [fd, bytes, at, path] = args;
        nodeFiles.write(fd, bytes.subarray(0, bytes.length >> 1), at, path);
        pass("half a write");
      }
      const result = nodeFiles[name](...args);
      pass(name);
      return result;
    };
  }
  return {
    files,
    start: () => {
      count = 0;
    },
    get count() {
      return count;
    },
  };
}

/** As `kill -9` from outside, and never a moment later. */
export function die() {
  process.kill(process.pid, "SIGKILL");
  for (;;);
}
