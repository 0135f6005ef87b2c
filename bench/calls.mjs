/** The calls of a change to the file system: recorded once, then made bare, by node:fs and the C library alone. */
import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { interceptFiles, withFiles } from "memmap-table/testing";
import { nodeFiles } from "../dist/platform/files.js";
import { loadLibC } from "../dist/platform/libc.js";

const libc = loadLibC();
const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;

/** The file system as it is, each of whose calls is noted while `calls` is a list. */
export function recorder() {
  const recording = { calls: undefined };
  const files = interceptFiles(nodeFiles, ({ name, path, args }, proceed) => {
    const result = proceed();
    const kept = args.map((each) => (each instanceof Uint8Array ? each.slice() : each));
    recording.calls?.push({ name, path, args: kept, result });
    return result;
  });
  return {
    /** Opens a table whose calls can be recorded. */
    open: (work) => withFiles(files, work),
    /** The calls of some work. */
    record(work) {
      recording.calls = [];
      work();
      const { calls } = recording;
      recording.calls = undefined;
      return calls;
    },
  };
}

/**
 * The same calls in another directory, ready to be made as often as one likes, if they lead back to what was there.
 *
 * @returns a function that makes them and answers how many seconds all of them and their waits for the disk took
 */
export function bare(calls, from, to) {
  const clock = { waited: 0 };
  const open = [];
  const steps = calls.map((call) => stepOf(call, open, (path) => path.replace(from, to), clock));
  return () => {
    clock.waited = 0;
    const start = performance.now();
    for (const step of steps) step();
    return { all: (performance.now() - start) / 1000, waited: clock.waited / 1000 };
  };
}

function stepOf({ name, args, result }, open, moved, clock) {
  const [first, second, third] = args;
  const path = typeof first === "string" ? moved(first) : undefined;
  const waitFor = (wait) => {
    const start = performance.now();
    wait();
    clock.waited += performance.now() - start;
  };
  const inDirectory = (wait) => {
    const fd = openSync(path, O_RDONLY | O_DIRECTORY);
    waitFor(() => wait(fd));
    closeSync(fd);
  };
  switch (name) {
    case "create":
      return () => {
        open[result] = openSync(path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, 0o666);
      };
    case "open":
      return () => {
        open[result] = openSync(path, (second === "r" ? O_RDONLY : O_RDWR) | O_NOFOLLOW);
      };
    case "close":
      return () => closeSync(open[first]);
    case "stat":
      return () => fstatSync(open[first]);
    case "look":
      return () => lstatSync(path, { throwIfNoEntry: false });
    case "read":
      return () => readSync(open[first], second, 0, second.length, third);
    case "write":
      return () => writeSync(open[first], second, 0, second.length, third);
    case "truncate":
      return () => ftruncateSync(open[first], second);
    case "sync":
      return () => waitFor(() => fsyncSync(open[first]));
    case "syncDirectory":
      return () => inDirectory(fsyncSync);
    case "syncAll":
      return () => inDirectory(libc.syncfs);
    case "rename":
      return () => renameSync(path, moved(second));
    case "exchange":
      return () => libc.exchange(path, moved(second));
    case "link":
      return () => linkSync(path, moved(second));
    case "unlink":
      return () => unlinkSync(path);
    case "mkdir":
      return () => mkdirSync(path);
    case "rmdir":
      return () => rmdirSync(path);
    case "list":
      return () => readdirSync(path, { withFileTypes: true });
    case "copy":
      return () => copyFileSync(path, moved(second));
    case "extend":
      return () => {
        if (third > second) libc.space.allocate(open[first], second, third - second);
        ftruncateSync(open[first], Math.max(fstatSync(open[first]).size, third));
      };
    case "punch":
      return () => libc.space.punch(open[first], second, third);
    default:
      throw new Error(`a change is not expected to ${name}`);
  }
}
