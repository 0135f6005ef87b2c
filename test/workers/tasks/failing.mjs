/** Tasks that throw, or come to their end in worse ways. */

/** Throws one of the package's errors. */
export async function throwTagged({ errors, name, path }) {
  const classes = await import(errors);
  const system = Object.assign(new Error("no space"), { code: "ENOSPC", errno: -28, syscall: "write" });
  throw new classes[name](`a ${name}`, { path, cause: system });
}

export async function throwLocked({ errors, holder }) {
  const { LockedError } = await import(errors);
  throw new LockedError("locked", { holder });
}

export function throwTypeError() {
  throw new TypeError("no such type");
}

export function throwValue(value) {
  throw value;
}

export function throwUncloneable() {
  throw Object.assign(new Error("odd"), { code: "ODD", act: () => 1 });
}

export const returnUncloneable = () => () => 1;

export const exit = (code) => process.exit(code);

export function throwLater() {
  setTimeout(() => {
    throw new Error("thrown later");
  }, 1);
  return new Promise(() => setTimeout(() => undefined, 60_000));
}

export function rejectLater() {
  Promise.reject(new Error("rejected later"));
  return new Promise(() => setTimeout(() => undefined, 60_000));
}

/** An object for each number, until there is no memory for more. */
export function exhaust() {
  const held = [];
  for (let i = 0; ; i++) held.push({ i, list: [i, i, i] });
}

/** A timer that is left behind, which keeps the event loop busy. */
export function leaveTimer() {
  setInterval(() => undefined, 1000);
}

/** Maps a file and lets nobody close it. */
export async function leaveMap({ platform, path }) {
  const { closeSync, openSync } = await import("node:fs");
  const fd = openSync(path, "r+");
  globalThis.left = (await import(platform)).platform().map(fd, 4096, { shared: true, path });
  closeSync(fd);
}
