/** Small file systems for tests, mounted in directories of their own; each is unmounted and removed at the end. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import koffi from "koffi";
import { atEnd } from "./cleanup.mjs";

/** Why no file system can be mounted here; undefined where one can. */
export function whyNoDisk() {
  if (process.platform !== "linux") return "needs Linux";
  return process.getuid() === 0 ? undefined : "needs root";
}

function run(command, ...args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? stderr}`);
}

/** How often an unmount is tried while something is still on its way out. */
const TRIES = 100;

function unmount(directory) {
  for (let i = 0; ; i += 1) {
    const { status, stderr } = spawnSync("umount", [directory], { encoding: "utf8" });
    if (status === 0 || /not mounted/.test(stderr)) return;
    if (i === TRIES) {
      // At least nobody meets it there any more.
      spawnSync("umount", ["-l", directory]);
      throw new Error(`umount ${directory}: ${stderr}`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

/** Memory as a file system of so many bytes. */
export function memoryDisk(size) {
  const directory = mkdtempSync(join(tmpdir(), "memmap-disk-"));
  const remove = atEnd(() => {
    unmount(directory);
    rmdirSync(directory);
  });
  try {
    run("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", directory);
  } catch (error) {
    remove();
    throw error;
  }
  return { directory, remove };
}

/** `FS_IOC_SHUTDOWN`, and its way of losing what is not on the disk yet. */
const SHUTDOWN = 0x8004587dn;
const NO_LOG_FLUSH = 2;

/** A file of so many bytes with ext4 in it, whose power can be cut. */
export function fileDisk(size) {
  const home = mkdtempSync(join(tmpdir(), "memmap-disk-"));
  const [image, directory] = [join(home, "image"), join(home, "disk")];
  let isMounted = false;
  const dismount = () => {
    if (!isMounted) return;
    isMounted = false;
    unmount(directory);
  };
  const remove = atEnd(() => {
    dismount();
    rmSync(home, { recursive: true, force: true });
  });
  const mount = () => {
    run("mount", "-o", "loop", image, directory);
    isMounted = true;
  };
  try {
    mkdirSync(directory);
    closeSync(openSync(image, "w"));
    truncateSync(image, size);
    run("mkfs.ext4", "-q", "-F", "-m", "0", "-b", "4096", image);
    mount();
  } catch (error) {
    remove();
    throw error;
  }
  const ioctl = koffi.load(null).func("int ioctl(int, unsigned long, _Inout_ uint32_t *)");
  return {
    directory,
    /** From here on nothing reaches the disk, and what had not reached it never does. */
    cutPower() {
      const fd = openSync(directory, "r");
      try {
        if (ioctl(fd, SHUTDOWN, [NO_LOG_FLUSH]) !== 0) throw new Error("the file system cannot be shut down");
      } finally {
        closeSync(fd);
      }
    },
    /** As a machine does that starts again. */
    restart() {
      dismount();
      mount();
    },
    remove,
  };
}
