import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/** Another process that stores into array files through maps, which it keeps. */
export interface Storer {
  /** Stores one element. @param flush whether it waits for the disk */
  store(path: string, at: number, value: unknown, flush?: boolean): Promise<void>;
}

/** Starts one, which ends with the tests of this file. */
export function startStorer(): Storer {
  let child: ChildProcess | undefined;
  afterAll(() => child?.kill());
  return {
    async store(path, at, value, flush = false) {
      child ??= fork(fileURLToPath(new URL("./storer.mjs", import.meta.url)), { serialization: "advanced" });
      child.send({ path, at, value, flush });
      const [answer] = await once(child, "message");
      if (answer !== "stored") throw new Error(answer);
    },
  };
}
