import { rmSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { check, MemmapFile } from "../src/index.js";
import { isNotice } from "../src/store/index.js";
import { openBelow } from "../test/support/snapshot.js";
import { temporaryPaths } from "../test/support/temporary.js";
import { compareTree, isObject, outlineOf, TreeModel } from "./hierarchy-model.js";
import { anyTreeStep, carryOut, changes, type Step } from "./hierarchy-steps.js";

const numRuns = process.env.RUNS === undefined ? 40 : Number(process.env.RUNS);
const fresh = temporaryPaths();

/** A file, its model, and somebody else who reads it. */
class TreeRun {
  readonly #root: string;
  readonly #options: { readonly layout: "npy" | "raw"; readonly durability: "process" };
  #file: MemmapFile<"r+">;
  #model = new TreeModel();
  #isWritable = true;
  readonly #reader: MemmapFile;
  #seen: Record<string, string>;

  constructor(root: string, layout: "npy" | "raw") {
    this.#root = root;
    this.#options = { layout, durability: "process" };
    this.#file = MemmapFile.open(root, { mode: "w+", ...this.#options });
    this.#reader = MemmapFile.open(root);
    this.#seen = this.#model.outline;
  }

  get #pair() {
    return { file: this.#file, model: this.#model, isWritable: this.#isWritable };
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "transaction":
        this.#transact(step);
        break;
      case "frame":
        await this.#writeFrame(step);
        break;
      case "reopen":
        this.#reopen(step.mode);
        break;
      case "look":
        this.#look();
        break;
      default:
        carryOut(step, this.#pair);
    }
    compareTree(this.#file, this.#model);
  }

  #transact({ steps, fails }: Step & { kind: "transaction" }): void {
    const before = this.#model.copy();
    const { generation } = this.#file;
    const failure = new Error("taken back");
    const act = () =>
      this.#file.transaction(() => {
        for (const step of steps) {
          carryOut(step, this.#pair);
          compareTree(this.#file, this.#model);
        }
        if (fails) throw failure;
      });
    if (!fails || !this.#isWritable) {
      changes(this.#pair, undefined, act);
      return;
    }
    expect(act).toThrow(failure);
    this.#model = before;
    expect(this.#file.generation).toBe(generation);
  }

  #reopen(mode: "r" | "r+"): void {
    this.#file.close();
    this.#isWritable = mode === "r+";
    this.#file = MemmapFile.open(this.#root, { mode, ...this.#options }) as MemmapFile<"r+">;
  }

  /** A reader sees what it saw, until it asks for more. */
  #look(): void {
    expect(outlineOf(this.#reader)).toEqual(this.#seen);
    this.#reader.refresh();
    compareTree(this.#reader, this.#model);
    this.#seen = this.#model.outline;
  }

  async #writeFrame({ name, keys, how }: Step & { kind: "frame" }): Promise<void> {
    if (!this.#isWritable) return;
    const [file, model] = [this.#file, this.#model];
    const isThere = file.frames.has(name);
    const begin = () =>
      file.fromDataFrame(
        { key: Float64Array.from(keys, (key) => key ?? Number.NaN), row: Int32Array.from(keys.keys()) },
        { groupBy: "key", name },
      );
    if (isThere) {
      changes(this.#pair, ["EXISTS"], begin);
      return;
    }
    begin().registerArray("rows", "row", how === "fail" ? { encoder: () => 1 } : {});
    const groups = [0, 1, 2, null].filter((key) => keys.includes(key));
    const parts = groups.map((key) => [key, `${name}/${key ?? "%null"}/rows`] as const);
    const attr = model.attrOf(name);
    const isFree =
      model.kindOf(name) !== "array" && parts.every(([, part]) => model.kindOf(part) === undefined);
    const isRefused = how === "fail" || !isFree || !(attr === null || isObject(attr));
    const { generation } = file;
    if (how === "close") {
      if (isRefused) expect(() => file.close()).toThrow();
      this.#reopen("r+");
    } else {
      const committed = file.commit({ workers: 0 });
      if (isRefused) await expect(committed).rejects.toThrow();
      else await committed;
    }
    expect(this.#file.generation).toBe(isRefused ? generation : generation + 1);
    if (isRefused) return;
    for (const [key, part] of parts) {
      const elements = keys.flatMap((each, row) => (each === key ? [row] : []));
      const { dtype } = this.#file.getArray(`/${part}`);
      model.arrays.set(part, { dtype, shape: [elements.length], elements, attr: null });
    }
    expect(this.#file.groupNames(name)).toEqual(groups);
    model.setAttr(name, this.#file.getGroup(`/${name}`).attr);
  }

  /** Both are closed, and what they leave is in order. */
  end(): void {
    this.#look();
    this.#file.close();
    this.#reader.close();
    expect(check(this.#root).filter((one) => !isNotice(one))).toEqual([]);
    expect(openBelow(this.#root)).toEqual([]);
    using again = MemmapFile.open(this.#root);
    compareTree(again, this.#model);
  }
}

describe("a hierarchy and its model agree after every step", () => {
  it.each(["npy", "raw"] as const)(
    "in the layout %s",
    async (layout) => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyTreeStep, { maxLength: 25 }), async (steps) => {
          const root = fresh("file");
          const run = new TreeRun(root, layout);
          for (const step of steps) await run.take(step);
          run.end();
          rmSync(root, { recursive: true });
        }),
        { numRuns, endOnFailure: process.env.SHRINK === "no" },
      );
    },
    600_000,
  );
});
