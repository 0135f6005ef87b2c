import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { DType } from "../../src/index.js";
import type { Wire } from "./wire.js";

/** What NumPy says of an array: its header's dtype, its shape, its bytes in C order, its elements. */
export interface Described {
  readonly descr: DType["descr"];
  readonly shape: readonly number[];
  readonly hex: string;
  readonly values: readonly Wire[];
}

interface Answer {
  readonly result?: unknown;
  readonly error?: string;
}

/** A Python process with NumPy that answers calls of the functions in `peer/`, in order. */
export class Peer {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: {
    readonly resolve: (answer: Answer) => void;
    readonly reject: (error: Error) => void;
  }[] = [];

  /** Why it answers no more. */
  #end: Error | undefined;

  constructor(python: string) {
    const folder = fileURLToPath(new URL("./peer", import.meta.url));
    // A warning of NumPy's about a file of ours is a failure; no bytecode is left in the sources.
    const flags = ["-B", "-W", "error", "-X", "utf8"];
    this.#process = spawn(python, [...flags, folder], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#process.stdout }).on("line", (line) => {
      const answer: Answer = JSON.parse(line);
      this.#waiting.shift()?.resolve(answer);
    });
    this.#process.on("error", (error) => this.#fail(error));
    this.#process.stdin.on("error", (error) => this.#fail(error));
    this.#process.on("exit", (code, signal) => this.#fail(new Error(`Python ended with ${code ?? signal}`)));
  }

  #fail(error: Error): void {
    this.#end ??= error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** Calls a function in Python. Its exception, traceback and all, is the message of the error thrown. */
  async call<Result = unknown>(name: string, args: object): Promise<Result> {
    const { result, error } = await new Promise<Answer>((resolve, reject) => {
      if (this.#end !== undefined) {
        reject(this.#end);
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#process.stdin.write(`${JSON.stringify({ call: name, args })}\n`);
    });
    if (error !== undefined) throw new Error(error);
    return result as Result;
  }

  close(): void {
    this.#process.stdin.end();
  }
}

/** NumPy for one test file, gone after it. */
export function startPeer(): Peer {
  const { PYTHON } = process.env;
  if (PYTHON === undefined) throw new Error("no Python is given: these tests run by `npm run test:interop`");
  const peer = new Peer(PYTHON);
  afterAll(() => peer.close());
  return peer;
}
